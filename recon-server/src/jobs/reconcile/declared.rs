//! Rows of payment statements as facts of the engine.
//!
//! Invariant: every part of the row's own arithmetic is handed on, so that the engine sees the sum that the reader proved.

use engine::{facts::DeclaredPayout, ident::stable_id};
use formats::payout::PayoutRow;
use store::facts::{PayoutLine, Stored};

use crate::jobs::{JobError, hand};

/// A payment statement's row. `file` is the SHA-256 of its file, hex.
pub fn payout(stored: &Stored<PayoutLine>, file: &str) -> Result<DeclaredPayout, JobError> {
    if hand::is_hand(&stored.source) {
        return hand::declared(stored, file);
    }
    let line = &stored.fact;
    let read: PayoutRow = serde_json::from_str(&line.document)
        .map_err(|source| JobError::Json { what: "row of a payment statement", source })?;
    let identity = &line.identity;
    let occurrence = identity.occurrence.to_string();
    Ok(DeclaredPayout {
        id: stable_id("declared", &[&stored.source, &identity.record_key, &occurrence]),
        contract: line.contract.clone(),
        file: file.to_owned(),
        row: identity.row,
        from: line.from,
        to: line.to,
        paid_on: line.paid_on,
        gross: read.gross,
        fee: read.fee,
        tax: None,
        transfer_fee: read.transfer_fee,
        plan_fee: domain::money::Yen::ZERO,
        adjustment: domain::money::Yen::ZERO,
        carry_in: read.carried_in,
        carry_out: read.carried_out,
        net: read.net,
        payout_id: read.payout_id,
        by_hand: false,
    })
}

#[cfg(test)]
mod tests {
    use domain::money::Yen;
    use formats::payout::PayoutStanding;
    use store::facts::RowIdentity;

    use super::*;

    #[test]
    fn the_arithmetic_of_the_row_is_handed_on() {
        let day = "2026-07-31".parse().unwrap();
        let read = PayoutRow {
            row: 2,
            record_key: "p".to_owned(),
            occurrence: 1,
            content_hash: formats::Digest::default(),
            from: day,
            to: day,
            paid_on: None,
            gross: Yen::new(12_000),
            fee: Yen::new(388),
            transfer_fee: Yen::new(330),
            carried_in: Yen::new(291),
            carried_out: Yen::new(91),
            net: Yen::new(11_482),
            count: None,
            payout_id: Some("p".to_owned()),
            brand_word: String::new(),
            shop: String::new(),
            standing: PayoutStanding::Unsaid,
        };
        let identity =
            RowIdentity { record_key: "p".to_owned(), occurrence: 1, content_sha256: [0; 32], row: 2 };
        let line = PayoutLine {
            identity,
            contract: "card".parse().unwrap(),
            from: day,
            to: day,
            paid_on: None,
            gross: read.gross,
            fee: Yen::new(718),
            net: read.net,
            document: serde_json::to_string(&read).unwrap(),
        };
        let stored = Stored { source: "payout:card".to_owned(), revision: 1, file: 1, fact: line };
        let declared = payout(&stored, "f").unwrap();
        let sum = declared.gross.get() - declared.fee.get() - declared.transfer_fee.get()
            + declared.carry_in.get()
            - declared.carry_out.get();
        assert_eq!(sum, declared.net.get());
    }
}
