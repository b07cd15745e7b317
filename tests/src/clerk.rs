//! A clerk at a counter: presses what a clerk presses, waits for what a clerk waits for.
//!
//! Invariant: everything goes through the till's mailbox, as the pages do; nothing looks behind it but the published view.

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, Result, bail};
use domain::{
    cash::CashCount,
    command::{Command, KeyedResult, LineRequest},
    event::Actor,
    id::{AttemptId, CommandId, OperatorId, RouteId, SaleId},
    money::Yen,
    settlement::{TerminalBrandTotal, TotalsSource},
    state::{SaleState, State},
    time::Clock as _,
};
use pos_agent::till::{Envelope, SubmitError, TillHandle};
use uuid::Uuid;

use crate::clock::TownClock;

/// Longest wait for a device or the line, in real milliseconds.
const WAIT_MAX_MS: u64 = 20_000;
/// What a clerk needs between two presses, in milliseconds of the town's clock.
const PRESS_MS: i64 = 4_000;

/// A clerk.
pub struct Clerk {
    till: TillHandle,
    operator: OperatorId,
    clock: TownClock,
    ids: u128,
}

impl Clerk {
    /// A clerk who works at `till`. `series` keeps the ids of two clerks apart.
    #[must_use]
    pub fn new(till: TillHandle, operator: OperatorId, clock: TownClock, series: u64) -> Self {
        Self { till, operator, clock, ids: u128::from(series) << 64 }
    }

    /// The till.
    #[must_use]
    pub const fn till(&self) -> &TillHandle {
        &self.till
    }

    /// The state as the screen has it.
    #[must_use]
    pub fn state(&self) -> Arc<State> {
        Arc::clone(&self.till.current().state)
    }

    /// Presses something; a refusal is a value.
    ///
    /// # Errors
    /// What the till answers.
    pub async fn press(&mut self, command: Command) -> Result<CommandId, SubmitError> {
        self.clock.advance_ms(PRESS_MS);
        self.ids += 1;
        let id = CommandId(Uuid::from_u128(self.ids));
        let actor = Actor::Operator { id: self.operator.clone() };
        self.till.submit(Envelope { actor, id, command }).await?;
        Ok(id)
    }

    /// Waits until the screen shows something.
    ///
    /// # Errors
    /// When it does not within the bound; `what` says what was waited for.
    pub async fn until(&self, what: &str, shown: impl Fn(&State) -> bool) -> Result<()> {
        let mut view = self.till.view();
        let waited = view.wait_for(|view| shown(&view.state));
        match tokio::time::timeout(Duration::from_millis(WAIT_MAX_MS), waited).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) => bail!("the till stopped while waiting: {what}"),
            Err(_) => bail!("waited {WAIT_MAX_MS} ms in vain: {what}"),
        }
    }

    /// 業務開始 with a float of ¥30,000.
    ///
    /// # Errors
    /// What the till refuses.
    pub async fn open(&mut self) -> Result<()> {
        let float = CashCount::new([(1_000, 20), (500, 10), (100, 40), (50, 10), (10, 50)])?;
        let date = self.clock.now().date();
        let operator = self.operator.clone();
        self.press(Command::OpenDay { date, operator, float }).await?;
        Ok(())
    }

    /// Monday: the clock has jumped over the weekend, a person confirms it and opens.
    ///
    /// # Errors
    /// What the till refuses.
    pub async fn morning_after_a_weekend(&mut self) -> Result<()> {
        self.press(Command::ConfirmClock { reason: "週明け。電波時計と一致".into() }).await?;
        self.open().await
    }

    /// Registers lines: `("jumin", 2)`, or `("jumin/nenkin", 1)` for a free one.
    ///
    /// # Errors
    /// What the till refuses.
    pub async fn register(&mut self, lines: &[(&str, u32)]) -> Result<SaleId> {
        let lines = lines.iter().map(|(code, quantity)| line(code, *quantity)).collect::<Result<_>>()?;
        let id = self.press(Command::RegisterSale { lines, group: None }).await?;
        Ok(SaleId(id.0))
    }

    /// A sale in cash.
    ///
    /// # Errors
    /// What the till refuses.
    pub async fn sell_cash(&mut self, lines: &[(&str, u32)], tendered: i64) -> Result<SaleId> {
        let sale = self.register(lines).await?;
        self.press(Command::TakeCash { sale, tendered: Yen::new(tendered) }).await?;
        Ok(sale)
    }

    /// A free issue.
    ///
    /// # Errors
    /// What the till refuses.
    pub async fn issue_free(&mut self, lines: &[(&str, u32)]) -> Result<SaleId> {
        let sale = self.register(lines).await?;
        self.press(Command::IssueFree { sale }).await?;
        Ok(sale)
    }

    /// Asks a route for the money of new lines.
    ///
    /// # Errors
    /// What the till refuses.
    pub async fn request(&mut self, lines: &[(&str, u32)], route: &str) -> Result<(SaleId, AttemptId)> {
        let sale = self.register(lines).await?;
        let route: RouteId = route.parse()?;
        let id = self.press(Command::RequestPayment { sale, route, repeat_reason: None }).await?;
        Ok((sale, AttemptId(id.0)))
    }

    /// A sale by the linked terminal, waited for to its end.
    ///
    /// # Errors
    /// What the till refuses, or a terminal that does not come to an end.
    pub async fn sell_card(&mut self, lines: &[(&str, u32)]) -> Result<SaleId> {
        let (sale, _) = self.request(lines, "card").await?;
        self.until("card sale completes", |state| in_state(state, sale, SaleState::Completed)).await?;
        Ok(sale)
    }

    /// A sale on the terminal that is not linked.
    ///
    /// # Errors
    /// What the till refuses.
    pub async fn sell_keyed(&mut self, lines: &[(&str, u32)], brand: &str, slip: &str) -> Result<SaleId> {
        let (sale, attempt) = self.request(lines, "emoney").await?;
        let result = KeyedResult::Approved { brand: brand.parse()?, slip_number: slip.to_owned() };
        self.press(Command::KeyResult { attempt, result }).await?;
        Ok(sale)
    }

    /// The payer's phone shows `shown` and a transaction number.
    ///
    /// # Errors
    /// What the till refuses.
    pub async fn confirm_sheet(
        &mut self,
        attempt: AttemptId,
        sheet: &str,
        transaction: &str,
        shown: Yen,
    ) -> Result<()> {
        let digits =
            transaction.get(transaction.len().saturating_sub(4)..).context("a transaction number")?;
        let command = Command::ConfirmStaticCode {
            attempt,
            wallet: "paypay".parse()?,
            sheet_number: sheet.to_owned(),
            payer_digits: digits.to_owned(),
            shown_amount: shown,
        };
        self.press(command).await?;
        Ok(())
    }

    /// 取消 with a reason.
    ///
    /// # Errors
    /// What the till refuses, or a void that does not come to an end.
    pub async fn void(&mut self, sale: SaleId, reason: &str) -> Result<()> {
        self.press(Command::VoidSale { sale, reason: reason.to_owned() }).await?;
        self.until("void completes", |state| in_state(state, sale, SaleState::Voided)).await
    }

    /// 端末日計 typed twice from the slip of the terminal that is not linked.
    ///
    /// # Errors
    /// What the till refuses.
    pub async fn type_totals(&mut self, route: &str, totals: Vec<TerminalBrandTotal>) -> Result<()> {
        let command = Command::RecordTerminalTotals {
            route: route.parse()?,
            source: TotalsSource::TypedTwice,
            first: totals.clone(),
            second: totals,
        };
        self.press(command).await?;
        Ok(())
    }

    /// 端末日計 over the wire.
    ///
    /// # Errors
    /// What the till refuses, or a terminal that does not answer.
    pub async fn read_totals(&mut self, route: &str) -> Result<()> {
        let route: RouteId = route.parse()?;
        self.press(Command::RequestTerminalTotals { route: route.clone() }).await?;
        self.until("terminal totals arrive", |state| {
            state.day.as_ref().is_some_and(|day| day.terminal_totals.contains_key(&route))
        })
        .await
    }

    /// Counts the drawer: what should be there, and `over` more (less when negative), in coins of ¥10.
    ///
    /// # Errors
    /// What the till refuses.
    pub async fn count_drawer(&mut self, over: i64) -> Result<()> {
        let state = self.state();
        let figures = domain::settle::settlement(&state).context("a day is open")?;
        self.press(Command::CountCash { count: pieces(figures.cash.expected.get() + over)? }).await?;
        Ok(())
    }

    /// 日締め精算.
    ///
    /// # Errors
    /// What the till refuses.
    pub async fn close(&mut self, reason: Option<&str>) -> Result<()> {
        self.press(Command::CloseCounter { reason: reason.map(str::to_owned) }).await?;
        Ok(())
    }

    /// Waits until every paper is out.
    ///
    /// # Errors
    /// When a paper does not come out.
    pub async fn papers_out(&self) -> Result<()> {
        self.until("papers are printed", |state| state.prints.values().all(|job| job.state.ended())).await
    }
}

/// Whether a sale stands so.
#[must_use]
pub fn in_state(state: &State, sale: SaleId, wanted: SaleState) -> bool {
    state.sales.get(&sale).is_some_and(|sale| sale.state == wanted)
}

/// A sum in as few pieces as possible.
///
/// # Errors
/// When the sum is negative or not whole in yen pieces.
pub fn pieces(yen: i64) -> Result<CashCount> {
    let mut rest = yen;
    let mut counts = Vec::new();
    for denomination in domain::cash::DENOMINATIONS {
        let count = u32::try_from(rest / denomination)?;
        rest -= i64::from(count) * denomination;
        counts.push((denomination, count));
    }
    Ok(CashCount::new(counts)?)
}

fn line(code: &str, quantity: u32) -> Result<LineRequest> {
    let (item, ground) = code.split_once('/').map_or((code, None), |(item, ground)| (item, Some(ground)));
    Ok(LineRequest { item: item.parse()?, quantity, exemption: ground.map(str::parse).transpose()? })
}
