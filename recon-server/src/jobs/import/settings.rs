//! How each source of files is read, which of two sources of one account counts, and when files are due: dated settings of the city.
//!
//! Invariants: a setting is in force from its day until the next of the same source; unknown keys are errors. Sources are named as in
//! receipts: a contract's id (取引明細), `payout:` and a contract's id (支払明細), `bank:` and an account (every format of it).

use std::collections::BTreeMap;

use domain::{
    id::{ContractId, TenantId},
    time::CivilDate,
};
use formats::{
    bank::{BankFileKind, csv::AccountOf},
    zengin::{DateReading, ReadOptions, notice::NoticeFormat},
};
use serde::{Deserialize, Serialize};
use store::{UnitOfWork, files::FileMode};

use crate::jobs::{JobError, hand::HAND_END};

/// Prefix of a bank account's sources.
pub const BANK_PREFIX: &str = "bank:";
/// The source of 移行時の未収.
pub const OPENING_SOURCE: &str = "opening";
/// Prefix of a contract's payout statements.
pub const PAYOUT_PREFIX: &str = "payout:";

/// A format of bank files. Each is a source of its own, so that the same money in two formats never becomes two deposits. In order of
/// preference where nothing is set: the ledgers, then what only announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BankFormat {
    /// 入出金取引明細 (全銀 種別03)
    Zengin,
    /// CSV by profile
    Csv,
    /// camt.053
    Camt053,
    /// camt.052
    Camt052,
    /// 振込入金通知 (全銀 種別01)
    Notice,
    /// camt.054
    Camt054,
    /// 手入力 from a passbook or a paper notice: two persons entered it, and it counts only while no file says its day.
    Hand,
}

impl BankFormat {
    /// Every format with the end of its source's name.
    const ENDS: [(Self, &'static str); 7] = [
        (Self::Zengin, ""),
        (Self::Csv, "#csv"),
        (Self::Camt053, "#camt053"),
        (Self::Camt052, "#camt052"),
        (Self::Notice, "#notice"),
        (Self::Camt054, "#camt054"),
        (Self::Hand, HAND_END),
    ];

    /// The format of a file.
    #[must_use]
    pub const fn of(kind: BankFileKind) -> Self {
        match kind {
            BankFileKind::ZenginLedger => Self::Zengin,
            BankFileKind::ZenginNotice => Self::Notice,
            BankFileKind::Csv => Self::Csv,
            BankFileKind::CamtReport => Self::Camt052,
            BankFileKind::CamtStatement => Self::Camt053,
            BankFileKind::CamtNotification => Self::Camt054,
        }
    }

    /// Whether it lists every movement of its account, for good (`formats::bank::BankFileKind::is_ledger`).
    #[must_use]
    pub const fn is_ledger(self) -> bool {
        matches!(self, Self::Zengin | Self::Csv | Self::Camt053)
    }

    /// The source of an account's files in this format.
    #[must_use]
    pub fn source(self, account: &str) -> String {
        let end = Self::ENDS.iter().find(|(format, _)| *format == self).map_or("", |(_, end)| end);
        format!("{BANK_PREFIX}{account}{end}")
    }

    /// Account and format of a source.
    #[must_use]
    pub fn of_source(source: &str) -> Option<(&str, Self)> {
        let name = source.strip_prefix(BANK_PREFIX)?;
        let ended =
            Self::ENDS.iter().skip(1).find_map(|(format, end)| Some((name.strip_suffix(end)?, *format)));
        Some(ended.unwrap_or((name, Self::Zengin)))
    }
}

/// Of which days a source that sends a file a day sends one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileDays {
    /// Of banking days: companies close on weekends and holidays, and put what was paid then into the next file. Sales of such a day
    /// wait for a statement all the same.
    #[default]
    Banking,
    /// Of every day of the year, empty ones too.
    Every,
}

impl FileDays {
    /// Whether it is what is taken where nothing is said; then it is not written down, and kept settings stay the same bytes.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// When a source's files are due (資料の期日).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum DueRule {
    /// One for each day.
    Daily {
        /// Banking days after the day until it is due.
        banking_days_after: u8,
        /// The hour until which it is due, `10:00`; the end of the day where none is given.
        #[serde(default)]
        by: Option<String>,
        /// The days of which one is expected.
        #[serde(default, skip_serializing_if = "FileDays::is_default")]
        days: FileDays,
    },
    /// One for each closing of the contract.
    PerClosing {
        /// Banking days after the closing day until it is due.
        banking_days_after: u8,
    },
    /// None is expected.
    Never,
}

/// One source's setting.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SourceTerms {
    /// The only format that counts of an account; its others are kept as evidence. Without it a day's best ledger counts.
    pub counts: Option<BankFormat>,
    /// Profile of the account's CSV.
    pub csv_profile: Option<String>,
    /// The account in words, for CSV and XML files.
    pub account: Option<AccountOf>,
    /// Zengin records are padded to this many bytes.
    pub padded_length: Option<usize>,
    /// Zengin records may have lost their trailing blanks.
    pub stripped: bool,
    /// How six digits of a Zengin date are read.
    pub dates: Option<DateReading>,
    /// レコード総件数 does not count the end record.
    pub end_leaves_itself_out: bool,
    /// Format of 振込入金通知.
    pub notice_format: Option<NoticeFormat>,
    /// Profile of the contract's payout statements.
    pub payout_profile: Option<String>,
    /// When files are due.
    pub due: Option<DueRule>,
    /// Whether a newer file adds to the earlier ones or stands in their place for the days that it covers.
    #[serde(skip_serializing_if = "FileMode::is_default")]
    pub mode: FileMode,
}

impl SourceTerms {
    /// The bank's ways with Zengin files.
    #[must_use]
    pub fn zengin(&self, file_name: &str, today: CivilDate) -> ReadOptions {
        let strict = ReadOptions::strict(file_name, today);
        ReadOptions {
            dates: self.dates.unwrap_or(strict.dates),
            stripped: self.stripped,
            padded_length: self.padded_length,
            end_counts_itself: !self.end_leaves_itself_out,
            ..strict
        }
    }
}

/// Every source's settings.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    by_source: BTreeMap<String, BTreeMap<CivilDate, SourceTerms>>,
}

impl Settings {
    /// Reads every setting.
    ///
    /// # Errors
    /// When the store fails or a stored setting cannot be read.
    pub async fn read(unit: &mut dyn UnitOfWork, tenant: &TenantId) -> Result<Self, JobError> {
        let mut settings = Self::default();
        for row in unit.source_settings(tenant).await? {
            let terms = serde_json::from_str(&row.config)
                .map_err(|source| JobError::Json { what: "setting of a source of files", source })?;
            settings.put(&row.source, row.valid_from, terms);
        }
        Ok(settings)
    }

    /// Adds a setting.
    pub fn put(&mut self, source: &str, valid_from: CivilDate, terms: SourceTerms) {
        self.by_source.entry(source.to_owned()).or_default().insert(valid_from, terms);
    }

    /// The setting of a source that is in force on a day, and since when.
    #[must_use]
    pub fn in_force(&self, source: &str, on: CivilDate) -> Option<(CivilDate, &SourceTerms)> {
        let dated = self.by_source.get(source)?;
        dated.range(..=on).next_back().map(|(from, terms)| (*from, terms))
    }

    /// How a newer file of a source stands to the earlier ones. What only announces never lists everything: it adds. One file of
    /// 移行時の未収 is the whole of it: the next one stands in its place.
    #[must_use]
    pub fn mode(&self, source: &str, on: CivilDate) -> FileMode {
        if source == OPENING_SOURCE {
            return FileMode::ReplacePeriod;
        }
        let set = match BankFormat::of_source(source) {
            Some((account, format)) if format.is_ledger() => self.of_account(account, on),
            Some(_) => None,
            None => self.in_force(source, on).map(|(_, terms)| terms),
        };
        set.map(|terms| terms.mode).unwrap_or_default()
    }

    /// The setting of an account on a day.
    #[must_use]
    pub fn of_account(&self, account: &str, on: CivilDate) -> Option<&SourceTerms> {
        self.in_force(&format!("{BANK_PREFIX}{account}"), on).map(|(_, terms)| terms)
    }

    /// The setting of a contract's payout statements on a day.
    #[must_use]
    pub fn of_payouts(&self, contract: &ContractId, on: CivilDate) -> Option<&SourceTerms> {
        self.in_force(&format!("{PAYOUT_PREFIX}{contract}"), on).map(|(_, terms)| terms)
    }

    /// Accounts with a setting, and theirs of a day.
    pub fn accounts(&self, on: CivilDate) -> impl Iterator<Item = (&str, &SourceTerms)> {
        self.named(BANK_PREFIX, on)
    }

    /// Contracts with a setting of payout statements, and theirs of a day.
    pub fn payouts(&self, on: CivilDate) -> impl Iterator<Item = (&str, &SourceTerms)> {
        self.named(PAYOUT_PREFIX, on)
    }

    fn named<'s>(
        &'s self,
        prefix: &'static str,
        on: CivilDate,
    ) -> impl Iterator<Item = (&'s str, &'s SourceTerms)> {
        let of = move |source: &'s String| {
            let (_, terms) = self.in_force(source, on)?;
            Some((source.strip_prefix(prefix)?, terms))
        };
        self.by_source.keys().filter_map(of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_names_account_and_format() {
        for (format, end) in BankFormat::ENDS {
            let source = format.source("0001-123-1-0001234567");
            assert_eq!(source, format!("bank:0001-123-1-0001234567{end}"));
            assert_eq!(BankFormat::of_source(&source), Some(("0001-123-1-0001234567", format)));
        }
        assert_eq!(BankFormat::of_source("card"), None);
    }

    #[test]
    fn the_setting_of_the_day_holds() {
        let day = |text: &str| text.parse::<CivilDate>().unwrap();
        let mut settings = Settings::default();
        let terms = |counts| SourceTerms { counts, ..SourceTerms::default() };
        settings.put("bank:a", day("2026-04-01"), terms(None));
        settings.put("bank:a", day("2026-10-01"), terms(Some(BankFormat::Notice)));
        for (on, counts) in
            [("2026-03-31", None), ("2026-09-30", Some(None)), ("2026-10-01", Some(Some(BankFormat::Notice)))]
        {
            assert_eq!(settings.of_account("a", day(on)).map(|terms| terms.counts), counts, "{on}");
        }
    }

    #[test]
    fn a_setting_is_strict() {
        let read = |text: &str| toml::from_str::<SourceTerms>(text);
        assert!(read("counts = \"notice\"\nstripped = true").is_ok());
        assert!(read("due = { daily = { banking_days_after = 1, by = \"10:00\" } }").is_ok());
        assert!(read("due = { per_closing = { banking_days_after = 3 } }").is_ok());
        assert!(read("strip = true").is_err());
    }
}
