//! What is wrong with a profile, for the person who wrote the TOML file: line, key, what to do.
//!
//! Invariant: every fault can be said in Japanese ([`BadProfile::refusal`]) without knowing TOML's own words.

use super::cell::NotAPattern;
use crate::refusal::Refusal;

/// A profile that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadProfile {
    /// Not TOML, or an unknown, missing or misused key.
    #[error("statement profile: {message}")]
    Toml {
        /// Line in the file, from 1, where it can be told.
        line: Option<u32>,
        /// The key, where it can be told.
        key: Option<String>,
        /// The reader's own words.
        message: String,
    },
    /// A mapped column that the column list does not have.
    #[error(
        "statement profile {profile}: field {field} names the column {column:?}, which `columns` does not have"
    )]
    NoSuchColumn {
        /// Profile.
        profile: String,
        /// Field.
        field: String,
        /// Column.
        column: String,
    },
    /// A key part that is neither a mapped field nor `class`.
    #[error("statement profile {profile}: key part {part:?} is not a mapped field")]
    NoSuchKeyPart {
        /// Profile.
        profile: String,
        /// Part.
        part: String,
    },
    /// The same column or the same status word twice, or an empty list.
    #[error("statement profile {profile}: {what} must be given, and each only once")]
    NotUnique {
        /// Profile.
        profile: String,
        /// What.
        what: &'static str,
    },
    /// A date pattern that does not name year, month and day.
    #[error("statement profile {profile}: {error}")]
    Pattern {
        /// Profile.
        profile: String,
        /// Why.
        error: NotAPattern,
    },
    /// A separator that is no single ASCII character.
    #[error("statement profile {profile}: delimiter {delimiter:?} is not an ASCII character")]
    Delimiter {
        /// Profile.
        profile: String,
        /// The character.
        delimiter: char,
    },
}

impl BadProfile {
    /// What TOML's reader says, with the place in `text`.
    pub(super) fn of_toml(error: &toml::de::Error, text: &str) -> Self {
        let message = error.message().lines().next().unwrap_or_default().to_owned();
        let missing = message.strip_prefix("missing field ").map(|rest| rest.trim_matches('`').to_owned());
        // A missing key stands nowhere: the place that the reader names is the table's.
        let at = error.span().filter(|_| missing.is_none()).map(|span| span.start);
        let line = at.and_then(|at| text.get(..at)).map(|before| before.matches('\n').count());
        let key = line.and_then(|line| text.lines().nth(line)).and_then(|line| {
            let (key, _) = line.split_once('=')?;
            Some(key.trim().trim_matches('"').to_owned())
        });
        let line = line.and_then(|line| u32::try_from(line + 1).ok());
        Self::Toml { line, key: missing.or(key), message }
    }

    /// The fault as a refusal of the profile's file `name`, whose text is `text`.
    #[must_use]
    pub fn refusal(&self, name: &str, text: &str) -> Refusal {
        let named = |key: &str| {
            let holds = |line: &str| line.split_once('=').is_some_and(|(left, _)| left.trim() == key);
            text.lines().position(holds).and_then(|line| u32::try_from(line + 1).ok())
        };
        match self {
            Self::Toml { line, key, message } => {
                let field = key.as_deref().unwrap_or("様式の書き方");
                Refusal::new(name, *line, field, message, remedy_of(message))
            }
            Self::NoSuchColumn { field, column, .. } => Refusal::new(
                name,
                named(field),
                field.as_str(),
                column,
                "この列は columns の一覧にありません。見出しのとおりに書き、columns にも入れてください。",
            ),
            Self::NoSuchKeyPart { part, .. } => Refusal::new(
                name,
                named("key"),
                "key",
                part,
                "[fields] で列を決めた項目の名前か class を書いてください。",
            ),
            Self::NotUnique { what, .. } => {
                let (key, words) = match *what {
                    "columns" => ("columns", "列の名前"),
                    "key parts" => ("key", "行を見分ける項目"),
                    _ => ("[statuses]", "状態の言葉"),
                };
                let remedy = format!("{words}を一つ以上、同じものを二度書かずに並べてください。");
                Refusal::new(name, named(key), key, "", remedy)
            }
            Self::Pattern { error, .. } => Refusal::new(
                name,
                named("at_pattern"),
                "at_pattern",
                &error.0,
                "日時の形は YYYY、MM、DD をすべて含めてください(例: YYYY/MM/DD hh:mm:ss)。",
            ),
            Self::Delimiter { delimiter, .. } => Refusal::new(
                name,
                named("delimiter"),
                "delimiter",
                delimiter.to_string(),
                "区切りは半角の1文字にしてください(引用符と改行は使えません)。",
            ),
        }
    }
}

/// What to do about what TOML's reader says.
fn remedy_of(message: &str) -> &'static str {
    if message.starts_with("unknown field") {
        "知らない項目です。綴りと、書いた場所([fields] や [statuses] の中か外か)を確かめてください。"
    } else if message.starts_with("missing field") {
        "この項目がありません。様式の説明を見て書き足してください。"
    } else if message.starts_with("duplicate") {
        "同じ項目が二度あります。一つにしてください。"
    } else if message.starts_with("unknown variant") || message.starts_with("invalid") {
        "この項目の値は使えません。様式の説明にある書き方に直してください。"
    } else {
        "TOMLとして読めません。引用符や角かっこが閉じているかを確かめてください。"
    }
}
