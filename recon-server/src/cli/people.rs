//! `recon-server user …`

use anyhow::bail;
use clap::{Subcommand, ValueEnum};
use serde_json::json;
use store::users::Role;

use super::{Ended, OutputFormat, output};
use crate::{
    app::AppState,
    auth::{self, NewUser},
};

/// Who acts on the command line, in the audit trail.
pub const ACTOR: &str = crate::set_up::NOBODY;

/// What to do with users.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// 利用者を作り、パスワードを決めるリンクを出す
    Add {
        /// 利用者名(英数字と - _ .)
        user: String,
        /// 画面に出る名前
        #[arg(long)]
        label: Option<String>,
        /// 役割
        #[arg(long, value_enum, default_value_t = RoleWord::Accountant)]
        role: RoleWord,
    },
    /// パスワードを決め直すリンクを出す
    Link {
        /// 利用者名
        user: String,
    },
    /// ログインできないようにする
    Disable {
        /// 利用者名
        user: String,
    },
    /// またログインできるようにする
    Enable {
        /// 利用者名
        user: String,
    },
    /// 利用者を並べる
    List,
}

/// A role on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RoleWord {
    /// 管理者: 窓口、利用者、契約
    Administrator,
    /// 会計担当: ファイル、照合、日報
    Accountant,
}

impl From<RoleWord> for Role {
    fn from(word: RoleWord) -> Self {
        match word {
            RoleWord::Administrator => Self::Administrator,
            RoleWord::Accountant => Self::Accountant,
        }
    }
}

/// Runs a user command.
pub async fn run(state: &AppState, command: UserCommand, format: OutputFormat) -> anyhow::Result<Ended> {
    match command {
        UserCommand::Add { user, label, role } => {
            let label = label.unwrap_or_else(|| user.clone());
            let new = NewUser { user: user.clone(), label, role: role.into() };
            let link = auth::add_user(state, ACTOR, new).await?;
            say_link(format, &user, &link)?;
        }
        UserCommand::Link { user } => {
            let link = auth::new_password_link(state, ACTOR, &user).await?;
            say_link(format, &user, &link)?;
        }
        UserCommand::Disable { user } => set_active(state, &user, false, format).await?,
        UserCommand::Enable { user } => set_active(state, &user, true, format).await?,
        UserCommand::List => list(state, format).await?,
    }
    Ok(Ended::Done)
}

fn say_link(format: OutputFormat, user: &str, link: &str) -> anyhow::Result<()> {
    output::value(format, &json!({ "user": user, "link": link }), || {
        format!("{user} さんに次のリンクを渡してください(一度だけ使えます):\n{link}")
    })
}

async fn set_active(state: &AppState, user: &str, active: bool, format: OutputFormat) -> anyhow::Result<()> {
    auth::set_active(state, ACTOR, user, active).await?;
    output::value(format, &json!({ "user": user, "active": active }), || {
        let words = if active {
            "ログインできるようにしました"
        } else {
            "ログインできないようにしました"
        };
        format!("{user}: {words}。")
    })
}

async fn list(state: &AppState, format: OutputFormat) -> anyhow::Result<()> {
    let users = state.store.snapshot().await?.users(state.tenant()).await?;
    let rows: Vec<_> = users
        .iter()
        .map(|row| {
            json!({ "user": row.user, "label": row.label, "role": row.role, "active": row.active,
                    "password_set": row.password_hash.is_some() })
        })
        .collect();
    output::value(format, &rows, || {
        let line = |row: &store::users::UserRow| {
            let active = if row.active { "" } else { " (停止中)" };
            format!("{}  {}  {}{active}\n", row.user, row.label, auth::role_label_ja(row.role))
        };
        users.iter().map(line).collect()
    })
}

/// The user of that name, who must be there and active.
pub async fn named(state: &AppState, name: &str) -> anyhow::Result<String> {
    let row = state.store.snapshot().await?.user(state.tenant(), name).await?;
    match row {
        Some(row) if row.active => Ok(row.user),
        Some(_) => bail!("利用者「{name}」は停止中です。"),
        None => bail!("利用者「{name}」はいません。user list で確かめてください。"),
    }
}
