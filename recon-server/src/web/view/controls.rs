//! 確認: proposals, wishes that wait for the second person, and what was decided.
//!
//! Invariants: who asked sees no button to approve, whatever the role; what waits stands first; a decided word in force can be taken
//! back, again by two persons.

use askama::Template;
use domain::{money::Yen, time::CivilDate};

use super::{
    form::{Field, FormId},
    refunds::{Choice, RefundState},
    sale::Fact,
    shell::Shell,
    words::Link,
};

/// A proposal on which nobody has said a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposalLine {
    /// 突合 or 振込名義
    pub topic: &'static str,
    /// The form in which one asks.
    pub href: String,
    /// The wish that waits already.
    pub waiting: Option<String>,
    /// 日
    pub day: CivilDate,
    /// 契約・窓口
    pub place: String,
    /// Yen of the thing.
    pub amount: Yen,
    /// What was found.
    pub sentence: String,
    /// The records behind.
    pub members: Vec<Link>,
}

/// A wish in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WishLine {
    /// Its page.
    pub href: String,
    /// `突合 — 確認する`
    pub wish: String,
    /// What it is about.
    pub sentence: String,
    /// 理由
    pub reason: String,
    /// Who asked, and when.
    pub requested_by: String,
    /// Who decided, and when.
    pub decided_by: String,
    /// Where it stands.
    pub state: RefundState,
    /// It counts today, and can be taken back.
    pub in_force: bool,
}

/// 確認待ち
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "controls.html")]
pub struct ControlsPage {
    /// Frame.
    pub shell: Shell,
    /// The day on which the reconciliation stood.
    pub as_of: CivilDate,
    /// Proposals.
    pub proposals: Vec<ProposalLine>,
    /// Waiting for the second person, oldest first.
    pub waiting: Vec<WishLine>,
    /// Decided, newest first.
    pub decided: Vec<WishLine>,
    /// Decided ones beyond those listed.
    pub decided_more: usize,
}

/// A word that can be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionChoice {
    /// Stable word.
    pub code: &'static str,
    /// Word.
    pub label: &'static str,
    /// What follows from it.
    pub hint: &'static str,
}

/// The form in which one asks.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "control_ask.html")]
pub struct ControlAskPage {
    /// Frame.
    pub shell: Shell,
    /// Id of the form and of the wish.
    pub form: FormId,
    /// Where it goes.
    pub action: String,
    /// `突合の確認`
    pub title: String,
    /// What was found.
    pub sentence: String,
    /// Facts.
    pub facts: Vec<Fact>,
    /// The records behind.
    pub members: Vec<Link>,
    /// Words to choose from.
    pub choices: Vec<ActionChoice>,
    /// The word chosen.
    pub choice: Field,
    /// First day of a name; none for a match.
    pub valid_from: Option<Field>,
    /// 理由
    pub reason: Field,
    /// Longest reason, in characters.
    pub reason_max: usize,
    /// What refuses the whole, where no field is to blame.
    pub refused: Option<String>,
}

/// One wish.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "control.html")]
pub struct ControlPage {
    /// Frame.
    pub shell: Shell,
    /// Id of the form.
    pub form: FormId,
    /// The wish.
    pub wish: WishLine,
    /// Facts.
    pub facts: Vec<Fact>,
    /// The records behind.
    pub members: Vec<Link>,
    /// What the reader may do.
    pub choice: Choice,
    /// 承認 or 差戻し as chosen.
    pub decision: Field,
    /// 所見
    pub note: Field,
    /// Longest note, in characters.
    pub note_max: usize,
    /// What refuses the whole, where no field is to blame.
    pub refused: Option<String>,
    /// What follows from taking it back.
    pub revoke_hint: &'static str,
    /// The form that asks to take it back; none where there is nothing to take back.
    pub revoke: Option<String>,
}
