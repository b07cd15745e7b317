//! A payment, a void or a refund on the terminal's side.
//!
//! Invariants: the money is in the book before the result is said; a result that is refused (84 66) or not acknowledged is reversed,
//! unless the terminal is one that keeps it and says it again; after the card was accepted 06 B0 comes too late.

use std::time::Duration;

use domain::money::Yen;
use tokio::time::Instant;

use super::{
    Next, NextEnd, Unacknowledged,
    book::{Card, EntryKind, EntryState},
    conn::{Ack, Break, Conn},
    messages,
    shared::Pending,
};

/// The terminal was stopped by the till or by its key.
const STOPPED: u8 = 0x6C;
/// The goods were not handed out.
const NOT_HANDED_OUT: u8 = 0x66;
const ALREADY_VOIDED: u8 = 0xB4;
const NOTHING_TO_VOID: u8 = 0xB5;

impl Conn<'_> {
    /// 06 01
    pub(super) async fn sale(&mut self, command: &[u8]) -> Result<(), Break> {
        self.shared.lock().counters.sales += 1;
        self.card_payment(EntryKind::Sale, command.get(3..).unwrap_or_default()).await
    }

    /// 06 31: the amount stands after the password. No sale is named, so none is checked.
    pub(super) async fn refund(&mut self, command: &[u8]) -> Result<(), Break> {
        self.shared.lock().counters.refunds += 1;
        self.card_payment(EntryKind::Refund, command.get(6..).unwrap_or_default()).await
    }

    /// Asks for a card, asks the centre, books.
    async fn card_payment(&mut self, kind: EntryKind, fields: &[u8]) -> Result<(), Break> {
        let per_yen = self.shared.config.units_per_yen();
        let units = messages::asked_units(fields).filter(|units| *units > 0 && units % per_yen == 0);
        let Some(units) = units else { return self.send(&messages::NOT_POSSIBLE).await };
        let next = {
            let mut inner = self.shared.lock();
            let card = inner.next.unwrap_or(inner.standard).card;
            inner.pending = Some(Pending { kind, amount: Yen::new(units / per_yen), card, receipt: None });
            inner.next.take().unwrap_or(inner.standard)
        };
        self.abort_asked = false;
        self.send(&messages::ACCEPTED).await?;
        if let NextEnd::Abort(code) = next.end {
            return self.give_up(code).await;
        }
        self.status(0x0A).await?;
        if !self.card_comes(&next).await? {
            return self.give_up(STOPPED).await;
        }
        self.status(0x04).await?;
        self.host_answers().await?;
        if let NextEnd::Decline(code) = next.end {
            self.tell(&messages::declined(&self.shared.config, code)).await?;
            return self.give_up(code).await;
        }
        self.settle(&next).await
    }

    /// 06 30
    pub(super) async fn void(&mut self, command: &[u8]) -> Result<(), Break> {
        self.shared.lock().counters.voids += 1;
        let original =
            messages::asked_receipt(command).and_then(|receipt| self.shared.lock().book.newest(receipt));
        self.abort_asked = false;
        let next = self.shared.lock().standard;
        let (original, refusal) = match original {
            Some(entry) if entry.state == EntryState::Voided => (None, ALREADY_VOIDED),
            Some(entry)
                if entry.kind == EntryKind::Sale
                    && entry.state == EntryState::Standing
                    && !entry.day_closed =>
            {
                (Some(entry), 0)
            }
            _ => (None, NOTHING_TO_VOID),
        };
        if let Some(entry) = original {
            let kind = EntryKind::Void { receipt: entry.receipt, trace: entry.trace };
            let pending = Pending { kind, amount: entry.amount, card: entry.card, receipt: None };
            self.shared.lock().pending = Some(pending);
        }
        self.send(&messages::ACCEPTED).await?;
        if original.is_none() {
            return self.give_up(refusal).await;
        }
        self.status(0x04).await?;
        self.host_answers().await?;
        self.settle(&Next { quirks: next.quirks, ..Next::approve(Card::Other) }).await
    }

    /// Books the payment, says the result, and waits for the till.
    async fn settle(&mut self, next: &Next) -> Result<(), Break> {
        let Some(entry) = self.shared.charge() else { return Ok(()) };
        let result = messages::result(&self.shared.config, &entry, next.quirks);
        let answer = match self.tell(&result).await {
            Ok(answer) => answer,
            Err(Break::Decided) => return Err(Break::Decided),
            Err(gone) => {
                self.not_acknowledged(result);
                return Err(gone);
            }
        };
        match answer {
            Ack::Yes => {
                self.shared.lock().pending = None;
                if self.wants_text() {
                    self.tell(&messages::slip(&entry)).await?;
                }
                self.tell(&messages::COMPLETED).await?;
                Ok(())
            }
            Ack::No(_) => self.reverse().await,
            Ack::None if self.shared.config.unacknowledged == Unacknowledged::Reverse => self.reverse().await,
            Ack::None => {
                self.not_acknowledged(result);
                Ok(())
            }
        }
    }

    /// Unless the script has decided already.
    fn not_acknowledged(&self, result: Vec<u8>) {
        if self.shared.lock().pending.is_none() {
            return;
        }
        match self.shared.config.unacknowledged {
            Unacknowledged::Reverse => self.shared.reverse_pending(),
            Unacknowledged::SayAgain => {
                let mut inner = self.shared.lock();
                inner.pending = None;
                inner.undelivered = Some(result);
            }
        }
    }

    async fn reverse(&mut self) -> Result<(), Break> {
        self.shared.reverse_pending();
        self.status(0x05).await?;
        self.give_up(NOT_HANDED_OUT).await
    }

    async fn give_up(&mut self, code: u8) -> Result<(), Break> {
        self.shared.lock().pending = None;
        if std::mem::take(&mut self.abort_asked) {
            self.send(&messages::ACCEPTED).await?;
        }
        self.tell(&messages::abort(code)).await?;
        Ok(())
    }

    /// Waits for the citizen; false when the till aborts or no card comes.
    async fn card_comes(&mut self, next: &Next) -> Result<bool, Break> {
        let comes = next.end != NextEnd::NoCard;
        let wait = if comes { next.hold } else { self.shared.config.card_wait };
        Ok(!self.abort_within(wait).await? && comes)
    }

    /// Talks to the centre; an abort comes too late.
    async fn host_answers(&mut self) -> Result<(), Break> {
        if self.abort_within(self.shared.config.pace).await? {
            self.abort_asked = false;
            self.send(&messages::NOT_POSSIBLE).await?;
        }
        Ok(())
    }

    /// Waits; true as soon as 06 B0 has come.
    async fn abort_within(&mut self, wait: Duration) -> Result<bool, Break> {
        let by = Instant::now() + wait;
        while !self.abort_asked {
            let Some(message) = self.receive(by.saturating_duration_since(Instant::now())).await? else {
                break;
            };
            match message[..] {
                [0x06, 0xB0, ..] => self.abort_asked = true,
                // A till that starts anew has forgotten this payment.
                [0x06, 0x00, ..] => {
                    self.put_back(message);
                    return Err(Break::Decided);
                }
                _ => {}
            }
        }
        Ok(self.abort_asked)
    }

    /// 04 FF, if the till wants it.
    async fn status(&mut self, code: u8) -> Result<(), Break> {
        if self.shared.lock().config_byte & 0x08 != 0 {
            self.tell(&messages::intermediate(code)).await?;
        }
        Ok(())
    }

    /// Payment receipts by the till (02) as text (80).
    fn wants_text(&self) -> bool {
        self.shared.lock().config_byte & 0x82 == 0x82
    }
}
