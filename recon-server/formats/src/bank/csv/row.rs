//! One row to one entry.
//!
//! Invariant: a row is in or out, never both and never neither, unless it only carries a balance forward.

use domain::{money::Yen, time::CivilDate};

use crate::{
    bank::Entry,
    digest::Framed,
    refusal::Refusal,
    sheet::{
        cell,
        date::DatePattern,
        table::{Column, Row, Table},
    },
    zengin::{TransactionClass, kana},
};

use super::profile::{BankCsvFields, BankCsvProfile};

/// What every row of a file is read with.
pub(super) struct RowReader<'a> {
    pub profile: &'a BankCsvProfile,
    pub table: &'a Table,
    patterns: &'a [DatePattern],
    reference: CivilDate,
    pub file: &'a str,
    columns: Columns<'a>,
    /// The cells of a row, framed for its digest.
    framed: Framed,
    /// The last date that was read: rows of a day stand together.
    last_date: Option<(String, CivilDate)>,
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
    pub fn new(
        profile: &'a BankCsvProfile,
        table: &'a Table,
        patterns: &'a [DatePattern],
        reference: CivilDate,
        file: &'a str,
    ) -> Self {
        let columns = Columns::of(table, &profile.fields);
        Self {
            profile,
            table,
            patterns,
            reference,
            file,
            columns,
            framed: Framed::default(),
            last_date: None,
        }
    }

    /// A refusal of a cell.
    pub fn refuse(&self, row: &Row, field: &str, found: &str, remedy: impl Into<String>) -> Refusal {
        Refusal::new(self.file, Some(row.row), field, found, remedy)
    }

    /// Reads a movement to the end of a list, of which key and occurrence are settled by the caller; or gives the balance that a row only
    /// carries forward.
    pub fn read(&mut self, row: &Row, entries: &mut Vec<Entry>) -> Result<Option<Yen>, Refusal> {
        let text = |column: Column<'_>| row.cell(column).to_owned();
        let optional =
            |column: Column<'_>| Some(row.cell(column)).filter(|t| !t.is_empty()).map(str::to_owned);
        let balance = self.yen(row, self.columns.balance)?;
        let Some(amount) = self.amount(row)? else { return self.carried(row, balance).map(Some) };
        let incoming = !amount.is_negative();
        let remitter_kana_raw = if incoming { self.remitter(row) } else { String::new() };
        row.cells.iter().for_each(|cell| self.framed.push(cell));
        let content_hash = self.framed.take().into();
        let booked_on = self.date(row, self.columns.booked_on)?;
        let value_on = match row.cell(self.columns.value_on) {
            "" => None,
            _ => Some(self.date(row, self.columns.value_on)?),
        };
        let columns = &self.columns;
        let word = row.cell(columns.class);
        let class = self.profile.classes.get(word).map_or(word, String::as_str);
        entries.push(Entry {
            row: row.row,
            record_key: String::new(),
            occurrence: 0,
            content_hash,
            booked_on,
            value_on,
            amount,
            of_which_cheques: None,
            class: TransactionClass::from_code(class),
            remitter_code: optional(columns.remitter_code),
            remitter_kana: kana::normalise(&remitter_kana_raw),
            remitter_kana_raw,
            sending_bank: text(columns.sending_bank),
            sending_branch: text(columns.sending_branch),
            summary: text(columns.summary),
            edi: text(columns.edi),
            inquiry_no: optional(columns.inquiry_no),
            contract_number: None,
            reversal: self.is_reversal(row)?,
            balance_after: balance,
            payee: if incoming { None } else { optional(columns.remitter) },
            details: Vec::new(),
            edi_payloads: Vec::new(),
        });
        Ok(None)
    }

    /// The balance that a row without a movement carries forward.
    fn carried(&self, row: &Row, balance: Option<Yen>) -> Result<Yen, Refusal> {
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
    pub fn yen(&self, row: &Row, column: Column<'_>) -> Result<Option<Yen>, Refusal> {
        let text = row.cell(column);
        cell::amount(text).map_err(|remedy| self.refuse(row, column.name.unwrap_or_default(), text, remedy))
    }

    /// The signed amount; none where the row moves nothing. A zero beside the other column is a blank.
    fn amount(&self, row: &Row) -> Result<Option<Yen>, Refusal> {
        let columns = &self.columns;
        let refuse = |column: Column<'_>, remedy: &str| {
            self.refuse(row, column.name.unwrap_or_default(), row.cell(column), remedy)
        };
        let negated =
            |yen: Yen, column| yen.checked_neg().map_err(|_| refuse(column, "金額が大きすぎます。"));
        if columns.amount.name.is_some() {
            let Some(yen) = self.yen(row, columns.amount)? else { return Ok(None) };
            let Some(words) = &self.profile.direction else { return Ok(Some(yen)) };
            let word = row.cell(columns.direction);
            return if words.incoming.iter().any(|w| w == word) {
                Ok(Some(yen))
            } else if words.outgoing.iter().any(|w| w == word) {
                negated(yen, columns.amount).map(Some)
            } else {
                Err(refuse(
                    columns.direction,
                    "入金か出金かを表す言葉として様式にありません。様式に足してください。",
                ))
            };
        }
        let some = |yen: Option<Yen>| yen.filter(|yen| *yen != Yen::ZERO);
        let incoming = self.yen(row, columns.deposit)?;
        let outgoing = self.yen(row, columns.withdrawal)?;
        match (some(incoming), some(outgoing)) {
            (Some(_), Some(_)) => Err(refuse(
                columns.withdrawal,
                "入金と出金の両方に金額があります。列の取り違えがないか確かめてください。",
            )),
            (Some(yen), None) => Ok(Some(yen)),
            (None, Some(yen)) => negated(yen, columns.withdrawal).map(Some),
            (None, None) => Ok(incoming.or(outgoing)),
        }
    }

    /// A minus in a column that has its own direction takes something back.
    fn is_reversal(&self, row: &Row) -> Result<bool, Refusal> {
        let columns = &self.columns;
        let amount = Some(columns.amount).filter(|_| self.profile.direction.is_some());
        for column in [columns.deposit, columns.withdrawal].into_iter().chain(amount) {
            // What begins with a digit has no minus.
            let bare = row.cell(column).bytes().next().is_none_or(|b| b.is_ascii_digit());
            if !bare && self.yen(row, column)?.is_some_and(Yen::is_negative) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn remitter(&self, row: &Row) -> String {
        let own = row.cell(self.columns.remitter);
        if !own.is_empty() {
            return own.to_owned();
        }
        let summary = row.cell(self.columns.summary);
        let after =
            self.profile.remitter_prefixes.iter().find_map(|prefix| summary.strip_prefix(prefix.as_str()));
        after.unwrap_or_default().trim().to_owned()
    }

    fn date(&mut self, row: &Row, column: Column<'_>) -> Result<CivilDate, Refusal> {
        let text = row.cell(column);
        if let Some((_, date)) = self.last_date.as_ref().filter(|(last, _)| last == text) {
            return Ok(*date);
        }
        let read = self.patterns.iter().find_map(|pattern| pattern.read(text, self.reference));
        let date = read.ok_or_else(|| {
            let remedy = format!(
                "日付は {} の形です。元のファイルか様式の設定を確かめてください。",
                self.profile.dates.join(" か ")
            );
            self.refuse(row, column.name.unwrap_or_default(), text, remedy)
        })?;
        self.last_date = Some((text.to_owned(), date));
        Ok(date)
    }
}
