//! 移行時の未収: the city's own file of what was taken before this system and not yet paid by the acquirers.
//!
//! Source: reconciliation.md 5.5, "opening position". The file is ours, so its form is fixed: CSV, one row a payment, in UTF-8 or
//! `Shift_JIS`, with the columns of [`COLUMNS`]; [`template`] is an empty one. Invariants: whole or refused; amounts are positive whole
//! yen; a row's key is everything that tells a payment from another. Not here: whether its contracts exist and its days are early enough.

use std::collections::BTreeMap;

use domain::{
    money::Yen,
    time::{CivilDate, Timestamp},
};

use crate::{
    Digest, Refusal,
    csv_out::{self, CannotWrite, CsvEncoding},
    sheet::{
        cell,
        table::{Row, Spec, Table, table},
    },
    statement::FileEncoding,
};

/// Name of the profile.
pub const PROFILE: &str = "opening_position";
/// The columns, in the order of the template.
pub const COLUMNS: [&str; 8] =
    ["契約", "領収日", "端末番号", "伝票番号", "承認番号", "ブランド", "金額", "備考"];
const CONTRACT: &str = "契約";
const PAID_ON: &str = "領収日";
const TERMINAL: &str = "端末番号";
const SLIP: &str = "伝票番号";
const APPROVAL: &str = "承認番号";
const BRAND: &str = "ブランド";
const AMOUNT: &str = "金額";
const NOTE: &str = "備考";
/// Longest 備考, in characters.
const NOTE_CHARS_MAX: usize = 200;
/// Hour, in Japan, of a payment of which only the day is known.
const NOON_HOUR: i8 = 12;

/// One payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningRow {
    /// Row in the file, as a spreadsheet counts, from 1.
    pub row: u32,
    /// Key of the row.
    pub record_key: String,
    /// The n-th row with this key, from 1.
    pub occurrence: u32,
    /// Digest of the row.
    pub content_hash: Digest,
    /// 契約 as written: an id or a name.
    pub contract_word: String,
    /// 領収日
    pub paid_on: CivilDate,
    /// When; noon where the file has no time.
    pub at: Timestamp,
    /// 端末番号
    pub terminal_id: Option<String>,
    /// 伝票番号
    pub slip_number: Option<String>,
    /// 承認番号
    pub approval_code: Option<String>,
    /// ブランド as written: a code or a name; may be empty.
    pub brand_word: String,
    /// 金額, positive.
    pub amount: Yen,
    /// 備考; may be empty.
    pub note: String,
}

/// An empty file with the header: UTF-8 with a mark, so that a spreadsheet opens it.
///
/// # Errors
/// Never: the header is plain text.
pub fn template() -> Result<Vec<u8>, CannotWrite> {
    csv_out::write([COLUMNS], CsvEncoding::Utf8Bom)
}

/// Reads a whole file.
///
/// # Errors
/// The first refusal, with file, row, field and remedy; nothing of the file is taken then.
pub fn read(bytes: &[u8], file: &str) -> Result<Vec<OpeningRow>, Refusal> {
    let columns = COLUMNS.map(str::to_owned);
    let utf8 = std::str::from_utf8(bytes).is_ok();
    let spec = Spec {
        name_ja: "移行時の未収",
        encoding: if utf8 { FileEncoding::Utf8 } else { FileEncoding::ShiftJis },
        delimiter: ',',
        header: true,
        columns: &columns,
        column_aliases: &BTreeMap::new(),
        end_markers: &[],
    };
    let table = table(bytes, &spec, file)?;
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    let mut written = String::new();
    let mut rows = Vec::new();
    let mut cut = table.rows(&spec, file);
    while let Some(row) = cut.next()? {
        let content = row.cells.digest(b',', &mut written);
        let mut read = Reader { table: &table, file }.row(row, content)?;
        let occurrence = seen.entry(read.record_key.clone()).or_default();
        *occurrence = occurrence.saturating_add(1);
        read.occurrence = *occurrence;
        rows.push(read);
    }
    Ok(rows)
}

struct Reader<'a> {
    table: &'a Table,
    file: &'a str,
}

impl Reader<'_> {
    fn refuse(&self, row: Row<'_>, field: &str, found: &str, remedy: &str) -> Refusal {
        Refusal::new(self.file, Some(row.row), field, found, remedy)
    }

    fn row(&self, row: Row<'_>, content_hash: Digest) -> Result<OpeningRow, Refusal> {
        let text = |column: &str| self.table.cell(row, Some(column));
        let some = |column: &str| Some(text(column)).filter(|text| !text.is_empty()).map(str::to_owned);
        let (paid_on, at) = moment(text(PAID_ON)).ok_or_else(|| {
            let remedy = "領収日は 2026-06-30 か 2026/6/30、時刻まで分かるときは 2026-06-30 14:03 の形で書いてください。";
            self.refuse(row, PAID_ON, text(PAID_ON), remedy)
        })?;
        let amount =
            cell::amount(text(AMOUNT)).map_err(|remedy| self.refuse(row, AMOUNT, text(AMOUNT), remedy))?;
        let amount = amount.filter(|amount| *amount > Yen::ZERO).ok_or_else(|| {
            let remedy = "金額は1円以上の数字で書いてください。返金の済んだものは載せません。";
            self.refuse(row, AMOUNT, text(AMOUNT), remedy)
        })?;
        let contract_word = some(CONTRACT)
            .ok_or_else(|| self.refuse(row, CONTRACT, "", "契約のIDか名称を書いてください。"))?;
        let key = [CONTRACT, TERMINAL, SLIP, APPROVAL, BRAND].map(text).join("/");
        Ok(OpeningRow {
            row: row.row,
            record_key: format!("{key}/{at}/{amount}", at = at.as_micros(), amount = amount.get()),
            occurrence: 1,
            content_hash,
            contract_word,
            paid_on,
            at,
            terminal_id: some(TERMINAL),
            slip_number: some(SLIP),
            approval_code: some(APPROVAL),
            brand_word: text(BRAND).to_owned(),
            amount,
            note: text(NOTE).chars().take(NOTE_CHARS_MAX).collect(),
        })
    }
}

/// A day, with a time where one is written.
fn moment(text: &str) -> Option<(CivilDate, Timestamp)> {
    let (day, time) = text.split_once([' ', 'T']).unwrap_or((text, ""));
    let mut parts = day.split(['-', '/']);
    let day = CivilDate::new(
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
    )?;
    if parts.next().is_some() {
        return None;
    }
    if time.is_empty() {
        return Some((day, Timestamp::from_jst(day, NOON_HOUR, 0, 0)?));
    }
    let mut clock = time.trim().split(':');
    let (hour, minute) = (clock.next()?.parse().ok()?, clock.next()?.parse().ok()?);
    let second = clock.next().map_or(Some(0), |second| second.parse().ok())?;
    let ends = clock.next().is_none();
    ends.then_some(())?;
    Some((day, Timestamp::from_jst(day, hour, minute, second)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "契約,領収日,端末番号,伝票番号,承認番号,ブランド,金額,備考\r\n";

    fn file(rows: &str) -> Vec<u8> {
        format!("{HEADER}{rows}").into_bytes()
    }

    #[test]
    fn rows_are_read_with_and_without_numbers() {
        let bytes = file(
            "card,2026/6/30,99001,00042,A1,visa,\"1,200\",月末\r\ncard,2026-06-30 14:03,,,,,300,\r\ncard,2026-06-30 14:03,,,,,300,\r\n",
        );
        let rows = read(&bytes, "a.csv").unwrap();
        let seen: Vec<_> = rows.iter().map(|row| (row.row, row.amount.get(), row.occurrence)).collect();
        assert_eq!(seen, [(2, 1_200, 1), (3, 300, 1), (4, 300, 2)]);
        assert_eq!((rows[0].slip_number.as_deref(), rows[1].slip_number.as_deref()), (Some("00042"), None));
        assert_eq!((rows[0].at.to_paper().ends_with("12:00:00"), rows[0].note.as_str()), (true, "月末"));
        assert_eq!(rows[1].at, Timestamp::from_jst(rows[1].paid_on, 14, 3, 0).unwrap());
    }

    #[test]
    fn what_cannot_be_read_is_refused_by_row() {
        for (rows, field) in [
            ("card,6月30日,,,,,300,\r\n", "領収日"),
            ("card,2026-06-31,,,,,300,\r\n", "領収日"),
            ("card,2026-06-30 25:00,,,,,300,\r\n", "領収日"),
            ("card,2026-06-30,,,,,,\r\n", "金額"),
            ("card,2026-06-30,,,,,-300,\r\n", "金額"),
            ("card,2026-06-30,,,,,0,\r\n", "金額"),
            (",2026-06-30,,,,,300,\r\n", "契約"),
        ] {
            let refusal = read(&file(rows), "a.csv").unwrap_err();
            assert_eq!((refusal.field.as_str(), refusal.row), (field, Some(2)), "{rows}");
        }
        assert!(read("契約,領収日\r\n".as_bytes(), "a.csv").is_err());
    }

    #[test]
    fn the_template_is_a_file_without_rows() {
        assert!(read(&template().unwrap(), "t.csv").unwrap().is_empty());
    }
}
