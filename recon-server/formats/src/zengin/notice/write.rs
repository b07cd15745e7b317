//! Writes a 振込入金通知 file, from the same table of fields that reads it. For banks that are played, and for tools.
//!
//! Invariant: totals are computed from the entries (transfers and cancellations apart), so a written file passes every gate.

use domain::{money::Yen, time::CivilDate};

use crate::zengin::{
    CannotEncode, Framing,
    write::{Builder, framed},
};

use super::{
    layout::{data_a, data_b, header, trailer},
    model::NoticeFormat,
};

/// Largest amount of format A's ten digits, in yen.
const FORMAT_A_YEN_MAX: u64 = 9_999_999_999;

/// A file to write. Dates are written in 和暦 (令和).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeFileOut {
    /// 作成日
    pub created_on: CivilDate,
    /// How records are separated.
    pub framing: Framing,
    /// Layout of the data records.
    pub format: NoticeFormat,
    /// Accounts.
    pub accounts: Vec<NoticeAccountOut>,
}

/// One account of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeAccountOut {
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
    /// 口座番号, up to 7 digits.
    pub account_number: String,
    /// 口座名, half-width kana.
    pub account_name: String,
    /// 明細
    pub entries: Vec<NoticeEntryOut>,
}

/// One transfer to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeEntryOut {
    /// 勘定日; 起算日 is written alike.
    pub booked_on: CivilDate,
    /// The amount, positive also when cancelled.
    pub amount: Yen,
    /// 取消区分
    pub cancelled: bool,
    /// 振込依頼人コード; empty for none.
    pub remitter_code: String,
    /// 振込依頼人名, half-width kana.
    pub remitter_kana: String,
    /// 仕向銀行名
    pub sending_bank: String,
    /// 仕向店名
    pub sending_branch: String,
    /// EDI情報
    pub edi: String,
    /// 照会番号; empty for none.
    pub inquiry_no: String,
}

/// Writes the whole file.
///
/// # Errors
/// Names the value that does not fit its field.
pub fn write(file: &NoticeFileOut) -> Result<Vec<u8>, CannotEncode> {
    let mut records = Vec::new();
    for account in &file.accounts {
        records.push(header_record(file.created_on, account)?);
        for entry in &account.entries {
            records.push(data_record(entry, file.format)?);
        }
        records.push(trailer_record(account)?);
    }
    records.push(Builder::new("9").0);
    Ok(framed(records, file.framing))
}

fn header_record(created_on: CivilDate, account: &NoticeAccountOut) -> Result<Vec<u8>, CannotEncode> {
    let mut record = Builder::new("1010");
    record.date(header::CREATED, created_on)?;
    record.date(header::FROM, account.from)?;
    record.date(header::TO, account.to)?;
    for (spec, value) in [
        (header::BANK_CODE, account.bank_code.as_str()),
        (header::BANK_NAME, &account.bank_name),
        (header::BRANCH_CODE, &account.branch_code),
        (header::BRANCH_NAME, &account.branch_name),
        (header::ACCOUNT_KIND, &account.account_kind.to_string()),
        (header::ACCOUNT_NUMBER, &account.account_number),
        (header::ACCOUNT_NAME, &account.account_name),
    ] {
        record.put(spec, value)?;
    }
    Ok(record.0)
}

fn data_record(entry: &NoticeEntryOut, format: NoticeFormat) -> Result<Vec<u8>, CannotEncode> {
    let mut record = Builder::new("2");
    record.date(data_a::BOOKED, entry.booked_on)?;
    record.date(data_a::VALUE, entry.booked_on)?;
    let yen = entry.amount.get().unsigned_abs();
    let second = format == NoticeFormat::B && yen > FORMAT_A_YEN_MAX;
    let amount = yen.to_string();
    for (spec, value) in [
        (data_a::INQUIRY, entry.inquiry_no.as_str()),
        (data_a::AMOUNT, if second { "0" } else { &amount }),
        (data_a::CHEQUES, "0"),
        (data_a::REMITTER_CODE, &entry.remitter_code),
        (data_a::REMITTER, &entry.remitter_kana),
        (data_a::SENDING_BANK, &entry.sending_bank),
        (data_a::SENDING_BRANCH, &entry.sending_branch),
        (data_a::CANCEL, if entry.cancelled { "1" } else { "" }),
    ] {
        record.put(spec, value)?;
    }
    match format {
        NoticeFormat::A => record.put(data_a::EDI, &entry.edi)?,
        NoticeFormat::B => {
            record.put(data_b::AMOUNT_2, if second { &amount } else { "0" })?;
            record.put(data_b::CHEQUES_2, "0")?;
            record.put(data_b::EDI, &entry.edi)?;
        }
    }
    Ok(record.0)
}

fn trailer_record(account: &NoticeAccountOut) -> Result<Vec<u8>, CannotEncode> {
    let (mut came, mut cancelled) = ((0_u32, Yen::ZERO), (0_u32, Yen::ZERO));
    for entry in &account.entries {
        let (count, total) = if entry.cancelled { &mut cancelled } else { &mut came };
        *count += 1;
        *total = total.checked_add(Yen::new(entry.amount.get().saturating_abs()))?;
    }
    let mut record = Builder::new("8");
    for (spec, value) in [
        (trailer::COUNT, i64::from(came.0)),
        (trailer::TOTAL, came.1.get()),
        (trailer::CANCEL_COUNT, i64::from(cancelled.0)),
        (trailer::CANCEL_TOTAL, cancelled.1.get()),
    ] {
        record.put(spec, &value.to_string())?;
    }
    Ok(record.0)
}
