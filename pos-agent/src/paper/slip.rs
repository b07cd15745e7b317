//! 点検票 (X) and 精算票 (Z): one layout over one settlement, so that they cannot drift apart.
//!
//! Invariant: every figure of the [`Settlement`] stands on the slip; the head of the chain stands on a Z in full, so that paper,
//! server and disk can be compared.

use domain::{
    catalogue::CounterProfile,
    id::RouteId,
    method::brand_label,
    money::Yen,
    settlement::{Settlement, TotalsSource},
    state::State,
};

use super::{
    head,
    sheet::{Sheet, tally, yen},
};

/// Hex digits of the chain's head in one group, as people compare them.
const HEAD_GROUP_DIGITS: usize = 8;

pub(super) fn slip(
    state: &State,
    profile: &CounterProfile,
    settlement: &Settlement,
    chain_head: Option<&str>,
) -> Sheet {
    let mut sheet = Sheet::default();
    sheet.title(if chain_head.is_some() { "日締め精算票（Z）" } else { "点検票（X）" });
    head(&mut sheet, profile);
    sheet.pair(format!("取扱日 {}", settlement.date.to_japanese()), format!("締め {}回目", settlement.cut));
    if let Some(at) = state.clock.last {
        sheet.pair("時刻", at.to_paper());
    }
    methods(&mut sheet, profile, settlement);
    cash(&mut sheet, settlement);
    items(&mut sheet, settlement);
    terminals(&mut sheet, profile, settlement);
    open_points(&mut sheet, settlement);
    receipts(&mut sheet, settlement);
    if let Some(head) = chain_head {
        chain(&mut sheet, head);
    }
    sheet
}

fn section(sheet: &mut Sheet, title: &str) {
    sheet.rule();
    sheet.strong(title);
}

fn route_label(profile: &CounterProfile, route: &RouteId) -> String {
    profile.route(route).map_or_else(|| route.to_string(), |route| route.label.clone())
}

fn methods(sheet: &mut Sheet, profile: &CounterProfile, settlement: &Settlement) {
    section(sheet, "支払方法別");
    for row in &settlement.methods {
        let brand = row.brand.as_ref().map(|brand| format!("／{}", brand_label(brand))).unwrap_or_default();
        sheet.text(&format!("{}{brand}（{}）", row.method.label_ja(), route_label(profile, &row.route)));
        if row.method.is_claim() {
            sheet.text("  調定のみ・未収納");
        }
        sheet.pair("  売上", tally(row.sales));
        if row.voids.count > 0 {
            sheet.pair("  取消", tally(row.voids));
        }
        if row.provisional.count > 0 {
            sheet.pair("  うち確認前", tally(row.provisional));
        }
        sheet.pair("  差引", format!("{}件 {}", row.net_count(), yen(row.net())));
    }
    sheet.strong_pair("売上計", tally(settlement.sales_total()));
    sheet.strong_pair("取消計", tally(settlement.voids_total()));
    sheet.strong_pair("差引計", yen(settlement.net_total()));
    if settlement.methods.iter().any(|row| row.method.is_claim()) {
        sheet.pair("  うち未収納（利用券・後納）", yen(settlement.uncollected()));
    }
}

fn cash(sheet: &mut Sheet, settlement: &Settlement) {
    let cash = &settlement.cash;
    section(sheet, "現金");
    sheet.pair("つり銭準備金", yen(cash.float));
    sheet.pair("現金売上", yen(cash.takings));
    sheet.pair("あるべき在高", yen(cash.expected));
    match (cash.counted, cash.difference) {
        (Some(counted), Some(difference)) => {
            sheet.pair("実査", yen(counted));
            let words = match difference {
                Yen::ZERO => "過不足なし",
                short if short.is_negative() => "不足（亡失の報告）",
                _ => "過剰（別に保管）",
            };
            sheet.strong_pair(words, yen(difference));
        }
        _ => sheet.text("実査 まだ"),
    }
    if settlement.methods.iter().any(|row| row.method.is_security()) {
        sheet.pair("証券（つり銭に入れない）", yen(settlement.securities()));
        sheet.strong_pair("払込予定（現金＋証券）", yen(cash.pay_in));
    } else {
        sheet.strong_pair("払込予定", yen(cash.pay_in));
    }
}

fn items(sheet: &mut Sheet, settlement: &Settlement) {
    section(sheet, "項目別");
    for row in &settlement.items {
        sheet.pair(format!("{}（{}）", row.name, row.section), yen(row.amount));
        sheet.pair("  有料／無料", format!("{}／{}", row.paid_quantity, row.free_quantity));
    }
    if settlement.visitors.is_empty() {
        return;
    }
    section(sheet, "観覧者（個人／団体／無料）");
    for row in &settlement.visitors {
        let counts = format!("{}／{}／{}", row.paid_individual, row.paid_group, row.free);
        sheet.pair(row.category.clone(), counts);
    }
}

fn terminals(sheet: &mut Sheet, profile: &CounterProfile, settlement: &Settlement) {
    if settlement.terminal_totals.is_empty() && settlement.terminal_differences.is_empty() {
        return;
    }
    section(sheet, "端末日計");
    for totals in &settlement.terminal_totals {
        let source = match totals.source {
            TotalsSource::Wire => "読取",
            TotalsSource::TypedTwice => "2回入力",
        };
        sheet.text(&format!("{}（{source}）", route_label(profile, &totals.route)));
        for total in &totals.brands {
            sheet.pair(format!("  {}", brand_label(&total.brand)), tally(total.tally));
        }
    }
    for row in &settlement.terminal_differences {
        sheet.strong(&format!("差異 {}／{}", route_label(profile, &row.route), brand_label(&row.brand)));
        sheet.pair("  記録", tally(row.journal));
        sheet.pair("  端末", tally(row.terminal));
    }
}

fn open_points(sheet: &mut Sheet, settlement: &Settlement) {
    if !settlement.unknowns.is_empty() {
        section(sheet, "結果不明（売上に入れていません）");
        for row in &settlement.unknowns {
            let brand =
                row.brand.as_ref().map(|brand| format!("／{}", brand_label(brand))).unwrap_or_default();
            sheet.pair(format!("{} {}{brand}", row.at.hour_minute(), row.method.label_ja()), yen(row.amount));
        }
    }
    if !settlement.late.is_empty() {
        section(sheet, "過日分確定（上の計に入れていません）");
        for row in &settlement.late {
            let brand =
                row.brand.as_ref().map(|brand| format!("／{}", brand_label(brand))).unwrap_or_default();
            sheet.text(&format!("{}（{}領収）", row.receipt_number, row.payment_date));
            sheet.pair(format!("  {}{brand}", row.method.label_ja()), yen(row.amount));
        }
    }
}

fn receipts(sheet: &mut Sheet, settlement: &Settlement) {
    section(sheet, "番号");
    match &settlement.receipts {
        Some((first, last)) => {
            sheet.pair("始", first.to_string());
            sheet.pair("終", last.to_string());
        }
        None => sheet.text("この回の発行はありません。"),
    }
    for number in &settlement.voided_receipts {
        sheet.pair("取消", number.to_string());
    }
}

fn chain(sheet: &mut Sheet, head: &str) {
    section(sheet, "記録の照合値（締めの直前）");
    let digits: Vec<char> = head.chars().collect();
    let groups: Vec<String> = digits.chunks(HEAD_GROUP_DIGITS).map(|group| group.iter().collect()).collect();
    for row in groups.chunks(4) {
        sheet.centre(&row.join(" "));
    }
}
