//! The key of an entry where the format has no dependable id: everything that describes it, and which of several alike it is.
//!
//! Source: reconciliation.md 6.1 ("no row id") and 6.4 ("identity"). Invariant: genuine twins in one file get occurrences 1, 2, …

use domain::time::CivilDate;

use crate::{Digest, digest::Framed, zengin::occurrences::Occurrences};

use super::model::Entry;

/// The keys seen in one file.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    framed: Framed,
    /// Account and days of the last entry, with which the key is begun: entries of a day stand together.
    begun: Option<(String, CivilDate, Option<CivilDate>)>,
    occurrences: Occurrences,
}

impl Keys {
    /// Room for so many entries.
    pub fn reserve(&mut self, entries: usize) {
        self.occurrences.reserve(entries);
    }

    /// Settles key and occurrence of an entry of an account.
    pub fn seal(&mut self, account: &str, entry: &mut Entry) {
        entry.record_key = self.key(account, entry);
        entry.occurrence = self.occurrence(entry.record_key);
    }

    /// Which of several alike the next entry with a key is.
    pub fn occurrence(&mut self, key: Digest) -> u32 {
        self.occurrences.next(key)
    }

    /// The key of an entry of an account.
    pub fn key(&mut self, account: &str, entry: &Entry) -> Digest {
        let (booked, value) = (entry.booked_on, entry.value_on);
        let framed = &mut self.framed;
        if !self.begun.as_ref().is_some_and(|head| head.0 == account && (head.1, head.2) == (booked, value)) {
            framed.clear();
            framed.push(account);
            framed.push(&booked.to_string());
            framed.push(&value.map(|day| day.to_string()).unwrap_or_default());
            framed.keep();
            self.begun = Some((account.to_owned(), booked, value));
        }
        framed.push(itoa::Buffer::new().format(entry.amount.get()));
        for part in [
            entry.class.code(),
            entry.remitter_code.as_deref().unwrap_or_default(),
            &entry.common.remitter_kana,
            &entry.common.summary,
            &entry.edi,
            entry.inquiry_no.as_deref().unwrap_or_default(),
        ] {
            framed.push(part);
        }
        match entry.balance_after {
            Some(yen) => framed.push(itoa::Buffer::new().format(yen.get())),
            None => framed.push(""),
        }
        framed.take()
    }
}
