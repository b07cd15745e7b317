//! Payers' codes (CPM) between the page and the terminal's task.
//!
//! Invariants: a code is put before its attempt is asked for and taken once; it is never in a command, so never in the journal; a code
//! that was lost with the process is not asked for again: its attempt ends as not started. Not here: showing it (nobody does).

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use domain::id::AttemptId;
use drivers::codes::PaymentCode;

/// Codes that are kept at once; a counter serves one payer, and an older code is no longer good.
const CODES_MAX: usize = 4;

/// The safe. Clones share one.
#[derive(Debug, Clone, Default)]
pub struct CodeSafe(Arc<Mutex<VecDeque<(AttemptId, PaymentCode)>>>);

impl CodeSafe {
    /// Keeps the code of an attempt.
    pub fn put(&self, attempt: AttemptId, code: PaymentCode) {
        let mut codes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        codes.retain(|(of, _)| *of != attempt);
        if codes.len() == CODES_MAX {
            codes.pop_front();
        }
        codes.push_back((attempt, code));
    }

    /// Takes the code of an attempt; also to throw it away.
    pub fn take(&self, attempt: AttemptId) -> Option<PaymentCode> {
        let mut codes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = codes.iter().position(|(of, _)| *of == attempt)?;
        codes.remove(at).map(|(_, code)| code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_taken_once_and_shows_itself_nowhere() {
        let (safe, attempt) = (CodeSafe::default(), |n| AttemptId(uuid::Uuid::from_u128(n)));
        for n in 0..6 {
            safe.put(attempt(n), PaymentCode::new(format!("28123456789012345{n}")).unwrap());
        }
        assert!(!format!("{safe:?}").contains("2812345"));
        assert_eq!(safe.take(attempt(1)), None, "bounded");
        assert_eq!(safe.take(attempt(5)).unwrap().trace().last, "3455");
        assert_eq!(safe.take(attempt(5)), None);
    }
}
