//! What is sent and what comes back, by type.
//!
//! Invariants: an answer is read whole or not at all; words that no list names are kept as they came, if they are words; nothing of a
//! body but such words reaches a log. Not here: what an answer proves ([`super::result_code`]).

use domain::{id::AttemptId, money::Yen, time::Timestamp};
use serde::{Deserialize, Serialize};

use super::config::PayPayConfig;
use crate::codes::PaymentCode;

/// Longest answer that is read, in bytes.
pub(super) const ANSWER_LENGTH_MAX_BYTES: usize = 65_536;
/// Longest word of a code or a state, in characters.
const WORD_LENGTH_MAX_CHARS: usize = 64;
/// The only currency.
const CURRENCY: &str = "JPY";
/// What stands for a word that is none.
pub(super) const UNREADABLE: &str = "UNREADABLE";

/// An amount with its currency.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Money {
    amount: i64,
    currency: String,
}

impl Money {
    fn of(yen: Yen) -> Self {
        Self { amount: yen.get(), currency: CURRENCY.to_owned() }
    }

    fn yen(&self) -> Option<Yen> {
        (self.currency == CURRENCY).then(|| Yen::new(self.amount))
    }
}

/// POST `/v2/codes`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CreateCode<'a> {
    merchant_payment_id: String,
    amount: Money,
    code_type: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    order_description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    store_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    terminal_id: Option<&'a str>,
    requested_at: i64,
    is_authorization: bool,
}

/// The body that asks for a code.
pub(super) fn create_code(
    config: &PayPayConfig,
    attempt: AttemptId,
    amount: Yen,
    at: Timestamp,
) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&CreateCode {
        merchant_payment_id: attempt.to_string(),
        amount: Money::of(amount),
        code_type: "ORDER_QR",
        order_description: &config.order_description,
        store_id: config.store_id.as_deref(),
        terminal_id: config.terminal_id.as_deref(),
        requested_at: at.as_seconds(),
        is_authorization: false,
    })
}

/// POST `/v2/refunds`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Refund<'a> {
    merchant_refund_id: String,
    payment_id: &'a str,
    amount: Money,
    requested_at: i64,
    reason: &'static str,
}

/// The body that asks for a refund.
pub(super) fn refund(
    attempt: AttemptId,
    payment_id: &str,
    amount: Yen,
    at: Timestamp,
) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&Refund {
        merchant_refund_id: attempt.to_string(),
        payment_id,
        amount: Money::of(amount),
        requested_at: at.as_seconds(),
        reason: "取消",
    })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResultInfo {
    code: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    result_info: ResultInfo,
    #[serde(default)]
    data: serde_json::Value,
}

/// An answer that was read.
#[derive(Debug)]
pub(super) struct Reply {
    /// `resultInfo.code`, or [`UNREADABLE`].
    pub code: String,
    data: serde_json::Value,
}

impl Reply {
    /// Reads a body; what is no envelope has the code [`UNREADABLE`].
    pub fn read(body: &[u8]) -> Self {
        match serde_json::from_slice::<Envelope>(body) {
            Ok(Envelope { result_info, data }) => Self { code: word(result_info.code), data },
            Err(_) => Self { code: UNREADABLE.to_owned(), data: serde_json::Value::Null },
        }
    }

    /// The code that was made.
    pub fn code(&self) -> Option<CodeMade> {
        let data = CodeData::deserialize(&self.data).ok()?;
        let id_fits = !data.code_id.is_empty()
            && data.code_id.len() <= WORD_LENGTH_MAX_CHARS
            && data.code_id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        let payload = PaymentCode::new(data.url).ok()?;
        id_fits.then_some(CodeMade {
            code_id: CodeId(data.code_id),
            payload,
            expires_at: data.expiry_date.map(from_seconds),
        })
    }

    /// What became of the order with this id; `None` when the answer is about another, or says too little.
    pub fn payment(&self, attempt: AttemptId) -> Option<Payment> {
        let data = PaymentData::deserialize(&self.data).ok()?;
        if data.merchant_payment_id.is_some_and(|id| id != attempt.to_string()) {
            return None;
        }
        Some(Payment {
            state: PaymentState::from_word(&data.status),
            word: word(data.status),
            amount: data.amount.as_ref().and_then(Money::yen),
            payment_id: data.payment_id.filter(|id| is_number(id)),
            accepted_at: data.accepted_at.map(from_seconds),
        })
    }

    /// What became of the refund with this id.
    pub fn refund(&self, attempt: AttemptId) -> Option<RefundSeen> {
        let data = RefundData::deserialize(&self.data).ok()?;
        if data.merchant_refund_id.is_some_and(|id| id != attempt.to_string()) {
            return None;
        }
        // "CREATED" and "REFUNDED" are both a success, and "REFUND_FAILED" is tried again by the operator until it succeeds (help page
        // 4414054913423 for developers).
        let taken = matches!(data.status.as_str(), "CREATED" | "REFUNDED" | "REFUND_FAILED");
        Some(RefundSeen {
            taken,
            word: word(data.status),
            amount: data.amount.as_ref().and_then(Money::yen),
            payment_id: data.payment_id.filter(|id| is_number(id)),
            accepted_at: data.accepted_at.map(from_seconds),
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CodeData {
    code_id: String,
    url: String,
    expiry_date: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PaymentData {
    status: String,
    payment_id: Option<String>,
    merchant_payment_id: Option<String>,
    accepted_at: Option<i64>,
    amount: Option<Money>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RefundData {
    status: String,
    payment_id: Option<String>,
    merchant_refund_id: Option<String>,
    accepted_at: Option<i64>,
    amount: Option<Money>,
}

/// The operator's name of a code: it deletes it, so it is printed nowhere.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct CodeId(String);

impl CodeId {
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for CodeId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CodeId(..)")
    }
}

/// A code that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CodeMade {
    pub code_id: CodeId,
    pub payload: PaymentCode,
    pub expires_at: Option<Timestamp>,
}

/// What the operator says of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Payment {
    pub state: PaymentState,
    /// The state as it was written.
    pub word: String,
    pub amount: Option<Yen>,
    /// 決済番号 of the operator.
    pub payment_id: Option<String>,
    pub accepted_at: Option<Timestamp>,
}

/// States of an order (`protocols.md` 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PaymentState {
    /// The code is there, nobody has paid.
    Created,
    /// The money is held; for a sale at once, a state on the way.
    Authorized,
    /// Paid.
    Completed,
    /// Paid and given back.
    Refunded,
    /// Not paid, or taken back by a cancel.
    Failed,
    /// Revoked.
    Canceled,
    /// Too late.
    Expired,
    /// A word that no list names.
    Unlisted,
}

impl PaymentState {
    fn from_word(word: &str) -> Self {
        match word {
            "CREATED" => Self::Created,
            "AUTHORIZED" | "REAUTHORIZING" => Self::Authorized,
            "COMPLETED" => Self::Completed,
            "REFUNDED" => Self::Refunded,
            "FAILED" => Self::Failed,
            "CANCELED" => Self::Canceled,
            "EXPIRED" => Self::Expired,
            _ => Self::Unlisted,
        }
    }
}

/// What the operator says of a refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RefundSeen {
    /// Whether the operator has taken it: the money goes back now or soon.
    pub taken: bool,
    /// The state as it was written.
    pub word: String,
    pub amount: Option<Yen>,
    pub payment_id: Option<String>,
    pub accepted_at: Option<Timestamp>,
}

/// A word that may be journalled and logged.
fn word(text: String) -> String {
    let fits = !text.is_empty()
        && text.len() <= WORD_LENGTH_MAX_CHARS
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    if fits { text } else { UNREADABLE.to_owned() }
}

/// 決済番号: digits, perhaps with hyphens.
fn is_number(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= WORD_LENGTH_MAX_CHARS
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

const fn from_seconds(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds.saturating_mul(1_000_000))
}
