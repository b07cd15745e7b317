//! Reads a 入出金取引明細 file: header, data, trailer per account, one end record.
//!
//! Invariant: the whole file or nothing; the order of records is checked before their content, so half a file is always named as such.

use std::collections::BTreeMap;

use domain::{money::Yen, time::CivilDate};

use crate::{
    digest::{of_parts, sha256_hex},
    refusal::{Notice, Refusal},
};

use super::{
    date::{Calendar, calendar_of, closest},
    field::{FieldSpec, Record},
    framing, gate, kana,
    layout::{data, end, header, trailer},
    model::{
        BankAccountBlock, BankEntry, BankFile, ENTRIES_MAX, FILE_BYTES_MAX, ReadOptions, TransactionClass,
    },
};

/// 種別コード of 入出金取引明細.
const FILE_TYPE: &str = "03";
/// 種別コード of 振込入金通知.
const FILE_TYPE_TRANSFER_NOTICE: &str = "01";
/// Days by which the closest reading of 作成日 may lie from the reference date: exports reach back a few years at most.
const CREATED_DISTANCE_DAYS_MAX: i32 = 3_660;

/// Reads a file and passes it through every gate.
///
/// # Errors
/// Names file, record, field and remedy; nothing of the file is taken then.
pub fn read(bytes: &[u8], options: &ReadOptions) -> Result<BankFile, Refusal> {
    let file = options.file_name.as_str();
    if bytes.is_empty() || bytes.len() > FILE_BYTES_MAX {
        let remedy = "空か、大きすぎるファイルです。期間を分けて取り込んでください。";
        return Err(Refusal::new(file, None, "ファイルの大きさ", format!("{}バイト", bytes.len()), remedy));
    }
    refuse_foreign(bytes, file)?;
    let (framing, records) = framing::split(bytes, options)?;
    let mut reader = Reader::new(options);
    for (index, record) in records.iter().enumerate() {
        let row = u32::try_from(index + 1).unwrap_or(u32::MAX);
        reader.take(Record { file, row, bytes: record })?;
    }
    let records = reader.finish(records.len())?;
    Ok(BankFile {
        sha256: sha256_hex(bytes),
        framing,
        accounts: reader.accounts,
        records,
        notices: reader.notices,
    })
}

/// Names files that are something else altogether.
fn refuse_foreign(bytes: &[u8], file: &str) -> Result<(), Refusal> {
    let remedy = if bytes.starts_with(b"\xEF\xBB\xBF") {
        "UTF-8の印（BOM）が付いています。表計算ソフトなどで保存し直していない元のファイルを入れてください。"
    } else if bytes[0] == 0xF1 {
        "EBCDICのファイルです。銀行にコード区分0（JIS）での提供を頼んでください。"
    } else {
        return Ok(());
    };
    Err(Refusal::new(file, Some(1), "コード区分", hex::encode(&bytes[..bytes.len().min(4)]), remedy))
}

/// What the order of records expects next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    Header,
    DataOrTrailer,
    HeaderOrEnd,
    Nothing,
}

struct Reader<'o> {
    options: &'o ReadOptions,
    expect: Expect,
    calendar: Option<(Calendar, CivilDate)>,
    accounts: Vec<BankAccountBlock>,
    notices: Vec<Notice>,
    occurrences: BTreeMap<String, u32>,
    entries: usize,
    end_records: Option<i64>,
}

impl<'o> Reader<'o> {
    fn new(options: &'o ReadOptions) -> Self {
        Self {
            options,
            expect: Expect::Header,
            calendar: None,
            accounts: Vec::new(),
            notices: Vec::new(),
            occurrences: BTreeMap::new(),
            entries: 0,
            end_records: None,
        }
    }

    fn take(&mut self, record: Record<'_>) -> Result<(), Refusal> {
        match (record.bytes[0], self.expect) {
            (b'1', Expect::Header | Expect::HeaderOrEnd) => self.header(record),
            (b'2', Expect::DataOrTrailer) => self.data(record),
            (b'8', Expect::DataOrTrailer) => self.trailer(record),
            (b'9', Expect::HeaderOrEnd) => self.end(record),
            _ => {
                let expected = match self.expect {
                    Expect::Header => "1（ヘッダー）",
                    Expect::DataOrTrailer => "2（データ）か8（トレーラ）",
                    Expect::HeaderOrEnd => "1（ヘッダー）か9（エンド）",
                    Expect::Nothing => "なし（エンドの後）",
                };
                Err(record.refuse(
                    header::KIND,
                    format!("ここに来るのは{expected}です。全銀の入出金取引明細か、途中が欠けていないかを確かめてください。"),
                ))
            }
        }
    }

    fn header(&mut self, record: Record<'_>) -> Result<(), Refusal> {
        record.conforms(header::ALL)?;
        match record.required_digits(header::FILE_TYPE)? {
            FILE_TYPE => {}
            FILE_TYPE_TRANSFER_NOTICE => {
                let remedy = "振込入金通知（種別01）です。入出金取引明細（種別03）を取り込んでください。";
                return Err(record.refuse(header::FILE_TYPE, remedy));
            }
            _ => return Err(record.refuse(header::FILE_TYPE, "入出金取引明細（種別03）ではありません。")),
        }
        match record.digits(header::CODE_TYPE)? {
            Some("0") | None => {}
            Some("1") => {
                let remedy =
                    "コード区分1（EBCDIC）は扱えません。銀行にコード区分0（JIS）での提供を頼んでください。";
                return Err(record.refuse(header::CODE_TYPE, remedy));
            }
            Some(_) => return Err(record.refuse(header::CODE_TYPE, "0（JIS）か1（EBCDIC）の欄です。")),
        }
        let account_kind = match record.required_digits(header::ACCOUNT_KIND)? {
            "1" => 1,
            "2" => 2,
            "4" => 4,
            _ => {
                let remedy =
                    "普通・当座・貯蓄預金（1・2・4）だけを扱います。定期預金などの明細は別の様式です。";
                return Err(record.refuse(header::ACCOUNT_KIND, remedy));
            }
        };
        let created_on = self.header_date(record, header::CREATED)?;
        let block = BankAccountBlock {
            row: record.row,
            created_on,
            period_from: self.header_date(record, header::FROM)?,
            period_to: self.header_date(record, header::TO)?,
            bank_code: record.required_digits(header::BANK_CODE)?.to_owned(),
            bank_name: record.text(header::BANK_NAME)?,
            branch_code: record.required_digits(header::BRANCH_CODE)?.to_owned(),
            branch_name: record.text(header::BRANCH_NAME)?,
            account_kind,
            account_number: record.required_digits(header::ACCOUNT_NUMBER)?.to_owned(),
            account_name: record.text(header::ACCOUNT_NAME)?,
            opening: balance(record, header::SIGN, header::OPENING)?,
            closing: Yen::ZERO,
            in_count: 0,
            in_total: Yen::ZERO,
            out_count: 0,
            out_total: Yen::ZERO,
            entries: Vec::new(),
        };
        gate::header(record, &block)?;
        self.accounts.push(block);
        self.expect = Expect::DataOrTrailer;
        Ok(())
    }

    /// A date of the header: the first one of the file settles the calendar.
    fn header_date(&mut self, record: Record<'_>, spec: FieldSpec) -> Result<Option<CivilDate>, Refusal> {
        let Some(digits) = record.digits(spec)?.filter(|d| *d != "000000") else { return Ok(None) };
        if self.calendar.is_none() {
            let reference = self.options.reference_date;
            let calendar = calendar_of(digits, self.options.dates, reference);
            let read = calendar.and_then(|c| closest(digits, c, reference).map(|date| (c, date)));
            self.calendar =
                read.filter(|(_, date)| date.days_since(reference).abs() <= CREATED_DISTANCE_DAYS_MAX);
            if self.calendar.is_none() {
                return Err(record.refuse(
                    spec,
                    "年月日（YYMMDD）として読めません。銀行の日付の表し方（和暦・西暦）を設定してください。",
                ));
            }
        }
        self.date(record, spec)
    }

    /// A date in the file's calendar; none where it is blank or all zero.
    fn date(&self, record: Record<'_>, spec: FieldSpec) -> Result<Option<CivilDate>, Refusal> {
        let Some(digits) = record.digits(spec)?.filter(|d| *d != "000000") else { return Ok(None) };
        let (calendar, near) = self.calendar.unwrap_or((Calendar::Japanese, self.options.reference_date));
        closest(digits, calendar, near).map(Some).ok_or_else(|| {
            record.refuse(spec, "暦にない日付です。和暦と西暦が混じっていないか銀行に確かめてください。")
        })
    }

    fn data(&mut self, record: Record<'_>) -> Result<(), Refusal> {
        record.conforms(data::ALL)?;
        self.entries += 1;
        if self.entries > ENTRIES_MAX {
            let remedy = "明細が多すぎます。期間を分けて取り込んでください。";
            return Err(Refusal::new(
                record.file,
                Some(record.row),
                "明細件数",
                self.entries.to_string(),
                remedy,
            ));
        }
        let incoming = match record.required_digits(data::DIRECTION)? {
            "1" => true,
            "2" => false,
            _ => return Err(record.refuse(data::DIRECTION, "1（入金）か2（出金）の欄です。")),
        };
        let magnitude = record.number(data::AMOUNT)?;
        let booked_on = self
            .date(record, data::BOOKED)?
            .ok_or_else(|| record.refuse(data::BOOKED, "勘定日が空です。銀行に確かめてください。"))?;
        let remitter_kana_raw = if incoming { record.text(data::REMITTER)? } else { String::new() };
        let optional = |spec: FieldSpec| record.digits(spec).map(|d| d.map(str::to_owned));
        let mut entry = BankEntry {
            row: record.row,
            record_key: String::new(),
            occurrence: 0,
            content_hash: sha256_hex(record.bytes),
            booked_on,
            value_on: self.date(record, data::VALUE)?,
            amount: Yen::new(if incoming { magnitude } else { -magnitude }),
            of_which_cheques: record.optional_number(data::CHEQUES)?.map(Yen::new),
            class: TransactionClass::from_code(record.required_digits(data::CLASS)?),
            remitter_code: optional(data::REMITTER_CODE)?,
            remitter_kana: kana::normalise(&remitter_kana_raw),
            remitter_kana_raw,
            sending_bank: record.text(data::SENDING_BANK)?,
            sending_branch: record.text(data::SENDING_BRANCH)?,
            summary: record.text(data::SUMMARY)?,
            edi: record.text(data::EDI)?,
            inquiry_no: optional(data::INQUIRY)?,
        };
        self.note(&entry);
        let Some(block) = self.accounts.last_mut() else { return Ok(()) };
        gate::entry(record, block, &entry)?;
        entry.record_key = record_key(&block.account_key(), &entry);
        let seen = self.occurrences.entry(entry.record_key.clone()).or_default();
        *seen += 1;
        entry.occurrence = *seen;
        block.entries.push(entry);
        Ok(())
    }

    /// Says what was kept although the layout does not list it.
    fn note(&mut self, entry: &BankEntry) {
        if let TransactionClass::Unlisted(code) = &entry.class {
            self.notices.push(Notice {
                row: Some(entry.row),
                field: data::CLASS.name.to_owned(),
                sentence_ja: format!("取引区分「{code}」は様式にない値です。そのまま残しました。"),
            });
        }
    }

    fn trailer(&mut self, record: Record<'_>) -> Result<(), Refusal> {
        let Some(block) = self.accounts.last_mut() else { return Ok(()) };
        record.conforms(trailer::ALL)?;
        block.closing = balance(record, trailer::SIGN, trailer::CLOSING)?;
        gate::trailer(record, block)?;
        self.expect = Expect::HeaderOrEnd;
        Ok(())
    }

    fn end(&mut self, record: Record<'_>) -> Result<(), Refusal> {
        record.conforms(end::ALL)?;
        gate::end(record, self.accounts.len(), self.options.end_counts_itself)?;
        self.end_records = Some(record.number(end::RECORDS)?);
        self.expect = Expect::Nothing;
        Ok(())
    }

    /// The declared number of records; a file without its end is half a file.
    fn finish(&self, records: usize) -> Result<u64, Refusal> {
        self.end_records.and_then(|n| u64::try_from(n).ok()).ok_or_else(|| {
            let row = u32::try_from(records).ok();
            let remedy = "エンド・レコードがありません。途中で切れたファイルです。もう一度銀行から取り込んでください。";
            Refusal::new(&self.options.file_name, row, "エンド・レコード", "なし", remedy)
        })
    }
}

/// A balance with its sign: 1 plus, 2 minus.
fn balance(record: Record<'_>, sign: FieldSpec, amount: FieldSpec) -> Result<Yen, Refusal> {
    let yen = record.number(amount)?;
    match record.digits(sign)? {
        Some("1" | "0") | None => Ok(Yen::new(yen)),
        Some("2") => Ok(Yen::new(-yen)),
        Some(_) => Err(record.refuse(sign, "1（プラス）か2（マイナス）の欄です。")),
    }
}

/// Everything that describes an entry, as one key.
fn record_key(account: &str, entry: &BankEntry) -> String {
    of_parts([
        account,
        &entry.booked_on.to_string(),
        &entry.value_on.map(|d| d.to_string()).unwrap_or_default(),
        &entry.amount.get().to_string(),
        entry.class.code(),
        entry.remitter_code.as_deref().unwrap_or_default(),
        &entry.remitter_kana,
        &entry.summary,
        &entry.edi,
        entry.inquiry_no.as_deref().unwrap_or_default(),
    ])
}
