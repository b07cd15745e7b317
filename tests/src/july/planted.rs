//! What the month is told for: the visits that go otherwise than planned, the coupons, the groups, the free ones. Each on its day.
//!
//! Invariant: these are ours, not the city's; the sums of the month hold with them (see [`super::plan`]).

use anyhow::Result;
use domain::time::CivilDate;
use drivers::zvt::simulator::Card;

use super::visit::{Desk, Oddity, Party, Visit, Wallet, Way};

/// The day on which the line to the centre is down from the opening to the close.
pub const OFFLINE_DAY: i8 = 9;
/// The day on which a phone pays and nobody registers a sale.
pub const PHONE_ALONE_DAY: i8 = 12;
/// What that phone pays, in yen.
pub const PHONE_ALONE_YEN: i64 = 300;
/// The morning on which the main desk gets another machine.
pub const REPLACED_DAY: i8 = 20;
/// The day on which a refund is asked for and decided.
pub const REFUND_DAY: i8 = 21;
/// The number of the approval of the group that pays on invoice.
const INVOICE_APPROVAL: &str = "R4-0715";

/// A day of July 2022.
///
/// # Errors
/// Never for 1 to 31.
pub fn july(day: i8) -> Result<CivilDate> {
    CivilDate::new(2022, 7, day).ok_or_else(|| anyhow::anyhow!("July has no day {day}"))
}

/// Everything that is planted.
///
/// # Errors
/// Never.
pub fn visits() -> Result<Vec<Visit>> {
    let mut found = oddities()?;
    found.extend(claims()?);
    found.extend(groups()?);
    found.extend(free()?);
    Ok(found)
}

fn visit(day: i8, minute: u16, desk: Desk, party: Party, way: Way, oddity: Oddity) -> Result<Visit> {
    Ok(Visit { day: july(day)?, minute, desk, party, way, oddity })
}

fn oddities() -> Result<Vec<Visit>> {
    use Desk::{Main, Second};
    let one: fn() -> Party = || vec![("adult", 1)];
    let two: fn() -> Party = || vec![("adult", 2)];
    let paypay = Way::Scan(Wallet::PayPay);
    [
        visit(5, 11 * 60 + 20, Main, two(), Way::Card(Card::Visa), Oddity::Voided("人数の誤り")),
        visit(6, 10 * 60 + 40, Main, two(), Way::Card(Card::Jcb), Oddity::AnswerLost),
        visit(
            8,
            14 * 60 + 10,
            Main,
            vec![("adult", 1), ("child", 1)],
            Way::Cash,
            Oddity::Voided("観覧の取りやめ"),
        ),
        visit(13, 13 * 60 + 25, Main, one(), Way::Touch("nanaco"), Oddity::CannotTell),
        // On the day on which the doubt of the 13th is settled: the terminal's total of the day holds this one only.
        visit(19, 14 * 60, Main, two(), Way::Touch("nanaco"), Oddity::None),
        visit(15, 15 * 60 + 30, Main, one(), paypay, Oddity::OnlyLooksPaid),
        visit(16, 10 * 60 + 15, Main, one(), paypay, Oddity::RefundedLater),
        visit(17, 11 * 60 + 40, Second, one(), Way::Scan(Wallet::LinePay), Oddity::ChargedTwice),
        visit(23, 14 * 60 + 20, Second, one(), paypay, Oddity::TypedTooLittle(200)),
    ]
    .into_iter()
    .collect()
}

/// Four coupons of ¥300 (`papers.md` C12), and one group that pays on invoice.
fn claims() -> Result<Vec<Visit>> {
    let coupon = |day, minute, number| {
        visit(day, minute, Desk::Main, vec![("adult", 1)], Way::Coupon(number), Oddity::None)
    };
    [
        coupon(10, 10 * 60 + 5, "MR-220710-01"),
        coupon(10, 10 * 60 + 8, "MR-220710-02"),
        coupon(24, 13 * 60 + 30, "MR-220724-01"),
        coupon(24, 13 * 60 + 33, "MR-220724-02"),
        visit(
            28,
            10 * 60 + 30,
            Desk::Main,
            vec![("adult", 24)],
            Way::Invoice(INVOICE_APPROVAL),
            Oddity::None,
        ),
    ]
    .into_iter()
    .collect()
}

/// Coaches that pay in cash.
fn groups() -> Result<Vec<Visit>> {
    let coach = |day, minute, party| visit(day, minute, Desk::Main, party, Way::Cash, Oddity::None);
    [
        coach(7, 10 * 60, vec![("adult", 32)]),
        coach(14, 10 * 60 + 20, vec![("adult", 26)]),
        coach(17, 13 * 60, vec![("adult", 38), ("child", 4)]),
        coach(21, 9 * 60 + 40, vec![("adult", 3), ("child", 45)]),
        coach(26, 11 * 60, vec![("adult", 29)]),
        coach(29, 14 * 60, vec![("adult", 2), ("high", 28)]),
    ]
    .into_iter()
    .collect()
}

fn free() -> Result<Vec<Visit>> {
    let pass = |day, minute, party| visit(day, minute, Desk::Main, party, Way::Free, Oddity::None);
    let with_escort: fn() -> Party = || vec![("adult/techo", 1), ("adult/escort", 1)];
    [
        pass(2, 11 * 60, with_escort()),
        pass(8, 13 * 60 + 45, vec![("adult/techo", 1)]),
        pass(15, 10 * 60 + 50, with_escort()),
        pass(21, 9 * 60 + 45, vec![("adult/school", 4)]),
        pass(27, 15 * 60 + 5, with_escort()),
    ]
    .into_iter()
    .collect()
}
