//! The sentences that a clerk or an accountant reads. Rendered from the evidence, never stored as the truth.
//!
//! Invariant: everyday Japanese; each says what was seen and what to do; no digits of a card are ever in a fact, so none are here.

use domain::{method::brand_label, money::Yen, time::CivilDate};

use crate::{
    contract::Contract,
    facts::{Deposit, RefundOf, Row, Sale},
    outcome::{Payout, ReceivedAs, YearShare},
};

mod cash;

pub(crate) use cash::{
    adjusted, alias, declared_alone, declared_differs, declared_sum, deemed_lost, outside_notice,
};

/// Digits of a file's SHA-256 by which a person tells it.
const FILE_HEX_DIGITS: usize = 12;

/// A sale in a few words: `窓口m1 2026-07-15 14:03 PayPay 300円`.
pub(crate) fn sale(sale: &Sale) -> String {
    let brand = sale.brand.as_ref().map_or_else(|| sale.method.label_ja().to_owned(), brand_label);
    if let Some(opening) = &sale.opening {
        let file: String = opening.file.chars().take(FILE_HEX_DIGITS).collect();
        let (day, amount) = (sale.payment_date, sale.amount);
        return format!("移行時の未収（資料 {file}… の{}行目）{day} {brand} {amount}円", opening.row);
    }
    format!("窓口{} {} {} {brand} {}円", sale.counter, sale.payment_date, sale.at.hour_minute(), sale.amount)
}

/// A row in a few words: `2026-07-15 14:03 300円（明細5行目）`.
pub(crate) fn row(row: &Row) -> String {
    let terminal = row.terminal_id.as_deref().map(|id| format!("、端末 {id}")).unwrap_or_default();
    format!("{} {} {}円（明細{}行目{terminal}）", row.at.date(), row.at.hour_minute(), row.amount, row.row)
}

pub(crate) fn j_only(s: &Sale, contract: &Contract) -> String {
    format!(
        "{}の収納が、届いている{}の明細にありません。端末の控えを確かめ、決済会社に照会してください。",
        sale(s),
        contract.label_ja
    )
}

pub(crate) fn refund_only(s: &Sale, contract: &Contract) -> String {
    format!(
        "{}の返金が、届いている{}の明細にありません。返金の手続きが済んでいるか確かめてください。",
        sale(s),
        contract.label_ja
    )
}

pub(crate) fn failed_only(s: &Sale, r: &Row) -> String {
    format!(
        "{}は、明細では「取引失敗」です（{}）。入金されません。支払いが済んでいない扱いになるか確かめてください。",
        sale(s),
        row(r)
    )
}

pub(crate) fn a_only(r: &Row, refund: bool, void: Option<&Sale>) -> String {
    match (refund, void) {
        (_, Some(s)) => format!(
            "{}は当方で取り消しましたが、明細では売上のままです（{}）。お客様への返金と決済会社への取消を確かめてください。",
            sale(s),
            row(r)
        ),
        (true, None) => format!("明細に返金がありますが、当方に返金の記録がありません: {}。", row(r)),
        (false, None) => format!(
            "明細に売上がありますが、当方に収納の記録がありません: {}。窓口の登録漏れか、別の窓口の収納でないか確かめてください。",
            row(r)
        ),
    }
}

pub(crate) fn sheet_unknown(r: &Row) -> String {
    format!(
        "当方の端末・印刷QRの一覧にない番号の明細です: {}。印刷QRの差し替えがないか、すぐに現物を確かめてください。",
        row(r)
    )
}

pub(crate) fn amount_diff(s: &Sale, r: &Row, difference: Yen) -> String {
    let size = Yen::new(difference.get().saturating_abs());
    let what = if difference.is_negative() { "不足" } else { "払い過ぎ" };
    format!("{}に対し、明細は{}円で{size}円の{what}です（{}）。", sale(s), r.amount, row(r))
}

pub(crate) fn duplicate(r: &Row, s: &Sale) -> String {
    format!(
        "{}と同じ取引とみられる明細がもう1行あります: {}。二重に請求されていないか確かめてください。",
        sale(s),
        row(r)
    )
}

pub(crate) fn second_charge(r: &Row, s: &Sale, first: &Row) -> String {
    let minutes = r.at.ms_since(first.at).abs() / 60_000;
    format!(
        "{}の明細のほかに、同じ端末・印刷QRで同じ金額の明細が{}分違いでもう1行あり、当てはまる収納がありません: {}。取引番号は別です。二重に請求された疑いがあります。",
        sale(s),
        minutes,
        row(r)
    )
}

pub(crate) fn refund_exceeds(original: &RefundOf, count: usize, back: Yen, taken: Yen) -> String {
    format!(
        "{}に領収した{taken}円に対し、返金が{count}件 {back}円あります。返し過ぎの{}円を確かめてください。",
        original.payment_date.to_japanese(),
        back.saturating_sub(taken)
    )
}

pub(crate) fn year_split(p: &Payout, contract: &Contract) -> String {
    let part = |share: &YearShare| {
        let fee = if share.fee == Yen::ZERO {
            String::new()
        } else {
            format!("、手数料・税 {}円", share.fee)
        };
        let word = match share.received_as {
            ReceivedAs::PastYear { year } => format!("、{}の過年度収入", year.to_japanese()),
            ReceivedAs::NotYet | ReceivedAs::OwnYear => String::new(),
        };
        format!("{} {}円（収納 {}円{fee}{word}）", share.year.to_japanese(), share.net, share.gross.amount)
    };
    let parts: Vec<String> = p.years.iter().map(part).collect();
    format!(
        "{}の{}締め {}円は、二つの年度の収納を含みます。分け方: {}。",
        contract.label_ja,
        p.to,
        p.net,
        parts.join("、")
    )
}

pub(crate) fn paid_twice(s: &Sale, r: &Row) -> String {
    format!(
        "結果不明だった{}は成立していました（{}）。お客様は別の方法でも支払っているため、二重納付です。返金の手続きをしてください。",
        sale(s),
        row(r)
    )
}

pub(crate) fn unknown_pending(s: &Sale) -> String {
    format!("{}は結果不明です。明細が届くまで、成立とも不成立とも決めません。", sale(s))
}

pub(crate) fn happened(s: &Sale, r: &Row) -> String {
    format!("結果不明の{}は、明細にありました（{}）。成立です。", sale(s), row(r))
}

pub(crate) fn did_not_happen(s: &Sale, contract: &Contract, failed: Option<&Row>) -> String {
    match failed {
        Some(r) => format!("結果不明の{}は、明細では「取引失敗」です（{}）。不成立です。", sale(s), row(r)),
        None => format!(
            "結果不明の{}は、揃っている{}の明細にありません。不成立とみられます。",
            sale(s),
            contract.label_ja
        ),
    }
}

pub(crate) fn missing_file(contract: &Contract, day: CivilDate, count: usize, amount: Yen) -> String {
    format!(
        "{}の{day}の明細が届いていません（当方{count}件 {amount}円）。届いたら取り込んでください。",
        contract.label_ja
    )
}

pub(crate) fn ambiguous(items: usize, rows: usize, ours: Yen, theirs: Yen) -> String {
    if ours == theirs {
        format!(
            "当方{items}件と明細{rows}件が同じ内容で、一件ずつの対応は決められません。合計{ours}円は合っています。"
        )
    } else {
        format!(
            "当方{items}件 {ours}円と明細{rows}件 {theirs}円が同じ内容で、どれが対応するか決められません。"
        )
    }
}

pub(crate) fn cutoff(s: &Sale, contract: &Contract) -> String {
    format!(
        "{}は{}の締めの直前です。翌期の明細に載る見込みのため、翌期に繰り越します。",
        sale(s),
        contract.label_ja
    )
}

pub(crate) fn unclassified(r: &Row, word: &str) -> String {
    format!(
        "明細の状態「{word}」の意味が登録されていません: {}。様式の設定を直すか、決済会社に照会してください。",
        row(r)
    )
}

pub(crate) fn no_contract(s: &Sale) -> String {
    format!("{}に当てはまる契約が登録されていません。契約とブランドの登録を確かめてください。", sale(s))
}

pub(crate) fn not_due(p: &Payout, contract: &Contract) -> String {
    format!(
        "{}の{}締め {}円は{}に入金予定です（未到来）。",
        contract.label_ja,
        p.to,
        p.net,
        p.expected_on.to_japanese()
    )
}

pub(crate) fn overdue(p: &Payout, contract: &Contract) -> String {
    format!(
        "{}の{}締め {}円が、指定日 {} を{}日過ぎても入金されていません。決済会社に照会してください。",
        contract.label_ja,
        p.to,
        p.net,
        p.expected_on.to_japanese(),
        p.overdue_days
    )
}

pub(crate) fn bank_file_missing(p: &Payout, contract: &Contract) -> String {
    format!(
        "{}の{}締め {}円の指定日 {} を過ぎましたが、その日の口座の入出金明細が届いていません。",
        contract.label_ja,
        p.to,
        p.net,
        p.expected_on.to_japanese()
    )
}

pub(crate) fn deposit_differs(p: &Payout, contract: &Contract, d: &Deposit) -> String {
    let difference = d.amount.saturating_sub(p.net);
    format!(
        "{}の{}締めは{}円の予定ですが、{}の入金は{}円で、差は{difference}円です。手数料・振込手数料・締日・契約の合算を確かめてください。",
        contract.label_ja, p.to, p.net, d.booked_on, d.amount
    )
}

/// A payout in a few words: `甲カード 2026-07-15締 41,250円`.
pub(crate) fn payout(p: &Payout, contract: &Contract) -> String {
    format!("{} {}締 {}円", contract.label_ja, p.to, p.net)
}

/// A deposit in a few words: `2026-07-31入金 41,250円`.
pub(crate) fn deposit(d: &Deposit) -> String {
    format!("{}入金 {}円", d.booked_on, d.amount)
}

pub(crate) fn sets_compete(waiting: &[&Payout], arrived: &[&Deposit], ours: Yen, theirs: Yen) -> String {
    format!(
        "入金{}件 {theirs}円と支払予定{}件 {ours}円は、合う組み合わせが二通り以上あり、どの締めの分か決められません。会社の支払通知書で内訳を確かめてください。",
        arrived.len(),
        waiting.len()
    )
}

pub(crate) fn deposit_without_payout(
    d: &Deposit,
    known: Option<&Contract>,
    equal: Option<(&Payout, &Contract)>,
) -> String {
    let head = format!("{}の入金 {}円（{}）", d.booked_on, d.amount, d.remitter_kana);
    match (known, equal) {
        (Some(contract), _) => {
            format!("{head}は{}からですが、当てはまる支払予定がありません。", contract.label_ja)
        }
        (None, Some((p, contract))) => format!(
            "{head}の名義は登録されていません。{}の{}締め {}円と金額が同じです。名義を確かめて登録してください。",
            contract.label_ja, p.to, p.net
        ),
        (None, None) => format!("{head}の名義は登録されていません。決済会社からの入金か確かめてください。"),
    }
}

pub(crate) fn near_row(r: &Row, s: &Sale, same_contract: bool, label: &str) -> String {
    let minutes = r.at.ms_since(s.at) / 60_000;
    let place =
        if same_contract { String::new() } else { format!("別の契約（{label}）の明細です。") };
    let amount = r.amount.saturating_sub(s.amount);
    let money =
        if amount == Yen::ZERO { "金額は同じ".to_owned() } else { format!("金額の差 {amount}円") };
    format!("{place}{money}、時刻の差 {minutes}分: {}", row(r))
}

pub(crate) fn near_sale(s: &Sale, r: &Row) -> String {
    let minutes = s.at.ms_since(r.at) / 60_000;
    format!("金額は同じ、時刻の差 {minutes}分: {}", sale(s))
}
