//! The classes of what did not match, and the four verdicts.
//!
//! Invariant: every class knows how bad it is ([`ExceptionClass::verdict`]); the worst one decides. Words are those of reconciliation.md 5.10.

use serde::{Deserialize, Serialize};

/// 判定: the worst finding of a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 一致
    #[default]
    Matched,
    /// 保留あり
    Pending,
    /// 差異あり
    Differences,
    /// 未確定
    Incomplete,
}

impl Verdict {
    /// The word on papers.
    #[must_use]
    pub const fn label_ja(self) -> &'static str {
        match self {
            Self::Matched => "一致",
            Self::Pending => "保留あり",
            Self::Differences => "差異あり",
            Self::Incomplete => "未確定",
        }
    }
}

/// Which pair of sides an exception belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leg {
    /// Counter day and terminal against the journal.
    Counter,
    /// Journal against statement.
    JournalStatement,
    /// Payout against deposit.
    PayoutDeposit,
    /// Statement rows against the payout: arithmetic.
    StatementPayout,
}

/// Why something is not green.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ExceptionClass {
    /// 当方のみ: our sale is not in a complete statement.
    JOnly,
    /// 会社のみ: a row without a sale.
    AOnly,
    /// 金額相違
    AmountDiff,
    /// 二重決済の疑い
    DuplicateCharge,
    /// 結果不明
    UnknownPending,
    /// 資料未着
    MissingFile,
    /// 個別特定不能
    Ambiguous,
    /// PosID・端末番号 not ours
    SheetUnknown,
    /// 不成立のみ: only a failed row fits
    FailedOnly,
    /// 締日をまたぐ
    CutoffShift,
    /// 状態不明の行: a status word that no profile lists
    UnclassifiedRow,
    /// 契約なし: a cashless sale that no contract covers
    NoContract,
    /// 入金未達
    PayoutNoDeposit,
    /// 予定のない入金
    DepositNoPayout,
    /// 入金額相違
    DepositAmountDiff,
    /// 端末日計相違
    TerminalDiff,
    /// 窓口未締・未着
    CounterDayOpen,
    /// 返金超過: more was given back than was taken.
    RefundExceeds,
    /// 年度区分: the sales of one payout fall in two fiscal years.
    YearSplitReview,
    /// 確認待ちの突合: a match that a rule proposes and a person has not confirmed.
    ProposedMatch,
    /// 締め未実施: the terminal's 締め was not run, so its day is not yet payable.
    UnclosedTerminal,
    /// チャージバック, or a refund at the acquirer that is not ours.
    Chargeback,
    /// 記録の欠番: numbers of a counter's journal that never came.
    SequenceGap,
    /// 締め後の訂正: a row changed after its period was closed.
    RevisedAfterClose,
    /// 判定の食い違い: two sources decide an unknown result differently.
    ConflictingResolution,
    /// 手数料相違: the payment statement has another fee than the contract.
    FeeVariance,
    /// 消費税相違: the fee agrees, the tax on it does not.
    TaxVariance,
    /// 支払計算相違: a payment statement that does not add up, or not to the rows.
    PayoutMath,
    /// 調整: taken back or added by the acquirer beside its rows.
    Adjustment,
    /// 告示の対象外: a sale outside what the trustee is designated for.
    TrusteeScope,
    /// 指定日経過: the trustee paid late, and the day of entrustment is no longer the citizen's day of payment.
    DeemedDateLost,
    /// 残高の不一致: a bank's file does not carry on where the one before ended.
    ControlTotal,
}

impl ExceptionClass {
    /// The stable word, as in reconciliation.md 5.10.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::JOnly => "J_ONLY",
            Self::AOnly => "A_ONLY",
            Self::AmountDiff => "AMOUNT_DIFF",
            Self::DuplicateCharge => "DUPLICATE_CHARGE",
            Self::UnknownPending => "UNKNOWN_PENDING",
            Self::MissingFile => "MISSING_FILE",
            Self::Ambiguous => "AMBIGUOUS",
            Self::SheetUnknown => "SHEET_UNKNOWN",
            Self::FailedOnly => "FAILED_ONLY",
            Self::CutoffShift => "CUTOFF_SHIFT",
            Self::UnclassifiedRow => "UNCLASSIFIED_ROW",
            Self::NoContract => "NO_CONTRACT",
            Self::PayoutNoDeposit => "PAYOUT_NO_DEPOSIT",
            Self::DepositNoPayout => "DEPOSIT_NO_PAYOUT",
            Self::DepositAmountDiff => "DEPOSIT_AMOUNT_DIFF",
            Self::TerminalDiff => "TERMINAL_DIFF",
            Self::CounterDayOpen => "COUNTER_DAY_OPEN",
            Self::RefundExceeds => "REFUND_EXCEEDS",
            Self::YearSplitReview => "YEAR_SPLIT_REVIEW",
            Self::ProposedMatch => "PROPOSED_MATCH",
            Self::UnclosedTerminal => "UNCLOSED_TERMINAL",
            Self::Chargeback => "CHARGEBACK",
            Self::SequenceGap => "SEQUENCE_GAP",
            Self::RevisedAfterClose => "REVISED_AFTER_CLOSE",
            Self::ConflictingResolution => "CONFLICTING_RESOLUTION",
            Self::FeeVariance => "FEE_VARIANCE",
            Self::TaxVariance => "TAX_VARIANCE",
            Self::PayoutMath => "PAYOUT_MATH",
            Self::Adjustment => "ADJUSTMENT",
            Self::TrusteeScope => "TRUSTEE_SCOPE",
            Self::DeemedDateLost => "DEEMED_DATE_LOST",
            Self::ControlTotal => "CONTROL_TOTAL",
        }
    }

    /// The words on screens and papers.
    #[must_use]
    pub const fn label_ja(self) -> &'static str {
        match self {
            Self::JOnly => "会社明細になし",
            Self::AOnly => "当方に記録なし",
            Self::AmountDiff => "金額相違",
            Self::DuplicateCharge => "二重決済の疑い",
            Self::UnknownPending => "結果不明",
            Self::MissingFile => "資料未着",
            Self::Ambiguous => "個別特定不能",
            Self::SheetUnknown => "当方にない端末・印刷QR",
            Self::FailedOnly => "会社明細では取引失敗",
            Self::CutoffShift => "翌期に繰越",
            Self::UnclassifiedRow => "状態の分からない明細",
            Self::NoContract => "契約の登録なし",
            Self::PayoutNoDeposit => "入金未達",
            Self::DepositNoPayout => "予定のない入金",
            Self::DepositAmountDiff => "入金額相違",
            Self::TerminalDiff => "端末日計と相違",
            Self::CounterDayOpen => "窓口の締め・送信待ち",
            Self::RefundExceeds => "返金が収納を超過",
            Self::YearSplitReview => "年度をまたぐ入金",
            Self::ProposedMatch => "確認待ちの突合",
            Self::UnclosedTerminal => "端末の締め未実施",
            Self::Chargeback => "会社による取消・返金",
            Self::SequenceGap => "記録の欠番",
            Self::RevisedAfterClose => "締め後の訂正",
            Self::ConflictingResolution => "判定の食い違い",
            Self::FeeVariance => "手数料相違",
            Self::TaxVariance => "手数料の消費税相違",
            Self::PayoutMath => "支払明細の計算相違",
            Self::Adjustment => "会社による調整",
            Self::TrusteeScope => "告示の対象外",
            Self::DeemedDateLost => "指定日後の納付",
            Self::ControlTotal => "残高のつながりなし",
        }
    }

    /// Which leg it belongs to.
    #[must_use]
    pub const fn leg(self) -> Leg {
        match self {
            Self::TerminalDiff | Self::CounterDayOpen | Self::SequenceGap => Leg::Counter,
            Self::PayoutNoDeposit
            | Self::DepositNoPayout
            | Self::DepositAmountDiff
            | Self::YearSplitReview
            | Self::DeemedDateLost
            | Self::ControlTotal => Leg::PayoutDeposit,
            Self::FeeVariance | Self::TaxVariance | Self::PayoutMath | Self::Adjustment => {
                Leg::StatementPayout
            }
            _ => Leg::JournalStatement,
        }
    }

    /// Whether its yen are a difference: added up without sign beside the net. Waiting, in doubt and in transit are none.
    #[must_use]
    pub const fn is_break(self) -> bool {
        !matches!(
            self,
            Self::UnknownPending
                | Self::MissingFile
                | Self::CutoffShift
                | Self::PayoutNoDeposit
                | Self::CounterDayOpen
                | Self::YearSplitReview
                | Self::ProposedMatch
                | Self::UnclosedTerminal
                | Self::SequenceGap
                | Self::RevisedAfterClose
                | Self::ConflictingResolution
                | Self::TrusteeScope
                | Self::DeemedDateLost
                | Self::ControlTotal
        )
    }

    /// How bad it is, unless the exception itself says less ([`crate::outcome::Exception::verdict`]).
    #[must_use]
    pub const fn verdict(self) -> Verdict {
        match self {
            Self::MissingFile | Self::CounterDayOpen | Self::SequenceGap | Self::ControlTotal => {
                Verdict::Incomplete
            }
            Self::UnknownPending
            | Self::Ambiguous
            | Self::CutoffShift
            | Self::Adjustment
            | Self::ProposedMatch
            | Self::UnclosedTerminal
            | Self::RevisedAfterClose => Verdict::Pending,
            Self::YearSplitReview => Verdict::Matched,
            _ => Verdict::Differences,
        }
    }
}
