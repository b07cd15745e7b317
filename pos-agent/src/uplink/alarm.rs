//! What of the line to the centre a person must look at, and the sentence for it.

/// Something that a person must look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alarm {
    /// The centre's head went back (a restored backup): everything after it is sent again.
    WentBack {
        /// Where it had been.
        from: u64,
        /// Where it is.
        to: u64,
    },
    /// The centre has another entry at a position of ours, or entries that we do not have.
    Forked {
        /// The position.
        at: u64,
    },
    /// The centre does not know this journal, or its incarnation has ended.
    WrongJournal,
    /// The centre does not believe our signature.
    NotBelieved,
    /// The centre refuses what we send.
    Refused {
        /// HTTP status.
        status: u16,
    },
}

impl Alarm {
    /// What to tell the clerk.
    #[must_use]
    pub fn message_ja(&self) -> String {
        match self {
            Self::WentBack { from, to } => format!(
                "中央の記録が{from}番から{to}番に戻っていました。こちらの記録から送り直しています。管理者に知らせてください。"
            ),
            Self::Forked { at } => format!(
                "{at}番から先の記録が中央と食い違っています。こちらの記録はそのまま残しています。管理者に連絡してください。"
            ),
            Self::WrongJournal => {
                "中央がこの窓口の記録を受け付けません（機械の入替後の可能性）。記録は残しています。管理者に連絡してください。".into()
            }
            Self::NotBelieved => {
                "中央がこの窓口の署名を確認できません。登録の状態を管理者に確かめてください。記録は残しています。".into()
            }
            Self::Refused { status } => {
                format!("中央が送信を受け付けません（{status}）。記録は残しています。管理者に連絡してください。")
            }
        }
    }
}
