//! The profile of a file of payouts, as TOML. Unknown keys are errors.
//!
//! Invariant: a profile that loads is complete: every mapped column is in its column list, every key part is mapped.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    provenance::Provenance,
    sheet::{date::DatePattern, table::Spec},
    statement::FileEncoding,
};

/// How fees are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeeSign {
    /// Without sign: they are taken off.
    #[default]
    Positive,
    /// With a minus.
    Negative,
}

/// Which column feeds which field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayoutFields {
    /// First day of the sales (or the only one).
    pub from: String,
    /// Last day of the sales; the first one when not given.
    pub to: Option<String>,
    /// Day of the payment; blank where it is not paid yet.
    pub paid_on: Option<String>,
    /// Sales.
    pub gross: String,
    /// Fees, added up.
    #[serde(default)]
    pub fees: Vec<String>,
    /// Fee of the bank transfer.
    pub transfer_fee: Option<String>,
    /// Carried over from before.
    pub carried_in: Option<String>,
    /// Carried over to the next.
    pub carried_out: Option<String>,
    /// What is paid.
    pub net: String,
    /// Number of sales.
    pub count: Option<String>,
    /// The acquirer's number of the payout.
    pub payout_id: Option<String>,
    /// Brand word.
    pub brand: Option<String>,
    /// Shop or contract.
    pub shop: Option<String>,
    /// Status word.
    pub status: Option<String>,
}

impl PayoutFields {
    /// Every mapped column with its field.
    pub(super) fn columns(&self) -> Vec<(&'static str, &str)> {
        let optional = [
            ("to", &self.to),
            ("paid_on", &self.paid_on),
            ("transfer_fee", &self.transfer_fee),
            ("carried_in", &self.carried_in),
            ("carried_out", &self.carried_out),
            ("count", &self.count),
            ("payout_id", &self.payout_id),
            ("brand", &self.brand),
            ("shop", &self.shop),
            ("status", &self.status),
        ];
        let mut columns =
            vec![("from", self.from.as_str()), ("gross", self.gross.as_str()), ("net", self.net.as_str())];
        columns.extend(self.fees.iter().map(|column| ("fees", column.as_str())));
        columns.extend(optional.into_iter().filter_map(|(field, column)| Some((field, column.as_deref()?))));
        columns
    }
}

/// Which status words mean what. A word in neither list is kept and said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayoutStatuses {
    /// Paid.
    pub paid: Vec<String>,
    /// To be paid.
    pub scheduled: Vec<String>,
}

/// One acquirer's file of payouts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayoutProfile {
    /// Stable id.
    pub id: String,
    /// Name on screens.
    pub name_ja: String,
    /// Where the layout is from.
    pub source: String,
    /// How far the layout is known.
    #[serde(default)]
    pub provenance: Provenance,
    /// Encoding of the file.
    pub encoding: FileEncoding,
    /// Cell separator; a comma by default.
    #[serde(default = "comma")]
    pub delimiter: char,
    /// Column names.
    pub columns: Vec<String>,
    /// Other names under which a column may appear, to the name in `columns`.
    #[serde(default)]
    pub column_aliases: BTreeMap<String, String>,
    /// Date patterns, tried in this order (as in a bank's CSV).
    pub dates: Vec<String>,
    /// How fees are written.
    #[serde(default)]
    pub fee_sign: FeeSign,
    /// First cells of the row that ends the table (合計).
    #[serde(default)]
    pub end_markers: Vec<String>,
    /// Columns to fields.
    pub fields: PayoutFields,
    /// Status words.
    pub statuses: Option<PayoutStatuses>,
    /// Parts of the key of a row: names of `fields`.
    pub key: Vec<String>,
}

const fn comma() -> char {
    ','
}

/// A payout profile that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadPayoutProfile {
    /// Not TOML, or an unknown or missing key.
    #[error("payout profile: {0}")]
    Toml(String),
    /// Anything else.
    #[error("payout profile {profile}: {what}")]
    Wrong {
        /// Profile.
        profile: String,
        /// What.
        what: String,
    },
}

impl PayoutProfile {
    /// A profile from TOML.
    ///
    /// # Errors
    /// Says which key is wrong.
    pub fn from_toml(text: &str) -> Result<Self, BadPayoutProfile> {
        let profile: Self = toml::from_str(text).map_err(|e| BadPayoutProfile::Toml(e.to_string()))?;
        profile.check()?;
        Ok(profile)
    }

    fn wrong<T>(&self, what: impl Into<String>) -> Result<T, BadPayoutProfile> {
        Err(BadPayoutProfile::Wrong { profile: self.id.clone(), what: what.into() })
    }

    fn check(&self) -> Result<(), BadPayoutProfile> {
        self.patterns()?;
        if self.dates.is_empty() || self.key.is_empty() {
            return self.wrong("dates and key must have at least one part");
        }
        if !self.delimiter.is_ascii() || matches!(self.delimiter, '"' | '\r' | '\n') {
            return self.wrong(format!("delimiter {:?} is not an ASCII character", self.delimiter));
        }
        let mut names = self.columns.clone();
        names.sort_unstable();
        names.dedup();
        if names.is_empty() || names.len() != self.columns.len() {
            return self.wrong("columns must be given, and each only once");
        }
        let mapped = self.fields.columns();
        let aliases = self.column_aliases.iter().map(|(alias, column)| (alias.as_str(), column.as_str()));
        for (field, column) in mapped.iter().copied().chain(aliases) {
            if !self.columns.iter().any(|name| name == column) {
                return self
                    .wrong(format!("{field} names the column {column:?}, which `columns` does not have"));
            }
        }
        if let Some(part) = self.key.iter().find(|part| !mapped.iter().any(|(field, _)| field == part)) {
            return self.wrong(format!("key part {part:?} is not a mapped field"));
        }
        if self.fields.status.is_some() != self.statuses.is_some() {
            return self.wrong("a status column and its words belong together");
        }
        Ok(())
    }

    /// The date patterns, compiled.
    pub(super) fn patterns(&self) -> Result<Vec<DatePattern>, BadPayoutProfile> {
        let compile = |text: &String| {
            text.parse().map_err(|error: crate::sheet::date::NotADatePattern| BadPayoutProfile::Wrong {
                profile: self.id.clone(),
                what: error.to_string(),
            })
        };
        self.dates.iter().map(compile).collect()
    }

    /// What the file's table looks like.
    pub(super) fn spec(&self) -> Spec<'_> {
        Spec {
            name_ja: &self.name_ja,
            encoding: self.encoding,
            delimiter: self.delimiter,
            header: true,
            columns: &self.columns,
            column_aliases: &self.column_aliases,
            end_markers: &self.end_markers,
        }
    }
}

/// The payout profiles that come with the program.
const EMBEDDED: [&str; 2] = [
    include_str!("../../profiles/payout/rakuten_pay_daily.toml"),
    include_str!("../../profiles/payout/jcb_link_payout.toml"),
];

/// Every embedded payout profile.
///
/// # Errors
/// Never for the profiles of a release (a test loads them).
pub fn embedded_profiles() -> Result<Vec<PayoutProfile>, BadPayoutProfile> {
    EMBEDDED.iter().map(|text| PayoutProfile::from_toml(text)).collect()
}

/// The embedded payout profile with this id.
///
/// # Errors
/// As [`embedded_profiles`].
pub fn embedded(id: &str) -> Result<Option<PayoutProfile>, BadPayoutProfile> {
    Ok(embedded_profiles()?.into_iter().find(|profile| profile.id == id))
}
