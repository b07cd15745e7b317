//! `/why/{subject}`: なぜ — for a sale, a row, a payout or a bank line.
//!
//! Invariant: everything on the page is the engine's explanation of this subject; the page adds links and words, no judgement.

use std::collections::BTreeMap;

use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
};
use domain::{
    id::{AttemptId, SaleId},
    money::Yen,
    time::CivilDate,
};
use engine::{
    causes::CauseKind,
    outcome::{Ended, NearMiss, Side, Stage},
    proof::Distance,
    why::{Refused, Source, Step, Why},
    words,
};
use serde::Deserialize;
use store::UnitOfWork;

use super::download::{self, Format};
use crate::{
    app::AppState,
    auth::CurrentUser,
    jobs::{
        books, hand,
        papers::{excel, render},
    },
    web::{
        failure::PageError,
        frame,
        view::{
            shell::{Section, Shell},
            why::{WhyField, WhyNear, WhyPage, WhyRefused, WhyStep},
            words::{Link, Verdict},
        },
    },
};

/// Receipts among which the file of a row is looked for, newest first.
const FILES_MAX: u32 = 5_000;
/// Digits of a file's digest that are shown where its receipt is not found.
const DIGEST_SHOWN_DIGITS: usize = 12;
/// Seconds of a minute.
const MINUTE_SECONDS: i64 = 60;

/// As seen on which day, and how.
#[derive(Debug, Deserialize)]
pub struct WhyQuery {
    format: Option<Format>,
    as_of: Option<CivilDate>,
}

/// `GET /why/{subject}?as_of=`
pub async fn show(
    State(state): State<AppState>,
    user: CurrentUser,
    Path(subject): Path<String>,
    Query(query): Query<WhyQuery>,
) -> Result<Response, PageError> {
    let today = state.today();
    let as_of = query.as_of.map_or(today, |asked| asked.min(today));
    let why = books::why(&state, as_of, &subject).await?.ok_or(PageError::NotFound)?;
    if let Some(format) = query.format {
        let table = books::why_table(&why);
        let csv = |encoding| render::to_csv(&table, encoding);
        let author = &state.config.tenant.name;
        let xlsx = || excel::to_xlsx(std::slice::from_ref(&table), author, as_of);
        return download::file("why", format, csv, || render::to_json("paper", &why), xlsx);
    }
    let mut unit = state.store.snapshot().await?;
    let files = unit.files(state.tenant(), None, FILES_MAX).await?;
    let record = record(&mut *unit, &state, &why).await?;
    let numbers: BTreeMap<String, u64> =
        files.iter().map(|row| (hex::encode(row.sha256), row.file)).collect();
    let shell = frame::shell(&state, Some(&user), Section::Exceptions)?;
    let mut page = page(shell, &why, as_of, &numbers);
    for (source, link) in why.sources.iter().zip(&mut page.sources) {
        let Some(row) = files.iter().find(|row| hex::encode(row.sha256) == source.file) else { continue };
        if let Some(from) = hand::of_file(&mut *unit, &state, row).await? {
            *link = super::hand::origin_link(row.file, &from);
        }
    }
    page.beside.extend(record);
    Ok(frame::page(&page)?.into_response())
}

/// The record of the sale that is meant, or of the attempt.
async fn record(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    why: &Why,
) -> Result<Option<Link>, store::StoreError> {
    if why.side != Side::Journal {
        return Ok(None);
    }
    let tenant = state.tenant();
    if let Ok(sale) = why.subject.parse::<SaleId>()
        && unit.sale(tenant, sale).await?.is_some()
    {
        return Ok(Some(Link::new("取引の記録", format!("/sales/{sale}"))));
    }
    // An attempt without a completed sale is shown among the results in doubt.
    let Ok(attempt) = why.subject.parse::<AttemptId>() else { return Ok(None) };
    let found = unit.attempt(tenant, attempt).await?;
    Ok(found.map(|_| Link::new("決済の記録", format!("/unknowns/{attempt}"))))
}

/// The address of a reason.
pub fn address(subject: &str, as_of: CivilDate) -> String {
    format!("/why/{subject}?as_of={as_of}")
}

fn page(shell: Shell, why: &Why, as_of: CivilDate, files: &BTreeMap<String, u64>) -> WhyPage {
    let (verdict, ended) = ended(&why.ended);
    let by_days = matches!(why.side, Side::Payout | Side::Bank);
    let fields = why.compared.iter().map(|one| WhyField {
        field: one.field_ja.to_string(),
        ours: one.left.clone(),
        theirs: one.right.clone(),
        agrees: one.agrees,
    });
    WhyPage {
        shell,
        kind: side(why.side),
        subject: why.subject.clone(),
        verdict,
        ended,
        paragraph: why.paragraph_ja.clone(),
        steps: why.steps.iter().map(|one| step(one, why)).collect(),
        sum: (
            if why.side == Side::Bank { "口座入金" } else { "支払予定額" },
            why.steps.iter().map(|step| step.amount).fold(Yen::ZERO, Yen::saturating_add),
        ),
        causes: why.causes.iter().map(|cause| cause.sentence_ja.clone()).collect(),
        compared: fields.collect(),
        refused: why.refused.iter().map(|one| refused(one, by_days, as_of)).collect(),
        near: why.near.iter().map(|one| near(one, why, by_days, as_of)).collect(),
        sources: why.sources.iter().map(|one| source(one, files)).collect(),
        terms: terms(why),
        as_of: as_of.to_japanese(),
        back: Link::new("不一致へ戻る", format!("/exceptions?as_of={as_of}")),
        beside: beside(why, as_of),
        downloads: download::links(&address(&why.subject, as_of)),
    }
}

fn beside(why: &Why, as_of: CivilDate) -> Vec<Link> {
    let breaks = why.exceptions.iter().zip(1_u32..);
    let link = |(id, number): (&String, u32)| {
        Link::new(format!("不一致 {number}"), format!("/exceptions?as_of={as_of}#break-{id}"))
    };
    breaks.map(link).collect()
}

/// A step; a fee that was foreseen is no cause of a difference, one that explains a difference is.
fn step(step: &Step, why: &Why) -> WhyStep {
    let foreseen = |kind| matches!(kind, CauseKind::Fee | CauseKind::TransferFee | CauseKind::PlanFee);
    let explains = |kind| why.causes.iter().any(|cause| cause.kind == kind);
    let cause = step.cause.filter(|kind| !foreseen(*kind) || explains(*kind));
    WhyStep { label: step.label_ja.clone(), cause: cause.map(CauseKind::label_ja), amount: step.amount }
}

fn refused(one: &Refused, by_days: bool, as_of: CivilDate) -> WhyRefused {
    WhyRefused {
        candidate: Link::new(one.label_ja.clone(), address(&one.id, as_of)),
        failing: one.failing_ja.clone(),
        yen_apart: one.yen_apart,
        time_apart: time_apart(one, by_days),
    }
}

fn time_apart(one: &Refused, by_days: bool) -> String {
    if by_days { format!("{}日", one.time_apart) } else { words::apart(one.time_apart) }
}

/// A near miss; where its distance has no time, the candidate's.
fn near(one: &NearMiss, why: &Why, by_days: bool, as_of: CivilDate) -> WhyNear {
    let mut words = distance(&one.distance);
    if (one.distance.days, one.distance.seconds) == (0, 0) {
        let candidate = why.refused.iter().find(|refused| refused.id == one.id && refused.time_apart != 0);
        words.extend(candidate.map(|refused| time_apart(refused, by_days)));
    }
    let distance = if words.is_empty() { "—".to_owned() } else { words.join("、") };
    WhyNear { why: one.why_ja.clone(), distance, href: address(&one.id, as_of) }
}

/// `金額 ▲100円、3分、伝票番号が違う`; what is the same is not said.
fn distance(distance: &Distance) -> Vec<String> {
    let mut words = Vec::new();
    if distance.yen != Yen::ZERO {
        words.push(format!("金額 {}円", distance.yen));
    }
    if distance.days != 0 {
        words.push(format!("{}日", distance.days.unsigned_abs()));
    } else if distance.seconds != 0 {
        let seconds = distance.seconds.saturating_abs();
        words.push(if seconds < MINUTE_SECONDS {
            format!("{seconds}秒")
        } else {
            words::apart(seconds / MINUTE_SECONDS)
        });
    }
    words.extend(distance.failed.iter().map(|failed| format!("{}が違う", failed.label_ja())));
    words.extend(distance.missing.iter().map(|missing| format!("{}が片方だけ", missing.label_ja())));
    words
}

fn source(one: &Source, files: &BTreeMap<String, u64>) -> Link {
    match files.get(&one.file) {
        Some(number) => {
            Link::new(format!("受付票 {number} の {}行目", one.row), format!("/imports/{number}"))
        }
        None => {
            let digest: String = one.file.chars().take(DIGEST_SHOWN_DIGITS).collect();
            Link::new(format!("資料 {digest}… の {}行目", one.row), "")
        }
    }
}

fn terms(why: &Why) -> Vec<(&'static str, String)> {
    let versions = &why.versions;
    let mut terms = vec![("段階", why.stage.map_or("なし（結び付いていません）", stage).to_owned())];
    terms.extend(why.rule.clone().map(|rule| ("規則", rule)));
    terms.extend(versions.fee_ja.clone().map(|fee| ("手数料の決まり", fee)));
    terms.extend(versions.calendar_ja.clone().map(|day| ("入金予定日", day)));
    if !versions.names.is_empty() {
        terms.push(("登録済みの名義", versions.names.join("、")));
    }
    terms.push(("設定の版", versions.config.clone()));
    terms
}

const fn side(side: Side) -> &'static str {
    match side {
        Side::Journal => "当方の売上",
        Side::Statement => "会社明細",
        Side::Payout => "支払予定",
        Side::Bank => "口座入金",
    }
}

fn ended(ended: &Ended) -> (Verdict, String) {
    let (verdict, words) = match ended {
        Ended::Linked { .. } => (Verdict::Agreed, "一致"),
        Ended::LinkedInSet { .. } => (Verdict::Agreed, "組として一致（どれがどれかは決まりません）"),
        Ended::Exception { class, .. } => (Verdict::Differs, class.label_ja()),
        Ended::NoAcquirer => (Verdict::Agreed, "会社の明細がない手段"),
        Ended::OwnFigures => (Verdict::Agreed, "当方の記録による"),
        Ended::NoMoney => (Verdict::Agreed, "お金は動いていません"),
        Ended::OutOfScope => (Verdict::Agreed, "突合の対象外"),
        Ended::CarriedOver => (Verdict::Pending, "翌期へ繰越"),
    };
    (verdict, words.to_owned())
}

const fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::IdJoin => "1 番号の一致",
        Stage::CompositeKey => "2 複合キーの一致",
        Stage::CompositeKeyAmountDiffers => "2 複合キーの一致（金額相違）",
        Stage::MutualUniqueWindow => "3 時間内で互いに唯一",
        Stage::InterchangeableSet => "4 同数の組",
        Stage::BoundedSum => "5 合計の一致",
        Stage::DayTotal => "5 日計の一致",
        Stage::DepositOneToOne => "7 支払と入金",
        Stage::DepositSet => "8 複数の支払と1件の入金",
        Stage::DepositSplit => "8 1件の支払と複数の入金",
    }
}

#[cfg(test)]
mod tests {
    use engine::proof::Predicate;

    use super::*;

    #[test]
    fn a_distance_says_only_what_differs() {
        let near = |yen, days, seconds, failed: &[Predicate]| {
            distance(&Distance {
                days,
                seconds,
                yen: Yen::new(yen),
                failed: failed.to_vec(),
                missing: vec![],
            })
            .join("、")
        };
        assert_eq!(near(0, 0, 0, &[]), "");
        assert_eq!(near(-100, 0, -185, &[Predicate::Slip]), "金額 ▲100円、3分、伝票番号が違う");
        assert_eq!(near(0, -2, 500, &[]), "2日");
        assert_eq!(near(0, 0, 59, &[]), "59秒");
    }

    #[test]
    fn a_row_leads_to_its_receipt_where_it_is_known() {
        let row = Source { id: "r".to_owned(), file: "ab".repeat(32), row: 7 };
        let known = BTreeMap::from([("ab".repeat(32), 12)]);
        assert_eq!(source(&row, &known), Link::new("受付票 12 の 7行目", "/imports/12"));
        assert_eq!(source(&row, &BTreeMap::new()).text, "資料 abababababab… の 7行目");
    }
}
