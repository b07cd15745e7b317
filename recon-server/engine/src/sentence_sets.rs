//! Sentences about sets, proposals and what the house was told besides; the others are in [`crate::sentence`].
//!
//! Invariant: as there: everyday Japanese; each says what was seen and what to do.

use domain::{
    money::Yen,
    time::{CivilDate, Timestamp},
};

use crate::{
    contract::Contract,
    facts::{Row, Sale},
    notices::{Revision, SequenceGap, Source},
    sentence::{row, sale},
};

/// `09:12から11:40まで`, or the day alone where the times say nothing.
fn hours(times: &[Timestamp]) -> String {
    match (times.iter().min(), times.iter().max()) {
        (Some(first), Some(last)) if first != last => {
            format!("{}から{}までの", first.hour_minute(), last.hour_minute())
        }
        (Some(only), _) => format!("{}の", only.hour_minute()),
        _ => String::new(),
    }
}

/// The head of every sentence about a set: `甲カードの2026-07-15 300円（端末 t1）`.
pub(crate) fn kind(
    contract: &Contract,
    day: impl std::fmt::Display,
    yen: Yen,
    terminal: Option<&str>,
) -> String {
    let terminal = terminal.map(|id| format!("（端末 {id}）")).unwrap_or_default();
    format!("{}の{day} {yen}円{terminal}", contract.label_ja)
}

pub(crate) fn set_proven(head: &str, ours: usize, theirs: usize, proven: usize, total: Yen) -> String {
    let of_both = format!("当方{ours}件と明細{theirs}件");
    let of_both = if ours == proven && theirs == proven {
        format!("{of_both}が同じ内容で、{proven}件 {total}円の件数も金額も合っています。")
    } else {
        format!("{of_both}のうち{proven}件 {total}円が同じ内容で、件数も金額も合っています。")
    };
    format!("{head}は、{of_both}どの収納がどの明細かは決まりませんが、お金は合っています。")
}

pub(crate) fn set_proposed(head: &str, proven: usize, total: Yen) -> String {
    format!(
        "{head}は、{proven}件 {total}円の数と合計は合いますが、時刻が離れているか、ほかの取引の可能性があります。内容を確かめて確定してください。"
    )
}

/// Too many of ours: some of them are not in the statement.
pub(crate) fn set_j_only(
    head: &str,
    candidates: usize,
    count: usize,
    total: Yen,
    times: &[Timestamp],
) -> String {
    format!(
        "{head}の収納{candidates}件のうち{count}件 {total}円が、届いている明細にありません。どれかは特定できません（候補は{}{}件）。端末の控えを確かめ、決済会社に照会してください。",
        hours(times),
        times.len()
    )
}

/// Too many of theirs.
pub(crate) fn set_a_only(
    head: &str,
    candidates: usize,
    count: usize,
    total: Yen,
    times: &[Timestamp],
) -> String {
    format!(
        "{head}の明細{candidates}件のうち{count}件 {total}円に、当てはまる収納の記録がありません。どれかは特定できません（候補は{}{}件）。窓口の登録漏れや二重の請求がないか確かめてください。",
        hours(times),
        times.len()
    )
}

pub(crate) fn digits_differ(s: &Sale, r: &Row) -> String {
    format!(
        "{}と{}は、番号の下4桁が違いますが（当方 {}、明細 {}）、ほかに当てはまるものがありません。入力の誤りでないか確かめて確定してください。",
        sale(s),
        row(r),
        s.payer_digits.as_deref().unwrap_or("なし"),
        r.payer_digits.as_deref().unwrap_or("なし")
    )
}

pub(crate) fn window_proposed(s: &Sale, r: &Row) -> String {
    format!(
        "{}と{}は、端末・金額・時刻から同じ取引とみられます。番号では確かめられないため、内容を確かめて確定してください。",
        sale(s),
        row(r)
    )
}

pub(crate) fn merged(sales: &[&Sale], r: &Row) -> String {
    let sum = sales.iter().fold(Yen::ZERO, |sum, s| sum.saturating_add(s.amount));
    format!(
        "当方{}件の計{sum}円が、明細では1行にまとめられたとみられます（{}）。ほかに合う組み合わせはありません。確かめて確定してください。",
        sales.len(),
        row(r)
    )
}

pub(crate) fn split(s: &Sale, rows: usize) -> String {
    format!(
        "{}が、明細では{rows}行に分けられたとみられます。ほかに合う組み合わせはありません。確かめて確定してください。",
        sale(s)
    )
}

pub(crate) fn day_total(sales: usize, ours: Yen, r: &Row, difference: Yen) -> String {
    let head = format!("日計だけの明細（{}）に対し、当方は{sales}件 {ours}円", row(r));
    if difference == Yen::ZERO {
        return format!("{head}で、合計は一致しています。一件ずつは確かめられません。");
    }
    format!("{head}で、差は{difference}円です。日計票と控えを確かめてください。")
}

pub(crate) fn several_ways(items: usize, ours: Yen, rows: usize, theirs: Yen, reason_ja: &str) -> String {
    format!(
        "当方{items}件 {ours}円と明細{rows}件 {theirs}円は、{reason_ja}。どれが対応するか決められません。会社の明細の内訳を確かめてください。"
    )
}

pub(crate) fn unknown_in_doubt(s: &Sale) -> String {
    format!(
        "{}は結果不明です。当てはまるかもしれない明細はありますが、ほかの収納の分とも考えられるため、成立とも不成立とも決めません。端末の控えで確かめてください。",
        sale(s)
    )
}

pub(crate) fn unclosed(
    contract: &Contract,
    day: impl std::fmt::Display,
    terminal: &str,
    count: usize,
    total: Yen,
) -> String {
    format!(
        "{}の{day}、端末 {terminal} の収納{count}件 {total}円は、端末の締めがされていないため、まだ会社に届いていないとみられます。端末の締めをしてください。次の締めの明細に載る見込みです。",
        contract.label_ja
    )
}

pub(crate) fn chargeback(r: &Row, original: Option<&Sale>, due: Option<CivilDate>) -> String {
    let found = match original {
        Some(s) => format!(
            "会社が取り消した、または返金した明細があります: {}。元の収納は{}です。当方に返金の記録はありません。",
            row(r),
            sale(s)
        ),
        None => format!("会社が取り消した明細があります: {}。元の収納は番号からは分かりません。", row(r)),
    };
    match due {
        Some(day) => format!(
            "{found}反証は{}までに会社に届かなければなりません。受け入れるか争うかを決めてください。",
            day.to_japanese()
        ),
        None => format!(
            "{found}反証の期限は契約に登録されていません(期限不明)。会社の通知で期限を確かめ、受け入れるか争うかを決めてください。"
        ),
    }
}

pub(crate) fn sequence_gap(gap: &SequenceGap) -> String {
    format!(
        "窓口{}の{}の記録に、{}番から{}番までの欠番があります。窓口の送信状態を確かめてください。届くまで確定できません。",
        gap.counter,
        gap.business_day.to_japanese(),
        gap.from,
        gap.to
    )
}

pub(crate) fn revised(revision: &Revision, difference: Yen) -> String {
    format!(
        "締め済みの期間（{}）の明細が、{}円から{}円に訂正されました（差 {difference}円）。過月分として扱いを決めてください。",
        revision.day, revision.before, revision.after
    )
}

pub(crate) fn conflicting(s: &Sale, sources: &[(Source, bool)]) -> String {
    let word = |(source, happened): &(Source, bool)| {
        format!("{}は{}", source.label_ja(), if *happened { "成立" } else { "不成立" })
    };
    let said: Vec<String> = sources.iter().map(word).collect();
    format!(
        "結果不明だった{}の判定が食い違っています（{}）。証拠を見直してください。",
        sale(s),
        said.join("、")
    )
}
