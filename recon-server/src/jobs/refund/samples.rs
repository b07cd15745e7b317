//! Refunds and lines for the tests of all who show lanes: the sale of papers.md C7 that belongs to two years. Not here: expectations.

use domain::{
    catalogue::{Owner, RevenueAccount, TaxClass},
    method::Method,
    money::Yen,
    sale::Line,
    time::{CivilDate, Timestamp},
    year_rule::YearRule,
};
use store::refunds::{RefundDecision, RefundId, RefundRow, RefundWay};

/// A day as it is written, `2026-04-02`.
pub fn day(text: &str) -> CivilDate {
    text.parse().unwrap()
}

/// A refund of `amount` yen in cash, approved.
pub fn refund(sold_on: &str, refunded_on: &str, amount: i64) -> RefundRow {
    let at = Timestamp::from_jst(day(refunded_on), 15, 30, 0).unwrap();
    RefundRow {
        refund: RefundId(uuid::Uuid::from_u128(7)),
        sale: "00000000-0000-0000-0000-00000000a001".parse().unwrap(),
        counter: "m1".parse().unwrap(),
        contract: None,
        method: Method::Cash,
        brand: None,
        original_payment_date: day(sold_on),
        amount: Yen::new(amount),
        ground: "二重に納付".to_owned(),
        way: RefundWay::Acquirer,
        refunded_on: day(refunded_on),
        number: Some(1),
        requested_by: "a".to_owned(),
        requested_at: at,
        decision: Some(RefundDecision { approved: true, note: String::new(), by: "b".to_owned(), at }),
    }
}

/// A line of `amount` yen of one 節.
pub fn line(amount: i64, setsu: &str, year_rule: YearRule) -> Line {
    Line {
        item: "jumin".parse().unwrap(),
        name: "品目".to_owned(),
        quantity: 1,
        unit_price: Yen::new(amount),
        amount: Yen::new(amount),
        group: false,
        exemption: None,
        visitor_category: None,
        account: RevenueAccount {
            account: "一般会計".to_owned(),
            kan: "使用料及び手数料".to_owned(),
            ko: "使用料".to_owned(),
            moku: "総務使用料".to_owned(),
            setsu: setsu.to_owned(),
        },
        section: "市民課".to_owned(),
        owner: Owner::City,
        tax: TaxClass::OutOfScope,
        year_rule,
    }
}

/// A sale of 2 April 2026: ¥300 belong to 令和7年度, whose term ended on 31 March, and ¥450 to 令和8年度; one line is free.
pub fn lines_of_two_years() -> [Line; 3] {
    let term = YearRule::TermEnds { on: day("2026-03-31") };
    [line(300, "使用料", term), line(450, "手数料", YearRule::PaymentDate), line(0, "無料", term)]
}
