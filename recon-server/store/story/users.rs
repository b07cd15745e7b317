//! Users, sessions, links, audit.

use store::{
    Store, StoreError,
    users::{AuditEntry, LinkPurpose, OneTimeLink, Role, SessionRow, UserRow},
};

use super::samples::{at, tenant};

fn accountant() -> UserRow {
    UserRow {
        user: "kaikei".to_owned(),
        label: "会計課".to_owned(),
        role: Role::Accountant,
        password_hash: None,
        active: true,
        created_at: at(0),
    }
}

fn session(byte: u8) -> SessionRow {
    SessionRow {
        id_sha256: [byte; 32],
        user: "kaikei".to_owned(),
        created_at: at(0),
        idle_expires_at: at(60),
        absolute_expires_at: at(100),
    }
}

pub async fn users_and_sessions(store: &dyn Store) {
    let tenant = tenant("users");
    let mut user = accountant();
    let mut unit = store.begin().await.unwrap();
    unit.create_user(&tenant, &user).await.unwrap();
    assert_eq!(unit.user(&tenant, "kaikei").await.unwrap(), Some(user.clone()), "without a password yet");
    user.password_hash = Some("$argon2id$x".to_owned());
    user.role = Role::Administrator;
    unit.update_user(&tenant, &user).await.unwrap();
    for byte in 1..=3 {
        unit.open_session(&tenant, &session(byte)).await.unwrap();
    }
    unit.commit().await.unwrap();

    let mut unit = store.begin().await.unwrap();
    assert!(matches!(unit.create_user(&tenant, &user).await, Err(StoreError::ChangeUser(_))), "exists");
    drop(unit);
    let mut unit = store.begin().await.unwrap();
    let nobody = UserRow { user: "nobody".to_owned(), ..user.clone() };
    assert!(
        matches!(unit.update_user(&tenant, &nobody).await, Err(StoreError::ChangeUser(_))),
        "no such user"
    );
    drop(unit);

    let mut unit = store.begin().await.unwrap();
    assert_eq!(unit.users(&tenant).await.unwrap(), [user.clone()]);
    let open = Some((session(1), user.clone()));
    assert_eq!(unit.session(&tenant, &[1; 32], at(59)).await.unwrap(), open);
    assert_eq!(unit.session(&tenant, &[1; 32], at(60)).await.unwrap(), None, "idle");
    unit.touch_session(&tenant, &[1; 32], at(200)).await.unwrap();
    assert!(unit.session(&tenant, &[1; 32], at(99)).await.unwrap().is_some());
    assert_eq!(unit.session(&tenant, &[1; 32], at(100)).await.unwrap(), None, "over, whatever happens");
    unit.end_session(&tenant, &[2; 32]).await.unwrap();
    assert_eq!(unit.session(&tenant, &[2; 32], at(1)).await.unwrap(), None);
    assert_eq!(unit.remove_ended_sessions(&tenant, at(60)).await.unwrap(), 1);
    unit.open_session(&tenant, &session(4)).await.unwrap();
    unit.update_user(&tenant, &UserRow { active: false, ..user.clone() }).await.unwrap();
    assert_eq!(unit.session(&tenant, &[4; 32], at(1)).await.unwrap(), None, "of a user who may not sign in");
    assert_eq!(unit.end_sessions_of(&tenant, "kaikei").await.unwrap(), 2);
    unit.commit().await.unwrap();
}

pub async fn one_time_links(store: &dyn Store) {
    let tenant = tenant("links");
    let mut unit = store.begin().await.unwrap();
    let link = OneTimeLink {
        token_sha256: [9; 32],
        purpose: LinkPurpose::FirstAdministrator,
        user: None,
        created_at: at(0),
        expires_at: at(10),
    };
    unit.put_link(&tenant, &link).await.unwrap();
    assert_eq!(unit.link(&tenant, &[9; 32], at(10)).await.unwrap(), None, "expired");
    assert_eq!(unit.use_link(&tenant, &[9; 32], at(10)).await.unwrap(), None, "expired");
    assert_eq!(unit.link(&tenant, &[9; 32], at(9)).await.unwrap(), Some(link.clone()));
    assert_eq!(unit.use_link(&tenant, &[9; 32], at(9)).await.unwrap(), Some(link));
    assert_eq!(unit.use_link(&tenant, &[9; 32], at(9)).await.unwrap(), None, "once");
    unit.commit().await.unwrap();
}

pub async fn audit(store: &dyn Store) {
    let tenant = tenant("audit");
    let entry = |action: &str| AuditEntry {
        at: at(0),
        actor: "admin".to_owned(),
        action: action.to_owned(),
        subject: "m1".to_owned(),
        detail: "{}".to_owned(),
    };
    let mut undone = store.begin().await.unwrap();
    assert_eq!(undone.record_audit(&tenant, &entry("undone")).await.unwrap(), 1);
    drop(undone);
    let mut unit = store.begin().await.unwrap();
    for number in 1..=3 {
        assert_eq!(unit.record_audit(&tenant, &entry(&format!("a{number}"))).await.unwrap(), number);
    }
    unit.commit().await.unwrap();
    let mut unit = store.snapshot().await.unwrap();
    let rows = unit.audit_rows(&tenant, None, 2).await.unwrap();
    let seen: Vec<_> = rows.iter().map(|row| (row.number, row.entry.action.as_str())).collect();
    assert_eq!(seen, [(3, "a3"), (2, "a2")], "what was undone left no number");
    let rest = unit.audit_rows(&tenant, Some(2), 10).await.unwrap();
    assert_eq!(rest.iter().map(|row| &row.entry).collect::<Vec<_>>(), [&entry("a1")]);
}
