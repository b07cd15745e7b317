//! 窓口一覧: every counter with its agent, its last sign of life and the end of its chain; enrolment codes; 休業.
//!
//! Invariants: an enrolment code stands on exactly one page, the answer to the form that made it; 休業 is entered with a reason,
//! never inferred (DESIGN 3.9).

use askama::Template;
use domain::time::CivilDate;

use super::{
    form::{Field, FormId},
    shell::Shell,
    words::Verdict,
};

/// What the centre knows of a counter's agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contact {
    /// Heard lately.
    Lately,
    /// Not heard for longer than usual.
    Quiet,
    /// Enrolled and never heard.
    Never,
    /// No agent yet.
    NotEnrolled,
    /// Two histories: its entries are kept aside.
    Forked,
}

impl Contact {
    /// The word on screens.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Lately => "連絡あり",
            Self::Quiet => "連絡が途絶",
            Self::Never => "まだ連絡なし",
            Self::NotEnrolled => "未登録",
            Self::Forked => "記録の分岐",
        }
    }

    /// How grave it is.
    #[must_use]
    pub const fn verdict(self) -> Verdict {
        match self {
            Self::Lately => Verdict::Agreed,
            Self::Quiet | Self::Never => Verdict::Pending,
            Self::NotEnrolled => Verdict::Incomplete,
            Self::Forked => Verdict::Differs,
        }
    }
}

/// A counter in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CounterLine {
    /// 窓口ID
    pub id: String,
    /// 施設
    pub facility: String,
    /// 所属
    pub section: String,
    /// 窓口
    pub label: String,
    /// 世代; 0 before the first.
    pub incarnation: u32,
    /// Sign of life.
    pub contact: Contact,
    /// 最終連絡
    pub last_contact: String,
    /// 業務日 and its state.
    pub day: String,
    /// Decisions and profiles that the counter has not journalled yet; none before the first enrolment.
    pub waiting: Option<usize>,
    /// 記録番号 of the head.
    pub sequence_number: u64,
    /// Hash of the head, hex, short.
    pub head: String,
    /// Id of the enrolment form of this line.
    pub form: FormId,
}

/// A code that is shown once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownCode {
    /// For which counter.
    pub counter: String,
    /// The code.
    pub code: String,
    /// Until when it works.
    pub expires: String,
    /// Command to type at the counter.
    pub command: String,
}

/// A day on which a counter does not open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolidayLine {
    /// 日
    pub day: CivilDate,
    /// 窓口ID
    pub counter_id: String,
    /// 窓口
    pub counter: String,
    /// 理由
    pub reason: String,
    /// だれが
    pub entered_by: String,
    /// Id of the form that takes it back.
    pub form: FormId,
}

/// 休業の登録: what was typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HolidayForm {
    /// 窓口ID
    pub counter: Field,
    /// 日
    pub day: Field,
    /// 理由
    pub reason: Field,
}

/// 窓口
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "counters.html")]
pub struct CountersPage {
    /// Frame.
    pub shell: Shell,
    /// Counters by facility and id.
    pub counters: Vec<CounterLine>,
    /// A code made just now.
    pub code: Option<ShownCode>,
    /// Days from today on, and the last month's.
    pub holidays: Vec<HolidayLine>,
    /// Id of the form.
    pub form: FormId,
    /// What was typed.
    pub holiday: HolidayForm,
}
