//! A paper laid out: head, columns, rows, notes. What screens, text and CSV are made of.

use domain::{
    id::{BrandCode, ContractId, CounterId, SaleId},
    method::Method,
    money::Yen,
    time::CivilDate,
};
use serde::Serialize;

/// How a column stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its heading.
    pub label: &'static str,
    /// How it stands.
    pub align: Align,
}

impl Column {
    /// A column of words.
    #[must_use]
    pub const fn words(label: &'static str) -> Self {
        Self { label, align: Align::Left }
    }

    /// A column of numbers.
    #[must_use]
    pub const fn numbers(label: &'static str) -> Self {
        Self { label, align: Align::Right }
    }
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "is", content = "value", rename_all = "snake_case")]
pub enum Cell {
    /// Words; empty is an empty cell.
    Text(String),
    /// Yen, written 12,345 on paper and 12345 in CSV; negative with ▲ on paper and a minus in CSV.
    Yen(Yen),
    /// A count.
    Count(i64),
    /// A day.
    Day(CivilDate),
    /// Nothing that could stand here (—).
    None,
}

impl Cell {
    /// Words.
    pub fn text(words: impl Into<String>) -> Self {
        Self::Text(words.into())
    }

    /// An empty cell: the column does not concern this row.
    #[must_use]
    pub const fn empty() -> Self {
        Self::Text(String::new())
    }

    /// A day, or nothing that could stand here.
    #[must_use]
    pub fn day(day: Option<CivilDate>) -> Self {
        day.map_or(Self::None, Self::Day)
    }
}

/// What kind of row it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowKind {
    /// An ordinary row.
    Body,
    /// 小計
    Subtotal,
    /// 合計
    Total,
    /// A row that somebody must look at: overdue, difference, missing.
    Alarm,
}

/// What stands behind a row; a screen makes a link of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Behind {
    /// Sales of a day, of one counter or all, by method and brand.
    Sales {
        /// 取扱日
        day: CivilDate,
        /// 窓口
        counter: Option<CounterId>,
        /// 決済手段
        method: Method,
        /// ブランド
        brand: Option<BrandCode>,
        /// 契約
        contract: Option<ContractId>,
    },
    /// The daily report of a day.
    Day {
        /// 取扱日
        day: CivilDate,
    },
    /// One closing of one contract: its 照合書 with sales, rows and the bank's line.
    Closing {
        /// 契約
        contract: ContractId,
        /// Closing day.
        to: CivilDate,
    },
    /// One sale.
    Sale {
        /// The sale.
        sale: SaleId,
    },
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableRow {
    /// What kind.
    pub kind: RowKind,
    /// As many as there are columns.
    pub cells: Vec<Cell>,
    /// What stands behind it.
    pub behind: Option<Behind>,
    /// Id of the payout or deposit whose reason a screen leads to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl TableRow {
    /// A row with nothing behind it.
    #[must_use]
    pub const fn new(kind: RowKind, cells: Vec<Cell>) -> Self {
        Self { kind, cells, behind: None, why: None }
    }

    /// The same row with what stands behind it.
    #[must_use]
    pub fn backed_by(self, behind: Behind) -> Self {
        Self { behind: Some(behind), ..self }
    }

    /// The same row with the subject of its なぜ.
    #[must_use]
    pub fn asking_why(self, subject: &str) -> Self {
        Self { why: Some(subject.to_owned()), ..self }
    }
}

/// A paper laid out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PaperTable {
    /// Title, e.g. 収納日計表.
    pub title: &'static str,
    /// Lines of the head: (word, value), e.g. (取扱日, 令和8年7月15日(水)).
    pub head: Vec<(&'static str, String)>,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows.
    pub rows: Vec<TableRow>,
    /// 外書: one line each, below the table.
    pub notes: Vec<String>,
    /// Boxes for the seals (決裁欄), e.g. 作成・確認・承認.
    pub seals: &'static [&'static str],
}
