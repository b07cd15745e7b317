//! What a payment statement declares beside what we had computed. Pure.
//!
//! Invariant: costs stand negative on both sides, so that a difference has the sign of the money.

use domain::money::Yen;
use engine::outcome::Payout;

use crate::web::view::papers::DeclaredLine;

/// The lines; none where no payment statement is here.
pub fn lines(payout: &Payout) -> Vec<DeclaredLine> {
    let Some(ours) = &payout.declared else { return Vec::new() };
    let minus = |yen: Yen| Yen::ZERO.saturating_sub(yen);
    let line = |label: &'static str, declared: Yen, computed: Yen| DeclaredLine {
        label,
        declared,
        computed,
        difference: declared.saturating_sub(computed),
    };
    let mut lines = vec![
        line("決済手数料", minus(payout.fee), minus(ours.fee)),
        line("手数料の消費税", minus(payout.fee_tax), minus(ours.fee_tax)),
        line("振込手数料", minus(payout.transfer_fee), minus(ours.transfer_fee)),
        line("月額利用料", minus(payout.plan_fee), minus(ours.plan_fee)),
        line("会社による調整", payout.adjustment, Yen::ZERO),
    ];
    // Fee and tax always stand; what neither side has does not.
    let both = |line: &DeclaredLine| line.declared != Yen::ZERO || line.computed != Yen::ZERO;
    let mut place = 0_usize;
    lines.retain(|line| {
        place += 1;
        place <= 2 || both(line)
    });
    lines.push(line("支払額", payout.net, ours.net));
    lines
}
