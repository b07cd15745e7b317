//! The template of an export file, as TOML. Unknown keys and unknown fields are errors.
//!
//! Invariant: a template that loads is complete: every column has one source, fixed columns have widths, patterns can be compiled.

use serde::{Deserialize, Serialize};

use super::{
    date::{NotAnOutputPattern, OutputPattern},
    field::{BatchField, Kind, RowField},
    model::{ExportRow, Lane},
};

/// How the bytes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExportEncoding {
    /// CP932 (Windows' `Shift_JIS`).
    #[serde(rename = "cp932")]
    Cp932,
    /// UTF-8.
    #[serde(rename = "utf-8")]
    Utf8,
    /// UTF-8 with a byte order mark.
    #[serde(rename = "utf-8-bom")]
    Utf8Bom,
}

/// How lines end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Newline {
    /// CR LF.
    #[default]
    Crlf,
    /// LF.
    Lf,
    /// Nothing: fixed records one after the other.
    None,
}

impl Newline {
    /// The bytes.
    #[must_use]
    pub const fn bytes(self) -> &'static [u8] {
        match self {
            Self::Crlf => b"\r\n",
            Self::Lf => b"\n",
            Self::None => b"",
        }
    }
}

/// How cells stand in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// Separated cells.
    Csv,
    /// Cells of fixed width in bytes.
    Fixed,
}

/// Which cells of a CSV are quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quote {
    /// Where RFC 4180 needs it.
    #[default]
    WhenNeeded,
    /// All.
    Always,
    /// None: a cell that would need it is a problem.
    Never,
}

/// Where a value stands in its width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// Text, by default.
    Left,
    /// Numbers, by default.
    Right,
}

/// What fills the rest of a width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pad {
    /// Blanks: text, by default.
    Space,
    /// Zeros: numbers, by default.
    Zero,
}

/// One column: a field or a constant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column<F> {
    /// Name, for the line of names and for messages.
    pub name: String,
    /// What stands in it.
    pub field: Option<F>,
    /// A constant instead.
    pub value: Option<String>,
    /// Pattern of a date (`YYYY/MM/DD` by default) or of a fiscal year (`YYYY`).
    pub format: Option<String>,
    /// Width in bytes of the encoding. Required in fixed files; in a CSV the most that a cell may have, and padded only when asked.
    pub width: Option<usize>,
    /// Where the value stands.
    pub align: Option<Align>,
    /// What fills the rest.
    pub pad: Option<Pad>,
    /// What is written for a date that is not there; blank by default.
    pub blank: Option<String>,
    /// Whether a text that is too long is cut (and said) instead of refused.
    #[serde(default)]
    pub cut: bool,
    /// Whether a negative number is refused.
    #[serde(default)]
    pub unsigned: bool,
}

/// Words for "exported for the first time" and "exported before".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReExportWords {
    /// First time.
    pub first: String,
    /// Again.
    pub again: String,
}

impl Default for ReExportWords {
    fn default() -> Self {
        Self { first: "0".to_owned(), again: "1".to_owned() }
    }
}

/// Whose money a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owners {
    /// Only the municipality's own.
    #[default]
    City,
    /// Only that of others (指定管理者, 実行委員会), each named.
    Others,
    /// Both, each row named.
    All,
}

/// 科目 of an expenditure, as the finance system writes it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ExpenditureAccount {
    /// 会計
    pub account: String,
    /// 所属
    pub section: String,
    /// 款
    pub kan: String,
    /// 項
    pub kou: String,
    /// 目
    pub moku: String,
    /// 節
    pub setsu: String,
    /// 細節
    pub saisetsu: String,
}

impl ExpenditureAccount {
    /// Whether nothing of it is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// To which 科目 the municipality books its expenditures; which budget line that is, only it knows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ExpenditureAccounts {
    /// 決済手数料・振込手数料・月額利用料, usually 節 役務費.
    pub fee: ExpenditureAccount,
    /// 償還金, usually 節 償還金、利子及び割引料.
    pub repayment: ExpenditureAccount,
}

/// One finance system's import layout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Stable id.
    pub id: String,
    /// Name on screens.
    pub name_ja: String,
    /// Where the layout is from.
    pub source: String,
    /// Encoding.
    pub encoding: ExportEncoding,
    /// How cells stand in a line.
    pub layout: Layout,
    /// How lines end.
    #[serde(default)]
    pub newline: Newline,
    /// Separator of a CSV; a comma by default.
    #[serde(default = "comma")]
    pub delimiter: char,
    /// Which cells of a CSV are quoted.
    #[serde(default)]
    pub quote: Quote,
    /// Whether a CSV begins with the names of its row columns (after the header line, if there is one).
    #[serde(default)]
    pub column_names: bool,
    /// Which lanes the file takes; all where nothing is said.
    #[serde(default = "all_lanes")]
    pub lanes: Vec<Lane>,
    /// Whose money.
    #[serde(default)]
    pub owners: Owners,
    /// Words of the re-export flag.
    #[serde(default)]
    pub re_export: ReExportWords,
    /// 科目 of the expenditures.
    #[serde(default)]
    pub expenditure: ExpenditureAccounts,
    /// Columns of the header line; no header when empty.
    #[serde(default)]
    pub header: Vec<Column<BatchField>>,
    /// Columns of each row.
    pub row: Vec<Column<RowField>>,
    /// Columns of the trailer line; no trailer when empty.
    #[serde(default)]
    pub trailer: Vec<Column<BatchField>>,
}

const fn comma() -> char {
    ','
}

fn all_lanes() -> Vec<Lane> {
    Lane::ALL.to_vec()
}

/// A template that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTemplate {
    /// Not TOML, or an unknown or missing key.
    #[error("export template: {0}")]
    Toml(String),
    /// A date pattern that cannot be written.
    #[error("export template {template}, column {column:?}: {error}")]
    Pattern {
        /// Template.
        template: String,
        /// Column.
        column: String,
        /// Why.
        error: NotAnOutputPattern,
    },
    /// Anything else.
    #[error("export template {template}: {what}")]
    Wrong {
        /// Template.
        template: String,
        /// What.
        what: String,
    },
}

impl Template {
    /// A template from TOML.
    ///
    /// # Errors
    /// Says which key is wrong.
    pub fn from_toml(text: &str) -> Result<Self, BadTemplate> {
        let template: Self = toml::from_str(text).map_err(|e| BadTemplate::Toml(e.to_string()))?;
        template.check()?;
        Ok(template)
    }

    /// Whether a row belongs into this file.
    #[must_use]
    pub fn takes(&self, row: &ExportRow) -> bool {
        let owner = match self.owners {
            Owners::City => row.owner.is_empty(),
            Owners::Others => !row.owner.is_empty(),
            Owners::All => true,
        };
        owner && self.lanes.contains(&row.lane)
    }

    fn wrong<T>(&self, what: impl Into<String>) -> Result<T, BadTemplate> {
        Err(BadTemplate::Wrong { template: self.id.clone(), what: what.into() })
    }

    fn check(&self) -> Result<(), BadTemplate> {
        if self.row.is_empty() {
            return self.wrong("row must have at least one column");
        }
        if self.lanes.is_empty() {
            return self.wrong("lanes names no lane, so no row could ever stand in the file");
        }
        let named = self.row.iter().any(|column| column.field == Some(RowField::Owner));
        if self.owners != Owners::City && !named {
            // DESIGN 3.7: money of two owners is never mixed where nobody can tell it apart.
            return self.wrong("owners other than \"city\" need a column with field = \"owner\"");
        }
        if !matches!(self.delimiter, ',' | ';' | '|' | '\t') {
            return self
                .wrong(format!("delimiter {:?} is none of comma, semicolon, bar, tab", self.delimiter));
        }
        if self.layout == Layout::Csv && self.newline == Newline::None {
            return self.wrong("a CSV needs line ends");
        }
        if self.layout == Layout::Fixed && self.column_names {
            return self.wrong("a fixed file has no line of names");
        }
        for column in &self.row {
            self.check_column(column, column.field.map(RowField::kind))?;
        }
        for column in self.header.iter().chain(&self.trailer) {
            self.check_column(column, column.field.map(BatchField::kind))?;
        }
        Ok(())
    }

    fn check_column<F>(&self, column: &Column<F>, kind: Option<Kind>) -> Result<(), BadTemplate> {
        let name = &column.name;
        if kind.is_some() == column.value.is_some() {
            return self.wrong(format!("column {name:?} needs either field or value"));
        }
        if self.layout == Layout::Fixed && column.width.is_none() {
            return self.wrong(format!("column {name:?} of a fixed file needs a width"));
        }
        if column.width == Some(0) {
            return self.wrong(format!("column {name:?} has no width"));
        }
        if column.format.is_some() && !matches!(kind, Some(Kind::Date | Kind::Year)) {
            return self.wrong(format!("column {name:?} is no date and no year, so it has no format"));
        }
        let Some(pattern) = pattern(column, kind, &self.id)? else { return Ok(()) };
        let fits =
            if kind == Some(Kind::Date) { pattern.names_a_day() } else { !pattern.names_part_of_a_day() };
        if fits {
            return Ok(());
        }
        let error = NotAnOutputPattern(column.format.clone().unwrap_or_default());
        Err(BadTemplate::Pattern { template: self.id.clone(), column: name.clone(), error })
    }
}

/// The compiled pattern of a date or year column.
pub(super) fn pattern<F>(
    column: &Column<F>,
    kind: Option<Kind>,
    template: &str,
) -> Result<Option<OutputPattern>, BadTemplate> {
    let default = match kind {
        Some(Kind::Date) => "YYYY/MM/DD",
        Some(Kind::Year) => "YYYY",
        _ => return Ok(None),
    };
    column.format.as_deref().unwrap_or(default).parse().map(Some).map_err(|error| BadTemplate::Pattern {
        template: template.to_owned(),
        column: column.name.clone(),
        error,
    })
}

/// The templates that come with the program.
const EMBEDDED: [&str; 4] = [
    include_str!("../../profiles/export/generic_csv.toml"),
    include_str!("../../profiles/export/generic_expenditure_csv.toml"),
    include_str!("../../profiles/export/generic_owners_csv.toml"),
    include_str!("../../profiles/export/generic_fixed.toml"),
];

/// Every embedded template.
///
/// # Errors
/// Never for the templates of a release (a test loads them).
pub fn embedded_templates() -> Result<Vec<Template>, BadTemplate> {
    EMBEDDED.iter().map(|text| Template::from_toml(text)).collect()
}

/// The embedded template with this id.
///
/// # Errors
/// As [`embedded_templates`].
pub fn embedded(id: &str) -> Result<Option<Template>, BadTemplate> {
    Ok(embedded_templates()?.into_iter().find(|template| template.id == id))
}
