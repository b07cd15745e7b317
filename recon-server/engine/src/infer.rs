//! Which fee rule explains every past payment statement (reconciliation.md 4 gap 5; papers.md C1, C2).
//!
//! Invariants: a rule explains a line only to the yen; nothing is confirmed by itself: one rule that fits is named, several are 判定不能
//! and all named, none is an alarm with the first line that stops being explained. Candidates come from the contract's own rates and
//! what is asked for, never from a search over rates. Rules that no statement could tell apart (税込 at a rate, and no tax at the same
//! rate, while only their sum is stated) are one candidate.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    id::ContractId,
    money::Yen,
    rate::{Ppm, Rounding},
    time::CivilDate,
};
use serde::{Deserialize, Serialize};

use crate::{
    contract::{Contract, FeeBase, FeeRule, TaxForm},
    facts::{Facts, RowClass},
    fee::{Charged, Fee, fee},
    words,
};

/// Most rates that are tried.
pub const RATES_MAX: usize = 16;
/// Most rules that fit and are named in the sentence; the report holds all of them.
const NAMED_MAX: usize = 5;
/// Parts per million of the whole.
const MILLION: u64 = 1_000_000;

const BASES: [FeeBase; 3] = [FeeBase::Each, FeeBase::BrandDay, FeeBase::ClosingTotal];
const ROUNDINGS: [Rounding; 3] = [Rounding::Floor, Rounding::HalfUp, Rounding::Ceil];

/// What a payment statement says that was kept back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// Fee and tax, each by itself.
    Apart {
        /// Fee without tax.
        fee: Yen,
        /// Tax on it.
        tax: Yen,
    },
    /// One figure for both.
    Together(Yen),
}

impl Kept {
    /// Whether a computed fee is exactly this.
    fn is(self, computed: Fee) -> bool {
        match self {
            Self::Apart { fee, tax } => computed == Fee { fee, tax },
            Self::Together(sum) => computed.with_tax() == Ok(sum),
        }
    }

    /// Everything that was kept back.
    fn sum(self) -> Yen {
        match self {
            Self::Apart { fee, tax } => fee.saturating_add(tax),
            Self::Together(sum) => sum,
        }
    }
}

/// One past closing: its rows and what was kept back of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastLine {
    /// Closing day.
    pub to: CivilDate,
    /// Its sales and refunds.
    pub rows: Vec<Charged>,
    /// What the statement says.
    pub kept: Kept,
}

/// Where the best rules stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// Closing day of the first line that is not explained.
    pub to: CivilDate,
    /// What the rule makes of it.
    pub by_rule: Yen,
    /// What was kept back.
    pub kept: Yen,
    /// Lines before it that are explained.
    pub explained: usize,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "finding", rename_all = "snake_case")]
pub enum Finding {
    /// No past line.
    NothingToSee,
    /// One rule explains every line.
    One {
        /// It.
        rule: FeeRule,
    },
    /// 判定不能: several explain every line.
    Several {
        /// All of them.
        rules: Vec<FeeRule>,
    },
    /// No single rule explains every line, but the contract's own dated rules do.
    Dated,
    /// Rules that explain the first lines, and then no more.
    Stops {
        /// Those that reach furthest; the contract's own stands first if it is among them, and alone where its dated rules reach further.
        rules: Vec<FeeRule>,
        /// Where they stop.
        at: Stop,
    },
    /// No candidate explains even the first line.
    Nothing {
        /// The first line, by the contract's own rule.
        at: Stop,
    },
}

/// The report of an inference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inference {
    /// 契約
    pub contract: ContractId,
    /// Past lines that were looked at.
    pub lines: usize,
    /// Rules that were tried.
    pub tried: usize,
    /// Whether the contract's own dated rules explain every line.
    pub contract_fits: bool,
    /// What was found.
    pub finding: Finding,
    /// All of it in Japanese.
    pub paragraph_ja: String,
}

/// Looks for the rule among the contract's own rates and `rates`.
#[must_use]
pub fn infer(contract: &Contract, rates: &[Ppm], past: &[PastLine]) -> Inference {
    let mut past: Vec<&PastLine> = past.iter().collect();
    past.sort_by_key(|line| line.to);
    let candidates = candidates(contract, rates, &past);
    let reach = |rule: &FeeRule| past.iter().take_while(|line| explains(rule, line)).count();
    let reached: Vec<usize> = candidates.iter().map(reach).collect();
    let best = reached.iter().copied().max().unwrap_or(0);
    let own = past.last().map_or(contract.fee, |line| contract.terms_on(line.to).fee);
    let mut rules: Vec<FeeRule> =
        candidates.iter().zip(&reached).filter(|(_, n)| **n == best).map(|(rule, _)| *rule).collect();
    rules.sort_by_key(|rule| *rule != own);
    let dated = past.iter().take_while(|line| explains_dated(contract, line)).count();
    let finding = match (past.get(best.max(dated)), best, rules.as_slice()) {
        (None, 0, _) if dated == 0 => Finding::NothingToSee,
        (None, _, _) if best < dated => Finding::Dated,
        (None, _, [rule]) => Finding::One { rule: *rule },
        (None, _, _) => Finding::Several { rules },
        (Some(line), _, _) if best < dated => stops_dated(contract, line, dated),
        (Some(line), 0, _) => Finding::Nothing { at: stop(&own, line, 0) },
        (Some(line), _, _) => Finding::Stops { at: stop(rules.first().unwrap_or(&own), line, best), rules },
    };
    let mut inference = Inference {
        contract: contract.id.clone(),
        lines: past.len(),
        tried: candidates.len(),
        contract_fits: dated == past.len(),
        finding,
        paragraph_ja: String::new(),
    };
    inference.paragraph_ja = paragraph(contract, &inference, &past);
    inference
}

/// The inference for a contract from everything that is known: its payment statements and the rows of their days.
#[must_use]
pub fn infer_from(facts: &Facts, contract: &Contract, rates: &[Ppm]) -> Inference {
    infer(contract, rates, &past_lines(facts, contract))
}

/// What one payment statement says of some days, its rows (shops, brands) added up.
struct Declared {
    gross: Yen,
    fee: Yen,
    /// None as soon as one row has fee and tax in one figure.
    tax: Option<Yen>,
}

/// The payment statements of a contract, by last and first day.
fn declared(facts: &Facts, contract: &Contract) -> BTreeMap<(CivilDate, CivilDate), Declared> {
    let mut declared: BTreeMap<_, Declared> = BTreeMap::new();
    for row in facts.declared.iter().filter(|row| row.contract == contract.id) {
        let none = || Declared { gross: Yen::ZERO, fee: Yen::ZERO, tax: Some(Yen::ZERO) };
        let sum = declared.entry((row.to, row.from)).or_insert_with(none);
        // A row that has its tax apart, beside one that has not: only the sum of fee and tax is known.
        let whole = |fee: Yen, tax: Option<Yen>| fee.saturating_add(tax.unwrap_or_default());
        (sum.fee, sum.tax) = match (sum.tax, row.tax) {
            (Some(before), Some(tax)) => (sum.fee.saturating_add(row.fee), Some(before.saturating_add(tax))),
            (before, tax) => (whole(sum.fee, before).saturating_add(whole(row.fee, tax)), None),
        };
        sum.gross = sum.gross.saturating_add(row.gross);
    }
    declared
}

/// How many payment statements of a contract are here, those whose rows are not included.
#[must_use]
pub fn statements(facts: &Facts, contract: &Contract) -> usize {
    declared(facts, contract).len()
}

/// Past lines of a contract: every payment statement with the rows of its days.
#[must_use]
pub fn past_lines(facts: &Facts, contract: &Contract) -> Vec<PastLine> {
    let rows: Vec<_> = facts
        .rows
        .iter()
        .filter(|row| row.contract == contract.id && row.occurrence == 1)
        .filter(|row| matches!(row.class, RowClass::Sale | RowClass::Refund | RowClass::Chargeback))
        .collect();
    let line = |((to, from), said): ((CivilDate, CivilDate), Declared)| {
        let own = rows.iter().filter(|row| (from..=to).contains(&row.closing_date()));
        let charged = |row: &&crate::facts::Row| Charged {
            day: row.at.date(),
            brand: row.brand.clone(),
            amount: row.amount,
        };
        let rows: Vec<Charged> = own.map(charged).collect();
        // Rows that do not add up to the statement's sales would explain nothing about its fee.
        let whole = rows.iter().fold(Yen::ZERO, |sum, row| sum.saturating_add(row.amount)) == said.gross;
        let kept = said.tax.map_or(Kept::Together(said.fee), |tax| Kept::Apart { fee: said.fee, tax });
        (whole && !rows.is_empty()).then_some(PastLine { to, rows, kept })
    };
    declared(facts, contract).into_iter().filter_map(line).collect()
}

fn explains(rule: &FeeRule, line: &PastLine) -> bool {
    let rows: Vec<&Charged> = line.rows.iter().collect();
    fee(rule, &rows).is_ok_and(|computed| line.kept.is(computed))
}

/// Whether the contract's own rules of the days explain a line.
fn explains_dated(contract: &Contract, line: &PastLine) -> bool {
    crate::fee::dated_fee(contract, &line.rows).is_ok_and(|computed| line.kept.is(computed))
}

/// The contract's dated rules reach further than any single one: the line at which they stop, by the rule of its closing day.
fn stops_dated(contract: &Contract, line: &PastLine, explained: usize) -> Finding {
    let by_rule = crate::fee::dated_fee(contract, &line.rows).and_then(Fee::with_tax).unwrap_or_default();
    let rules = vec![contract.terms_on(line.to).fee];
    Finding::Stops { rules, at: Stop { to: line.to, by_rule, kept: line.kept.sum(), explained } }
}

fn stop(rule: &FeeRule, line: &PastLine, explained: usize) -> Stop {
    let rows: Vec<&Charged> = line.rows.iter().collect();
    let by_rule = fee(rule, &rows).and_then(Fee::with_tax).unwrap_or_default();
    Stop { to: line.to, by_rule, kept: line.kept.sum(), explained }
}

/// Every rule that is tried, each once, in a fixed order.
fn candidates(contract: &Contract, rates: &[Ppm], past: &[&PastLine]) -> Vec<FeeRule> {
    let own: Vec<FeeRule> = contract.terms.iter().map(|terms| terms.fee).chain([contract.fee]).collect();
    let rates: BTreeSet<Ppm> =
        own.iter().map(|rule| rule.rate).chain(rates.iter().copied()).take(RATES_MAX).collect();
    let taxes: BTreeSet<Ppm> = own.iter().map(|rule| rule.tax_rate).filter(|rate| rate.0 > 0).collect();
    let minimums: BTreeSet<Yen> = own.iter().map(|rule| rule.minimum).collect();
    let apart = past.iter().any(|line| matches!(line.kept, Kept::Apart { .. }));
    let refunds = past.iter().flat_map(|line| &line.rows).any(|row| row.amount.is_negative());
    let returns: &[bool] = if refunds { &[true, false] } else { &[true] };
    let mut all: Vec<FeeRule> = Vec::new();
    for rate in &rates {
        for base in BASES {
            for rounding in ROUNDINGS {
                for refund_returns_fee in returns {
                    for minimum in &minimums {
                        let plain = FeeRule {
                            rate: *rate,
                            base,
                            rounding,
                            tax_rate: Ppm(0),
                            tax_rounding: Rounding::Floor,
                            refund_returns_fee: *refund_returns_fee,
                            tax_form: TaxForm::Separate,
                            minimum: *minimum,
                        };
                        all.push(plain);
                        taxes.iter().for_each(|tax| taxed(&plain, *tax, apart, &mut all));
                    }
                }
            }
        }
    }
    // The contract's own rule as it is written, where the two differ only in what these lines do not show.
    let mut seen = Vec::new();
    for rule in all {
        let shown = own.iter().find(|own| same_here(own, &rule, refunds, apart)).copied().unwrap_or(rule);
        if !seen.contains(&shown) {
            seen.push(shown);
        }
    }
    seen
}

/// A rule with tax on top, in each rounding of it, and the same rate with the tax in it.
fn taxed(plain: &FeeRule, tax: Ppm, apart: bool, all: &mut Vec<FeeRule>) {
    let tax_roundings: &[Rounding] = &ROUNDINGS;
    all.extend(tax_roundings.iter().map(|tax_rounding| FeeRule {
        tax_rate: tax,
        tax_rounding: *tax_rounding,
        ..*plain
    }));
    // 1.98% before tax is 2.178% with 10% of tax; a rate that does not come out even is on no price list.
    let product = u64::from(plain.rate.0) * (MILLION + u64::from(tax.0));
    let with_tax = product.is_multiple_of(MILLION).then(|| u32::try_from(product / MILLION).ok()).flatten();
    let Some(with_tax) = with_tax else { return };
    let included = FeeRule { rate: Ppm(with_tax), tax_rate: tax, tax_form: TaxForm::Included, ..*plain };
    let within: &[Rounding] = if apart { &ROUNDINGS } else { &ROUNDINGS[..1] };
    all.extend(within.iter().map(|tax_rounding| FeeRule { tax_rounding: *tax_rounding, ..included }));
}

/// Whether two rules differ only in what no line of these shows: refunds where there are none, the rounding of a tax that is not stated.
fn same_here(own: &FeeRule, rule: &FeeRule, refunds: bool, apart: bool) -> bool {
    let mut like = *rule;
    if !refunds {
        like.refund_returns_fee = own.refund_returns_fee;
    }
    if !apart && own.tax_form == TaxForm::Included || own.tax_rate.0 == 0 {
        like.tax_rounding = own.tax_rounding;
    }
    like == *own
}

fn paragraph(contract: &Contract, inference: &Inference, past: &[&PastLine]) -> String {
    let (Some(first), Some(last)) = (past.first(), past.last()) else {
        return format!("{}の支払明細がまだないため、手数料の計算方法は推定できません。", contract.label_ja);
    };
    let head =
        format!("{}の支払明細{}件（{}締め〜{}締め）", contract.label_ja, past.len(), first.to, last.to);
    let named = |rules: &[FeeRule]| {
        let words: Vec<String> =
            rules.iter().take(NAMED_MAX).map(|rule| format!("「{}」", words::fee_rule(rule))).collect();
        let more = rules.len().saturating_sub(NAMED_MAX);
        let tail = if more > 0 { format!("ほか{more}通り") } else { String::new() };
        words.join("、") + &tail
    };
    let fits = if inference.contract_fits {
        "契約に登録された計算方法と合っています。"
    } else {
        "契約に登録された計算方法では説明できません。契約書を確かめてください。"
    };
    match &inference.finding {
        Finding::NothingToSee => format!("{head}には、手数料がありません。"),
        Finding::Dated => {
            format!("{head}は、契約に登録された日付ごとの計算方法で、すべて1円まで説明できます。")
        }
        Finding::One { rule } => {
            format!("{head}は、すべて「{}」で1円まで説明できます。{fits}", words::fee_rule(rule))
        }
        Finding::Several { rules } => format!(
            "{head}を説明できる計算方法の候補が{}通りあり、どれかは決められません（判定不能）: {}。{fits}",
            rules.len(),
            named(rules)
        ),
        Finding::Stops { rules, at } => format!(
            "{head}のうち、はじめの{}件は{}で説明できますが、{}の締めから説明できません。計算では{}円、支払明細では{}円で、差は{}円です。料率や端数処理の変更がないか、会社に照会してください。",
            at.explained,
            named(rules),
            at.to,
            at.by_rule,
            at.kept,
            at.kept.saturating_sub(at.by_rule)
        ),
        Finding::Nothing { at } => format!(
            "{head}は、試した{}通りの計算方法のどれでも説明できません。最初の{}の締めは、契約の定めでは{}円、支払明細では{}円で、差は{}円です。契約書の料率を確かめてください。",
            inference.tried,
            at.to,
            at.by_rule,
            at.kept,
            at.kept.saturating_sub(at.by_rule)
        ),
    }
}

#[cfg(test)]
mod tests;
