//! Which rules explain past lines: one, several (判定不能), none.

use super::*;

fn rows(day: &str, count: usize, yen: i64) -> Vec<Charged> {
    let one = Charged { day: day.parse().unwrap(), brand: "paypay".parse().ok(), amount: Yen::new(yen) };
    vec![one; count]
}

fn line(day: &str, rows: Vec<Charged>, kept: Kept) -> PastLine {
    PastLine { to: day.parse().unwrap(), rows, kept }
}

const fn together(yen: i64) -> Kept {
    Kept::Together(Yen::new(yen))
}

const fn apart(fee: i64, tax: i64) -> Kept {
    Kept::Apart { fee: Yen::new(fee), tax: Yen::new(tax) }
}

/// C2: three readings keep back 600 of 100 × 300, and none is confirmed by itself.
#[test]
fn c2_cannot_be_told() {
    let contract = crate::contract::sample();
    let found = infer(&contract, &[], &[line("2026-07-31", rows("2026-07-10", 100, 300), together(600))]);
    let Finding::Several { rules } = &found.finding else { panic!("{found:?}") };
    let words: Vec<String> = rules.iter().map(words::fee_rule).collect();
    assert_eq!(
        words,
        [
            "2.178%、1件ごと、切捨て、税10%込み",
            "1.98%、1件ごと、四捨五入、税なし",
            "1.98%、1件ごと、切上げ、税なし",
        ]
    );
    assert!(
        found.paragraph_ja.contains("候補が3通り") && found.paragraph_ja.contains("判定不能"),
        "{found:?}"
    );
    assert!(!found.contract_fits);
}

/// One statement with fee and tax apart: only what its rows can tell apart is told apart.
#[test]
fn what_one_statement_can_tell() {
    let mut sold = rows("2026-07-10", 100, 300);
    sold.push(Charged { amount: Yen::new(450), day: "2026-07-11".parse().unwrap(), ..sold[0].clone() });
    let of = |kept| infer(&crate::contract::sample(), &[], &[line("2026-07-31", sold.clone(), kept)]).finding;
    // 5.94 a sale of 300 and 8.91 one of 450: 508 only where each is cut off; 50.8 of tax is 50 only where it is, too.
    let Finding::One { rule } = of(apart(508, 50)) else { panic!("one") };
    assert_eq!(
        (rule.base, rule.rounding, rule.tax_rounding),
        (FeeBase::Each, Rounding::Floor, Rounding::Floor)
    );
    // 602.91 in all, 594 and 8.91 by day: the total and the days are both cut off to 602, and 60.2 of tax is 60 twice.
    let Finding::Several { rules } = of(apart(602, 60)) else { panic!("several") };
    assert!(rules.contains(&crate::contract::sample().fee));
    assert!(rules.iter().all(|rule| rule.base != FeeBase::Each), "{rules:?}");
}

#[test]
fn more_lines_decide() {
    let contract = crate::contract::sample();
    let first = line("2026-06-30", rows("2026-06-10", 100, 300), together(600));
    let second = line("2026-07-31", rows("2026-07-10", 10, 200), together(40));
    // 200 × 1.98% = 3.96, 200 × 2.178% = 4.356: half-up, ceil and floor of the taxed rate all give 4 still.
    let still = infer(&contract, &[], &[second.clone(), first.clone()]);
    assert!(matches!(&still.finding, Finding::Several { rules } if rules.len() == 3));
    // 260 × 1.98% = 5.148, 260 × 2.178% = 5.66: half-up 5, ceil 6, floor 5.
    let third = line("2026-08-31", rows("2026-08-10", 10, 260), together(60));
    let decided = infer(&contract, &[], &[third, second, first]);
    assert!(
        matches!(&decided.finding, Finding::One { rule } if rule.rounding == Rounding::Ceil),
        "{decided:?}"
    );
}

/// The alarm: from August on the rate is another one.
#[test]
fn the_first_line_that_is_not_explained() {
    let contract = crate::contract::sample();
    let month = |to: &str, kept| line(to, rows(&format!("{}10", &to[..8]), 100, 300), kept);
    let past = [
        month("2026-06-30", apart(594, 59)),
        month("2026-07-31", apart(594, 59)),
        month("2026-08-31", apart(690, 69)),
        month("2026-09-30", apart(690, 69)),
    ];
    let found = infer(&contract, &[], &past);
    let Finding::Stops { rules, at } = &found.finding else { panic!("{found:?}") };
    assert_eq!(rules[0], contract.fee, "the contract's own rule first");
    let expected =
        Stop { to: "2026-08-31".parse().unwrap(), by_rule: Yen::new(653), kept: Yen::new(759), explained: 2 };
    assert_eq!(at, &expected);
    assert!(found.paragraph_ja.contains("2026-08-31の締めから説明できません"), "{}", found.paragraph_ja);
    // With the new rate among the candidates the later lines are explained by themselves.
    let later = infer(&contract, &[Ppm(23_000)], &past[2..]);
    assert!(!matches!(later.finding, Finding::Nothing { .. }), "{}", later.paragraph_ja);
    let nothing = infer(&contract, &[], &past[2..]);
    assert!(matches!(nothing.finding, Finding::Nothing { .. }), "{}", nothing.paragraph_ja);
    assert_eq!(infer(&contract, &[], &[]).finding, Finding::NothingToSee);
}

/// Dated terms explain a change that they know of, although no single rule does.
#[test]
fn dated_rules_of_the_contract_fit() {
    use crate::contract::DatedTerms;
    let mut contract = crate::contract::sample();
    let terms = |day: &str, rate| DatedTerms {
        valid_from: day.parse().unwrap(),
        fee: FeeRule { rate: Ppm(rate), ..contract.fee },
        transfer_fee: Yen::ZERO,
        plan_fee: Yen::ZERO,
        carry_below: Yen::ZERO,
        chargeback_reply_days: None,
    };
    contract.terms = vec![terms("2026-04-01", 19_800), terms("2026-08-01", 23_000)];
    let mut past = vec![
        line("2026-07-31", rows("2026-07-10", 100, 300), apart(594, 59)),
        line("2026-08-31", rows("2026-08-10", 100, 300), apart(690, 69)),
    ];
    let found = infer(&contract, &[], &past);
    assert_eq!((found.contract_fits, &found.finding), (true, &Finding::Dated));
    assert!(found.paragraph_ja.contains("日付ごとの計算方法で、すべて"), "{}", found.paragraph_ja);
    // The alarm is the closing that the dated rules do not explain, not the day of the change that they know of.
    past.push(line("2026-09-30", rows("2026-09-10", 100, 300), apart(720, 72)));
    let found = infer(&contract, &[], &past);
    let Finding::Stops { rules, at } = &found.finding else { panic!("{found:?}") };
    assert_eq!(rules, &[FeeRule { rate: Ppm(23_000), ..contract.fee }]);
    let expected =
        Stop { to: "2026-09-30".parse().unwrap(), by_rule: Yen::new(759), kept: Yen::new(792), explained: 2 };
    assert_eq!((at, found.contract_fits), (&expected, false));
}

/// Rows at random: the rule that made the lines is always among those that fit.
mod properties {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_true_rule_is_never_lost(
            amounts in prop::collection::vec((100_i64..2_000, 1_i8..4, any::<bool>()), 1..20),
            base in 0_usize..3, rounding in 0_usize..3, tax_rounding in 0_usize..3, split in any::<bool>(),
        ) {
            let contract = crate::contract::sample();
            let rule = FeeRule {
                base: BASES[base],
                rounding: ROUNDINGS[rounding],
                tax_rounding: ROUNDINGS[tax_rounding],
                ..contract.fee
            };
            let rows: Vec<Charged> = amounts
                .iter()
                .map(|(yen, day, card)| Charged {
                    day: CivilDate::new(2026, 7, *day).unwrap(),
                    brand: if *card { "visa" } else { "jcb" }.parse().ok(),
                    amount: Yen::new(*yen),
                })
                .collect();
            let made = fee(&rule, &rows.iter().collect::<Vec<_>>()).unwrap();
            let kept = if split {
                Kept::Apart { fee: made.fee, tax: made.tax }
            } else {
                Kept::Together(made.with_tax().unwrap())
            };
            let found = infer(&contract, &[], &[PastLine { to: CivilDate::new(2026, 7, 31).unwrap(), rows, kept }]);
            let fits = match found.finding {
                Finding::One { rule } => vec![rule],
                Finding::Several { rules } => rules,
                _ => vec![],
            };
            prop_assert!(fits.contains(&rule), "{}", found.paragraph_ja);
        }
    }
}
