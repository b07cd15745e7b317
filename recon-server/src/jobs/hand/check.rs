//! The rules of an entry, each a function of values.
//!
//! Invariant: pure; every refusal names the field and says what the person can do next.

use std::collections::BTreeSet;

use domain::{
    money::Yen,
    text::{self, FREE_TEXT_LENGTH_MAX_CHARS, TextFault},
    time::CivilDate,
};
use engine::{Contract, contract::GrossOrNet, facts::FACT_YEN_MAX};
use formats::zengin::kana;

use crate::jobs::import::account_of;

use super::model::{HandDeposit, HandFact, HandPayout, ScanKind, ScanRef};

/// Longest scan, in bytes.
pub const SCAN_LENGTH_MAX_BYTES: usize = 10 << 20;
/// Longest period of one notice, in days.
const PERIOD_MAX_DAYS: i32 = 400;
/// Farthest from the end of its period on which a notice may pay, in days.
const PAID_WITHIN_DAYS: i32 = 400;
/// Oldest day that may be entered, in days before today: older facts are looked at by no run.
const OLDEST_DAYS: i32 = crate::jobs::reconcile::SCOPE_DAYS;
/// Longest 名義カナ, in characters (全銀 48, and room for what a passbook adds).
const KANA_LENGTH_MAX_CHARS: usize = 60;

/// Which field of the form is to blame; its stable word there.
pub type FieldName = &'static str;

/// Why an entry is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{sentence_ja}")]
pub struct HandRefusal {
    /// The field.
    pub field: FieldName,
    /// What is wrong and what to do.
    pub sentence_ja: String,
}

fn refuse<T>(field: FieldName, sentence: impl Into<String>) -> Result<T, HandRefusal> {
    Err(HandRefusal { field, sentence_ja: sentence.into() })
}

/// The entry as it is kept: texts trimmed, the name in comparison form.
pub fn fact(
    fact: HandFact,
    (contracts, accounts): (&[Contract], &BTreeSet<String>),
    today: CivilDate,
) -> Result<HandFact, HandRefusal> {
    match fact {
        HandFact::Payout(one) => payout(&one, contracts, today).map(|()| HandFact::Payout(one)),
        HandFact::Deposit(one) => deposit(one, accounts, today).map(HandFact::Deposit),
    }
}

fn payout(payout: &HandPayout, contracts: &[Contract], today: CivilDate) -> Result<(), HandRefusal> {
    let Some(contract) = contracts.iter().find(|contract| contract.id == payout.contract) else {
        return refuse("contract", "この契約は登録されていません。契約を選び直してください。");
    };
    if payout.to < payout.from || payout.to.days_since(payout.from) >= PERIOD_MAX_DAYS {
        return refuse("to", "締め期間の終わりの日を、始めの日以後の近い日にしてください。");
    }
    past("to", payout.to, today)?;
    let late = payout.paid_on.days_since(payout.to);
    if payout.paid_on < payout.from || late > PAID_WITHIN_DAYS {
        return refuse("paid_on", "支払日を、締め期間の始めの日より後の近い日にしてください。");
    }
    for (field, yen) in [
        ("sales", payout.sales),
        ("refunds", payout.refunds),
        ("fee", payout.fee),
        ("tax", payout.tax),
        ("transfer_fee", payout.transfer_fee),
    ] {
        if yen < Yen::ZERO || yen.get() > FACT_YEN_MAX {
            return refuse(field, "0円以上の金額を、符号なしで入れてください。");
        }
    }
    for (field, yen) in [("adjustment", payout.adjustment), ("net", payout.net)] {
        if yen.get().saturating_abs() > FACT_YEN_MAX {
            return refuse(field, "金額が大きすぎます。通知の数字を確かめてください。");
        }
    }
    if (payout.count == 0) != (payout.sales == Yen::ZERO) {
        return refuse("count", "売上の件数と金額の片方だけが0です。通知の数字を確かめてください。");
    }
    adds_up(payout, contract)
}

/// 売上 − 返金 − 手数料 − 消費税 − 振込手数料 ± そのほか = 支払額; a contract that pays in full has its fee invoiced.
fn adds_up(payout: &HandPayout, contract: &Contract) -> Result<(), HandRefusal> {
    let kept_back = contract.gross_or_net == GrossOrNet::Net;
    let mut words = format!("売上 {}円 − 返金 {}円", payout.sales, payout.refunds);
    let mut sum = payout.gross();
    if kept_back {
        sum = sum.saturating_sub(payout.fee).saturating_sub(payout.tax);
        words.push_str(&format!(" − 手数料 {}円 − 消費税 {}円", payout.fee, payout.tax));
    }
    sum = sum.saturating_sub(payout.transfer_fee).saturating_add(payout.adjustment);
    words.push_str(&format!(" − 振込手数料 {}円", payout.transfer_fee));
    if payout.adjustment != Yen::ZERO {
        words.push_str(&format!(" + そのほかの加減 {}円", payout.adjustment));
    }
    if sum == payout.net {
        return Ok(());
    }
    let difference = payout.net.saturating_sub(sum);
    let way = if kept_back {
        ""
    } else {
        "この契約は総額で支払われ、手数料は引かれません。"
    };
    let sentence = format!(
        "{words} = {sum}円 ですが、支払額は {}円 で、{difference}円 合いません。{way}通知の数字を見直してください。通知にほかの加減があれば「そのほかの加減」に入れてください。",
        payout.net
    );
    refuse("net", sentence)
}

fn deposit(
    deposit: HandDeposit,
    accounts: &BTreeSet<String>,
    today: CivilDate,
) -> Result<HandDeposit, HandRefusal> {
    let account = deposit.account.trim().to_owned();
    if !accounts.contains(&account) && account_of(&account).is_none() {
        let sentence =
            "口座を選んでください。登録のない口座は 銀行4桁-支店3桁-種目-口座番号10桁 の形で指定します。";
        return refuse("account", sentence);
    }
    past("booked_on", deposit.booked_on, today)?;
    if deposit.amount <= Yen::ZERO || deposit.amount.get() > FACT_YEN_MAX {
        return refuse("amount", "入金額を、1円以上で、符号なしで入れてください。");
    }
    let name = kana::normalise(&deposit.kana);
    if name.is_empty() || name.chars().count() > KANA_LENGTH_MAX_CHARS {
        return refuse("kana", "振込名義を、通帳のとおりにカナで入れてください。");
    }
    guarded("kana", &name)?;
    let summary = match deposit.summary.trim() {
        "" => String::new(),
        text => guarded("summary", text)?,
    };
    Ok(HandDeposit { account, kana: name, summary, ..deposit })
}

fn guarded(field: FieldName, text: &str) -> Result<String, HandRefusal> {
    text::free_text(text).or_else(|fault| match fault {
        TextFault::CardNumber => {
            refuse(field, "カード番号らしい長い数字があります。末尾4桁だけにしてください。")
        }
        TextFault::Empty | TextFault::TooLong | TextFault::Control => {
            refuse(field, format!("改行なしで、{FREE_TEXT_LENGTH_MAX_CHARS}文字までで入れてください。"))
        }
    })
}

fn past(field: FieldName, day: CivilDate, today: CivilDate) -> Result<(), HandRefusal> {
    if day > today {
        return refuse(field, "まだ来ていない日です。日付を確かめてください。");
    }
    if today.days_since(day) > OLDEST_DAYS {
        return refuse(field, "古すぎる日です。照合の対象になりません。日付を確かめてください。");
    }
    Ok(())
}

/// What a scan is, or why it is none.
pub fn scan(bytes: &[u8]) -> Result<ScanRef, HandRefusal> {
    if bytes.len() > SCAN_LENGTH_MAX_BYTES {
        let sentence =
            format!("証ひょうは{}MiBまでです。小さくして選び直してください。", SCAN_LENGTH_MAX_BYTES >> 20);
        return refuse("scan", sentence);
    }
    let Some(kind) = ScanKind::of(bytes) else {
        return refuse("scan", "証ひょうは PDF、PNG、JPEG のどれかにしてください。");
    };
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    Ok(ScanRef { kind, sha256: formats::sha256_hex(bytes), length })
}
