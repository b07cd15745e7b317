//! Terms of a contract in the words of an accountant.
//!
//! Invariant: rates are written from their parts per million with integers only. Not here: the sentences ([`crate::sentence`]).

use domain::rate::{Ppm, Rounding};

use crate::contract::{FeeBase, FeeRule, TaxForm};

/// Parts per million of one per cent.
const PPM_OF_PERCENT: u32 = 10_000;
/// Minutes of an hour.
const HOUR_MINUTES: i64 = 60;
/// Hours of a day.
const DAY_HOURS: i64 = 24;

/// `1.98%、締めの合計、切捨て、税10%（別・切捨て）`.
#[must_use]
pub fn fee_rule(rule: &FeeRule) -> String {
    let tax = match (rule.tax_form, rule.tax_rate.0) {
        (_, 0) => "税なし".to_owned(),
        (TaxForm::Separate, _) => {
            format!("税{}（別・{}）", percent(rule.tax_rate), rounding(rule.tax_rounding))
        }
        (TaxForm::Included, _) => format!("税{}込み", percent(rule.tax_rate)),
    };
    let least = if rule.minimum.get() == 0 { String::new() } else { format!("、最低{}円", rule.minimum) };
    let refunds = if rule.refund_returns_fee { "" } else { "、返金分の手数料は戻らない" };
    format!("{}、{}、{}、{tax}{least}{refunds}", percent(rule.rate), base(rule.base), rounding(rule.rounding))
}

/// `5分`, `18時間45分`, `2日3時間`: how far apart two times are, as one says it; `minutes` is not negative.
#[must_use]
pub fn apart(minutes: i64) -> String {
    let (hours, rest) = (minutes / HOUR_MINUTES, minutes % HOUR_MINUTES);
    let (days, hours_of_day) = (hours / DAY_HOURS, hours % DAY_HOURS);
    match (days, hours, rest) {
        (0, 0, _) => format!("{rest}分"),
        (0, _, 0) => format!("{hours}時間"),
        (0, ..) => format!("{hours}時間{rest}分"),
        _ if hours_of_day == 0 => format!("{days}日"),
        _ => format!("{days}日{hours_of_day}時間"),
    }
}

/// `1.98%`.
#[must_use]
pub fn percent(rate: Ppm) -> String {
    let (whole, rest) = (rate.0 / PPM_OF_PERCENT, rate.0 % PPM_OF_PERCENT);
    if rest == 0 {
        return format!("{whole}%");
    }
    let rest = format!("{rest:04}");
    format!("{whole}.{}%", rest.trim_end_matches('0'))
}

/// What the rate is applied to.
#[must_use]
pub const fn base(base: FeeBase) -> &'static str {
    match base {
        FeeBase::Each => "1件ごと",
        FeeBase::BrandDay => "ブランドごとの日計",
        FeeBase::ClosingTotal => "締めの合計",
    }
}

/// How a fraction is rounded.
#[must_use]
pub const fn rounding(rounding: Rounding) -> &'static str {
    match rounding {
        Rounding::Floor => "切捨て",
        Rounding::HalfUp => "四捨五入",
        Rounding::Ceil => "切上げ",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_in_words() {
        let rule = crate::contract::sample().fee;
        assert_eq!(fee_rule(&rule), "1.98%、締めの合計、切捨て、税10%（別・切捨て）");
        let included =
            FeeRule { rate: Ppm(21_780), tax_form: TaxForm::Included, base: FeeBase::Each, ..rule };
        assert_eq!(fee_rule(&included), "2.178%、1件ごと、切捨て、税10%込み");
        assert_eq!(percent(Ppm(30_000)), "3%");
    }

    #[test]
    fn times_apart_as_one_says_them() {
        let said = [0, 59, 60, 1_125, 1_440, 2_950].map(apart);
        assert_eq!(said, ["0分", "59分", "1時間", "18時間45分", "1日", "2日1時間"]);
    }
}
