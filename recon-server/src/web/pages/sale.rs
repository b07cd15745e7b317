//! `/sales/{sale}`: one sale from the counter to the bank and back.
//!
//! Invariant: everything is shown by value from the journal; hashes are those of the frozen bytes.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use domain::{
    id::SaleId,
    money::Yen,
    sale::{Line, Standing},
};
use engine::outcome::{Link as EngineLink, Payout};
use store::{
    UnitOfWork,
    journal::{EntryKey, StoredEntry},
    refunds::RefundRow,
    reports::{AttemptRow, SaleDetail},
};

use super::{method_words, records::Surroundings};
use crate::{
    app::AppState,
    auth::CurrentUser,
    jobs::{
        refund,
        report::{self, DailyReport},
    },
    web::{
        failure::PageError,
        frame,
        view::{
            sale::{EntryRow, Fact, SaleLine, SalePage, Station},
            shell::Section,
            words::{Link, Verdict},
        },
    },
};

/// `GET /sales/{sale}`
pub async fn show(
    State(state): State<AppState>,
    user: CurrentUser,
    Path(sale): Path<String>,
) -> Result<Response, PageError> {
    let sale: SaleId = sale.parse().map_err(|_| PageError::NotFound)?;
    let found = state.store.snapshot().await?.sale(state.tenant(), sale).await?;
    let Some(detail) = found else { return Err(PageError::NotFound) };
    let date = detail.row.sale.business_day;
    let report = report::daily(&state, date).await?;
    let around = Surroundings::read(&state, date).await?;
    let mut unit = state.store.snapshot().await?;
    let tie = tie(&mut *unit, &state, &report, sale).await?;
    let attempt = match detail.row.sale.payment.attempt {
        Some(attempt) => unit.attempt(state.tenant(), attempt).await?,
        None => None,
    };
    let entries = entries(&mut *unit, &state, &detail, attempt.as_ref()).await?;
    let stations = stations(&detail, &report, tie.as_ref(), &around);
    let refundable = refund::refundable(&state, sale).await?;
    let worst = stations.iter().map(|station| station.verdict).max().unwrap_or(Verdict::Pending);
    let sold = &detail.row.sale;
    let page = SalePage {
        shell: frame::shell(&state, Some(&user), Section::Report)?,
        title: format!("領収書 {}", sold.receipt_number),
        back: Link::new(
            format!("収納日報 {}月{}日へ戻る", date.month(), date.day()),
            format!("/report?date={date}"),
        ),
        state: if detail.row.void.is_some() { "取消済".to_owned() } else { "成立".to_owned() },
        verdict: worst,
        facts: facts(&detail, tie.is_some(), &around),
        lines: sold.lines.iter().map(line).collect(),
        total: sold.total,
        refund: refundable
            .as_ref()
            .filter(|found| found.refusal.is_none())
            .map(|_| format!("/sales/{sale}/refund")),
        refunds: refundable.iter().flat_map(|found| &found.refunds).map(refunded).collect(),
        stations,
        entries,
    };
    Ok(frame::page(&page)?.into_response())
}

/// A refund of this sale: how much, and where it stands.
fn refunded(row: &RefundRow) -> Link {
    let state = match &row.decision {
        None => "承認待ち",
        Some(decision) if decision.approved => "承認済",
        Some(_) => "差戻し",
    };
    Link::new(format!("戻出 ▲{}円 {state}", row.amount), format!("/refunds/{}", row.refund))
}

/// The link of the newest run between the sale and a statement row.
async fn tie(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    report: &DailyReport,
    sale: SaleId,
) -> Result<Option<EngineLink>, PageError> {
    let links = unit.links_of(state.tenant(), report.run, &sale.to_string()).await?;
    Ok(links.iter().find_map(|link| serde_json::from_str(&link.evidence).ok()))
}

fn facts(detail: &SaleDetail, tied: bool, around: &Surroundings) -> Vec<Fact> {
    let (sale, payment) = (&detail.row.sale, &detail.row.sale.payment);
    let mut facts = vec![
        Fact::new("窓口", around.counter_words(&detail.row.key.counter)),
        Fact::new("取扱日", sale.business_day.to_japanese()),
        Fact::new("領収日", sale.payment_date.to_japanese()),
        Fact::new("領収時刻", sale.paid_at.to_paper()),
        Fact::new("年度", sale.payment_date.fiscal_year().to_japanese()),
        Fact::new("決済手段", method_words(payment.method, payment.brand.as_ref())),
    ];
    if payment.standing == Standing::Provisional {
        let word = if tied {
            "窓口で入力し、会社明細で確かめた"
        } else {
            "暫定（窓口で入力。会社明細で確かめる）"
        };
        facts.push(Fact::new("確度", word));
    }
    let optional = [
        ("お預り", payment.tendered.map(|yen| format!("{yen}円"))),
        ("お釣り", payment.change.map(|yen| format!("{yen}円"))),
        ("契約", payment.contract.as_ref().map(|contract| around.contract_words(contract))),
        ("端末番号", payment.terminal_id.clone()),
        ("伝票番号", payment.slip_number.clone()),
        ("承認番号", payment.approval_code.clone()),
        ("印刷QR番号", payment.sheet_number.clone()),
        ("取引番号末尾", payment.payer_digits.clone()),
        ("担当者", sale.operator.as_ref().map(ToString::to_string)),
        ("取消の理由", detail.row.void.as_ref().map(|void| void.fact.reason.clone())),
    ];
    facts.extend(optional.into_iter().filter_map(|(name, value)| Some(Fact::new(name, value?))));
    facts
}

fn line(line: &Line) -> SaleLine {
    let account = &line.account;
    let words = [&account.kan, &account.ko, &account.moku, &account.setsu];
    SaleLine {
        name: line.name.clone(),
        account: words.map(String::as_str).join(" "),
        section: line.section.clone(),
        unit_price: line.unit_price,
        quantity: line.quantity,
        amount: line.amount,
        ground: line.exemption.as_ref().map(|exemption| exemption.label.clone()),
    }
}

fn stations(
    detail: &SaleDetail,
    report: &DailyReport,
    tie: Option<&EngineLink>,
    around: &Surroundings,
) -> Vec<Station> {
    let sale = &detail.row.sale;
    let key = &detail.row.key;
    let journal = Station {
        facts: vec![
            Fact::new("記録番号", format!("世代{} {}", key.incarnation.0, key.sequence_number.0)),
            Fact::new("金額", format!("{}円", sale.total)),
            Fact::new("成立", sale.paid_at.hour_minute()),
        ],
        ..station("当方の記録", "Journal", Verdict::Agreed)
    };
    let Some(contract) = &sale.payment.contract else {
        let text = "現金など、決済会社を通らない収納です。払込は窓口の精算票で確かめます。";
        return vec![journal, absent("会社明細", "Statement", Verdict::Agreed, text)];
    };
    if detail.row.void.is_some() {
        let text = "当日に取り消されたため、お金は動きません。";
        return vec![journal, absent("会社明細", "Statement", Verdict::Agreed, text)];
    }
    let payout = report.payouts.iter().find(|payout| payout.contract == *contract);
    vec![
        journal,
        statement(detail, report, tie, around),
        payout_station(payout, around),
        deposit(payout, report, around),
    ]
}

fn station(title: &'static str, english: &'static str, verdict: Verdict) -> Station {
    Station { title, english, verdict, absent: None, facts: Vec::new(), why: None }
}

fn absent(title: &'static str, english: &'static str, verdict: Verdict, text: &str) -> Station {
    Station { absent: Some(text.to_owned()), ..station(title, english, verdict) }
}

fn statement(
    detail: &SaleDetail,
    report: &DailyReport,
    tie: Option<&EngineLink>,
    around: &Surroundings,
) -> Station {
    let id = detail.row.sale.sale.to_string();
    let exception = report.exceptions.iter().find(|one| one.members.contains(&id));
    let verdict = exception.map(|one| one.verdict.into());
    let Some(tie) = tie else {
        let text = exception
            .map_or("まだ会社明細に当たる行がありません。", |one| one.sentence_ja.as_str());
        return absent("会社明細", "Statement", verdict.unwrap_or(Verdict::Pending), text);
    };
    let record = around.record(&tie.right);
    let mut facts = vec![Fact::new("金額", format!("{}円", tie.right_amount))];
    if let Some(record) = record {
        facts.push(Fact { href: Some(record.href.clone()), ..Fact::new("行", record.text.as_str()) });
    }
    let agreed: Vec<&str> = tie.compared.iter().filter(|one| one.agrees).map(|one| &*one.field_ja).collect();
    Station {
        facts,
        why: Some(
            exception.map_or_else(
                || format!("一致した項目: {}", agreed.join("、")),
                |one| one.sentence_ja.clone(),
            ),
        ),
        ..station("会社明細", "Statement", verdict.unwrap_or(Verdict::Agreed))
    }
}

fn payout_station(payout: Option<&Payout>, around: &Surroundings) -> Station {
    let Some(payout) = payout else {
        return absent("支払予定", "Payout", Verdict::Pending, "まだどの締めにも入っていません。");
    };
    let fees = payout.fee.saturating_add(payout.fee_tax);
    Station {
        facts: vec![
            Fact::new("契約", around.contract_words(&payout.contract)),
            Fact::new("期間", format!("{}〜{}", payout.from, payout.to)),
            Fact::new("手数料等", format!("{fees}円")),
            Fact::new("支払予定額", format!("{}円", payout.net)),
            Fact::new("指定日", payout.expected_on.to_japanese()),
        ],
        ..station("支払予定", "Payout", if payout.complete { Verdict::Agreed } else { Verdict::Pending })
    }
}

fn deposit(payout: Option<&Payout>, report: &DailyReport, around: &Surroundings) -> Station {
    let arrived = payout.filter(|payout| payout.deposited != Yen::ZERO);
    let Some(payout) = arrived else {
        let text = payout.map_or("まだ入金はありません。".to_owned(), |payout| {
            format!(
                "まだ入金はありません（{}、指定日 {}）。",
                payout.state.label_ja(),
                payout.expected_on.to_japanese()
            )
        });
        let exception =
            payout.and_then(|payout| report.exceptions.iter().find(|one| one.members.contains(&payout.id)));
        return absent(
            "口座入金",
            "Deposit",
            exception.map_or(Verdict::Pending, |one| one.verdict.into()),
            &text,
        );
    };
    let mut facts = vec![Fact::new("入金額", format!("{}円（この締め全体）", payout.deposited))];
    facts.extend(payout.deposited_on.map(|day| Fact::new("入金日", day.to_japanese())));
    if let Some(record) = payout.deposits.first().and_then(|id| around.record(id)) {
        facts.push(Fact { href: Some(record.href.clone()), ..Fact::new("行", record.text.as_str()) });
    }
    let verdict = if payout.deposited == payout.net { Verdict::Agreed } else { Verdict::Differs };
    Station { facts, ..station("口座入金", "Deposit", verdict) }
}

async fn entries(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    detail: &SaleDetail,
    attempt: Option<&AttemptRow>,
) -> Result<Vec<EntryRow>, PageError> {
    let mut keys: Vec<(EntryKey, &str)> = Vec::new();
    if let Some(attempt) = attempt {
        keys.push((attempt.key.clone(), "決済を要求"));
        for outcome in &attempt.outcomes {
            let word = if outcome.fact.evidence.is_some() {
                "結果不明を証拠により確定"
            } else {
                "決済結果"
            };
            keys.push((outcome.key.clone(), word));
        }
    }
    let mut rows = Vec::new();
    for (key, word) in keys {
        if let Some(stored) = unit.entry(state.tenant(), &key).await? {
            rows.push(entry(&key, word, &stored));
        }
    }
    rows.push(entry(&detail.row.key, "取引が成立・領収書番号を付与", &detail.entry));
    if let (Some(void), Some(stored)) = (&detail.row.void, &detail.void_entry) {
        rows.push(entry(&void.key, "取消", stored));
    }
    Ok(rows)
}

fn entry(key: &EntryKey, what: &str, stored: &StoredEntry) -> EntryRow {
    let read = journal::payload::read(&stored.entry).ok();
    EntryRow {
        incarnation: key.incarnation.0,
        sequence_number: key.sequence_number.0,
        at: read
            .as_ref()
            .map_or_else(|| stored.received_at.to_paper(), |recorded| recorded.meta.at.to_paper()),
        what: what.to_owned(),
        actor: read.map_or_else(|| "—".to_owned(), |recorded| actor(&recorded.meta.actor)),
        hash: stored.entry.hash().to_hex(),
    }
}

fn actor(actor: &domain::event::Actor) -> String {
    use domain::event::Actor;
    match actor {
        Actor::Operator { id } => format!("担当者 {id}"),
        Actor::Device { id } => format!("機器 {id}"),
        Actor::Agent => "窓口プログラム".to_owned(),
        Actor::Centre => "会計課".to_owned(),
    }
}
