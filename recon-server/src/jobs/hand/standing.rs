//! Which entries by hand count: those that stand, and only while no file says the same days.
//!
//! Invariants: what two persons took back counts no more, and stays readable; a file of the bank or of the company is better evidence
//! than what was typed from paper, so that a deposit (a closing) never counts twice, in whatever order the two came. Not here: the order
//! of bank formats ([`crate::jobs::import::Counted`]).

use domain::money::Yen;
use engine::{facts::DeclaredPayout, ident::stable_id};
use serde::Deserialize;
use store::facts::{BankEntry, PayoutLine, Stored};

use super::{model::Provenance, slip::PayoutDocument};
use crate::jobs::JobError;

/// End of the names of sources that were entered by hand.
pub const HAND_END: &str = "#hand";
/// The class of a bank row that was taken back.
pub const WITHDRAWN_CLASS: &str = "withdrawn";

/// Whether a source is of entries by hand.
#[must_use]
pub fn is_hand(source: &str) -> bool {
    source.ends_with(HAND_END)
}

/// Where a row by hand comes from; none for every other row.
#[must_use]
pub fn provenance(source: &str, document: &str) -> Option<Provenance> {
    #[derive(Deserialize)]
    struct Of {
        hand: Provenance,
    }
    let read = || serde_json::from_str::<Of>(document).ok().map(|of| of.hand);
    is_hand(source).then(read).flatten()
}

/// Whether a bank's row was not taken back.
#[must_use]
pub fn stands(row: &Stored<BankEntry>) -> bool {
    row.fact.class != WITHDRAWN_CLASS
}

/// Payment statements that count: of a closing of which a file is here, the file's rows alone.
#[must_use]
pub fn counted_payouts(mut lines: Vec<Stored<PayoutLine>>) -> Vec<Stored<PayoutLine>> {
    let of_files: Vec<PayoutLine> =
        lines.iter().filter(|line| !is_hand(&line.source)).map(|line| line.fact.clone()).collect();
    lines.retain(|line| {
        let Some(from) = provenance(&line.source, &line.fact.document) else { return true };
        from.withdrawn.is_none() && !of_files.iter().any(|file| overlap(file, &line.fact))
    });
    lines
}

/// Whether two notices speak of a common day of one contract.
pub(super) fn overlap(left: &PayoutLine, right: &PayoutLine) -> bool {
    left.contract == right.contract && left.from <= right.to && right.from <= left.to
}

/// A notice by hand as a fact of the engine: its own arithmetic, the tax apart. `file` is the SHA-256 of its slip, hex.
///
/// # Errors
/// When the stored row cannot be read.
pub fn declared(stored: &Stored<PayoutLine>, file: &str) -> Result<DeclaredPayout, JobError> {
    let line = &stored.fact;
    let read: PayoutDocument = serde_json::from_str(&line.document)
        .map_err(|source| JobError::Json { what: "payment notice by hand", source })?;
    let (identity, payout) = (&line.identity, read.payout);
    Ok(DeclaredPayout {
        id: stable_id("declared", &[&stored.source, &identity.record_key, &identity.occurrence.to_string()]),
        contract: line.contract.clone(),
        file: file.to_owned(),
        row: identity.row,
        from: line.from,
        to: line.to,
        paid_on: line.paid_on,
        gross: payout.gross(),
        fee: payout.fee,
        tax: Some(payout.tax),
        transfer_fee: payout.transfer_fee,
        plan_fee: Yen::ZERO,
        adjustment: payout.adjustment,
        carry_in: Yen::ZERO,
        carry_out: Yen::ZERO,
        net: payout.net,
        payout_id: None,
        by_hand: true,
    })
}
