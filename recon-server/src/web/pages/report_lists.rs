//! The lists under the daily report as the page shows them. Pure: exceptions, sheets and surroundings in, contexts out.
//!
//! Invariant: every break carries its sentence, what to do next, and the records behind it.

use std::collections::BTreeMap;

use domain::{method::unknown_check, money::Yen, time::CivilDate};
use engine::{
    class::{ExceptionClass, Leg},
    outcome::{ContractSheet as SheetFacts, Exception, Figure as Amount, Payout, PayoutState},
};

use store::controls::ControlTopic;

use super::{
    contract_words, controls, day_and_time, method_words,
    records::{Surroundings, source_words},
    report_view::{day_state, deposited},
    why,
};
use crate::{
    jobs::{
        report::{self, DailyReport},
        settled,
    },
    web::view::{
        report_lists::{Break, ContractSheet, CounterDelivery, FileState, OpenUnknown, Receipt, SheetLine},
        words::{Figure, Link},
    },
};

/// 結果不明 of the report.
pub fn open_unknown(unknown: &report::OpenUnknown, around: &Surroundings, today: CivilDate) -> OpenUnknown {
    let first = unknown_check(unknown.brand.as_ref()).first().copied().unwrap_or_default();
    OpenUnknown {
        href: format!("/unknowns/{}", unknown.attempt),
        at: day_and_time(unknown.at),
        counter: around.counter_words(&unknown.counter),
        method: method_words(unknown.method, unknown.brand.as_ref()),
        amount: unknown.amount,
        age_days: unknown.days,
        deadline: unknown.inquiry_until.map(|day| format!("{}月{}日", day.month(), day.day())),
        days_left: unknown.inquiry_until.map(|day| day.days_since(today)),
        why: format!("端末から結果が届いていません。確かめ方: {first}"),
    }
}

/// Where a page shows each payout, by its id.
pub type PayoutPlaces<'a> = BTreeMap<&'a str, Link>;

/// The payouts of the daily report: on the same page.
pub fn payout_places(report: &DailyReport) -> PayoutPlaces<'_> {
    let place = |payout: &'_ Payout| {
        let anchor = format!("#contract-{}-{}", payout.contract, payout.to);
        Link::new(format!("支払予定 {}〜{}", payout.from, payout.to), anchor)
    };
    report.payouts.iter().map(|payout| (payout.id.as_str(), place(payout))).collect()
}

/// 不一致 of the report.
pub fn one_break(exception: &Exception, payouts: &PayoutPlaces<'_>, around: &Surroundings) -> Break {
    let (ours, theirs) = sides(exception);
    let place = match (&exception.counter, &exception.contract) {
        (Some(counter), Some(contract)) => {
            format!("{} {}", around.counter_words(counter), around.contract_words(contract))
        }
        (Some(counter), None) => around.counter_words(counter),
        (None, Some(contract)) => around.contract_words(contract),
        (None, None) => "—".to_owned(),
    };
    Break {
        anchor: format!("break-{}", exception.id),
        class: exception.class.label_ja().to_owned(),
        code: exception.class.code().to_owned(),
        verdict: exception.verdict.into(),
        of_members: of_members(exception),
        place,
        ours,
        theirs,
        difference: exception.amount,
        why: sentence_with_near(exception),
        next_step: next_step(exception.class).to_owned(),
        members: members(exception, payouts, around),
        due: None,
        settled: None,
        ask: ask(exception),
    }
}

/// The form in which one asks for a decision about an exception.
fn ask(exception: &Exception) -> Option<Link> {
    let topic = settled::topic_of(exception)?;
    let words = match topic {
        ControlTopic::Chargeback => "受け入れるか争うかの申請",
        _ => "処理済にする申請",
    };
    Some(Link::new(words, controls::ask_address(topic, &exception.id)))
}

/// The break with a link to the reason behind its first member, where it has one that the engine can explain; where a file is missing,
/// with a link to the list of expected files.
pub fn with_why(
    exception: &Exception,
    payouts: &PayoutPlaces<'_>,
    as_of: CivilDate,
    around: &Surroundings,
) -> Break {
    let mut made = one_break(exception, payouts, around);
    made.due = exception.due_ja(as_of);
    if exception.class == ExceptionClass::MissingFile {
        made.members.push(Link::new("資料の到着予定", "/expected"));
    } else if exception.class.leg() != Leg::Counter
        && let Some(member) = exception.members.first()
    {
        made.members.push(Link::new("なぜ（根拠）", why::address(member, as_of)));
    }
    made
}

/// `40件中1件`: where it is not known which of its members an exception is about.
fn of_members(exception: &Exception) -> Option<String> {
    let members = exception.members.len();
    let some = usize::try_from(exception.count).is_ok_and(|count| 0 < count && count < members);
    some.then(|| format!("{members}件中{}件", exception.count))
}

fn sentence_with_near(exception: &Exception) -> String {
    let mut why = exception.sentence_ja.clone();
    for near in &exception.near {
        why.push_str(" 近いもの: ");
        why.push_str(&near.why_ja);
    }
    why
}

/// Ours and theirs. Where only ours is known and yen are in it, theirs is waited for.
fn sides(exception: &Exception) -> (Figure<Yen>, Figure<Yen>) {
    let known = |yen: Option<Yen>| yen.map_or(Figure::NotApplicable, Figure::Known);
    let theirs = match (exception.class, exception.ours, exception.theirs) {
        (ExceptionClass::NoContract, _, None) => Figure::NotApplicable,
        (ExceptionClass::PayoutNoDeposit, Some(_), None) => Figure::Awaited("入金前"),
        (_, Some(_), None) => Figure::Awaited("未着"),
        (_, _, theirs) => known(theirs),
    };
    (known(exception.ours), theirs)
}

const fn next_step(class: ExceptionClass) -> &'static str {
    match class {
        ExceptionClass::JOnly => "会社の加盟店画面で、この取引の状態を確かめてください。",
        ExceptionClass::AOnly => "窓口の結果不明と控えを確かめ、なければ決済会社に照会してください。",
        ExceptionClass::AmountDiff => "領収書の控えと会社の明細を見比べ、過不足を窓口に確かめてください。",
        ExceptionClass::DuplicateCharge => {
            "同じお客様への二重決済かもしれません。会社に照会し、返金の要否を決めてください。"
        }
        ExceptionClass::UnknownPending => "「結果不明」の画面で、証拠を見て判定してください。",
        ExceptionClass::MissingFile => "「資料取込」から、この期間の資料を取り込んでください。",
        ExceptionClass::Ambiguous => "同じ金額の取引が複数あります。伝票番号を窓口に確かめてください。",
        ExceptionClass::SheetUnknown => "印刷QRの差し替えがないか、至急、窓口の掲示を確かめてください。",
        ExceptionClass::FailedOnly => {
            "お客様の支払いが成立していない疑いがあります。窓口に確かめてください。"
        }
        ExceptionClass::CutoffShift => "翌期の明細が届くと自動で突合します。",
        ExceptionClass::UnclassifiedRow => "会社に、この状態の意味を確かめてください。",
        ExceptionClass::NoContract => "契約を登録してください。",
        ExceptionClass::PayoutNoDeposit => {
            "銀行の明細がそろっているか確かめ、会社に支払日を照会してください。"
        }
        ExceptionClass::DepositNoPayout => "入金の名義を確かめてください。",
        ExceptionClass::DepositAmountDiff => "会社の精算書で、差し引かれたものを確かめてください。",
        ExceptionClass::TerminalDiff => "窓口の精算票と端末の日計票を見比べてください。",
        ExceptionClass::CounterDayOpen => {
            "窓口に、締めと通信の状態を確かめてください。休業なら登録してください。"
        }
        ExceptionClass::RefundExceeds => "返金の決裁と領収書の控えを見比べ、返し過ぎた分を確かめてください。",
        ExceptionClass::YearSplitReview => "入金を、記載の額で年度ごとに分けて調定・収納してください。",
        ExceptionClass::ProposedMatch => "窓口の控えと会社の明細を見比べ、同じ取引か確かめてください。",
        ExceptionClass::UnclosedTerminal => "端末の締めをしてください。次の締めの明細で自動で突合します。",
        ExceptionClass::Chargeback => "会社の通知と期限を確かめ、返金の扱いを決めてください。",
        ExceptionClass::SequenceGap => "窓口の送信状態を確かめてください。欠けた記録が届けば消えます。",
        ExceptionClass::RevisedAfterClose => "過月分として、調定の変更が要るか確かめてください。",
        ExceptionClass::ConflictingResolution => "証拠を見直し、判定をひとつに決めてください。",
        ExceptionClass::FeeVariance | ExceptionClass::TaxVariance => {
            "契約書の率・端数処理と支払明細を見比べ、会社に計算の根拠を照会してください。"
        }
        ExceptionClass::PayoutMath => "支払明細の原本を確かめ、会社に内訳を照会してください。",
        ExceptionClass::Adjustment => "会社に調整の理由と対象の取引を照会してください。",
        ExceptionClass::TrusteeScope => {
            "告示の対象歳入と期間を確かめ、この手段での受付を止めるか、告示を改めてください。"
        }
        ExceptionClass::ControlTotal => "間の期間の明細か、正しいファイルを銀行から取り込んでください。",
        ExceptionClass::DeemedDateLost => "会社に遅れた理由を照会し、納付日の扱いを会計課で決めてください。",
    }
}

/// The records behind an exception that a page can show: rows, bank lines, payouts, sales, attempts.
pub fn members(exception: &Exception, payouts: &PayoutPlaces<'_>, around: &Surroundings) -> Vec<Link> {
    let unknown = exception.class == ExceptionClass::UnknownPending;
    let member = |id: &String| match (around.record(id), payouts.get(id.as_str())) {
        (Some(link), _) | (None, Some(link)) => Some(link.clone()),
        (None, None) if !is_uuid(id) => None,
        (None, None) if unknown => Some(Link::new("決済の記録", format!("/unknowns/{id}"))),
        (None, None) => Some(Link::new("取引の記録", format!("/sales/{id}"))),
    };
    exception.members.iter().filter_map(member).collect()
}

/// Sales and attempts are hyphenated UUIDs; the engine's own ids are plain hex of the same length.
fn is_uuid(id: &str) -> bool {
    id.contains('-') && uuid::Uuid::try_parse(id).is_ok()
}

/// 照合書 of one closing.
pub fn contract_sheet(sheet: &SheetFacts, around: &Surroundings) -> ContractSheet {
    let reported = sheet.reported_sales.plus(sheet.reported_refunds);
    let fees = sheet.fee.saturating_add(sheet.fee_tax);
    let minus = |yen: Yen| Yen::ZERO.saturating_sub(yen);
    let mut lines = Vec::new();
    let mut line = |label: String, count: Option<i64>, amount: Figure<Yen>, is_sum: bool| {
        let number = u32::try_from(lines.len()).unwrap_or(u32::MAX).saturating_add(1);
        lines.push(SheetLine { number, label, count, amount, is_sum, behind: None });
    };
    let figure = |figure: Amount| (Some(figure.count), Figure::Known(figure.amount));
    for (label, value) in [
        ("前期末未報告", sheet.opening),
        ("当方収納（成立）", sheet.sales),
        ("結果不明 → 明細で成立", sheet.settled_unknowns),
        ("締め後返金（戻出）", sheet.refunds),
        ("会社明細（売上と返金）", reported),
    ] {
        let (count, amount) = figure(value);
        line(label.to_owned(), count, amount, false);
    }
    let (count, amount) = figure(sheet.carried);
    line("翌期繰越（時期のずれ）".to_owned(), count, amount, true);
    if !sheet.awaiting.is_zero() {
        let (count, amount) = figure(sheet.awaiting);
        line("資料未着の分".to_owned(), count, amount, false);
    }
    line(
        format!("決済手数料 {}、消費税 {}", sheet.fee, sheet.fee_tax),
        None,
        Figure::Known(minus(fees)),
        false,
    );
    line(format!("支払予定額（指定日 {}）", sheet.expected_on), None, Figure::Known(sheet.payout), true);
    let arrived = sheet.deposited_on.map_or_else(String::new, |day| format!(" {day}"));
    let deposit = deposited(true, sheet.payout, sheet.deposited);
    line(format!("口座入金{arrived}"), None, deposit, false);
    line(
        format!("入金未達（{}）", sheet.payout_state.label_ja()),
        None,
        Figure::Known(sheet.in_transit),
        false,
    );
    ContractSheet {
        anchor: format!("contract-{}-{}", sheet.contract, sheet.to),
        contract: sheet.label_ja.clone(),
        period: format!("{} 〜 {}", sheet.from.to_japanese(), sheet.to.to_japanese()),
        terms: terms(sheet, around),
        lines,
        residual: Figure::Known(sheet.residual),
        verdict: sheet.verdict.into(),
        why: (!sheet.sentence_ja.is_empty()).then(|| sheet.sentence_ja.clone()),
    }
}

fn terms(sheet: &SheetFacts, around: &Surroundings) -> String {
    let state = if sheet.payout_state == PayoutState::Open {
        "締日前の途中経過"
    } else {
        "締め済の期間"
    };
    let contract = around.contracts.iter().find(|known| known.id == sheet.contract);
    contract.map_or_else(
        || state.to_owned(),
        |contract| format!("{} ・ {state}", contract_words::terms(contract)),
    )
}

/// 資料の受領状況 of the day.
pub fn files(report: &DailyReport, around: &Surroundings) -> Vec<FileState> {
    let missing = |contract: &engine::Contract| {
        report.exceptions.iter().any(|exception| {
            exception.class == ExceptionClass::MissingFile
                && exception.contract.as_ref() == Some(&contract.id)
        })
    };
    let statements = around
        .contracts
        .iter()
        .filter(|contract| contract.statement_profile.is_some())
        .map(|contract| (contract.id.to_string(), missing(contract)));
    let banks = around.bank_sources().into_iter().map(|source| (source, false));
    statements
        .chain(banks)
        .map(|(source, missing)| file_state(report.date, &source, missing, around))
        .collect()
}

fn file_state(date: CivilDate, source: &str, missing: bool, around: &Surroundings) -> FileState {
    let (receipt, row) = match (around.taken(source, date), around.refused(source, date)) {
        (Some(row), _) => (Receipt::Received, Some(row)),
        (None, Some(row)) => (Receipt::Refused, Some(row)),
        (None, None) if missing => (Receipt::Missing, None),
        (None, None) => (Receipt::NotYetDue, None),
    };
    let period = row.and_then(|row| row.period_from.zip(row.period_to));
    FileState {
        source: source_words(&around.contracts, source),
        period: period.map_or_else(|| date.to_string(), |(from, to)| format!("{from} 〜 {to}")),
        receipt,
        received_at: row.map(|row| day_and_time(row.received_at)),
        content: row.filter(|_| receipt == Receipt::Received).map(|row| {
            row.counts.new.saturating_add(row.counts.revised).saturating_add(row.counts.unchanged)
        }),
        action: Some(match (row, receipt) {
            (Some(row), Receipt::Refused) => Link::new("拒否の理由", format!("/imports/{}", row.file)),
            (Some(row), _) => Link::new(format!("受付票 {}", row.file), format!("/imports/{}", row.file)),
            (None, _) => Link::new("資料を取り込む", "/imports"),
        }),
    }
}

/// 窓口の締めと鎖の先頭 of the day.
pub fn deliveries(report: &DailyReport, around: &Surroundings) -> Vec<CounterDelivery> {
    let known = report.counters.iter().filter_map(|block| Some((block.counter.as_ref()?, block.state)));
    known
        .map(|(counter, state)| {
            let cut = around.days.iter().rfind(|day| day.opening.key.counter == *counter);
            let closing = cut.and_then(|day| day.closing.as_ref());
            let current = around
                .counters
                .iter()
                .find(|row| row.counter == *counter)
                .and_then(|row| row.current.as_ref());
            let last = around.deliveries.get(counter).and_then(|row| row.last_received_at);
            // The slip prints the head before the close; a day without one shows where the chain stands now.
            let (incarnation, sequence_number, head) = match (closing, current) {
                (Some(closing), _) => (
                    closing.key.incarnation.0,
                    closing.key.sequence_number.0.saturating_sub(1),
                    closing.fact.chain_head.clone(),
                ),
                (None, Some(current)) => {
                    (current.incarnation.0, current.head.sequence_number.0, current.head.hash.to_hex())
                }
                (None, None) => (0, 0, String::new()),
            };
            CounterDelivery {
                counter: around.counter_words(counter),
                state: day_state(state),
                closed_at: closing.map(|closing| closing.fact.recorded_at.hour_minute()),
                last_contact: last.map(day_and_time),
                on_slip: closing.is_some(),
                incarnation,
                sequence_number,
                head,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use engine::Verdict;

    use super::*;

    /// papers.md C5 (b), and what has no second amount: a word or a dash, never ¥0.
    #[test]
    fn both_amounts_stand_on_the_page() {
        for (class, ours, theirs, shown) in [
            (ExceptionClass::AmountDiff, Some(300), Some(200), ("300", "200")),
            (ExceptionClass::FeeVariance, Some(594), Some(600), ("594", "600")),
            (ExceptionClass::JOnly, Some(300), Some(0), ("300", "0")),
            (ExceptionClass::CutoffShift, Some(300), None, ("300", "未着")),
            (ExceptionClass::PayoutNoDeposit, Some(300), None, ("300", "入金前")),
            (ExceptionClass::CounterDayOpen, None, None, ("—", "—")),
        ] {
            let exception = Exception {
                id: String::new(),
                class,
                verdict: Verdict::Differences,
                members: Vec::new(),
                contract: None,
                counter: None,
                day: "2026-07-15".parse().unwrap(),
                amount: Yen::ZERO,
                ours: ours.map(Yen::new),
                theirs: theirs.map(Yen::new),
                gross: Yen::ZERO,
                days: 0,
                business_days: 0,
                due_on: None,
                sentence_ja: String::new(),
                near: Vec::new(),
                count: 0,
            };
            let (ours, theirs) = sides(&exception);
            assert_eq!((ours.to_string().as_str(), theirs.to_string().as_str()), shown, "{class:?}");
        }
    }
}
