//! Identities. Opaque, bounded, ordered; made outside and handed in. A copy of a text identity shares its text: facts by the million
//! carry the same few.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Longest text of an identity, in bytes; the journal's frozen layout gives it one length byte.
pub const ID_LENGTH_MAX: usize = 40;

/// A text that cannot be an identity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an identifier: 1 to 40 of A-Z a-z 0-9 - _ .")]
pub struct NotAnId(pub String);

fn check_id(text: &str) -> Result<(), NotAnId> {
    let fits = !text.is_empty()
        && text.len() <= ID_LENGTH_MAX
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    if fits { Ok(()) } else { Err(NotAnId(text.chars().take(60).collect())) }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// The identity as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                check_id(text)?;
                Ok(Self(text.into()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotAnId;
            fn try_from(text: String) -> Result<Self, NotAnId> {
                check_id(&text)?;
                Ok(Self(text.into()))
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.as_str().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                Uuid::try_parse(text).map(Self).map_err(|_| NotAnId(text.chars().take(60).collect()))
            }
        }
    };
}

text_id!(
    /// 団体: a municipality.
    TenantId
);
text_id!(
    /// 窓口: one counter with one agent and one journal at a time.
    CounterId
);
text_id!(
    /// 収納項目・券種 of a price list.
    ItemCode
);
text_id!(
    /// A legal or by-law ground for taking no or less money.
    GroundCode
);
text_id!(
    /// ブランド: `visa`, `jcb`, `nanaco`, `transit`, `paypay`, …
    BrandCode
);
text_id!(
    /// A way of paying at this counter: one terminal, one printed sheet, the cash drawer.
    RouteId
);
text_id!(
    /// 契約 with an acquirer or trustee.
    ContractId
);
text_id!(
    /// 担当者: a clerk or supervisor, by staff code (never a name).
    OperatorId
);
text_id!(
    /// A device as the agent's configuration names it.
    DeviceId
);
uuid_id!(
    /// One sale; equals the id of the command that registered it.
    SaleId
);
uuid_id!(
    /// One try to take (or give back) money; equals the id of the command that asked for it.
    AttemptId
);
uuid_id!(
    /// One wish of a person or a machine; a repeated id returns the first answer.
    CommandId
);
uuid_id!(
    /// One run of the agent's process.
    BootId
);

/// 世代 of a counter's agent, granted by the server, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Incarnation(pub u32);

/// Position of an entry in its journal, from 1, without gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct SequenceNumber(pub u64);

/// Number of a print job of this journal, from 1. Never digits of a receipt number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PrintJobId(pub u32);

/// 領収書番号: counter, incarnation and a number without gaps. Voided numbers are kept and never used again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ReceiptNumber {
    /// The counter that issued it.
    pub counter: CounterId,
    /// The generation of its agent.
    pub incarnation: Incarnation,
    /// From 1, gapless within the incarnation.
    pub number: u32,
}

impl fmt::Display for ReceiptNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{:06}", self.counter, self.incarnation.0, self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_are_plain_and_bounded() {
        for good in ["m1", "JUMIN-01", "a.b_c"] {
            assert!(good.parse::<CounterId>().is_ok(), "{good}");
        }
        for bad in ["", "窓口", "a b", "a/b", &"x".repeat(41)] {
            assert!(bad.parse::<CounterId>().is_err(), "{bad}");
        }
    }
}
