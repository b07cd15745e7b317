//! The terminal's task: waits for tills, one after the other, and answers their commands.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::{
    book::LastPaper,
    conn::{Ack, Break, Conn},
    messages,
    shared::Shared,
};
use crate::transport::Listener;

/// How long the task waits for a command before it looks up again.
const IDLE_WAIT: Duration = Duration::from_secs(3_600);
/// Pause before a port that failed is opened again.
const PORT_RETRY: Duration = Duration::from_millis(200);
/// The day has no receipt to repeat.
const NO_RECEIPT: u8 = 0x83;

/// Serves until it is told to stop.
pub(super) async fn run(mut listener: Listener, shared: Arc<Shared>, stop: CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = serve(&mut listener, &shared) => {}
    }
}

async fn serve(listener: &mut Listener, shared: &Shared) {
    let serial = listener.address().is_serial();
    loop {
        let unreachable_for = match listener.accept().await {
            Ok(line) => one_till(&mut Conn::new(line, serial, shared)).await,
            Err(error) => {
                tracing::debug!(%error, "simulator: no line");
                Some(PORT_RETRY)
            }
        };
        stay_away(listener, shared, unreachable_for).await;
    }
}

/// Serves one line to its end; answers how long the terminal is out of reach after it, `None` until it is switched on.
async fn one_till(conn: &mut Conn<'_>) -> Option<Duration> {
    loop {
        match conn.one_command().await {
            Ok(()) | Err(Break::Decided) => {}
            Err(Break::Closed) => return Some(Duration::ZERO),
            Err(Break::Outage(time)) => return Some(time),
            Err(Break::PowerLost) => return None,
        }
    }
}

/// Out of reach: a TCP till that knocks is turned away, bytes on a serial line are lost.
async fn stay_away(listener: &mut Listener, shared: &Shared, time: Option<Duration>) {
    if time == Some(Duration::ZERO) {
        return;
    }
    let back = async {
        match time {
            Some(time) => sleep(time).await,
            None => shared.powered_on().await,
        }
    };
    tokio::pin!(back);
    let serial = listener.address().is_serial();
    loop {
        tokio::select! {
            biased;
            () = &mut back => return,
            turned_away = listener.accept(), if !serial => drop(turned_away),
        }
    }
}

impl Conn<'_> {
    async fn one_command(&mut self) -> Result<(), Break> {
        let Some(command) = self.receive(IDLE_WAIT).await? else { return Ok(()) };
        let busy = self.shared.lock().busy_until.is_some_and(|until| until > Instant::now());
        match command[..] {
            // An acknowledgement that nobody waits for.
            [0x80 | 0x84, ..] => Ok(()),
            _ if busy => self.send(&messages::WAIT).await,
            [0x06, 0x00, ..] => self.register(&command).await,
            [0x06, 0x01, ..] => self.sale(&command).await,
            [0x06, 0x02, ..] => self.send(&messages::ACCEPTED).await,
            [0x06, 0x20, ..] => self.repeat_receipt().await,
            [0x06, 0x23, ..] => {
                self.send(&messages::ACCEPTED).await?;
                self.tell(&messages::NO_PRE_AUTHORISATION).await.map(drop)
            }
            [0x06, 0x30, ..] => self.void(&command).await,
            [0x06, 0x31, ..] => self.refund(&command).await,
            [0x06, 0x50, ..] => self.end_of_day().await,
            [0x05, 0x01, ..] => {
                self.shared.lock().counters.status_enquiries += 1;
                self.send(&messages::ACCEPTED).await?;
                self.tell(&messages::COMPLETED).await.map(drop)
            }
            _ => self.send(&messages::NOT_POSSIBLE).await,
        }
    }

    async fn register(&mut self, command: &[u8]) -> Result<(), Break> {
        let undelivered = {
            let mut inner = self.shared.lock();
            inner.counters.registrations += 1;
            inner.config_byte = command.get(6).copied().unwrap_or(0);
            inner.undelivered.take()
        };
        self.send(&messages::ACCEPTED).await?;
        self.tell(&messages::registered(&self.shared.config)).await?;
        if let Some(result) = undelivered {
            match self.tell(&result).await {
                Ok(Ack::Yes) => self.tell(&messages::COMPLETED).await.map(drop)?,
                Ok(Ack::No(_)) => self.reverse_said_again(&result),
                Ok(Ack::None) => self.shared.lock().undelivered = Some(result),
                Err(gone) => {
                    self.shared.lock().undelivered = Some(result);
                    return Err(gone);
                }
            }
        }
        Ok(())
    }

    /// A till refused a result that was said again: its receipt number stands after 87.
    fn reverse_said_again(&self, result: &[u8]) {
        let mut inner = self.shared.lock();
        let newest =
            inner.book.entries().iter().rev().find(|entry| {
                messages::result(&self.shared.config, entry, super::Quirks::default()) == result
            });
        if let Some(receipt) = newest.map(|entry| entry.receipt) {
            inner.book.reverse(receipt);
        }
    }

    async fn repeat_receipt(&mut self) -> Result<(), Break> {
        self.shared.lock().counters.repeats += 1;
        let paper = self.shared.lock().book.last_paper();
        self.send(&messages::ACCEPTED).await?;
        match paper {
            LastPaper::None => return self.tell(&messages::abort(NO_RECEIPT)).await.map(drop),
            LastPaper::Day(totals) => {
                self.tell(&messages::day(&self.shared.config, &totals)).await?;
            }
            LastPaper::Entry(entry) => {
                self.tell(&messages::result(&self.shared.config, &entry, super::Quirks::default())).await?;
                self.tell(&messages::slip(&entry)).await?;
            }
        }
        self.tell(&messages::COMPLETED).await.map(drop)
    }

    async fn end_of_day(&mut self) -> Result<(), Break> {
        self.send(&messages::ACCEPTED).await?;
        let totals = {
            let mut inner = self.shared.lock();
            inner.counters.days_closed += 1;
            inner.book.close_day(self.shared.config.units_per_yen())
        };
        self.tell(&messages::day(&self.shared.config, &totals)).await?;
        self.tell(&messages::COMPLETED).await.map(drop)
    }
}
