//! Postings, forecast and parts of payouts over random towns: what always holds.

use std::collections::BTreeMap;

use domain::{id::ContractId, money::Yen};
use engine::{
    Facts, Outcome,
    facts::SaleState,
    forecast::{Confidence, FORECAST_DAYS, forecast},
    outcome::{Ended, Side},
    postings::{Book, balances, postings},
    reconcile,
};
use proptest::prelude::*;

use crate::{
    support::{date, paypay_july},
    town::{build, fate},
};

fn sum(amounts: impl Iterator<Item = Yen>) -> Yen {
    amounts.fold(Yen::ZERO, Yen::saturating_add)
}

/// Entries add up to 0, and the accounts come to what the outcome says.
fn check_books(facts: &Facts, outcome: &Outcome) {
    let all = postings(facts, outcome);
    for entry in &all {
        assert_eq!(sum(entry.lines.iter().map(|line| line.amount)), Yen::ZERO, "{entry:?}");
        assert!(!entry.evidence.is_empty() && !entry.lines.is_empty(), "{entry:?}");
    }
    let held = balances(&all);
    let of = |wanted: &dyn Fn(&Book) -> bool| {
        sum(held.iter().filter(|(book, _)| wanted(book)).map(|(_, amount)| *amount))
    };
    let revenue = of(&|book| matches!(book, Book::Revenue { .. } | Book::Repayment { .. }));
    let completed = facts.sales.iter().filter(|sale| sale.state == SaleState::Completed);
    assert_eq!(revenue, Yen::new(-sum(completed.map(|sale| sale.amount)).get()), "revenue is gross");
    let bank = of(&|book| matches!(book, Book::Bank { .. }));
    let arrived =
        outcome.dispositions.iter().filter(|d| d.side == Side::Bank && d.ended != Ended::OutOfScope);
    assert_eq!(bank, sum(arrived.map(|d| d.amount)), "the bank holds what arrived");
    let mut transit: BTreeMap<&ContractId, Yen> = BTreeMap::new();
    for payout in outcome.payouts.iter().filter(|p| p.to < outcome.as_of && p.waits()) {
        let waiting = transit.entry(&payout.contract).or_default();
        *waiting = waiting.saturating_add(payout.net);
    }
    for (contract, waiting) in transit {
        let book = Book::InTransit { contract: contract.clone() };
        assert_eq!(held.get(&book).copied().unwrap_or_default(), waiting, "{contract} in transit");
    }
    assert_eq!(of(&|_| true), Yen::ZERO);
}

fn check_forecast(facts: &Facts, outcome: &Outcome) {
    let forecast = forecast(facts, outcome);
    let horizon = outcome.as_of.plus_days(FORECAST_DAYS);
    let waits = outcome.payouts.iter().filter(|p| p.waits() && p.expected_on <= horizon);
    let of_payouts = forecast.lines.iter().filter(|line| line.payout.is_some());
    assert_eq!(sum(of_payouts.map(|line| line.net)), sum(waits.map(|p| p.net)));
    assert_eq!(sum(forecast.days.values().copied()), forecast.total);
    assert!(forecast.lines.iter().all(|line| outcome.as_of <= line.on && line.on <= forecast.until));
}

fn check_parts(outcome: &Outcome) {
    for payout in &outcome.payouts {
        for share in &payout.years {
            let parts = || payout.breakdown.iter().filter(|part| part.year == share.year);
            assert_eq!(sum(parts().map(|part| part.gross)), share.gross.amount);
            assert_eq!(sum(parts().map(|part| part.fee)), share.fee);
            assert_eq!(sum(parts().map(|part| part.net)), share.net);
        }
        assert_eq!(sum(payout.breakdown.iter().map(|part| part.net)), payout.net);
    }
}

/// July of papers.md in the books: 整理 歳入 30,450, 戻出 ▲450, 歳出 ▲653 = 29,347 — and the sale of the 31st that August reports.
#[test]
fn the_books_of_july() {
    let facts = paypay_july();
    let outcome = reconcile(&facts).unwrap();
    check_books(&facts, &outcome);
    let held: BTreeMap<&str, i64> = balances(&postings(&facts, &outcome))
        .iter()
        .map(|(book, yen)| (book.label_ja(), yen.get()))
        .collect();
    // 101 sales and the one that the statement settled, less the refund: 30,300; 300 of it are August's.
    let expected = [("歳入", -30_300), ("歳出（決済手数料）", 653), ("口座", 29_347), ("決済会社未収", 300)];
    assert_eq!(held, expected.into());
}

#[test]
fn sixty_days() {
    let mut facts = paypay_july();
    facts.deposits.clear();
    facts.as_of = date("2026-08-02");
    let outcome = reconcile(&facts).unwrap();
    check_forecast(&facts, &outcome);
    let found = forecast(&facts, &outcome);
    let lines: Vec<_> = found.lines.iter().map(|l| (l.on, l.net.get(), l.confidence)).collect();
    // 300 of August less 5 of fee: its closing runs.
    assert_eq!(
        lines,
        [(date("2026-08-03"), 29_347, Confidence::Statement), (date("2026-09-01"), 295, Confidence::Partial)]
    );
    assert_eq!((found.total, found.certain), (Yen::new(29_642), Yen::new(29_347)));
    facts.received.clear();
    facts.rows.clear();
    let blind = forecast(&facts, &reconcile(&facts).unwrap());
    assert!(!blind.lines.is_empty());
    assert!(blind.lines.iter().all(|line| line.confidence == Confidence::OwnSales && line.payout.is_none()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_books_balance(fates in prop::collection::vec(fate(), 0..40), flags in 0_u8..8) {
        let facts = build(&fates, flags);
        let outcome = reconcile(&facts).unwrap();
        check_books(&facts, &outcome);
        check_forecast(&facts, &outcome);
        check_parts(&outcome);
    }
}
