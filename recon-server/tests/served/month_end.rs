//! The month that is signed in several stories: its last day whole, the company's statement of it and the money.
//!
//! Not here: expectations, signing, corrections.

#![expect(clippy::unwrap_used, reason = "a sample that cannot be made ends the test")]

use domain::money::Yen;
use formats::statement::write_statement;

use crate::{
    journal_day::{cash, close, open, sell, wallet},
    reports::{take, take_for},
    support::{Centre, Counter},
    support_files::{at, bank, profile, row},
};

/// The last day of the month that is signed.
pub const JULY_31: &str = "2026-07-31";
/// The day on which its money comes.
pub const PAID: &str = "2026-08-03";

/// PayPay's statement with one payment of a morning.
pub fn statement(day: &str, yen: i64, id: &str) -> Vec<u8> {
    let sold = row("取引完了", at(day, 10, 5, 11), yen, id);
    write_statement(&profile("paypay_for_business"), &[sold]).unwrap()
}

/// That of July's last day; the payment was of ¥300.
pub fn july_statement(yen: i64) -> Vec<u8> {
    statement(JULY_31, yen, "04000000000000004821")
}

/// The last day of July, whole; now it is the evening of 3 August, when the money came.
pub async fn july() -> (Centre, Counter) {
    let centre = Centre::set_up().await;
    centre.clock.set(at(JULY_31, 9, 0, 0));
    let mut counter = centre.counter().await;
    open(&mut counter, JULY_31);
    sell(&mut counter, JULY_31, 1, 1, cash(Yen::new(600)));
    sell(&mut counter, JULY_31, 2, 5, wallet(Yen::new(300), "4821"));
    close(&mut counter, JULY_31);
    centre.clock.set(at(PAID, 20, 0, 0));
    assert_eq!(centre.deliver(&counter, &counter.entries).await.status(), 200);
    take_for(&centre, "paypay", "july.csv", july_statement(300), ("2026-07-01", JULY_31)).await;
    take(&centre, "bank", "bank.txt", bank(PAID, &[(295, "ﾍﾟｲﾍﾟｲ(ｶ")])).await;
    (centre, counter)
}
