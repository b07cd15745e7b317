//! `/report/{day}/behind`: the records behind a row of the report.
//!
//! Invariant: the sales listed are exactly those of the row, voided ones with their void; rows and deposits are those that the newest
//! run tied to them, or that it could not tie.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
};
use domain::{
    id::{BrandCode, ContractId, CounterId},
    method::{Method, brand_label},
    money::Yen,
    time::CivilDate,
};
use engine::outcome::{Exception, SetProof};
use serde::Deserialize;
use store::reports::SaleRow;

use super::{method_words, records::Surroundings, set_lines, why};
use crate::{
    app::AppState,
    auth::CurrentUser,
    jobs::{
        books,
        report::{self, DailyReport},
    },
    web::{
        failure::PageError,
        frame,
        view::{
            drill::{DrillGroup, DrillPage, DrillRow},
            sets::SetLine,
            shell::Section,
            words::{Figure, Link, Verdict},
        },
    },
};

/// Which row of the report.
#[derive(Debug, Deserialize)]
pub struct BehindQuery {
    /// `all`: every counter, and every brand where none is named; otherwise the row of exactly this counter and brand.
    #[serde(default)]
    scope: String,
    counter: Option<CounterId>,
    method: String,
    brand: Option<BrandCode>,
    contract: Option<ContractId>,
}

/// `GET /report/{day}/behind?method=&counter=&brand=&contract=`
pub async fn show(
    State(state): State<AppState>,
    user: CurrentUser,
    Path(day): Path<String>,
    Query(query): Query<BehindQuery>,
) -> Result<Response, PageError> {
    let date: CivilDate = day.parse().map_err(|_| PageError::NotFound)?;
    let method = Method::from_code(&query.method).ok_or(PageError::BadForm("method"))?;
    let report = report::daily(&state, date).await?;
    let around = Surroundings::read(&state, date).await?;
    let sales = state
        .store
        .snapshot()
        .await?
        .sales_booked(state.tenant(), date, date, query.counter.as_ref())
        .await?;
    let sales: Vec<SaleRow> = sales.into_iter().filter(|row| query.fits(method, row)).collect();
    let ties = ties(&state, &report, &sales).await?;
    let mut groups = vec![sales_group(&sales, &report, &ties, &around)];
    if let Some(contract) = &query.contract {
        groups.push(rows_group(&sales, &report, &ties, &query, &around));
        groups.push(deposits_group(&report, contract, &around));
    }
    let sets = sets(&state, &report, &query, &sales).await?;
    let counter = match &query.counter {
        Some(counter) => around.counter_words(counter),
        None if query.is_all() => "すべての窓口".to_owned(),
        None => "窓口が分からない明細".to_owned(),
    };
    let heading = format!("{} {counter} {}", date.to_japanese(), method_words(method, query.brand.as_ref()));
    let page = DrillPage {
        shell: frame::shell(&state, Some(&user), Section::Report)?,
        heading,
        back: Link::new(
            format!("収納日報 {}月{}日へ戻る", date.month(), date.day()),
            format!("/report?date={date}"),
        ),
        groups,
        sets,
    };
    Ok(frame::page(&page)?.into_response())
}

impl BehindQuery {
    fn is_all(&self) -> bool {
        self.scope == "all"
    }

    fn fits(&self, method: Method, row: &SaleRow) -> bool {
        let payment = &row.sale.payment;
        let any_brand = self.is_all() && self.brand.is_none();
        payment.method == method
            && (self.is_all() || Some(&row.key.counter) == self.counter.as_ref())
            && (any_brand || payment.brand == self.brand)
    }

    /// Whether an exception belongs to the row.
    fn concerns(&self, exception: &Exception) -> bool {
        (self.is_all() || exception.counter == self.counter) && exception.contract == self.contract
    }
}

/// The statement row that the newest run tied to each sale.
async fn ties(
    state: &AppState,
    report: &DailyReport,
    sales: &[SaleRow],
) -> Result<BTreeMap<String, String>, PageError> {
    let mut unit = state.store.snapshot().await?;
    let mut ties = BTreeMap::new();
    for row in sales.iter().filter(|row| row.sale.payment.method != Method::Cash) {
        let sale = row.sale.sale.to_string();
        let links = unit.links_of(state.tenant(), report.run, &sale).await?;
        let other = links.iter().flat_map(|link| &link.members).find(|member| member.side == "statement");
        if let Some(member) = other {
            ties.insert(sale, member.subject.clone());
        }
    }
    Ok(ties)
}

/// Sets of the day in which a sale of the row is a candidate.
async fn sets(
    state: &AppState,
    report: &DailyReport,
    query: &BehindQuery,
    sales: &[SaleRow],
) -> Result<Vec<SetLine>, PageError> {
    let Some(contract) = &query.contract else { return Ok(Vec::new()) };
    let sets = books::sets(state, report.as_of, contract, (report.date, report.date)).await?;
    let here: BTreeSet<String> = sales.iter().map(|row| row.sale.sale.to_string()).collect();
    let touches = |set: &&SetProof| set.ours.iter().any(|id| here.contains(id));
    Ok(sets.iter().filter(touches).map(set_lines::line).collect())
}

fn exception_of<'a>(report: &'a DailyReport, id: &str) -> Option<&'a Exception> {
    report.exceptions.iter().find(|exception| exception.members.iter().any(|member| member == id))
}

/// The judgement of a record: that of its exception; tied or never to be tied is 一致.
fn verdict(report: &DailyReport, id: &str, tied: bool, acquired: bool) -> Verdict {
    match exception_of(report, id) {
        Some(exception) => exception.verdict.into(),
        None if tied || !acquired => Verdict::Agreed,
        None => Verdict::Pending,
    }
}

fn sales_group(
    sales: &[SaleRow],
    report: &DailyReport,
    ties: &BTreeMap<String, String>,
    around: &Surroundings,
) -> DrillGroup {
    let mut rows = Vec::new();
    for row in sales {
        let (sale, id) = (&row.sale, row.sale.sale.to_string());
        let tie = ties.get(&id).and_then(|subject| around.record(subject)).cloned();
        let record = Link::new(sale.receipt_number.to_string(), format!("/sales/{id}"));
        rows.push(DrillRow {
            at: sale.paid_at.hour_minute(),
            kind: "売上".to_owned(),
            record: record.clone(),
            content: content(row),
            amount: sale.total,
            verdict: verdict(
                report,
                &id,
                tie.is_some() || row.void.is_some(),
                sale.payment.method != Method::Cash,
            ),
            tied_to: tie,
        });
        if let Some(void) = &row.void {
            rows.push(DrillRow {
                at: void.fact.recorded_at.hour_minute(),
                kind: "取消".to_owned(),
                record,
                content: format!("理由: {}", void.fact.reason),
                amount: Yen::ZERO.saturating_sub(void.fact.amount),
                verdict: Verdict::Agreed,
                tied_to: None,
            });
        }
    }
    group(["sales", "当方の売上・取消", "Journal", "売上はありません。"], rows)
}

fn content(row: &SaleRow) -> String {
    let lines =
        row.sale.lines.iter().map(|line| format!("{} {}円 ×{}", line.name, line.unit_price, line.quantity));
    lines.collect::<Vec<_>>().join("、")
}

fn rows_group(
    sales: &[SaleRow],
    report: &DailyReport,
    ties: &BTreeMap<String, String>,
    query: &BehindQuery,
    around: &Surroundings,
) -> DrillGroup {
    let mut rows = Vec::new();
    for row in sales {
        let id = row.sale.sale.to_string();
        let Some(statement) = ties.get(&id).and_then(|subject| around.statement(subject)) else { continue };
        let receipt = Link::new(row.sale.receipt_number.to_string(), format!("/sales/{id}"));
        let judged = verdict(report, &id, true, true);
        rows.push(DrillRow { tied_to: Some(receipt), verdict: judged, ..statement.clone() });
    }
    // Rows that no sale of ours answers, at this counter and brand.
    for exception in &report.exceptions {
        let here = query.concerns(exception);
        for statement in
            exception.members.iter().filter_map(|member| around.statement(member)).filter(|_| here)
        {
            if !rows.iter().any(|known| known.record == statement.record) {
                rows.push(DrillRow { verdict: exception.verdict.into(), ..statement.clone() });
            }
        }
    }
    rows.sort_by(|a, b| a.at.cmp(&b.at));
    let brand = query.brand.as_ref().map(brand_label).unwrap_or_default();
    let empty = format!("{brand} この日の会社明細に、この窓口の行はありません。");
    group(["rows", "会社明細", "Statement", &empty], rows)
}

fn deposits_group(report: &DailyReport, contract: &ContractId, around: &Surroundings) -> DrillGroup {
    let payouts = report.payouts.iter().filter(|payout| payout.contract == *contract);
    let rows = payouts.map(|payout| {
        let deposit = payout.deposits.first().and_then(|id| around.record(id));
        DrillRow {
            at: payout.deposited_on.unwrap_or(payout.expected_on).to_string(),
            kind: payout.state.label_ja().to_owned(),
            record: deposit.cloned().unwrap_or_else(|| Link::new("まだ入金がありません", "")),
            content: format!(
                "{}〜{} の支払予定 {}円（この窓口以外の分も含む）",
                payout.from, payout.to, payout.net
            ),
            amount: payout.deposited,
            tied_to: Some(Link::new("なぜ（根拠）", why::address(&payout.id, report.as_of))),
            verdict: exception_of(report, &payout.id)
                .map_or(if deposit.is_some() { Verdict::Agreed } else { Verdict::Pending }, |exception| {
                    exception.verdict.into()
                }),
        }
    });
    let mut group =
        group(["deposits", "口座入金", "Bank", "この日を含む支払予定はありません。"], rows.collect());
    if group.rows.iter().all(|row| row.amount == Yen::ZERO) {
        group.sum = Figure::Awaited("入金待ち");
    }
    group
}

fn group([anchor, title, english, empty]: [&str; 4], rows: Vec<DrillRow>) -> DrillGroup {
    DrillGroup {
        anchor: anchor.to_owned(),
        title: title.to_owned(),
        english: english.to_owned(),
        sum: Figure::Known(rows.iter().map(|row| row.amount).fold(Yen::ZERO, Yen::saturating_add)),
        empty: empty.to_owned(),
        rows,
    }
}
