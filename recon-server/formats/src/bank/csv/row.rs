//! One row to one entry.
//!
//! Invariant: a row is in or out, never both and never neither, unless it only carries a balance forward.

use std::sync::Arc;

use domain::{money::Yen, time::CivilDate};

use crate::{
    Digest, Text,
    bank::Entry,
    mix,
    refusal::Refusal,
    sheet::{
        cell,
        date::Dates,
        table::{Column, Row, Table},
    },
    zengin::{Common, TransactionClass, kana},
};

use super::profile::{BankCsvFields, BankCsvProfile};

/// What every row of a file is read with.
pub(super) struct RowReader<'a> {
    pub profile: &'a BankCsvProfile,
    pub table: &'a Table,
    dates: Dates,
    pub file: &'a str,
    columns: Columns<'a>,
    delimiter: u8,
    /// Where a row is written that does not stand in the file as CSV writes it.
    written: String,
    /// The last word of 取引区分 and its class.
    last_class: Option<(Text, TransactionClass)>,
    commons: Commons,
}

/// Where each field stands.
struct Columns<'a> {
    booked_on: Column<'a>,
    value_on: Column<'a>,
    deposit: Column<'a>,
    withdrawal: Column<'a>,
    amount: Column<'a>,
    direction: Column<'a>,
    balance: Column<'a>,
    summary: Column<'a>,
    remitter: Column<'a>,
    remitter_code: Column<'a>,
    sending_bank: Column<'a>,
    sending_branch: Column<'a>,
    class: Column<'a>,
    edi: Column<'a>,
    inquiry_no: Column<'a>,
}

impl<'a> Columns<'a> {
    fn of(table: &Table, fields: &'a BankCsvFields) -> Self {
        let column = |name: &'a Option<String>| table.column(name.as_deref());
        Self {
            booked_on: table.column(Some(&fields.booked_on)),
            value_on: column(&fields.value_on),
            deposit: column(&fields.deposit),
            withdrawal: column(&fields.withdrawal),
            amount: column(&fields.amount),
            direction: column(&fields.direction),
            balance: column(&fields.balance),
            summary: column(&fields.summary),
            remitter: column(&fields.remitter),
            remitter_code: column(&fields.remitter_code),
            sending_bank: column(&fields.sending_bank),
            sending_branch: column(&fields.sending_branch),
            class: column(&fields.class),
            edi: column(&fields.edi),
            inquiry_no: column(&fields.inquiry_no),
        }
    }
}

impl<'a> RowReader<'a> {
    /// A reader for the rows of a table.
    pub fn new(profile: &'a BankCsvProfile, table: &'a Table, dates: Dates, file: &'a str) -> Self {
        let columns = Columns::of(table, &profile.fields);
        Self {
            profile,
            table,
            dates,
            file,
            columns,
            delimiter: u8::try_from(profile.delimiter).unwrap_or(b','),
            written: String::new(),
            last_class: None,
            commons: Commons::default(),
        }
    }

    /// A refusal of a cell.
    pub fn refuse(&self, row: Row<'_>, field: &str, found: &str, remedy: impl Into<String>) -> Refusal {
        Refusal::new(self.file, Some(row.row), field, found, remedy)
    }

    /// Reads a movement to the end of a list, of which key and occurrence are settled by the caller; or gives the balance that a row only
    /// carries forward.
    pub fn read(&mut self, row: Row<'_>, entries: &mut Vec<Entry>) -> Result<Option<Yen>, Refusal> {
        let optional = |column: Column<'_>| Some(row.cell(column)).filter(|t| !t.is_empty()).map(Text::new);
        let balance = self.yen(row, self.columns.balance)?;
        let Some((amount, reversal)) = self.amount(row)? else { return self.carried(row, balance).map(Some) };
        let incoming = !amount.is_negative();
        let own = row.cell(self.columns.remitter);
        let (remitter, payee) = if incoming { (self.remitter(own, row), "") } else { ("", own) };
        let [sending_bank, sending_branch, summary] =
            [self.columns.sending_bank, self.columns.sending_branch, self.columns.summary]
                .map(|column| row.cell(column));
        let common = self.commons.of(&Said { remitter, payee, sending_bank, sending_branch, summary });
        let content_hash = row.cells.digest(self.delimiter, &mut self.written);
        let booked_on = self.date(row, self.columns.booked_on)?;
        let value_on = match row.cell(self.columns.value_on) {
            "" => None,
            _ => Some(self.date(row, self.columns.value_on)?),
        };
        let class = self.class(row.cell(self.columns.class));
        let columns = &self.columns;
        entries.push(Entry {
            row: row.row,
            record_key: Digest::default(),
            occurrence: 0,
            content_hash,
            booked_on,
            value_on,
            amount,
            class,
            remitter_code: optional(columns.remitter_code),
            common,
            edi: Text::new(row.cell(columns.edi)),
            inquiry_no: optional(columns.inquiry_no),
            reversal,
            balance_after: balance,
            details: Vec::new(),
            edi_payloads: Vec::new(),
        });
        Ok(None)
    }

    /// The balance that a row without a movement carries forward.
    fn carried(&self, row: Row<'_>, balance: Option<Yen>) -> Result<Yen, Refusal> {
        let words = &self.profile.carry_words;
        let carries = words.iter().any(|word| row.cell(self.columns.summary).starts_with(word.as_str()));
        balance.filter(|_| carries).ok_or_else(|| {
            let fields = &self.profile.fields;
            let field = fields.deposit.as_deref().or(fields.amount.as_deref()).unwrap_or("金額");
            let remedy = "入金も出金も空です。銀行に確かめるか、繰越の行なら様式に言葉を足してください。";
            self.refuse(row, field, "", remedy)
        })
    }

    /// The amount of a cell; none where it is blank or there is no such column.
    pub fn yen(&self, row: Row<'_>, column: Column<'_>) -> Result<Option<Yen>, Refusal> {
        let text = row.cell(column);
        cell::amount(text).map_err(|remedy| self.refuse(row, column.name.unwrap_or_default(), text, remedy))
    }

    /// The signed amount, and whether a minus in a column that has its own direction takes something back; none where the row moves
    /// nothing. A zero beside the other column is a blank.
    fn amount(&self, row: Row<'_>) -> Result<Option<(Yen, bool)>, Refusal> {
        let columns = &self.columns;
        let refuse = |column: Column<'_>, remedy: &str| {
            self.refuse(row, column.name.unwrap_or_default(), row.cell(column), remedy)
        };
        let negated =
            |yen: Yen, column| yen.checked_neg().map_err(|_| refuse(column, "金額が大きすぎます。"));
        if columns.amount.name.is_some() {
            let Some(yen) = self.yen(row, columns.amount)? else { return Ok(None) };
            let Some(words) = &self.profile.direction else { return Ok(Some((yen, false))) };
            let word = row.cell(columns.direction);
            let signed = if words.incoming.iter().any(|w| w == word) {
                yen
            } else if words.outgoing.iter().any(|w| w == word) {
                negated(yen, columns.amount)?
            } else {
                return Err(refuse(
                    columns.direction,
                    "入金か出金かを表す言葉として様式にありません。様式に足してください。",
                ));
            };
            return Ok(Some((signed, yen.is_negative())));
        }
        let some = |yen: Option<Yen>| yen.filter(|yen| *yen != Yen::ZERO);
        let incoming = self.yen(row, columns.deposit)?;
        let outgoing = self.yen(row, columns.withdrawal)?;
        let moved = match (some(incoming), some(outgoing)) {
            (Some(_), Some(_)) => {
                return Err(refuse(
                    columns.withdrawal,
                    "入金と出金の両方に金額があります。列の取り違えがないか確かめてください。",
                ));
            }
            (Some(yen), None) => Some((yen, yen)),
            (None, Some(yen)) => Some((negated(yen, columns.withdrawal)?, yen)),
            (None, None) => incoming.or(outgoing).map(|zero| (zero, zero)),
        };
        Ok(moved.map(|(signed, yen)| (signed, yen.is_negative())))
    }

    /// What a word of 取引区分 means.
    fn class(&mut self, word: &str) -> TransactionClass {
        if let Some((_, class)) = self.last_class.as_ref().filter(|(last, _)| last == word) {
            return class.clone();
        }
        let code = self.profile.classes.get(word).map_or(word, String::as_str);
        let class = TransactionClass::from_code(code);
        self.last_class = Some((Text::new(word), class.clone()));
        class
    }

    /// The payer's name: of its own column, else from 摘要.
    fn remitter<'r>(&self, own: &'r str, row: Row<'r>) -> &'r str {
        if !own.is_empty() {
            return own;
        }
        let summary = row.cell(self.columns.summary);
        let after =
            self.profile.remitter_prefixes.iter().find_map(|prefix| summary.strip_prefix(prefix.as_str()));
        after.unwrap_or_default().trim()
    }

    fn date(&mut self, row: Row<'_>, column: Column<'_>) -> Result<CivilDate, Refusal> {
        let text = row.cell(column);
        let read = self.dates.read(text);
        read.ok_or_else(|| {
            let remedy = format!(
                "日付は {} の形です。元のファイルか様式の設定を確かめてください。",
                self.profile.dates.join(" か ")
            );
            self.refuse(row, column.name.unwrap_or_default(), text, remedy)
        })
    }
}

/// Bits of a place among what is kept.
const KEPT_BITS: u32 = 8;

/// The cells of a row that say what it has in common with others.
struct Said<'r> {
    remitter: &'r str,
    payee: &'r str,
    sending_bank: &'r str,
    sending_branch: &'r str,
    summary: &'r str,
}

impl Said<'_> {
    /// Whether they say the same.
    fn are_of(&self, common: &Common) -> bool {
        common.remitter_kana_raw == self.remitter
            && common.summary == self.summary
            && common.payee.as_deref().unwrap_or_default() == self.payee
            && common.sending_bank == self.sending_bank
            && common.sending_branch == self.sending_branch
    }

    /// Its place among what is kept.
    fn place(&self) -> usize {
        let texts = [self.remitter, self.payee, self.sending_bank, self.sending_branch, self.summary];
        let mixed = |state: u64, text: &str| state.rotate_left(7) ^ mix::hash(text.as_bytes());
        usize::try_from(texts.into_iter().fold(0, mixed) >> (u64::BITS - KEPT_BITS)).unwrap_or_default()
    }
}

/// What rows have in common: a file has the same few payers again and again. The number of what is kept is bounded.
#[derive(Debug, Default)]
struct Commons {
    kept: Vec<Arc<Common>>,
    /// Place of the last row's.
    last: usize,
}

impl Commons {
    /// What a row says, with its payer's name in comparison form too.
    fn of(&mut self, said: &Said<'_>) -> Arc<Common> {
        if let Some(common) = self.kept.get(self.last).filter(|common| said.are_of(common)) {
            return common.clone();
        }
        // Where nothing is kept yet stands what says nothing, which is the right answer to empty cells.
        self.kept.resize(1 << KEPT_BITS, Arc::default());
        self.last = said.place();
        let kept = &mut self.kept[self.last];
        if !said.are_of(kept) {
            *kept = Arc::new(Common {
                of_which_cheques: None,
                remitter_kana_raw: Text::new(said.remitter),
                remitter_kana: kana::normalise(said.remitter).into(),
                sending_bank: Text::new(said.sending_bank),
                sending_branch: Text::new(said.sending_branch),
                summary: Text::new(said.summary),
                contract_number: None,
                payee: Some(said.payee).filter(|name| !name.is_empty()).map(Text::new),
            });
        }
        kept.clone()
    }
}
