//! What surrounds every page: the municipality, who is signed in, where in the house one is, and one notice.

use super::form::FormId;

/// What a user of the centre may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// 管理者: users, counters, and all that an accountant may do.
    Administrator,
    /// 会計担当: reports, imports, decisions.
    Accountant,
}

impl Role {
    /// Every role, in the order of the form.
    pub const ALL: [Self; 2] = [Self::Accountant, Self::Administrator];

    /// The word on screens.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Administrator => "管理者",
            Self::Accountant => "会計担当",
        }
    }

    /// What the role is for, beside the choice in the form.
    #[must_use]
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::Administrator => "会計担当の仕事に加え、利用者と窓口を登録します",
            Self::Accountant => "収納日報・資料取込・結果不明の判定",
        }
    }

    /// The stable word in forms.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Accountant => "accountant",
        }
    }

    /// The role of a stable word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }
}

/// The rooms of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// 収納日報
    Report,
    /// 収納月報
    Month,
    /// 帳票
    Papers,
    /// 資料取込
    Imports,
    /// 結果不明
    Unknowns,
    /// 不一致
    Exceptions,
    /// 戻出
    Refunds,
    /// 財務会計連携
    Finance,
    /// 窓口
    Counters,
    /// 利用者
    Users,
    /// Anything else.
    Elsewhere,
}

/// One entry of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NavItem {
    /// Word.
    pub label: &'static str,
    /// English beside it.
    pub english: &'static str,
    /// Address.
    pub href: &'static str,
    /// Whether this is where one is.
    pub current: bool,
}

const NAVIGATION: [(Section, &str, &str, &str); 10] = [
    (Section::Report, "収納日報", "Day", "/report"),
    (Section::Month, "収納月報", "Month", "/month"),
    (Section::Papers, "帳票", "Papers", "/papers"),
    (Section::Imports, "資料取込", "Files", "/imports"),
    (Section::Exceptions, "不一致", "Breaks", "/exceptions"),
    (Section::Unknowns, "結果不明", "Unknowns", "/unknowns"),
    (Section::Refunds, "戻出", "Refunds", "/refunds"),
    (Section::Finance, "財務会計", "Finance", "/finance"),
    (Section::Counters, "窓口", "Counters", "/counters"),
    (Section::Users, "利用者", "Users", "/users"),
];

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserBadge {
    /// 利用者ID
    pub name: String,
    /// Role.
    pub role: Role,
}

/// How a notice is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// It was done.
    Done,
    /// It is only said.
    Info,
    /// It was refused.
    Refused,
}

/// One sentence at the top of the page, about what was just done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// How it is meant.
    pub tone: Tone,
    /// The sentence.
    pub text: String,
}

impl Notice {
    /// Class of the style sheet.
    #[must_use]
    pub const fn class(&self) -> &'static str {
        match self.tone {
            Tone::Done => "is-agreed",
            Tone::Info => "is-incomplete",
            Tone::Refused => "is-differs",
        }
    }

    /// Sign in front of the sentence.
    #[must_use]
    pub const fn sign(&self) -> &'static str {
        match self.tone {
            Tone::Done => "✓",
            Tone::Info => "i",
            Tone::Refused => "✕",
        }
    }
}

/// What surrounds a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shell {
    /// 団体
    pub tenant: String,
    /// Who is signed in; none on the pages before the login.
    pub user: Option<UserBadge>,
    /// Where one is.
    pub section: Section,
    /// One sentence about what was just done.
    pub notice: Option<Notice>,
    /// Id of the logout form.
    pub logout_form: FormId,
    /// When the page was made, for the foot of the print.
    pub made_at: String,
}

impl Shell {
    /// The navigation for this user; empty before the login.
    #[must_use]
    pub fn navigation(&self) -> Vec<NavItem> {
        let Some(user) = &self.user else { return Vec::new() };
        NAVIGATION
            .into_iter()
            .filter(|(section, ..)| *section != Section::Users || user.role == Role::Administrator)
            .map(|(section, label, english, href)| NavItem {
                label,
                english,
                href,
                current: section == self.section,
            })
            .collect()
    }

    /// Whether the user may do what only administrators may.
    #[must_use]
    pub fn is_administrator(&self) -> bool {
        self.user.as_ref().is_some_and(|user| user.role == Role::Administrator)
    }
}
