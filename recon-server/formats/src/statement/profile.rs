//! The profile of an acquirer's file, as TOML. Unknown keys are errors: a typing mistake must not silently change what a file means.
//!
//! Invariant: a profile that loads is complete: every mapped column is in its column list, every key part is mapped.

use std::collections::BTreeMap;

use domain::id::{BrandCode, ContractId};
use serde::{Deserialize, Serialize};

use crate::provenance::Provenance;

use super::{bad_profile::BadProfile, cell::DatePattern};

/// Character encoding of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileEncoding {
    /// `Shift_JIS` as Windows has it (CP932).
    #[serde(rename = "shift_jis")]
    ShiftJis,
    /// UTF-8; a byte order mark may be there.
    #[serde(rename = "utf-8")]
    Utf8,
}

impl FileEncoding {
    /// The name that a person may know.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::ShiftJis => "Shift_JIS",
            Self::Utf8 => "UTF-8",
        }
    }
}

/// How the file writes the amount of a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundSign {
    /// With a minus.
    Negative,
    /// Without; the status says that it is a refund.
    Positive,
}

/// What two rows of one file with one key and different content are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepeatedKey {
    /// A contradiction: the file is refused, because nobody can tell which row is right.
    #[default]
    Refuse,
    /// Two events of one number (a payment and its change, two wallets' rows): each is kept, as the next occurrence in the order of
    /// the file. For files that always list events in the order in which they happened.
    NextOccurrence,
}

/// Which column feeds which field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fields {
    /// When the payment was made.
    pub at: String,
    /// Amount in yen.
    pub amount: String,
    /// Status word.
    pub status: String,
    /// The acquirer's transaction number.
    pub acquirer_transaction_id: Option<String>,
    /// 端末番号 or PosID.
    pub terminal: Option<String>,
    /// 伝票番号・レシート番号
    pub slip_number: Option<String>,
    /// 承認番号
    pub approval_code: Option<String>,
    /// Our reference, echoed.
    pub merchant_payment_id: Option<String>,
    /// Column whose last four characters are the payer's digits.
    pub payer_digits: Option<String>,
    /// Brand word.
    pub brand: Option<String>,
}

impl Fields {
    /// Every mapped column with the profile's name of its field.
    pub(super) fn columns(&self) -> Vec<(&'static str, &str)> {
        let optional = [
            ("acquirer_transaction_id", &self.acquirer_transaction_id),
            ("terminal", &self.terminal),
            ("slip_number", &self.slip_number),
            ("approval_code", &self.approval_code),
            ("merchant_payment_id", &self.merchant_payment_id),
            ("payer_digits", &self.payer_digits),
            ("brand", &self.brand),
        ];
        let mut columns = vec![("at", self.at.as_str()), ("amount", &self.amount), ("status", &self.status)];
        columns.extend(optional.into_iter().filter_map(|(name, column)| Some((name, column.as_deref()?))));
        columns
    }
}

/// Which status words mean what. A word in none of the lists makes its row unclassified, not refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statuses {
    /// 売上
    pub sale: Vec<String>,
    /// 返金・取消
    pub refund: Vec<String>,
    /// チャージバック・異議申立て
    #[serde(default)]
    pub chargeback: Vec<String>,
    /// 取引失敗
    #[serde(default)]
    pub failed: Vec<String>,
}

/// A row of totals at the end of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// Text of the first cell that marks the row.
    pub marker: String,
    /// Column with the number of rows.
    pub count_column: Option<String>,
    /// Column with sales less refunds in yen.
    pub amount_column: Option<String>,
}

/// One acquirer's file layout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
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
    /// Whether the last row must end with a line break: without it, half a last cell cannot be told from a whole one.
    #[serde(default = "yes")]
    pub final_newline: bool,
    /// Header names exactly, in the order in which a file is written. A file may have them in another order.
    pub columns: Vec<String>,
    /// Other names under which a column may appear, to the name in `columns`.
    #[serde(default)]
    pub column_aliases: BTreeMap<String, String>,
    /// Date pattern: `YYYY`, `MM`, `DD`, `hh`, `mm`, `ss` and literal characters.
    pub at_pattern: String,
    /// Whether amounts may be grouped (`1,200`).
    #[serde(default)]
    pub amount_grouping: bool,
    /// How a refund's amount is written.
    pub refund_sign: RefundSign,
    /// Columns to fields.
    pub fields: Fields,
    /// Status words to classes.
    pub statuses: Statuses,
    /// Parts of the key of a row: names of `fields`, or `class`.
    pub key: Vec<String>,
    /// What two rows with one key and different content are.
    #[serde(default)]
    pub repeated_key: RepeatedKey,
    /// Brand of every row, where the file has one brand only.
    pub brand: Option<BrandCode>,
    /// Brand words to brands.
    #[serde(default)]
    pub brand_words: BTreeMap<String, BrandCode>,
    /// Contract that these files belong to, unless the importer says otherwise.
    pub contract: Option<ContractId>,
    /// Row of totals at the end, where the file has one.
    pub control: Option<Control>,
}

const fn comma() -> char {
    ','
}

const fn yes() -> bool {
    true
}

impl Profile {
    /// A profile from TOML.
    ///
    /// # Errors
    /// Says which key is wrong.
    pub fn from_toml(text: &str) -> Result<Self, BadProfile> {
        let profile: Self = toml::from_str(text).map_err(|error| BadProfile::of_toml(&error, text))?;
        profile.check()?;
        Ok(profile)
    }

    fn check(&self) -> Result<(), BadProfile> {
        let profile = || self.id.clone();
        self.pattern()?;
        if !self.delimiter.is_ascii() || matches!(self.delimiter, '"' | '\r' | '\n') {
            return Err(BadProfile::Delimiter { profile: profile(), delimiter: self.delimiter });
        }
        let of = &self.statuses;
        let words = [&of.sale, &of.refund, &of.chargeback, &of.failed];
        for (list, what) in [
            (self.columns.iter().collect::<Vec<_>>(), "columns"),
            (words.into_iter().flatten().collect(), "status words"),
            (self.key.iter().collect(), "key parts"),
        ] {
            let mut seen = list.clone();
            seen.sort_unstable();
            seen.dedup();
            if list.is_empty() || seen.len() != list.len() {
                return Err(BadProfile::NotUnique { profile: profile(), what });
            }
        }
        let control = self.control.iter().flat_map(|c| [&c.count_column, &c.amount_column]).flatten();
        let mapped = self.fields.columns();
        let named = mapped.iter().map(|(field, column)| ((*field).to_owned(), (*column).to_owned()));
        let named = named
            .chain(control.map(|column| ("control".to_owned(), column.clone())))
            .chain(self.column_aliases.iter().map(|(alias, column)| (alias.clone(), column.clone())));
        for (field, column) in named {
            if !self.columns.contains(&column) {
                return Err(BadProfile::NoSuchColumn { profile: profile(), field, column });
            }
        }
        let known = |part: &String| part == "class" || mapped.iter().any(|(field, _)| field == part);
        match self.key.iter().find(|part| !known(part)) {
            Some(part) => Err(BadProfile::NoSuchKeyPart { profile: profile(), part: part.clone() }),
            None => Ok(()),
        }
    }

    /// The date pattern, compiled.
    pub(super) fn pattern(&self) -> Result<DatePattern, BadProfile> {
        self.at_pattern.parse().map_err(|error| BadProfile::Pattern { profile: self.id.clone(), error })
    }
}

/// The profiles that come with the program, by id.
const EMBEDDED: [(&str, &str); 4] = [
    ("paypay_for_business", include_str!("../../profiles/paypay_for_business.toml")),
    ("generic_card", include_str!("../../profiles/generic_card.toml")),
    ("generic_electronic_money", include_str!("../../profiles/generic_electronic_money.toml")),
    ("generic_wallet", include_str!("../../profiles/generic_wallet.toml")),
];

/// Ids and texts: those above and the examples, which a contract names like any other.
fn all() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    EMBEDDED.iter().chain(crate::examples::texts())
}

/// Every embedded profile.
///
/// # Errors
/// Never for the profiles of a release (a test loads them); the error is kept so that nothing has to panic.
pub fn embedded_profiles() -> Result<Vec<Profile>, BadProfile> {
    all().map(|(_, text)| Profile::from_toml(text)).collect()
}

/// The embedded profile with this id.
///
/// # Errors
/// As [`embedded_profiles`].
pub fn embedded(id: &str) -> Result<Option<Profile>, BadProfile> {
    all().find(|(name, _)| *name == id).map(|(_, text)| Profile::from_toml(text)).transpose()
}
