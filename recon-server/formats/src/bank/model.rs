//! Accounts and entries of a bank file, whatever its format.
//!
//! Invariants: amounts are signed (in positive, out negative); what a format does not have is `None` or empty, never 0.

use std::sync::Arc;

use domain::{
    money::{Yen, YenOverflow},
    time::CivilDate,
};
use serde::{Deserialize, Serialize};

use crate::{
    Digest, Text,
    refusal::Notice,
    zengin::{Common, TransactionClass},
};

/// Which format a file had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BankFileKind {
    /// 全銀 入出金取引明細 (種別 03)
    ZenginLedger,
    /// 全銀 振込入金通知 (種別 01)
    ZenginNotice,
    /// CSV by profile.
    Csv,
    /// ISO 20022 camt.052, intraday report.
    CamtReport,
    /// ISO 20022 camt.053, end-of-day statement.
    CamtStatement,
    /// ISO 20022 camt.054, debit and credit notification.
    CamtNotification,
}

impl BankFileKind {
    /// Whether the file lists every movement of its account. The others announce some of them (振込入金通知, camt.054) or may
    /// change until the end of the day (camt.052): the same money stands in the ledger too and must not be counted twice.
    #[must_use]
    pub const fn is_ledger(self) -> bool {
        matches!(self, Self::ZenginLedger | Self::Csv | Self::CamtStatement)
    }

    /// The name on screens.
    #[must_use]
    pub const fn label_ja(self) -> &'static str {
        match self {
            Self::ZenginLedger => "入出金取引明細（全銀）",
            Self::ZenginNotice => "振込入金通知（全銀）",
            Self::Csv => "入出金明細（CSV）",
            Self::CamtReport => "日中入出金明細（XML camt.052）",
            Self::CamtStatement => "入出金明細（XML camt.053）",
            Self::CamtNotification => "入出金通知（XML camt.054）",
        }
    }
}

/// A whole bank file that passed every gate. Its digest is taken where its bytes come in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankStatement {
    /// Which format it had.
    pub kind: BankFileKind,
    /// Accounts in the order of the file.
    pub accounts: Vec<Account>,
    /// What a person should know although the file was taken.
    pub notices: Vec<Notice>,
}

/// One account of a file (one block: an account may come more than once).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Record, row or line where it begins, from 1.
    pub row: u32,
    /// `0001-123-1-0001234567`: bank, branch, kind, number; the key of the account in every format.
    pub account_key: String,
    /// 銀行コード, 4 digits; empty where the file does not say.
    pub bank_code: String,
    /// 銀行名
    pub bank_name: String,
    /// 支店コード, 3 digits.
    pub branch_code: String,
    /// 支店名
    pub branch_name: String,
    /// 預金種目: 1 普通, 2 当座, 4 貯蓄.
    pub account_kind: Option<u8>,
    /// 口座番号, as many digits as the file has.
    pub account_number: String,
    /// 口座名
    pub account_name: String,
    /// 作成日
    pub created_on: Option<CivilDate>,
    /// First day.
    pub period_from: Option<CivilDate>,
    /// Last day.
    pub period_to: Option<CivilDate>,
    /// 取引前残高, signed; none in notifications.
    pub opening: Option<Yen>,
    /// 取引後残高, signed.
    pub closing: Option<Yen>,
    /// Number of booked entries in.
    pub in_count: u32,
    /// Their sum, positive.
    pub in_total: Yen,
    /// Number of booked entries out.
    pub out_count: u32,
    /// Their sum, positive.
    pub out_total: Yen,
    /// Booked entries.
    pub entries: Vec<Entry>,
    /// Entries announced and not booked yet; no money of the account.
    #[serde(default)]
    pub pending: Vec<Entry>,
}

impl Account {
    /// The key of an account: the number is brought to the ten digits of 入出金取引明細, so that the seven digits of 振込入金通知 and
    /// of XML files name the same account.
    #[must_use]
    pub fn key(bank_code: &str, branch_code: &str, account_kind: Option<u8>, account_number: &str) -> String {
        let kind = account_kind.map(|kind| kind.to_string()).unwrap_or_default();
        format!("{bank_code}-{branch_code}-{kind}-{account_number:0>10}")
    }

    /// Adds a booked entry to the account and its sums. Hands it back when a sum would leave the range.
    pub(crate) fn book(&mut self, entry: Entry) -> Result<(), Box<Entry>> {
        if self.count(entry.amount).is_err() {
            return Err(Box::new(entry));
        }
        self.entries.push(entry);
        Ok(())
    }

    /// Adds the amount of an entry to the sums, unless one would leave the range.
    pub(crate) fn count(&mut self, amount: Yen) -> Result<(), YenOverflow> {
        let magnitude = Yen::new(amount.get().saturating_abs());
        let (count, total) = if amount.is_negative() {
            (&mut self.out_count, &mut self.out_total)
        } else {
            (&mut self.in_count, &mut self.in_total)
        };
        *total = total.checked_add(magnitude)?;
        *count = count.saturating_add(1);
        Ok(())
    }
}

/// One booked (or announced) movement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Record, row or ordinal in the file, from 1.
    pub row: u32,
    /// Key of the entry: everything that describes it, since no format has a dependable id (reconciliation.md 6.1, 6.4).
    pub record_key: Digest,
    /// 1 for the first entry with this key in the file, 2 for the next.
    pub occurrence: u32,
    /// SHA-256 of what the file says of it (ADR 0022).
    pub content_hash: Digest,
    /// 勘定日
    pub booked_on: CivilDate,
    /// 起算日
    pub value_on: Option<CivilDate>,
    /// Signed: in positive, out negative.
    pub amount: Yen,
    /// 取引区分
    pub class: TransactionClass,
    /// 振込依頼人コード
    pub remitter_code: Option<Text>,
    /// What it has in common with others.
    #[serde(flatten, with = "crate::shared")]
    pub common: Arc<Common>,
    /// EDI情報 of the fixed field, or a reference from the remittance text.
    pub edi: Text,
    /// 照会番号, or the bank's own reference.
    pub inquiry_no: Option<Text>,
    /// A reversal, correction or cancelled notice; its amount has the sign of what it does to the account.
    #[serde(default)]
    pub reversal: bool,
    /// Balance after this entry, where the file says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance_after: Option<Yen>,
    /// What the entry is made of, where the file says more than one sentence about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Detail>,
    /// The EDI payload (金融EDI) as it came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edi_payloads: Vec<EdiPayload>,
}

/// One transaction of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// Signed as the entry, where the file says it.
    pub amount: Option<Yen>,
    /// The bank's reference.
    pub servicer_ref: Option<String>,
    /// The payer's reference.
    pub end_to_end_id: Option<String>,
    /// Name of the payer (entries in) or the payee (entries out), as written.
    pub party: Option<String>,
    /// Remittance text, without EDI payloads.
    pub remittance: Vec<String>,
}

/// An EDI payload: MIME headers and Base64 (reconciliation.md 6.4). Kept as it came; what it says is not read here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EdiPayload {
    /// MIME headers in their order.
    pub headers: Vec<(String, String)>,
    /// The Base64 text without line breaks.
    pub base64: String,
    /// Bytes of the decoded payload; none where the text is not valid Base64.
    pub decoded_bytes: Option<u32>,
    /// SHA-256 of the decoded payload, hex.
    pub decoded_sha256: Option<String>,
}
