//! Sentences about payment statements, trustees and remitter names.
//!
//! Invariant: as in [`crate::sentence`]: what was seen, both figures, what to do.

use domain::{money::Yen, time::CivilDate};

use crate::{
    contract::Contract, declared::DeclaredPayout, facts::Deposit, outcome::Payout, trustee::Trustee,
};

pub(crate) fn declared_sum(p: &Payout, contract: &Contract, row: &DeclaredPayout, own: Yen) -> String {
    format!(
        "{}の{}締めの支払明細（{}行目）は、内訳を計算すると{own}円ですが、支払額は{}円とあります。会社に内訳を照会してください。",
        contract.label_ja, p.to, row.row, row.net
    )
}

pub(crate) fn declared_differs(
    p: &Payout,
    contract: &Contract,
    what: &str,
    theirs: Yen,
    ours: Yen,
    rule: &str,
) -> String {
    let basis = if what.starts_with("手数料") {
        format!("契約の定め（{rule}）では{ours}円")
    } else {
        format!("当方の計算では{ours}円")
    };
    format!(
        "{}の{}締めの支払明細は{what}が{theirs}円ですが、{basis}で、差は{}円です。契約書と支払明細を見比べてください。",
        contract.label_ja,
        p.to,
        theirs.saturating_sub(ours)
    )
}

pub(crate) fn adjusted(p: &Payout, contract: &Contract, adjustment: Yen) -> String {
    let (size, what) =
        (adjustment.get().saturating_abs(), if adjustment.is_negative() { "減額" } else { "加算" });
    format!(
        "{}の{}締めの支払明細に、取引の行のない調整が{}円（{what}）あります。異議申立てなどの理由と対象の取引を会社に照会してください。",
        contract.label_ja,
        p.to,
        Yen::new(size)
    )
}

pub(crate) fn declared_alone(
    contract: &Contract,
    to: CivilDate,
    gross: Yen,
    net: Yen,
    partly: bool,
) -> String {
    let why = if partly {
        "取引明細にある日の一部しか含みません"
    } else {
        "その期間の取引明細がありません"
    };
    format!(
        "{}の{to}締めの支払明細（売上 {gross}円、支払 {net}円）は、{why}。取引明細と支払明細の期間を確かめてください。",
        contract.label_ja
    )
}

pub(crate) fn alias(contract: &Contract, kana: &str, deposit: &Deposit, p: &Payout, times: usize) -> String {
    let more = if times > 1 { format!("（ほか{}件も同じ名義）", times - 1) } else { String::new() };
    format!(
        "名義「{kana}」の{}の入金 {}円は、口座・金額・予定日が{}の{}締めの支払予定とだけ一致します{more}。同じ会社の名義なら、確かめて登録してください。",
        deposit.booked_on, deposit.amount, contract.label_ja, p.to
    )
}

pub(crate) fn outside_notice(
    contract: &Contract,
    trustee: &Trustee,
    day: CivilDate,
    sales: (usize, Yen),
    revenue: Option<&str>,
) -> String {
    let (count, amount) = sales;
    let why = match revenue {
        Some(revenue) => format!("科目「{revenue}」が対象歳入にありません"),
        None => "指定の期間の外です".to_owned(),
    };
    format!(
        "{}の{}の収納 {count}件 {amount}円は、{}（告示第{}号）の{why}。この手段での受付を止めるか、告示を改めてください。",
        day.to_japanese(),
        contract.label_ja,
        contract.acquirer_ja,
        trustee.notice_number
    )
}

pub(crate) fn deemed_lost(
    p: &Payout,
    contract: &Contract,
    pay_by: CivilDate,
    arrived: Option<CivilDate>,
    entrusted: Option<(CivilDate, CivilDate)>,
) -> String {
    let came = match arrived {
        Some(day) => format!("{}に納付されました", day.to_japanese()),
        None => "まだ納付されていません".to_owned(),
    };
    let days = entrusted.map(|(first, last)| format!("（委託日 {first}〜{last}）")).unwrap_or_default();
    format!(
        "{}の{}締め {}円は、指定日 {} までに納付されず、{came}。委託日{days}を納付日とみなす扱いができません。会社に理由を照会し、納付日の扱いを決めてください。",
        contract.label_ja,
        p.to,
        p.net,
        pay_by.to_japanese()
    )
}
