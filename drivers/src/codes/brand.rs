//! Whose code it is: operator codes of JPQR codes and number ranges of barcodes, as the municipality configures them.
//!
//! Invariants: a brand is never guessed: what no rule names is [`BrandAnswer::AskTheClerk`]; two rules that could both be meant are
//! refused when the table is read; among rules that fit, the longest prefix wins. No issued prefix list is public, so none is built
//! in but the foreign wallets, which must be switched on (`protocols.md` 1.4).

use std::collections::BTreeMap;

use domain::id::BrandCode;
use serde::Deserialize;

/// Most rules of each kind.
pub const RULES_MAX: usize = 500;
/// Longest barcode number, in digits.
pub const BARCODE_DIGITS_MAX: usize = 48;
/// Longest operator code, in characters.
pub const OPERATOR_CODE_MAX_CHARS: usize = 32;

/// Whose code it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BrandAnswer {
    /// The one brand that the table names.
    Known(BrandCode),
    /// No rule fits: the clerk asks the citizen.
    AskTheClerk,
}

/// Numbers of one brand.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BarcodeRule {
    /// Digits at the head of the number.
    pub prefix: String,
    /// Fewest digits of the whole number.
    pub digits_min: usize,
    /// Most digits of the whole number.
    pub digits_max: usize,
    /// Whose it is.
    pub brand: BrandCode,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OperatorRule {
    code: String,
    brand: BrandCode,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTable {
    #[serde(default)]
    operator: Vec<OperatorRule>,
    #[serde(default)]
    barcode: Vec<BarcodeRule>,
    #[serde(default)]
    foreign_wallets: bool,
}

/// The table.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(try_from = "RawTable")]
pub struct BrandTable {
    operators: BTreeMap<String, BrandCode>,
    barcodes: Vec<BarcodeRule>,
}

/// A table that could not be trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTable {
    /// More rules than [`RULES_MAX`].
    #[error("more than {RULES_MAX} rules")]
    TooMany,
    /// An operator code that is empty, too long, or stands twice.
    #[error("operator code {0:?} is empty, longer than {OPERATOR_CODE_MAX_CHARS} or stands twice")]
    Operator(String),
    /// A prefix that is no digits or is as long as the number, or lengths that are none.
    #[error("barcode rule {prefix:?} of {min} to {max} digits fits no number")]
    Barcode {
        /// The prefix.
        prefix: String,
        /// Fewest digits.
        min: usize,
        /// Most digits.
        max: usize,
    },
    /// Two rules with one prefix and a length in common.
    #[error("two barcode rules for {0:?} fit the same numbers")]
    Ambiguous(String),
}

impl TryFrom<RawTable> for BrandTable {
    type Error = BadTable;
    fn try_from(raw: RawTable) -> Result<Self, BadTable> {
        let mut rules = raw.barcode;
        if raw.foreign_wallets {
            rules.extend(foreign_wallets());
        }
        Self::new(raw.operator.into_iter().map(|rule| (rule.code, rule.brand)), rules)
    }
}

impl BrandTable {
    /// Checks and keeps the rules.
    ///
    /// # Errors
    /// When a rule fits nothing, or two fit the same numbers.
    pub fn new(
        operators: impl IntoIterator<Item = (String, BrandCode)>,
        barcodes: Vec<BarcodeRule>,
    ) -> Result<Self, BadTable> {
        let mut table = Self { operators: BTreeMap::new(), barcodes };
        for (code, brand) in operators {
            let named = !code.is_empty() && code.chars().count() <= OPERATOR_CODE_MAX_CHARS;
            if !named || table.operators.insert(code.clone(), brand).is_some() {
                return Err(BadTable::Operator(code));
            }
        }
        if table.operators.len() > RULES_MAX || table.barcodes.len() > RULES_MAX {
            return Err(BadTable::TooMany);
        }
        for (at, rule) in table.barcodes.iter().enumerate() {
            rule.check()?;
            if table.barcodes[..at].iter().any(|other| rule.overlaps(other)) {
                return Err(BadTable::Ambiguous(rule.prefix.clone()));
            }
        }
        Ok(table)
    }

    /// The brand of an operator code (JPQR CPM, tag 4F).
    #[must_use]
    pub fn of_operator(&self, code: &str) -> BrandAnswer {
        self.operators.get(code).map_or(BrandAnswer::AskTheClerk, |brand| BrandAnswer::Known(brand.clone()))
    }

    /// The brand of a barcode's number. What is not all digits is nobody's.
    #[must_use]
    pub fn of_barcode(&self, number: &str) -> BrandAnswer {
        if !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return BrandAnswer::AskTheClerk;
        }
        let fits = |rule: &&BarcodeRule| {
            number.starts_with(&rule.prefix) && (rule.digits_min..=rule.digits_max).contains(&number.len())
        };
        let best = self.barcodes.iter().filter(fits).max_by_key(|rule| rule.prefix.len());
        best.map_or(BrandAnswer::AskTheClerk, |rule| BrandAnswer::Known(rule.brand.clone()))
    }
}

impl BarcodeRule {
    fn check(&self) -> Result<(), BadTable> {
        let digits = !self.prefix.is_empty() && self.prefix.bytes().all(|byte| byte.is_ascii_digit());
        let lengths = self.prefix.len() <= self.digits_min
            && self.digits_min <= self.digits_max
            && self.digits_max <= BARCODE_DIGITS_MAX;
        if digits && lengths {
            return Ok(());
        }
        Err(BadTable::Barcode { prefix: self.prefix.clone(), min: self.digits_min, max: self.digits_max })
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.prefix == other.prefix
            && self.digits_min <= other.digits_max
            && other.digits_min <= self.digits_max
    }
}

/// WeChat `1[0-5]` 18 digits, Alipay `2[5-9]` and `30` of 16 to 24, UnionPay `62` of 19 (gateways' public documents,
/// `protocols.md` 1.4).
fn foreign_wallets() -> Vec<BarcodeRule> {
    let rules = |prefixes: std::ops::RangeInclusive<u8>, min, max, brand: &str| {
        let brand: Option<BrandCode> = brand.parse().ok();
        prefixes.filter_map(move |prefix| {
            Some(BarcodeRule {
                prefix: prefix.to_string(),
                digits_min: min,
                digits_max: max,
                brand: brand.clone()?,
            })
        })
    };
    rules(10..=15, 18, 18, "wechatpay")
        .chain(rules(25..=30, 16, 24, "alipay"))
        .chain(rules(62..=62, 19, 19, "unionpay"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Result<BrandTable, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    fn known(brand: &str) -> BrandAnswer {
        BrandAnswer::Known(brand.parse().unwrap())
    }

    const CITY: &str = "foreign_wallets = true
        operator = [{ code = \"12345678\", brand = \"paypay\" }]
        barcode = [
            { prefix = \"91\", digits_min = 18, digits_max = 20, brand = \"paypay\" },
            { prefix = \"9177\", digits_min = 20, digits_max = 20, brand = \"merpay\" },
        ]";

    #[test]
    fn a_number_is_named_by_prefix_and_length_or_not_at_all() {
        let table = table(CITY).unwrap();
        for (number, answer) in [
            ("910000000000000000", known("paypay")),
            ("91770000000000000000", known("merpay")),
            ("917700000000000000", known("paypay")),
            ("9100000000000000", BrandAnswer::AskTheClerk),
            ("92000000000000000000", BrandAnswer::AskTheClerk),
            ("130000000000000000", known("wechatpay")),
            ("160000000000000000", BrandAnswer::AskTheClerk),
            ("1300000000000000000", BrandAnswer::AskTheClerk),
            ("2500000000000000", known("alipay")),
            ("300000000000000000000000", known("alipay")),
            ("240000000000000000", BrandAnswer::AskTheClerk),
            ("6200000000000000000", known("unionpay")),
            ("91000000000000000A", BrandAnswer::AskTheClerk),
            ("", BrandAnswer::AskTheClerk),
        ] {
            assert_eq!(table.of_barcode(number), answer, "{number}");
        }
        assert_eq!(table.of_operator("12345678"), known("paypay"));
        assert_eq!(table.of_operator("1234567"), BrandAnswer::AskTheClerk);
        assert_eq!(BrandTable::default().of_barcode("130000000000000000"), BrandAnswer::AskTheClerk);
    }

    #[test]
    fn a_table_that_could_not_be_trusted_is_refused() {
        let rule = |prefix: &str, min: usize, max: usize| {
            format!("{{ prefix = \"{prefix}\", digits_min = {min}, digits_max = {max}, brand = \"a\" }}")
        };
        for (rules, says) in [
            (rule("", 1, 2), "fits no number"),
            (rule("9a", 3, 4), "fits no number"),
            (rule("99", 1, 4), "fits no number"),
            (rule("99", 8, 4), "fits no number"),
            (rule("99", 8, 49), "fits no number"),
            (format!("{}, {}", rule("99", 8, 10), rule("99", 10, 12)), "fit the same numbers"),
        ] {
            let error = table(&format!("barcode = [{rules}]")).unwrap_err();
            assert!(error.contains(says), "{rules}: {error}");
        }
        let twice = "operator = [{ code = \"1\", brand = \"a\" }, { code = \"1\", brand = \"b\" }]";
        assert!(table(twice).unwrap_err().contains("stands twice"));
        assert!(table("barcodes = []").unwrap_err().contains("unknown field"));
        assert!(table(&format!("barcode = [{}, {}]", rule("99", 8, 10), rule("99", 11, 12))).is_ok());
    }
}
