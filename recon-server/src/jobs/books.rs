//! 仕訳, 入金予定60日, 組, 振込名義の提案 and なぜ: what the engine makes of facts and outcome on demand, as values and as tables.
//!
//! Invariants: nothing here is made twice of the same state ([`reconcile::matched`]); the same facts give the same bytes; every entry of the books adds up to 0 and the tables show both
//! sides, debit and credit, never a net. Not here: how an entry, an expectation or a reason is found (crate `engine`).

use std::collections::BTreeSet;

use domain::{id::ContractId, money::Yen, time::CivilDate};
use engine::{
    forecast::{self, Forecast},
    outcome::{AliasProposal, SetProof},
    postings::{self, Book, Line, Posting},
    why::{self, Why},
};
use serde::Serialize;

use super::{
    JobError,
    papers::{
        table::{Behind, Cell, Column, PaperTable, RowKind, TableRow},
        terms,
    },
    reconcile,
};
use crate::app::AppState;

/// 仕訳 of some days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Journal {
    /// Name of the municipality.
    pub tenant_name: String,
    /// First day.
    pub from: CivilDate,
    /// Last day; the run stood on it.
    pub to: CivilDate,
    /// Sum of all debits; credits come to the same.
    pub debit: Yen,
    /// Entries in the engine's order.
    pub entries: Vec<Posting>,
}

/// The entries of a period, as of its last day.
///
/// # Errors
/// When the store fails or the facts cannot be reconciled.
pub async fn journal(state: &AppState, from: CivilDate, to: CivilDate) -> Result<Journal, JobError> {
    let matched = reconcile::matched(state, to).await?;
    let mut entries = postings::postings(&matched.facts, &matched.outcome);
    entries.retain(|entry| from <= entry.day && entry.day <= to);
    let debits = entries.iter().flat_map(|entry| &entry.lines).map(|line| line.amount.max(Yen::ZERO));
    Ok(Journal {
        tenant_name: state.config.tenant.name.clone(),
        from,
        to,
        debit: debits.fold(Yen::ZERO, Yen::saturating_add),
        entries,
    })
}

impl Journal {
    /// The entries laid out: one row a line, debit and credit apart.
    #[must_use]
    pub fn table(&self) -> PaperTable {
        let rows =
            self.entries.iter().flat_map(|entry| entry.lines.iter().map(move |line| posted(entry, line)));
        let mut rows: Vec<TableRow> = rows.collect();
        let mut total = vec![Cell::text("計"), Cell::empty(), Cell::empty(), Cell::empty(), Cell::empty()];
        total.extend([Cell::Yen(self.debit), Cell::Yen(self.debit)]);
        rows.push(TableRow::new(RowKind::Total, total));
        PaperTable {
            title: "仕訳一覧",
            head: vec![
                ("団体", self.tenant_name.clone()),
                ("期間", format!("{}から{}まで", self.from.to_japanese(), self.to.to_japanese())),
                ("件数", format!("{}件", self.entries.len())),
            ],
            columns: vec![
                Column::words("日"),
                Column::words("摘要"),
                Column::words("勘定"),
                Column::words("内訳"),
                Column::words("所属"),
                Column::numbers("借方"),
                Column::numbers("貸方"),
            ],
            rows,
            notes: notes(
                self.entries.is_empty().then_some("この期間の仕訳はありません。"),
                ["歳入は総額、決済手数料は歳出として載せています（総計予算主義）。".to_owned()],
            ),
            seals: &[],
        }
    }
}

fn posted(entry: &Posting, line: &Line) -> TableRow {
    let credit = Yen::ZERO.saturating_sub(line.amount);
    let side = |amount: Yen| if amount > Yen::ZERO { Cell::Yen(amount) } else { Cell::empty() };
    let (detail, section) = detail(&line.book);
    TableRow::new(
        RowKind::Body,
        vec![
            Cell::Day(entry.day),
            Cell::text(entry.summary_ja.clone()),
            Cell::text(line.book.label_ja()),
            Cell::Text(detail),
            Cell::Text(section),
            side(line.amount),
            side(credit),
        ],
    )
}

/// What an account is of, and the section.
fn detail(book: &Book) -> (String, String) {
    let of = |text: String| (text, String::new());
    match book {
        Book::Cash | Book::OpeningBalance | Book::Suspense | Book::Rounding => of(String::new()),
        Book::Receivable { contract } => of(contract.as_ref().map(ToString::to_string).unwrap_or_default()),
        Book::InTransit { contract } | Book::Carried { contract } => of(contract.to_string()),
        Book::Bank { account } => of(account.clone()),
        Book::Revenue { year, account, revenue, section } => {
            (format!("{} {account} {revenue}", year.to_japanese()), section.clone())
        }
        Book::Repayment { year } | Book::FeeExpenditure { year } => of(year.to_japanese()),
    }
}

/// 入金予定 with the municipality's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Expected {
    /// Name of the municipality.
    pub tenant_name: String,
    /// As the engine foresees it.
    #[serde(flatten)]
    pub forecast: Forecast,
}

/// What is to arrive in the next [`forecast::FORECAST_DAYS`] days.
///
/// # Errors
/// As [`journal()`].
pub async fn expected(state: &AppState, as_of: CivilDate) -> Result<Expected, JobError> {
    let matched = reconcile::matched(state, as_of).await?;
    let forecast = forecast::forecast(&matched.facts, &matched.outcome);
    Ok(Expected { tenant_name: state.config.tenant.name.clone(), forecast })
}

impl Expected {
    /// The days laid out, each with its sum.
    #[must_use]
    pub fn table(&self) -> PaperTable {
        let forecast = &self.forecast;
        let mut rows = Vec::new();
        for (day, sum) in &forecast.days {
            for line in forecast.lines.iter().filter(|line| line.on == *day) {
                let kind = if line.overdue { RowKind::Alarm } else { RowKind::Body };
                let cells = vec![
                    Cell::Day(line.on),
                    Cell::text(line.label_ja.clone()),
                    Cell::text(format!("{}〜{}", line.from, line.to)),
                    Cell::Yen(line.net),
                    Cell::text(line.confidence.label_ja()),
                    Cell::text(if line.overdue { "期日経過" } else { "" }),
                ];
                let closing = Behind::Closing { contract: line.contract.clone(), to: line.to };
                let row = TableRow::new(kind, cells).backed_by(closing);
                rows.push(TableRow { why: line.payout.clone(), ..row });
            }
            rows.push(sum_row(RowKind::Subtotal, format!("{} 計", day.to_japanese()), *sum));
        }
        rows.push(sum_row(RowKind::Total, "合計".to_owned(), forecast.total));
        PaperTable {
            title: "入金予定60日",
            head: vec![
                ("団体", self.tenant_name.clone()),
                ("基準日", forecast.as_of.to_japanese()),
                ("期間", format!("{}まで", forecast.until.to_japanese())),
            ],
            columns: vec![
                Column::words("予定日"),
                Column::words("契約"),
                Column::words("締め期間"),
                Column::numbers("入金予定額"),
                Column::words("根拠"),
                Column::words("状態"),
            ],
            rows,
            notes: notes(
                forecast.lines.is_empty().then_some("この期間に入金の予定はありません。"),
                [
                    format!(
                        "合計 {}円のうち、会社の明細で確かなものは {}円です。まだ売れていないものは見込んでいません。",
                        forecast.total, forecast.certain
                    ),
                    terms::bank_days(forecast.until),
                ],
            ),
            seals: &[],
        }
    }
}

/// The notes below a paper; where it has no row, that comes first, so that an empty table is not taken for a broken one.
fn notes<const N: usize>(none_ja: Option<&str>, others: [String; N]) -> Vec<String> {
    none_ja.map(str::to_owned).into_iter().chain(others).collect()
}

fn sum_row(kind: RowKind, words: String, sum: Yen) -> TableRow {
    let cells =
        vec![Cell::Text(words), Cell::empty(), Cell::empty(), Cell::Yen(sum), Cell::empty(), Cell::empty()];
    TableRow::new(kind, cells)
}

/// Why something ended as it did; none where nothing has the id.
///
/// # Errors
/// As [`journal()`].
pub async fn why(state: &AppState, as_of: CivilDate, subject: &str) -> Result<Option<Why>, JobError> {
    let matched = reconcile::matched(state, as_of).await?;
    Ok(why::explain(&matched.facts, &matched.outcome, subject))
}

/// 組: sets of the engine with a member in some days, of a contract; sales by 取扱日, rows by their own day.
///
/// # Errors
/// As [`journal()`].
pub async fn sets(
    state: &AppState,
    as_of: CivilDate,
    contract: &ContractId,
    (from, to): (CivilDate, CivilDate),
) -> Result<Vec<SetProof>, JobError> {
    let matched = reconcile::matched(state, as_of).await?;
    let (facts, outcome) = (&matched.facts, &matched.outcome);
    let holds = |day: CivilDate| from <= day && day <= to;
    let sales = facts.sales.iter().filter(|sale| holds(sale.business_day)).map(|sale| sale.id.as_str());
    let rows = facts.rows.iter().filter(|row| holds(row.at.date())).map(|row| row.id.as_str());
    let inside: BTreeSet<&str> = sales.chain(rows).collect();
    let here = |set: &SetProof| {
        set.contract == *contract && set.ours.iter().chain(&set.theirs).any(|id| inside.contains(id.as_str()))
    };
    Ok(outcome.sets.iter().filter(|set| here(set)).cloned().collect())
}

/// 振込名義の提案: names that a person may confirm. None has an effect by itself.
///
/// # Errors
/// As [`journal()`].
pub async fn aliases(state: &AppState, as_of: CivilDate) -> Result<Vec<AliasProposal>, JobError> {
    Ok(reconcile::matched(state, as_of).await?.outcome.aliases.clone())
}

/// The reason laid out: the paragraph, the steps to the yen, what else it could have been.
#[must_use]
pub fn why_table(why: &Why) -> PaperTable {
    let mut rows: Vec<TableRow> = Vec::new();
    for step in &why.steps {
        let cells = vec![Cell::text("計算"), Cell::text(step.label_ja.clone()), Cell::Yen(step.amount)];
        rows.push(TableRow::new(RowKind::Body, cells));
    }
    for one in &why.compared {
        let words = format!("{}: 当方「{}」 先方「{}」", one.field_ja, one.left, one.right);
        let mark = if one.agrees { "比較・一致" } else { "比較・相違" };
        let kind = if one.agrees { RowKind::Body } else { RowKind::Alarm };
        rows.push(TableRow::new(kind, vec![Cell::text(mark), Cell::Text(words), Cell::empty()]));
    }
    for one in &why.refused {
        let words = format!("{}: {}", one.label_ja, one.failing_ja.join("、"));
        let cells = vec![Cell::text("近いが違うもの"), Cell::Text(words), Cell::Yen(one.yen_apart)];
        rows.push(TableRow::new(RowKind::Body, cells));
    }
    let mut notes = vec![why.paragraph_ja.clone()];
    notes.extend(why.sources.iter().map(|source| {
        let file: String = source.file.chars().take(12).collect();
        format!("もとの資料: {file}… の {}行目", source.row)
    }));
    PaperTable {
        title: "なぜ（突合の根拠）",
        head: vec![("対象", why.subject.clone()), ("設定の版", why.versions.config.clone())],
        columns: vec![Column::words("種類"), Column::words("内容"), Column::numbers("円")],
        rows,
        notes,
        seals: &[],
    }
}
