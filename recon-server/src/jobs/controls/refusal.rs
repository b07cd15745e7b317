//! Why a wish may not be asked for or approved, in words for the person at the screen.
//!
//! Invariant: every refusal says what the person can do next.

use domain::{text::FREE_TEXT_LENGTH_MAX_CHARS, time::CivilDate};
use store::StoreError;

use crate::jobs::JobError;

/// A rule that refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ControlRefusal {
    /// No such wish.
    #[error("この申請は見つかりません。一覧から選び直してください。")]
    NoControl,
    /// The facts have moved on.
    #[error(
        "この提案はもうありません。資料や記録が変わりました。一覧を開き直してください。申請済みのものは差し戻してください。"
    )]
    Gone,
    /// Somebody has asked already.
    #[error("この件はすでに申請されていて、承認を待っています。「承認待ち」の一覧を見てください。")]
    Waiting,
    /// Confirmed or refused already.
    #[error("この件はすでに決まっています。変えるときは、先に前の判断を取り消してください。")]
    Decided,
    /// Nothing is in force.
    #[error("取り消せる判断がありません。一覧を開き直してください。")]
    NothingToRevoke,
    /// A name that counts before anything is known of it, or from tomorrow.
    #[error("名義を使い始める日は、今日({0})までの日にしてください。")]
    ValidFrom(CivilDate),
    /// Empty, too long, or unprintable.
    #[error("理由を1文字以上{FREE_TEXT_LENGTH_MAX_CHARS}文字までで、改行なしで書いてください。")]
    Reason,
    /// Empty where it is sent back, too long, or unprintable.
    #[error("差し戻す理由を1文字以上{FREE_TEXT_LENGTH_MAX_CHARS}文字までで、改行なしで書いてください。")]
    Note,
    /// A card number must not be kept.
    #[error("カード番号らしい長い数字があります。末尾4桁だけにしてください。")]
    CardNumber,
    /// One person cannot do both.
    #[error("申請した人は承認できません。別の人が決裁してください。")]
    SamePerson,
    /// The first decision stays.
    #[error("この申請はすでに決裁されています。")]
    AlreadyDecided,
    /// The same id with another content.
    #[error("この画面からは別の内容で申請済みです。画面を開き直してください。")]
    OtherRequest,
    /// A month that is not over.
    #[error("まだ終わっていない月は締められません。{0}の翌日から締められます。")]
    MonthOpen(CivilDate),
    /// Locked already.
    #[error("この月はすでに締めています。")]
    Locked,
    /// Months are signed in their order.
    #[error("締めは月の順に行います。先に{0}を締めてください。")]
    NotInOrder(String),
    /// Nothing is known of the month.
    #[error("この月には窓口の記録がありません。年月を確かめてください。")]
    EmptyMonth,
    /// A month that is not green is signed only with a word why.
    #[error("判定が「{0}」の月を締めるには、そのまま締める理由を書いてください。")]
    NeedsReason(&'static str),
    /// Something came in while the papers were made.
    #[error("締めの途中で新しい記録や資料が届きました。もう一度締めてください。")]
    Moved,
    /// No such lock, or not in force.
    #[error("この締めは見つからないか、すでに戻されています。一覧を開き直してください。")]
    NoLock,
    /// Only the newest can be opened again.
    #[error("あとの月が締めてあります。新しい月から順に戻してください。")]
    NotNewest,
    /// No such contract.
    #[error("この契約は登録されていません。契約IDを確かめてください。")]
    NoContract,
}

/// Why a wish or a lock was not kept or read.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// A rule refuses: show the sentence.
    #[error(transparent)]
    Refused(#[from] ControlRefusal),
    /// A job failed.
    #[error("look at the proposals or make the papers")]
    Job(#[from] JobError),
    /// The store failed.
    #[error("keep or read a control")]
    Store(#[from] StoreError),
}

impl From<ControlError> for JobError {
    /// Where nobody is at a screen: a refusal is the sentence that it says.
    fn from(error: ControlError) -> Self {
        match error {
            ControlError::Refused(refusal) => Self::Facts(refusal.to_string()),
            ControlError::Job(error) => error,
            ControlError::Store(error) => error.into(),
        }
    }
}
