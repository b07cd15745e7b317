//! A golden journal on disk: written once, compared for ever, folded as an auditor would.

use std::{fs, path::PathBuf};

use domain::{
    event::{Event, Recorded},
    evolve::evolve,
    settlement::Settlement,
    state::State,
};
use journal::{chain::verify, entry::Entry, frames, payload};

use crate::{freeze, id};

/// `testdata/NAME.journal`, and `testdata/NAME.settlement.json` where its day was closed.
pub struct Golden(pub &'static str);

/// What a golden journal folds to.
pub struct Folded {
    /// The figures of its last close.
    pub closed: Option<Settlement>,
    /// Sales that were completed.
    pub completed: usize,
}

impl Golden {
    fn path(&self, ending: &str) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata").join(format!("{}.{ending}", self.0))
    }

    pub fn entries(&self) -> Vec<Entry> {
        frames::split(&fs::read(self.path("journal")).unwrap()).unwrap()
    }

    /// This release writes the same bytes of the same happenings.
    pub fn is_written_by(&self, recorded: &[Recorded]) {
        let entries = freeze(recorded);
        let bytes = frames::join(entries.iter().map(Entry::bytes));
        self.holds("journal", &bytes, "the bytes of a released journal are frozen");
    }

    /// Verifies and folds it; nothing in it is unknown to this release.
    pub fn fold(&self) -> Folded {
        let entries = self.entries();
        assert!(verify(&id(), &entries).is_ok());
        let mut state = State::default();
        let mut folded = Folded { closed: None, completed: 0 };
        for entry in &entries {
            let recorded = payload::read(entry).unwrap();
            evolve(&mut state, &recorded);
            match recorded.event {
                Event::CounterClosed { settlement, .. } => folded.closed = Some(settlement),
                Event::SaleCompleted { .. } => folded.completed += 1,
                _ => {}
            }
        }
        assert_eq!(state.unrecognised, 0);
        folded
    }

    /// The figures of its close are what they were on the day of its release.
    pub fn has_figures(&self, settlement: &Settlement) {
        let figures = serde_json::to_string_pretty(settlement).unwrap() + "\n";
        self.holds("settlement.json", figures.as_bytes(), "the figures of a released journal are frozen");
    }

    /// A file that is missing is written once, and the test fails so that somebody looks at it.
    fn holds(&self, ending: &str, bytes: &[u8], why: &str) {
        let path = self.path(ending);
        if !path.exists() {
            fs::write(&path, bytes).unwrap();
            panic!("{} was missing and has been written: look at it and commit it", path.display());
        }
        assert!(fs::read(&path).unwrap() == bytes, "{why}: {}", path.display());
    }
}
