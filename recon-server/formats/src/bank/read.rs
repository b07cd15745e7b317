//! One door for every bank file: what it is shows in its first bytes, or it is the CSV of the profile at hand.
//!
//! Invariant: nothing is tried out: a file goes to exactly one reader, and that reader's refusal is the answer.

use domain::time::CivilDate;

use crate::{
    camt::{self, CamtOptions},
    refusal::Refusal,
    zengin::{
        self,
        notice::{self, NoticeFormat, NoticeOptions},
    },
};

use super::{
    csv::{self, AccountOf, BankCsvOptions, BankCsvProfile},
    model::{BankFileKind, BankStatement},
};

/// What the importer says of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankReadOptions {
    /// Name, reference date and the bank's ways with Zengin files.
    pub zengin: zengin::ReadOptions,
    /// Format of 振込入金通知, where the bank's is known.
    pub notice_format: Option<NoticeFormat>,
    /// The profile that reads a CSV; none when no CSV is expected.
    pub csv: Option<BankCsvProfile>,
    /// The account of a CSV, where neither profile nor file says it.
    pub account: Option<AccountOf>,
    /// The period that a CSV is said to cover.
    pub period: Option<(CivilDate, CivilDate)>,
    /// The city's accounts as XML files name them.
    pub xml_accounts: Vec<AccountOf>,
}

impl BankReadOptions {
    /// Standard Zengin and XML files; no CSV.
    #[must_use]
    pub fn strict(file_name: &str, reference_date: CivilDate) -> Self {
        Self {
            zengin: zengin::ReadOptions::strict(file_name, reference_date),
            notice_format: None,
            csv: None,
            account: None,
            period: None,
            xml_accounts: Vec::new(),
        }
    }
}

/// What the first bytes show; none for anything that may be a CSV. An XML file counts as a statement until it is read.
#[must_use]
pub fn recognise(bytes: &[u8]) -> Option<BankFileKind> {
    let body = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    if bytes.starts_with(b"103") {
        Some(BankFileKind::ZenginLedger)
    } else if bytes.starts_with(b"101") {
        Some(BankFileKind::ZenginNotice)
    } else if body.starts_with(b"<") {
        Some(BankFileKind::CamtStatement)
    } else {
        None
    }
}

/// Reads a bank file of any kind.
///
/// # Errors
/// The reader's refusal, with file, record, field and remedy; nothing of the file is taken then.
pub fn read(bytes: &[u8], options: &BankReadOptions) -> Result<BankStatement, Refusal> {
    match (recognise(bytes), &options.csv) {
        (Some(BankFileKind::ZenginNotice), _) => {
            let options = NoticeOptions { common: options.zengin.clone(), format: options.notice_format };
            notice::read(bytes, &options).map(BankStatement::from)
        }
        (Some(BankFileKind::CamtStatement), _) => {
            let file_name = options.zengin.file_name.clone();
            camt::read(bytes, &CamtOptions { file_name, accounts: options.xml_accounts.clone() })
        }
        (None, Some(profile)) => {
            let options = BankCsvOptions {
                file_name: options.zengin.file_name.clone(),
                reference_date: options.zengin.reference_date,
                account: options.account.clone(),
                period: options.period,
            };
            csv::read(bytes, profile, &options)
        }
        // Also what is nothing that we know: the Zengin reader names what it expects.
        _ => zengin::read(bytes, &options.zengin).map(BankStatement::from),
    }
}
