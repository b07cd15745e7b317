//! The lists behind a day that do not come from the run: open unknowns, and entries that somebody has to look at.

use domain::{
    event::OverpaymentCause,
    id::TenantId,
    method::brand_rule,
    money::Yen,
    payment::Outcome,
    time::{CivilDate, Timestamp},
};
use engine::Verdict;
use journal::{entry::Entry, payload};
use store::{
    UnitOfWork,
    journal::{AsideReason, EntryKey},
    reports::AttemptRow,
};

use super::{OddEntry, OpenUnknown};
use crate::jobs::JobError;

/// Frozen number of an overpayment case ([`payload::KINDS`]).
const KIND_OVERPAYMENT: u16 = 37;
/// Frozen number of a stray result.
const KIND_STRAY: u16 = 38;

/// What is listed.
#[derive(Default)]
pub struct Lists {
    /// 結果不明 up to the day.
    pub unknowns: Vec<OpenUnknown>,
    /// Entries of the day that somebody has to look at.
    pub odd_entries: Vec<OddEntry>,
}

/// Reads the lists of a day.
pub async fn read(
    unit: &mut dyn UnitOfWork,
    tenant: &TenantId,
    date: CivilDate,
    as_of: CivilDate,
) -> Result<Lists, JobError> {
    let unknowns = unit.open_unknowns(tenant).await?;
    let unknowns = unknowns.iter().filter(|row| row.attempt.business_day <= date);
    let mut odd_entries = aside(unit, tenant, date).await?;
    odd_entries.extend(unread(unit, tenant, date).await?);
    odd_entries.extend(money_beside(unit, tenant, date).await?);
    Ok(Lists { unknowns: unknowns.map(|row| open_unknown(row, as_of)).collect(), odd_entries })
}

/// A result in doubt with its deadline, as of a day.
pub fn open_unknown(row: &AttemptRow, as_of: CivilDate) -> OpenUnknown {
    let attempt = &row.attempt;
    let seen = match row.last_outcome().map(|fact| &fact.outcome) {
        Some(Outcome::Unknown(doubt)) => doubt.partial.as_ref().and_then(|partial| partial.brand.clone()),
        _ => None,
    };
    let brand = seen.or_else(|| attempt.brand.clone());
    let asked_on = attempt.requested_at.date();
    let inquiry_days = brand.as_ref().and_then(brand_rule).and_then(|rule| rule.inquiry_days);
    OpenUnknown {
        attempt: attempt.attempt,
        counter: row.key.counter.clone(),
        business_day: attempt.business_day,
        at: attempt.requested_at,
        method: attempt.method,
        amount: attempt.amount,
        days: as_of.days_since(asked_on),
        inquiry_until: inquiry_days.map(|days| asked_on.plus_days(i32::from(days))),
        brand,
        decided_ja: None,
    }
}

async fn aside(
    unit: &mut dyn UnitOfWork,
    tenant: &TenantId,
    date: CivilDate,
) -> Result<Vec<OddEntry>, JobError> {
    let entries = unit.aside_entries(tenant).await?;
    let of_day = entries.into_iter().filter(|aside| {
        let entry = Entry::thaw(aside.bytes.clone()).ok();
        day_of(entry.as_ref(), aside.received_at) == date
    });
    Ok(of_day
        .map(|aside| OddEntry {
            counter: aside.key.counter,
            incarnation: aside.key.incarnation,
            sequence_number: aside.key.sequence_number,
            kind: aside.kind,
            amount: aside.amount,
            verdict: Verdict::Differences,
            sentence_ja: match aside.reason {
                AsideReason::PositionTaken | AsideReason::OtherChain => {
                    "同じ番号に別の記録が届きました。金額に入れず、別に保管しています。窓口の記録が二つに分かれていないか確かめてください。"
                }
                AsideReason::AfterReplacement => {
                    "交換した後の古い窓口端末で作られた記録です。金額に入れず、別に保管しています。古い端末が使われていないか確かめてください。"
                }
            }
            .to_owned(),
        })
        .collect())
}

async fn unread(
    unit: &mut dyn UnitOfWork,
    tenant: &TenantId,
    date: CivilDate,
) -> Result<Vec<OddEntry>, JobError> {
    let mut found = Vec::new();
    for row in unit.unread_entries(tenant).await? {
        let Some(stored) = unit.entry(tenant, &row.key).await? else { continue };
        if day_of(Some(&stored.entry), stored.received_at) != date {
            continue;
        }
        let sentence_ja = if row.fact.damaged {
            "内容を読み取れない記録があります。記録の破損か不具合です。管理者に連絡してください。"
        } else {
            "この版のサーバーが知らない種類の記録があります。サーバーを更新すると読めるようになります。"
        };
        found.push(OddEntry {
            counter: row.key.counter,
            incarnation: row.key.incarnation,
            sequence_number: row.key.sequence_number,
            kind: row.fact.kind,
            amount: None,
            verdict: Verdict::Differences,
            sentence_ja: sentence_ja.to_owned(),
        });
    }
    Ok(found)
}

/// 過誤納 cases and results that fit no attempt: money that stands beside the sales of the day.
async fn money_beside(
    unit: &mut dyn UnitOfWork,
    tenant: &TenantId,
    date: CivilDate,
) -> Result<Vec<OddEntry>, JobError> {
    let mut found = Vec::new();
    for case in unit.overpayments(tenant).await? {
        let sentence_ja = match case.fact.cause {
            OverpaymentCause::PaidTwice => {
                "結果不明の支払いと別の支払いの両方が成立しました(二重納付)。過誤納として還付の手続きをしてください。"
            }
            OverpaymentCause::WrongAmountTyped => {
                "お客様が違う金額を入力した支払いです。この金額を過誤納として還付の手続きをしてください。"
            }
            OverpaymentCause::SettledAmountDiffers => {
                "端末が請求と違う金額で決済しました。この金額を過誤納として還付の手続きをしてください。"
            }
        };
        if case.fact.recorded_at.date() == date {
            found.push(beside(
                case.key,
                KIND_OVERPAYMENT,
                Some(case.fact.amount),
                Verdict::Pending,
                sentence_ja,
            ));
        }
    }
    for stray in unit.strays(tenant).await? {
        if stray.fact.recorded_at.date() == date {
            let amount = stray.fact.result.approval.settled_amount;
            let sentence_ja =
                "端末が、当方の取引にない支払いの結果を伝えました。端末の控えと明細を確かめてください。";
            found.push(beside(stray.key, KIND_STRAY, amount, Verdict::Differences, sentence_ja));
        }
    }
    Ok(found)
}

fn beside(key: EntryKey, kind: u16, amount: Option<Yen>, verdict: Verdict, sentence_ja: &str) -> OddEntry {
    OddEntry {
        counter: key.counter,
        incarnation: key.incarnation,
        sequence_number: key.sequence_number,
        kind,
        amount,
        verdict,
        sentence_ja: sentence_ja.to_owned(),
    }
}

/// The civil date of an entry by its own word; by its arrival where that cannot be read.
fn day_of(entry: Option<&Entry>, received_at: Timestamp) -> CivilDate {
    let own = entry.and_then(|entry| payload::read(entry).ok()).map(|recorded| recorded.meta.at);
    own.unwrap_or(received_at).date()
}
