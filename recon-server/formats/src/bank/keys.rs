//! The key of an entry where the format has no dependable id: everything that describes it, and which of several alike it is.
//!
//! Source: reconciliation.md 6.1 ("no row id") and 6.4 ("identity"). Invariant: genuine twins in one file get occurrences 1, 2, …

use std::collections::HashMap;

use crate::digest::of_parts;

use super::model::Entry;

/// The keys seen in one file.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    seen: HashMap<String, u32>,
}

impl Keys {
    /// Settles key and occurrence of an entry of an account.
    pub fn seal(&mut self, account: &str, entry: &mut Entry) {
        let day = |date: Option<domain::time::CivilDate>| date.map(|d| d.to_string()).unwrap_or_default();
        entry.record_key = of_parts([
            account,
            &entry.booked_on.to_string(),
            &day(entry.value_on),
            &entry.amount.get().to_string(),
            entry.class.code(),
            entry.remitter_code.as_deref().unwrap_or_default(),
            &entry.remitter_kana,
            &entry.summary,
            &entry.edi,
            entry.inquiry_no.as_deref().unwrap_or_default(),
            &entry.balance_after.map(|yen| yen.get().to_string()).unwrap_or_default(),
        ]);
        let seen = self.seen.entry(entry.record_key.clone()).or_default();
        *seen = seen.saturating_add(1);
        entry.occurrence = *seen;
    }
}
