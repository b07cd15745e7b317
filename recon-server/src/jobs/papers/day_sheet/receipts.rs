//! 領収書番号 of a day: from where to where, what was taken back, what is missing.
//!
//! Invariant: last − first + 1 = valid + voided + gaps, for each counter.

use std::collections::BTreeMap;

use domain::id::CounterId;
use store::reports::SaleRow;

use super::{GAPS_MAX, ReceiptRange};

/// One range a counter. Numbers go on over the generations of a counter's agent, so the counter alone is the key.
pub fn ranges(sales: &[SaleRow]) -> Vec<ReceiptRange> {
    let mut numbers: BTreeMap<&CounterId, BTreeMap<u32, bool>> = BTreeMap::new();
    for row in sales {
        let receipt = &row.sale.receipt_number;
        numbers.entry(&receipt.counter).or_default().insert(receipt.number, row.void.is_some());
    }
    numbers.into_iter().filter_map(|(counter, numbers)| range(counter, &numbers)).collect()
}

fn range(counter: &CounterId, numbers: &BTreeMap<u32, bool>) -> Option<ReceiptRange> {
    let (first, _) = numbers.first_key_value()?;
    let (last, _) = numbers.last_key_value()?;
    let voided = numbers.values().filter(|voided| **voided).count();
    let held = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
    let missing = (*first..=*last).filter(|number| !numbers.contains_key(number));
    Some(ReceiptRange {
        counter: counter.clone(),
        first: *first,
        last: *last,
        valid: numbers.len() - voided,
        voided,
        gaps: missing.take(GAPS_MAX).collect(),
        gap_count: (last - first).saturating_add(1).saturating_sub(held),
    })
}
