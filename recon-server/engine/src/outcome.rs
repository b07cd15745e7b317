//! What a run finds: links, exceptions, payouts, and where every yen went. The papers made of them: [`crate::report`].
//!
//! Invariants: every list is sorted by a key that does not depend on input order; an exception's id is H(leg, subject, class), so it is the
//! same tomorrow; sentences are rendered from the evidence beside them.

use std::{borrow::Cow, sync::Arc};

use domain::{
    id::{ContractId, CounterId},
    money::Yen,
    time::CivilDate,
};
use serde::{Deserialize, Serialize};

use crate::{
    class::{ExceptionClass, Leg, Verdict},
    contract::GrossOrNet,
    proof::{Distance, LinkState, Proof},
};

pub use crate::alias::AliasProposal;
pub use crate::breakdown::Part;
pub use crate::declared::DeclaredBeside;
pub use crate::locks::{PriorItem, PriorLine, Standing};
pub use crate::report::{ContractSheet, DaySummary, Figure, LateConfirmed, ReportLine, TerminalSide};
pub use crate::years::{ReceivedAs, YearShare};

/// Which stage joined the members of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 1: the acquirer's id or our echoed reference.
    IdJoin,
    /// 2: a composite key.
    CompositeKey,
    /// 2: a composite key fits, the amount does not.
    CompositeKeyAmountDiffers,
    /// 7: a payout and a deposit.
    DepositOneToOne,
    /// 8: several payouts of one payer, one deposit.
    DepositSet,
    /// 8: one payout, several deposits of its payer.
    DepositSplit,
    /// 3: each the other's sole candidate within a time.
    MutualUniqueWindow,
    /// 4: as many alike on both sides; which is which stays open.
    InterchangeableSet,
    /// 5: a row that is the sum of sales, or a sale that was split into rows.
    BoundedSum,
    /// 5: the total of a day, from an acquirer that gives totals only.
    DayTotal,
}

/// One field that was compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// Name of the field, in Japanese.
    pub field_ja: Cow<'static, str>,
    /// What the first side has.
    pub left: String,
    /// What the second side has.
    pub right: String,
    /// Whether they are equal (or, for times, within the window).
    pub agrees: bool,
}

/// Two things that are one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Stable id over the members and the configuration version.
    pub id: String,
    /// Journal to statement, or payout to deposit.
    pub leg: Leg,
    /// Stage.
    pub stage: Stage,
    /// The rule within the stage, in English.
    pub rule: Cow<'static, str>,
    /// Sale id or payout id.
    pub left: String,
    /// Row id or deposit id.
    pub right: String,
    /// What the left side has; in a set of payouts or deposits, what of it this link carries.
    pub left_amount: Yen,
    /// What the right side has, likewise.
    pub right_amount: Yen,
    /// Field by field.
    pub compared: Vec<Compared>,
    /// Rule version, state, pairing, set, and the candidates that were refused.
    #[serde(default)]
    pub proof: Proof,
}

/// Things that are one another as a set: the money is proven, which is which is not (stages 4 and 5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetProof {
    /// Stable id over the members.
    pub id: String,
    /// 契約
    pub contract: ContractId,
    /// Stage 4 or 5.
    pub stage: Stage,
    /// Whether it counts.
    pub state: LinkState,
    /// Members that are proven, of each side in stage 4; links in stage 5.
    pub proven: u32,
    /// Yen that are proven.
    pub amount: Yen,
    /// Ids of all candidates of ours.
    pub ours: Vec<String>,
    /// Ids of all candidates of theirs.
    pub theirs: Vec<String>,
    /// What was found, one Japanese sentence.
    pub sentence_ja: String,
}

/// Something near that is not it, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NearMiss {
    /// Id of the row or sale.
    pub id: String,
    /// What differs, one Japanese sentence.
    pub why_ja: String,
    /// How far it is, and which conditions fail; empty in results recorded before it was kept.
    #[serde(default)]
    pub distance: Distance,
}

/// One thing that is not green.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// H(leg, subject, class): the same tomorrow.
    pub id: String,
    /// Class.
    pub class: ExceptionClass,
    /// How bad it is.
    pub verdict: Verdict,
    /// What it is about: ids of sales, rows, payouts, deposits or a scope.
    pub members: Vec<String>,
    /// 契約, where it belongs to one.
    pub contract: Option<ContractId>,
    /// 窓口, where it belongs to one.
    pub counter: Option<CounterId>,
    /// 取扱日 or date of the row, payout or deposit.
    pub day: CivilDate,
    /// Yen by which the other side differs from ours (row − sale, deposit − payout); for what is only on our side, negative.
    pub amount: Yen,
    /// 当方: what we have; none where nothing of ours can be named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ours: Option<Yen>,
    /// 先方: what the other side has; none where it has not spoken, or nothing of it can be named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theirs: Option<Yen>,
    /// Yen of the thing itself, positive: breaks are added up without sign beside the net.
    pub gross: Yen,
    /// Days since `day`, on the day of the run.
    pub days: i32,
    /// Banking days since `day`, on the day of the run (reconciliation.md 5.8).
    #[serde(default)]
    pub business_days: i32,
    /// 反証期限 of a chargeback: the last day on which an objection counts; none where there is none, or the contract does not say one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<CivilDate>,
    /// Why, in one Japanese sentence.
    pub sentence_ja: String,
    /// What comes closest, at most three.
    pub near: Vec<NearMiss>,
    /// How many things it is about. Fewer than the members where it is not known which of them (stage 4); 0 means all of them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub count: u32,
}

impl Exception {
    /// The order of lists: by class, then what is due first, then by day.
    #[must_use]
    pub fn order(&self) -> (ExceptionClass, CivilDate, CivilDate, &str) {
        (self.class, self.due_on.unwrap_or(self.day), self.day, &self.id)
    }

    /// What is to be said of its deadline on a day; none for what has none.
    #[must_use]
    pub fn due_ja(&self, as_of: CivilDate) -> Option<String> {
        if self.class != ExceptionClass::Chargeback {
            return None;
        }
        let Some(due) = self.due_on else { return Some("反証期限 不明".to_owned()) };
        let left = due.days_since(as_of);
        let distance = match left {
            0 => "今日まで".to_owned(),
            1.. => format!("あと{left}日"),
            _ => format!("{}日経過", left.saturating_abs()),
        };
        Some(format!("反証期限 {}({distance})", due.to_japanese()))
    }

    /// Yen that count as a break, without sign. A conflict about a result is one only where its money stands on one side alone.
    #[must_use]
    pub fn breaks(&self) -> Yen {
        let alone = self.class == ExceptionClass::ConflictingResolution && self.amount != Yen::ZERO;
        if self.class.is_break() || alone { self.gross } else { Yen::ZERO }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
const fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// What the centre should tell a counter about an unknown result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnknownDecided {
    /// Id of the sale.
    pub sale: String,
    /// The attempt.
    pub attempt: Option<String>,
    /// 窓口 whose inbox it goes to.
    pub counter: CounterId,
    /// Charged, or not.
    pub happened: bool,
    /// Yen.
    pub amount: Yen,
    /// Evidence: file and row; for "not charged", the complete file (and the failed row, where there is one).
    pub file: Option<String>,
    /// Row in the file, from 1.
    pub row: Option<u32>,
    /// Why, in one Japanese sentence.
    pub sentence_ja: String,
}

/// Where a payout stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutState {
    /// 期間中: the closing day has not passed.
    Open,
    /// 未到来
    NotDue,
    /// 期日経過
    Overdue,
    /// 資料未着: the day has passed, the bank file of it is not here.
    BankFileMissing,
    /// 済
    Arrived,
    /// 入金額相違
    AmountDiffers,
    /// Nothing to pay; carried to the next closing.
    CarriedOver,
}

impl PayoutState {
    /// The word on papers.
    #[must_use]
    pub const fn label_ja(self) -> &'static str {
        match self {
            Self::Open => "期間中",
            Self::NotDue => "未到来",
            Self::Overdue => "期日経過",
            Self::BankFileMissing => "資料未着",
            Self::Arrived => "済",
            Self::AmountDiffers => "入金額相違",
            Self::CarriedOver => "繰越",
        }
    }
}

/// 支払予定: one closing of one contract, derived (stage 6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payout {
    /// Stable id over contract and closing day.
    pub id: String,
    /// 契約
    pub contract: ContractId,
    /// First day of the period.
    pub from: CivilDate,
    /// Closing day.
    pub to: CivilDate,
    /// 指定日 by the bank calendar.
    pub expected_on: CivilDate,
    /// Sales.
    pub sales: Figure,
    /// Refunds, negative.
    pub refunds: Figure,
    /// 手数料, positive.
    pub fee: Yen,
    /// Tax on it, positive.
    pub fee_tax: Yen,
    /// 振込手数料, positive.
    pub transfer_fee: Yen,
    /// Whether fee and tax are kept back.
    pub gross_or_net: GrossOrNet,
    /// Carried in from a closing that could not be paid; zero or negative.
    pub carry_in: Yen,
    /// 支払予定額; zero where the closing is carried over, negative where a deposit proves that it was set off against other payouts.
    pub net: Yen,
    /// Carried to the next closing; zero or negative.
    pub carry_out: Yen,
    /// Whether every day of the period is covered by a statement.
    pub complete: bool,
    /// Where it stands.
    pub state: PayoutState,
    /// The deposits in which it arrived, by id. One that pays several payouts stands with each of them.
    #[serde(default, alias = "deposit", deserialize_with = "one_or_many")]
    pub deposits: Vec<String>,
    /// What of them belongs to this payout.
    pub deposited: Yen,
    /// The day of the last of them.
    pub deposited_on: Option<CivilDate>,
    /// Days after the expected day, while overdue.
    pub overdue_days: i32,
    /// Banking days after the expected day, while overdue.
    #[serde(default)]
    pub overdue_business_days: i32,
    /// 月額利用料, positive, kept back with the fee.
    #[serde(default)]
    pub plan_fee: Yen,
    /// 調整: what the acquirer adds or (negative, 異議申立て) takes back beside its rows; only a payment statement says so.
    #[serde(default)]
    pub adjustment: Yen,
    /// Where a payment statement is here: what we had computed. The figures above are then the statement's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<DeclaredBeside>,
    /// Its parts by fiscal year, oldest first; they add up to it.
    #[serde(default)]
    pub years: Vec<YearShare>,
    /// Its parts by year × 会計 × 科目 × 所属; those of a year add up to the year's.
    #[serde(default)]
    pub breakdown: Vec<Part>,
}

impl Payout {
    /// Whether money is to arrive and none has.
    #[must_use]
    pub const fn waits(&self) -> bool {
        self.deposits.is_empty() && self.net.get() != 0
    }
}

/// Results that were recorded while a payout had at most one deposit name none or one.
fn one_or_many<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Many(Vec<String>),
        One(Option<String>),
    }
    Ok(match Written::deserialize(deserializer)? {
        Written::Many(ids) => ids,
        Written::One(id) => id.into_iter().collect(),
    })
}

/// A side of the reconciliation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// 当方
    Journal,
    /// 会社明細
    Statement,
    /// 支払予定
    Payout,
    /// 口座
    Bank,
}

/// Where one thing ended. Exactly one per sale, row, payout and deposit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "ended", rename_all = "snake_case")]
pub enum Ended {
    /// Linked, no difference.
    Linked {
        /// Link.
        link: String,
    },
    /// Linked as one of a set: which is which is not known, the money is.
    LinkedInSet {
        /// Set.
        set: String,
        /// The link in which it stands, formally.
        link: String,
    },
    /// In an exception.
    Exception {
        /// Exception.
        exception: String,
        /// Its class.
        class: ExceptionClass,
    },
    /// Cash and other methods that no acquirer reports.
    NoAcquirer,
    /// A contract without statements: taken as our own sales say.
    OwnFigures,
    /// No money moved: a voided sale, a failed row, a reversal pair, a bank entry and the one that takes it back.
    NoMoney,
    /// A bank entry that is no payout of any contract (money out, other business).
    OutOfScope,
    /// A closing with nothing to pay.
    CarriedOver,
}

/// One thing, its yen, and where it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disposition {
    /// Side.
    pub side: Side,
    /// Id of the sale, row, payout or deposit.
    pub id: String,
    /// Its yen, as the fact has it.
    pub amount: Yen,
    /// Where it ended.
    pub ended: Ended,
}

/// The result of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The day on which we stand.
    pub as_of: CivilDate,
    /// Version of the configuration.
    pub config_version: String,
    /// The worst of everything.
    pub verdict: Verdict,
    /// 突合. Shared with what the memory of a run holds.
    #[serde(with = "crate::shared")]
    pub links: Vec<Arc<Link>>,
    /// Sets behind the links of stages 4 and 5.
    #[serde(default)]
    pub sets: Vec<SetProof>,
    /// 不一致
    pub exceptions: Vec<Exception>,
    /// For the inboxes of the counters.
    pub decisions: Vec<UnknownDecided>,
    /// 支払予定
    pub payouts: Vec<Payout>,
    /// Daily report.
    pub lines: Vec<ReportLine>,
    /// 過日分確定, by business day.
    pub late: Vec<LateConfirmed>,
    /// 照合書
    pub sheets: Vec<ContractSheet>,
    /// Days.
    pub days: Vec<DaySummary>,
    /// Where everything ended; shared likewise.
    #[serde(with = "crate::shared")]
    pub dispositions: Vec<Arc<Disposition>>,
    /// Remitter names that a person may confirm for a contract; none has an effect by itself.
    #[serde(default)]
    pub aliases: Vec<AliasProposal>,
    /// 前期分: what changed in locked periods since they were signed, and no later lock took in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prior: Vec<PriorItem>,
    /// Signed closings that would be something else now, money that arrived since included: what the next lock takes in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub standing: Vec<Standing>,
}
