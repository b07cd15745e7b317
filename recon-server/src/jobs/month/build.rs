//! Puts a month together from a run and the lists beside it. Pure.
//!
//! Invariant: the verdict is the worst of the days, the contracts, the exceptions and the reasons; a month that is not over, or of
//! which nothing is known, is never green.

use std::collections::BTreeSet;

use domain::time::CivilDate;
use engine::{
    Contract, ExceptionClass, Verdict,
    outcome::{Exception, LateConfirmed, ReportLine},
};

use super::{
    ContractMonth, LateLine, MonthException, MonthlyReport, Overpaid, RefundLine, YearMonth,
    contracts::{contracts, refunded},
    days::{days, overpaid_of, taken},
    mix::mix,
};
use crate::jobs::{
    reconcile::Recorded,
    report::{OpenUnknown, Reason, reasons_within, tell_decisions},
};

/// What stands above the report.
pub struct Header {
    /// Name of the municipality.
    pub tenant_name: String,
    /// 年月
    pub month: YearMonth,
    /// The day on which the run stood.
    pub as_of: CivilDate,
    /// The word for the month's sum.
    pub total_ja: &'static str,
    /// The first open month, where any is signed.
    pub first_open: Option<YearMonth>,
}

/// What does not come from the run.
#[derive(Default)]
pub struct Beside {
    /// 戻出 of the month by 還付日, waiting ones too.
    pub refunds: Vec<RefundLine>,
    /// 結果不明 of the month.
    pub unknowns: Vec<OpenUnknown>,
    /// 過誤納: money that the run counts and that is no revenue.
    pub overpaid: Vec<Overpaid>,
}

/// The report of one month.
pub fn monthly(header: Header, recorded: &Recorded, terms: &[Contract], mut beside: Beside) -> MonthlyReport {
    let Header { tenant_name, month, as_of, total_ja, first_open } = header;
    tell_decisions(&mut beside.unknowns, &recorded.decisions);
    let lines: Vec<&ReportLine> =
        recorded.lines.iter().filter(|line| month.holds(line.business_day)).collect();
    let taken = taken(recorded, month, &beside.overpaid);
    let exceptions = exceptions(recorded, month, &lines, first_open == Some(month));
    let contracts = contracts(recorded, month, terms, &taken, &exceptions);
    let days = days(recorded, month, &taken);
    let reasons = reasons(&header_facts(recorded, month, as_of), &exceptions, &contracts, &beside);
    let verdict = days
        .iter()
        .filter_map(|day| day.verdict)
        .chain(contracts.iter().map(|contract| contract.verdict))
        .chain(exceptions.iter().map(|exception| exception.verdict))
        .chain(reasons.iter().map(|reason| reason.verdict))
        .max()
        .unwrap_or(Verdict::Incomplete);
    MonthlyReport {
        tenant_name,
        month,
        as_of,
        verdict,
        verdict_ja: verdict.label_ja().into(),
        reasons,
        mix: mix(&taken, &lines, &overpaid_of(month, &beside.overpaid), total_ja),
        days,
        contracts,
        late: late(recorded, month),
        refunded: refunded(&beside.refunds),
        refunds: beside.refunds,
        unknowns: beside.unknowns,
        exceptions: exceptions.into_iter().map(with_words).collect(),
    }
}

fn with_words(exception: Exception) -> MonthException {
    MonthException { class_ja: exception.class.label_ja().into(), settled: None, exception }
}

/// 不一致 that belong to the month: by their day, by a line of the month, or by a payout that closes in it. What was corrected behind a
/// signed period belongs to the first open month, whatever its day (DESIGN 3.10).
fn exceptions(
    recorded: &Recorded,
    month: YearMonth,
    lines: &[&ReportLine],
    takes_corrections: bool,
) -> Vec<Exception> {
    let named: BTreeSet<&String> = lines.iter().flat_map(|line| &line.exceptions).collect();
    let closes = |from, to| from <= month.last() && month.first() <= to;
    let payouts: BTreeSet<&String> =
        recorded.payouts.iter().filter(|p| closes(p.from, p.to)).map(|payout| &payout.id).collect();
    let belongs = |e: &&Exception| {
        let corrected = takes_corrections && e.class == ExceptionClass::RevisedAfterClose;
        corrected
            || month.holds(e.day)
            || named.contains(&e.id)
            || e.members.iter().any(|id| payouts.contains(id))
    };
    recorded.exceptions.iter().filter(belongs).cloned().collect()
}

/// Why the month as a whole cannot be judged yet.
fn header_facts(recorded: &Recorded, month: YearMonth, as_of: CivilDate) -> Vec<Reason> {
    let incomplete = |sentence: String| Reason { verdict: Verdict::Incomplete, sentence_ja: sentence };
    let mut found = Vec::new();
    if as_of < month.last() {
        found.push(incomplete(format!(
            "月の途中です({}現在)。{}まで揃うと確定できます。",
            as_of.to_japanese(),
            month.last().to_japanese()
        )));
    }
    let heard = recorded.lines.iter().any(|line| month.holds(line.business_day))
        || recorded.counter_days.iter().any(|day| month.holds(day.business_day));
    if !heard {
        found.push(incomplete(
            "この月の窓口の記録がひとつもありません。窓口の登録と送信を確かめてください。".to_owned(),
        ));
    }
    found
}

/// The worst first; within a verdict in the order of the classes.
fn reasons(
    month: &[Reason],
    exceptions: &[Exception],
    contracts: &[ContractMonth],
    beside: &Beside,
) -> Vec<Reason> {
    let reason = |verdict, sentence_ja: String| Reason { verdict, sentence_ja };
    let mut found = month.to_vec();
    let told = exceptions.iter().filter(|exception| exception.verdict > Verdict::Matched);
    found.extend(told.map(|exception| reason(exception.verdict, exception.sentence_ja.clone())));
    for contract in contracts.iter().filter(|contract| contract.verdict > Verdict::Matched) {
        // A payout that is not due yet is no exception and still keeps the month from green.
        let said = exceptions
            .iter()
            .any(|e| e.contract.as_ref() == Some(&contract.contract) && e.verdict >= contract.verdict);
        if !said {
            let sentence = format!("{}: {}", contract.label_ja, contract.sentence_ja);
            found.push(reason(contract.verdict, sentence));
        }
    }
    let waiting = beside.refunds.iter().filter(|refund| !refund.approved).count();
    if waiting > 0 {
        let sentence =
            format!("戻出の決裁待ちが{waiting}件あります。申請した人とは別の人が決裁してください。");
        found.push(reason(Verdict::Pending, sentence));
    }
    let decided = beside.unknowns.iter().filter_map(|unknown| unknown.decided_ja.clone());
    found.extend(decided.map(|sentence| reason(Verdict::Pending, sentence)));
    reasons_within(found)
}

/// 過日分確定 that was paid or settled in the month.
fn late(recorded: &Recorded, month: YearMonth) -> Vec<LateLine> {
    let of_month = |late: &&LateConfirmed| month.holds(late.payment_date) || month.holds(late.business_day);
    recorded.late.iter().filter(of_month).map(LateLine::of).collect()
}
