//! Writes a 入出金取引明細 file, from the same table of fields that reads it. For banks that are played (demo, tests), and for tools.
//!
//! Invariant: totals are computed from the entries, so a written file passes every gate.

use domain::{
    money::{Yen, YenOverflow},
    time::CivilDate,
};

use super::{
    field::{DoesNotFit, FieldSpec, put},
    framing::Framing,
    layout::{RECORD_BYTES, data, end, header, trailer},
    model::TransactionClass,
};

/// A file to write. Dates are written in 和暦 (令和).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileOut {
    /// 作成日
    pub created_on: CivilDate,
    /// How records are separated.
    pub framing: Framing,
    /// Accounts.
    pub accounts: Vec<AccountOut>,
}

/// One account of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountOut {
    /// 勘定日自
    pub from: CivilDate,
    /// 勘定日至
    pub to: CivilDate,
    /// 銀行コード, 4 digits.
    pub bank_code: String,
    /// 銀行名, half-width kana.
    pub bank_name: String,
    /// 支店コード, 3 digits.
    pub branch_code: String,
    /// 支店名, half-width kana.
    pub branch_name: String,
    /// 預金種目: 1 普通, 2 当座, 4 貯蓄.
    pub account_kind: u8,
    /// 口座番号, up to 10 digits.
    pub account_number: String,
    /// 口座名, half-width kana.
    pub account_name: String,
    /// 取引前残高
    pub opening: Yen,
    /// 明細
    pub entries: Vec<EntryOut>,
}

/// One entry to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryOut {
    /// 勘定日; 起算日 is written alike.
    pub booked_on: CivilDate,
    /// Signed: in positive, out negative.
    pub amount: Yen,
    /// 取引区分
    pub class: TransactionClass,
    /// 振込依頼人コード; empty for none.
    pub remitter_code: String,
    /// 振込依頼人名, half-width kana.
    pub remitter_kana: String,
    /// 仕向銀行名
    pub sending_bank: String,
    /// 仕向店名
    pub sending_branch: String,
    /// 摘要
    pub summary: String,
    /// EDI情報
    pub edi: String,
    /// 照会番号; empty for none.
    pub inquiry_no: String,
}

/// A file that cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CannotEncode {
    /// A value is too long or has characters that the field does not take.
    #[error(transparent)]
    DoesNotFit(#[from] DoesNotFit),
    /// A date before 令和.
    #[error("{0} は令和より前の日付です。")]
    BeforeReiwa(CivilDate),
    /// A sum leaves the range.
    #[error(transparent)]
    Overflow(#[from] YenOverflow),
}

/// Writes the whole file.
///
/// # Errors
/// Names the value that does not fit its field.
pub fn write(file: &FileOut) -> Result<Vec<u8>, CannotEncode> {
    let mut records = Vec::new();
    for account in &file.accounts {
        records.push(header_record(file.created_on, account)?);
        for entry in &account.entries {
            records.push(data_record(entry)?);
        }
        records.push(trailer_record(account)?);
    }
    let mut last = Builder::new("9");
    last.put(end::RECORDS, &(records.len() + 1).to_string())?;
    last.put(end::ACCOUNTS, &file.accounts.len().to_string())?;
    records.push(last.0);
    Ok(framed(records, file.framing))
}

/// Records with their separators.
pub(super) fn framed(records: Vec<Vec<u8>>, framing: Framing) -> Vec<u8> {
    let separator = framing.separator();
    records.into_iter().flat_map(|record| record.into_iter().chain(separator.iter().copied())).collect()
}

/// A record under construction.
pub(super) struct Builder(pub Vec<u8>);

impl Builder {
    /// A record of spaces that begins with `kind`.
    pub fn new(kind: &str) -> Self {
        let mut record = vec![b' '; RECORD_BYTES];
        record[..kind.len()].copy_from_slice(kind.as_bytes());
        Self(record)
    }

    /// Puts a value into its field.
    pub fn put(&mut self, spec: FieldSpec, value: &str) -> Result<(), DoesNotFit> {
        put(&mut self.0, spec, value)
    }

    /// Puts a date, in 令和.
    pub fn date(&mut self, spec: FieldSpec, date: CivilDate) -> Result<(), CannotEncode> {
        self.put(spec, &reiwa(date)?).map_err(Into::into)
    }

    /// A balance and its sign.
    fn balance(&mut self, sign: FieldSpec, amount: FieldSpec, yen: Yen) -> Result<(), DoesNotFit> {
        self.put(sign, if yen.is_negative() { "2" } else { "1" })?;
        self.put(amount, &yen.get().unsigned_abs().to_string())
    }
}

/// `YYMMDD` in 令和.
fn reiwa(date: CivilDate) -> Result<String, CannotEncode> {
    let begins = CivilDate::new(2019, 5, 1);
    if begins.is_some_and(|b| date < b) {
        return Err(CannotEncode::BeforeReiwa(date));
    }
    Ok(format!("{:02}{:02}{:02}", date.year() - 2018, date.month(), date.day()))
}

fn header_record(created_on: CivilDate, account: &AccountOut) -> Result<Vec<u8>, CannotEncode> {
    let mut record = Builder::new("1030");
    record.date(header::CREATED, created_on)?;
    record.date(header::FROM, account.from)?;
    record.date(header::TO, account.to)?;
    for (spec, value) in [
        (header::BANK_CODE, account.bank_code.as_str()),
        (header::BANK_NAME, &account.bank_name),
        (header::BRANCH_CODE, &account.branch_code),
        (header::BRANCH_NAME, &account.branch_name),
        (header::RESERVE, "000"),
        (header::ACCOUNT_KIND, &account.account_kind.to_string()),
        (header::ACCOUNT_NUMBER, &account.account_number),
        (header::ACCOUNT_NAME, &account.account_name),
        (header::BOOK, "1"),
    ] {
        record.put(spec, value)?;
    }
    record.balance(header::SIGN, header::OPENING, account.opening)?;
    Ok(record.0)
}

fn data_record(entry: &EntryOut) -> Result<Vec<u8>, CannotEncode> {
    let mut record = Builder::new("2");
    record.date(data::BOOKED, entry.booked_on)?;
    record.date(data::VALUE, entry.booked_on)?;
    let magnitude = entry.amount.get().unsigned_abs().to_string();
    for (spec, value) in [
        (data::INQUIRY, entry.inquiry_no.as_str()),
        (data::DIRECTION, if entry.amount.is_negative() { "2" } else { "1" }),
        (data::CLASS, entry.class.code()),
        (data::AMOUNT, &magnitude),
        (data::CHEQUES, "0"),
        (data::REMITTER_CODE, &entry.remitter_code),
        (data::REMITTER, &entry.remitter_kana),
        (data::SENDING_BANK, &entry.sending_bank),
        (data::SENDING_BRANCH, &entry.sending_branch),
        (data::SUMMARY, &entry.summary),
        (data::EDI, &entry.edi),
    ] {
        record.put(spec, value)?;
    }
    Ok(record.0)
}

fn trailer_record(account: &AccountOut) -> Result<Vec<u8>, CannotEncode> {
    let (mut incoming, mut outgoing) = ((0_u32, Yen::ZERO), (0_u32, Yen::ZERO));
    for entry in &account.entries {
        let (count, total) = if entry.amount.is_negative() { &mut outgoing } else { &mut incoming };
        *count += 1;
        *total = total.checked_add(Yen::new(entry.amount.get().saturating_abs()))?;
    }
    let closing = account.opening.checked_add(incoming.1)?.checked_sub(outgoing.1)?;
    let mut record = Builder::new("8");
    for (spec, value) in [
        (trailer::IN_COUNT, i64::from(incoming.0)),
        (trailer::IN_TOTAL, incoming.1.get()),
        (trailer::OUT_COUNT, i64::from(outgoing.0)),
        (trailer::OUT_TOTAL, outgoing.1.get()),
        (trailer::DATA_COUNT, i64::try_from(account.entries.len()).unwrap_or(i64::MAX)),
    ] {
        record.put(spec, &value.to_string())?;
    }
    record.balance(trailer::SIGN, trailer::CLOSING, closing)?;
    Ok(record.0)
}
