//! キャッシュレス収納内訳: one day, every trustee and brand, our own figures beside the terminal's (papers.md 1).
//!
//! Invariants: what was paid on an earlier day and became certain on this one (過日分確定) is not in the rows, because no terminal counts
//! it today; a terminal that is there and gave no total is written out (日計なし), never taken for agreement; figures that no machine has
//! confirmed are marked 暫定.

mod layout;

use std::{borrow::Cow, collections::BTreeMap};

use domain::{
    id::{BrandCode, ContractId},
    method::{Method, brand_label},
    money::Yen,
    time::CivilDate,
};
use engine::{
    Contract, Verdict,
    outcome::{Figure, ReportLine},
};
use serde::{Deserialize, Serialize};

use super::{as_of_of_month, table::PaperTable, terms};
use crate::{
    app::AppState,
    jobs::{
        JobError, contract_rows, contracts_in_force,
        month::{YearMonth, taken_on_its_day},
        reconcile::{self, Recorded},
    },
};

/// One trustee and brand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashlessRow {
    /// 契約; none where no contract covers it.
    pub contract: Option<ContractId>,
    /// 受託者
    pub acquirer_ja: String,
    /// 決済手段
    pub method: Method,
    /// ブランド
    pub brand: Option<BrandCode>,
    /// Its name.
    pub brand_ja: String,
    /// 当方: taken and not voided, of the day itself.
    pub own: Figure,
    /// Of it, not confirmed by a machine or a statement.
    pub provisional: Figure,
    /// Whether there is a terminal that gives totals (端末なし for a printed sheet).
    pub has_terminal: bool,
    /// 端末日計; none where it is not here.
    pub terminal: Option<Figure>,
    /// Terminal less ours; where there is no terminal, statement less ours; none while neither is here (明細待ち).
    pub difference: Option<Yen>,
    /// 結果不明, not part of ours.
    pub unknown: Figure,
    /// 入金方式 in words.
    pub way_ja: String,
}

/// Sums of the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CashlessSums {
    /// 当方
    pub own: Figure,
    /// Of it, provisional.
    pub provisional: Figure,
    /// 端末日計 of the rows that have one.
    pub terminal: Figure,
    /// Differences that are known, signed.
    pub difference: Yen,
    /// The same added up without sign.
    pub difference_gross: Yen,
    /// 結果不明
    pub unknown: Figure,
}

/// The paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashlessPaper {
    /// Name of the municipality.
    pub tenant_name: String,
    /// 取扱日
    pub date: CivilDate,
    /// The day on which the run stood.
    pub as_of: CivilDate,
    /// 判定
    pub verdict: Verdict,
    /// Its word.
    pub verdict_ja: Cow<'static, str>,
    /// Rows in the order of papers.
    pub rows: Vec<CashlessRow>,
    /// 計
    pub sums: CashlessSums,
    /// 過日分確定 of the day, in no row.
    pub late: Figure,
    /// Whether anything at all is known of the day.
    pub known: bool,
}

/// The paper of one day over all counters, as it can be made now.
///
/// # Errors
/// When the store fails or a stored result cannot be read.
pub async fn cashless_as_of(
    state: &AppState,
    date: CivilDate,
    as_of: Option<CivilDate>,
) -> Result<CashlessPaper, JobError> {
    let as_of = as_of_of_month(state, YearMonth::of(date), as_of);
    let current = reconcile::current(state, as_of).await?;
    let mut unit = state.store.snapshot().await?;
    let terms = contracts_in_force(&contract_rows(&mut *unit, state.tenant()).await?, as_of)?;
    Ok(build((state.config.tenant.name.clone(), date, as_of), &current.recorded, &terms))
}

/// Whether a method is on this paper.
const fn is_cashless(method: Method) -> bool {
    matches!(
        method,
        Method::Credit
            | Method::ElectronicMoney
            | Method::CodeStatic
            | Method::CodeDynamic
            | Method::CodeConsumerPresented
    )
}

/// Puts the paper together. Pure.
fn build(
    (tenant_name, date, as_of): (String, CivilDate, CivilDate),
    recorded: &Recorded,
    terms: &[Contract],
) -> CashlessPaper {
    let of_day = |line: &&ReportLine| line.business_day == date && is_cashless(line.method);
    let lines: Vec<&ReportLine> = recorded.lines.iter().filter(of_day).collect();
    let rows = rows(&lines, terms);
    let known = recorded.counter_days.iter().any(|day| day.business_day == date) || !lines.is_empty();
    let verdict = lines.iter().map(|line| line.verdict).chain((!known).then_some(Verdict::Incomplete));
    let verdict = verdict.chain(rows.iter().map(CashlessRow::verdict)).max().unwrap_or(Verdict::Matched);
    CashlessPaper {
        tenant_name,
        date,
        as_of,
        verdict,
        verdict_ja: verdict.label_ja().into(),
        sums: rows.iter().fold(CashlessSums::default(), CashlessSums::plus),
        rows,
        late: lines.iter().fold(Figure::default(), |sum, line| sum.plus(line.late)),
        known,
    }
}

/// Lines of all counters, one row a contract, method and brand, in the order of papers.
fn rows(lines: &[&ReportLine], terms: &[Contract]) -> Vec<CashlessRow> {
    type Key = (usize, String, Option<ContractId>, Option<BrandCode>);
    let mut grouped: BTreeMap<Key, Vec<&ReportLine>> = BTreeMap::new();
    for line in lines {
        let place = Method::ALL.iter().position(|method| *method == line.method).unwrap_or(usize::MAX);
        let acquirer = terms_of(line, terms).map(|terms| terms.acquirer_ja.clone()).unwrap_or_default();
        grouped.entry((place, acquirer, line.contract.clone(), line.brand.clone())).or_default().push(line);
    }
    let row = |(key, lines): (Key, Vec<&ReportLine>)| {
        lines.first().map(|first| row(key.1, first, &lines, terms_of(first, terms)))
    };
    grouped.into_iter().filter_map(row).filter(CashlessRow::says_something).collect()
}

fn terms_of<'a>(line: &ReportLine, terms: &'a [Contract]) -> Option<&'a Contract> {
    terms.iter().find(|terms| Some(&terms.id) == line.contract.as_ref())
}

fn row(
    acquirer_ja: String,
    first: &ReportLine,
    lines: &[&ReportLine],
    terms: Option<&Contract>,
) -> CashlessRow {
    let sum =
        |of: fn(&ReportLine) -> Figure| lines.iter().fold(Figure::default(), |sum, line| sum.plus(of(line)));
    let own = sum(taken_on_its_day);
    let totals: Vec<Figure> = lines.iter().filter_map(|line| line.terminal.map(|side| side.total)).collect();
    let terminal = (!totals.is_empty()).then(|| totals.into_iter().fold(Figure::default(), Figure::plus));
    let has_terminal = first.method != Method::CodeStatic || terminal.is_some();
    let received = lines.iter().all(|line| line.statement_received && line.contract.is_some());
    let reported = || lines.iter().fold(Yen::ZERO, |sum, line| sum.saturating_add(line.difference));
    let difference = match terminal {
        Some(terminal) => Some(terminal.minus(own).amount),
        None => received.then(reported),
    };
    CashlessRow {
        contract: first.contract.clone(),
        acquirer_ja,
        method: first.method,
        brand: first.brand.clone(),
        brand_ja: first.brand.as_ref().map_or_else(|| first.method.label_ja().to_owned(), brand_label),
        own,
        provisional: sum(|line| line.provisional),
        has_terminal,
        terminal,
        difference,
        unknown: sum(|line| line.unknown),
        way_ja: terms.map_or_else(|| "契約の登録なし".to_owned(), terms::way_of_payment),
    }
}

impl CashlessRow {
    /// Lines that only the fee of another day touches say nothing of this one.
    fn says_something(&self) -> bool {
        let nothing =
            self.own.is_zero() && self.unknown.is_zero() && self.terminal.is_none_or(Figure::is_zero);
        !nothing || self.difference.is_some_and(|difference| difference != Yen::ZERO)
    }

    fn verdict(&self) -> Verdict {
        match self.difference {
            Some(difference) if difference != Yen::ZERO => Verdict::Differences,
            Some(_) => Verdict::Matched,
            None => Verdict::Incomplete,
        }
    }
}

impl CashlessSums {
    fn plus(self, row: &CashlessRow) -> Self {
        let difference = row.difference.unwrap_or_default();
        Self {
            own: self.own.plus(row.own),
            provisional: self.provisional.plus(row.provisional),
            terminal: self.terminal.plus(row.terminal.unwrap_or_default()),
            difference: self.difference.saturating_add(difference),
            difference_gross: self
                .difference_gross
                .saturating_add(Yen::new(difference.get().saturating_abs())),
            unknown: self.unknown.plus(row.unknown),
        }
    }
}

impl CashlessPaper {
    /// The paper laid out.
    #[must_use]
    pub fn table(&self) -> PaperTable {
        layout::table(self)
    }
}

#[cfg(test)]
mod tests;
