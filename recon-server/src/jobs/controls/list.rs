//! What waits: proposals on which nobody has said a word, wishes that wait for the second person, and what was decided.
//!
//! Invariant: a proposal is listed until two persons have decided about it; the lists are those of the newest run and of the store, in
//! the engine's order and in the order of the wishes.

use domain::{
    id::{ContractId, CounterId},
    money::Yen,
    time::CivilDate,
};
use engine::{ExceptionClass, outcome::Exception};
use serde::Serialize;
use store::controls::{ControlAction, ControlId, ControlRow, ControlTopic};

use super::{ControlError, Document, alias_id, document, in_force};
use crate::{
    app::AppState,
    jobs::{books, reconcile, settled},
};

/// Something to decide about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// What it is.
    pub topic: ControlTopic,
    /// Its id, the same tomorrow.
    pub subject: String,
    /// The day to which it belongs.
    pub day: CivilDate,
    /// 契約
    pub contract: Option<ContractId>,
    /// 窓口
    pub counter: Option<CounterId>,
    /// Yen of the thing, positive.
    pub amount: Yen,
    /// What was found, one Japanese sentence.
    pub sentence_ja: String,
    /// Sales, rows, deposits and payouts that it is about.
    pub members: Vec<String>,
    /// Everything that was found.
    pub document: Document,
    /// The wish that waits for a second person.
    pub waiting: Option<ControlId>,
}

/// The desk of the two persons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Desk {
    /// The day on which the run stood.
    pub as_of: CivilDate,
    /// Nobody has decided about these.
    pub proposals: Vec<Proposal>,
    /// Wishes that wait for a second person, oldest first.
    pub waiting: Vec<ControlRow>,
    /// Wishes on which a second person has decided, newest first.
    pub decided: Vec<ControlRow>,
    /// Of the decided ones, those in force: they can be taken back.
    pub in_force: Vec<ControlId>,
}

/// Everything that waits, as of today.
///
/// # Errors
/// When the store fails or a stored result cannot be read.
pub async fn desk(state: &AppState) -> Result<Desk, ControlError> {
    let as_of = state.today();
    let mut documents = proposals(state, as_of).await?;
    let rows = state.store.snapshot().await?.controls(state.tenant()).await?;
    let standing = |topic| in_force(&rows, topic);
    let (matches, names) = (standing(ControlTopic::Match), standing(ControlTopic::Alias));
    let (chargebacks, done) = (standing(ControlTopic::Chargeback), standing(ControlTopic::WriteOff));
    documents.retain(|(subject, _)| {
        let decided = [&names, &matches, &chargebacks];
        !decided.iter().any(|topic| topic.contains_key(subject.as_str()))
    });
    let waits = |subject: &str| {
        rows.iter().find(|row| row.subject == subject && row.decision.is_none()).map(|row| row.id)
    };
    let proposals = documents.into_iter().filter_map(|(subject, document)| {
        let waiting = waits(&subject);
        proposal(subject, document, waiting)
    });
    let entries = standing(ControlTopic::Hand);
    let in_force = matches.values().chain(names.values()).chain(entries.values());
    let in_force = in_force.chain(chargebacks.values()).chain(done.values());
    let in_force = in_force.map(|row| row.id).collect();
    Ok(Desk {
        as_of,
        proposals: proposals.collect(),
        waiting: rows.iter().filter(|row| row.decision.is_none()).cloned().collect(),
        decided: rows.iter().rev().filter(|row| row.decision.is_some()).cloned().collect(),
        in_force,
    })
}

/// One proposal of the newest run; none where it is no more.
pub(super) async fn proposed(
    state: &AppState,
    topic: ControlTopic,
    subject: &str,
) -> Result<Option<Document>, ControlError> {
    let found = match topic {
        ControlTopic::Match => matches(state, state.today()).await?,
        ControlTopic::Alias => names(state, state.today()).await?,
        ControlTopic::WriteOff | ControlTopic::Chargeback => settleable(state, topic).await?,
        ControlTopic::Period | ControlTopic::Hand | ControlTopic::Terms => Vec::new(),
    };
    Ok(found.into_iter().find(|(id, _)| id == subject).map(|(_, document)| document))
}

/// Whether what a wish is about is no more, or is about other yen than its author saw.
pub(super) async fn gone(state: &AppState, asked: &ControlRow) -> Result<bool, ControlError> {
    let word = matches!(asked.action, ControlAction::Confirm | ControlAction::Refuse);
    let found = matches!(asked.topic, ControlTopic::Hand | ControlTopic::Terms);
    if !word || found {
        return Ok(false);
    }
    let now = proposed(state, asked.topic, &asked.subject).await?;
    Ok(match (now, document(asked)?) {
        (None, _) => true,
        (Some(Document::Settle { exception: now }), Document::Settle { exception: seen }) => {
            (now.amount, now.gross) != (seen.amount, seen.gross)
        }
        (Some(_), _) => false,
    })
}

/// Something that one may ask about though nothing proposes it: an exception of the newest run.
///
/// # Errors
/// As [`desk`].
pub async fn about(
    state: &AppState,
    topic: ControlTopic,
    subject: &str,
) -> Result<Option<Proposal>, ControlError> {
    let Some(document) = proposed(state, topic, subject).await? else { return Ok(None) };
    let rows = state.store.snapshot().await?.controls(state.tenant()).await?;
    let waiting =
        rows.iter().find(|row| row.topic == topic && row.subject == subject && row.decision.is_none());
    Ok(proposal(subject.to_owned(), document, waiting.map(|row| row.id)))
}

/// Exceptions of the newest run about which two persons may decide.
async fn settleable(state: &AppState, topic: ControlTopic) -> Result<Vec<(String, Document)>, ControlError> {
    let current = reconcile::current(state, state.today()).await?;
    let open = current.recorded.exceptions.iter().filter(|one| settled::topic_of(one) == Some(topic));
    Ok(open.map(|one| (one.id.clone(), Document::Settle { exception: Box::new(one.clone()) })).collect())
}

async fn proposals(state: &AppState, as_of: CivilDate) -> Result<Vec<(String, Document)>, ControlError> {
    let mut found = matches(state, as_of).await?;
    found.extend(names(state, as_of).await?);
    found.extend(settleable(state, ControlTopic::Chargeback).await?);
    Ok(found)
}

async fn matches(state: &AppState, as_of: CivilDate) -> Result<Vec<(String, Document)>, ControlError> {
    let current = reconcile::current(state, as_of).await?;
    let exceptions = current.recorded.exceptions.iter();
    let proposed = exceptions.filter(|one| one.class == ExceptionClass::ProposedMatch);
    let document = |one: &Exception| (one.id.clone(), Document::Match { exception: Box::new(one.clone()) });
    Ok(proposed.map(document).collect())
}

async fn names(state: &AppState, as_of: CivilDate) -> Result<Vec<(String, Document)>, ControlError> {
    let names = books::aliases(state, as_of).await?.into_iter().map(|proposal| {
        let valid_from = proposal.evidence.first().map_or(as_of, |first| first.booked_on);
        (alias_id(&proposal), Document::Alias { proposal: Box::new(proposal), valid_from })
    });
    Ok(names.collect())
}

fn proposal(subject: String, document: Document, waiting: Option<ControlId>) -> Option<Proposal> {
    let blank = |topic, day, sentence_ja: &str| Proposal {
        topic,
        subject,
        day,
        contract: None,
        counter: None,
        amount: Yen::ZERO,
        sentence_ja: sentence_ja.to_owned(),
        members: Vec::new(),
        document: document.clone(),
        waiting,
    };
    match &document {
        Document::Match { exception } => Some(Proposal {
            contract: exception.contract.clone(),
            counter: exception.counter.clone(),
            amount: exception.gross,
            members: exception.members.clone(),
            ..blank(ControlTopic::Match, exception.day, &exception.sentence_ja)
        }),
        Document::Settle { exception } => Some(Proposal {
            contract: exception.contract.clone(),
            counter: exception.counter.clone(),
            amount: exception.gross,
            members: exception.members.clone(),
            ..blank(
                settled::topic_of(exception).unwrap_or(ControlTopic::WriteOff),
                exception.day,
                &exception.sentence_ja,
            )
        }),
        Document::Alias { proposal, valid_from } => {
            let pairs = proposal.evidence.iter();
            Some(Proposal {
                contract: Some(proposal.contract.clone()),
                amount: pairs.clone().fold(Yen::ZERO, |sum, pair| sum.saturating_add(pair.amount)),
                members: pairs.flat_map(|pair| [pair.deposit.clone(), pair.payout.clone()]).collect(),
                ..blank(ControlTopic::Alias, *valid_from, &proposal.sentence_ja)
            })
        }
        Document::Hand { .. } | Document::Terms { .. } | Document::Period { .. } => None,
    }
}
