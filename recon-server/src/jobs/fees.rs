//! 手数料の決まり: which fee rule explains every past payment statement of a contract, and from which closing on none does.
//!
//! Invariants: made of what the store holds as of a day, kept no longer than the match that it was made from, and on no signed paper; nothing is confirmed and no yen is counted
//! here: a fee that differs is the exception of its closing (手数料相違), which is only named. Not here: the inference itself
//! ([`engine::infer`]).

use std::collections::BTreeSet;

use domain::{id::ContractId, money::Yen, time::CivilDate};
use engine::{
    Contract, ExceptionClass, Facts, Outcome, Verdict,
    infer::{Finding, Inference, infer_from, statements},
    words,
};
use serde::Serialize;

use super::{
    JobError,
    papers::{
        PaperTable,
        table::{Behind, Cell, Column, RowKind, TableRow},
    },
    reconcile::{self, Matched, SCOPE_DAYS},
};
use crate::app::AppState;

/// What is known of a contract's fee rule, from good to bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The contract's own rules explain every statement, and no other rule that was tried does.
    Explained,
    /// 判定不能: several rules explain every statement.
    CannotTell,
    /// No statement whose sales are those of the rows is here.
    NothingToSee,
    /// One rule explains every statement, and it is not the contract's.
    AnotherRule,
    /// No rule explains every statement: the alarm.
    Stops,
}

impl Standing {
    const fn of(inference: &Inference) -> Self {
        match inference.finding {
            Finding::NothingToSee => Self::NothingToSee,
            Finding::Several { .. } => Self::CannotTell,
            Finding::Dated => Self::Explained,
            Finding::One { .. } if inference.contract_fits => Self::Explained,
            Finding::One { .. } => Self::AnotherRule,
            Finding::Stops { .. } | Finding::Nothing { .. } => Self::Stops,
        }
    }

    /// The word on pages.
    #[must_use]
    pub const fn label_ja(self) -> &'static str {
        match self {
            Self::Explained => "説明できる",
            Self::CannotTell => "判定不能",
            Self::NothingToSee => "未推定",
            Self::AnotherRule => "登録と相違",
            Self::Stops => "説明できない",
        }
    }

    /// Whether somebody must look at it.
    #[must_use]
    pub const fn is_alarm(self) -> bool {
        matches!(self, Self::AnotherRule | Self::Stops)
    }

    const fn verdict(self) -> Verdict {
        match self {
            Self::Explained => Verdict::Matched,
            Self::CannotTell => Verdict::Pending,
            Self::NothingToSee => Verdict::Incomplete,
            Self::AnotherRule | Self::Stops => Verdict::Differences,
        }
    }
}

/// The closing from which on no rule explains the statements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoppedAt {
    /// Closing day; that of the 照合書 where the statement is of a part of its days.
    pub closing: CivilDate,
    /// What the rule makes of it, fee and tax.
    pub by_rule: Yen,
    /// What the statement kept back.
    pub kept: Yen,
    /// Ids of the exceptions that count the difference of the same closing.
    pub counted_by: Vec<String>,
}

/// The fee rule of one contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ContractFees {
    /// Name of the contract.
    pub label_ja: String,
    /// What is known.
    pub standing: Standing,
    /// Its word.
    pub standing_ja: &'static str,
    /// Rules that explain the statements, or the first of them, in words; the contract's own first.
    pub rules_ja: Vec<String>,
    /// Statements that were left out, because their sales are not those of the rows.
    pub left_out: usize,
    /// Where it stops.
    pub stopped_at: Option<StoppedAt>,
    /// The engine's report.
    #[serde(flatten)]
    pub inference: Inference,
}

/// The fee rules of every contract with payment statements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeeRules {
    /// Name of the municipality.
    pub tenant_name: String,
    /// The day as of which it looks.
    pub as_of: CivilDate,
    /// The worst of the contracts.
    pub verdict: Verdict,
    /// Contracts in their order.
    pub contracts: Vec<ContractFees>,
}

/// The fee rules as of a day.
///
/// # Errors
/// When the store fails or the facts cannot be reconciled.
pub async fn fee_rules(state: &AppState, as_of: CivilDate) -> Result<FeeRules, JobError> {
    let contracts = found(state, as_of, |with_statement| !with_statement.is_empty()).await?;
    let verdicts = contracts.iter().map(|contract| contract.standing.verdict());
    Ok(FeeRules {
        tenant_name: state.config.tenant.name.clone(),
        as_of,
        verdict: verdicts.max().unwrap_or_default(),
        contracts,
    })
}

/// The fee rule of one contract; none where no payment statement of it is here, and then nothing is matched for it.
///
/// # Errors
/// As [`fee_rules`].
pub async fn of_contract(
    state: &AppState,
    contract: &ContractId,
    as_of: CivilDate,
) -> Result<Option<ContractFees>, JobError> {
    let found = found(state, as_of, |with_statement| with_statement.contains(contract)).await?;
    Ok(found.into_iter().find(|one| one.inference.contract == *contract))
}

/// What is found of the contracts that have a payment statement, if these are `wanted`.
async fn found(
    state: &AppState,
    as_of: CivilDate,
    wanted: impl Fn(&BTreeSet<ContractId>) -> bool,
) -> Result<Vec<ContractFees>, JobError> {
    let mut unit = state.store.snapshot().await?;
    let watermark = unit.last_file(state.tenant()).await?;
    let lines = unit.payout_lines(state.tenant(), as_of.plus_days(-SCOPE_DAYS), as_of, watermark).await?;
    drop(unit);
    let with_statement: BTreeSet<_> = lines.into_iter().map(|line| line.fact.contract).collect();
    if !wanted(&with_statement) {
        return Ok(Vec::new());
    }
    let matched = reconcile::matched(state, as_of).await?;
    // Not on a thread that answers requests. Of the match alone: a file may have come since the statements were looked for.
    let inferred = tokio::task::spawn_blocking(move || {
        let infer = |Matched { facts, outcome, .. }: &Matched| {
            let contracts = facts.contracts.iter().filter(|contract| statements(facts, contract) > 0);
            contracts.map(|contract| contract_fees(facts, outcome, contract)).collect()
        };
        matched.fees(infer).to_vec()
    });
    inferred.await.map_err(|panicked| JobError::Facts(panicked.to_string()))
}

/// What the statements of a contract say of its fee. Pure.
fn contract_fees(facts: &Facts, outcome: &Outcome, contract: &Contract) -> ContractFees {
    let inference = infer_from(facts, contract, &[]);
    let (rules, at) = match &inference.finding {
        Finding::One { rule } => (std::slice::from_ref(rule), None),
        Finding::Several { rules } => (rules.as_slice(), None),
        Finding::Stops { rules, at } => (rules.as_slice(), Some(at)),
        Finding::Nothing { at } => (&[][..], Some(at)),
        Finding::NothingToSee | Finding::Dated => (&[][..], None),
    };
    let stopped_at = at.map(|at| {
        let mut payouts = outcome.payouts.iter().filter(|payout| payout.contract == contract.id);
        let closing =
            payouts.find(|payout| (payout.from..=payout.to).contains(&at.to)).map_or(at.to, |p| p.to);
        let differs = |class| matches!(class, ExceptionClass::FeeVariance | ExceptionClass::TaxVariance);
        let counted = outcome.exceptions.iter().filter(|exception| {
            differs(exception.class)
                && exception.contract.as_ref() == Some(&contract.id)
                && exception.day == closing
        });
        StoppedAt {
            closing,
            by_rule: at.by_rule,
            kept: at.kept,
            counted_by: counted.map(|exception| exception.id.clone()).collect(),
        }
    });
    let standing = Standing::of(&inference);
    ContractFees {
        label_ja: contract.label_ja.clone(),
        standing,
        standing_ja: standing.label_ja(),
        rules_ja: rules.iter().map(words::fee_rule).collect(),
        left_out: statements(facts, contract).saturating_sub(inference.lines),
        stopped_at,
        inference,
    }
}

impl ContractFees {
    /// All of it in sentences: what was found, what was left out, and which exception counts the yen.
    #[must_use]
    pub fn sentences_ja(&self) -> Vec<String> {
        let mut said = Vec::new();
        if self.standing != Standing::NothingToSee || self.left_out == 0 {
            said.push(self.inference.paragraph_ja.clone());
        }
        if self.left_out > 0 {
            let (label, count) = (&self.label_ja, self.left_out);
            said.push(format!(
                "{label}の支払明細のうち{count}件は、売上の額が会社明細の合計と合わないため、手数料の推定に使っていません。"
            ));
        }
        if self.stopped_at.as_ref().is_some_and(|at| !at.counted_by.is_empty()) {
            said.push(
                "この差は、同じ締めの不一致「手数料相違」に数えています。ここでは数えません。".to_owned(),
            );
        }
        said
    }
}

impl FeeRules {
    /// The rules laid out: one row a contract, its sentences below.
    #[must_use]
    pub fn table(&self) -> PaperTable {
        let none = "支払明細のある契約はありません。".to_owned();
        let said = self.contracts.iter().flat_map(ContractFees::sentences_ja);
        PaperTable {
            title: "手数料の決まり",
            head: vec![("団体", self.tenant_name.clone()), ("現在", self.as_of.to_japanese())],
            columns: vec![
                Column::words("契約"),
                Column::words("判断"),
                Column::numbers("支払明細"),
                Column::words("説明できなくなった締め"),
                Column::numbers("計算の額"),
                Column::numbers("支払明細の額"),
            ],
            rows: self.contracts.iter().map(row).collect(),
            notes: if self.contracts.is_empty() { vec![none] } else { said.collect() },
            seals: &[],
        }
    }
}

fn row(fees: &ContractFees) -> TableRow {
    let kind = if fees.standing.is_alarm() { RowKind::Alarm } else { RowKind::Body };
    let lines = i64::try_from(fees.inference.lines).unwrap_or(i64::MAX);
    let mut cells = vec![Cell::text(fees.label_ja.clone()), Cell::text(fees.standing_ja), Cell::Count(lines)];
    let Some(at) = &fees.stopped_at else {
        cells.extend([Cell::empty(), Cell::empty(), Cell::empty()]);
        return TableRow::new(kind, cells);
    };
    cells.extend([Cell::Day(at.closing), Cell::Yen(at.by_rule), Cell::Yen(at.kept)]);
    TableRow::new(kind, cells)
        .backed_by(Behind::Closing { contract: fees.inference.contract.clone(), to: at.closing })
}
