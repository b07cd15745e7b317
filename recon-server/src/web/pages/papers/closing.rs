//! `/papers/contract/{contract}/{closing}/behind`: the sales, the acquirer's rows and the bank's lines behind one closing.
//!
//! Invariant: where the sum of a list is not the number of the 照合書, the page says by how much and why.

use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
};
use domain::{id::ContractId, money::Yen, time::CivilDate};
use engine::{
    ident::deposit_id,
    outcome::{ContractSheet, Payout, ReportLine},
};
use store::facts::{BankEntry, Stored};

use super::PaperQuery;
use crate::{
    app::AppState,
    auth::CurrentUser,
    jobs::{books, import::counted_entries, month::YearMonth, papers::as_of_of_month, reconcile},
    web::{
        failure::PageError,
        frame,
        pages::{behind_lines, records, set_lines, why},
        view::{
            month::{BehindGroup, BehindLine, BehindPage},
            shell::Section,
            words::{Link, short_date},
        },
    },
};

/// Deposits come this many days before and after their expected day at most.
const DEPOSITS_AROUND_DAYS: i32 = 45;

/// `GET /papers/contract/{contract}/{closing}/behind`
pub async fn behind(
    State(state): State<AppState>,
    user: CurrentUser,
    Path((contract, closing)): Path<(String, String)>,
    Query(query): Query<PaperQuery>,
) -> Result<Response, PageError> {
    let contract: ContractId = contract.parse().map_err(|_| PageError::NotFound)?;
    let closing: CivilDate = closing.parse().map_err(|_| PageError::NotFound)?;
    let as_of = as_of_of_month(&state, YearMonth::of(closing), query.as_of);
    let current = reconcile::current(&state, as_of).await?;
    let recorded = &current.recorded;
    let sheet = recorded.sheets.iter().find(|sheet| sheet.contract == contract && sheet.to == closing);
    let sheet = sheet.ok_or(PageError::NotFound)?;
    let mut unit = state.store.snapshot().await?;
    let counters = unit.counters(state.tenant()).await?;
    let watermark = unit.last_file(state.tenant()).await?;
    let (from, to) = (
        sheet.expected_on.plus_days(-DEPOSITS_AROUND_DAYS),
        sheet.expected_on.plus_days(DEPOSITS_AROUND_DAYS),
    );
    let entries = counted_entries(&mut *unit, state.tenant(), (from, to), watermark).await?;
    let lines: Vec<&ReportLine> = recorded
        .lines
        .iter()
        .filter(|line| line.contract.as_ref() == Some(&contract))
        .filter(|line| (sheet.from..=sheet.to).contains(&line.business_day))
        .collect();
    let payout = recorded.payouts.iter().find(|payout| payout.contract == contract && payout.to == closing);
    drop(unit);
    let sets = books::sets(&state, as_of, &contract, (sheet.from, sheet.to)).await?;
    let page = BehindPage {
        shell: frame::shell(&state, Some(&user), Section::Papers)?,
        heading: format!("{} {} 〜 {}", sheet.label_ja, sheet.from.to_japanese(), sheet.to.to_japanese()),
        back: Link::new("照合書へ戻る", format!("/papers/contract/{contract}/{closing}")),
        beside: payout.map(|payout| reasons(payout, as_of)).unwrap_or_default(),
        sets: sets.iter().map(set_lines::line).collect(),
        groups: vec![
            our_side(&lines, sheet, &counters),
            their_side(&lines, sheet, &counters),
            bank_side(payout, &entries),
        ],
    };
    Ok(frame::page(&page)?.into_response())
}

fn our_side(
    lines: &[&ReportLine],
    sheet: &ContractSheet,
    counters: &[store::counters::CounterRow],
) -> BehindGroup {
    let lines = lines.iter().map(|line| {
        let figure = line.sales.minus(line.voids);
        BehindLine {
            name: behind_lines::name(line, counters, ""),
            content: behind_lines::content(line),
            count: figure.count,
            amount: figure.amount,
            verdict: Some(line.verdict.into()),
        }
    });
    let wanted = sheet.sales.plus(sheet.settled_unknowns).amount;
    behind_lines::group(
        ["sales", "当方の収納", "Journal", "取扱日・窓口"],
        lines.collect(),
        "売上はありません。",
    )
    .compared_with(wanted, "取扱日と領収日が違う取引（過日分確定など）、前期から繰り越した取引の分です")
}

/// Why the payout is what it is, and why each deposit is its.
fn reasons(payout: &Payout, as_of: CivilDate) -> Vec<Link> {
    let mut links = vec![Link::new("なぜこの支払予定額か", why::address(&payout.id, as_of))];
    let deposits = payout.deposits.iter().zip(1_u32..);
    links.extend(
        deposits.map(|(id, number)| {
            Link::new(format!("なぜこの入金か（{number}件目）"), why::address(id, as_of))
        }),
    );
    links
}

fn their_side(
    lines: &[&ReportLine],
    sheet: &ContractSheet,
    counters: &[store::counters::CounterRow],
) -> BehindGroup {
    let lines = lines.iter().filter(|line| line.statement_received).map(|line| BehindLine {
        name: behind_lines::name(line, counters, "#rows"),
        content: String::new(),
        count: line.reported.count,
        amount: line.reported.amount,
        verdict: Some(line.verdict.into()),
    });
    let wanted = sheet.reported_sales.plus(sheet.reported_refunds).amount;
    behind_lines::group(
        ["rows", "会社明細", "Statement", "取扱日・窓口"],
        lines.collect(),
        "この締めの会社明細はまだ届いていません。",
    )
    .compared_with(wanted, "会社が前後の締めに計上した取引の分です")
}

fn bank_side(payout: Option<&Payout>, entries: &[Stored<BankEntry>]) -> BehindGroup {
    let ids = payout.map(|payout| payout.deposits.as_slice()).unwrap_or_default();
    let line = |stored: &Stored<BankEntry>| {
        let entry = &stored.fact;
        let (_, record) = records::deposit_record(stored);
        BehindLine {
            name: record,
            content: format!("{} 口座 {}", short_date(entry.booked_on), entry.account),
            count: 1,
            amount: entry.amount,
            verdict: None,
        }
    };
    let here = |stored: &&Stored<BankEntry>| {
        let identity = &stored.fact.identity;
        ids.contains(&deposit_id(&stored.fact.account, &identity.record_key, identity.occurrence))
    };
    let lines = entries.iter().filter(here).map(line).collect();
    let waiting = payout.map_or_else(
        || "支払予定がまだありません。".to_owned(),
        |payout| {
            let day = payout.expected_on.to_japanese();
            format!("まだ入金はありません（{}、指定日 {day}）。", payout.state.label_ja())
        },
    );
    let own = payout.map_or(Yen::ZERO, |payout| payout.deposited);
    behind_lines::group(["deposits", "口座入金", "Bank", "記録"], lines, &waiting)
        .compared_with(own, "この入金が他の締めや契約の支払もまとめているためです")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::view::words::Sum;

    #[test]
    fn a_closing_without_a_deposit_says_what_it_waits_for() {
        let group = bank_side(None, &[]);
        assert!(group.lines.is_empty() && group.note.is_none());
        assert_eq!(group.empty, "支払予定がまだありません。");
        assert_eq!(group.sum, Sum::default());
    }
}
