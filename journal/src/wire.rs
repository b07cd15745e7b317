//! What a counter and the centre say to each other over HTTP. Both sides use these types; neither imports the other.
//!
//! Paths, all under `/api/v1`: `POST /enrolments` (one-time code, unsigned), and signed by [`crate::signature`]:
//! `POST /journal/batches` (body: gzip of [`crate::frames`]; answer: [`HeadReply`]), `GET /journal/head`, `GET /inbox?after=n`.

use domain::{
    catalogue::CounterProfile,
    id::{CounterId, Incarnation, TenantId},
    inbox::InboxItem,
};
use serde::{Deserialize, Serialize};

use crate::{chain::Head, entry::EntryHash};

/// Path of the enrolment.
pub const PATH_ENROLMENTS: &str = "/api/v1/enrolments";
/// Path of journal batches.
pub const PATH_BATCHES: &str = "/api/v1/journal/batches";
/// Path of the head.
pub const PATH_HEAD: &str = "/api/v1/journal/head";
/// Path of the inbox.
pub const PATH_INBOX: &str = "/api/v1/inbox";
/// Content type of a batch.
pub const BATCH_CONTENT_TYPE: &str = "application/vnd.madoguchi.journal";
/// Most items in one answer of the inbox.
pub const INBOX_ITEMS_MAX: u32 = 100;

/// A counter asks to be enrolled.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrolRequest {
    /// One-time code, as the administrator read it out.
    pub code: String,
}

/// What the centre grants. The key is said once and is kept by the agent in a file of its own.
#[derive(Clone, Serialize, Deserialize)]
pub struct EnrolReply {
    /// 団体
    pub tenant: TenantId,
    /// 窓口
    pub counter: CounterId,
    /// 世代
    pub incarnation: Incarnation,
    /// First receipt number of this incarnation.
    pub first_receipt: u32,
    /// Key of the signatures, base64.
    pub key: String,
    /// `keyid` of the signatures.
    pub key_id: String,
    /// What the centre knows of the counter.
    pub profile: CounterProfile,
    /// The centre's time, seconds since the epoch.
    pub server_time: i64,
}

/// The centre's head, as the only acknowledgement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadReply {
    /// 世代
    pub incarnation: Incarnation,
    /// Last entry that the centre has durably; 0 for none.
    pub sequence_number: u64,
    /// Its hash, hex.
    pub hash: String,
    /// The centre's time, seconds since the epoch.
    pub server_time: i64,
}

impl HeadReply {
    /// The head, if the hash can be one.
    #[must_use]
    pub fn head(&self) -> Option<Head> {
        let hash = EntryHash::from_hex(&self.hash)?;
        Some(Head { sequence_number: domain::id::SequenceNumber(self.sequence_number), hash })
    }
}

/// Items of the inbox in order of their numbers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InboxReply {
    /// Items after the number asked for.
    pub items: Vec<NumberedItem>,
}

/// One item of the inbox.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NumberedItem {
    /// Gapless number, from 1.
    pub number: u64,
    /// What.
    pub item: InboxItem,
}

/// An RFC 9457 problem document with a code of the closed list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `about:blank` or a page of the manual.
    #[serde(rename = "type")]
    pub problem_type: String,
    /// Short, in Japanese.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What to do, in Japanese.
    pub detail: String,
    /// Code of the closed list.
    pub code: ProblemCode,
    /// The centre's time, seconds since the epoch, where the request's own was too far off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_time: Option<i64>,
}

/// The closed list of problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// The signature is missing, malformed or wrong.
    BadSignature,
    /// `created` is more than five minutes off.
    ClockOff,
    /// The enrolment code is unknown, used or expired.
    BadEnrolmentCode,
    /// The chain does not continue the centre's head: a gap.
    ChainGap,
    /// The same position holds another entry: kept aside as a fork.
    Fork,
    /// The journal belongs to another counter, or its incarnation has ended.
    WrongJournal,
    /// A body or batch over the bound, or unreadable.
    BadRequest,
    /// Too large.
    TooLarge,
    /// Not found.
    NotFound,
    /// Not signed in, or the role does not allow it.
    Forbidden,
    /// A file was refused; `detail` names row, field and remedy.
    FileRefused,
    /// The centre cannot store at this moment; try again.
    Unavailable,
}
