//! What stands around a day's report and does not come from the run: files, closes, heads, names.
//!
//! Invariant: read in one snapshot, so that the lists of one page belong together.

use std::collections::{BTreeMap, BTreeSet};

use domain::{id::CounterId, time::CivilDate};
use engine::{
    Contract,
    ident::{deposit_id, row_id},
    outcome::Exception,
};
use store::{
    counters::CounterRow,
    facts::{BankEntry, StatementLine, Stored},
    files::{FileRow, FileState},
    reports::{DayRow, DeliveryRow},
};

use crate::{
    app::AppState,
    jobs::{
        JobError, contract_rows, contracts_in_force, hand,
        import::{BankFormat, counted_entries},
    },
    web::{
        failure::PageError,
        view::{
            drill::DrillRow,
            words::{Link, Verdict},
        },
    },
};

/// Receipts that are looked through, newest first.
const FILES_MAX: u32 = 1_000;
/// Days after the day of a report in which a refused file of it may have come.
const REFUSED_WITHIN_DAYS: i32 = 14;

/// Statement rows this many days before and after the day can be named.
const ROWS_AROUND_DAYS: i32 = 3;
/// Bank lines this many days after the day can be named: payouts come up to two months later.
const DEPOSITS_AFTER_DAYS: i32 = 100;

/// What stands around a day.
pub struct Surroundings {
    /// Counters, by id.
    pub counters: Vec<CounterRow>,
    /// Cuts of the day.
    pub days: Vec<DayRow>,
    /// How far each counter has delivered.
    pub deliveries: BTreeMap<CounterId, DeliveryRow>,
    /// Contracts in force.
    pub contracts: Vec<Contract>,
    files: Vec<FileRow>,
    records: BTreeMap<String, Link>,
    statements: BTreeMap<String, DrillRow>,
}

impl Surroundings {
    /// Reads what stands around a day.
    ///
    /// # Errors
    /// When the store fails or a contract cannot be read.
    pub async fn read(state: &AppState, date: CivilDate) -> Result<Self, PageError> {
        Self::between(state, (date, date), &around(std::iter::once(date)), |_| true).await
    }

    /// Reads what stands around a span of days, and of its rows and bank lines only the members of exceptions, each near its day:
    /// a month of rows is not read for the few that are named.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub async fn of_exceptions(
        state: &AppState,
        span: (CivilDate, CivilDate),
        exceptions: &[&Exception],
    ) -> Result<Self, PageError> {
        let members: BTreeSet<&str> =
            exceptions.iter().flat_map(|one| &one.members).map(String::as_str).collect();
        let days: BTreeSet<CivilDate> = exceptions.iter().map(|one| one.day).collect();
        Self::between(state, span, &around(days), |id| members.contains(id)).await
    }

    async fn between(
        state: &AppState,
        (from, to): (CivilDate, CivilDate),
        spans: &[(CivilDate, CivilDate)],
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Self, PageError> {
        let tenant = state.tenant();
        let mut unit = state.store.snapshot().await?;
        let deliveries = unit.deliveries(tenant).await?;
        let contracts: Result<_, JobError> =
            contracts_in_force(&contract_rows(&mut *unit, tenant).await?, to);
        let watermark = unit.last_file(tenant).await?;
        let (mut records, mut statements) = (BTreeMap::new(), BTreeMap::new());
        for (first, last) in spans {
            for row in &unit.statement_lines(tenant, *first, *last, watermark).await? {
                let (id, link) = row_record(row);
                if wanted(&id) {
                    statements.extend([statement_row(row)]);
                    records.insert(id, link);
                }
            }
        }
        if !spans.is_empty() {
            let (first, last) = (from.plus_days(-ROWS_AROUND_DAYS), to.plus_days(DEPOSITS_AFTER_DAYS));
            let entries = counted_entries(&mut *unit, tenant, (first, last), watermark).await?;
            records.extend(entries.iter().map(deposit_record).filter(|(id, _)| wanted(id)));
        }
        Ok(Self {
            statements,
            records,
            counters: unit.counters(tenant).await?,
            days: unit.days(tenant, from, to).await?,
            deliveries: deliveries.into_iter().map(|row| (row.counter.clone(), row)).collect(),
            contracts: contracts?,
            files: unit.files(tenant, None, FILES_MAX).await?,
        })
    }

    /// Facility and counter in words.
    #[must_use]
    pub fn counter_words(&self, counter: &CounterId) -> String {
        counter_words(&self.counters, counter)
    }

    /// Name of a contract on papers.
    #[must_use]
    pub fn contract_words(&self, contract: &domain::id::ContractId) -> String {
        let found = self.contracts.iter().find(|known| known.id == *contract);
        found.map_or_else(|| contract.to_string(), |known| known.label_ja.clone())
    }

    /// The newest taken file of a source that covers a day.
    #[must_use]
    pub fn taken(&self, source: &str, date: CivilDate) -> Option<&FileRow> {
        let covers = |row: &&FileRow| {
            let period = row.period_from.zip(row.period_to);
            row.source == source && period.is_some_and(|(from, to)| from <= date && date <= to)
        };
        self.files.iter().filter(|row| row.state == FileState::Accepted).find(covers)
    }

    /// The newest refused file of a source that came after a day and that no taken file has replaced since.
    #[must_use]
    pub fn refused(&self, source: &str, date: CivilDate) -> Option<&FileRow> {
        let newest = self.files.iter().find(|row| row.source == source || row.source == "?")?;
        let came = newest.received_at.date();
        let near = date <= came && came <= date.plus_days(REFUSED_WITHIN_DAYS);
        (newest.state == FileState::Refused && near).then_some(newest)
    }

    /// The statement row or bank line of an engine's id, where it is near the day.
    #[must_use]
    pub fn record(&self, id: &str) -> Option<&Link> {
        self.records.get(id)
    }

    /// The statement row of an engine's id as a line of a list, where it is near the day.
    #[must_use]
    pub fn statement(&self, id: &str) -> Option<&DrillRow> {
        self.statements.get(id)
    }

    /// Accounts whose files have come at least once, `bank:…`.
    #[must_use]
    pub fn bank_sources(&self) -> Vec<String> {
        let mut sources: Vec<String> = self
            .files
            .iter()
            .filter(|row| row.state == FileState::Accepted && row.source.starts_with("bank:"))
            .map(|row| row.source.clone())
            .chain(
                self.contracts
                    .iter()
                    .filter_map(|contract| Some(format!("bank:{}", contract.deposit_account.as_ref()?))),
            )
            .collect();
        sources.sort();
        sources.dedup();
        sources
    }
}

/// The days around each of these, as spans that do not overlap.
fn around(days: impl IntoIterator<Item = CivilDate>) -> Vec<(CivilDate, CivilDate)> {
    let mut spans: Vec<(CivilDate, CivilDate)> = Vec::new();
    for day in days {
        let (first, last) = (day.plus_days(-ROWS_AROUND_DAYS), day.plus_days(ROWS_AROUND_DAYS));
        match spans.last_mut().filter(|span| first <= span.1) {
            Some(span) => span.1 = last,
            None => spans.push((first, last)),
        }
    }
    spans
}

/// A statement row by the engine's id: file and row.
pub fn row_record(stored: &Stored<StatementLine>) -> (String, Link) {
    let identity = &stored.fact.identity;
    let id = row_id(&stored.fact.contract, &identity.record_key, identity.occurrence);
    (
        id,
        Link::new(
            format!("明細 受付{} {}行", stored.file, identity.row),
            format!("/imports/{}", stored.file),
        ),
    )
}

/// A statement row as a line of a list; whoever lists it says what it is tied to and how it is judged.
fn statement_row(stored: &Stored<StatementLine>) -> (String, DrillRow) {
    let (id, record) = row_record(stored);
    let line = &stored.fact;
    let numbers =
        [("伝票", &line.slip_number), ("承認", &line.approval_code), ("取引", &line.transaction_id)];
    let words = numbers.iter().filter_map(|(word, value)| Some(format!("{word} {}", value.as_ref()?)));
    let row = DrillRow {
        at: line.at.hour_minute(),
        kind: class_words(&line.class).to_owned(),
        record,
        content: words.collect::<Vec<_>>().join("、"),
        amount: line.amount,
        tied_to: None,
        verdict: Verdict::Pending,
    };
    (id, row)
}

/// What a statement row is about, in words; a word that this program does not know is shown as it is.
fn class_words(class: &str) -> &str {
    match class {
        "sale" => "売上",
        "refund" => "返金",
        "chargeback" => "チャージバック",
        "failed" => "取引失敗",
        "unclassified" => "状態不明",
        other => other,
    }
}

/// A bank line by the engine's id: file and record.
pub fn deposit_record(stored: &Stored<BankEntry>) -> (String, Link) {
    let identity = &stored.fact.identity;
    let id = deposit_id(&stored.fact.account, &identity.record_key, identity.occurrence);
    if let Some(from) = hand::provenance(&stored.source, &stored.fact.document) {
        let origin = super::hand::origin_link(stored.file, &from);
        return (id, Link::new(format!("入金 {}", origin.text), origin.href));
    }
    (
        id,
        Link::new(
            format!("入金 受付{} {}件目", stored.file, identity.row),
            format!("/imports/{}", stored.file),
        ),
    )
}

/// Facility and counter in words; the id where the counter is not registered.
#[must_use]
pub fn counter_words(counters: &[CounterRow], counter: &CounterId) -> String {
    let found = counters.iter().find(|row| row.counter == *counter);
    found.map_or_else(
        || counter.to_string(),
        |row| format!("{} {}", row.profile.facility, row.profile.counter_label),
    )
}

/// Where a file came from, in words.
#[must_use]
pub fn source_words(contracts: &[Contract], source: &str) -> String {
    if let Some((account, format)) = BankFormat::of_source(source) {
        if format == BankFormat::Hand {
            return format!("口座 {account} 手入力の入金");
        }
        let file = if format.is_ledger() { "入出金明細" } else { "入出金のお知らせ" };
        return format!("口座 {account} {file}");
    }
    if let Some(contract) = source.strip_prefix("payout:") {
        let (contract, word) = match contract.strip_suffix(hand::HAND_END) {
            Some(contract) => (contract, "手入力の支払通知"),
            None => (contract, "支払明細"),
        };
        let known = contracts.iter().find(|known| known.id.as_str() == contract);
        return format!("{} {word}", known.map_or(contract, |known| known.label_ja.as_str()));
    }
    match contracts.iter().find(|contract| contract.id.as_str() == source) {
        Some(contract) => format!("{} 取引明細", contract.label_ja),
        None if source == "bank" => "銀行 入出金明細".to_owned(),
        None if source == "opening" => "移行時の未収".to_owned(),
        None if source == "?" => "種類が分からない資料".to_owned(),
        None => source.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_days_are_read_once() {
        let days = ["2026-07-01", "2026-07-05", "2026-07-20"].map(|day| day.parse().unwrap());
        let spans = around(days).into_iter().map(|(first, last)| format!("{first} {last}"));
        assert_eq!(spans.collect::<Vec<_>>(), ["2026-06-28 2026-07-08", "2026-07-17 2026-07-23"]);
        assert!(around(std::iter::empty()).is_empty());
    }
}
