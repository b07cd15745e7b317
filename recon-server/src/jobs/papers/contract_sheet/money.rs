//! Lines 7 to 10 of the 照合書, and the sums that prove them on the paper itself.
//!
//! Invariants: 5 and every line of 7 add up to 8, whatever the company says: what its own statement leaves over is a line of its own.
//! The sums below the table are written out with the figures above them, so that 原因不明差額 can be checked with a desk calculator
//! (reconciliation.md 5.8: three sums a closing). Not here: whether a line is a finding (crate `engine`).

use domain::money::Yen;
use engine::outcome::{Figure, Payout};

use super::{
    SheetPaper,
    layout::{behind, deposit_words, yen},
};
use crate::jobs::papers::table::{Cell, RowKind, TableRow};

/// A line between 7 and 8.
struct Item {
    words: &'static str,
    amount: Yen,
    kind: RowKind,
}

/// What else stands between 会社明細 and 支払予定額; nothing that is 0.
fn items(paper: &SheetPaper, payout: &Payout) -> Vec<Item> {
    let item = |words, amount| Item { words, amount, kind: RowKind::Body };
    let carry_in = if payout.carry_in.is_negative() {
        "前回払えなかった分の差引"
    } else {
        "前回からの繰越"
    };
    let carry_out =
        if payout.carry_out.is_negative() { "次回に差し引かれる分" } else { "次回への繰越" };
    let mut items = vec![
        item("振込手数料", negative(payout.transfer_fee)),
        item("月額利用料", negative(payout.plan_fee)),
        item("会社による調整(異議申立て・返戻など)", payout.adjustment),
        item(carry_in, payout.carry_in),
        item(carry_out, negative(payout.carry_out)),
    ];
    items.retain(|item| item.amount != Yen::ZERO);
    let known = items.iter().fold(base(paper), |sum, item| sum.saturating_add(item.amount));
    let left = paper.sheet.payout.saturating_sub(known);
    if left != Yen::ZERO {
        items.push(Item { words: "支払明細の計算相違", amount: left, kind: RowKind::Alarm });
    }
    items
}

/// 5, and 7 where it is kept back.
fn base(paper: &SheetPaper) -> Yen {
    reported(paper).amount.saturating_sub(if paper.kept_back { costs(paper) } else { Yen::ZERO })
}

fn reported(paper: &SheetPaper) -> Figure {
    paper.sheet.reported_sales.plus(paper.sheet.reported_refunds)
}

/// Fee and tax, positive.
fn costs(paper: &SheetPaper) -> Yen {
    paper.sheet.fee.saturating_add(paper.sheet.fee_tax)
}

/// `7の2`: numbered as ordinances number what stands between two articles.
fn number(place: usize) -> String {
    format!("7の{}", place.saturating_add(2))
}

/// Lines 7 to 10.
pub(super) fn rows(paper: &SheetPaper) -> Vec<TableRow> {
    let sheet = &paper.sheet;
    let invoiced = if paper.kept_back { "" } else { "(別請求、8に含めず)" };
    let seven = format!("決済手数料 {}、消費税 {}{invoiced}", sheet.fee, sheet.fee_tax);
    let mut rows = vec![yen("7", seven, negative(costs(paper)))];
    let items = paper.payout.as_ref().map(|payout| items(paper, payout)).unwrap_or_default();
    for (place, item) in items.iter().enumerate() {
        let row = yen(&number(place), item.words.to_owned(), item.amount);
        rows.push(TableRow { kind: item.kind, ..row });
    }
    let words = format!("支払予定額 = {}", terms_of_eight(paper, items.len()));
    let eight = yen("8", words, sheet.payout);
    let nine = yen("9", deposit_words(paper), sheet.deposited).backed_by(behind(sheet));
    match &paper.payout {
        Some(payout) => {
            rows.push(eight.asking_why(&payout.id));
            // Of one deposit the page says why; where several pay a closing, the records behind it list each.
            rows.push(match payout.deposits.as_slice() {
                [deposit] => nine.asking_why(deposit),
                _ => nine,
            });
        }
        None => rows.extend([eight, nine]),
    }
    let clean = sheet.in_transit == Yen::ZERO && sheet.residual == Yen::ZERO;
    let both = Cell::text(format!("{} / {}", sheet.in_transit, sheet.residual));
    let cells = vec![Cell::text("10"), Cell::text("入金未達 / 原因不明差額"), Cell::empty(), both];
    rows.push(TableRow::new(if clean { RowKind::Total } else { RowKind::Alarm }, cells));
    rows
}

/// What 8 is the sum of: `5+7+7の2`.
fn terms_of_eight(paper: &SheetPaper, items: usize) -> String {
    let mut terms = vec!["5".to_owned()];
    terms.extend(paper.kept_back.then(|| "7".to_owned()));
    terms.extend((0..items).map(number));
    terms.join("+")
}

/// The three sums, written out: journal and statement, statement and payout, payout and deposit.
pub(super) fn proof(paper: &SheetPaper) -> Vec<String> {
    let sheet = &paper.sheet;
    let reported = reported(paper).amount;
    let mut first = vec![plus(sheet.opening.amount), plus(sheet.sales.amount)];
    first.extend([plus(sheet.settled_unknowns.amount), plus(sheet.refunds.amount)]);
    first.extend([less(reported), less(sheet.carried.amount)]);
    let awaited = !sheet.awaiting.is_zero();
    first.extend(awaited.then(|| less(sheet.awaiting.amount)));
    let named = if awaited { "1+2+3+4−5−6−資料未着" } else { "1+2+3+4−5−6" };
    let mut proof = vec![format!("検算1 {named}: {} = {}。", written(&first), sum(&first))];
    if let Some(payout) = &paper.payout {
        let items = items(paper, payout);
        let mut second = vec![plus(reported)];
        second.extend(paper.kept_back.then(|| less(costs(paper))));
        second.extend(items.iter().map(|item| plus(item.amount)));
        let named = terms_of_eight(paper, items.len());
        proof.push(format!("検算2 {named}: {} = {}(8の額)。", written(&second), sum(&second)));
    }
    let third = [plus(sheet.payout), less(sheet.deposited), less(sheet.in_transit)];
    proof.push(format!("検算3 8−9−入金未達: {} = {}。", written(&third), sum(&third)));
    let left = [plus(sum(&first)), plus(sum(&third))];
    proof.push(format!("原因不明差額 = 検算1+検算3: {} = {}。", written(&left), sum(&left)));
    proof
}

/// A term of a sum as it is written.
#[derive(Clone, Copy)]
struct Term {
    taken_off: bool,
    amount: Yen,
}

const fn plus(amount: Yen) -> Term {
    Term { taken_off: false, amount }
}

const fn less(amount: Yen) -> Term {
    Term { taken_off: true, amount }
}

/// `30,000−653−0`: as a calculator takes it. Taking off what is negative adds.
fn written(terms: &[Term]) -> String {
    let mut text = String::new();
    for (place, term) in terms.iter().enumerate() {
        match (place, term.taken_off != term.amount.is_negative()) {
            (0, false) => {}
            (_, true) => text.push('−'),
            (_, false) => text.push('+'),
        }
        text.push_str(&Yen::new(term.amount.get().saturating_abs()).to_string());
    }
    text
}

fn sum(terms: &[Term]) -> Yen {
    terms.iter().fold(Yen::ZERO, |sum, term| match term.taken_off {
        false => sum.saturating_add(term.amount),
        true => sum.saturating_sub(term.amount),
    })
}

const fn negative(amount: Yen) -> Yen {
    Yen::new(amount.get().saturating_neg())
}
