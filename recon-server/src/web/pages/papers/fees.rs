//! 手数料の決まり beside a 照合書: what the contract's payment statements say of its fee, as a block of the page. Pure.
//!
//! Invariant: a block of the screen only, never of the paper that is signed.

use domain::time::CivilDate;

use crate::{
    jobs::fees::ContractFees,
    web::view::{
        papers::FeeBlock,
        words::{Link, short_date},
    },
};

/// The block.
pub fn block(fees: &ContractFees, as_of: CivilDate) -> FeeBlock {
    let contract = &fees.inference.contract;
    let mut links = Vec::new();
    if let Some(at) = &fees.stopped_at {
        let closing = at.closing;
        let sheet = format!("/papers/contract/{contract}/{closing}");
        links.push(Link::new(format!("{}締めの照合書", short_date(closing)), sheet));
        if !at.counted_by.is_empty() {
            let list = format!("/exceptions?contract={contract}&from={closing}&to={closing}&as_of={as_of}");
            links.push(Link::new("同じ締めの不一致（手数料相違）", list));
        }
    }
    FeeBlock {
        word: fees.standing_ja,
        is_alarm: fees.standing.is_alarm(),
        sentences: fees.sentences_ja(),
        rules: fees.rules_ja.clone(),
        links,
    }
}
