//! 手数料の決まりの変更: a new version of a contract whose charges differ counts when a second person approved it (reconciliation.md 5.9).
//!
//! Invariants: the first version of a contract needs no approval while no sale of it is known; until a change is approved every job
//! reads the charges as they were, and says that a change waits; a version without a wish counts, so that what was stored before this
//! rule stays in force. Everything that reads contracts to compute or to word something reads them here. Not here: the rule of the two
//! persons ([`super::controls`]), who loads a version (`crate::set_up`).

use std::collections::BTreeMap;

use domain::{
    id::{ContractId, TenantId},
    time::CivilDate,
};
use engine::{Contract, ident::stable_id};
use serde::{Deserialize, Serialize};
use store::{
    UnitOfWork,
    controls::{ControlAction, ControlId, ControlRow, ControlTopic},
    matching::ContractRow,
};

use super::{
    JobError,
    controls::{self, Document},
    papers::terms,
};
use crate::app::AppState;

/// A change that waits, or waited, for the second person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermsChange {
    /// 契約
    pub contract: ContractId,
    /// Name on papers.
    pub label_ja: String,
    /// First day of the new terms.
    pub valid_from: CivilDate,
    /// The version of the same day that it replaces, as it is stored; none where it is a day of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    /// The charges until now, in words.
    pub before_ja: String,
    /// The new charges, in words.
    pub after_ja: String,
}

impl TermsChange {
    /// One Japanese sentence.
    #[must_use]
    pub fn sentence_ja(&self) -> String {
        format!(
            "{}の手数料の決まりを{}から変えます: {} → {}。",
            self.label_ja,
            self.valid_from.to_japanese(),
            self.before_ja,
            self.after_ja
        )
    }

    /// What papers say while it waits.
    #[must_use]
    pub fn waiting_ja(&self) -> String {
        format!(
            "手数料の決まりの変更が承認待ちです({}から {})。承認されるまで、前の決まりで計算しています。",
            self.valid_from.to_japanese(),
            self.after_ja
        )
    }
}

/// The id of a version: by what it says, so that the same version has the same id wherever it is stored.
fn subject(row: &ContractRow) -> String {
    stable_id("terms", &[row.contract.as_str(), &row.valid_from.to_string(), &row.config])
}

fn read(row: &ContractRow) -> Result<Contract, JobError> {
    serde_json::from_str(&row.config)
        .map_err(|source| JobError::Contract { contract: row.contract.to_string(), source })
}

/// Versions about which somebody asked and nobody said yes.
fn held_back(rows: &[ControlRow]) -> Result<BTreeMap<&str, (TermsChange, &ControlRow)>, JobError> {
    let mut held = BTreeMap::new();
    let asked = || rows.iter().filter(|row| row.topic == ControlTopic::Terms);
    for row in asked() {
        if asked().any(|other| other.subject == row.subject && other.is_approved()) {
            continue;
        }
        if let Document::Terms { change } = controls::document(row)? {
            held.insert(row.subject.as_str(), (*change, row));
        }
    }
    Ok(held)
}

/// The versions of contracts that count.
///
/// # Errors
/// When the store fails or a wish cannot be read.
pub async fn contract_rows(
    unit: &mut dyn UnitOfWork,
    tenant: &TenantId,
) -> Result<Vec<ContractRow>, JobError> {
    let controls = unit.controls(tenant).await?;
    counting(unit.contracts(tenant).await?, &controls)
}

fn counting(rows: Vec<ContractRow>, controls: &[ControlRow]) -> Result<Vec<ContractRow>, JobError> {
    let held = held_back(controls)?;
    let of = |row: ContractRow| match held.get(subject(&row).as_str()) {
        None => Some(row),
        Some((change, _)) => change.replaces.clone().map(|config| ContractRow { config, ..row }),
    };
    Ok(rows.into_iter().filter_map(of).collect())
}

/// Changes that wait for the second person.
///
/// # Errors
/// When a wish cannot be read.
pub fn waiting(controls: &[ControlRow]) -> Result<Vec<TermsChange>, JobError> {
    let held = held_back(controls)?;
    let open = held.into_values().filter(|(_, row)| row.decision.is_none());
    Ok(open.map(|(change, _)| change).collect())
}

/// Stores a version of a contract; where its charges differ from those in force, with the wish that a second person must approve.
/// Returns whether it waits.
///
/// # Errors
/// When the store fails or a contract cannot be read.
pub async fn put(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    (valid_from, new): (CivilDate, &Contract),
    (id, actor): (ControlId, &str),
) -> Result<bool, JobError> {
    let tenant = state.tenant();
    let number = unit.next_control(tenant).await?;
    let before = contract_rows(unit, tenant).await?;
    let config = serde_json::to_string(new).map_err(|source| JobError::Json { what: "contract", source })?;
    let version = unit.put_contract(tenant, &new.id, valid_from, &config, state.now()).await?;
    let row = ContractRow { contract: new.id.clone(), valid_from, version, config };
    let own = || before.iter().filter(|known| known.contract == new.id);
    let known = own().filter(|known| known.valid_from <= valid_from).max_by_key(|known| known.valid_from);
    let known = known.or_else(|| own().min_by_key(|known| known.valid_from)).map(read).transpose()?;
    let changes = match &known {
        Some(known) => charges(known) != charges(new),
        None => is_sold(unit, state, &new.id).await?,
    };
    let asked = unit.controls(tenant).await?;
    let subject = subject(&row);
    let mut of_this = asked.iter().filter(|one| one.topic == ControlTopic::Terms && one.subject == subject);
    // Sent back is not for ever: who loads the same version again asks again.
    let known_wish = of_this.any(|one| one.decision.as_ref().is_none_or(|decision| decision.approved));
    if !changes || known_wish {
        return Ok(changes && !asked.iter().any(|one| one.subject == subject && one.is_approved()));
    }
    let change = TermsChange {
        contract: new.id.clone(),
        label_ja: new.label_ja.clone(),
        valid_from,
        replaces: own().find(|known| known.valid_from == valid_from).map(|known| known.config.clone()),
        before_ja: known.as_ref().map_or_else(|| "なし".to_owned(), words),
        after_ja: words(new),
    };
    let reason = format!("契約 {} の条件を読み込んだ", new.id);
    let document = controls::json(&Document::Terms { change: Box::new(change) })?;
    let wish = ControlRow {
        id,
        number,
        topic: ControlTopic::Terms,
        action: ControlAction::Confirm,
        subject,
        document,
        reason,
        requested_by: actor.to_owned(),
        requested_at: state.now(),
        decision: None,
    };
    unit.request_control(tenant, &wish).await?;
    controls::audit(unit, state, actor, "control.requested", &wish).await?;
    Ok(true)
}

/// Whether a sale of a contract is known.
async fn is_sold(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    contract: &ContractId,
) -> Result<bool, JobError> {
    let today = state.today();
    let sales =
        unit.sales_paid(state.tenant(), today.plus_days(-super::reconcile::SCOPE_DAYS), today).await?;
    Ok(sales.iter().any(|row| row.sale.payment.contract.as_ref() == Some(contract)))
}

/// Everything of a contract that decides what is kept back.
fn charges(contract: &Contract) -> impl PartialEq + '_ {
    (contract.fee, contract.transfer_fee, contract.gross_or_net, &contract.terms)
}

/// `決済手数料 1.98%…、振込手数料 0円`.
fn words(contract: &Contract) -> String {
    let fee = terms::fee(&contract.fee);
    let dated = match contract.terms.len() {
        0 => String::new(),
        many => format!("、日付つきの条件 {many}件"),
    };
    format!("{fee}、振込手数料 {}円{dated}", contract.transfer_fee)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::papers;

    fn row(from: &str, config: &str) -> ContractRow {
        ContractRow {
            contract: "c".parse().unwrap(),
            valid_from: from.parse().unwrap(),
            version: 1,
            config: config.to_owned(),
        }
    }

    fn wish(of: &ContractRow, replaces: Option<&str>, approved: Option<bool>) -> ControlRow {
        let change = TermsChange {
            contract: of.contract.clone(),
            label_ja: String::new(),
            valid_from: of.valid_from,
            replaces: replaces.map(str::to_owned),
            before_ja: String::new(),
            after_ja: String::new(),
        };
        let at = domain::time::Timestamp::from_micros(0);
        let decision = approved.map(|approved| store::controls::ControlDecision {
            number: 2,
            approved,
            note: String::new(),
            by: "b".to_owned(),
            at,
        });
        ControlRow {
            id: ControlId(uuid::Uuid::nil()),
            number: 1,
            topic: ControlTopic::Terms,
            action: ControlAction::Confirm,
            subject: subject(of),
            document: controls::json(&Document::Terms { change: Box::new(change) }).unwrap(),
            reason: String::new(),
            requested_by: "a".to_owned(),
            requested_at: at,
            decision,
        }
    }

    #[test]
    fn a_change_counts_when_it_is_approved() {
        let (old, new) = (row("2026-04-01", "old"), row("2026-12-01", "new"));
        let configs = |wishes: &[ControlRow]| {
            let rows = counting(vec![old.clone(), new.clone()], wishes).unwrap();
            rows.into_iter().map(|row| row.config).collect::<Vec<_>>()
        };
        assert_eq!(configs(&[]), ["old", "new"], "what nobody asked about counts, as it did before");
        for (decided, expected) in
            [(None, &["old"][..]), (Some(false), &["old"]), (Some(true), &["old", "new"])]
        {
            assert_eq!(configs(&[wish(&new, None, decided)]), expected, "{decided:?}");
        }
        assert_eq!(configs(&[wish(&new, Some("same day"), None)]), ["old", "same day"]);
        let again = [wish(&new, None, Some(false)), wish(&new, None, Some(true))];
        assert_eq!(configs(&again), ["old", "new"], "asked again and approved");
    }

    #[test]
    fn charges_are_what_is_kept_back() {
        let old = papers::samples::contract("c", "ミホン");
        let renamed = Contract { label_ja: "別名".to_owned(), payer_kana: Vec::new(), ..old.clone() };
        assert!(charges(&old) == charges(&renamed), "a name is no charge");
        let dearer = Contract { transfer_fee: domain::money::Yen::new(330), ..old.clone() };
        assert!(charges(&old) != charges(&dearer));
    }
}
