//! One-time codes by which a counter's agent is enrolled or replaced.
//!
//! Invariants: a code is shown once and stored as a digest; a counter that already has an agent gets a code only by an explicit
//! replacement, because that ends the incarnation that runs now.

use domain::{id::CounterId, time::Timestamp};
use store::{StoreError, counters::NewEnrolmentCode};

use crate::{
    api::{code_hash, new_code},
    app::AppState,
    auth,
    random::RandomError,
};

/// What the code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The counter's first agent.
    Enrol,
    /// Another agent in place of the one that runs.
    Replace,
}

/// A code, to be read out once.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct EnrolmentCode {
    /// The code, `XXXX-XXXX-XXXX`.
    pub code: String,
    /// For which counter.
    pub counter: CounterId,
    /// From when it works no more.
    pub expires_at: Timestamp,
}

/// Why there is no code.
#[derive(Debug, thiserror::Error)]
pub enum CodeError {
    /// No such counter.
    #[error("窓口 {0} は登録されていません。set-up で登録してください。")]
    Unknown(CounterId),
    /// It has an agent.
    #[error("窓口 {0} は登録済みです。端末を取り替えるときは counter replace を使ってください。")]
    Enrolled(CounterId),
    /// It has none.
    #[error("窓口 {0} はまだ登録されていません。初めての登録は counter enrol を使ってください。")]
    NotEnrolled(CounterId),
    /// No random bytes.
    #[error("make a code")]
    Random(#[from] RandomError),
    /// The store failed.
    #[error("store a code")]
    Store(#[from] StoreError),
}

/// Makes a code for a counter.
///
/// # Errors
/// When the counter is not there, or the purpose does not fit it.
pub async fn make_code(
    state: &AppState,
    actor: &str,
    counter: &CounterId,
    purpose: Purpose,
) -> Result<EnrolmentCode, CodeError> {
    let now = state.now();
    let mut unit = state.store.begin().await?;
    let row = unit.counter(state.tenant(), counter).await?;
    let row = row.ok_or_else(|| CodeError::Unknown(counter.clone()))?;
    match (purpose, row.current.is_some()) {
        (Purpose::Enrol, true) => return Err(CodeError::Enrolled(counter.clone())),
        (Purpose::Replace, false) => return Err(CodeError::NotEnrolled(counter.clone())),
        (Purpose::Enrol, false) | (Purpose::Replace, true) => {}
    }
    let code = new_code(&*state.random)?;
    let expires_at = now.plus_ms(i64::from(state.config.enrolment.code_hours) * 3_600_000);
    let stored = NewEnrolmentCode {
        code_sha256: code_hash(&code),
        counter: counter.clone(),
        created_by: actor.to_owned(),
        created_at: now,
        expires_at,
    };
    unit.put_enrolment_code(state.tenant(), &stored).await?;
    unit.record_audit(state.tenant(), &auth::audit(now, actor, "counter.code_made", counter.as_str()))
        .await?;
    unit.commit().await?;
    Ok(EnrolmentCode { code, counter: counter.clone(), expires_at })
}
