//! The two amounts of an exception: what we have and what the other side has (columns 当方 and 先方 of a 不一致一覧).
//!
//! Invariants: where both are known, theirs less ours is the exception's amount; a side that has not spoken, or of which no one figure
//! can be named, is none and never 0. What has two amounts of its own says ours in its draft; here is what the class alone says.

use domain::money::Yen;

use crate::{
    class::{ExceptionClass, Verdict},
    ledger::Draft,
};

/// Ours and theirs.
pub(crate) type Sides = (Option<Yen>, Option<Yen>);

/// Ours and theirs of a draft that ends with this verdict.
pub(crate) fn sides(draft: &Draft, verdict: Verdict) -> Sides {
    use ExceptionClass as Class;
    let minus = Yen::ZERO.saturating_sub(draft.amount);
    if let Some(ours) = draft.ours {
        return (Some(ours), Some(ours.saturating_add(draft.amount)));
    }
    match draft.class {
        Class::JOnly | Class::FailedOnly => (Some(minus), Some(Yen::ZERO)),
        Class::PayoutNoDeposit if verdict == Verdict::Pending => (Some(minus), None),
        Class::PayoutNoDeposit => (Some(minus), Some(Yen::ZERO)),
        // Of a double charge the second one: nothing of ours stands behind it.
        Class::AOnly
        | Class::SheetUnknown
        | Class::DuplicateCharge
        | Class::Chargeback
        | Class::Adjustment
        | Class::DepositNoPayout => (Some(Yen::ZERO), Some(draft.amount)),
        // Ours alone, and no difference yet (or no yen at all, where a file of ours is asked for).
        Class::MissingFile
        | Class::CutoffShift
        | Class::UnknownPending
        | Class::UnclosedTerminal
        | Class::NoContract => match (draft.amount, draft.gross) {
            (Yen::ZERO, Yen::ZERO) => (None, None),
            (Yen::ZERO, gross) => (Some(gross), None),
            _ => (Some(minus), None),
        },
        Class::UnclassifiedRow => (None, Some(draft.gross)),
        _ => (None, None),
    }
}
