//! The gates of a bank file: every control total must agree, else the file is refused as a whole.
//!
//! Gates: 入金件数・入金額, 出金件数・出金額, opening + in − out = closing, データ件数 per account; 口座数 and レコード総件数 per file;
//! each entry within the declared period (reconciliation.md 6.1, "gates"). Not here: "next opening = this closing", which needs the file before.

use domain::{
    money::{Yen, YenOverflow},
    time::CivilDate,
};

use crate::refusal::Refusal;

use super::{
    field::{FieldSpec, Record},
    layout::{data, end, header, trailer},
    model::BankAccountBlock,
};

/// What a person should do about a wrong total.
pub(super) const REMEDY: &str = "明細と合計が合いません。欠けたか書き換えられたファイルです。銀行からもう一度取り込み、それでも合わなければ銀行に照会してください。";

/// The declared period runs forwards.
pub(super) fn header(record: Record<'_>, block: &BankAccountBlock) -> Result<(), Refusal> {
    match (block.period_from, block.period_to) {
        (Some(from), Some(to)) if from > to => {
            Err(record.refuse(header::TO, format!("期間の終わりが始まり（{from}）より前です。日付の表し方（和暦・西暦）の設定を確かめてください。")))
        }
        _ => Ok(()),
    }
}

/// An entry lies in the period and adds to the sums of its block.
pub(super) fn entry(
    record: Record<'_>,
    block: &mut BankAccountBlock,
    (booked_on, amount): (CivilDate, Yen),
) -> Result<(), Refusal> {
    let early = block.period_from.is_some_and(|from| booked_on < from);
    let late = block.period_to.is_some_and(|to| booked_on > to);
    if early || late {
        let remedy = format!(
            "勘定日 {booked_on} がヘッダーの期間の外です。別の期間の明細が混じっていないか銀行に確かめてください。"
        );
        return Err(record.refuse(data::BOOKED, remedy));
    }
    let too_much = |_: YenOverflow| record.refuse(data::AMOUNT, "合計が大きすぎます。");
    if amount.is_negative() {
        block.out_count = block.out_count.saturating_add(1);
        block.out_total = block.out_total.checked_sub(amount).map_err(too_much)?;
    } else {
        block.in_count = block.in_count.saturating_add(1);
        block.in_total = block.in_total.checked_add(amount).map_err(too_much)?;
    }
    Ok(())
}

/// The sums of a block against its trailer.
pub(super) fn trailer(record: Record<'_>, block: &BankAccountBlock) -> Result<(), Refusal> {
    // Not the length of the list: of a long file its entries may have been handed on already.
    let count = i64::from(block.in_count) + i64::from(block.out_count);
    for (spec, ours) in [
        (trailer::IN_COUNT, i64::from(block.in_count)),
        (trailer::IN_TOTAL, block.in_total.get()),
        (trailer::OUT_COUNT, i64::from(block.out_count)),
        (trailer::OUT_TOTAL, block.out_total.get()),
        (trailer::DATA_COUNT, count),
    ] {
        agree(record, spec, ours)?;
    }
    let closing =
        balance_after(block).map_err(|_| record.refuse(trailer::CLOSING, "合計が大きすぎます。"))?;
    if closing == block.closing {
        return Ok(());
    }
    Err(record.refuse(
        trailer::CLOSING,
        format!(
            "取引前残高＋入金−出金は{closing}円ですが、ファイルの残高は{}円です。{REMEDY}",
            block.closing
        ),
    ))
}

/// opening + in − out.
fn balance_after(block: &BankAccountBlock) -> Result<Yen, YenOverflow> {
    block.opening.checked_add(block.in_total)?.checked_sub(block.out_total)
}

/// The counts of the file against its end record.
pub(super) fn end(record: Record<'_>, accounts: usize, counts_itself: bool) -> Result<(), Refusal> {
    agree(record, end::ACCOUNTS, i64::try_from(accounts).unwrap_or(i64::MAX))?;
    let records = i64::from(record.row) - i64::from(!counts_itself);
    agree(record, end::RECORDS, records)
}

/// One declared number against what we counted.
pub(super) fn agree(record: Record<'_>, spec: FieldSpec, ours: i64) -> Result<(), Refusal> {
    if record.number(spec)? == ours {
        return Ok(());
    }
    Err(record.refuse(spec, format!("数え直すと{}です。{REMEDY}", Yen::new(ours))))
}
