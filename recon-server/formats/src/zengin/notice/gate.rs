//! The gates of a 振込入金通知: counts and sums of transfers and of cancellations.
//!
//! The sources do not say whether the first pair counts cancelled transfers too. Both readings are tried, each whole; a file that fits
//! neither is refused. What was decided is said.

use domain::money::YenOverflow;

use crate::refusal::Refusal;

use super::{
    super::{field::Record, gate::agree},
    layout::{data_a, header, trailer},
    model::{NoticeAccount, NoticeEntry},
};

/// The declared period runs forwards.
pub(super) fn header(record: Record<'_>, account: &NoticeAccount) -> Result<(), Refusal> {
    match (account.period_from, account.period_to) {
        (Some(from), Some(to)) if from > to => Err(record.refuse(
            header::TO,
            format!("期間の終わりが始まり（{from}）より前です。日付の表し方（和暦・西暦）の設定を確かめてください。"),
        )),
        _ => Ok(()),
    }
}

/// An entry lies in the period and adds to the sums of its block.
pub(super) fn entry(
    record: Record<'_>,
    account: &mut NoticeAccount,
    entry: &NoticeEntry,
) -> Result<(), Refusal> {
    let booked_on = entry.entry.booked_on;
    let early = account.period_from.is_some_and(|from| booked_on < from);
    let late = account.period_to.is_some_and(|to| booked_on > to);
    if early || late {
        let remedy = format!(
            "勘定日 {booked_on} がヘッダーの期間の外です。別の期間の明細が混じっていないか銀行に確かめてください。"
        );
        return Err(record.refuse(data_a::BOOKED, remedy));
    }
    let too_much = |_: YenOverflow| record.refuse(data_a::AMOUNT, "合計が大きすぎます。");
    if entry.cancelled {
        account.cancel_count = account.cancel_count.saturating_add(1);
        account.cancel_total = account.cancel_total.checked_sub(entry.entry.amount).map_err(too_much)?;
    } else {
        account.count = account.count.saturating_add(1);
        account.total = account.total.checked_add(entry.entry.amount).map_err(too_much)?;
    }
    Ok(())
}

/// The sums of a block against its trailer. Answers whether the first pair was found to count cancelled transfers too.
pub(super) fn trailer(record: Record<'_>, account: &NoticeAccount) -> Result<bool, Refusal> {
    for (spec, ours) in [
        (trailer::CANCEL_COUNT, i64::from(account.cancel_count)),
        (trailer::CANCEL_TOTAL, account.cancel_total.get()),
    ] {
        // Banks that know no cancellations leave these blank.
        if ours != 0 || record.digits(spec)?.is_some() {
            agree(record, spec, ours)?;
        }
    }
    let (count, total) = (i64::from(account.count), account.total.get());
    let with_cancelled =
        (count + i64::from(account.cancel_count), total.saturating_add(account.cancel_total.get()));
    let declared = (record.number(trailer::COUNT)?, record.number(trailer::TOTAL)?);
    if account.cancel_count > 0 && declared == with_cancelled {
        return Ok(true);
    }
    agree(record, trailer::COUNT, count)?;
    agree(record, trailer::TOTAL, total)?;
    Ok(false)
}
