//! 不一致: everything that is not green as of a day, filtered, as a value and as a table.
//!
//! Invariants: the rows are the engine's, in its order; a filter hides rows and changes none; sums are those of the rows shown, breaks
//! without sign beside the net, so that +1,000 and −1,000 never look like nothing (reconciliation.md 5.8).

use domain::{
    id::{ContractId, CounterId},
    money::Yen,
    time::CivilDate,
};
use engine::{ExceptionClass, Verdict, outcome::Exception};
use serde::Serialize;

use super::{
    JobError,
    papers::table::{Cell, Column, PaperTable, RowKind, TableRow},
    reconcile,
    settled::{Decisions, Settled},
};
use crate::app::AppState;

/// Which rows are wanted; everything where nothing is said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Of this contract.
    pub contract: Option<ContractId>,
    /// Of this counter.
    pub counter: Option<CounterId>,
    /// Of this class, by its stable word (`J_ONLY`).
    pub class: Option<String>,
    /// At least as bad.
    pub verdict: Option<Verdict>,
    /// From this day.
    pub from: Option<CivilDate>,
    /// To this day.
    pub to: Option<CivilDate>,
}

impl Wanted {
    fn holds(&self, exception: &Exception) -> bool {
        self.contract.as_ref().is_none_or(|wanted| exception.contract.as_ref() == Some(wanted))
            && self.counter.as_ref().is_none_or(|wanted| exception.counter.as_ref() == Some(wanted))
            && self.class.as_deref().is_none_or(|wanted| exception.class.code() == wanted)
            && self.verdict.is_none_or(|wanted| exception.verdict >= wanted)
            && self.from.is_none_or(|first| exception.day >= first)
            && self.to.is_none_or(|last| exception.day <= last)
    }
}

/// One row with its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExceptionLine {
    /// The class in words.
    pub class_ja: &'static str,
    /// The verdict in words.
    pub verdict_ja: &'static str,
    /// 反証期限 with the days that are left, of a chargeback.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_ja: Option<String>,
    /// What two persons decided about it; what is open has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settled: Option<Settled>,
    /// As the engine has it.
    #[serde(flatten)]
    pub exception: Exception,
}

/// The list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExceptionList {
    /// Name of the municipality.
    pub tenant_name: String,
    /// The day on which the run stood.
    pub as_of: CivilDate,
    /// The worst of the rows; 一致 where there are none.
    pub verdict: Verdict,
    /// Its word.
    pub verdict_ja: &'static str,
    /// Sum of the differences, signed.
    pub net: Yen,
    /// Sum of the breaks, without sign.
    pub breaks_gross: Yen,
    /// Classes that occur before the filter, for a form.
    pub classes: Vec<ExceptionClass>,
    /// What is open.
    pub rows: Vec<ExceptionLine>,
    /// 処理済: about what two persons have decided. Its yen are in the sums above all the same.
    pub settled: Vec<ExceptionLine>,
}

/// The list as of a day; today where none is named.
///
/// # Errors
/// When the store fails or a stored result cannot be read.
pub async fn list(
    state: &AppState,
    as_of: Option<CivilDate>,
    wanted: &Wanted,
) -> Result<ExceptionList, JobError> {
    let as_of = as_of.unwrap_or_else(|| state.today());
    let current = reconcile::current(state, as_of).await?;
    let decided = state.store.snapshot().await?.controls(state.tenant()).await?;
    let decisions = Decisions::of(&decided)?;
    Ok(build(&state.config.tenant.name, as_of, (&current.recorded.exceptions, &decisions), wanted))
}

/// Puts the list together. Pure.
fn build(
    tenant_name: &str,
    as_of: CivilDate,
    (all, decisions): (&[Exception], &Decisions),
    wanted: &Wanted,
) -> ExceptionList {
    let mut classes: Vec<ExceptionClass> = all.iter().map(|exception| exception.class).collect();
    classes.sort_unstable();
    classes.dedup();
    let rows: Vec<ExceptionLine> = all
        .iter()
        .filter(|exception| wanted.holds(exception))
        .map(|exception| ExceptionLine {
            class_ja: exception.class.label_ja(),
            verdict_ja: exception.verdict.label_ja(),
            due_ja: exception.due_ja(as_of),
            settled: decisions.about(exception).cloned(),
            exception: exception.clone(),
        })
        .collect();
    let verdict = rows.iter().map(|row| row.exception.verdict).max().unwrap_or_default();
    let sum = |of: fn(&Exception) -> Yen| {
        rows.iter().fold(Yen::ZERO, |sum, row| sum.saturating_add(of(&row.exception)))
    };
    let (net, breaks_gross) = (sum(|one| one.amount), sum(Exception::breaks));
    let (rows, settled) = rows.into_iter().partition(|row| row.settled.is_none());
    ExceptionList {
        tenant_name: tenant_name.to_owned(),
        as_of,
        verdict,
        verdict_ja: verdict.label_ja(),
        net,
        breaks_gross,
        classes,
        rows,
        settled,
    }
}

impl ExceptionList {
    /// The list laid out.
    #[must_use]
    pub fn table(&self) -> PaperTable {
        let head = [
            ("団体", self.tenant_name.clone()),
            ("基準日", self.as_of.to_japanese()),
            ("判定", self.verdict_ja.to_owned()),
            ("件数", format!("{}件(ほかに処理済 {}件)", self.rows.len(), self.settled.len())),
            ("差異", format!("差引 {}円、増減を打ち消さない合計 {}円", self.net, self.breaks_gross)),
        ];
        let words = |row: &ExceptionLine| row.settled.as_ref().map(Settled::words_ja).unwrap_or_default();
        let rows = self.rows.iter().chain(&self.settled).map(|row| (&row.exception, words(row)));
        table(&head, rows)
    }
}

/// Exceptions as a table under a head.
#[must_use]
pub fn table<'e>(
    head: &[(&'static str, String)],
    rows: impl IntoIterator<Item = (&'e Exception, String)>,
) -> PaperTable {
    PaperTable {
        title: "不一致一覧",
        head: head.to_vec(),
        columns: vec![
            Column::words("区分"),
            Column::words("判定"),
            Column::words("日"),
            Column::words("契約"),
            Column::words("窓口"),
            Column::numbers("当方"),
            Column::numbers("先方"),
            Column::numbers("差（先方−当方）"),
            Column::numbers("金額"),
            Column::numbers("経過日数"),
            Column::words("反証期限"),
            Column::words("説明"),
            Column::words("近いもの"),
            Column::words("処理"),
        ],
        rows: rows.into_iter().map(|(exception, settled)| row(exception, settled)).collect(),
        notes: Vec::new(),
        seals: &[],
    }
}

fn row(exception: &Exception, settled: String) -> TableRow {
    let near: Vec<&str> = exception.near.iter().map(|near| near.why_ja.as_str()).collect();
    let yen = |yen: Option<Yen>| yen.map_or(Cell::None, Cell::Yen);
    let id = |id: Option<String>| Cell::Text(id.unwrap_or_default());
    TableRow::new(
        RowKind::Body,
        vec![
            Cell::text(exception.class.label_ja()),
            Cell::text(exception.verdict.label_ja()),
            Cell::Day(exception.day),
            id(exception.contract.as_ref().map(ToString::to_string)),
            id(exception.counter.as_ref().map(ToString::to_string)),
            yen(exception.ours),
            yen(exception.theirs),
            Cell::Yen(exception.amount),
            Cell::Yen(exception.gross),
            Cell::Count(i64::from(exception.days)),
            due(exception),
            Cell::text(exception.sentence_ja.clone()),
            Cell::Text(near.join(" / ")),
            Cell::Text(settled),
        ],
    )
}

/// 反証期限: a day, or that it is unknown.
fn due(exception: &Exception) -> Cell {
    match exception.due_on {
        Some(day) => Cell::Day(day),
        None if exception.class == ExceptionClass::Chargeback => Cell::text("不明"),
        None => Cell::empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::papers::render::to_csv;
    use formats::csv_out::CsvEncoding;

    fn exception(class: ExceptionClass, sides: (Option<i64>, Option<i64>), amount: i64) -> Exception {
        Exception {
            id: "0123456789abcdef0123456789abcdef".to_owned(),
            class,
            verdict: class.verdict(),
            members: Vec::new(),
            contract: None,
            counter: None,
            day: "2026-07-15".parse().unwrap(),
            amount: Yen::new(amount),
            ours: sides.0.map(Yen::new),
            theirs: sides.1.map(Yen::new),
            gross: Yen::new(amount.abs()),
            days: 1,
            business_days: 1,
            due_on: None,
            sentence_ja: String::new(),
            near: Vec::new(),
            count: 0,
        }
    }

    /// papers.md C5 (b): a sale of ¥300 against a row of ¥200. Both amounts and the difference are in every file of the list.
    #[test]
    fn both_amounts_and_the_difference_are_in_the_files() {
        let all = [
            exception(ExceptionClass::AmountDiff, (Some(300), Some(200)), -100),
            exception(ExceptionClass::CutoffShift, (Some(300), None), -300),
        ];
        let list =
            build("団体", "2026-08-05".parse().unwrap(), (&all, &Decisions::default()), &Wanted::default());
        let table = list.table();
        let labels: Vec<&str> = table.columns.iter().map(|column| column.label).collect();
        let at = labels.iter().position(|label| *label == "当方").unwrap();
        assert_eq!(labels[at..at + 3], ["当方", "先方", "差（先方−当方）"]);
        let cells = |row: usize| &table.rows[row].cells[at..at + 3];
        let yen = |yen: i64| Cell::Yen(Yen::new(yen));
        assert_eq!(cells(0), [yen(300), yen(200), yen(-100)]);
        assert_eq!(cells(1), [yen(300), Cell::None, yen(-300)], "nothing said is not nothing");
        let csv = String::from_utf8(to_csv(&table, CsvEncoding::Utf8Bom).unwrap()).unwrap();
        assert!(csv.contains("300,200,-100"), "{csv}");
        let json = serde_json::to_value(&list).unwrap();
        assert_eq!((&json["rows"][0]["ours"], &json["rows"][0]["theirs"]), (&300.into(), &200.into()));
    }
}
