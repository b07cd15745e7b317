//! The profile of a bank's CSV, as TOML. Unknown keys are errors.
//!
//! Invariant: a profile that loads is complete: every mapped column is in its column list, the amount is named in one way, and every
//! account can be told.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    bank::Account,
    provenance::Provenance,
    sheet::{
        date::{DatePattern, NotADatePattern},
        table::Spec,
    },
    statement::FileEncoding,
};

/// Which way rows run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowOrder {
    /// As dates and balances show.
    #[default]
    Auto,
    /// Oldest row first.
    OldestFirst,
    /// Newest row first.
    NewestFirst,
}

/// Which column feeds which field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankCsvFields {
    /// 取引日・勘定日
    pub booked_on: String,
    /// 起算日
    pub value_on: Option<String>,
    /// 入金, with `withdrawal`.
    pub deposit: Option<String>,
    /// 出金, with `deposit`.
    pub withdrawal: Option<String>,
    /// One column of amounts, signed or with `direction`.
    pub amount: Option<String>,
    /// 入払区分, with `amount`.
    pub direction: Option<String>,
    /// 残高
    pub balance: Option<String>,
    /// 摘要
    pub summary: Option<String>,
    /// 振込依頼人名
    pub remitter: Option<String>,
    /// 振込依頼人コード
    pub remitter_code: Option<String>,
    /// 仕向銀行名
    pub sending_bank: Option<String>,
    /// 仕向店名
    pub sending_branch: Option<String>,
    /// 取引区分, as a word.
    pub class: Option<String>,
    /// EDI情報
    pub edi: Option<String>,
    /// 照会番号・取引番号
    pub inquiry_no: Option<String>,
    /// Column that tells the account, where a file has several.
    pub account: Option<String>,
}

impl BankCsvFields {
    /// Every mapped column with its field.
    fn columns(&self) -> Vec<(&'static str, &str)> {
        let optional = [
            ("value_on", &self.value_on),
            ("deposit", &self.deposit),
            ("withdrawal", &self.withdrawal),
            ("amount", &self.amount),
            ("direction", &self.direction),
            ("balance", &self.balance),
            ("summary", &self.summary),
            ("remitter", &self.remitter),
            ("remitter_code", &self.remitter_code),
            ("sending_bank", &self.sending_bank),
            ("sending_branch", &self.sending_branch),
            ("class", &self.class),
            ("edi", &self.edi),
            ("inquiry_no", &self.inquiry_no),
            ("account", &self.account),
        ];
        let named = optional.into_iter().filter_map(|(field, column)| Some((field, column.as_deref()?)));
        std::iter::once(("booked_on", self.booked_on.as_str())).chain(named).collect()
    }
}

/// Words of 入払区分.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Direction {
    /// 入金
    #[serde(rename = "in")]
    pub incoming: Vec<String>,
    /// 出金
    #[serde(rename = "out")]
    pub outgoing: Vec<String>,
}

/// An account of the city, as the file names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountOf {
    /// The text of the account column; none where the file is of this one account.
    pub cell: Option<String>,
    /// 銀行コード, 4 digits.
    pub bank_code: String,
    /// 銀行名
    #[serde(default)]
    pub bank_name: String,
    /// 支店コード, 3 digits.
    pub branch_code: String,
    /// 支店名
    #[serde(default)]
    pub branch_name: String,
    /// 預金種目: 1 普通, 2 当座, 4 貯蓄.
    pub account_kind: u8,
    /// 口座番号
    pub account_number: String,
    /// 口座名
    #[serde(default)]
    pub account_name: String,
}

impl AccountOf {
    /// The key of the account, as in every bank format.
    #[must_use]
    pub fn account_key(&self) -> String {
        Account::key(&self.bank_code, &self.branch_code, Some(self.account_kind), &self.account_number)
    }

    fn is_plausible(&self) -> bool {
        let digits = |text: &str, least: usize, most: usize| {
            (least..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
        };
        digits(&self.bank_code, 4, 4)
            && digits(&self.branch_code, 3, 3)
            && digits(&self.account_number, 1, 10)
            && matches!(self.account_kind, 1 | 2 | 4)
    }
}

/// One bank's CSV layout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankCsvProfile {
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
    /// Whether the file has a row of column names. Without one, `columns` counts from the left and every row must have as many cells.
    #[serde(default = "yes")]
    pub header: bool,
    /// Column names.
    pub columns: Vec<String>,
    /// Other names under which a column may appear, to the name in `columns`.
    #[serde(default)]
    pub column_aliases: BTreeMap<String, String>,
    /// Date patterns, tried in this order.
    pub dates: Vec<String>,
    /// Which way rows run.
    #[serde(default)]
    pub order: RowOrder,
    /// Columns to fields.
    pub fields: BankCsvFields,
    /// Words of the direction column.
    pub direction: Option<Direction>,
    /// Words of 取引区分 to the two digits of 入出金取引明細 (11 振込, 10 現金, …). A word not listed is kept as it stands.
    #[serde(default)]
    pub classes: BTreeMap<String, String>,
    /// Beginnings of 摘要 after which the remitter's name stands, where there is no column of its own.
    #[serde(default)]
    pub remitter_prefixes: Vec<String>,
    /// Words of 摘要 of rows that only carry a balance forward (前月繰越).
    #[serde(default)]
    pub carry_words: Vec<String>,
    /// First cells of the row that ends the table (合計). Its amounts are checked where it has any.
    #[serde(default)]
    pub end_markers: Vec<String>,
    /// The accounts; may be empty when the importer says which account it is.
    #[serde(default)]
    pub accounts: Vec<AccountOf>,
}

const fn comma() -> char {
    ','
}

const fn yes() -> bool {
    true
}

/// A bank profile that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadBankProfile {
    /// Not TOML, or an unknown or missing key.
    #[error("bank profile: {0}")]
    Toml(String),
    /// A date pattern that does not name year, month and day.
    #[error("bank profile {profile}: {error}")]
    Pattern {
        /// Profile.
        profile: String,
        /// Why.
        error: NotADatePattern,
    },
    /// Anything else.
    #[error("bank profile {profile}: {what}")]
    Wrong {
        /// Profile.
        profile: String,
        /// What.
        what: String,
    },
}

impl BankCsvProfile {
    /// A profile from TOML.
    ///
    /// # Errors
    /// Says which key is wrong.
    pub fn from_toml(text: &str) -> Result<Self, BadBankProfile> {
        let profile: Self = toml::from_str(text).map_err(|e| BadBankProfile::Toml(e.to_string()))?;
        profile.check()?;
        Ok(profile)
    }

    fn check(&self) -> Result<(), BadBankProfile> {
        let wrong = |what: String| Err(BadBankProfile::Wrong { profile: self.id.clone(), what });
        self.patterns()?;
        if self.dates.is_empty() {
            return wrong("dates must name at least one pattern".to_owned());
        }
        if !self.delimiter.is_ascii() || matches!(self.delimiter, '"' | '\r' | '\n') {
            return wrong(format!("delimiter {:?} is not an ASCII character", self.delimiter));
        }
        let mut names = self.columns.clone();
        names.sort_unstable();
        names.dedup();
        if names.is_empty() || names.len() != self.columns.len() {
            return wrong("columns must be given, and each only once".to_owned());
        }
        let aliases = self.column_aliases.iter().map(|(alias, column)| (alias.as_str(), column.as_str()));
        for (field, column) in self.fields.columns().into_iter().chain(aliases) {
            if !self.columns.iter().any(|name| name == column) {
                return wrong(format!("{field} names the column {column:?}, which `columns` does not have"));
            }
        }
        let fields = &self.fields;
        let pair = fields.deposit.is_some() && fields.withdrawal.is_some();
        let single = fields.deposit.is_none() && fields.withdrawal.is_none() && fields.amount.is_some();
        if !(pair && fields.amount.is_none() || single) {
            return wrong("name either deposit and withdrawal, or amount".to_owned());
        }
        if fields.direction.is_some() != self.direction.is_some() || (pair && fields.direction.is_some()) {
            return wrong("a direction column and its words belong to an amount column".to_owned());
        }
        if let Some(account) = self.accounts.iter().find(|account| !account.is_plausible()) {
            return wrong(format!("account {:?} has a code or number of wrong length", account.cell));
        }
        if fields.account.is_some() != self.accounts.iter().any(|account| account.cell.is_some())
            || (fields.account.is_none() && self.accounts.len() > 1)
            || (fields.account.is_some() && self.accounts.iter().any(|account| account.cell.is_none()))
        {
            return wrong("several accounts need an account column, and each its cell".to_owned());
        }
        Ok(())
    }

    /// What the file's table looks like.
    pub(super) fn spec(&self) -> Spec<'_> {
        Spec {
            name_ja: &self.name_ja,
            encoding: self.encoding,
            delimiter: self.delimiter,
            header: self.header,
            columns: &self.columns,
            column_aliases: &self.column_aliases,
            end_markers: &self.end_markers,
        }
    }

    /// The date patterns, compiled.
    pub(super) fn patterns(&self) -> Result<Vec<DatePattern>, BadBankProfile> {
        let compile = |text: &String| {
            text.parse().map_err(|error| BadBankProfile::Pattern { profile: self.id.clone(), error })
        };
        self.dates.iter().map(compile).collect()
    }
}

/// The bank profiles that come with the program.
const EMBEDDED: [&str; 2] = [
    include_str!("../../../profiles/bank/generic_bank.toml"),
    include_str!("../../../profiles/bank/anser_inquiry.toml"),
];

/// Every embedded bank profile.
///
/// # Errors
/// Never for the profiles of a release (a test loads them).
pub fn embedded_profiles() -> Result<Vec<BankCsvProfile>, BadBankProfile> {
    EMBEDDED.iter().map(|text| BankCsvProfile::from_toml(text)).collect()
}

/// The embedded bank profile with this id.
///
/// # Errors
/// As [`embedded_profiles`].
pub fn embedded(id: &str) -> Result<Option<BankCsvProfile>, BadBankProfile> {
    Ok(embedded_profiles()?.into_iter().find(|profile| profile.id == id))
}
