//! What a terminal's last receipt proves about an attempt (`devices.md` E3, E4; DESIGN 3.3). Pure.
//!
//! Invariants: a greater trace proves nothing; what is in the journal already is never taken for the attempt in question; an amount
//! that differs, a result without identity, or text alone proves nothing; when in doubt the answer is `CannotTell`.

use domain::payment::{Approval, QueryAnswer};

use super::{
    config::CurrencyExponent,
    result_code::{Meaning, meaning},
    status::{AmountCheck, Status},
};
use crate::cat::{AttemptEvidence, CatKind};

/// What the terminal repeated when it was asked for its last receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LastReceipt {
    /// It has none.
    None,
    /// A payment or a void.
    Payment(Box<Status>),
    /// The receipt of an end of day.
    EndOfDay,
    /// Lines only.
    Text(Vec<String>),
}

/// Whether two results are the same payment: the tuple (TID, slip number, time, trace), where both sides say it. A trace of zeros
/// says nothing. Without a slip number or a time on both sides nothing is the same.
#[must_use]
pub fn same_result(one: &Approval, other: &Approval) -> bool {
    let agree = |a: &Option<String>, b: &Option<String>| match (a, b) {
        (Some(a), Some(b)) => Some(a == b),
        _ => None,
    };
    let trace = |approval: &Approval| {
        approval.trace_number.clone().filter(|trace| trace.bytes().any(|digit| digit != b'0'))
    };
    let slip = agree(&one.slip_number, &other.slip_number);
    let time = agree(&one.terminal_time, &other.terminal_time);
    let rest = [agree(&one.terminal_id, &other.terminal_id), agree(&trace(one), &trace(other))];
    (slip.is_some() || time.is_some()) && [slip, time].iter().chain(&rest).all(|part| *part != Some(false))
}

/// Whether a result can be told from others at all.
#[must_use]
pub const fn has_identity(approval: &Approval) -> bool {
    approval.slip_number.is_some() || approval.terminal_time.is_some()
}

/// What the last receipt proves about the attempt. `day_closed_here`: since the last payment this driver has closed the day itself.
#[must_use]
pub fn judge(
    evidence: &AttemptEvidence,
    last: &LastReceipt,
    exponent: CurrencyExponent,
    day_closed_here: bool,
) -> QueryAnswer {
    match last {
        LastReceipt::None if evidence.known.iter().all(|known| is_ours(evidence, known)) => {
            not_happened("the terminal has no receipt at all")
        }
        LastReceipt::None => {
            cannot_tell("the terminal has no receipt, though the journal knows of payments on it")
        }
        LastReceipt::EndOfDay if day_closed_here => not_happened(
            "the terminal's last receipt is the end of day that was made here before the attempt",
        ),
        LastReceipt::EndOfDay => cannot_tell("the terminal's last receipt is an end of day"),
        LastReceipt::Text(lines) => {
            cannot_tell(&format!("the terminal repeated text only: {}", lines.join(" / ")))
        }
        LastReceipt::Payment(status) => judge_payment(evidence, status, exponent),
    }
}

fn judge_payment(evidence: &AttemptEvidence, status: &Status, exponent: CurrencyExponent) -> QueryAnswer {
    let last = &status.approval;
    if !has_identity(last) {
        return cannot_tell("the terminal's last result has neither slip number nor time");
    }
    // Our own result may be among the known ones, since it was recorded when it was seen.
    if !is_ours(evidence, last) && evidence.known.iter().any(|known| same_result(known, last)) {
        return not_happened(&format!(
            "the terminal's last result, {}, is one the journal knows",
            name(last)
        ));
    }
    let code = status.code.map_or(Meaning::Unknown, meaning);
    let fits =
        status.check_amount(evidence.amount, exponent) == AmountCheck::Agrees && !status.foreign_currency;
    match (code, status.takes_back.as_deref(), evidence.kind) {
        (Meaning::Unknown | Meaning::NotStarted, ..) => {
            cannot_tell(&format!("the terminal's last result has code {}", status.code_text()))
        }
        (Meaning::Success, Some(original), CatKind::Sales | CatKind::Refund { .. })
            if takes_back_ours(evidence, original) =>
        {
            not_happened(&format!("the terminal took it back: {}", name(last)))
        }
        _ if !fits => cannot_tell(&format!("the terminal's last result, {}, has another amount", name(last))),
        (Meaning::Declined, ..) => {
            not_happened(&format!("the terminal's last try ended with {}", status.code_text()))
        }
        (Meaning::Success, Some(_), CatKind::Void { .. }) => {
            happened(last, "a void that the journal does not know")
        }
        (Meaning::Success, Some(_), CatKind::Sales | CatKind::Refund { .. }) => {
            cannot_tell(&format!("the terminal's last result, {}, is a void", name(last)))
        }
        (Meaning::Success, None, CatKind::Void { .. }) => {
            cannot_tell(&format!("the terminal's last result, {}, is a payment", name(last)))
        }
        // Its fields look like those of a payment: only the result that was seen itself tells one from the other.
        (Meaning::Success, None, CatKind::Refund { .. }) if !is_ours(evidence, last) => {
            let name = name(last);
            cannot_tell(&format!("the terminal's last result, {name}, may be a payment or the refund"))
        }
        (Meaning::Success, None, CatKind::Refund { .. }) => happened(last, "the refund that was seen"),
        (Meaning::Success, None, CatKind::Sales) => match &evidence.partial {
            Some(partial) if has_identity(partial) && !is_ours(evidence, last) => cannot_tell(&format!(
                "the terminal's last result, {}, is not the one that was seen",
                name(last)
            )),
            _ => happened(last, "a payment that the journal does not know"),
        },
    }
}

/// Whether a result is the one that was seen of this attempt before the doubt.
fn is_ours(evidence: &AttemptEvidence, result: &Approval) -> bool {
    evidence.partial.as_ref().is_some_and(|partial| same_result(partial, result))
}

fn takes_back_ours(evidence: &AttemptEvidence, original_trace: &str) -> bool {
    let seen = evidence.partial.as_ref().and_then(|partial| partial.trace_number.as_deref());
    seen.is_some_and(|seen| seen == original_trace && seen.bytes().any(|digit| digit != b'0'))
}

fn name(approval: &Approval) -> String {
    format!(
        "slip {} of {}",
        approval.slip_number.as_deref().unwrap_or("-"),
        approval.terminal_time.as_deref().unwrap_or("-")
    )
}

fn happened(approval: &Approval, what: &str) -> QueryAnswer {
    QueryAnswer::Happened {
        approval: approval.clone(),
        detail: format!("the terminal's last result, {}, is {what}", name(approval)),
    }
}

fn not_happened(detail: &str) -> QueryAnswer {
    QueryAnswer::DidNotHappen { detail: detail.to_owned() }
}

fn cannot_tell(detail: &str) -> QueryAnswer {
    QueryAnswer::CannotTell { detail: detail.to_owned() }
}
