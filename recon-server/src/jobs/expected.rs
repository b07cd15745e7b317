//! The calendar of expected files: which file of which source should be here, when it is due, and whether it came.
//!
//! Source: reconciliation.md 5.5, "late file". Invariants: only reads; a file that is not here is "not due yet" or "overdue", never left
//! out; of a day on which the sender is closed no file is expected (`days` of the source); received means that every day asked for lies
//! in accepted files. A payment notice that came on paper and was approved is the payment statement of its closing while it counts (ADR
//! 0026). What a missing file does to the verdict is the engine's: sales of a day without statement are 資料未着, and that scope is
//! 未確定 from the first day on, due or not; where nothing of ours waits for a file, it is MISSING_FILE once its due day is past
//! (`reconcile`, `engine::gaps`).

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    id::ContractId,
    time::{CivilDate, Timestamp},
};
use engine::{BankCalendar, Contract, calendar::period_of};
use serde::Serialize;
use store::{
    facts::{PayoutLine, Stored},
    files::{FileKind, FileRow, FileState},
    matching::ContractRow,
};

use super::{
    JobError, contract_rows, contracts_in_force, hand,
    import::{Counted, DueRule, FileDays, Settings},
};
use crate::app::AppState;

/// Days before the day of the list that it looks at, unless another first day is asked for.
const SCOPE_DAYS: i32 = 62;
/// Most days that a list looks at.
const SCOPE_MAX_DAYS: i32 = 500;
/// Receipts of files read at a time.
const FILES_PAGE: u32 = 500;
/// Banking days after the day until a contract that closes every day is expected to send its statement, where nothing is set.
const DAILY_BANKING_DAYS: u8 = 1;
/// Banking days after a closing until its statement is expected, where nothing is set.
const CLOSING_BANKING_DAYS: u8 = 3;

/// Whether an expected file came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpectedState {
    /// Every day of it is here.
    Received,
    /// Not here, and not due yet.
    Waiting,
    /// Some of its days are here, and it is not due yet.
    Partly,
    /// Not here, or not all of it, and its day is past: MISSING_FILE.
    Overdue,
}

impl ExpectedState {
    /// The word on screens.
    #[must_use]
    pub const fn label_ja(self) -> &'static str {
        match self {
            Self::Received => "受領済み",
            Self::Waiting => "期日前",
            Self::Partly => "一部受領(期日前)",
            Self::Overdue => "未着(期日超過)",
        }
    }
}

/// One expected file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExpectedFile {
    /// Contract, `payout:` and a contract, or `bank:` and an account.
    pub source: String,
    /// 資料
    pub label_ja: String,
    /// Whose statement of sales it is; none for payment statements and banks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract: Option<ContractId>,
    /// First day that it must cover.
    pub from: CivilDate,
    /// Last day that it must cover.
    pub to: CivilDate,
    /// 期日
    pub due_on: CivilDate,
    /// The hour of that day, where one is set.
    pub by: Option<String>,
    /// 状態
    pub state: ExpectedState,
}

/// A source whose files are expected.
struct Expecting<'c> {
    source: String,
    label_ja: String,
    rule: DueRule,
    since: CivilDate,
    contract: Option<&'c Contract>,
    /// Whether it is a statement of sales.
    of_sales: bool,
}

/// What the calendar of expected files is made of.
pub(super) struct Calendar<'c> {
    contracts: &'c [Contract],
    /// The first day of each contract.
    since: BTreeMap<ContractId, CivilDate>,
    settings: &'c Settings,
    /// Banking days.
    pub banking: &'c BankCalendar,
    /// Days that are here, by source.
    received: BTreeMap<String, BTreeSet<CivilDate>>,
}

impl<'c> Calendar<'c> {
    /// The calendar of contracts in force, by files that are here and by payment notices that count ([`hand::counted_payouts`]).
    pub fn new<'f>(
        rows: &[ContractRow],
        contracts: &'c [Contract],
        settings: &'c Settings,
        (files, counted, notices): (impl Iterator<Item = &'f FileRow>, &Counted, &[Stored<PayoutLine>]),
        banking: &'c BankCalendar,
    ) -> Self {
        let mut since: BTreeMap<ContractId, CivilDate> = BTreeMap::new();
        for row in rows {
            let first = since.entry(row.contract.clone()).or_insert(row.valid_from);
            *first = (*first).min(row.valid_from);
        }
        let mut received = received(files, counted);
        for line in notices.iter().filter(|line| hand::is_hand(&line.source)) {
            let source = payout_source(&line.fact.contract);
            received.entry(source).or_default().extend(days(line.fact.from, line.fact.to));
        }
        Self { contracts, since, settings, banking, received }
    }
}

/// The beginning of a day.
pub(super) fn start_of(day: CivilDate) -> Timestamp {
    Timestamp::from_jst(day, 0, 0, 0).unwrap_or(Timestamp::from_micros(i64::MIN))
}

/// Every file that is expected for days from `from` on as of a day, at a moment of it, overdue ones first.
pub(super) fn list(
    calendar: &Calendar<'_>,
    from: CivilDate,
    as_of: CivilDate,
    now: Timestamp,
) -> Vec<ExpectedFile> {
    let mut list = Vec::new();
    for expecting in expecting(calendar, as_of) {
        let days = calendar.received.get(&expecting.source);
        list.extend(of_source(&expecting, from.max(expecting.since), as_of, calendar.banking, days, now));
    }
    list.sort_by(|a, b| (b.state, a.due_on, &a.source, a.from).cmp(&(a.state, b.due_on, &b.source, b.from)));
    list
}

/// Every file that is expected for days from `from` on (else the last two months) as of a day, overdue ones first.
///
/// # Errors
/// When the store fails or stored settings cannot be read.
pub async fn expected(
    state: &AppState,
    as_of: CivilDate,
    from: Option<CivilDate>,
) -> Result<Vec<ExpectedFile>, JobError> {
    let from = from.unwrap_or_else(|| as_of.plus_days(-SCOPE_DAYS)).max(as_of.plus_days(-SCOPE_MAX_DAYS));
    let tenant = state.tenant();
    let mut unit = state.store.snapshot().await?;
    let settings = Settings::read(&mut *unit, tenant).await?;
    let rows = contract_rows(&mut *unit, tenant).await?;
    let contracts = contracts_in_force(&rows, as_of)?;
    let holidays = unit.bank_holidays(tenant, from, as_of.plus_days(SCOPE_MAX_DAYS)).await?;
    let banking = BankCalendar::with_listed(holidays.into_iter().map(|holiday| holiday.day));
    let mut files = Vec::new();
    let mut before = None;
    loop {
        let page = unit.files(tenant, before, FILES_PAGE).await?;
        let Some(last) = page.last() else { break };
        before = Some(last.file);
        files.extend(page);
    }
    // As of an earlier day, what came later is not here yet.
    files.retain(|row: &FileRow| row.state == FileState::Accepted && row.received_at.date() <= as_of);
    let watermark = files.iter().map(|row| row.file).max().unwrap_or_default();
    let notices = unit.payout_lines(tenant, from.plus_days(-SCOPE_MAX_DAYS), as_of, watermark).await?;
    drop(unit);
    let notices = hand::counted_payouts(notices);
    let counted = Counted::new(settings.clone(), files.iter());
    let here = (files.iter(), &counted, &notices[..]);
    let calendar = Calendar::new(&rows, &contracts, &settings, here, &banking);
    // Of a past day, its end is meant.
    let end = Timestamp::from_jst(as_of, 23, 59, 59).unwrap_or_else(|| state.now());
    Ok(list(&calendar, from, as_of, state.now().min(end)))
}

/// Days that are here, by source; of an account those of the formats that count.
fn received<'f>(
    files: impl Iterator<Item = &'f FileRow>,
    counted: &Counted,
) -> BTreeMap<String, BTreeSet<CivilDate>> {
    let mut received: BTreeMap<String, BTreeSet<CivilDate>> = BTreeMap::new();
    for row in files.filter(|row| row.state == FileState::Accepted) {
        let Some((from, to)) = row.period_from.zip(row.period_to) else { continue };
        let source = match row.kind {
            FileKind::Statement | FileKind::Payout => row.source.clone(),
            FileKind::Bank => match counted.account_of(&row.source, from) {
                Some(account) => format!("bank:{account}"),
                None => continue,
            },
            FileKind::Opening => continue,
        };
        received.entry(source).or_default().extend(days(from, to));
    }
    received
}

/// Days of a file, at most those that a list looks at.
fn days(from: CivilDate, to: CivilDate) -> impl Iterator<Item = CivilDate> {
    (0..=to.days_since(from).clamp(0, SCOPE_MAX_DAYS)).map(move |offset| from.plus_days(offset))
}

/// The source of a contract's payment statements.
fn payout_source(contract: &ContractId) -> String {
    format!("payout:{contract}")
}

/// Who owes files: contracts with statements, accounts that are named or were received, payout statements where a rule is set.
fn expecting<'c>(calendar: &Calendar<'c>, as_of: CivilDate) -> Vec<Expecting<'c>> {
    let Calendar { contracts, since, settings, received, .. } = calendar;
    let rule = |source: &str| settings.in_force(source, as_of).and_then(|(_, terms)| terms.due.clone());
    let mut list = Vec::new();
    for contract in *contracts {
        let first = since.get(&contract.id).copied().unwrap_or(as_of);
        let source = contract.id.to_string();
        let usual = match contract.closing {
            engine::contract::Closing::Daily => daily(),
            engine::contract::Closing::MonthEnd | engine::contract::Closing::Days(_) => {
                DueRule::PerClosing { banking_days_after: CLOSING_BANKING_DAYS }
            }
        };
        let usual = contract.statement_required.then_some(usual);
        let label_ja = format!("{} 取引明細", contract.label_ja);
        list.extend(rule(&source).or(usual).map(|rule| Expecting {
            source,
            label_ja,
            rule,
            since: first,
            contract: Some(contract),
            of_sales: true,
        }));
        let source = payout_source(&contract.id);
        let label_ja = format!("{} 支払明細", contract.label_ja);
        list.extend(rule(&source).map(|rule| Expecting {
            source,
            label_ja,
            rule,
            since: first,
            contract: Some(contract),
            of_sales: false,
        }));
    }
    let named = contracts.iter().filter_map(|contract| contract.deposit_account.clone());
    let set = settings.accounts(as_of).map(|(account, _)| account.to_owned());
    let came = received.keys().filter_map(|source| source.strip_prefix("bank:")).map(ToOwned::to_owned);
    let accounts: BTreeSet<String> = named.chain(set).chain(came).collect();
    for account in accounts {
        let source = format!("bank:{account}");
        let first = settings.in_force(&source, as_of).map(|(from, _)| from);
        let first = first.or_else(|| received.get(&source)?.first().copied()).unwrap_or(as_of);
        let rule = rule(&source).unwrap_or_else(daily);
        list.push(Expecting {
            source,
            label_ja: format!("口座 {account} 入出金明細"),
            rule,
            since: first,
            contract: None,
            of_sales: false,
        });
    }
    list
}

/// What is expected of a source that sends a file a day, where nothing is set.
const fn daily() -> DueRule {
    DueRule::Daily { banking_days_after: DAILY_BANKING_DAYS, by: None, days: FileDays::Banking }
}

/// The expected files of one source.
fn of_source(
    expecting: &Expecting<'_>,
    from: CivilDate,
    as_of: CivilDate,
    calendar: &BankCalendar,
    received: Option<&BTreeSet<CivilDate>>,
    now: Timestamp,
) -> Vec<ExpectedFile> {
    let file = |(from, to): (CivilDate, CivilDate), after: u8, by: Option<&String>| {
        let due_on = calendar.banking_days_after(to, after);
        let asked = to.days_since(from) + 1;
        let here = received.map_or(0, |days| days.range(from..=to).count());
        let state = match i32::try_from(here).unwrap_or(i32::MAX) {
            here if here >= asked => ExpectedState::Received,
            _ if is_past(due_on, by, now) => ExpectedState::Overdue,
            0 => ExpectedState::Waiting,
            _ => ExpectedState::Partly,
        };
        ExpectedFile {
            source: expecting.source.clone(),
            label_ja: expecting.label_ja.clone(),
            contract: expecting.contract.filter(|_| expecting.of_sales).map(|contract| contract.id.clone()),
            from,
            to,
            due_on,
            by: by.cloned(),
            state,
        }
    };
    let days = (0..=as_of.days_since(from)).map(|offset| from.plus_days(offset));
    match (&expecting.rule, expecting.contract) {
        (DueRule::Never, _) => Vec::new(),
        (DueRule::Daily { banking_days_after, by, days: of }, _) => days
            // Who is closed has nothing to say of the day.
            .filter(|day| *of == FileDays::Every || calendar.is_banking_day(*day))
            .map(|day| file((day, day), *banking_days_after, by.as_ref()))
            .collect(),
        (DueRule::PerClosing { banking_days_after }, Some(contract)) => {
            let periods: BTreeSet<_> = days.map(|day| period_of(&contract.closing, day)).collect();
            let whole = periods.into_iter().filter(|period| period.to <= as_of && period.to >= from);
            whole.map(|period| file((period.from.max(from), period.to), *banking_days_after, None)).collect()
        }
        (DueRule::PerClosing { banking_days_after }, None) => {
            let ends: BTreeSet<_> = days.map(CivilDate::month_end).filter(|end| *end <= as_of).collect();
            let first = |end: CivilDate| CivilDate::new(end.year(), end.month(), 1).unwrap_or(end);
            ends.into_iter().map(|end| file((first(end).max(from), end), *banking_days_after, None)).collect()
        }
    }
}

/// Whether a due day (and its hour) is past.
fn is_past(due_on: CivilDate, by: Option<&String>, now: Timestamp) -> bool {
    let hour = by.and_then(|by| {
        let (hour, minute) = by.split_once(':')?;
        Timestamp::from_jst(due_on, hour.parse().ok()?, minute.parse().ok()?, 0)
    });
    hour.map_or(now.date() > due_on, |due| now > due)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> CivilDate {
        text.parse().unwrap()
    }

    fn at(text: &str, hour: i8) -> Timestamp {
        Timestamp::from_jst(day(text), hour, 0, 0).unwrap()
    }

    fn states(rule: DueRule, here: &[&str], as_of: &str, hour: i8) -> Vec<(String, String, ExpectedState)> {
        let expecting = Expecting {
            source: "bank:a".to_owned(),
            label_ja: String::new(),
            rule,
            since: day("2026-07-01"),
            contract: None,
            of_sales: false,
        };
        let calendar = BankCalendar { holidays: BTreeSet::from([day("2026-07-20")]) };
        let received: BTreeSet<_> = here.iter().map(|text| day(text)).collect();
        let now = at(as_of, hour);
        let list = of_source(&expecting, day("2026-07-16"), day(as_of), &calendar, Some(&received), now);
        list.into_iter().map(|row| (row.to.to_string(), row.due_on.to_string(), row.state)).collect()
    }

    /// Thursday, Friday, a weekend, a holiday, Tuesday: the bank's file of Friday is due on Tuesday at ten.
    #[test]
    fn a_banks_days_are_banking_days() {
        let by = || Some("10:00".to_owned());
        let rule = || DueRule::Daily { banking_days_after: 1, by: by(), days: FileDays::Banking };
        let row = |to: &str, due: &str, state| (to.to_owned(), due.to_owned(), state);
        let thursday = row("2026-07-16", "2026-07-17", ExpectedState::Received);
        let early = states(rule(), &["2026-07-16"], "2026-07-21", 9);
        assert_eq!(early[0], thursday);
        assert_eq!(early[1], row("2026-07-17", "2026-07-21", ExpectedState::Waiting));
        assert_eq!(early[2], row("2026-07-21", "2026-07-22", ExpectedState::Waiting));
        assert_eq!(early.len(), 3);
        let late = states(rule(), &["2026-07-16"], "2026-07-21", 11);
        assert_eq!(late[1].2, ExpectedState::Overdue);
        assert!(states(DueRule::Never, &[], "2026-07-21", 11).is_empty());
    }

    /// 土日祝: 18 to 20 July 2026 are a weekend and 海の日. A company that closes a day at a time owes nothing of them, unless it says so.
    #[test]
    fn a_company_that_is_closed_owes_no_file() {
        let daily = |days| DueRule::Daily { banking_days_after: 1, by: None, days };
        let owed = |rule| {
            let list = states(rule, &["2026-07-16", "2026-07-17"], "2026-07-22", 9);
            let late = list.into_iter().filter(|(.., state)| *state == ExpectedState::Overdue);
            late.map(|(to, ..)| to).collect::<Vec<_>>()
        };
        assert!(owed(daily(FileDays::Banking)).is_empty());
        assert!(owed(super::daily()).is_empty(), "the default");
        let every = ["2026-07-18", "2026-07-19", "2026-07-20"];
        assert_eq!(owed(daily(FileDays::Every)), every, "due on the 21st");
        let read: DueRule = toml::from_str("daily = { banking_days_after = 1 }").unwrap();
        assert_eq!(read, super::daily(), "settings that were kept before");
    }

    #[test]
    fn a_month_that_is_partly_here_is_not_received() {
        let rule = DueRule::PerClosing { banking_days_after: 2 };
        let here = states(rule.clone(), &["2026-07-16", "2026-07-17"], "2026-07-31", 12);
        assert_eq!(here, [("2026-07-31".to_owned(), "2026-08-04".to_owned(), ExpectedState::Partly)]);
        let late = states(rule, &["2026-07-16"], "2026-08-05", 12);
        assert_eq!(late[0].2, ExpectedState::Overdue);
    }
}
