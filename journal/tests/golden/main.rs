//! The golden journals of every payload version fold for ever.
//!
//! A file in `testdata/` is never written again: a change that makes its bytes differ needs a new payload version, a lifting, and
//! a golden file of its own beside the old ones.
#![expect(clippy::unwrap_used, reason = "helpers of a test")]

mod clock;
#[path = "../../../domain/tests/desk/mod.rs"]
#[expect(dead_code, reason = "the builder serves the domain's tests too")]
mod desk;
mod file;
mod v1;
mod v2;

use domain::{event::Recorded, id::Incarnation};
use journal::{
    chain::{Head, JournalId},
    entry::Entry,
    payload,
};

fn id() -> JournalId {
    JournalId { tenant: "t1".parse().unwrap(), counter: "m1".parse().unwrap(), incarnation: Incarnation(1) }
}

/// The entries that this release writes of what happened.
fn freeze(recorded: &[Recorded]) -> Vec<Entry> {
    let mut head = Head::EMPTY;
    recorded
        .iter()
        .map(|recorded| {
            let bytes = payload::write(recorded).unwrap();
            let (kind, version) = (payload::kind_of(&recorded.event), payload::version_of(&recorded.event));
            let entry = head.freeze_next(&id(), kind, version, &bytes).unwrap();
            head = Head::after(&entry);
            entry
        })
        .collect()
}
