//! One row to one entry.
//!
//! Invariant: a row is in or out, never both and never neither, unless it only carries a balance forward.

use domain::{money::Yen, time::CivilDate};

use crate::{
    bank::Entry,
    digest::of_parts,
    refusal::Refusal,
    sheet::{
        cell,
        date::DatePattern,
        table::{Row, Table},
    },
    zengin::{TransactionClass, kana},
};

use super::profile::BankCsvProfile;

/// What every row of a file is read with.
pub(super) struct RowReader<'a> {
    pub profile: &'a BankCsvProfile,
    pub table: &'a Table,
    pub patterns: &'a [DatePattern],
    pub reference: CivilDate,
    pub file: &'a str,
}

/// What a row is.
#[derive(Debug)]
pub(super) enum RowKind {
    /// A movement.
    Movement(Box<Entry>),
    /// Only a balance carried forward.
    Carry(Yen),
}

impl RowReader<'_> {
    /// A refusal of a cell.
    pub fn refuse(&self, row: &Row, field: &str, found: &str, remedy: impl Into<String>) -> Refusal {
        Refusal::new(self.file, Some(row.row), field, found, remedy)
    }

    /// Reads a row; key and occurrence are settled by the caller.
    pub fn read(&self, row: &Row) -> Result<RowKind, Refusal> {
        let fields = &self.profile.fields;
        let cell = |column: &Option<String>| self.table.cell(row, column.as_deref());
        let optional =
            |column: &Option<String>| Some(cell(column).to_owned()).filter(|text| !text.is_empty());
        let balance = self.yen(row, fields.balance.as_deref())?;
        let Some(amount) = self.amount(row)? else {
            let words = &self.profile.carry_words;
            let carries = words.iter().any(|word| cell(&fields.summary).starts_with(word.as_str()));
            return balance.filter(|_| carries).map(RowKind::Carry).ok_or_else(|| {
                let field = fields.deposit.as_deref().or(fields.amount.as_deref()).unwrap_or("金額");
                self.refuse(
                    row,
                    field,
                    "",
                    "入金も出金も空です。銀行に確かめるか、繰越の行なら様式に言葉を足してください。",
                )
            });
        };
        let incoming = !amount.is_negative();
        let remitter_kana_raw = if incoming { self.remitter(row) } else { String::new() };
        let word = cell(&fields.class);
        let class = self.profile.classes.get(word).map_or(word, String::as_str);
        Ok(RowKind::Movement(Box::new(Entry {
            row: row.row,
            record_key: String::new(),
            occurrence: 0,
            content_hash: of_parts(row.cells.iter()),
            booked_on: self.date(row, &fields.booked_on)?,
            value_on: match optional(&fields.value_on) {
                Some(_) => Some(self.date(row, fields.value_on.as_deref().unwrap_or_default())?),
                None => None,
            },
            amount,
            of_which_cheques: None,
            class: TransactionClass::from_code(class),
            remitter_code: optional(&fields.remitter_code),
            remitter_kana: kana::normalise(&remitter_kana_raw),
            remitter_kana_raw,
            sending_bank: cell(&fields.sending_bank).to_owned(),
            sending_branch: cell(&fields.sending_branch).to_owned(),
            summary: cell(&fields.summary).to_owned(),
            edi: cell(&fields.edi).to_owned(),
            inquiry_no: optional(&fields.inquiry_no),
            contract_number: None,
            reversal: self.is_reversal(row)?,
            balance_after: balance,
            payee: if incoming { None } else { optional(&fields.remitter) },
            details: Vec::new(),
            edi_payloads: Vec::new(),
        })))
    }

    /// The amount of a cell; none where it is blank or there is no such column.
    pub fn yen(&self, row: &Row, column: Option<&str>) -> Result<Option<Yen>, Refusal> {
        let text = self.table.cell(row, column);
        cell::amount(text).map_err(|remedy| self.refuse(row, column.unwrap_or_default(), text, remedy))
    }

    /// The signed amount; none where the row moves nothing. A zero beside the other column is a blank.
    fn amount(&self, row: &Row) -> Result<Option<Yen>, Refusal> {
        let fields = &self.profile.fields;
        let refuse = |column: &Option<String>, remedy: &str| {
            let column = column.as_deref();
            self.refuse(row, column.unwrap_or_default(), self.table.cell(row, column), remedy)
        };
        let negated =
            |yen: Yen, column| yen.checked_neg().map_err(|_| refuse(column, "金額が大きすぎます。"));
        if fields.amount.is_some() {
            let Some(yen) = self.yen(row, fields.amount.as_deref())? else { return Ok(None) };
            let Some(words) = &self.profile.direction else { return Ok(Some(yen)) };
            let word = self.table.cell(row, fields.direction.as_deref());
            return if words.incoming.iter().any(|w| w == word) {
                Ok(Some(yen))
            } else if words.outgoing.iter().any(|w| w == word) {
                negated(yen, &fields.amount).map(Some)
            } else {
                Err(refuse(
                    &fields.direction,
                    "入金か出金かを表す言葉として様式にありません。様式に足してください。",
                ))
            };
        }
        let some = |yen: Option<Yen>| yen.filter(|yen| *yen != Yen::ZERO);
        let incoming = self.yen(row, fields.deposit.as_deref())?;
        let outgoing = self.yen(row, fields.withdrawal.as_deref())?;
        match (some(incoming), some(outgoing)) {
            (Some(_), Some(_)) => Err(refuse(
                &fields.withdrawal,
                "入金と出金の両方に金額があります。列の取り違えがないか確かめてください。",
            )),
            (Some(yen), None) => Ok(Some(yen)),
            (None, Some(yen)) => negated(yen, &fields.withdrawal).map(Some),
            (None, None) => Ok(incoming.or(outgoing)),
        }
    }

    /// A minus in a column that has its own direction takes something back.
    fn is_reversal(&self, row: &Row) -> Result<bool, Refusal> {
        let fields = &self.profile.fields;
        let mut directed = vec![fields.deposit.as_deref(), fields.withdrawal.as_deref()];
        if self.profile.direction.is_some() {
            directed.push(fields.amount.as_deref());
        }
        for column in directed {
            if self.yen(row, column)?.is_some_and(Yen::is_negative) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn remitter(&self, row: &Row) -> String {
        let fields = &self.profile.fields;
        let own = self.table.cell(row, fields.remitter.as_deref());
        if !own.is_empty() {
            return own.to_owned();
        }
        let summary = self.table.cell(row, fields.summary.as_deref());
        let after =
            self.profile.remitter_prefixes.iter().find_map(|prefix| summary.strip_prefix(prefix.as_str()));
        after.unwrap_or_default().trim().to_owned()
    }

    fn date(&self, row: &Row, column: &str) -> Result<CivilDate, Refusal> {
        let text = self.table.cell(row, Some(column));
        self.patterns.iter().find_map(|pattern| pattern.read(text, self.reference)).ok_or_else(|| {
            let remedy = format!(
                "日付は {} の形です。元のファイルか様式の設定を確かめてください。",
                self.profile.dates.join(" か ")
            );
            self.refuse(row, column, text, remedy)
        })
    }
}
