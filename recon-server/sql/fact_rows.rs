//! Rows of facts as the database has them: what bulk statements bind, and what reading gives back.
//!
//! Invariant: every value here is one that both engines keep as it is (no NUL in text, dates as `YYYY-MM-DD`).

use std::borrow::Cow;

use domain::{
    id::{BrandCode, TenantId},
    money::Yen,
    time::Timestamp,
};
use store::{
    Fault,
    facts::{BankEntry, RowIdentity, StatementLine, Stored},
    words,
};

/// A file that brings facts.
#[derive(Clone, Copy)]
pub struct Origin<'a> {
    pub tenant: &'a TenantId,
    pub source: &'a str,
    pub file_number: i64,
}

/// Rows of a source that a part of a file speaks of.
pub struct Wanted<'a> {
    /// Keys, each once.
    pub keys: Vec<Cow<'a, str>>,
    /// Lowest and highest occurrence among them: a key with thousands of twins is not read whole for each part of its file.
    pub occurrences: (i64, i64),
}

/// A stored revision of a row.
pub struct Known {
    pub record_key: String,
    pub occurrence: i64,
    pub revision: i64,
    pub content_sha256: Vec<u8>,
}

/// What every row begins with.
pub struct RowHead<'a> {
    pub key: Cow<'a, str>,
    pub occurrence: i64,
    pub revision: i64,
    pub row: i64,
    pub content_sha256: &'a [u8],
}

impl<'a> RowHead<'a> {
    fn new(identity: &'a RowIdentity, revision: i64) -> Self {
        Self {
            key: words::plain_ref(&identity.record_key),
            occurrence: i64::from(identity.occurrence),
            revision,
            row: i64::from(identity.row),
            content_sha256: &identity.content_sha256,
        }
    }
}

/// A row of `statement_line` to be inserted.
pub struct StatementRow<'a> {
    pub head: RowHead<'a>,
    pub class: Cow<'a, str>,
    pub contract: &'a str,
    pub brand: Option<&'a str>,
    pub terminal_id: Option<Cow<'a, str>>,
    pub slip_number: Option<Cow<'a, str>>,
    pub approval_code: Option<Cow<'a, str>>,
    pub transaction_id: Option<Cow<'a, str>>,
    pub amount: i64,
    pub day: String,
    pub payout_date: Option<String>,
    pub paid_at: i64,
    pub status_word: Cow<'a, str>,
    pub brand_word: Cow<'a, str>,
    pub reference: Option<Cow<'a, str>>,
    pub payer_digits: Option<Cow<'a, str>>,
}

impl<'a> StatementRow<'a> {
    /// `line` as revision `revision` of its row.
    pub fn new(line: &'a StatementLine, revision: i64) -> Self {
        Self {
            head: RowHead::new(&line.identity, revision),
            class: words::plain_ref(&line.class),
            contract: line.contract.as_str(),
            brand: line.brand.as_ref().map(BrandCode::as_str),
            terminal_id: line.terminal_id.as_deref().map(words::plain_ref),
            slip_number: line.slip_number.as_deref().map(words::plain_ref),
            approval_code: line.approval_code.as_deref().map(words::plain_ref),
            transaction_id: line.transaction_id.as_deref().map(words::plain_ref),
            amount: line.amount.get(),
            day: words::date_text(line.day),
            payout_date: line.payout_date.map(words::date_text),
            paid_at: line.at.as_micros(),
            status_word: words::plain_ref(&line.status_word),
            brand_word: words::plain_ref(&line.brand_word),
            reference: line.reference.as_deref().map(words::plain_ref),
            payer_digits: line.payer_digits.as_deref().map(words::plain_ref),
        }
    }
}

/// A row of `bank_entry` to be inserted.
pub struct BankRow<'a> {
    pub head: RowHead<'a>,
    pub account: Cow<'a, str>,
    pub booked_on: String,
    pub value_date: Option<String>,
    pub amount: i64,
    pub class: Cow<'a, str>,
    pub remitter_code: Option<Cow<'a, str>>,
    pub remitter_name: Option<Cow<'a, str>>,
    pub inquiry_number: Option<Cow<'a, str>>,
    pub document: Cow<'a, str>,
}

impl<'a> BankRow<'a> {
    /// `entry` as revision `revision` of its row.
    pub fn new(entry: &'a BankEntry, revision: i64) -> Self {
        Self {
            head: RowHead::new(&entry.identity, revision),
            account: words::plain_ref(&entry.account),
            booked_on: words::date_text(entry.booked_on),
            value_date: entry.value_date.map(words::date_text),
            amount: entry.amount.get(),
            class: words::plain_ref(&entry.class),
            remitter_code: entry.remitter_code.as_deref().map(words::plain_ref),
            remitter_name: entry.remitter_name.as_deref().map(words::plain_ref),
            inquiry_number: entry.inquiry_number.as_deref().map(words::plain_ref),
            document: words::plain_ref(&entry.document),
        }
    }
}

/// A row of `statement_line` as it is read.
pub struct StatementRecord {
    pub source: String,
    pub record_key: String,
    pub occurrence: i64,
    pub revision: i64,
    pub file_number: i64,
    pub row_number: i64,
    pub content_sha256: Vec<u8>,
    pub class: String,
    pub contract_id: String,
    pub brand: Option<String>,
    pub terminal_id: Option<String>,
    pub slip_number: Option<String>,
    pub approval_code: Option<String>,
    pub transaction_id: Option<String>,
    pub amount: i64,
    pub day: String,
    pub payout_date: Option<String>,
    pub paid_at: i64,
    pub status_word: String,
    pub brand_word: String,
    pub reference: Option<String>,
    pub payer_digits: Option<String>,
}

/// A row of `bank_entry` as it is read.
pub struct BankRecord {
    pub source: String,
    pub record_key: String,
    pub occurrence: i64,
    pub revision: i64,
    pub file_number: i64,
    pub row_number: i64,
    pub content_sha256: Vec<u8>,
    pub account: String,
    pub booked_on: String,
    pub value_date: Option<String>,
    pub amount: i64,
    pub class: String,
    pub remitter_code: Option<String>,
    pub remitter_name: Option<String>,
    pub inquiry_number: Option<String>,
    pub document: String,
}

/// The identity of a stored row from its columns.
pub fn identity(key: String, occurrence: i64, digest: &[u8], row: i64) -> Result<RowIdentity, Fault> {
    Ok(RowIdentity {
        record_key: key,
        occurrence: words::to_u32("occurrence", occurrence)?,
        content_sha256: words::digest("row digest", digest)?,
        row: words::to_u32("row", row)?,
    })
}

impl TryFrom<StatementRecord> for Stored<StatementLine> {
    type Error = Fault;

    fn try_from(row: StatementRecord) -> Result<Self, Fault> {
        Ok(Self {
            source: row.source,
            revision: words::to_u32("revision", row.revision)?,
            file: words::to_u64("file number", row.file_number)?,
            fact: StatementLine {
                identity: identity(row.record_key, row.occurrence, &row.content_sha256, row.row_number)?,
                class: row.class,
                contract: words::parse("contract", &row.contract_id)?,
                brand: words::parse_opt("brand", row.brand.as_deref())?,
                terminal_id: row.terminal_id,
                slip_number: row.slip_number,
                approval_code: row.approval_code,
                transaction_id: row.transaction_id,
                amount: Yen::new(row.amount),
                day: words::parse("day", &row.day)?,
                payout_date: words::parse_opt("day", row.payout_date.as_deref())?,
                at: Timestamp::from_micros(row.paid_at),
                status_word: row.status_word,
                brand_word: row.brand_word,
                reference: row.reference,
                payer_digits: row.payer_digits,
            },
        })
    }
}

impl TryFrom<BankRecord> for Stored<BankEntry> {
    type Error = Fault;

    fn try_from(row: BankRecord) -> Result<Self, Fault> {
        Ok(Self {
            source: row.source,
            revision: words::to_u32("revision", row.revision)?,
            file: words::to_u64("file number", row.file_number)?,
            fact: BankEntry {
                identity: identity(row.record_key, row.occurrence, &row.content_sha256, row.row_number)?,
                account: row.account,
                booked_on: words::parse("day", &row.booked_on)?,
                value_date: words::parse_opt("day", row.value_date.as_deref())?,
                amount: Yen::new(row.amount),
                class: row.class,
                remitter_code: row.remitter_code,
                remitter_name: row.remitter_name,
                inquiry_number: row.inquiry_number,
                document: row.document,
            },
        })
    }
}
