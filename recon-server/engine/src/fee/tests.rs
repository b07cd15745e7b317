//! The worked cases of fees, and terms that change within a closing.

use super::*;
use crate::contract::DatedTerms;
use domain::rate::{Ppm, Rounding};

fn rule(base: FeeBase, rounding: Rounding) -> FeeRule {
    FeeRule {
        rate: Ppm(19_800),
        base,
        rounding,
        tax_rate: Ppm(100_000),
        tax_rounding: Rounding::Floor,
        refund_returns_fee: true,
        tax_form: TaxForm::Separate,
        minimum: Yen::ZERO,
    }
}

fn on(day: &str, brand: &str, amount: i64) -> Charged {
    Charged { day: day.parse().unwrap(), brand: brand.parse().ok(), amount: Yen::new(amount) }
}

fn computed(rule: &FeeRule, rows: &[Charged]) -> (i64, i64) {
    let Fee { fee, tax } = fee(rule, &rows.iter().collect::<Vec<_>>()).unwrap();
    (fee.get(), tax.get())
}

/// Worked case C1: 100 × 300 at 1.98%: fee, tax, net.
#[test]
fn worked_case_c1() {
    let rows = vec![on("2026-07-01", "paypay", 300); 100];
    for (base, rounding, expected) in [
        (FeeBase::Each, Rounding::Floor, (500, 50, 29_450)),
        (FeeBase::Each, Rounding::HalfUp, (600, 60, 29_340)),
        (FeeBase::ClosingTotal, Rounding::Floor, (594, 59, 29_347)),
    ] {
        let (fee, tax) = computed(&rule(base, rounding), &rows);
        assert_eq!((fee, tax, 30_000 - fee - tax), expected);
    }
}

/// Worked case C2: three readings keep back the same 600.
#[test]
fn worked_case_c2() {
    let rows = vec![on("2026-07-01", "paypay", 300); 100];
    let no_tax = |rounding| FeeRule { tax_rate: Ppm(0), ..rule(FeeBase::Each, rounding) };
    let included =
        FeeRule { rate: Ppm(21_780), tax_form: TaxForm::Included, ..rule(FeeBase::Each, Rounding::Floor) };
    assert_eq!(computed(&no_tax(Rounding::HalfUp), &rows), (600, 0));
    assert_eq!(computed(&no_tax(Rounding::Ceil), &rows), (600, 0));
    assert_eq!(computed(&included, &rows), (546, 54), "54.54… of 600 is tax");
}

#[test]
fn refunds_give_their_fee_back_or_not() {
    let rows = [on("2026-07-01", "paypay", 30_450), on("2026-07-02", "paypay", -450)];
    let returns = rule(FeeBase::ClosingTotal, Rounding::Floor);
    assert_eq!(computed(&returns, &rows), (594, 59));
    let keeps = FeeRule { refund_returns_fee: false, ..returns };
    assert_eq!(computed(&keeps, &rows), (602, 60));
    let included = FeeRule { tax_form: TaxForm::Included, ..returns };
    let back: Vec<Charged> =
        rows.iter().map(|row| Charged { amount: Yen::new(-row.amount.get()), ..row.clone() }).collect();
    let (ours, mirrored) = (computed(&included, &rows), computed(&included, &back));
    assert_eq!((ours.0, ours.1), (-mirrored.0, -mirrored.1), "a refund mirrors its sale");
}

#[test]
fn brand_day_and_minimum() {
    let rows = [
        on("2026-07-01", "visa", 130),
        on("2026-07-01", "visa", 130),
        on("2026-07-01", "jcb", 130),
        on("2026-07-02", "visa", 130),
    ];
    // 260 × 1.98% = 5.148; 130 × 1.98% = 2.574
    for (rounding, expected) in [(Rounding::Floor, 9), (Rounding::HalfUp, 11), (Rounding::Ceil, 12)] {
        assert_eq!(computed(&rule(FeeBase::BrandDay, rounding), &rows).0, expected, "{rounding:?}");
    }
    let least = FeeRule { minimum: Yen::new(10), ..rule(FeeBase::Each, Rounding::Floor) };
    assert_eq!(computed(&least, &rows), (40, 4));
    assert_eq!(computed(&least, &[]), (0, 0), "no sale, no minimum");
    assert_eq!(computed(&least, &[on("2026-07-03", "visa", -130)]), (-2, 0), "a refund costs no minimum");
}

/// A rate that changes within a closing: each part is rounded by itself.
#[test]
fn rates_by_date() {
    let old = rule(FeeBase::ClosingTotal, Rounding::Floor);
    let new = FeeRule { rate: Ppm(16_000), ..old };
    let from = |day: &str, fee| DatedTerms {
        valid_from: day.parse().unwrap(),
        fee,
        transfer_fee: Yen::ZERO,
        plan_fee: Yen::ZERO,
        carry_below: Yen::ZERO,
        chargeback_reply_days: None,
    };
    let contract = Contract {
        terms: vec![from("2026-07-16", new), from("2026-04-01", old)],
        ..crate::contract::sample()
    };
    let rows = [
        on("2026-03-31", "paypay", 5_000),
        on("2026-07-15", "paypay", 5_055),
        on("2026-07-16", "paypay", 10_080),
    ];
    // 10,055 × 1.98% = 199.08…, 10,080 × 1.6% = 161.28; the day before the first entry goes by the first.
    assert_eq!(dated_fee(&contract, &rows), Ok(Fee { fee: Yen::new(360), tax: Yen::new(35) }));
    let plain = Contract { terms: Vec::new(), fee: old, ..contract };
    assert_eq!(dated_fee(&plain, &rows), Ok(Fee { fee: Yen::new(398), tax: Yen::new(39) }));
}
