//! What the centre sends to one counter: decisions and profiles, under gapless numbers, acknowledged by journalling.

use serde::{Deserialize, Serialize};

use crate::{
    catalogue::CounterProfile,
    id::AttemptId,
    payment::{Approval, Evidence},
};

/// One thing from the centre.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "item", rename_all = "snake_case")]
pub enum InboxItem {
    /// The statement shows that an unknown attempt was charged.
    AttemptCharged {
        /// The attempt.
        attempt: AttemptId,
        /// What the statement says of it.
        approval: Approval,
        /// File and row.
        evidence: Evidence,
    },
    /// The complete statement does not hold an unknown attempt: it was not charged.
    AttemptNotCharged {
        /// The attempt.
        attempt: AttemptId,
        /// File and who decided.
        evidence: Evidence,
    },
    /// New price lists, routes, operators.
    ProfileReplaced {
        /// The whole profile.
        profile: Box<CounterProfile>,
    },
}
