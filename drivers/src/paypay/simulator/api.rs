//! The operator's calls: what is asked, by which words it is refused, what it answers.
//!
//! Invariants: fields are checked as the guide lists them (`protocols.md` 2.2); the book alone decides about money.

use std::time::Duration;

use domain::{money::Yen, time::Timestamp};
use serde_json::{Value, json};

use super::{
    Shared,
    book::{Charge, ChargeState, Refund, Refused},
};

/// Longest id of the merchant, in characters.
const ID_LENGTH_MAX_CHARS: usize = 64;
/// Largest amount, in yen: eleven digits.
const AMOUNT_MAX_YEN: i64 = 99_999_999_999;
/// Longest description or name, in characters.
const TEXT_LENGTH_MAX_CHARS: usize = 255;

/// What is asked, by method and path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    Create,
    Details(String),
    Delete(String),
    Cancel(String),
    Refund,
    RefundDetails(String),
    Nothing,
}

impl Asked {
    pub fn read(method: &str, path: &str) -> Self {
        let rest = |prefix: &str| path.strip_prefix(prefix).filter(|id| !id.is_empty() && !id.contains('/'));
        match method {
            "POST" if path == "/v2/codes" => Self::Create,
            "POST" if path == "/v2/refunds" => Self::Refund,
            "GET" => match (rest("/v2/codes/payments/"), rest("/v2/refunds/")) {
                (Some(id), _) => Self::Details(id.to_owned()),
                (_, Some(id)) => Self::RefundDetails(id.to_owned()),
                _ => Self::Nothing,
            },
            "DELETE" => match (rest("/v2/codes/"), rest("/v2/payments/")) {
                (Some(id), _) => Self::Delete(id.to_owned()),
                (_, Some(id)) => Self::Cancel(id.to_owned()),
                _ => Self::Nothing,
            },
            _ => Self::Nothing,
        }
    }

    /// The word of the scripts and of the counters.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Details(_) => "details",
            Self::Delete(_) => "delete",
            Self::Cancel(_) => "cancel",
            Self::Refund => "refund",
            Self::RefundDetails(_) => "refund-details",
            Self::Nothing => "nothing",
        }
    }
}

/// An answer before it is put on the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub status: u16,
    pub code: String,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn error(status: u16, code: &str) -> Self {
        Self::with(status, code, &Value::Null)
    }

    fn with(status: u16, code: &str, data: &Value) -> Self {
        let info = json!({ "code": code, "message": "from the simulator", "codeId": "00000000" });
        let body = json!({ "resultInfo": info, "data": data });
        Self { status, code: code.to_owned(), body: body.to_string().into_bytes() }
    }
}

impl Shared {
    /// Does what is asked, by the book.
    pub(super) fn carry_out(&self, asked: &Asked, query: &str, body: &[u8]) -> Reply {
        let now = self.now();
        let done = match asked {
            Asked::Create => self.create(body, now),
            Asked::Details(id) => self.details(id, now),
            Asked::Delete(code_id) => {
                let mut inner = self.lock();
                inner.book.ages(now);
                inner.book.delete(code_id).map(|()| Reply::error(200, "SUCCESS"))
            }
            Asked::Cancel(id) => {
                let pace = self.options.cancel_pace;
                let mut inner = self.lock();
                inner.book.ages(now);
                inner.book.cancel(id, now, pace).map(|()| Reply::error(202, "REQUEST_ACCEPTED"))
            }
            Asked::Refund => self.refund(body, now),
            Asked::RefundDetails(id) => {
                let payment_id = query.strip_prefix("paymentId=").unwrap_or_default();
                let inner = self.lock();
                let found = inner.book.find_refund(id, payment_id);
                found
                    .map(|refund| Reply::with(200, "SUCCESS", &refund_data(refund, "REFUNDED")))
                    .ok_or((404, "NO_SUCH_REFUND_ORDER"))
            }
            Asked::Nothing => Err((404, "OPA_CLIENT_NOT_FOUND")),
        };
        done.unwrap_or_else(|(status, code)| Reply::error(status, code))
    }

    fn create(&self, body: &[u8], now: Timestamp) -> Result<Reply, Refused> {
        let body = object(body)?;
        let id = merchant_id(&body, "merchantPaymentId")?;
        let amount = amount(&body)?;
        let fits = |name: &str| match body.get(name) {
            None => true,
            Some(text) => text.as_str().is_some_and(|text| text.chars().count() <= TEXT_LENGTH_MAX_CHARS),
        };
        let texts_fit = ["orderDescription", "storeId", "terminalId"].iter().all(|name| fits(name));
        let sale = body.get("codeType").and_then(Value::as_str) == Some("ORDER_QR");
        if !texts_fit || !sale || body.get("requestedAt").and_then(Value::as_i64).is_none() {
            return Err((400, "INVALID_REQUEST_PARAMS"));
        }
        let life = i64::try_from(self.options.code_life.as_millis()).unwrap_or(i64::MAX);
        let charge = self.lock().book.create(id, amount, now.plus_ms(life))?;
        let url = format!("{}/app/{}", self.base_url, charge.code_id);
        let data = json!({
            "codeId": charge.code_id,
            "url": url,
            "deeplink": url,
            "expiryDate": charge.expires_at.as_seconds(),
            "merchantPaymentId": charge.merchant_payment_id,
            "amount": money(charge.amount),
            "codeType": "ORDER_QR",
            "requestedAt": now.as_seconds(),
            "isAuthorization": false,
        });
        Ok(Reply::with(201, "SUCCESS", &data))
    }

    fn details(&self, id: &str, now: Timestamp) -> Result<Reply, Refused> {
        let mut inner = self.lock();
        inner.book.ages(now);
        let charge = inner.book.find(id).ok_or((400, "DYNAMIC_QR_PAYMENT_NOT_FOUND"))?;
        let unpaid = matches!(charge.state, ChargeState::Created | ChargeState::Expired);
        if unpaid && charge.says.is_none() && (self.options.unpaid_is_not_found || charge.code_deleted) {
            return Err((400, "DYNAMIC_QR_PAYMENT_NOT_FOUND"));
        }
        Ok(Reply::with(200, "SUCCESS", &payment_data(charge)))
    }

    fn refund(&self, body: &[u8], now: Timestamp) -> Result<Reply, Refused> {
        let body = object(body)?;
        let id = merchant_id(&body, "merchantRefundId")?;
        let amount = amount(&body)?;
        let payment_id =
            body.get("paymentId").and_then(Value::as_str).ok_or((400, "MISSING_REQUEST_PARAMS"))?;
        let mut inner = self.lock();
        inner.book.ages(now);
        let refund = inner.book.refund(id, payment_id, amount, now)?;
        // The operator says CREATED first, as a rule.
        Ok(Reply::with(201, "SUCCESS", &refund_data(&refund, "CREATED")))
    }

    /// A citizen scans a code and pays.
    pub(super) fn pay_code(&self, code_id: &str) -> bool {
        let now = self.now();
        let pace: Duration = self.options.cancel_pace;
        self.lock().book.pay(code_id, now, pace)
    }
}

fn object(body: &[u8]) -> Result<serde_json::Map<String, Value>, Refused> {
    serde_json::from_slice(body).map_err(|_| (400, "INVALID_REQUEST_PARAMS"))
}

fn merchant_id<'a>(body: &'a serde_json::Map<String, Value>, name: &str) -> Result<&'a str, Refused> {
    let id = body.get(name).and_then(Value::as_str).ok_or((400, "MISSING_REQUEST_PARAMS"))?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let fits = !id.is_empty() && id.len() <= ID_LENGTH_MAX_CHARS && id.bytes().all(allowed);
    if fits { Ok(id) } else { Err((400, "INVALID_REQUEST_PARAMS")) }
}

fn amount(body: &serde_json::Map<String, Value>) -> Result<Yen, Refused> {
    let amount = body.get("amount").ok_or((400, "MISSING_REQUEST_PARAMS"))?;
    let yen = amount.get("amount").and_then(Value::as_i64).filter(|yen| (1..=AMOUNT_MAX_YEN).contains(yen));
    let in_yen = amount.get("currency").and_then(Value::as_str) == Some("JPY");
    yen.filter(|_| in_yen).map(Yen::new).ok_or((400, "INVALID_REQUEST_PARAMS"))
}

fn money(amount: Yen) -> Value {
    json!({ "amount": amount.get(), "currency": "JPY" })
}

fn payment_data(charge: &Charge) -> Value {
    let paid = charge.paid_at.is_some();
    json!({
        "paymentId": paid.then_some(&charge.payment_id),
        "status": charge.says.as_deref().unwrap_or(charge.state.word()),
        "acceptedAt": charge.paid_at.map(Timestamp::as_seconds),
        "merchantPaymentId": charge.merchant_payment_id,
        "amount": money(if paid { charge.settled } else { charge.amount }),
    })
}

fn refund_data(refund: &Refund, status: &str) -> Value {
    json!({
        "status": status,
        "acceptedAt": refund.at.as_seconds(),
        "merchantRefundId": refund.merchant_refund_id,
        "paymentId": refund.payment_id,
        "amount": money(refund.amount),
    })
}
