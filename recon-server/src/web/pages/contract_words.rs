//! The terms of a contract in one line, as an accountant reads them: closing, payment, fee, tax.
//!
//! Invariant: rates are written from their parts per million with integers only.

use domain::rate::{Ppm, Rounding};
use engine::{
    Contract,
    contract::{Closing, FeeBase, GrossOrNet},
};

/// A day that means the month's last one.
const LAST_DAY: u8 = 31;

/// `PayPay ・ 月末締 ・ 差引入金 ・ 手数料 1.98%（締めの合計、切捨て） ・ 消費税 10%`
pub fn terms(contract: &Contract) -> String {
    let fee = &contract.fee;
    let base = match fee.base {
        FeeBase::Each => "1件ごと",
        FeeBase::BrandDay => "ブランドごとの日計",
        FeeBase::ClosingTotal => "締めの合計",
    };
    let paid = match contract.gross_or_net {
        GrossOrNet::Gross => "総額入金・手数料は別に請求",
        GrossOrNet::Net => "差引入金",
    };
    format!(
        "{} ・ {} ・ {paid} ・ 手数料 {}（{base}、{}） ・ 消費税 {}",
        contract.acquirer_ja,
        closing(&contract.closing),
        percent(fee.rate),
        rounding(fee.rounding),
        percent(fee.tax_rate),
    )
}

fn closing(closing: &Closing) -> String {
    let day = |day: &u8| if *day >= LAST_DAY { "月末".to_owned() } else { format!("{day}日") };
    match closing {
        Closing::Daily => "毎日締".to_owned(),
        Closing::MonthEnd => "月末締".to_owned(),
        Closing::Days(days) => format!("{}締", days.iter().map(day).collect::<Vec<_>>().join("・")),
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
fn percent(rate: Ppm) -> String {
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

    #[test]
    fn rates_are_written_exactly() {
        for (ppm, text) in [
            (19_800, "1.98%"),
            (100_000, "10%"),
            (0, "0%"),
            (15_000, "1.5%"),
            (21_780, "2.178%"),
            (1, "0.0001%"),
        ] {
            assert_eq!(percent(Ppm(ppm)), text);
        }
    }

    #[test]
    fn closings_are_written_as_contracts_name_them() {
        for (rule, text) in [
            (Closing::Daily, "毎日締"),
            (Closing::MonthEnd, "月末締"),
            (Closing::Days(vec![15, 31]), "15日・月末締"),
        ] {
            assert_eq!(closing(&rule), text);
        }
    }
}
