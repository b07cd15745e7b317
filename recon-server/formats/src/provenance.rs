//! How far a file's layout is known.
//!
//! Invariant: a profile that does not say otherwise is an example: nothing passes for checked that nobody checked.

use serde::{Deserialize, Serialize};

use crate::refusal::Notice;

/// How far the layout of a profile is known. Where it is from stands in the profile's `source`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// The company publishes its list of columns.
    PublicList,
    /// Columns are made up, or only in part public: to be corrected with the first real file.
    #[default]
    Example,
    /// Corrected with a real file by whoever keeps the profile.
    Checked,
}

impl Provenance {
    /// The word on screens.
    #[must_use]
    pub const fn label_ja(self) -> &'static str {
        match self {
            Self::PublicList => "公開の列一覧",
            Self::Example => "例（要確認）",
            Self::Checked => "実物で確認済み",
        }
    }

    /// What a person should know before a file is read by this profile; nothing where it was checked.
    #[must_use]
    pub fn notice(self, name_ja: &str, source: &str) -> Option<Notice> {
        let words = match self {
            Self::Checked => return None,
            Self::PublicList => "公開されている列一覧から作りました。最初の実物と見比べてください",
            Self::Example => {
                "公開の列一覧がないため例です。実物に合わせて写しを直し、データフォルダの profiles に置いてください"
            }
        };
        Some(Notice {
            row: None,
            field: "様式".to_owned(),
            sentence_ja: format!("様式「{name_ja}」: {words}（出典: {source}）。"),
        })
    }
}
