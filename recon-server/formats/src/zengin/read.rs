//! Reads a 入出金取引明細 file: header, data, trailer per account, one end record.
//!
//! Invariant: the whole file or nothing; the order of records is checked before their content, so half a file is always named as such.

use domain::{money::Yen, time::CivilDate};

use crate::{
    Digest, Text,
    digest::{Framed, frame},
    refusal::Refusal,
};

use super::{
    charset::{Oddities, TextRule},
    common::{Commons, Kept},
    date::Dates,
    field::{BLANK, FieldSpec, Given, Numbers, Record},
    framing::{self, Framing},
    gate,
    layout::{RECORD_BYTES, data, end, header, trailer},
    model::{
        BankAccountBlock, BankEntry, BankFile, ENTRIES_MAX, FILE_BYTES_MAX, ReadOptions, TransactionClass,
    },
    occurrences::Occurrences,
    words,
};

/// 種別コード of 入出金取引明細.
const FILE_TYPE: &str = "03";
/// 種別コード of 振込入金通知.
const FILE_TYPE_TRANSFER_NOTICE: &str = "01";

/// Reads a file and passes it through every gate.
///
/// # Errors
/// Names file, record, field and remedy; nothing of the file is taken then.
pub fn read(bytes: &[u8], options: &ReadOptions) -> Result<BankFile, Refusal> {
    let file = options.file_name.as_str();
    let (framing, records) = records(bytes, options)?;
    let mut reader = Reader::new(options, ENTRIES_MAX);
    let entries = (bytes.len() / RECORD_BYTES).min(ENTRIES_MAX);
    reader.occurrences.reserve(entries);
    reader.room = entries;
    let mut row = 0;
    for record in records {
        row += 1;
        reader.take(Record { file, row, bytes: &record? })?;
    }
    let records = reader.finish(row)?;
    Ok(BankFile { framing, accounts: reader.accounts, records, notices: reader.oddities.notices() })
}

/// The records of a Zengin file of 200-byte records, each at its full length.
pub(super) fn records<'a>(
    bytes: &'a [u8],
    options: &'a ReadOptions,
) -> Result<(Framing, framing::Records<'a>), Refusal> {
    let file = options.file_name.as_str();
    if bytes.is_empty() || bytes.len() > FILE_BYTES_MAX {
        let remedy = "空か、大きすぎるファイルです。期間を分けて取り込んでください。";
        return Err(Refusal::new(file, None, "ファイルの大きさ", format!("{}バイト", bytes.len()), remedy));
    }
    refuse_foreign(bytes, file)?;
    framing::split(bytes, options)
}

/// Names files that are something else altogether.
pub(super) fn refuse_foreign(bytes: &[u8], file: &str) -> Result<(), Refusal> {
    let remedy = if bytes.starts_with(b"\xEF\xBB\xBF") {
        "UTF-8の印（BOM）が付いています。表計算ソフトなどで保存し直していない元のファイルを入れてください。"
    } else if bytes[0] == 0xF1 {
        "EBCDICのファイルです。銀行にコード区分0（JIS）での提供を頼んでください。"
    } else {
        return Ok(());
    };
    Err(Refusal::new(file, Some(1), "コード区分", hex::encode(&bytes[..bytes.len().min(4)]), remedy))
}

/// Text fields of a header and what they may hold.
const HEADER_TEXTS: &[(FieldSpec, TextRule)] = &[
    (header::BANK_NAME, TextRule::Branch),
    (header::BRANCH_NAME, TextRule::Branch),
    (header::ACCOUNT_NAME, TextRule::Party),
];
/// Entries that are looked up together.
const SETTLED_TOGETHER: usize = 1_024;
/// What the order of records expects next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    Header,
    DataOrTrailer,
    HeaderOrEnd,
    Nothing,
}

pub(super) struct Reader<'o> {
    options: &'o ReadOptions,
    expect: Expect,
    dates: Dates<'o>,
    pub oddities: Oddities,
    commons: Commons,
    pub accounts: Vec<BankAccountBlock>,
    account_key: String,
    pub occurrences: Occurrences,
    /// Entries for which the first account makes room.
    pub room: usize,
    keys: Keys,
    numbers: Numbers,
    entries: usize,
    entries_max: usize,
    /// Entries at the end of the last account that have no number among their like yet.
    unsettled: usize,
    end_records: Option<i64>,
}

impl<'o> Reader<'o> {
    pub fn new(options: &'o ReadOptions, entries_max: usize) -> Self {
        Self {
            options,
            expect: Expect::Header,
            dates: Dates::new(options),
            oddities: Oddities::default(),
            commons: Commons::default(),
            accounts: Vec::new(),
            account_key: String::new(),
            occurrences: Occurrences::default(),
            room: 0,
            keys: Keys::default(),
            numbers: Numbers::of(data::ALL),
            entries: 0,
            entries_max,
            unsettled: 0,
            end_records: None,
        }
    }

    /// The next record.
    pub fn take(&mut self, record: Record<'_>) -> Result<(), Refusal> {
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
        code_type(record, header::CODE_TYPE)?;
        self.oddities.look(record, HEADER_TEXTS);
        let account_kind = account_kind(record)?;
        let created_on = self.dates.header(record, header::CREATED)?;
        let block = BankAccountBlock {
            row: record.row,
            created_on,
            period_from: self.dates.header(record, header::FROM)?,
            period_to: self.dates.header(record, header::TO)?,
            bank_code: record.required_digits(header::BANK_CODE)?.to_owned(),
            bank_name: record.text(header::BANK_NAME)?.into(),
            branch_code: record.required_digits(header::BRANCH_CODE)?.to_owned(),
            branch_name: record.text(header::BRANCH_NAME)?.into(),
            account_kind,
            account_number: record.required_digits(header::ACCOUNT_NUMBER)?.to_owned(),
            account_name: record.text(header::ACCOUNT_NAME)?.into(),
            opening: balance(record, header::SIGN, header::OPENING)?,
            closing: Yen::ZERO,
            in_count: 0,
            in_total: Yen::ZERO,
            out_count: 0,
            out_total: Yen::ZERO,
            entries: Vec::with_capacity(std::mem::take(&mut self.room)),
        };
        gate::header(record, &block)?;
        if created_on.zip(block.period_from).is_some_and(|(created, from)| created < from) {
            self.oddities.add(record.row, header::CREATED.name, "期間の始まりより前の作成日".to_owned());
        }
        self.account_key = block.account_key();
        self.accounts.push(block);
        self.expect = Expect::DataOrTrailer;
        Ok(())
    }

    fn data(&mut self, record: Record<'_>) -> Result<(), Refusal> {
        let given = record.numbers(&self.numbers)?;
        let kept = self.commons.of(record, &mut self.oddities)?;
        let edi = words::once(record, (data::EDI, TextRule::Edi), &mut self.oddities)?;
        self.entries += 1;
        if self.entries > self.entries_max {
            let remedy = "明細が多すぎます。期間を分けて取り込んでください。";
            return Err(Refusal::new(
                record.file,
                Some(record.row),
                "明細件数",
                self.entries.to_string(),
                remedy,
            ));
        }
        let Some(block) = self.accounts.last_mut() else { return Ok(()) };
        entry(record, given, kept, edi, &self.dates, block)?;
        let Some(entry) = block.entries.last_mut() else { return Ok(()) };
        if let TransactionClass::Unlisted(code) = &entry.class {
            self.oddities.add(record.row, data::CLASS.name, format!("様式にない取引区分「{code}」"));
        }
        entry.record_key = self.keys.key_with(&self.account_key, entry, &kept.framed);
        entry.content_hash = kept.content.and(&entry.record_key);
        let moved = (entry.booked_on, entry.amount);
        gate::entry(record, block, moved)?;
        self.unsettled += 1;
        if self.unsettled >= SETTLED_TOGETHER {
            self.settle();
        }
        Ok(())
    }

    /// Makes room for so many entries more: in the account at hand, or in the one that begins next.
    pub fn make_room(&mut self, entries: usize) {
        match self.accounts.last_mut().filter(|_| self.expect == Expect::DataOrTrailer) {
            Some(block) => block.entries.reserve(entries),
            None => self.room = entries,
        }
    }

    /// Numbers the entries that were read last. Many at once: whether a key came before is looked up in memory far away, and look-ups that
    /// wait for nothing else are under way together.
    pub fn settle(&mut self) {
        let Some(block) = self.accounts.last_mut() else { return };
        let first = block.entries.len().saturating_sub(std::mem::take(&mut self.unsettled));
        let entries = block.entries.get_mut(first..).unwrap_or_default();
        self.occurrences.approach(entries.iter().map(|entry| &entry.record_key));
        for entry in entries {
            entry.occurrence = self.occurrences.next(entry.record_key);
        }
    }

    fn trailer(&mut self, record: Record<'_>) -> Result<(), Refusal> {
        self.settle();
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
    pub fn finish(&self, records: u32) -> Result<u64, Refusal> {
        self.end_records.and_then(|n| u64::try_from(n).ok()).ok_or_else(|| {
            let row = Some(records);
            let remedy = "エンド・レコードがありません。途中で切れたファイルです。もう一度銀行から取り込んでください。";
            Refusal::new(&self.options.file_name, row, "エンド・レコード", "なし", remedy)
        })
    }
}

/// Adds an entry to its account; key, content and occurrence are settled by the caller.
fn entry(
    record: Record<'_>,
    given: Given<'_>,
    kept: &Kept,
    edi: Text,
    dates: &Dates<'_>,
    block: &mut BankAccountBlock,
) -> Result<(), Refusal> {
    let magnitude = record.number(data::AMOUNT)?;
    let period = block.period_from.zip(block.period_to);
    let booked_on = dates
        .within(record, data::BOOKED, period)?
        .ok_or_else(|| record.refuse(data::BOOKED, "勘定日が空です。銀行に確かめてください。"))?;
    let value_on = dates.within(record, data::VALUE, period)?;
    let class = given.digits(data::CLASS).ok_or_else(|| record.refuse(data::CLASS, BLANK))?;
    // An entry is large: it is made where it stays.
    block.entries.push(BankEntry {
        row: record.row,
        record_key: Digest::default(),
        occurrence: 0,
        content_hash: Digest::default(),
        booked_on,
        value_on,
        amount: Yen::new(if kept.incoming { magnitude } else { -magnitude }),
        class: TransactionClass::from_code(class),
        remitter_code: given.digits(data::REMITTER_CODE).map(Text::new),
        edi,
        inquiry_no: given.digits(data::INQUIRY).map(Text::new),
        common: kept.common.clone(),
    });
    Ok(())
}

/// JIS only; EBCDIC is refused by name, never guessed at.
pub(super) fn code_type(record: Record<'_>, spec: FieldSpec) -> Result<(), Refusal> {
    match record.digits(spec)? {
        Some("0") | None => Ok(()),
        Some("1") => {
            let remedy =
                "コード区分1（EBCDIC）は扱えません。銀行にコード区分0（JIS）での提供を頼んでください。";
            Err(record.refuse(spec, remedy))
        }
        Some(_) => Err(record.refuse(spec, "0（JIS）か1（EBCDIC）の欄です。")),
    }
}

/// 普通, 当座 or 貯蓄; the other kinds have other records and are refused by name.
fn account_kind(record: Record<'_>) -> Result<u8, Refusal> {
    let other = match record.required_digits(header::ACCOUNT_KIND)? {
        "1" => return Ok(1),
        "2" => return Ok(2),
        "4" => return Ok(4),
        "5" => "通知預金の明細です。",
        "6" => "定期預金の明細です。",
        "7" => "積立定期預金の明細です。",
        _ => "",
    };
    let remedy = format!(
        "{other}扱うのは普通・当座・貯蓄預金（1・2・4）だけです。定期預金などは様式が別なので、この口座を除いて銀行から取り込み直してください。"
    );
    Err(record.refuse(header::ACCOUNT_KIND, remedy))
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

/// Makes keys of entries: everything that describes one (reconciliation.md 6.1, "no row id").
#[derive(Debug, Default)]
pub(super) struct Keys {
    framed: Framed,
    /// Account and days of the last entry, with which the key is begun: entries of a day stand together.
    begun: Option<Head>,
}

/// Account, 勘定日 and 起算日.
type Head = (Text, CivilDate, Option<CivilDate>);

impl Keys {
    /// The key of an entry of an account.
    pub fn key(&mut self, account: &str, entry: &BankEntry) -> Digest {
        let mut framed = Vec::new();
        frame(&mut framed, &entry.common.remitter_kana);
        frame(&mut framed, &entry.common.summary);
        self.key_with(account, entry, &framed)
    }

    /// The same, its remitter and summary framed already.
    pub fn key_with(&mut self, account: &str, entry: &BankEntry, remitter_and_summary: &[u8]) -> Digest {
        let (booked, value) = (entry.booked_on, entry.value_on);
        let framed = &mut self.framed;
        if !self.begun.as_ref().is_some_and(|head| head.0 == account && (head.1, head.2) == (booked, value)) {
            framed.clear();
            framed.push(account);
            framed.push(&booked.to_string());
            framed.push(&value.map(|day| day.to_string()).unwrap_or_default());
            framed.keep();
            self.begun = Some((Text::new(account), booked, value));
        }
        framed.push(itoa::Buffer::new().format(entry.amount.get()));
        framed.push(entry.class.code());
        framed.push(entry.remitter_code.as_deref().unwrap_or_default());
        framed.push_framed(remitter_and_summary);
        framed.push(&entry.edi);
        framed.push(entry.inquiry_no.as_deref().unwrap_or_default());
        framed.take()
    }
}
