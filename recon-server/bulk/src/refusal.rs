//! Why a file is not taken. A bad row refuses its whole file: half a file would turn every missing row into a false difference.

use std::{fmt, io};

use serde::Serialize;

/// Which of the two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// 当方の記録
    Sales,
    /// 会社の明細
    Statement,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sales => "売上のファイル",
            Self::Statement => "明細のファイル",
        })
    }
}

/// What of a row cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The number of columns is not that of the header.
    Columns,
    /// A quotation mark is not closed on its line, or stands within a field.
    Quotes,
    /// 日付
    Date,
    /// 金額
    Amount,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Columns => "列の数が見出しと違います",
            Self::Quotes => "引用符(\")が行の中で閉じていません",
            Self::Date => "日付が読めません(2026-07-01、2026/07/01、20260701 のいずれか)",
            Self::Amount => "金額が読めません(整数の円、±2,147,483,647 まで)",
        })
    }
}

/// A file is refused.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The medium failed.
    #[error("{side}を読めません")]
    Read {
        /// Which file.
        side: Side,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// There is no header line.
    #[error("{0}に見出しの行がありません")]
    NoHeader(Side),
    /// More columns than are looked at.
    #[error("{side}の列は {max} 列までです")]
    TooManyColumns {
        /// Which file.
        side: Side,
        /// The bound.
        max: usize,
    },
    /// A column that is needed, or was named, is not in the header.
    #[error("{side}に「{name}」の列がありません")]
    NoColumn {
        /// Which file.
        side: Side,
        /// Its name.
        name: String,
    },
    /// Two columns could be the one.
    #[error(
        "{side}には「{name}」にあたる列が二つあります。--sales-columns か --statement-columns で選んでください"
    )]
    ColumnTwice {
        /// Which file.
        side: Side,
        /// The role.
        name: String,
    },
    /// Nothing common identifies a row.
    #[error("二つのファイルに共通する端末番号か取引番号の列がありません")]
    NothingInCommon,
    /// The file is longer than is taken.
    #[error("{side}は {max_bytes} バイトを超えています")]
    TooLong {
        /// Which file.
        side: Side,
        /// The bound.
        max_bytes: u64,
    },
    /// A line is longer than is taken.
    #[error("{side}のデータ {row} 行目: 一行が {max_bytes} バイトを超えています")]
    RowTooLong {
        /// Which file.
        side: Side,
        /// Row below the header, from 1, blank lines not counted.
        row: u64,
        /// The bound.
        max_bytes: usize,
    },
    /// A row cannot be read.
    #[error("{side}のデータ {row} 行目: {field}")]
    Row {
        /// Which file.
        side: Side,
        /// Row below the header, from 1, blank lines not counted.
        row: u64,
        /// What of it.
        field: Field,
    },
    /// The file is not what it was when it was read the first time.
    #[error("{0}が読んでいる間に変わりました")]
    Changed(Side),
    /// More different texts in keys than can be told apart.
    #[error("端末番号や取引番号の種類が多すぎます")]
    TooManyTexts,
    /// The classes do not add up to the files: a fault of this program, never of the files.
    #[error(transparent)]
    NotConserved(#[from] crate::outcome::NotConserved),
}
