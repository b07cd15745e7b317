//! Composite keys: what of a sale and of a row must be equal, and within what time (stage 2, and the time window of stage 3 for
//! results that nobody could tell).
//!
//! Invariant: a key is formed only when every part of it is there on that side; an empty part never equals an empty part.

use domain::{
    money::Yen,
    time::{CivilDate, Timestamp},
};

use crate::{
    contract::KeyRule,
    facts::{Row, RowClass, Sale, SaleKind, SaleState},
};

/// Seconds by which the record of a refund or void and the acquirer's booking of it may lie apart (14 days).
pub(crate) const GIVES_BACK_WINDOW_SECONDS: u32 = 14 * 86_400;

/// What one side of the money is: a sale's charge, the reversal of a void, or a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    Charge,
    Reversal,
    Refund,
}

/// One thing of ours that a row may stand for. A voided sale is two: its charge and its reversal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Item<'f> {
    /// Place of the sale in the world.
    pub index: usize,
    pub sale: &'f Sale,
    pub contract: usize,
    pub role: Role,
    pub amount: Yen,
    pub at: Timestamp,
    pub date: CivilDate,
}

impl<'f> Item<'f> {
    /// The items of a sale.
    pub fn of(index: usize, sale: &'f Sale, contract: usize) -> Vec<Self> {
        let role = match sale.kind {
            SaleKind::Sale => Role::Charge,
            SaleKind::Refund => Role::Refund,
        };
        let amount = sale.amount;
        let first = Self { index, sale, contract, role, amount, at: sale.at, date: sale.payment_date };
        if sale.state != SaleState::Voided || role == Role::Refund {
            return vec![first];
        }
        let at = sale.voided_at.unwrap_or(sale.at);
        let date = sale.voided_at.map_or(sale.payment_date, Timestamp::date);
        let amount = Yen::new(amount.get().saturating_neg());
        vec![first, Self { role: Role::Reversal, at, date, amount, ..first }]
    }

    /// Whether a row of this class can stand for it.
    pub fn takes(&self, class: &RowClass) -> bool {
        match self.role {
            Role::Charge => *class == RowClass::Sale,
            Role::Reversal | Role::Refund => *class == RowClass::Refund,
        }
    }

    /// 伝票番号: a reversal's own where it has one, the sale's otherwise.
    pub fn slip(&self) -> Option<&'f str> {
        let own = self.sale.void_slip_number.as_deref().filter(|_| self.role == Role::Reversal);
        own.or(self.sale.slip_number.as_deref())
    }

    /// 端末番号 or PosID: whichever the sale has.
    pub fn terminal(&self) -> Option<&'f str> {
        self.sale.sheet_number.as_deref().or(self.sale.terminal_id.as_deref())
    }
}

/// A way of joining in one pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// The acquirer's own transaction id.
    TransactionId,
    /// Our reference, echoed.
    Reference,
    /// A composite key. `with_amount` false looks for amounts that differ; `shift_days` looks on the
    /// neighbouring date, from within the band before or after midnight to within the band on its other side.
    Key { key: KeyRule, with_amount: bool, shift_days: i8, band_minutes: u16 },
    /// The same terminal and amount within the window, where nothing that both sides have contradicts.
    UnknownWindow { window_seconds: u32 },
    /// The only row of its amount and terminal within the window, and the only sale of that row (stage 3).
    Window { window_seconds: u32, digits_differ: bool },
    /// One of a set of the same kind on both sides (stage 4).
    Alike { set: usize },
}

/// Version of the rules as this module and [`crate::window`], [`crate::alike`] and [`crate::sums`] have them; part of every link's proof.
pub(crate) const RULES_VERSION: u16 = 1;

/// What must be equal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key<'f> {
    parts: [&'f str; 2],
    date: Option<CivilDate>,
    amount: Option<Yen>,
}

impl Rule {
    /// The name in a link's evidence.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TransactionId => "acquirer transaction id",
            Self::Reference => "our reference",
            Self::Key { key: KeyRule::TerminalSlipDateAmount, .. } => "terminal, slip, date, amount",
            Self::Key { key: KeyRule::ApprovalAmountDate, .. } => "approval code, date, amount",
            Self::Key { key: KeyRule::SheetDigitsAmount { .. }, .. } => "sheet, payer digits, amount, time",
            Self::UnknownWindow { .. } => "terminal, amount, time of an unknown result",
            Self::Window { digits_differ: false, .. } => "sole candidate by brand, terminal, amount, time",
            Self::Window { .. } => "sole candidate by brand, terminal, amount, time; the digits differ",
            Self::Alike { .. } => "as many alike on both sides",
        }
    }

    /// Milliseconds within which both sides must lie, where time decides. What gives money back may be recorded days apart: the
    /// decision (戻出) is one thing, the acquirer's booking another.
    pub fn window_ms(self, role: Role) -> Option<i64> {
        let seconds = match (self, role) {
            (Self::Key { key: KeyRule::SheetDigitsAmount { window_seconds }, .. }, Role::Charge)
            | (Self::Window { window_seconds, .. }, Role::Charge)
            | (Self::UnknownWindow { window_seconds }, _) => window_seconds,
            (Self::Key { key: KeyRule::SheetDigitsAmount { window_seconds }, .. }, _)
            | (Self::Window { window_seconds, .. }, _) => window_seconds.max(GIVES_BACK_WINDOW_SECONDS),
            _ => return None,
        };
        Some(i64::from(seconds) * 1_000)
    }

    /// Milliseconds by which two things of equal key may lie apart at all.
    pub fn apart_ms(self, role: Role) -> Option<i64> {
        match self {
            Self::Key { shift_days, band_minutes, .. } if shift_days != 0 => {
                Some(i64::from(band_minutes) * 2 * 60_000)
            }
            _ => self.window_ms(role),
        }
    }

    /// The key of one of ours.
    pub fn of_item<'f>(self, item: &Item<'f>) -> Option<Key<'f>> {
        let sale = item.sale;
        match self {
            Self::TransactionId => one(sale.acquirer_transaction_id.as_deref()?),
            Self::Reference => one(sale.reference.as_deref()?),
            Self::Key { key, with_amount, shift_days, .. } => {
                let amount = with_amount.then_some(item.amount);
                let date = Some(item.date.plus_days(i32::from(shift_days)));
                match key {
                    KeyRule::TerminalSlipDateAmount => {
                        Some(Key { parts: [item.terminal()?, item.slip()?], date, amount })
                    }
                    KeyRule::ApprovalAmountDate => {
                        Some(Key { parts: [sale.approval_code.as_deref()?, ""], date, amount })
                    }
                    KeyRule::SheetDigitsAmount { .. } => Some(Key {
                        parts: [item.terminal()?, sale.payer_digits.as_deref()?],
                        date: None,
                        amount,
                    }),
                }
            }
            Self::UnknownWindow { .. }
                if matches!(sale.state, SaleState::Unknown | SaleState::NotCharged) =>
            {
                Some(Key { parts: [item.terminal()?, ""], date: None, amount: Some(item.amount) })
            }
            Self::UnknownWindow { .. } | Self::Window { .. } | Self::Alike { .. } => None,
        }
    }

    /// The key of a row.
    pub fn of_row(self, row: &Row) -> Option<Key<'_>> {
        match self {
            Self::TransactionId => one(row.acquirer_transaction_id.as_deref()?),
            Self::Reference => one(row.reference.as_deref()?),
            Self::Key { key, with_amount, .. } => {
                let amount = with_amount.then_some(row.amount);
                let date = Some(row.at.date());
                match key {
                    KeyRule::TerminalSlipDateAmount => Some(Key {
                        parts: [row.terminal_id.as_deref()?, row.slip_number.as_deref()?],
                        date,
                        amount,
                    }),
                    KeyRule::ApprovalAmountDate => {
                        Some(Key { parts: [row.approval_code.as_deref()?, ""], date, amount })
                    }
                    KeyRule::SheetDigitsAmount { .. } => Some(Key {
                        parts: [row.terminal_id.as_deref()?, row.payer_digits.as_deref()?],
                        date: None,
                        amount,
                    }),
                }
            }
            Self::UnknownWindow { .. } => {
                Some(Key { parts: [row.terminal_id.as_deref()?, ""], date: None, amount: Some(row.amount) })
            }
            Self::Window { .. } | Self::Alike { .. } => None,
        }
    }

    /// Whether the two, whose keys are equal, may be one.
    pub fn joins(self, item: &Item<'_>, row: &Row) -> bool {
        let near = self.apart_ms(item.role).is_none_or(|window| item.at.ms_since(row.at).abs() <= window);
        match self {
            Self::Key { with_amount: false, .. } | Self::UnknownWindow { .. } => {
                near && !contradicts(item.sale, row)
            }
            _ => near,
        }
    }
}

/// A key of one part.
const fn one(part: &str) -> Option<Key<'_>> {
    Some(Key { parts: [part, ""], date: None, amount: None })
}

/// Whether something that both sides have differs.
fn contradicts(sale: &Sale, row: &Row) -> bool {
    let differs = |a: &Option<String>, b: &Option<String>| matches!((a, b), (Some(a), Some(b)) if a != b);
    differs(&sale.slip_number, &row.slip_number)
        || differs(&sale.approval_code, &row.approval_code)
        || differs(&sale.payer_digits, &row.payer_digits)
        || differs(&sale.acquirer_transaction_id, &row.acquirer_transaction_id)
        || matches!((&sale.brand, &row.brand), (Some(a), Some(b)) if a != b)
}
