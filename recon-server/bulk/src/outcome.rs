//! The result: every row of both files in exactly one class.

use std::{collections::BTreeMap, fmt};

use domain::{money::Yen, time::CivilDate};
use serde::Serialize;

use crate::refusal::Side;

/// What became of a row. The words of reconciliation.md 5.10 where it has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Class {
    /// Stage 1: one identifier on both sides, the amounts equal.
    MatchedById,
    /// Stage 2: one key of terminal, approval number, date and amount, unique on both sides.
    MatchedByKey,
    /// Stage 4: in a set whose members cannot be told apart; the money is proven, which is which is not.
    MatchedInSet,
    /// Stage 3: everything but the amount is equal, and each is the other's only candidate.
    AmountDiff,
    /// Stage 3: everything but the date is equal, a day apart, and each is the other's only candidate.
    DateDiff,
    /// A row more than sales with its key, where a sale with its key is matched.
    DuplicateCharge,
    /// A sale more than rows with its key, where a row with its key is matched.
    DuplicateSale,
    /// Several sales or rows of one key with different amounts.
    Ambiguous,
    /// A sale without a row.
    JOnly,
    /// A row without a sale.
    AOnly,
}

/// Classes, in the order of reports.
const CLASSES: [Class; 10] = [
    Class::MatchedById,
    Class::MatchedByKey,
    Class::MatchedInSet,
    Class::AmountDiff,
    Class::DateDiff,
    Class::DuplicateCharge,
    Class::DuplicateSale,
    Class::Ambiguous,
    Class::JOnly,
    Class::AOnly,
];

impl Class {
    /// Every class, in the order of reports.
    pub const ALL: &'static [Self] = &CLASSES;

    /// The stable word.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::MatchedById => "MATCHED_BY_ID",
            Self::MatchedByKey => "MATCHED_BY_KEY",
            Self::MatchedInSet => "MATCHED_IN_SET",
            Self::AmountDiff => "AMOUNT_DIFF",
            Self::DateDiff => "DATE_DIFF",
            Self::DuplicateCharge => "DUPLICATE_CHARGE",
            Self::DuplicateSale => "DUPLICATE_SALE",
            Self::Ambiguous => "AMBIGUOUS",
            Self::JOnly => "J_ONLY",
            Self::AOnly => "A_ONLY",
        }
    }

    /// The words on papers.
    #[must_use]
    pub const fn label_ja(self) -> &'static str {
        match self {
            Self::MatchedById => "一致(取引番号)",
            Self::MatchedByKey => "一致(端末・承認番号・日付・金額)",
            Self::MatchedInSet => "一致(同じ内容の組。個別の対応は決めない)",
            Self::AmountDiff => "金額相違",
            Self::DateDiff => "日付相違(一日違い)",
            Self::DuplicateCharge => "二重決済の疑い(明細が多い)",
            Self::DuplicateSale => "二重計上の疑い(売上が多い)",
            Self::Ambiguous => "個別特定不能",
            Self::JOnly => "会社明細になし",
            Self::AOnly => "当方に記録なし",
        }
    }

    /// Whether the money of its rows is proven.
    #[must_use]
    pub const fn is_matched(self) -> bool {
        matches!(self, Self::MatchedById | Self::MatchedByKey | Self::MatchedInSet)
    }

    pub(crate) fn place(self) -> usize {
        CLASSES.iter().position(|class| *class == self).unwrap_or_default()
    }
}

/// Rows and yen of both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Tally {
    /// Rows of the sales file.
    pub sales_rows: u64,
    /// Their yen.
    pub sales_yen: Yen,
    /// Rows of the statement file.
    pub statement_rows: u64,
    /// Their yen.
    pub statement_yen: Yen,
}

impl Tally {
    pub(crate) fn add(&mut self, side: Side, rows: u64, yen: i64) {
        // A file has at most 2^32 rows of 32-bit amounts (`record.rs`): the sums stay within 64 bits.
        let (to_rows, to_yen) = match side {
            Side::Sales => (&mut self.sales_rows, &mut self.sales_yen),
            Side::Statement => (&mut self.statement_rows, &mut self.statement_yen),
        };
        *to_rows += rows;
        *to_yen = to_yen.saturating_add(Yen::new(yen));
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.add(Side::Sales, other.sales_rows, other.sales_yen.get());
        self.add(Side::Statement, other.statement_rows, other.statement_yen.get());
    }
}

/// One line of the exception list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exception {
    /// What it is.
    pub class: Class,
    /// Row of the sales file below its header, from 1: the sale, or the sale whose row is repeated.
    pub sales_row: Option<u64>,
    /// Row of the statement file below its header, from 1: the row, or the row whose sale is repeated.
    pub statement_row: Option<u64>,
    /// 端末番号, with contract and brand where both files have them. Empty where an identifier joined.
    pub terminal: String,
    /// 承認番号
    pub approval: String,
    /// The identifier, where one joined.
    pub reference: String,
    /// 取扱日 of the sale, or of the row where there is no sale.
    pub date: Option<CivilDate>,
    /// Yen of the sale.
    pub sales_yen: Option<Yen>,
    /// Yen of the row.
    pub statement_yen: Option<Yen>,
}

/// Rows or yen were lost or made on the way. It is checked at the end of every run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("照合の検算が合いません(プログラムの誤り): 読んだもの {read:?} 分類の合計 {classed:?}")]
pub struct NotConserved {
    read: Tally,
    classed: Tally,
}

/// What two files say of each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Both files.
    pub total: Tally,
    /// Rows and yen of every class; classes without rows are there too.
    pub classes: BTreeMap<Class, Tally>,
    /// Everything that is not matched, by class, then by row.
    #[serde(skip)]
    pub exceptions: Vec<Exception>,
}

impl Outcome {
    /// Checks that nothing was lost.
    pub(crate) fn new(
        total: Tally,
        tallies: &[Tally; CLASSES.len()],
        exceptions: Vec<Exception>,
    ) -> Result<Self, NotConserved> {
        let mut classed = Tally::default();
        tallies.iter().for_each(|tally| classed.merge(tally));
        if classed != total {
            return Err(NotConserved { read: total, classed });
        }
        let classes = Class::ALL.iter().copied().zip(tallies.iter().copied()).collect();
        Ok(Self { total, classes, exceptions })
    }

    /// Rows and yen of a class.
    #[must_use]
    pub fn class(&self, class: Class) -> Tally {
        self.classes.get(&class).copied().unwrap_or_default()
    }

    /// Rows and yen whose money is proven.
    #[must_use]
    pub fn matched(&self) -> Tally {
        let mut matched = Tally::default();
        Class::ALL
            .iter()
            .filter(|class| class.is_matched())
            .for_each(|class| matched.merge(&self.class(*class)));
        matched
    }

    /// Whether nothing differs.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.exceptions.is_empty()
    }
}

/// The report that a person reads.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.agrees() { "一致" } else { "差異あり" };
        writeln!(f, "大量突合: {verdict}")?;
        let mut line = |label: &str, tally: &Tally| {
            writeln!(
                f,
                "  {label}: 売上 {} 件 {} 円、明細 {} 件 {} 円",
                Yen::new(i64::try_from(tally.sales_rows).unwrap_or(i64::MAX)),
                tally.sales_yen,
                Yen::new(i64::try_from(tally.statement_rows).unwrap_or(i64::MAX)),
                tally.statement_yen
            )
        };
        line("全部", &self.total)?;
        for (class, tally) in self.classes.iter().filter(|(_, tally)| **tally != Tally::default()) {
            line(class.label_ja(), tally)?;
        }
        write!(f, "  分類の合計は、件数も金額も二つのファイルと一致しています。")
    }
}
