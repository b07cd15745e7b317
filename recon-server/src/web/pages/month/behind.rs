//! `/month/{month}/behind`: the days behind a number of the month, and the sales behind a day of it.
//!
//! Invariants: days and sales go by 領収日, as the numbers of the month do; a voided sale is listed with its void and adds nothing.

use std::collections::BTreeMap;

use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
};
use domain::{id::ContractId, method::Method, money::Yen, time::CivilDate};
use engine::outcome::{Figure, ReportLine};
use serde::Deserialize;
use store::{counters::CounterRow, reports::SaleRow};

use super::{
    super::{behind_lines, method_words, records::counter_words},
    month_view::{kind_code, month_words},
};
use crate::{
    app::AppState,
    auth::CurrentUser,
    jobs::{
        month::{MixKind, YearMonth},
        papers::as_of_of_month,
        reconcile,
    },
    web::{
        failure::PageError,
        frame,
        view::{
            month::{BehindGroup, BehindLine, BehindPage},
            shell::Section,
            words::{Link, short_date},
        },
    },
};

/// Sales of one day on a page.
const SALES_SHOWN_MAX: usize = 2_000;

/// The lines of the mix table with a page of their own; `all` is the total.
const KINDS: [(&str, &str); 9] = [
    (kind_code(MixKind::Credit), "クレジットカード"),
    (kind_code(MixKind::ElectronicMoney), "電子マネー"),
    (kind_code(MixKind::Code), "QRコード決済"),
    (kind_code(MixKind::Cashless), "キャッシュレス計"),
    (kind_code(MixKind::Cash), "現金"),
    (kind_code(MixKind::Security), "証券（定額小為替）"),
    (kind_code(MixKind::Voucher), "利用券（クーポン）"),
    (kind_code(MixKind::Deferred), "後納"),
    ("all", "収納総額"),
];

/// Which number.
#[derive(Debug, Deserialize)]
pub struct BehindQuery {
    kind: Option<String>,
    contract: Option<ContractId>,
    day: Option<CivilDate>,
}

/// `GET /month/{month}/behind?kind=&day=` or `?contract=`
pub async fn show(
    State(state): State<AppState>,
    user: CurrentUser,
    Path(month): Path<String>,
    Query(query): Query<BehindQuery>,
) -> Result<Response, PageError> {
    let month: YearMonth = month.parse().map_err(|_| PageError::NotFound)?;
    let shell = frame::shell(&state, Some(&user), Section::Month)?;
    let back = Link::new(format!("収納月報 {}へ戻る", month_words(month)), format!("/month/{month}"));
    let mut page = BehindPage {
        shell,
        heading: String::new(),
        back,
        beside: Vec::new(),
        groups: Vec::new(),
        sets: Vec::new(),
    };
    if let Some(contract) = &query.contract {
        (page.heading, page.groups) = of_contract(&state, month, contract).await?;
        return Ok(frame::page(&page)?.into_response());
    }
    let kind = query.kind.as_deref().unwrap_or("all");
    let (code, words) = *KINDS.iter().find(|(code, _)| *code == kind).ok_or(PageError::BadForm("kind"))?;
    let address = |code: &str| format!("/month/{month}/behind?kind={code}");
    let (from, to) = query.day.map_or((month.first(), month.last()), |day| (day, day));
    let mut unit = state.store.snapshot().await?;
    let sales = unit.sales_paid(state.tenant(), from, to).await?;
    let sales: Vec<SaleRow> = sales.into_iter().filter(|row| holds(code, row.sale.payment.method)).collect();
    if let Some(day) = query.day {
        let counters = unit.counters(state.tenant()).await?;
        page.heading = format!("{} {words}", day.to_japanese());
        page.back = Link::new(format!("{} {words} の日ごとへ戻る", month_words(month)), address(code));
        page.beside.push(Link::new(format!("{}の日報", short_date(day)), format!("/report?date={day}")));
        page.groups.push(sales_of(&sales, &counters));
    } else {
        page.heading = format!("{} {words}", month_words(month));
        page.beside = KINDS
            .iter()
            .filter(|(other, _)| *other != code)
            .map(|(other, words)| Link::new(*words, address(other)))
            .collect();
        page.groups.push(days_of(&sales, &address(code)));
    }
    Ok(frame::page(&page)?.into_response())
}

/// Whether a method belongs to a line of the mix table.
fn holds(code: &str, method: Method) -> bool {
    let own = match method {
        Method::Cash => MixKind::Cash,
        Method::PostalOrder => MixKind::Security,
        Method::Credit => MixKind::Credit,
        Method::ElectronicMoney => MixKind::ElectronicMoney,
        Method::CodeStatic | Method::CodeDynamic | Method::CodeConsumerPresented => MixKind::Code,
        Method::Voucher => MixKind::Voucher,
        Method::Deferred => MixKind::Deferred,
    };
    let cashless = matches!(own, MixKind::Credit | MixKind::ElectronicMoney | MixKind::Code);
    code == "all" || code == kind_code(own) || (code == kind_code(MixKind::Cashless) && cashless)
}

/// What a sale adds: nothing where it was voided.
const fn counts(row: &SaleRow) -> Figure {
    if row.void.is_some() { Figure::new(0, Yen::ZERO) } else { Figure::new(1, row.sale.total) }
}

fn days_of(sales: &[SaleRow], address: &str) -> BehindGroup {
    let mut days: BTreeMap<CivilDate, Figure> = BTreeMap::new();
    for row in sales {
        let day = days.entry(row.sale.payment_date).or_default();
        *day = day.plus(counts(row));
    }
    let lines = days.into_iter().map(|(day, figure)| BehindLine {
        name: Link::new(short_date(day), format!("{address}&day={day}")),
        content: String::new(),
        count: figure.count,
        amount: figure.amount,
        verdict: None,
    });
    behind_lines::group(["sales", "日ごと", "Days", "領収日"], lines.collect(), "この月の収納はありません。")
}

fn sales_of(sales: &[SaleRow], counters: &[CounterRow]) -> BehindGroup {
    let line = |row: &SaleRow| {
        let (sale, payment) = (&row.sale, &row.sale.payment);
        let figure = counts(row);
        let voided =
            if row.void.is_some() { format!("（取消済 {}円）", sale.total) } else { String::new() };
        let counter = counter_words(counters, &row.key.counter);
        let method = method_words(payment.method, payment.brand.as_ref());
        BehindLine {
            name: Link::new(format!("領収書 {}", sale.receipt_number), format!("/sales/{}", sale.sale)),
            content: format!("{} {counter} {method}{voided}", sale.paid_at.hour_minute()),
            count: figure.count,
            amount: figure.amount,
            verdict: None,
        }
    };
    let lines = sales.iter().map(line).collect();
    let mut group =
        behind_lines::group(["sales", "売上", "Sales", "取引"], lines, "この日の収納はありません。");
    if group.lines.len() > SALES_SHOWN_MAX {
        let left = group.lines.len() - SALES_SHOWN_MAX;
        group.lines.truncate(SALES_SHOWN_MAX);
        group.note = Some(format!("ほかに{left}件あります。計には含めています。"));
    }
    group
}

async fn of_contract(
    state: &AppState,
    month: YearMonth,
    contract: &ContractId,
) -> Result<(String, Vec<BehindGroup>), PageError> {
    let current = reconcile::current(state, as_of_of_month(state, month, None)).await?;
    let counters = state.store.snapshot().await?.counters(state.tenant()).await?;
    let lines: Vec<&ReportLine> = current
        .recorded
        .lines
        .iter()
        .filter(|line| line.contract.as_ref() == Some(contract) && month.holds(line.business_day))
        .collect();
    let named = current.recorded.sheets.iter().find(|sheet| sheet.contract == *contract);
    let label = named.map_or_else(|| contract.to_string(), |sheet| sheet.label_ja.clone());
    let lines = lines.iter().map(|line| {
        let figure = line.sales.minus(line.voids);
        BehindLine {
            name: behind_lines::name(line, &counters, ""),
            content: behind_lines::content(line),
            count: figure.count,
            amount: figure.amount,
            verdict: Some(line.verdict.into()),
        }
    });
    let group = behind_lines::group(
        ["sales", "当方の収納（取扱日）", "Journal", "取扱日・窓口"],
        lines.collect(),
        "この月の収納はありません。",
    );
    Ok((format!("{} {label}", month_words(month)), vec![group]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_belongs_to_its_line_and_to_the_sums() {
        for method in Method::ALL {
            let lines: Vec<&str> =
                KINDS.iter().map(|(code, _)| *code).filter(|code| holds(code, method)).collect();
            let cashless = matches!(
                method,
                Method::Credit
                    | Method::ElectronicMoney
                    | Method::CodeStatic
                    | Method::CodeDynamic
                    | Method::CodeConsumerPresented
            );
            assert_eq!(lines.len(), if cashless { 3 } else { 2 }, "{method:?}: {lines:?}");
            assert_eq!(lines.contains(&"cashless"), cashless, "{method:?}");
        }
    }
}
