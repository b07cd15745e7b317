//! Made-up pages: the day of `papers.md` and its troubles. One function per page, each in the states that matter.

mod accounts;
mod books;
mod controls;
mod desk;
mod hand;
mod ledger;
mod lists;
mod month;
mod papers;
mod report;

use askama::Template;
use uuid::Uuid;

use super::{
    failure::FailurePage,
    form::FormId,
    shell::{Notice, Role, Section, Shell, Tone, UserBadge},
    words::Link,
};

/// Every page in every state: its name and its bytes.
pub(crate) fn all() -> Vec<(String, String)> {
    let mut pages = Vec::new();
    accounts::add(&mut pages);
    books::add(&mut pages);
    controls::add(&mut pages);
    desk::add(&mut pages);
    hand::add(&mut pages);
    ledger::add(&mut pages);
    month::add(&mut pages);
    papers::add(&mut pages);
    report::add(&mut pages);
    add_failures(&mut pages);
    pages
}

/// Renders one sample under its name.
fn put(pages: &mut Vec<(String, String)>, name: &str, page: &impl Template) {
    pages.push((name.to_owned(), page.render().unwrap()));
}

/// The n-th form of a page.
fn form(n: u128) -> FormId {
    FormId(Uuid::from_u128(n))
}

/// The frame for somebody of a role.
fn shell(role: Role, section: Section) -> Shell {
    let name = match role {
        Role::Administrator => "kaikei-admin",
        Role::Accountant => "kaikei-02",
    };
    Shell {
        tenant: "みどり市".to_owned(),
        user: Some(UserBadge { name: name.to_owned(), role }),
        section,
        notice: None,
        logout_form: form(1),
        made_at: "2026-11-21 08:31:04".to_owned(),
    }
}

/// The frame of the import page, for its own tests.
pub(crate) fn imports_shell() -> Shell {
    shell(Role::Accountant, Section::Imports)
}

/// The frame before the login.
fn outside() -> Shell {
    Shell { user: None, section: Section::Elsewhere, ..shell(Role::Accountant, Section::Elsewhere) }
}

/// A frame that says what was just done.
fn saying(shell: Shell, tone: Tone, text: &str) -> Shell {
    Shell { notice: Some(Notice { tone, text: text.to_owned() }), ..shell }
}

fn add_failures(pages: &mut Vec<(String, String)>) {
    let page = |status: u16, title: &str, english: &str, text: &str, reference: Option<&str>| FailurePage {
        shell: shell(Role::Accountant, Section::Elsewhere),
        status,
        title: title.to_owned(),
        english: english.to_owned(),
        text: text.to_owned(),
        steps: vec!["左上の「窓口 会計」から、収納日報へ戻れます。".to_owned()],
        reference: reference.map(str::to_owned),
        onward: Link::new("収納日報へ", "/report"),
    };
    put(
        pages,
        "failure-404",
        &page(404, "ページが見つかりません", "Not found", "住所が違うか、なくなったページです。", None),
    );
    put(
        pages,
        "failure-403",
        &page(403, "この操作はできません", "Not allowed", "管理者だけが使える画面です。", None),
    );
    put(
        pages,
        "failure-500",
        &page(500, "処理できませんでした", "Something failed", "記録は変わっていません。", Some("0F3A-91C2")),
    );
}
