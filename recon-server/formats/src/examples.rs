//! Profiles of acquirers' statements that nobody here has checked against a real file: selectable by a contract's `statement_profile`
//! like the others, each with its [`crate::Provenance`], and a starting point for a profile of one's own.
//!
//! Invariants: each says where its layout is from and what of it is made up; each reads what it writes (a test writes and reads every
//! one); none is ever chosen by itself, because a file is only tried with the profiles that contracts name. Not here: payouts and daily
//! totals, which are no lists of sales ([`crate::payout`]).

use crate::statement::{BadProfile, Profile};

/// The texts, as a person would copy and correct them.
const EXAMPLES: [(&str, &str); 13] = [
    ("antom_transactions", include_str!("../profiles/examples/antom_transactions.toml")),
    ("antom_settlement", include_str!("../profiles/examples/antom_settlement.toml")),
    ("square_payout_entries", include_str!("../profiles/examples/square_payout_entries.toml")),
    ("stores_payments", include_str!("../profiles/examples/stores_payments.toml")),
    ("airpay", include_str!("../profiles/examples/airpay.toml")),
    ("smbc_card_sales", include_str!("../profiles/examples/smbc_card_sales.toml")),
    ("rakuten_edy", include_str!("../profiles/examples/rakuten_edy.toml")),
    ("waon", include_str!("../profiles/examples/waon.toml")),
    ("nanaco", include_str!("../profiles/examples/nanaco.toml")),
    ("id_quicpay", include_str!("../profiles/examples/id_quicpay.toml")),
    ("paypay_opa_recon", include_str!("../profiles/examples/paypay_opa_recon.toml")),
    ("generic_aggregator", include_str!("../profiles/examples/generic_aggregator.toml")),
    ("transit_ic", include_str!("../profiles/examples/transit_ic.toml")),
];

/// Ids and texts of every example.
#[must_use]
pub const fn texts() -> &'static [(&'static str, &'static str)] {
    &EXAMPLES
}

/// Every example, loaded.
///
/// # Errors
/// Never for the examples of a release (a test loads them).
pub fn profiles() -> Result<Vec<Profile>, BadProfile> {
    EXAMPLES.iter().map(|(_, text)| Profile::from_toml(text)).collect()
}

/// The example with this id.
///
/// # Errors
/// As [`profiles`].
pub fn profile(id: &str) -> Result<Option<Profile>, BadProfile> {
    EXAMPLES.iter().find(|(name, _)| *name == id).map(|(_, text)| Profile::from_toml(text)).transpose()
}
