//! 歳出: what the companies keep back or invoice, by fiscal year and by whose takings it was charged on.
//!
//! Invariants: the lines of a payout add up to its fee, tax, transfer fee and plan fee to the yen; a payout that holds takings of several
//! owners is split by largest remainder over what each took, so that the municipality never bears another's fee. To which budget line
//! an expenditure goes is the template's (`[expenditure.fee]`).

use std::collections::BTreeMap;

use domain::{
    money::Yen,
    time::{CivilDate, FiscalYear},
};
use engine::{Contract, allocate::allocate, outcome::Payout};
use formats::export::{ExpenditureAccount, ExportRow, Lane, Template};
use store::reports::SaleRow;

use super::rows::{blank, company, contract_of, owner_words};

/// A payout with the day on which it came.
pub type Arrived<'a> = (&'a Payout, CivilDate);

/// Payouts that came in some days.
pub fn arrived(payouts: &[Payout], from: CivilDate, to: CivilDate) -> Vec<Arrived<'_>> {
    let came = payouts.iter().filter_map(|payout| Some((payout, payout.deposited_on?)));
    came.filter(|(_, day)| from <= *day && *day <= to).collect()
}

/// First and last day of what they pay.
pub fn days_of(arrived: &[Arrived<'_>]) -> Option<(CivilDate, CivilDate)> {
    let first = arrived.iter().map(|(payout, _)| payout.from).min()?;
    let last = arrived.iter().map(|(payout, _)| payout.to).max()?;
    Some((first, last))
}

/// The lines of payouts that came.
pub fn fees(arrived: &[Arrived<'_>], sold: &[SaleRow], contracts: &[Contract]) -> Vec<ExportRow> {
    let mut rows = Vec::new();
    for (payout, day) in arrived {
        let owners = owners(payout, sold, contracts);
        let mut push = |year: FiscalYear, fee: Yen, word: &str| {
            let weights: Vec<i64> = owners.values().map(|yen| yen.get()).collect();
            let shares = allocate(fee.get(), &weights);
            let parts = owners.keys().zip(shares).filter(|(_, share)| *share != 0);
            rows.extend(parts.map(|(owner, share)| ExportRow {
                lane: Lane::Expenditure,
                owner: owner.clone(),
                received_on: Some(*day),
                trustee: company(contracts, &payout.contract),
                count: 1,
                fee: Yen::new(share),
                summary: format!("歳出・{word} {}から{}", payout.from, payout.to),
                ..blank(year, None, String::new())
            }));
        };
        for share in &payout.years {
            push(share.year, share.fee, "決済手数料");
        }
        push(payout.to.fiscal_year(), payout.transfer_fee, "振込手数料");
        push(payout.to.fiscal_year(), payout.plan_fee, "月額利用料");
    }
    rows
}

/// What each owner took of what a payout pays; the municipality alone where no takings of ours are known.
fn owners(payout: &Payout, sold: &[SaleRow], contracts: &[Contract]) -> BTreeMap<String, Yen> {
    let mut owners: BTreeMap<String, Yen> = BTreeMap::new();
    let holds = |row: &&SaleRow| {
        row.void.is_none()
            && (payout.from..=payout.to).contains(&row.sale.payment_date)
            && contract_of(row, contracts) == Some(&payout.contract)
    };
    for line in sold.iter().filter(holds).flat_map(|row| &row.sale.lines) {
        if line.amount != Yen::ZERO {
            let sum = owners.entry(owner_words(&line.owner)).or_default();
            *sum = sum.saturating_add(line.amount);
        }
    }
    if owners.is_empty() {
        owners.insert(String::new(), Yen::new(1));
    }
    owners
}

/// Gives the expenditures the 科目 that the template names. Whether one was missing.
pub fn book(rows: &mut [ExportRow], template: &Template) -> bool {
    let mut missing = false;
    for row in rows.iter_mut().filter(|row| row.lane == Lane::Expenditure) {
        let accounts = &template.expenditure;
        let account = if row.repayment == Yen::ZERO { &accounts.fee } else { &accounts.repayment };
        missing |= account.is_empty();
        let ExpenditureAccount { account, section, kan, kou, moku, setsu, saisetsu } = account.clone();
        // Whose section it was stays, where the template names none.
        let section = if section.is_empty() { std::mem::take(&mut row.section) } else { section };
        (row.account, row.section, row.kan, row.kou) = (account, section, kan, kou);
        (row.moku, row.setsu, row.saisetsu) = (moku, setsu, saisetsu);
    }
    missing
}
