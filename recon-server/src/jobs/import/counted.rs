//! Which rows of an account's files count, where the same money stands in several of them.
//!
//! The rule: one format counts for an account and a day. Where the city set one (`counts`), it is that; else the best ledger that was
//! received for the day: 入出金取引明細 before CSV before camt.053. 振込入金通知, camt.054 and camt.052 only announce (reconciliation.md
//! 6.1, 6.4): they count where the city says so, and are evidence otherwise. Invariant: no yen is counted twice, and which counts never
//! depends on the order in which files came. What was entered by hand counts only while no file that counts says its day, and not after
//! it was taken back.

use std::collections::BTreeMap;

use domain::{id::TenantId, time::CivilDate};
use store::{
    UnitOfWork,
    facts::{BankEntry, Stored},
    files::{FileKind, FileRow, FileState},
};

use super::settings::{BankFormat, Settings};
use crate::jobs::{JobError, hand};

/// Receipts of files read at a time.
const FILES_PAGE: u32 = 500;

/// Days of an account's files, by format.
type Received = BTreeMap<String, BTreeMap<BankFormat, Vec<(CivilDate, CivilDate)>>>;

/// What counts, as of a watermark.
#[derive(Debug, Clone, Default)]
pub struct Counted {
    settings: Settings,
    received: Received,
}

impl Counted {
    /// What counts by settings and receipts.
    pub fn new<'f>(settings: Settings, files: impl Iterator<Item = &'f FileRow>) -> Self {
        let mut received = Received::new();
        for row in files.filter(|row| row.kind == FileKind::Bank && row.state == FileState::Accepted) {
            let days = row.period_from.zip(row.period_to);
            // A slip by hand says one deposit, never a whole day.
            let of = BankFormat::of_source(&row.source).filter(|(_, format)| *format != BankFormat::Hand);
            if let (Some((account, format)), Some(days)) = (of, days) {
                received.entry(account.to_owned()).or_default().entry(format).or_default().push(days);
            }
        }
        Self { settings, received }
    }

    /// Reads settings and receipts up to a watermark.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn read(
        unit: &mut dyn UnitOfWork,
        tenant: &TenantId,
        watermark: u64,
    ) -> Result<Self, JobError> {
        let settings = Settings::read(unit, tenant).await?;
        let mut files = Vec::new();
        let mut before = Some(watermark.saturating_add(1));
        loop {
            let page = unit.files(tenant, before, FILES_PAGE).await?;
            let Some(last) = page.last() else { break };
            before = Some(last.file);
            files.extend(page);
        }
        Ok(Self::new(settings, files.iter()))
    }

    /// Whether rows of a source count on a day.
    #[must_use]
    pub fn counts(&self, source: &str, day: CivilDate) -> bool {
        let Some((account, format)) = BankFormat::of_source(source) else { return true };
        let set = self.settings.of_account(account, day).and_then(|terms| terms.counts);
        if format == BankFormat::Hand {
            return !self.said_by_a_file(account, set, day);
        }
        match set {
            Some(set) => set == format,
            None => format.is_ledger() && !self.better_received(account, format, day),
        }
    }

    /// Whether a file that counts holds a day of an account.
    fn said_by_a_file(&self, account: &str, set: Option<BankFormat>, day: CivilDate) -> bool {
        let counts = |format: BankFormat| set.map_or(format.is_ledger(), |set| set == format);
        let holds = |(from, to): &(CivilDate, CivilDate)| (*from..=*to).contains(&day);
        let formats = self.received.get(account).into_iter().flatten();
        formats.into_iter().any(|(format, days)| counts(*format) && days.iter().any(holds))
    }

    fn better_received(&self, account: &str, format: BankFormat, day: CivilDate) -> bool {
        let Some(formats) = self.received.get(account) else { return false };
        let holds = |(from, to): &(CivilDate, CivilDate)| (*from..=*to).contains(&day);
        formats.range(..format).any(|(better, days)| better.is_ledger() && days.iter().any(holds))
    }

    /// Only the rows that count.
    #[must_use]
    pub fn only(&self, mut entries: Vec<Stored<BankEntry>>) -> Vec<Stored<BankEntry>> {
        entries.retain(|row| hand::stands(row) && self.counts(&row.source, row.fact.booked_on));
        entries
    }

    /// The account whose days a file makes known; none for a file that is evidence only.
    #[must_use]
    pub fn account_of<'s>(&self, source: &'s str, on: CivilDate) -> Option<&'s str> {
        let (account, format) =
            BankFormat::of_source(source).filter(|(_, format)| *format != BankFormat::Hand)?;
        let set = self.settings.of_account(account, on).and_then(|terms| terms.counts);
        set.map_or(format.is_ledger(), |set| set == format).then_some(account)
    }
}

/// Bank rows that count, as of a watermark.
///
/// # Errors
/// When the store fails.
pub async fn counted_entries(
    unit: &mut dyn UnitOfWork,
    tenant: &TenantId,
    (from, to): (CivilDate, CivilDate),
    watermark: u64,
) -> Result<Vec<Stored<BankEntry>>, JobError> {
    let counted = Counted::read(unit, tenant, watermark).await?;
    Ok(counted.only(unit.bank_entries(tenant, from, to, watermark).await?))
}

#[cfg(test)]
mod tests {
    use domain::time::Timestamp;
    use store::files::{FileMode, ImportCounts};

    use super::*;
    use crate::jobs::import::settings::SourceTerms;

    fn day(text: &str) -> CivilDate {
        text.parse().unwrap()
    }

    fn file(source: &str, from: &str, to: &str) -> FileRow {
        FileRow {
            file: 1,
            sha256: [0; 32],
            source: source.to_owned(),
            kind: FileKind::Bank,
            name: String::new(),
            received_at: Timestamp::from_micros(0),
            uploader: String::new(),
            period_from: Some(day(from)),
            period_to: Some(day(to)),
            state: FileState::Accepted,
            mode: FileMode::Delta,
            withdrawn: 0,
            refusal: None,
            counts: ImportCounts::default(),
            length: 0,
        }
    }

    #[test]
    fn the_best_ledger_of_a_day_counts_and_notices_do_not() {
        let files = [
            file("bank:a#csv", "2026-07-01", "2026-07-31"),
            file("bank:a", "2026-07-10", "2026-07-31"),
            file("bank:a#notice", "2026-07-01", "2026-07-31"),
            file("bank:b#camt053", "2026-07-01", "2026-07-31"),
        ];
        for files in [files.iter().collect::<Vec<_>>(), files.iter().rev().collect()] {
            let counted = Counted::new(Settings::default(), files.into_iter());
            for (source, on, counts) in [
                ("bank:a", "2026-07-10", true),
                ("bank:a#csv", "2026-07-10", false),
                ("bank:a#csv", "2026-07-09", true),
                ("bank:a#notice", "2026-07-09", false),
                ("bank:b#camt053", "2026-07-09", true),
            ] {
                assert_eq!(counted.counts(source, day(on)), counts, "{source} {on}");
            }
            assert_eq!(counted.account_of("bank:a#csv", day("2026-07-01")), Some("a"));
            assert_eq!(counted.account_of("bank:a#notice", day("2026-07-01")), None);
        }
    }

    /// Passbook and file say the same deposit: it counts once, by the file, whichever came first.
    #[test]
    fn an_entry_by_hand_counts_until_a_file_says_its_day() {
        let hand = file("bank:a#hand", "2026-07-10", "2026-07-10");
        let alone = Counted::new(Settings::default(), std::iter::once(&hand));
        assert!(alone.counts("bank:a#hand", day("2026-07-10")));
        assert_eq!(alone.account_of("bank:a#hand", day("2026-07-10")), None, "no day is known whole");
        for (source, counts) in
            [("bank:a", false), ("bank:a#csv", false), ("bank:a#notice", true), ("bank:b", true)]
        {
            let files = [hand.clone(), file(source, "2026-07-01", "2026-07-31")];
            for files in [files.iter().collect::<Vec<_>>(), files.iter().rev().collect()] {
                let counted = Counted::new(Settings::default(), files.into_iter());
                assert_eq!(counted.counts("bank:a#hand", day("2026-07-10")), counts, "{source}");
                assert!(counted.counts("bank:a#hand", day("2026-08-01")), "{source}: another day");
            }
        }
        let mut settings = Settings::default();
        let terms = SourceTerms { counts: Some(BankFormat::Notice), ..SourceTerms::default() };
        settings.put("bank:a", day("2026-07-01"), terms);
        let files = [hand, file("bank:a", "2026-07-01", "2026-07-31")];
        assert!(
            Counted::new(settings, files.iter()).counts("bank:a#hand", day("2026-07-10")),
            "only what counts"
        );
    }

    #[test]
    fn what_the_city_set_wins_from_its_day_on() {
        let files =
            [file("bank:a", "2026-07-01", "2026-07-31"), file("bank:a#notice", "2026-07-01", "2026-07-31")];
        let mut settings = Settings::default();
        let terms = SourceTerms { counts: Some(BankFormat::Notice), ..SourceTerms::default() };
        settings.put("bank:a", day("2026-07-15"), terms);
        let counted = Counted::new(settings, files.iter());
        for (on, ledger) in [("2026-07-14", true), ("2026-07-15", false)] {
            assert_eq!(counted.counts("bank:a", day(on)), ledger);
            assert_eq!(counted.counts("bank:a#notice", day(on)), !ledger);
        }
    }
}
