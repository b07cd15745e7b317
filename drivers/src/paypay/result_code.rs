//! What an answer proves, by the lists of the operator (`protocols.md` 2.2; the tables of its published clients).
//!
//! Invariants: an answer counts with its HTTP status and its word together; a pair that no list names proves nothing; a failure on the
//! operator's side (500) proves nothing either, whatever its word.

use domain::payment::{Decline, NotStartedWhy, Outcome};

/// What was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    /// POST `/v2/codes`
    Create,
    /// GET `/v2/codes/payments/{merchantPaymentId}`
    Details,
    /// DELETE `/v2/codes/{codeId}`
    Delete,
    /// DELETE `/v2/payments/{merchantPaymentId}`
    Cancel,
    /// POST `/v2/refunds`
    Refund,
    /// GET `/v2/refunds/{merchantRefundId}`
    RefundDetails,
}

impl Call {
    /// The word in logs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Details => "details",
            Self::Delete => "delete",
            Self::Cancel => "cancel",
            Self::Refund => "refund",
            Self::RefundDetails => "refund details",
        }
    }
}

/// What an answer proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Done, or taken for doing.
    Good,
    /// A listed refusal before anything was done.
    Refused,
    /// The same, because the request was not signed to the operator's liking: the key, or the clock.
    NotAuthorised,
    /// Nothing was done; the same request may be made again later.
    Later,
    /// A listed refusal of what was asked about, in words for the clerk.
    Declined(&'static str),
    /// There is no such order, code or refund.
    NotThere,
    /// The code that is to be deleted was paid.
    AlreadyPaid,
    /// Listed, and proves nothing: ask what became of it.
    Ask,
    /// No list names it.
    Unlisted,
}

/// What holds for each call.
const COMMON: &[(u16, &str, Meaning)] = &[
    (400, "INVALID_REQUEST_PARAMS", Meaning::Refused),
    (400, "MISSING_REQUEST_PARAMS", Meaning::Refused),
    (401, "UNAUTHORIZED", Meaning::NotAuthorised),
    (401, "OP_OUT_OF_SCOPE", Meaning::Refused),
    (404, "OPA_CLIENT_NOT_FOUND", Meaning::Refused),
    (429, "RATE_LIMIT", Meaning::Later),
    (500, "SERVICE_ERROR", Meaning::Ask),
    (500, "INTERNAL_SERVER_ERROR", Meaning::Ask),
    (503, "MAINTENANCE_MODE", Meaning::Later),
];

const TOO_OFTEN: &str = "返金の回数の上限に達しているため、PayPayでは返金できません。";
const NOT_REFUNDABLE: &str = "この支払いは、PayPayでは返金できません（返金済みか、返金できない状態です）。";

/// What holds for one call. Statuses of words that the lists give without one are those of their kind (400).
const OWN: &[(Call, u16, &str, Meaning)] = &[
    (Call::Create, 200, "SUCCESS", Meaning::Good),
    (Call::Create, 201, "SUCCESS", Meaning::Good),
    (Call::Create, 400, "DUPLICATE_DYNAMIC_QR_REQUEST", Meaning::Ask),
    (Call::Create, 400, "DYNAMIC_QR_BAD_REQUEST", Meaning::Refused),
    (Call::Create, 400, "UNACCEPTABLE_OP", Meaning::Refused),
    (Call::Details, 200, "SUCCESS", Meaning::Good),
    (Call::Details, 400, "DYNAMIC_QR_PAYMENT_NOT_FOUND", Meaning::NotThere),
    (Call::Details, 400, "DYNAMIC_QR_BAD_REQUEST", Meaning::Refused),
    (Call::Delete, 200, "SUCCESS", Meaning::Good),
    (Call::Delete, 400, "DYNAMIC_QR_ALREADY_PAID", Meaning::AlreadyPaid),
    (Call::Delete, 400, "DYNAMIC_QR_BAD_REQUEST", Meaning::Refused),
    (Call::Delete, 404, "DYNAMIC_QR_NOT_FOUND", Meaning::NotThere),
    (Call::Cancel, 200, "SUCCESS", Meaning::Good),
    (Call::Cancel, 202, "REQUEST_ACCEPTED", Meaning::Good),
    (Call::Cancel, 202, "SUCCESS", Meaning::Good),
    (Call::Cancel, 400, "ORDER_NOT_REVERSIBLE", Meaning::Refused),
    (Call::Cancel, 400, "ORDER_NO_LONGER_AVAILABLE", Meaning::Refused),
    (Call::Cancel, 400, "UNACCEPTABLE_OP", Meaning::Refused),
    (Call::Refund, 200, "SUCCESS", Meaning::Good),
    (Call::Refund, 201, "SUCCESS", Meaning::Good),
    (Call::Refund, 202, "REQUEST_ACCEPTED", Meaning::Ask),
    (Call::Refund, 400, "INVALID_PARAMS", Meaning::Declined(NOT_REFUNDABLE)),
    (Call::Refund, 400, "UNACCEPTABLE_OP", Meaning::Declined(NOT_REFUNDABLE)),
    (Call::Refund, 400, "ORDER_NOT_REVERSIBLE", Meaning::Declined(NOT_REFUNDABLE)),
    (Call::Refund, 400, "ORDER_NO_LONGER_AVAILABLE", Meaning::Declined(NOT_REFUNDABLE)),
    (
        Call::Refund,
        400,
        "CANCELED_USER",
        Meaning::Declined("支払った方がPayPayを退会しているため、返金できません。"),
    ),
    (Call::Refund, 404, "RESOURCE_NOT_FOUND", Meaning::Declined("PayPayにこの支払いの記録がありません。")),
    (Call::Refund, 400, "REFUND_LIMIT_EXCEEDED", Meaning::Declined(TOO_OFTEN)),
    (
        Call::Refund,
        400,
        "REFUND_WINDOW_EXCEED",
        Meaning::Declined("返金できる期間を過ぎています。PayPayでは返金できません。"),
    ),
    (Call::Refund, 400, "THROTTLED_MULTIPLE_REFUND_REJECTED", Meaning::Later),
    (Call::Refund, 429, "THROTTLED_MULTIPLE_REFUND_REJECTED", Meaning::Later),
    (Call::Refund, 500, "TRANSACTION_FAILED", Meaning::Ask),
    (Call::RefundDetails, 200, "SUCCESS", Meaning::Good),
    (Call::RefundDetails, 404, "NO_SUCH_REFUND_ORDER", Meaning::NotThere),
];

/// What an answer to a call proves.
pub(super) fn meaning(call: Call, status: u16, code: &str) -> Meaning {
    let own = OWN.iter().find(|row| row.0 == call && row.1 == status && row.2 == code).map(|row| row.3);
    own.or_else(|| COMMON.iter().find(|row| row.0 == status && row.1 == code).map(|row| row.2))
        .unwrap_or(Meaning::Unlisted)
}

/// The outcome of a request that was refused with a listed word; `None` where the word proves none.
pub(super) fn refusal(meaning: Meaning, code: &str) -> Option<Outcome> {
    let not_started = |why, detail: &str| {
        Some(Outcome::NotStarted { why, detail: format!("the operator answered {code}: {detail}") })
    };
    match meaning {
        Meaning::Refused => not_started(NotStartedWhy::RefusedByDevice, "refused before anything was done"),
        Meaning::NotAuthorised => not_started(
            NotStartedWhy::RefusedByDevice,
            "it does not know the key or its secret; this computer's clock agrees with the operator's",
        ),
        Meaning::Later => {
            not_started(NotStartedWhy::DeviceUnavailable, "nothing was done, try again in a minute")
        }
        Meaning::Declined(text) => {
            Some(Outcome::Declined(Decline { code: code.to_owned(), text: text.to_owned() }))
        }
        Meaning::Good | Meaning::NotThere | Meaning::AlreadyPaid | Meaning::Ask | Meaning::Unlisted => None,
    }
}
