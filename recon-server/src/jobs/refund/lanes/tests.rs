//! C7 with a sale of two years: the lanes with their yen, in words, and as JSON that older documents share. Not here: that the books share
//! alike (`jobs::reconcile::facts`, its tests).

use super::*;
use crate::jobs::refund::{
    Refund,
    samples::{day, lines_of_two_years, refund},
};

fn revenue(year: i16) -> RefundLane {
    RefundLane::FromRevenue { year: FiscalYear(year) }
}

fn expenditure(year: i16) -> RefundLane {
    RefundLane::AsExpenditure { year: FiscalYear(year) }
}

#[test]
fn c7_of_a_sale_of_two_years() {
    let lines = lines_of_two_years();
    for (refunded_on, amount, lanes, shared, repaid, words) in [
        (
            "2026-05-20",
            750,
            [(revenue(2025), 300), (revenue(2026), 450)],
            false,
            0,
            "令和7年度 戻出（減額調定） 300円、令和8年度 戻出（減額調定） 450円",
        ),
        (
            "2026-06-03",
            750,
            [(revenue(2026), 450), (expenditure(2026), 300)],
            false,
            300,
            "令和8年度 戻出（減額調定） 450円、令和8年度 歳出・償還金利子及び割引料 300円",
        ),
        (
            "2026-05-20",
            100,
            [(revenue(2025), 40), (revenue(2026), 60)],
            true,
            0,
            "令和7年度 戻出（減額調定） 40円、令和8年度 戻出（減額調定） 60円（年度別の額は按分のため要確認）",
        ),
        (
            "2026-06-03",
            100,
            [(revenue(2026), 60), (expenditure(2026), 40)],
            true,
            40,
            "令和8年度 戻出（減額調定） 60円、令和8年度 歳出・償還金利子及び割引料 40円（年度別の額は按分のため要確認）",
        ),
    ] {
        let found = Lanes::of(&refund("2026-04-02", refunded_on, amount), &lines);
        let lanes = lanes.map(|(lane, yen)| LaneYen { lane, amount: Yen::new(yen) }).to_vec();
        assert_eq!(found, Lanes::Several { lanes, shared }, "{refunded_on} {amount}");
        assert_eq!(found.expenditure(Yen::new(amount)), Yen::new(repaid), "{refunded_on} {amount}");
        assert_eq!(found.to_japanese(), words);
    }
}

/// One lane reads and is written as ever; of a sale of which nothing is known the day of receipt decides.
#[test]
fn one_lane_is_the_lane_of_the_receipt() {
    let unknown = Lanes::of(&refund("2026-03-25", "2026-06-03", 750), &[]);
    assert_eq!(unknown, Lanes::One { lane: expenditure(2026) });
    assert_eq!(unknown.expenditure(Yen::new(750)), Yen::new(750));
    assert_eq!(unknown.to_japanese(), "令和8年度 歳出・償還金利子及び割引料");
    let own = Lanes::of(&refund("2026-04-02", "2026-06-03", 300), &lines_of_two_years()[..1]);
    assert_eq!(own, Lanes::One { lane: expenditure(2026) }, "its only line is of 令和7年度");
}

#[test]
fn the_json_of_one_lane_is_that_of_older_documents() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Document {
        amount: Yen,
        #[serde(flatten)]
        lanes: Lanes,
        ground: String,
    }
    let document = |lanes| Document { amount: Yen::new(750), lanes, ground: "二重".to_owned() };
    let (one, several) = (
        r#"{"amount":750,"lane":{"lane":"from_revenue","year":2025},"ground":"二重"}"#,
        r#"{"amount":750,"lanes":[{"lane":{"lane":"from_revenue","year":2026},"amount":450},{"lane":{"lane":"as_expenditure","year":2026},"amount":300}],"shared":false,"ground":"二重"}"#,
    );
    let of_two = Lanes::of(&refund("2026-04-02", "2026-06-03", 750), &lines_of_two_years());
    for (text, document) in [(one, document(Lanes::One { lane: revenue(2025) })), (several, document(of_two))]
    {
        assert_eq!(serde_json::to_string(&document).unwrap(), text);
        assert_eq!(serde_json::from_str::<Document>(text).unwrap(), document);
    }
}

/// The sentences of the form and of the finished refund come from the same years.
#[test]
fn the_years_of_a_sale_go_by_its_lines() {
    let years = years_of_sale(&lines_of_two_years(), day("2026-04-02"));
    let found: Vec<_> = years.iter().map(|year| (year.day.fiscal_year().0, year.amount.get())).collect();
    assert_eq!(found, [(2025, 300), (2026, 450)]);
    let free = years_of_sale(&lines_of_two_years()[2..], day("2026-04-02"));
    assert_eq!(free, [SaleYear { day: day("2026-04-02"), amount: Yen::ZERO }]);
    assert_eq!(
        Refund::of(refund("2026-04-02", "2026-05-20", 1), &[]).lanes,
        Lanes::One { lane: revenue(2026) }
    );
}
