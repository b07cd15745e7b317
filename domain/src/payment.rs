//! One try to take money: its phases, its four outcomes, the evidence that ends a doubt.
//!
//! Invariants: no boolean says how a payment ended; silence is [`Outcome::Unknown`]; `Declined` and `NotStarted` need proof
//! (a listed code, or that no byte left). Shapes follow the attempt machine of `devices.md` 3; the journal freezes them.

use serde::{Deserialize, Serialize};

use crate::{
    id::{AttemptId, BrandCode, OperatorId},
    money::Yen,
};

/// What an attempt is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AttemptKind {
    /// Take the money.
    Sales,
    /// Take back an earlier attempt of the same day (取消). Itself an attempt with four outcomes.
    Void {
        /// The attempt to take back.
        original: AttemptId,
    },
}

/// How far an attempt got. `Sent` is durable before the first byte leaves; `ResultSeen` before the device is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Asked for; no byte has left.
    Queued,
    /// Bytes may have left.
    Sent,
    /// The device accepted the request.
    Accepted,
    /// A card was seen.
    CardSeen,
    /// The device is talking to its centre.
    AtCentre,
    /// The result was seen and is durable here.
    ResultSeen,
    /// We told the device that we have the result.
    Acknowledged,
    /// The device has stored it.
    Committed,
}

/// What a device or a person says of a payment that went through. Masked digits only.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Approval {
    /// Amount that was taken, where the device says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settled_amount: Option<Yen>,
    /// Brand, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brand: Option<BrandCode>,
    /// 端末番号 (TID).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terminal_id: Option<String>,
    /// 伝票番号 (slip or receipt number of the terminal).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slip_number: Option<String>,
    /// Trace number of the terminal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_number: Option<String>,
    /// 承認番号.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval_code: Option<String>,
    /// Masked account: at most the last four digits are digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub masked_account: Option<String>,
    /// The terminal's own date and time, `MM-DD HH:MM:SS` or `YYYY-MM-DD HH:MM:SS`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terminal_time: Option<String>,
    /// Number of the printed JPQR sheet (PosID).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet_number: Option<String>,
    /// Last four digits of the payer's transaction number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payer_digits: Option<String>,
    /// Lines that the terminal wants printed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub receipt_text: Vec<String>,
}

/// A refusal that the protocol lists as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decline {
    /// The device's code, as it wrote it.
    pub code: String,
    /// What it means.
    pub text: String,
}

/// Proof that nothing was asked of the payer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotStartedWhy {
    /// No byte left.
    NoByteLeft,
    /// The device refused the request with a listed code.
    RefusedByDevice,
    /// The device was not there or not ready.
    DeviceUnavailable,
    /// The clerk cancelled before anything was sent.
    CancelledBeforeSend,
    /// The clock of this computer is so far off that the operator refused the request; a person sets it, then it works.
    ClockOff,
}

/// Why nobody can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DoubtCause {
    /// No answer within the deadline.
    Silence,
    /// The line was cut.
    LineCut,
    /// A code that no list names.
    UnlistedCode,
    /// The amount differs from ours, or its exponent does.
    AmountDiffers,
    /// The agent stopped while the attempt was under way.
    AgentStopped,
    /// The journal could not take the result.
    JournalDown,
    /// The clerk cannot tell from the terminal.
    ClerkCannotTell,
}

/// A result that nobody can tell yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    /// How far the attempt got.
    pub phase: Phase,
    /// Why.
    pub cause: DoubtCause,
    /// In English, for the log and the engineer; no card data.
    pub detail: String,
    /// What was seen of a result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partial: Option<Approval>,
}

/// 決済結果. Never a boolean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// 成立
    Approved(Approval),
    /// 不成立, by a listed code
    Declined(Decline),
    /// 未開始, proven
    NotStarted {
        /// The proof.
        why: NotStartedWhy,
        /// For the log.
        detail: String,
    },
    /// 結果不明 (処理未了)
    Unknown(Doubt),
}

impl Outcome {
    /// The stable word of the outcome.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Approved(_) => "approved",
            Self::Declined(_) => "declined",
            Self::NotStarted { .. } => "not_started",
            Self::Unknown(_) => "unknown",
        }
    }

    /// The word on screens.
    #[must_use]
    pub const fn label_ja(&self) -> &'static str {
        match self {
            Self::Approved(_) => "成立",
            Self::Declined(_) => "不成立",
            Self::NotStarted { .. } => "未開始",
            Self::Unknown(_) => "結果不明",
        }
    }
}

/// What a device reports while an attempt runs; durable before the device hears another byte.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum AttemptFact {
    /// The first byte is about to leave.
    Sending,
    /// The result is here; the device is acknowledged only after this is durable.
    ResultSeen {
        /// The device's result code, as it wrote it.
        code: String,
        /// What came with it.
        approval: Approval,
    },
}

/// A result that fits no attempt of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StrayResult {
    /// The device's result code.
    pub code: String,
    /// What came with it.
    pub approval: Approval,
}

/// What ends a doubt. Only these do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "evidence", rename_all = "snake_case")]
pub enum Evidence {
    /// The device answered a query about this attempt.
    Device {
        /// What it said, in English.
        detail: String,
    },
    /// A person decided, with a reason.
    Person {
        /// Who.
        operator: OperatorId,
        /// On what ground, as the person wrote it.
        basis: String,
    },
    /// The acquirer's statement decided, at the centre.
    Statement {
        /// SHA-256 of the file, hex.
        file: String,
        /// Row in the file, from 1.
        row: u32,
        /// Who decided at the centre.
        decided_by: String,
    },
}

/// What a device answers when asked about an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum QueryAnswer {
    /// It went through.
    Happened {
        /// What it says of it.
        approval: Approval,
        /// Why we believe it is this attempt.
        detail: String,
    },
    /// It did not happen, or was taken back.
    DidNotHappen {
        /// Why we believe so.
        detail: String,
    },
    /// The device is still at it.
    StillRunning,
    /// The device cannot tell.
    CannotTell {
        /// What it did say.
        detail: String,
    },
}
