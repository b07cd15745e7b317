//! 「この入金はなぜ違うのか」: for anything that a run looked at, why it is one with something else or with nothing (reconciliation.md 5.7).
//!
//! Invariants: made of the facts and the outcome alone, on demand; nothing here is kept as the truth. Steps add up: from what the
//! counters took to what arrived, and what no name explains is a step of its own. Candidates are refused by named predicates; the
//! nearest few stand first. Not here: deciding anything.

mod cash;
mod sales;

use domain::money::Yen;
use serde::{Deserialize, Serialize};

use crate::{
    causes::{Cause, CauseKind},
    facts::Facts,
    outcome::{Compared, Ended, Exception, NearMiss, Outcome, Side, Stage},
    proof::Distance,
};

/// Most refused candidates that are shown.
pub const REFUSED_MAX: usize = 10;
/// How many of them are called near.
pub const NEAREST_MAX: usize = 3;

/// Where a member comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Source {
    /// Id of the row, bank entry or declared payout.
    pub id: String,
    /// SHA-256 of its file, hex.
    pub file: String,
    /// Row or record in the file, from 1.
    pub row: u32,
}

/// A candidate that is not it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Its id.
    pub id: String,
    /// It in a few Japanese words.
    pub label_ja: String,
    /// Every predicate that fails, in Japanese.
    pub failing_ja: Vec<String>,
    /// Its yen less the subject's.
    pub yen_apart: Yen,
    /// Days (of sales and rows: minutes) between the two, without sign.
    pub time_apart: i64,
}

/// One step from what was taken to what arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What it is.
    pub label_ja: String,
    /// Yen, signed: the steps add up to what arrived, or to what is expected.
    pub amount: Yen,
    /// The published cause that it is, where it is one.
    pub cause: Option<CauseKind>,
}

/// By which versions it was judged.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Versions {
    /// Version of contracts, fees, calendars and names.
    pub config: String,
    /// The fee rule that was in force, in Japanese.
    pub fee_ja: Option<String>,
    /// How the expected day came about, in Japanese.
    pub calendar_ja: Option<String>,
    /// Confirmed remitter names.
    pub names: Vec<String>,
}

/// Why something ended as it did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// Id of what is asked about.
    pub subject: String,
    /// What it is.
    pub side: Side,
    /// Where it ended.
    pub ended: Ended,
    /// Stage that joined it; none where nothing did.
    pub stage: Option<Stage>,
    /// The rule within the stage, in English.
    pub rule: Option<String>,
    /// Versions.
    pub versions: Versions,
    /// Fields that were compared.
    pub compared: Vec<Compared>,
    /// From what was taken to what arrived; of payouts and deposits.
    pub steps: Vec<Step>,
    /// Causes that explain a difference to the yen.
    pub causes: Vec<Cause>,
    /// What else it could have been, nearest first.
    pub refused: Vec<Refused>,
    /// The nearest of them, as the exceptions show them.
    pub near: Vec<NearMiss>,
    /// Files and rows of the members.
    pub sources: Vec<Source>,
    /// Ids of the exceptions about it.
    pub exceptions: Vec<String>,
    /// All of it in one Japanese paragraph.
    pub paragraph_ja: String,
}

/// Explains a sale, row, payout, deposit or declared payout by its id; none where nothing has the id.
#[must_use]
pub fn explain(facts: &Facts, outcome: &Outcome, id: &str) -> Option<Why> {
    let of_declared = |payout: &&crate::outcome::Payout| {
        payout.declared.iter().any(|declared| declared.ids.iter().any(|other| other == id))
    };
    let subject = outcome.payouts.iter().find(of_declared).map_or(id, |payout| payout.id.as_str());
    let placed = outcome.dispositions.iter().find(|placed| placed.id == subject)?;
    let about: Vec<&Exception> =
        outcome.exceptions.iter().filter(|e| e.members.iter().any(|member| member == subject)).collect();
    let why = Why {
        subject: subject.to_owned(),
        side: placed.side,
        ended: placed.ended.clone(),
        stage: None,
        rule: None,
        versions: Versions { config: outcome.config_version.clone(), ..Versions::default() },
        compared: Vec::new(),
        steps: Vec::new(),
        causes: Vec::new(),
        refused: Vec::new(),
        near: about.iter().flat_map(|e| e.near.iter().cloned()).take(NEAREST_MAX).collect(),
        sources: Vec::new(),
        exceptions: about.iter().map(|e| e.id.clone()).collect(),
        paragraph_ja: String::new(),
    };
    let asked = Asked { facts, outcome, about };
    match placed.side {
        Side::Payout => asked.payout(why),
        Side::Bank => asked.deposit(why),
        Side::Journal => asked.sale(why),
        Side::Statement => asked.row(why),
    }
}

/// What is asked, and of what.
struct Asked<'a> {
    facts: &'a Facts,
    outcome: &'a Outcome,
    about: Vec<&'a Exception>,
}

impl Asked<'_> {
    /// The sentences of the exceptions, one after another.
    fn findings(&self) -> String {
        self.about.iter().map(|e| e.sentence_ja.as_str()).collect()
    }
}

/// Keeps the nearest candidates and calls the first of them near.
fn nearest(why: &mut Why, mut refused: Vec<Refused>) {
    refused.sort_by(|a, b| {
        let rank = |r: &Refused| (r.failing_ja.len(), r.yen_apart.get().saturating_abs(), r.time_apart);
        (rank(a), &a.id).cmp(&(rank(b), &b.id))
    });
    refused.truncate(REFUSED_MAX);
    if why.near.is_empty() {
        let near = |r: &Refused| NearMiss {
            id: r.id.clone(),
            why_ja: format!("{}: {}", r.label_ja, r.failing_ja.join("、")),
            distance: Distance { yen: r.yen_apart, ..Distance::default() },
        };
        why.near = refused.iter().take(NEAREST_MAX).map(near).collect();
    }
    why.refused = refused;
}

/// The nearest miss in a sentence; empty where there is none.
fn nearest_words(why: &Why) -> String {
    why.refused
        .first()
        .map(|r| format!("最も近いのは{}ですが、{}。", r.label_ja, r.failing_ja.join("、")))
        .unwrap_or_default()
}
