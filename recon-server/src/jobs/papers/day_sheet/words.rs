//! The sentences below the sheet of a day, and its verdict.

use domain::{method::brand_label, money::Yen};
use engine::{Verdict, outcome::Figure};

use super::{Cut, CutClose, DaySheet, DoubtLine, ReceiptRange, SetAside};

/// How good the paper itself is, and why not better.
pub fn judge(sheet: &DaySheet) -> (Verdict, Vec<String>) {
    let mut found: Vec<(Verdict, String)> = Vec::new();
    if sheet.cuts.is_empty() {
        let sentence = if sheet.total.total == Yen::ZERO && sheet.receipts.is_empty() {
            "この日の業務開始の記録がありません。"
        } else {
            "業務開始の記録がまだ届いていません。"
        };
        found.push((Verdict::Incomplete, sentence.to_owned()));
    }
    for cut in sheet.cuts.iter().filter(|cut| cut.close.is_none()) {
        let sentence =
            format!("窓口{} 第{}回はまだ締められていません。途中の数字です。", cut.counter, cut.cut);
        found.push((Verdict::Incomplete, sentence));
    }
    found.extend(disagreements(sheet).into_iter().map(|sentence| (Verdict::Differences, sentence)));
    for range in sheet.receipts.iter().filter(|range| range.gap_count > 0) {
        let sentence = format!("窓口{} 領収書番号に欠番が{}件あります。", range.counter, range.gap_count);
        found.push((Verdict::Differences, sentence));
    }
    let today = sheet.doubts.iter().filter(|doubt| doubt.of_today).count();
    if today > 0 {
        found.push((Verdict::Pending, format!("結果不明が{today}件あります。")));
    }
    found.sort_by_key(|(verdict, _)| std::cmp::Reverse(*verdict));
    let verdict = found.first().map_or(Verdict::Matched, |(verdict, _)| *verdict);
    (verdict, found.into_iter().map(|(_, sentence)| sentence).collect())
}

/// The counter's own settlement beside the sales that were delivered, and cash beside the count.
fn disagreements(sheet: &DaySheet) -> Vec<String> {
    let mut found = Vec::new();
    for cut in &sheet.cuts {
        let Some(close) = &cut.close else { continue };
        match close.difference {
            Some(difference) if difference != Yen::ZERO => {
                found.push(format!(
                    "窓口{} 第{}回の現金が{}です。",
                    cut.counter,
                    cut.cut,
                    over_or_short(difference)
                ));
            }
            _ => {}
        }
        if !close.terminal_differences.is_empty() {
            found
                .push(format!("窓口{} 第{}回に端末日計と合わないブランドがあります。", cut.counter, cut.cut));
        }
    }
    if !sheet.is_closed() {
        return found;
    }
    let closes = || sheet.cuts.iter().filter_map(|cut| cut.close.as_ref());
    let settled = closes().fold(Yen::ZERO, |sum, close| sum.saturating_add(close.net));
    if settled != sheet.total.total {
        found.push(format!("精算表の収納 {settled}円と、届いた取引の計 {}円が違います。", sheet.total.total));
    }
    let issued = sheet.total.paid.saturating_add(sheet.total.free);
    if let Some(quantity) = sheet.settled_quantity().filter(|quantity| *quantity != issued) {
        found.push(format!(
            "精算表の{quantity}{unit}と、届いた取引の{issued}{unit}が違います。",
            unit = sheet.unit
        ));
    }
    found
}

/// The notes, in the order of papers.
pub fn notes(sheet: &DaySheet) -> Vec<String> {
    let mut notes: Vec<String> = sheet.reasons.clone();
    notes.push(month(sheet));
    notes.extend(late_of_other_months(sheet));
    notes.push(beside(sheet));
    notes.extend(set_aside(sheet));
    notes.push(issued(sheet));
    notes.extend(sheet.receipts.iter().map(|range| receipts(sheet, range)));
    for cut in &sheet.cuts {
        notes.extend(cash(sheet, cut));
    }
    notes
}

/// `月計: 前日まで 171,300 + 本日 18,000 + 過日分確定 (7/13 nanaco) 300 = 189,600。…`
fn month(sheet: &DaySheet) -> String {
    let month = &sheet.month;
    let mut text = format!("月計: 前日まで {} + 本日 {}", month.before, month.today);
    let in_month =
        |day: domain::time::CivilDate| (day.year(), day.month()) == (sheet.date.year(), sheet.date.month());
    let late: Vec<String> = sheet
        .late
        .iter()
        .filter(|late| in_month(late.payment_date))
        .map(|late| format!("{}/{} {}", late.payment_date.month(), late.payment_date.day(), late.method_ja))
        .collect();
    if !late.is_empty() {
        text.push_str(&format!(" + 過日分確定({}) {}", late.join("、"), month.late));
    }
    text.push_str(&format!(" = {}。", month.total));
    if month.refunded == Yen::ZERO {
        text.push_str("戻出なし。");
        return text;
    }
    let refunds: Vec<String> = sheet
        .refunds
        .iter()
        .map(|refund| {
            let paid = refund.brand.as_ref().map_or_else(|| refund.method.label_ja().to_owned(), brand_label);
            format!("{}/{} 領収・{paid}", refund.received_on.month(), refund.received_on.day())
        })
        .collect();
    let negative = Yen::ZERO.saturating_sub(month.refunded);
    text.push_str(&format!("戻出({}) {negative}は別欄、差引 {}。", refunds.join("、"), month.balance));
    text
}

/// 過日分確定 whose 領収日 lies in another month: it belongs to that month's sum.
fn late_of_other_months(sheet: &DaySheet) -> Option<String> {
    let other = sheet.late.iter().filter(|late| {
        (late.payment_date.year(), late.payment_date.month()) != (sheet.date.year(), sheet.date.month())
    });
    let listed: Vec<String> = other
        .map(|late| format!("{} {} {}円", late.payment_date.to_japanese(), late.method_ja, late.amount))
        .collect();
    if listed.is_empty() {
        return None;
    }
    Some(format!(
        "過日分確定のうち領収日が前月以前のもの: {}。領収日の月に数え、この月計に含めません。",
        listed.join("、")
    ))
}

/// `外書: 取消 1件 450 (現金)、結果不明 1件 300 (交通系IC、照会期限 9/8 = 55日)。`
fn beside(sheet: &DaySheet) -> String {
    let voided: Vec<String> = sheet
        .voids
        .iter()
        .map(|line| format!("{}件 {}({})", line.figure.count, line.figure.amount, line.method.label_ja()))
        .collect();
    let voided = if voided.is_empty() { "0件".to_owned() } else { voided.join("、") };
    let doubt = |doubt: &DoubtLine| {
        let until = match (doubt.inquiry_until, doubt.inquiry_days) {
            (Some(day), Some(days)) => format!("、照会期限 {}/{} = {days}日", day.month(), day.day()),
            _ => String::new(),
        };
        format!("1件 {}({}{until})", doubt.amount, doubt.method_ja)
    };
    let (today, carried): (Vec<&DoubtLine>, Vec<&DoubtLine>) = sheet.doubts.iter().partition(|d| d.of_today);
    let unknown: Vec<String> = today.into_iter().map(doubt).collect();
    let unknown = if unknown.is_empty() { "0件".to_owned() } else { unknown.join("、") };
    let mut text = format!("外書: 取消 {voided}、結果不明 {unknown}。");
    if !carried.is_empty() {
        let sum = carried.iter().fold(Figure::default(), |sum, d| sum.plus(Figure::new(1, d.amount)));
        text.push_str(&format!("ほかに前日以前からの結果不明 {}件 {}。", sum.count, sum.amount));
    }
    text
}

/// `不一致のうち 処理済(二人の承認) 1件 300円。差異の額と判定は変わりません。承認した人は監査記録にあります。`
fn set_aside(sheet: &DaySheet) -> Option<String> {
    let line = |one: &SetAside| format!("{} {}件 {}円", one.word_ja, one.figure.count, one.figure.amount);
    let lines: Vec<String> = sheet.set_aside.iter().map(line).collect();
    let words = lines.join("、");
    let said = "差異の額と判定は変わりません。承認した人は監査記録にあります。";
    (!lines.is_empty()).then(|| format!("不一致のうち {words}。{said}"))
}

/// `発行突合: 60通 = 有料 56 + 無料 4、差 0。`
fn issued(sheet: &DaySheet) -> String {
    let (paid, free, unit) = (sheet.total.paid, sheet.total.free, &sheet.unit);
    let sum = paid.saturating_add(free);
    match sheet.settled_quantity() {
        Some(quantity) => {
            let difference = Yen::new(quantity.saturating_sub(sum));
            format!("発行突合: {quantity}{unit} = 有料 {paid} + 無料 {free}、差 {difference}。")
        }
        None => format!("発行: {sum}{unit} = 有料 {paid} + 無料 {free}(締め前)。"),
    }
}

/// `領収書番号 001201から001243まで 43枚 = 有効 42 + 取消 1、欠番 0。`
fn receipts(sheet: &DaySheet, range: &ReceiptRange) -> String {
    let desk = if sheet.counter.is_some() { String::new() } else { format!("窓口{} ", range.counter) };
    let mut text = format!(
        "{desk}領収書番号 {:06}から{:06}まで {}枚 = 有効 {} + 取消 {}、欠番 {}",
        range.first,
        range.last,
        range.valid + range.voided,
        range.valid,
        range.voided,
        range.gap_count
    );
    if !range.gaps.is_empty() {
        let listed: Vec<String> = range.gaps.iter().map(|number| format!("{number:06}")).collect();
        let more = if usize::try_from(range.gap_count) == Ok(range.gaps.len()) { "" } else { "ほか" };
        text.push_str(&format!("({}{more})", listed.join("、")));
    }
    text + "。"
}

/// Cash, pay-in and terminals of one cut.
fn cash(sheet: &DaySheet, cut: &Cut) -> Vec<String> {
    let desk = if sheet.cuts.len() > 1 {
        format!("(窓口{} 第{}回)", cut.counter, cut.cut)
    } else {
        String::new()
    };
    let Some(close) = &cut.close else {
        return vec![format!("現金{desk}: つり銭 {}、締め前のため実査はまだです。", cut.float)];
    };
    let counted = match (close.counted, close.difference) {
        (Some(counted), Some(difference)) => format!("実査 {counted}、{}", over_or_short(difference)),
        _ => "実査なし".to_owned(),
    };
    let mut notes = vec![
        format!(
            "現金{desk}: つり銭 {} + 収納 {} = あるべき {}、{counted}。",
            cut.float, close.takings, close.expected
        ),
        pay_in(&desk, close),
    ];
    if let Some(reason) = &close.reason {
        notes.push(format!("差異の理由{desk}: {reason}"));
    }
    for difference in &close.terminal_differences {
        notes.push(format!(
            "端末日計{desk}: {} 当方 {}件 {}、端末 {}件 {}。",
            brand_label(&difference.brand),
            difference.journal.count,
            difference.journal.amount,
            difference.terminal.count,
            difference.terminal.amount
        ));
    }
    notes
}

/// `払込 12,000 = 現金 11,250 + 証券 750。過剰 20 は別保管(事故報告番号　　)。`
fn pay_in(desk: &str, close: &CutClose) -> String {
    let mut text =
        format!("払込{desk} {} = 現金 {} + 証券 {}。", close.pay_in, close.takings, close.securities);
    match close.difference {
        Some(difference) if difference > Yen::ZERO => {
            text.push_str(&format!("過剰 {difference}は別保管(事故報告番号　　　　)。"));
        }
        Some(difference) if difference.is_negative() => {
            let short = Yen::ZERO.saturating_sub(difference);
            text.push_str(&format!("不足 {short}は補てんしない(事故報告番号　　　　)。"));
        }
        _ => {}
    }
    text
}

/// `過剰 20`, `不足 20`, `過不足 0`
fn over_or_short(difference: Yen) -> String {
    if difference == Yen::ZERO {
        "過不足 0".to_owned()
    } else if difference.is_negative() {
        format!("不足 {}", Yen::ZERO.saturating_sub(difference))
    } else {
        format!("過剰 {difference}")
    }
}
