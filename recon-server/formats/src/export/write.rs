//! Writes a batch by its template: header, names, rows, trailer.
//!
//! Invariant: every cell is tried before anything is given back, so that all problems are named at once and no half file exists.

use domain::time::CivilDate;

use crate::{
    digest::sha256_hex,
    refusal::{Notice, shown},
};

use super::{
    cell::{self, Value},
    date::OutputPattern,
    field::{BatchField, Kind, RowField},
    model::{
        CannotExport, ExportBatch, ExportProblem, ExportReason, ExportRow, ExportTotals, Exported,
        PROBLEMS_MAX, ROWS_MAX,
    },
    template::{BadTemplate, Column, ExportEncoding, Layout, Quote, Template, pattern},
};

/// The municipality itself, as an owner.
const OWN_WORD: &str = "団体";
/// Most notices that are listed.
const NOTICES_MAX: usize = 200;

/// A column ready to write.
struct Ready<'t, F> {
    column: &'t Column<F>,
    field: Option<F>,
    kind: Option<Kind>,
    pattern: Option<OutputPattern>,
}

/// Writes the whole file.
///
/// # Errors
/// Names every cell that cannot be written (at most [`PROBLEMS_MAX`]), with row, column and character.
pub fn write(template: &Template, batch: &ExportBatch) -> Result<Exported, CannotExport> {
    if batch.rows.len() > ROWS_MAX {
        return Err(CannotExport::TooManyRows(batch.rows.len()));
    }
    let totals = batch.totals()?;
    let content_hash = batch.content_hash();
    let values = Values { template, batch, totals, content_hash: &content_hash };
    let mut out = Out { template, bytes: Vec::new(), problems: Vec::new(), more: 0, notices: Vec::new() };
    if template.encoding == ExportEncoding::Utf8Bom {
        out.bytes.extend_from_slice(b"\xEF\xBB\xBF");
    }
    let rows = ready(&template.row, &template.id, RowField::kind)?;
    out.batch_line(&ready(&template.header, &template.id, BatchField::kind)?, &values);
    if template.column_names {
        let names =
            template.row.iter().map(|column| (column.name.as_str(), Value::Text(column.name.clone())));
        out.names(names);
    }
    for (index, row) in batch.rows.iter().enumerate() {
        let cells = rows.iter().map(|ready| (ready, values.of_row(ready, row, index + 1)));
        out.line(Some(index + 1), cells);
    }
    out.batch_line(&ready(&template.trailer, &template.id, BatchField::kind)?, &values);
    if out.problems.is_empty() {
        let sha256 = sha256_hex(&out.bytes);
        return Ok(Exported { sha256, bytes: out.bytes, content_hash, totals, notices: out.notices });
    }
    Err(CannotExport::Cells { problems: out.problems, more: out.more })
}

/// Compiles the columns.
fn ready<'t, F: Copy>(
    columns: &'t [Column<F>],
    template: &str,
    kind: impl Fn(F) -> Kind,
) -> Result<Vec<Ready<'t, F>>, BadTemplate> {
    columns
        .iter()
        .map(|column| {
            let kind = column.field.map(&kind);
            Ok(Ready { column, field: column.field, kind, pattern: pattern(column, kind, template)? })
        })
        .collect()
}

/// Where values come from.
struct Values<'a> {
    template: &'a Template,
    batch: &'a ExportBatch,
    totals: ExportTotals,
    content_hash: &'a str,
}

impl Values<'_> {
    fn re_export(&self) -> Value {
        let words = &self.template.re_export;
        Value::Text(if self.batch.re_export { &words.again } else { &words.first }.clone())
    }

    fn of_row(
        &self,
        ready: &Ready<'_, RowField>,
        row: &ExportRow,
        number: usize,
    ) -> Result<Value, ExportReason> {
        let text = |text: &str| Ok(Value::Text(text.to_owned()));
        let Some(field) = ready.field else { return text(ready.column.value.as_deref().unwrap_or_default()) };
        match field {
            RowField::FiscalYear => {
                let written = ready.pattern.as_ref().and_then(|pattern| pattern.year(row.fiscal_year));
                written.map(Value::Written).ok_or(ExportReason::Date)
            }
            RowField::Lane => text(row.lane.label_ja()),
            RowField::Owner => text(if row.owner.is_empty() { OWN_WORD } else { &row.owner }),
            RowField::Account => text(&row.account),
            RowField::Section => text(&row.section),
            RowField::Kan => text(&row.kan),
            RowField::Kou => text(&row.kou),
            RowField::Moku => text(&row.moku),
            RowField::Setsu => text(&row.setsu),
            RowField::Saisetsu => text(&row.saisetsu),
            RowField::AssessmentNumber => text(&row.assessment_number),
            RowField::AssessedOn => day(ready, row.assessed_on),
            RowField::PaidOn => day(ready, row.paid_on),
            RowField::ReceivedOn => day(ready, row.received_on),
            RowField::PaymentClass => text(&row.payment_class),
            RowField::Trustee => text(&row.trustee),
            RowField::Count => Ok(Value::Number(i64::from(row.count))),
            RowField::Amount => Ok(Value::Number(row.amount.get())),
            RowField::Fee => Ok(Value::Number(row.fee.get())),
            RowField::Refund => Ok(Value::Number(row.refund.get())),
            RowField::Repayment => Ok(Value::Number(row.repayment.get())),
            RowField::Summary => text(&row.summary),
            RowField::RowNumber => Ok(whole(number)),
            RowField::BatchId => text(&self.batch.batch_id),
            RowField::ContentHash => text(self.content_hash),
            RowField::ReExport => Ok(self.re_export()),
        }
    }

    fn of_batch(&self, ready: &Ready<'_, BatchField>) -> Result<Value, ExportReason> {
        let batch = self.batch;
        let text = |text: &str| Ok(Value::Text(text.to_owned()));
        let Some(field) = ready.field else { return text(ready.column.value.as_deref().unwrap_or_default()) };
        match field {
            BatchField::BatchId => text(&batch.batch_id),
            BatchField::MadeOn => day(ready, Some(batch.made_on)),
            BatchField::From => day(ready, Some(batch.from)),
            BatchField::To => day(ready, Some(batch.to)),
            BatchField::ReExport => Ok(self.re_export()),
            BatchField::ContentHash => text(self.content_hash),
            BatchField::RowCount => Ok(whole(self.totals.rows)),
            BatchField::TotalCount => Ok(Value::Number(i64::try_from(self.totals.count).unwrap_or(i64::MAX))),
            BatchField::TotalAmount => Ok(Value::Number(self.totals.amount.get())),
            BatchField::TotalFee => Ok(Value::Number(self.totals.fee.get())),
            BatchField::TotalRefund => Ok(Value::Number(self.totals.refund.get())),
            BatchField::TotalRepayment => Ok(Value::Number(self.totals.repayment.get())),
            BatchField::TotalExpenditure => {
                let sum = self.totals.fee.saturating_add(self.totals.repayment);
                Ok(Value::Number(sum.get()))
            }
        }
    }
}

/// A date, or what the template writes for none.
fn day<F>(ready: &Ready<'_, F>, date: Option<CivilDate>) -> Result<Value, ExportReason> {
    let Some(date) = date else {
        return Ok(Value::Written(ready.column.blank.clone().unwrap_or_default()));
    };
    let written = ready.pattern.as_ref().and_then(|pattern| pattern.date(date));
    written.map(Value::Written).ok_or(ExportReason::Date)
}

/// A number of rows.
fn whole(number: usize) -> Value {
    Value::Number(i64::try_from(number).unwrap_or(i64::MAX))
}

/// The file under way.
struct Out<'t> {
    template: &'t Template,
    bytes: Vec<u8>,
    problems: Vec<ExportProblem>,
    more: usize,
    notices: Vec<Notice>,
}

impl Out<'_> {
    fn batch_line(&mut self, columns: &[Ready<'_, BatchField>], values: &Values<'_>) {
        if !columns.is_empty() {
            self.line(None, columns.iter().map(|ready| (ready, values.of_batch(ready))));
        }
    }

    /// The line of column names: never cut, never padded.
    fn names<'n>(&mut self, names: impl Iterator<Item = (&'n str, Value)>) {
        for (place, (name, value)) in names.enumerate() {
            let Value::Text(text) = value else { continue };
            match cell::encode(&text, self.template.encoding) {
                Ok(bytes) => self.put(place, &bytes, &text, (None, name)),
                Err(reason) => self.problem(None, name, &text, reason),
            }
        }
        self.bytes.extend_from_slice(self.template.newline.bytes());
    }

    fn line<'c, 'r: 'c, F: 'r>(
        &mut self,
        row: Option<usize>,
        cells: impl Iterator<Item = (&'c Ready<'r, F>, Result<Value, ExportReason>)>,
    ) {
        for (place, (ready, value)) in cells.enumerate() {
            let name = ready.column.name.as_str();
            let value = match value {
                Ok(value) => value,
                Err(reason) => {
                    self.problem(row, name, "", reason);
                    continue;
                }
            };
            let (encoding, layout) = (self.template.encoding, self.template.layout);
            let text = match &value {
                Value::Text(text) | Value::Written(text) => text.clone(),
                Value::Number(number) => number.to_string(),
            };
            match cell::cell(ready.column, ready.kind, &value, encoding, layout) {
                Ok((bytes, was_cut)) => {
                    self.say(row, name, &value, was_cut);
                    self.put(place, &bytes, &text, (row, name));
                }
                Err(reason) => self.problem(row, name, &text, reason),
            }
        }
        self.bytes.extend_from_slice(self.template.newline.bytes());
    }

    /// Appends a cell, with separator and quotes where the layout has them. Whether it needs quotes shows in its text: in CP932 a
    /// separator may also be the second byte of a character.
    fn put(&mut self, place: usize, bytes: &[u8], text: &str, of: (Option<usize>, &str)) {
        if self.template.layout == Layout::Fixed {
            self.bytes.extend_from_slice(bytes);
            return;
        }
        if place > 0 {
            self.bytes.push(u8::try_from(self.template.delimiter).unwrap_or(b','));
        }
        let needed = text.contains([self.template.delimiter, '"']);
        match self.template.quote {
            Quote::Never if needed => self.problem(of.0, of.1, text, ExportReason::NeedsQuotes),
            Quote::Always => self.quoted(bytes),
            Quote::WhenNeeded if needed => self.quoted(bytes),
            Quote::Never | Quote::WhenNeeded => self.bytes.extend_from_slice(bytes),
        }
    }

    /// A quote is never the second byte of a CP932 character, so bytes can be doubled as they are.
    fn quoted(&mut self, bytes: &[u8]) {
        self.bytes.push(b'"');
        for b in bytes {
            self.bytes.push(*b);
            if *b == b'"' {
                self.bytes.push(b'"');
            }
        }
        self.bytes.push(b'"');
    }

    fn problem(&mut self, row: Option<usize>, column: &str, found: &str, reason: ExportReason) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(ExportProblem { row, column: column.to_owned(), found: shown(found), reason });
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    /// Says a text that was cut, and one that a spreadsheet would run as a formula: a finance system takes it as it is.
    fn say(&mut self, row: Option<usize>, name: &str, value: &Value, was_cut: bool) {
        let Value::Text(text) = value else { return };
        let formula = self.template.layout == Layout::Csv && text.starts_with(['=', '+', '-', '@']);
        let sentence = match (was_cut, formula) {
            (true, _) => format!("「{}」は欄の幅に合わせて後ろを切りました。", shown(text)),
            (false, true) => {
                format!("「{}」は、表計算ソフトで開くと式として動くおそれがあります。", shown(text))
            }
            (false, false) => return,
        };
        if self.notices.len() < NOTICES_MAX {
            let row = row.and_then(|row| u32::try_from(row).ok());
            self.notices.push(Notice { row, field: name.to_owned(), sentence_ja: sentence });
        }
    }
}
