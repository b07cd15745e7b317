//! 締め: which months are signed, the form that signs the next, and the form that asks to open one again.
//!
//! Invariant: only the newest lock of a scope has the form; reopening is a wish that waits for a second person.

use askama::Template;

use super::{
    form::{Field, FormId},
    shell::Shell,
    words::{Link, Verdict},
};

/// A lock in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockLine {
    /// `令和8年7月`
    pub month: Link,
    /// すべて, or the contract.
    pub scope: String,
    /// 締め済み or 締めを戻した
    pub state: &'static str,
    /// Its badge.
    pub badge: Verdict,
    /// Who and when.
    pub by: String,
    /// Number of the run that was signed.
    pub run: u64,
    /// Why.
    pub reason: String,
    /// The form that asks to open it again: its id in the page and where it goes.
    pub reopen: Option<(String, String)>,
    /// The wish to open it again that waits.
    pub waiting: Option<String>,
}

/// 締め
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "periods.html")]
pub struct PeriodsPage {
    /// Frame.
    pub shell: Shell,
    /// Id of the form that signs.
    pub form: FormId,
    /// Id of the form that asks to open again.
    pub reopen_form: FormId,
    /// The month to be signed.
    pub month: Field,
    /// Why, where the month is not green.
    pub reason: Field,
    /// Longest reason, in characters.
    pub reason_max: usize,
    /// What refuses the signing, where no field is to blame.
    pub refused: Option<String>,
    /// What refuses the wish to open again.
    pub reopen_refused: Option<String>,
    /// Locks and their ends, newest first.
    pub locks: Vec<LockLine>,
}
