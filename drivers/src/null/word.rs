//! What till and terminal say to each other, as values and as the text that a fault script sees.
//!
//! Invariant: the text of a result reads back as the result. Not here: bytes, lengths, checks; there is no line.

use domain::{id::AttemptId, money::Yen, payment::Approval};

use super::TERMINAL_ID;
use crate::cat::{BrandTotal, CatKind};

/// The result code of success.
pub const OK: &str = "00";
/// The terminal was stopped before a card was accepted.
pub const STOPPED: &str = "D2";
/// The refusals that prove that no money moved, with what the clerk reads.
pub const DECLINES: [(&str, &str); 3] = [
    ("D1", "承認されませんでした"),
    (STOPPED, "端末で中止されました"),
    ("D3", "カードが確認できませんでした"),
];

/// What the till says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// Take the money, or take it back.
    Ask {
        /// Which attempt: the terminal knows it by this.
        attempt: AttemptId,
        /// Sale or void.
        kind: CatKind,
        /// Whole yen.
        amount: Yen,
    },
    /// Stop if you still can.
    Stop,
    /// The result is recorded here.
    Ack,
    /// The result is not wanted: take it back.
    Refuse,
    /// What became of this attempt?
    Query(AttemptId),
    /// Close the day.
    Day,
}

impl Asked {
    /// The text that a script sees.
    #[must_use]
    pub fn word(&self) -> String {
        match self {
            Self::Ask { kind: CatKind::Sales, amount, .. } => format!("ask sales {}", amount.get()),
            Self::Ask { kind: CatKind::Void { .. }, amount, .. } => format!("ask void {}", amount.get()),
            Self::Ask { kind: CatKind::Refund { .. }, amount, .. } => format!("ask refund {}", amount.get()),
            Self::Stop => "stop".to_owned(),
            Self::Ack => "ack".to_owned(),
            Self::Refuse => "refuse".to_owned(),
            Self::Query(_) => "query".to_owned(),
            Self::Day => "day".to_owned(),
        }
    }
}

/// What the terminal says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// The line stands.
    Hello,
    /// The request is taken.
    Accepted,
    /// Please wait: proves nothing.
    Wait,
    /// A card was seen.
    Card,
    /// The centre is being asked.
    Centre,
    /// The result.
    Result {
        /// [`OK`] or another code.
        code: String,
        /// What came with it.
        approval: Approval,
    },
    /// The result is stored.
    Completed,
    /// It ended without money, or says so.
    Ended(String),
    /// The request is not taken, and why.
    Refused(String),
    /// It is too late to stop.
    TooLate,
    /// What became of an attempt.
    Last(Last),
    /// The totals of the day.
    Totals(Vec<BrandTotal>),
}

/// What the terminal's book says of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Last {
    /// Nothing, or it was taken back.
    Nothing,
    /// It is under way.
    Running,
    /// It stands.
    Standing(Approval),
}

impl Said {
    /// The text that a script sees.
    #[must_use]
    pub fn word(&self) -> String {
        match self {
            Self::Hello => "hello".to_owned(),
            Self::Accepted => "accepted".to_owned(),
            Self::Wait => "wait".to_owned(),
            Self::Card => "card".to_owned(),
            Self::Centre => "centre".to_owned(),
            Self::Result { code, approval } => {
                let amount = approval.settled_amount.map(|amount| format!(" amount {}", amount.get()));
                let slip = approval.slip_number.as_ref().map(|slip| format!(" slip {slip}"));
                format!("result {code}{}{}", amount.unwrap_or_default(), slip.unwrap_or_default())
            }
            Self::Completed => "completed".to_owned(),
            Self::Ended(code) => format!("ended {code}"),
            Self::Refused(why) => format!("refused {why}"),
            Self::TooLate => "too late".to_owned(),
            Self::Last(Last::Nothing) => "last nothing".to_owned(),
            Self::Last(Last::Running) => "last running".to_owned(),
            Self::Last(Last::Standing(_)) => "last standing".to_owned(),
            Self::Totals(_) => "totals".to_owned(),
        }
    }

    /// What a text stands for that a script puts in the place of another. `None` for what cannot be said in a text.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        let mut words = word.split(' ');
        Some(match (words.next()?, words.next()) {
            ("accepted", None) => Self::Accepted,
            ("wait", None) => Self::Wait,
            ("card", None) => Self::Card,
            ("centre", None) => Self::Centre,
            ("completed", None) => Self::Completed,
            ("ended", Some(code)) => Self::Ended(code.to_owned()),
            ("refused", Some(_)) => Self::Refused(word.strip_prefix("refused ")?.to_owned()),
            ("result", Some(code)) => {
                let mut approval =
                    Approval { terminal_id: Some(TERMINAL_ID.to_owned()), ..Approval::default() };
                while let (Some(key), value) = (words.next(), words.next()) {
                    match (key, value?) {
                        ("amount", value) => approval.settled_amount = Some(Yen::new(value.parse().ok()?)),
                        ("slip", value) => approval.slip_number = Some(value.to_owned()),
                        _ => return None,
                    }
                }
                Self::Result { code: code.to_owned(), approval }
            }
            _ => return None,
        })
    }
}

/// What the clerk reads of a listed refusal; `None` for a code that proves nothing.
#[must_use]
pub fn decline_ja(code: &str) -> Option<&'static str> {
    DECLINES.iter().find(|(listed, _)| *listed == code).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back() {
        for word in [
            "accepted",
            "wait",
            "card",
            "centre",
            "completed",
            "ended 9F",
            "refused the clock is 130 s off",
            "result 00",
            "result 00 amount 300 slip 0001",
            "result D1 slip 0002",
        ] {
            assert_eq!(Said::of_word(word).unwrap().word(), word);
        }
        for bad in
            ["", "accepted 1", "ended", "result", "result 00 amount x", "result 00 slip", "last standing"]
        {
            assert_eq!(Said::of_word(bad), None, "{bad}");
        }
    }
}
