//! A month of sales at one counter, made by the counter's own rules and appended to the centre's store.

use anyhow::{Context as _, Result};
use domain::{
    command::{Command, Context, KeyedResult, LineRequest},
    decide::{decide, meta},
    event::{Actor, Event, Recorded},
    evolve::evolve,
    id::{AttemptId, BootId, CommandId, CounterId, SaleId},
    money::Yen,
    state::State,
    time::{CivilDate, Timestamp},
};
use journal::{
    chain::{Head, JournalId},
    entry::Entry,
    payload,
};
use recon_server::{
    api::code_hash,
    app::AppState,
    counters::{Purpose, make_code},
};
use store::counters::Enrolment;
use uuid::Uuid;

use crate::clerk::pieces;

/// Between two commands, in milliseconds of the counter's clock.
const STEP_MS: i64 = 8_000;
/// Entries appended at once.
const BATCH_ENTRIES: usize = 2_000;

/// A counter that writes as fast as its rules allow.
pub struct CounterMonth {
    state: State,
    journal: JournalId,
    head: Head,
    entries: Vec<Entry>,
    now: Timestamp,
    ids: u128,
}

impl CounterMonth {
    /// Plays `sales` sales over the days of `month` at the certificate window of the demo's city.
    ///
    /// # Errors
    /// When a rule refuses what the month needs, or the store fails.
    pub async fn play(centre: &AppState, month: &str, sales: u32) -> Result<()> {
        let first: CivilDate = format!("{month}-01").parse()?;
        let days = u32::try_from(first.month_end().days_since(first))? + 1;
        let mut counter =
            Self::enrolled(centre, Timestamp::from_jst(first, 8, 0, 0).context("a time")?).await?;
        for day in 0..days {
            let date = first.plus_days(i32::try_from(day)?);
            let share = sales / days + u32::from(day < sales % days);
            counter.day(date, share)?;
            counter.deliver(centre).await?;
        }
        Ok(())
    }

    async fn enrolled(centre: &AppState, now: Timestamp) -> Result<Self> {
        let id: CounterId = "shimin-1".parse()?;
        let code = make_code(centre, "bench", &id, Purpose::Enrol).await?;
        let mut unit = centre.store.begin().await?;
        let Enrolment::Granted(grant) = unit.enrol(centre.tenant(), &code_hash(&code.code), now).await?
        else {
            anyhow::bail!("the code was not taken");
        };
        unit.commit().await?;
        let tenant = centre.tenant().clone();
        let journal =
            JournalId { tenant: tenant.clone(), counter: id.clone(), incarnation: grant.incarnation };
        let mut counter =
            Self { state: State::default(), journal, head: Head::EMPTY, entries: Vec::new(), now, ids: 0 };
        counter.press(Command::Enrol {
            tenant,
            counter: id,
            incarnation: grant.incarnation,
            profile: grant.profile,
            first_receipt: grant.first_receipt,
        })?;
        Ok(counter)
    }

    fn day(&mut self, date: CivilDate, sales: u32) -> Result<()> {
        self.now = Timestamp::from_jst(date, 8, 15, 0).context("a time of day")?;
        // A night lies between two days; a person confirms the clock where the jump is longer than a day.
        if self.state.clock.doubt.is_some() {
            self.press(Command::ConfirmClock { reason: "計測".into() })?;
        }
        let float = pieces(30_000)?;
        self.press(Command::OpenDay { date, operator: "staff-21".parse()?, float })?;
        for number in 0..sales {
            self.sale(number)?;
        }
        let figures = domain::settle::settlement(&self.state).context("a day is open")?;
        self.press(Command::CountCash { count: pieces(figures.cash.expected.get())? })?;
        self.press(Command::CloseCounter { reason: Some("日計は計測しない".into()) })?;
        Ok(())
    }

    /// Seven in ten in cash, two on the terminal that is not linked, one on the printed sheet.
    fn sale(&mut self, number: u32) -> Result<()> {
        let line = LineRequest { item: "jumin".parse()?, quantity: number % 3 + 1, exemption: None };
        let sale = SaleId(self.press(Command::RegisterSale { lines: vec![line], group: None })?.0);
        let total = Yen::new(i64::from(number % 3 + 1) * 300);
        match number % 10 {
            7 | 8 => {
                let attempt = self.request(sale, "emoney")?;
                let slip_number = format!("{:05}", self.ids % 100_000);
                let brand = if number % 10 == 7 { "nanaco" } else { "waon" }.parse()?;
                self.press(Command::KeyResult {
                    attempt,
                    result: KeyedResult::Approved { brand, slip_number },
                })?;
            }
            9 => {
                let attempt = self.request(sale, "paypay")?;
                self.press(Command::ConfirmStaticCode {
                    attempt,
                    wallet: "paypay".parse()?,
                    sheet_number: "700201".into(),
                    payer_digits: format!("{:04}", self.ids % 10_000),
                    shown_amount: total,
                })?;
            }
            _ => {
                self.press(Command::TakeCash { sale, tendered: Yen::new(1_000) })?;
            }
        }
        Ok(())
    }

    fn request(&mut self, sale: SaleId, route: &str) -> Result<AttemptId> {
        let wish = Command::RequestPayment { sale, route: route.parse()?, repeat_reason: None };
        Ok(AttemptId(self.press(wish)?.0))
    }

    fn press(&mut self, command: Command) -> Result<CommandId> {
        self.now = self.now.plus_ms(STEP_MS);
        self.ids += 1;
        let id = CommandId(Uuid::from_u128(0x00BE_0C00_0000_0000_0000_0000_0000 + self.ids));
        let context = Context {
            actor: Actor::Operator { id: "staff-21".parse()? },
            command: id,
            at: self.now,
            boot: BootId(Uuid::from_u128(1)),
            chain_head: self.head.hash.to_hex(),
        };
        let meta = meta(&self.state, &context, &command);
        let events =
            decide(&self.state, &context, command).map_err(|refusal| anyhow::anyhow!("{refusal}"))?;
        for event in events {
            self.write(&Recorded { meta: meta.clone(), event })?;
        }
        Ok(id)
    }

    fn write(&mut self, recorded: &Recorded) -> Result<()> {
        let (kind, version) = (payload::kind_of(&recorded.event), payload::version_of(&recorded.event));
        let entry = self.head.freeze_next(&self.journal, kind, version, &payload::write(recorded)?)?;
        self.head = Head::after(&entry);
        self.entries.push(entry);
        evolve(&mut self.state, recorded);
        // Papers come out at once, so that the state stays that of a day.
        if let Event::PrintRequested { job, .. } = &recorded.event {
            let event = Event::PaperPrinted { job: *job };
            self.write(&Recorded { meta: recorded.meta.clone(), event })?;
        }
        Ok(())
    }

    async fn deliver(&mut self, centre: &AppState) -> Result<()> {
        for batch in std::mem::take(&mut self.entries).chunks(BATCH_ENTRIES) {
            let mut unit = centre.store.begin().await?;
            unit.append_entries(&self.journal, batch, self.now).await?.context("the journal was granted")?;
            unit.commit().await?;
        }
        Ok(())
    }
}
