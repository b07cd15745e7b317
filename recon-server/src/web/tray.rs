//! Files that were looked at and not yet imported: what is imported is exactly what was previewed.
//!
//! Invariants: a file is found only by its digest and only by the user who handed it in; at most [`FILES_MAX`] files and
//! [`BYTES_MAX`] bytes wait, each for [`WAIT_MS`]; the oldest makes room. They live in memory: after a restart the person is asked to
//! choose the file again.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use domain::time::Timestamp;

use crate::jobs::import::Upload;

/// Most files waiting.
const FILES_MAX: usize = 16;
/// Most bytes waiting.
const BYTES_MAX: usize = 96 << 20;
/// How long a file waits, in milliseconds.
const WAIT_MS: i64 = 60 * 60_000;

struct Waiting {
    sha256: String,
    at: Timestamp,
    upload: Upload,
}

/// Files waiting for a decision, newest last.
#[derive(Default)]
pub struct Tray {
    waiting: Mutex<VecDeque<Waiting>>,
}

impl Tray {
    /// Puts a file down; the same file again replaces the earlier one.
    pub fn put(&self, sha256: &str, upload: Upload, now: Timestamp) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|one| now.ms_since(one.at) < WAIT_MS && !one.is(sha256, &upload.uploader));
        waiting.push_back(Waiting { sha256: sha256.to_owned(), at: now, upload });
        let bytes =
            |waiting: &VecDeque<Waiting>| waiting.iter().map(|one| one.upload.bytes.len()).sum::<usize>();
        while waiting.len() > 1 && (waiting.len() > FILES_MAX || bytes(&waiting) > BYTES_MAX) {
            waiting.pop_front();
        }
    }

    /// A file that waits for this user.
    pub fn find(&self, sha256: &str, user: &str, now: Timestamp) -> Option<Upload> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let found = waiting.iter().find(|one| one.is(sha256, user) && now.ms_since(one.at) < WAIT_MS);
        found.map(|one| one.upload.clone())
    }

    /// Takes a file off the tray.
    pub fn remove(&self, sha256: &str, user: &str) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).retain(|one| !one.is(sha256, user));
    }
}

impl Waiting {
    fn is(&self, sha256: &str, user: &str) -> bool {
        self.sha256 == sha256 && self.upload.uploader == user
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::import::SourceChoice;

    const NOW: Timestamp = Timestamp::from_micros(0);

    fn upload(user: &str, length: usize) -> Upload {
        Upload {
            source: SourceChoice::Bank,
            name: "a".into(),
            bytes: vec![0; length],
            period: None,
            uploader: user.into(),
        }
    }

    #[test]
    fn a_file_waits_for_its_own_user_and_not_for_ever() {
        let tray = Tray::default();
        tray.put("s", upload("a", 1), NOW);
        assert!(tray.find("s", "a", NOW).is_some());
        assert!(tray.find("s", "b", NOW).is_none());
        assert!(tray.find("s", "a", NOW.plus_ms(WAIT_MS)).is_none());
        tray.remove("s", "a");
        assert!(tray.find("s", "a", NOW).is_none());
    }

    #[test]
    fn the_oldest_makes_room() {
        let tray = Tray::default();
        for n in 0..=FILES_MAX {
            tray.put(&n.to_string(), upload("a", 1), NOW);
        }
        assert!(tray.find("0", "a", NOW).is_none());
        assert!(tray.find("1", "a", NOW).is_some());
        tray.put("big", upload("a", BYTES_MAX), NOW);
        assert!(tray.find("1", "a", NOW).is_none());
        assert!(tray.find("big", "a", NOW).is_some());
    }
}
