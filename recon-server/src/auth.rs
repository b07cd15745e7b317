//! Who may do what at the centre: users, passwords, sessions, roles, and the guards around every page.
//!
//! Invariants: secrets are stored as digests only; a session's id is 256 random bits in an `HttpOnly; SameSite=Strict` cookie; every
//! login, refused login and change of a user leaves an audit row in the same transaction; there is no default password — the first
//! administrator comes through a one-time link on the console.
//!
//! For pages: take [`CurrentUser`] (or [`Administrator`]) as an extractor; call [`login()`], [`logout`], [`claim_first_link`].
//! Not here: pages, counters' signatures ([`crate::api`]).

mod extract;
mod first;
mod guard;
mod limit;
mod login;
mod password;
mod users;

pub use extract::{Administrator, CurrentUser, NotAllowed, Peer, require};
pub use first::{FirstError, claim_first_link, first_link_open, make_first_link};
pub use guard::{CONTENT_SECURITY_POLICY, cross_site_guard, security_headers};
pub use limit::{Allowance, LoginLimit};
pub(crate) use login::audit;
pub use login::{LoginError, SESSION_COOKIE, SessionCookie, login, logout};
pub use password::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, PasswordError, Passwords};
pub use store::users::Role;
pub use users::{
    NewUser, USER_CHARS_MAX, UserError, add_user, change_password, new_password_link, set_active,
    set_password_by_link,
};

/// The word of a role on screens.
#[must_use]
pub const fn role_label_ja(role: Role) -> &'static str {
    match role {
        Role::Administrator => "管理者",
        Role::Accountant => "会計担当",
    }
}
