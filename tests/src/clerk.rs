//! A clerk at a counter: presses what a clerk presses, waits for what a clerk waits for.
//!
//! Invariant: everything goes through the till's mailbox, as the pages do; nothing looks behind it but the published view.

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, Result, bail};
use domain::{
    cash::CashCount,
    command::{Command, KeyedResult, LineRequest},
    decide::CLOCK_AHEAD_MAX_MS,
    event::{Actor, UnknownExit},
    id::{AttemptId, BrandCode, CommandId, OperatorId, RouteId, SaleId},
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

/// Where the ids of ticks begin within a clerk's series.
const TICK_IDS: u128 = 1 << 63;

/// A clerk.
pub struct Clerk {
    till: TillHandle,
    operator: OperatorId,
    clock: TownClock,
    ids: u128,
    ticks: u128,
}

impl Clerk {
    /// A clerk who works at `till`. `series` keeps the ids of two clerks apart.
    #[must_use]
    pub fn new(till: TillHandle, operator: OperatorId, clock: TownClock, series: u64) -> Self {
        Self { till, operator, clock, ids: u128::from(series) << 64, ticks: 0 }
    }

    /// The clerk gets up; the till may end.
    #[must_use]
    pub fn leaves(self) -> Standing {
        Standing { operator: self.operator, clock: self.clock, ids: self.ids, ticks: self.ticks }
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

    /// A tick, as the agent's own clock gives one every second: what waits for the town's time looks at it again.
    ///
    /// # Errors
    /// What the till answers.
    pub async fn second_passes(&mut self) -> Result<()> {
        // Ids of their own: how often somebody had to wait must not show in the ids of sales.
        self.ticks += 1;
        let id = CommandId(Uuid::from_u128((self.ids >> 64 << 64) + TICK_IDS + self.ticks));
        self.till.submit(Envelope { actor: Actor::Agent, id, command: Command::Tick }).await?;
        Ok(())
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

    /// The counter rested for more than a day: a person confirms the clock and opens.
    ///
    /// # Errors
    /// What the till refuses.
    pub async fn morning_after_a_rest(&mut self) -> Result<()> {
        self.press(Command::ConfirmClock { reason: "休み明け。電波時計と一致".into() }).await?;
        self.open().await
    }

    /// Opens; confirms the clock first where the counter has rested for more than a day.
    ///
    /// # Errors
    /// What the till refuses.
    pub async fn begin_day(&mut self) -> Result<()> {
        let clock = self.state().clock;
        let rested_ms = clock.last.map_or(0, |last| self.clock.now().ms_since(last));
        if clock.doubt.is_some() || rested_ms > CLOCK_AHEAD_MAX_MS {
            return self.morning_after_a_rest().await;
        }
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
        let repeat_reason = self.same_in_doubt(sale, &route).then(|| "別のお客様の支払い".to_owned());
        let id = self.press(Command::RequestPayment { sale, route, repeat_reason }).await?;
        Ok((sale, AttemptId(id.0)))
    }

    /// Whether the screen shows a doubt over the same amount and method, and asks for a reason.
    fn same_in_doubt(&self, sale: SaleId, route: &RouteId) -> bool {
        let state = self.state();
        let (Some(sale), Some(route)) = (state.sales.get(&sale), state.route(route)) else { return false };
        state.doubts().any(|doubt| doubt.amount == sale.total && doubt.method == route.method)
    }

    /// An organisation pays later: a coupon's or an approval's number.
    ///
    /// # Errors
    /// What the till refuses.
    pub async fn take_claim(
        &mut self,
        lines: &[(&str, u32)],
        route: &str,
        reference: &str,
    ) -> Result<SaleId> {
        let sale = self.register(lines).await?;
        let command = Command::TakeClaim { sale, route: route.parse()?, reference: reference.to_owned() };
        self.press(command).await?;
        Ok(sale)
    }

    /// The terminal that is not linked says 処理未了. The citizen leaves with the held certificate; the terminal is let work again.
    ///
    /// # Errors
    /// What the till refuses.
    pub async fn cannot_tell(&mut self, lines: &[(&str, u32)], brand: &str) -> Result<AttemptId> {
        let (_, attempt) = self.request(lines, "emoney").await?;
        let result = KeyedResult::CannotTell { brand: Some(brand.parse()?) };
        self.press(Command::KeyResult { attempt, result }).await?;
        self.press(Command::ChooseUnknownExit { attempt, exit: UnknownExit::TakesHeldCertificate }).await?;
        let reason = "端末は待受に戻った。次のお客様の支払いに使う".to_owned();
        self.press(Command::ReleaseTerminal { attempt, reason }).await?;
        Ok(attempt)
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

    /// The payer's phone shows `shown` and a transaction number of PayPay.
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
        self.confirm_wallet(attempt, "paypay".parse()?, sheet, transaction, shown).await
    }

    /// The same for any wallet.
    ///
    /// # Errors
    /// What the till refuses.
    pub async fn confirm_wallet(
        &mut self,
        attempt: AttemptId,
        wallet: BrandCode,
        sheet: &str,
        transaction: &str,
        shown: Yen,
    ) -> Result<()> {
        let digits =
            transaction.get(transaction.len().saturating_sub(4)..).context("a transaction number")?;
        let command = Command::ConfirmStaticCode {
            attempt,
            wallet,
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

/// A clerk without a till: what a person takes along to the next machine.
#[derive(Debug)]
pub struct Standing {
    operator: OperatorId,
    clock: TownClock,
    ids: u128,
    ticks: u128,
}

impl Standing {
    /// Sits down at another till. The ids of forms go on, so that none is used twice.
    #[must_use]
    pub fn works_at(self, till: TillHandle) -> Clerk {
        Clerk { till, operator: self.operator, clock: self.clock, ids: self.ids, ticks: self.ticks }
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
