//! Samples of the pages about people.

use super::{form, outside, put, saying, shell};
use crate::web::view::{
    accounts::{LoginPage, LoginTrouble, OneTimeLink, PasswordPage, SetUpPage, UserLine, UsersPage},
    form::Field,
    shell::{Role, Section, Tone},
};

fn login(name: &str, trouble: Option<LoginTrouble>) -> LoginPage {
    LoginPage { shell: outside(), name: name.to_owned(), next: Some("/report".to_owned()), trouble }
}

fn set_up(fixed: bool) -> SetUpPage {
    SetUpPage {
        shell: outside(),
        action: "/first/0123abcd".to_owned(),
        name: if fixed {
            Field::typed("kaikei-03")
        } else {
            Field::refused("会計", "英数字と - _ . で入力してください。")
        },
        name_is_fixed: fixed,
        label: Field::typed("会計課 管理者"),
        password: Field::refused("", "10文字以上にしてください。"),
        again: Field::default(),
    }
}

fn users() -> UsersPage {
    let user = |n: u128, name: &str, label: &str, role, active, waiting| UserLine {
        name: name.to_owned(),
        label: label.to_owned(),
        role,
        active,
        waiting,
        created: "令和8年4月1日".to_owned(),
        is_self: name == "kaikei-admin",
        form: form(n),
    };
    UsersPage {
        shell: saying(
            shell(Role::Administrator, Section::Users),
            Tone::Done,
            "利用者 kaikei-03 を追加しました。",
        ),
        users: vec![
            user(10, "kaikei-admin", "会計課 管理者", Role::Administrator, true, false),
            user(11, "kaikei-02", "会計課 収納係", Role::Accountant, true, false),
            user(12, "kaikei-03", "会計課 審査係", Role::Accountant, true, true),
            user(13, "kaikei-99", "前任者", Role::Accountant, false, false),
        ],
        link: Some(OneTimeLink {
            user: "kaikei-03".to_owned(),
            url: "https://madoguchi.example.lg.jp/password/9f86d081884c7d65".to_owned(),
            expires: "11月22日 08:31".to_owned(),
        }),
        form: form(14),
        name: Field::refused("kaikei-02", "この利用者IDは使われています。"),
        label: Field::typed("<b>太字</b>&\"引用\""),
        role: Role::Accountant,
    }
}

pub(super) fn add(pages: &mut Vec<(String, String)>) {
    put(pages, "login", &login("", None));
    put(pages, "login-wrong", &login("kaikei-02", Some(LoginTrouble::Wrong)));
    put(pages, "login-too-many", &login("kaikei-02", Some(LoginTrouble::TooMany { wait_minutes: 15 })));
    put(pages, "login-expired", &login("", Some(LoginTrouble::Expired)));
    put(pages, "login-signed-out", &login("", Some(LoginTrouble::SignedOut)));
    put(pages, "set-up-first", &set_up(false));
    put(pages, "set-up-password", &set_up(true));
    put(pages, "users", &users());
    let password = PasswordPage {
        shell: shell(Role::Accountant, Section::Elsewhere),
        form: form(20),
        current: Field::refused("", "今のパスワードが違います。"),
        password: Field::default(),
        again: Field::default(),
    };
    put(pages, "password", &password);
}
