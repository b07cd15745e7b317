//! Why a refund may not be asked for or approved, in words for the person at the screen.
//!
//! Invariant: every refusal says what the person can do next.

use domain::{money::Yen, text::FREE_TEXT_LENGTH_MAX_CHARS, time::CivilDate};
use store::StoreError;

/// A rule that refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RefundRefusal {
    /// No such sale here.
    #[error("この取引は見つかりません。窓口のデータが届いているか、領収書番号を確かめてください。")]
    NoSale,
    /// No such refund.
    #[error("この返金の申請は見つかりません。一覧から選び直してください。")]
    NoRefund,
    /// Taken back at the counter: nothing is left to give back.
    #[error("この取引は窓口で取消済みです。返金の必要はありません。")]
    Voided,
    /// Before the close the counter voids.
    #[error(
        "{0}の窓口の日締めがまだ届いていません。当日中は窓口で取消してください。締めたあとの返金だけをここで扱います。"
    )]
    DayOpen(CivilDate),
    /// Nothing is left.
    #[error("この取引は、すでに全額の返金が申請または承認されています。")]
    NothingLeft,
    /// Zero, less, or more than is left.
    #[error("返金額は1円以上{0}円以下にしてください。申請中と承認済みの返金を除いた残りです。")]
    Amount(Yen),
    /// Before the citizen paid.
    #[error("返金日は領収日({0})より前にはできません。")]
    BeforePayment(CivilDate),
    /// Money does not go back tomorrow.
    #[error("返金日に先の日付({0})は入れられません。返金した日を入れてください。")]
    InFuture(CivilDate),
    /// No acquirer took this money.
    #[error("{0}の収納は決済会社を通していません。返金方法は口座振込にしてください。")]
    NoAcquirer(&'static str),
    /// Empty, too long, or unprintable.
    #[error("返金理由を1文字以上{FREE_TEXT_LENGTH_MAX_CHARS}文字までで、改行なしで書いてください。")]
    Ground,
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
    #[error("この返金はすでに決裁されています。変更が必要なときは、新しく申請してください。")]
    AlreadyDecided,
    /// The same id with another content.
    #[error("この画面からは別の内容で申請済みです。申請の画面を開き直してください。")]
    OtherRequest,
}

/// Why a refund was not kept or read.
#[derive(Debug, thiserror::Error)]
pub enum RefundError {
    /// A rule refuses: show the sentence.
    #[error(transparent)]
    Refused(#[from] RefundRefusal),
    /// The store failed.
    #[error("keep or read a refund")]
    Store(#[from] StoreError),
}
