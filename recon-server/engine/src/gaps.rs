//! What is missing although nothing of ours waits for it: files that are overdue, and bank files that do not join.
//!
//! Source: reconciliation.md 5.4 (stage 0: continuity with the previous file), 5.5 ("late file") and 5.10. Invariants: missing is not green:
//! whatever is named here makes its days 未確定, and nothing else; no yen is moved; a file of which a sale already says that it is missing
//! is not said twice. Which files are due and where files do not join is the caller's matter: the engine has no clock and no files.

use std::collections::BTreeSet;

use domain::{id::ContractId, money::Yen, time::CivilDate};
use serde::{Deserialize, Serialize};

use crate::{
    class::ExceptionClass,
    ledger::Draft,
    outcome::{DaySummary, Exception},
    world::World,
};

/// A file whose due day is past and that is not here, or not whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OverdueFile {
    /// Source: a contract's id, `payout:` and a contract's id, or `bank:` and an account.
    pub source: String,
    /// First day that it must cover.
    pub from: CivilDate,
    /// Last day that it must cover.
    pub to: CivilDate,
    /// 期日
    pub due_on: CivilDate,
    /// 資料, as people call it.
    pub label_ja: String,
    /// Whose statement of sales it is; none for payment statements and banks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<ContractId>,
}

/// Two files of one account between which something is missing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BankGap {
    /// Key of the account.
    pub account: String,
    /// Last day of the file before.
    pub before: CivilDate,
    /// First day of the file after.
    pub after: CivilDate,
    /// 取引後残高 of the file before, where it says one.
    pub closing: Option<Yen>,
    /// 取引前残高 of the file after, where it says one.
    pub opening: Option<Yen>,
}

/// Everything that is missing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Gaps {
    /// Overdue files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overdue: Vec<OverdueFile>,
    /// Bank files that do not join.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bank: Vec<BankGap>,
}

impl Gaps {
    /// Whether nothing is missing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.overdue.is_empty() && self.bank.is_empty()
    }
}

/// Something missing and the days that it leaves open.
pub(crate) struct Missing {
    pub exception: Exception,
    from: CivilDate,
    to: CivilDate,
}

/// One exception for each stretch of overdue files of a source that no sale's exception (`told`) speaks of, and for each gap.
pub(crate) fn missing(world: &World<'_>, told: &[Exception]) -> Vec<Missing> {
    let overdue = overdue(world, told);
    let late =
        overdue.iter().map(|file| Missing { exception: late(world, file), from: file.from, to: file.to });
    let gaps: BTreeSet<&BankGap> = world.facts.gaps.bank.iter().collect();
    let broken =
        gaps.iter().map(|gap| Missing { exception: broken(world, gap), from: gap.before, to: gap.after });
    late.chain(broken).collect()
}

/// The days that something missing is about are 未確定, and say why.
pub(crate) fn hold_open(missing: &[Missing], days: &mut [DaySummary]) {
    for Missing { exception, from, to } in missing {
        let first = days.partition_point(|day| day.business_day < *from);
        let of_these = days.get_mut(first..).unwrap_or_default().iter_mut();
        for day in of_these.take_while(|day| day.business_day <= *to) {
            day.verdict = day.verdict.max(exception.verdict);
            day.sentences_ja.push(exception.sentence_ja.clone());
        }
    }
}

/// Files of one source that follow one another are one stretch, with the first due day.
fn overdue(world: &World<'_>, told: &[Exception]) -> Vec<OverdueFile> {
    let told: BTreeSet<(&ContractId, CivilDate)> = told
        .iter()
        .filter(|exception| exception.class == ExceptionClass::MissingFile)
        .filter_map(|exception| Some((exception.contract.as_ref()?, exception.day)))
        .collect();
    let said = |file: &OverdueFile| {
        let Some(contract) = &file.contract else { return false };
        told.range((contract, file.from)..=(contract, file.to)).next().is_some()
    };
    let files: BTreeSet<&OverdueFile> = world.facts.gaps.overdue.iter().filter(|file| !said(file)).collect();
    let mut stretches: Vec<OverdueFile> = Vec::new();
    for file in files {
        match stretches
            .last_mut()
            .filter(|last| last.source == file.source && joins(world, last.to, file.from))
        {
            Some(last) => {
                last.to = last.to.max(file.to);
                last.due_on = last.due_on.min(file.due_on);
            }
            None => stretches.push(file.clone()),
        }
    }
    stretches
}

/// Whether no banking day lies between two days.
fn joins(world: &World<'_>, to: CivilDate, from: CivilDate) -> bool {
    let between = (1..from.days_since(to)).map(|offset| to.plus_days(offset));
    let mut banking = between.filter(|day| world.facts.calendar.is_banking_day(*day));
    banking.next().is_none()
}

fn late(world: &World<'_>, file: &OverdueFile) -> Exception {
    let days = if file.from == file.to {
        format!("{}分", file.from.to_japanese())
    } else {
        format!("{}から{}まで", file.from.to_japanese(), file.to.to_japanese())
    };
    let place = |id: &ContractId| world.contracts.binary_search_by(|contract| contract.id.cmp(id)).ok();
    let sentence_ja = format!(
        "{}（{days}）が、期日の{}を過ぎても届いていません。会社や銀行の画面からダウンロードして「資料取込」で取り込むか、届かない理由を照会してください。届くまで、この期間は未確定です。",
        file.label_ja,
        file.due_on.to_japanese()
    );
    let draft = Draft {
        class: ExceptionClass::MissingFile,
        subject: format!("overdue/{}/{}", file.source, file.from),
        contract: file.contract.as_ref().and_then(place),
        ..about(file.from, sentence_ja)
    };
    draft.finish(world)
}

fn broken(world: &World<'_>, gap: &BankGap) -> Exception {
    let between = gap.opening.zip(gap.closing).map(|(opening, closing)| opening.saturating_sub(closing));
    let draft = Draft {
        class: ExceptionClass::ControlTotal,
        subject: format!("{}/{}/{}", gap.account, gap.before, gap.after),
        gross: Yen::new(between.unwrap_or(Yen::ZERO).get().saturating_abs()),
        ..about(gap.after, gap_ja(gap))
    };
    draft.finish(world)
}

/// What is missing between two files, and what to do.
fn gap_ja(gap: &BankGap) -> String {
    let (account, before, after) = (&gap.account, gap.before.to_japanese(), gap.after.to_japanese());
    let what = match gap.closing.zip(gap.opening) {
        Some((closing, opening)) => format!(
            "{before}までのファイルの取引後残高は{closing}円、次の{after}からのファイルの取引前残高は{opening}円です（差額{}円）",
            opening.saturating_sub(closing)
        ),
        None => format!("{before}までのファイルの次が{after}からで、間の営業日の明細がありません"),
    };
    format!(
        "口座 {account} の入出金明細がつながりません。{what}。間の明細、または正しいファイルを銀行から取り直して取り込んでください。つながるまで、この期間は未確定です。"
    )
}

/// A draft about no yen of anybody's.
fn about(day: CivilDate, sentence_ja: String) -> Draft {
    Draft {
        class: ExceptionClass::MissingFile,
        subject: String::new(),
        members: Vec::new(),
        contract: None,
        counter: None,
        day,
        amount: Yen::ZERO,
        gross: Yen::ZERO,
        sentence_ja,
        ours: None,
        near: Vec::new(),
        verdict: None,
    }
}
