//! A counter's agent presents a one-time code and is granted the next incarnation with its key.
//!
//! Invariants: a code works once and is stored as a digest only; the key is said once, over this answer, and stored nowhere; too many
//! wrong codes from one address are not even looked at.

use axum::{Json, body::Body, extract::State};
use domain::time::Timestamp;
use journal::{
    chain::JournalId,
    wire::{EnrolReply, EnrolRequest, ProblemCode},
};
use store::{
    StoreError,
    counters::{Enrolment, Grant, SecretDigest},
    users::AuditEntry,
};

use super::{
    ApiProblem,
    body::{ENROLMENT_BODY_MAX_BYTES, read_bounded},
};
use crate::{
    app::AppState,
    auth::{Allowance, Peer},
    keys::{key_id, secret_hash},
    random::{self, Random, RandomError},
};

/// Characters of a code without hyphens: 58 bits, almost five a character.
pub const CODE_CHARS: usize = 12;
/// What codes are made of: no 0/O, 1/I/L, U; safe to read out over a telephone.
const CODE_ALPHABET: &[u8; 30] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Wrong codes from one address in a window before further ones are not looked at.
const WRONG_CODES: Allowance = Allowance { failures_max: 10, window_ms: 15 * 60_000 };
/// The name under which wrong codes are counted; no user id can be it.
const WRONG_CODES_NAME: &str = "(enrolment)";

/// A new code, `XXXX-XXXX-XXXX`.
///
/// # Errors
/// When there are no random bytes.
pub fn new_code(random: &dyn Random) -> Result<String, RandomError> {
    let drawn: [u8; CODE_CHARS] = random::bytes(random)?;
    let mut code = String::with_capacity(CODE_CHARS + 2);
    for (at, byte) in drawn.into_iter().enumerate() {
        if at > 0 && at.is_multiple_of(4) {
            code.push('-');
        }
        // 256 is no multiple of 30: some characters come 9 times in 256 instead of 8, which costs less than a tenth of a bit.
        let character = CODE_ALPHABET.get(usize::from(byte) % CODE_ALPHABET.len()).copied();
        code.push(char::from(character.unwrap_or(b'2')));
    }
    Ok(code)
}

/// The digest of a code as a person typed it: case, hyphens and spaces do not matter.
#[must_use]
pub fn code_hash(code: &str) -> SecretDigest {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    secret_hash(&plain.to_ascii_uppercase())
}

/// `POST /api/v1/enrolments`
pub async fn post(
    State(state): State<AppState>,
    Peer(from): Peer,
    body: Body,
) -> Result<Json<EnrolReply>, ApiProblem> {
    let now = state.now();
    if state.login_limit.check(WRONG_CODES_NAME, from, now, WRONG_CODES).is_err() {
        return Err(refused(
            "続けて間違えたため、いまは受け付けません。15分ほどたってからやり直してください。",
        ));
    }
    let body = read_bounded(body, ENROLMENT_BODY_MAX_BYTES).await?;
    let request: EnrolRequest = serde_json::from_slice(&body).map_err(|_| {
        ApiProblem::new(ProblemCode::BadRequest, r#"本文は {"code":"登録コード"} の形にしてください。"#)
    })?;
    let enrolment = enrol(&state, &request.code, now)
        .await
        .map_err(|error| ApiProblem::fault("enrol a counter", &error))?;
    match enrolment {
        Enrolment::Granted(grant) => Ok(Json(reply(&state, *grant, now))),
        Enrolment::UnknownCode => {
            state.login_limit.failed(WRONG_CODES_NAME, from, now, WRONG_CODES);
            Err(refused("この登録コードはありません。打ち間違いがないか見てください。"))
        }
        Enrolment::UsedCode => {
            Err(refused("この登録コードは使用済みです。心当たりがなければ、すぐに管理者に連絡してください。"))
        }
        Enrolment::ExpiredCode => {
            Err(refused("この登録コードは期限が切れています。管理者に新しいコードを頼んでください。"))
        }
    }
}

fn refused(detail: &str) -> ApiProblem {
    ApiProblem::new(ProblemCode::BadEnrolmentCode, detail)
}

async fn enrol(state: &AppState, code: &str, now: Timestamp) -> Result<Enrolment, StoreError> {
    let mut unit = state.store.begin().await?;
    let enrolment = unit.enrol(state.tenant(), &code_hash(code), now).await?;
    if let Enrolment::Granted(grant) = &enrolment {
        let entry = AuditEntry {
            at: now,
            actor: format!("counter:{}", grant.counter),
            action: "counter.enrolled".to_owned(),
            subject: grant.counter.to_string(),
            detail: format!(r#"{{"incarnation":{}}}"#, grant.incarnation.0),
        };
        unit.record_audit(state.tenant(), &entry).await?;
    }
    unit.commit().await?;
    Ok(enrolment)
}

fn reply(state: &AppState, grant: Grant, now: Timestamp) -> EnrolReply {
    let id =
        JournalId { tenant: state.tenant().clone(), counter: grant.counter, incarnation: grant.incarnation };
    EnrolReply {
        key: state.master_key.counter_key(&id).to_base64(),
        key_id: key_id(&id),
        tenant: id.tenant,
        counter: id.counter,
        incarnation: id.incarnation,
        first_receipt: grant.first_receipt,
        profile: grant.profile,
        server_time: now.as_seconds(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    #[test]
    fn a_code_survives_being_read_out() {
        let code = new_code(&SystemRandom).unwrap();
        assert_eq!(code.len(), CODE_CHARS + 2);
        assert!(code.chars().all(|c| c == '-' || c.is_ascii_alphanumeric()), "{code}");
        let typed = format!(" {} ", code.to_lowercase().replace('-', " "));
        assert_eq!(code_hash(&code), code_hash(&typed));
        assert_ne!(code_hash(&code), code_hash(&new_code(&SystemRandom).unwrap()));
    }
}
