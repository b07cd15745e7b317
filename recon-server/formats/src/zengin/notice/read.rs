//! Reads a 振込入金通知 file: header, data, trailer per account, one end record.
//!
//! Invariant: the whole file or nothing. Formats A and B are never mixed in one file: whichever is chosen, the trailer's sums must agree.

use std::sync::Arc;

use domain::money::Yen;

use crate::{
    Digest, Text,
    refusal::Refusal,
    zengin::{
        BankEntry, Common, ENTRIES_MAX, TransactionClass,
        charset::{Oddities, TextRule},
        date::Dates,
        field::{FieldSpec, Record},
        kana,
        occurrences::Occurrences,
        read::{Keys, code_type, records},
    },
};

use super::{
    gate,
    layout::{data_a, data_b, end, header, trailer},
    model::{NoticeAccount, NoticeEntry, NoticeFile, NoticeFormat, NoticeOptions},
};

/// 種別コード of 振込入金通知.
const FILE_TYPE: &str = "01";
/// Text fields of a header and what they may hold.
const HEADER_TEXTS: &[(FieldSpec, TextRule)] = &[
    (header::BANK_NAME, TextRule::Branch),
    (header::BRANCH_NAME, TextRule::Branch),
    (header::ACCOUNT_NAME, TextRule::Party),
];

/// Reads a file and passes it through every gate.
///
/// # Errors
/// Names file, record, field and remedy; nothing of the file is taken then.
pub fn read(bytes: &[u8], options: &NoticeOptions) -> Result<NoticeFile, Refusal> {
    let file = options.common.file_name.as_str();
    let (framing, records) = records(bytes, &options.common)?;
    let records = records.collect::<Result<Vec<_>, _>>()?;
    let format = options.format.unwrap_or_else(|| format_of(records.iter().map(AsRef::as_ref)));
    let mut reader = Reader {
        format,
        place: Place::Start,
        dates: Dates::new(&options.common),
        oddities: Oddities::default(),
        accounts: Vec::new(),
        account_key: String::new(),
        occurrences: Occurrences::default(),
        keys: Keys::default(),
        entries: 0,
    };
    for (index, bytes) in records.iter().enumerate() {
        let row = u32::try_from(index + 1).unwrap_or(u32::MAX);
        reader.take(Record { file, row, bytes })?;
    }
    if reader.place != Place::AfterEnd {
        let remedy =
            "エンド・レコードがありません。途中で切れたファイルです。もう一度銀行から取り込んでください。";
        let row = u32::try_from(records.len()).ok();
        return Err(Refusal::new(file, row, "エンド・レコード", "なし", remedy));
    }
    Ok(NoticeFile { framing, format, accounts: reader.accounts, notices: reader.oddities.notices() })
}

/// B when any entry has digits only where B has its second amounts: in A those 24 bytes end in blanks.
fn format_of<'a, I: Iterator<Item = &'a [u8]>>(records: I) -> NoticeFormat {
    let start = data_b::AMOUNT_2.start - 1;
    let amounts = start..start + data_b::AMOUNT_2.len + data_b::CHEQUES_2.len;
    let is_b = |record: &[u8]| {
        record.first() == Some(&b'2')
            && record.get(amounts.clone()).is_some_and(|b| b.iter().all(u8::is_ascii_digit))
    };
    if records.into_iter().any(is_b) { NoticeFormat::B } else { NoticeFormat::A }
}

/// Where in the file the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Start,
    InAccount,
    AfterTrailer,
    AfterEnd,
}

struct Reader<'o> {
    format: NoticeFormat,
    place: Place,
    dates: Dates<'o>,
    oddities: Oddities,
    accounts: Vec<NoticeAccount>,
    account_key: String,
    occurrences: Occurrences,
    keys: Keys,
    entries: usize,
}

impl Reader<'_> {
    fn take(&mut self, record: Record<'_>) -> Result<(), Refusal> {
        match (record.bytes.first(), self.place) {
            (Some(b'1'), Place::Start | Place::AfterTrailer) => self.header(record),
            (Some(b'2'), Place::InAccount) => self.data(record),
            (Some(b'8'), Place::InAccount) => self.trailer(record),
            (Some(b'9'), Place::AfterTrailer) => {
                record.conforms(end::ALL)?;
                self.place = Place::AfterEnd;
                Ok(())
            }
            _ => {
                let expected = match self.place {
                    Place::Start => "1（ヘッダー）",
                    Place::InAccount => "2（データ）か8（トレーラ）",
                    Place::AfterTrailer => "1（ヘッダー）か9（エンド）",
                    Place::AfterEnd => "なし（エンドの後）",
                };
                Err(record.refuse(
                    header::KIND,
                    format!("ここに来るのは{expected}です。全銀の振込入金通知か、途中が欠けていないかを確かめてください。"),
                ))
            }
        }
    }

    fn header(&mut self, record: Record<'_>) -> Result<(), Refusal> {
        record.conforms(header::ALL)?;
        if record.required_digits(header::FILE_TYPE)? != FILE_TYPE {
            return Err(record.refuse(header::FILE_TYPE, "振込入金通知（種別01）ではありません。"));
        }
        code_type(record, header::CODE_TYPE)?;
        self.oddities.look(record, HEADER_TEXTS);
        let account_kind = match record.required_digits(header::ACCOUNT_KIND)? {
            "1" => 1,
            "2" => 2,
            "4" => 4,
            _ => {
                let remedy =
                    "普通・当座・貯蓄預金（1・2・4）だけを扱います。銀行に預金種目を確かめてください。";
                return Err(record.refuse(header::ACCOUNT_KIND, remedy));
            }
        };
        let account = NoticeAccount {
            row: record.row,
            created_on: self.dates.header(record, header::CREATED)?,
            period_from: self.dates.header(record, header::FROM)?,
            period_to: self.dates.header(record, header::TO)?,
            bank_code: record.required_digits(header::BANK_CODE)?.to_owned(),
            bank_name: record.text(header::BANK_NAME)?.into(),
            branch_code: record.required_digits(header::BRANCH_CODE)?.to_owned(),
            branch_name: record.text(header::BRANCH_NAME)?.into(),
            account_kind,
            account_number: record.required_digits(header::ACCOUNT_NUMBER)?.to_owned(),
            account_name: record.text(header::ACCOUNT_NAME)?.into(),
            count: 0,
            total: Yen::ZERO,
            cancel_count: 0,
            cancel_total: Yen::ZERO,
            entries: Vec::new(),
        };
        gate::header(record, &account)?;
        self.account_key = account.account_key();
        self.accounts.push(account);
        self.place = Place::InAccount;
        Ok(())
    }

    fn data(&mut self, record: Record<'_>) -> Result<(), Refusal> {
        let (fields, edi) = match self.format {
            NoticeFormat::A => (data_a::ALL, data_a::EDI),
            NoticeFormat::B => (data_b::ALL, data_b::EDI),
        };
        record.conforms(fields)?;
        self.oddities.look(
            record,
            &[
                (data_a::REMITTER, TextRule::Party),
                (data_a::SENDING_BANK, TextRule::Branch),
                (data_a::SENDING_BRANCH, TextRule::Branch),
                (edi, TextRule::Edi),
            ],
        );
        self.entries += 1;
        if self.entries > ENTRIES_MAX {
            let remedy = "明細が多すぎます。期間を分けて取り込んでください。";
            let found = self.entries.to_string();
            return Err(Refusal::new(record.file, Some(record.row), "明細件数", found, remedy));
        }
        let mut entry = self.entry(record, edi)?;
        let Some(account) = self.accounts.last_mut() else { return Ok(()) };
        gate::entry(record, account, &entry)?;
        entry.entry.record_key = self.keys.key(&self.account_key, &entry.entry);
        entry.entry.occurrence = self.occurrences.next(entry.entry.record_key);
        account.entries.push(entry);
        Ok(())
    }

    fn entry(&self, record: Record<'_>, edi: FieldSpec) -> Result<NoticeEntry, Refusal> {
        let period = self.accounts.last().and_then(|account| account.period_from.zip(account.period_to));
        let cancelled = match record.digits(data_a::CANCEL)? {
            None | Some("0") => false,
            Some("1") => true,
            Some(_) => return Err(record.refuse(data_a::CANCEL, "空白（振込）か1（取消）の欄です。")),
        };
        let booked_on = self
            .dates
            .within(record, data_a::BOOKED, period)?
            .ok_or_else(|| record.refuse(data_a::BOOKED, "勘定日が空です。銀行に確かめてください。"))?;
        let amount = Yen::new(self.amount(record, data_a::AMOUNT, data_b::AMOUNT_2)?.ok_or_else(|| {
            record.refuse(data_a::AMOUNT, "空欄にできない欄です。銀行に確かめてください。")
        })?);
        let remitter_kana_raw = record.text(data_a::REMITTER)?;
        let optional = |spec: FieldSpec| record.digits(spec).map(|d| d.map(Text::new));
        let common = Common {
            of_which_cheques: self.amount(record, data_a::CHEQUES, data_b::CHEQUES_2)?.map(Yen::new),
            remitter_kana: kana::normalise(&remitter_kana_raw).into(),
            remitter_kana_raw,
            sending_bank: record.text(data_a::SENDING_BANK)?,
            sending_branch: record.text(data_a::SENDING_BRANCH)?,
            summary: Text::default(),
            contract_number: None,
            payee: None,
        };
        let entry = BankEntry {
            row: record.row,
            record_key: Digest::default(),
            occurrence: 0,
            content_hash: Digest::of(record.bytes),
            booked_on,
            value_on: self.dates.within(record, data_a::VALUE, period)?,
            amount: if cancelled { Yen::new(-amount.get()) } else { amount },
            class: if cancelled { TransactionClass::Correction } else { TransactionClass::Transfer },
            remitter_code: optional(data_a::REMITTER_CODE)?,
            edi: record.text(edi)?,
            inquiry_no: optional(data_a::INQUIRY)?,
            common: Arc::new(common),
        };
        Ok(NoticeEntry { cancelled, entry })
    }

    /// The amount of the format: in B the second field when it is used, and then the first must be zero.
    fn amount(
        &self,
        record: Record<'_>,
        first: FieldSpec,
        second: FieldSpec,
    ) -> Result<Option<i64>, Refusal> {
        let one = record.optional_number(first)?;
        if self.format == NoticeFormat::A {
            return Ok(one);
        }
        match (one, record.optional_number(second)?) {
            (one, None | Some(0)) => Ok(one),
            (None | Some(0), two) => Ok(two),
            (Some(_), Some(_)) => Err(record.refuse(
                second,
                "金額が二つの欄の両方に入っています。形式（AかB）の設定を銀行に確かめてください。",
            )),
        }
    }

    fn trailer(&mut self, record: Record<'_>) -> Result<(), Refusal> {
        let Some(account) = self.accounts.last() else { return Ok(()) };
        record.conforms(trailer::ALL)?;
        if gate::trailer(record, account)? {
            self.oddities.add(record.row, trailer::COUNT.name, "取消も含めた振込合計".to_owned());
        }
        self.place = Place::AfterTrailer;
        Ok(())
    }
}
