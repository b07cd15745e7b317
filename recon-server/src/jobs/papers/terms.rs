//! The terms of a contract in the words of papers: when it closes, when and how it pays, what it costs.
//!
//! Invariants: rates are written from their parts per million with integers only; nothing is said that the contract does not say.

use domain::{
    rate::{Ppm, Rounding},
    time::CivilDate,
};
use engine::{
    Contract,
    contract::{Closing, FeeBase, FeeRule, GrossOrNet, PayDay, PayoutRule, Shift, TaxForm},
};

/// From this day of the month on, a closing day means the month's end in a short month, as the engine's calendar has it.
const MONTH_END_FROM: u8 = 28;
/// A day that means the month's last one.
const LAST_DAY: u8 = 31;

/// 入金方式: `差引・月末締→翌月末`, `総額・手数料別請求・15日締→当月末、月末締→翌月15日`
#[must_use]
pub fn way_of_payment(contract: &Contract) -> String {
    let kept = match contract.gross_or_net {
        GrossOrNet::Gross => "総額・手数料別請求",
        GrossOrNet::Net => "差引",
    };
    format!("{kept}・{}", closing_and_payment(contract))
}

/// 締めと入金: `月末締→翌月末`
#[must_use]
pub fn closing_and_payment(contract: &Contract) -> String {
    let closes = closing(&contract.closing);
    match &contract.payout {
        PayoutRule::BusinessDays { after } => format!("{closes}→{after}銀行営業日後"),
        PayoutRule::DayOfMonth { pay, shift } => format!("{closes}→{}{}", pay_day(*pay), moved(*shift)),
        PayoutRule::ByClosingDay { days, shift } => {
            let pair = |(closes, pay): &(u8, PayDay)| format!("{}締→{}", day_word(*closes), pay_day(*pay));
            format!("{}{}", days.iter().map(pair).collect::<Vec<_>>().join("、"), moved(*shift))
        }
    }
}

/// By which calendar the expected days were counted, and where it ends before the last of them.
#[must_use]
pub fn bank_days(last: CivilDate) -> String {
    let mut words = "銀行の休業日は、土日、国民の祝日、12月31日から1月3日、登録した休業日です。".to_owned();
    let Some(known) = engine::holidays::known_until() else { return words };
    words.push_str(&format!("祝日の一覧は{}まであります。", known.to_japanese()));
    if last > known {
        words
            .push_str("それより後の予定日は祝日を見ていません。国の発表を確かめ、休業日を登録してください。");
    }
    words
}

/// The day that the contract names for a closing, before banks' holidays move it; none where it counts banking days.
#[must_use]
pub fn named_pay_day(rule: &PayoutRule, closing: CivilDate) -> Option<CivilDate> {
    let pay = match rule {
        PayoutRule::BusinessDays { .. } => return None,
        PayoutRule::DayOfMonth { pay, .. } => *pay,
        PayoutRule::ByClosingDay { days, .. } => {
            let closes_on = |day: u8| {
                let last = closing == closing.month_end();
                i8::try_from(day).is_ok_and(|day| day == closing.day()) || (day >= MONTH_END_FROM && last)
            };
            days.iter().find(|(day, _)| closes_on(*day))?.1
        }
    };
    let mut month_end = closing.month_end();
    for _ in 0..pay.months_after {
        month_end = month_end.plus_days(1).month_end();
    }
    let day = i8::try_from(pay.day).ok()?.min(month_end.day());
    CivilDate::new(month_end.year(), month_end.month(), day)
}

/// 手数料: `1.98%(純額合計、切捨て)、税10%(切捨て)`
#[must_use]
pub fn fee(rule: &FeeRule) -> String {
    let base = match rule.base {
        FeeBase::Each => "1件ごと",
        FeeBase::BrandDay => "ブランドごとの日計",
        FeeBase::ClosingTotal => "純額合計",
    };
    let tax = match rule.tax_form {
        TaxForm::Separate => "税",
        TaxForm::Included => "うち税",
    };
    format!(
        "{}({base}、{})、{tax}{}({})",
        percent(rule.rate),
        rounding(rule.rounding),
        percent(rule.tax_rate),
        rounding(rule.tax_rounding)
    )
}

fn closing(closing: &Closing) -> String {
    match closing {
        Closing::Daily => "毎日締".to_owned(),
        Closing::MonthEnd => "月末締".to_owned(),
        Closing::Days(days) => {
            let days: Vec<String> = days.iter().map(|day| day_word(*day)).collect();
            format!("{}締", days.join("・"))
        }
    }
}

fn day_word(day: u8) -> String {
    if day >= LAST_DAY { "月末".to_owned() } else { format!("{day}日") }
}

fn pay_day(pay: PayDay) -> String {
    let month = match pay.months_after {
        0 => "当月".to_owned(),
        1 => "翌月".to_owned(),
        2 => "翌々月".to_owned(),
        months => format!("{months}か月後の"),
    };
    let day = if pay.day >= LAST_DAY { "末".to_owned() } else { format!("{}日", pay.day) };
    month + &day
}

/// What happens on a day on which banks do not work; the next banking day is the custom and is not said.
const fn moved(shift: Shift) -> &'static str {
    match shift {
        Shift::Next => "",
        Shift::Previous => "(休業日は前営業日)",
        Shift::MonthEndEarlier => "(休業日は、月末日なら前営業日)",
    }
}

const fn rounding(rounding: Rounding) -> &'static str {
    match rounding {
        Rounding::Floor => "切捨て",
        Rounding::HalfUp => "四捨五入",
        Rounding::Ceil => "切上げ",
    }
}

/// `1.98%`, `10%`
#[must_use]
pub fn percent(rate: Ppm) -> String {
    let (whole, rest) = (rate.0 / 10_000, rate.0 % 10_000);
    let digits = format!("{rest:04}");
    match digits.trim_end_matches('0') {
        "" => format!("{whole}%"),
        fraction => format!("{whole}.{fraction}%"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::papers::samples::contract;

    #[test]
    fn terms_as_an_accountant_says_them() {
        let month_end =
            PayoutRule::DayOfMonth { pay: PayDay { months_after: 1, day: 31 }, shift: Shift::Next };
        let twice = PayoutRule::ByClosingDay {
            days: vec![(15, PayDay { months_after: 0, day: 31 }), (31, PayDay { months_after: 1, day: 15 })],
            shift: Shift::Previous,
        };
        for (kept, closing, payout, words) in [
            (GrossOrNet::Net, Closing::MonthEnd, month_end, "差引・月末締→翌月末"),
            (
                GrossOrNet::Gross,
                Closing::Days(vec![15, 31]),
                twice,
                "総額・手数料別請求・15日締→当月末、月末締→翌月15日(休業日は前営業日)",
            ),
            (
                GrossOrNet::Net,
                Closing::Daily,
                PayoutRule::BusinessDays { after: 2 },
                "差引・毎日締→2銀行営業日後",
            ),
        ] {
            let terms = Contract { gross_or_net: kept, closing, payout, ..contract("card", "甲カード") };
            assert_eq!(way_of_payment(&terms), words);
        }
        assert_eq!(fee(&contract("paypay", "PayPay").fee), "1.98%(純額合計、切捨て)、税10%(切捨て)");
        assert_eq!((percent(Ppm(0)), percent(Ppm(1))), ("0%".to_owned(), "0.0001%".to_owned()));
    }
}
