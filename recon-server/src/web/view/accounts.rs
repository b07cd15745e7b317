//! Pages about people: login, first administrator, users, password.
//!
//! Invariants: a password is never put back into a page; a refused login does not say which of the two was wrong.

use askama::Template;

use super::{
    form::{Field, FormId},
    shell::{Role, Shell},
};

/// Why a login was refused or is asked for again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginTrouble {
    /// Name or password wrong; never said which.
    Wrong,
    /// Too many tries.
    TooMany {
        /// Minutes to wait.
        wait_minutes: u32,
    },
    /// The session is over.
    Expired,
    /// Signed out just now.
    SignedOut,
}

impl LoginTrouble {
    /// The sentence on the page.
    #[must_use]
    pub fn sentence(self) -> String {
        match self {
            Self::Wrong => {
                "利用者IDまたはパスワードが違います。大文字・小文字を確かめて、もう一度入力してください。"
                    .into()
            }
            Self::TooMany { wait_minutes } => {
                format!(
                    "続けて間違えたため、いまは受け付けません。{wait_minutes}分ほど待ってから、もう一度入力してください。"
                )
            }
            Self::Expired => {
                "しばらく操作がなかったため、ログアウトしました。もう一度ログインしてください。".into()
            }
            Self::SignedOut => "ログアウトしました。".into(),
        }
    }

    /// Whether it is an error rather than news.
    #[must_use]
    pub const fn is_error(self) -> bool {
        matches!(self, Self::Wrong | Self::TooMany { .. })
    }
}

/// ログイン
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "login.html")]
pub struct LoginPage {
    /// Frame.
    pub shell: Shell,
    /// What the person typed as name.
    pub name: String,
    /// Where to go afterwards, within this site.
    pub next: Option<String>,
    /// Why it is asked again.
    pub trouble: Option<LoginTrouble>,
}

/// 初回管理者の登録, by a one-time link from the server's console. The same page sets a password by link.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "set_up.html")]
pub struct SetUpPage {
    /// Frame.
    pub shell: Shell,
    /// Path to which the form is sent; carries the one-time token.
    pub action: String,
    /// 利用者ID; fixed where the link is for an existing user.
    pub name: Field,
    /// Whether the name can be chosen.
    pub name_is_fixed: bool,
    /// 表示名
    pub label: Field,
    /// パスワード
    pub password: Field,
    /// パスワード（確認）
    pub again: Field,
}

/// A user in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserLine {
    /// 利用者ID
    pub name: String,
    /// 表示名
    pub label: String,
    /// Role.
    pub role: Role,
    /// May sign in.
    pub active: bool,
    /// Has no password yet: the first link was not used.
    pub waiting: bool,
    /// 登録日
    pub created: String,
    /// Whether it is the person who looks.
    pub is_self: bool,
    /// Id of the form of this line.
    pub form: FormId,
}

/// A link that is shown once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneTimeLink {
    /// For whom.
    pub user: String,
    /// The whole address.
    pub url: String,
    /// Until when it works.
    pub expires: String,
}

/// 利用者
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "users.html")]
pub struct UsersPage {
    /// Frame.
    pub shell: Shell,
    /// Users by id.
    pub users: Vec<UserLine>,
    /// A link made just now.
    pub link: Option<OneTimeLink>,
    /// Id of the form.
    pub form: FormId,
    /// 利用者ID of the new user.
    pub name: Field,
    /// 表示名 of the new user.
    pub label: Field,
    /// Role of the new user.
    pub role: Role,
}

impl UsersPage {
    /// Roles of the form.
    #[must_use]
    pub fn roles(&self) -> [Role; 2] {
        Role::ALL
    }
}

/// パスワード変更
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "password.html")]
pub struct PasswordPage {
    /// Frame.
    pub shell: Shell,
    /// Id of the form.
    pub form: FormId,
    /// 今のパスワード
    pub current: Field,
    /// 新しいパスワード
    pub password: Field,
    /// 新しいパスワード（確認）
    pub again: Field,
}
