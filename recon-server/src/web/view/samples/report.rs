//! Samples of the daily report and the records behind it.

use domain::{money::Yen, time::CivilDate};

use super::{
    lists::{awaiting_sheet, breaks, deliveries, files, sheet, unknown},
    put, shell,
};
use crate::web::view::{
    drill::{DrillGroup, DrillPage, DrillRow},
    month::LateRow,
    report::{CounterBlock, DayState, Figures, Reason, ReportPage, Row, Totals},
    shell::{Role, Section},
    words::{Figure, Link, Sum, Verdict},
};

fn tally(count: i64, yen: i64) -> Sum {
    Sum { count, amount: Yen::new(yen) }
}

pub(super) fn known(yen: i64) -> Figure<Yen> {
    Figure::Known(Yen::new(yen))
}

fn date(text: &str) -> CivilDate {
    text.parse().unwrap()
}

/// Figures of cash: nobody reports it.
fn cash(count: i64, yen: i64) -> Figures {
    Figures {
        sales: tally(count, yen),
        voids: tally(0, 0),
        net: Yen::new(yen),
        terminal: Figure::NotApplicable,
        reported: Figure::NotApplicable,
        fee: Figure::NotApplicable,
        expected: known(yen),
        expected_on: Some(date("2026-11-24")),
        deposited: Figure::Awaited("入金待ち"),
        difference: known(0),
    }
}

/// Figures of a cashless row.
fn cashless(
    sales: Sum,
    voids: Sum,
    terminal: Figure<Sum>,
    reported: Figure<Sum>,
    fee: Figure<Yen>,
) -> Figures {
    let net = sales.amount.saturating_sub(voids.amount);
    let difference = reported.clone().map(|tally| tally.amount.saturating_sub(net));
    let expected = fee.clone().map(|fee| net.saturating_sub(fee));
    Figures {
        sales,
        voids,
        net,
        terminal,
        reported,
        fee,
        expected,
        expected_on: Some(date("2026-12-01")),
        deposited: Figure::Awaited("入金待ち"),
        difference,
    }
}

fn row(method: &str, brand: Option<&str>, figures: Figures, verdict: Verdict, why: Option<&str>) -> Row {
    Row {
        method: method.to_owned(),
        brand: brand.map(str::to_owned),
        notes: Vec::new(),
        figures,
        verdict,
        why: why.map(str::to_owned),
        behind: "/report/2026-11-20/behind?counter=museum-1&method=credit&brand=visa".to_owned(),
    }
}

fn certificates() -> CounterBlock {
    let visa = cashless(
        tally(3, 1_050),
        tally(0, 0),
        Figure::Known(tally(3, 1_050)),
        Figure::Known(tally(3, 1_050)),
        known(23),
    );
    let paypay = cashless(
        tally(5, 1_500),
        tally(0, 0),
        Figure::Awaited("端末なし"),
        Figure::Known(tally(4, 1_200)),
        known(32),
    );
    let mut paypay = row(
        "コード決済（印刷QR）",
        Some("PayPay"),
        paypay,
        Verdict::Differs,
        Some(
            "会社報告が1件300円足りません。14:03の売上（取引番号末尾4821）に当たる行が、届いた明細にありません。",
        ),
    );
    paypay.notes.push("うち暫定 1件 300円".to_owned());
    CounterBlock {
        anchor: "counter-shimin-2".to_owned(),
        facility: "本庁".to_owned(),
        counter: "市民課窓口2".to_owned(),
        state: DayState::Open,
        rows: vec![
            row("現金", None, cash(25, 11_250), Verdict::Pending, None),
            row("クレジットカード", Some("Visa"), visa, Verdict::Agreed, None),
            paypay,
        ],
        subtotal: Figures {
            sales: tally(33, 13_800),
            net: Yen::new(13_800),
            reported: Figure::Known(tally(7, 2_250)),
            terminal: Figure::Known(tally(3, 1_050)),
            fee: known(55),
            difference: known(-300),
            expected: known(13_745),
            expected_on: None,
            ..cash(33, 13_800)
        },
        verdict: Verdict::Incomplete,
    }
}

fn museum() -> CounterBlock {
    let nanaco = cashless(
        tally(2, 1_240),
        tally(1, 620),
        Figure::Known(tally(1, 620)),
        Figure::Awaited("資料未着"),
        Figure::Awaited("資料未着"),
    );
    let visa = cashless(
        tally(6, 3_720),
        tally(0, 0),
        Figure::Known(tally(6, 3_720)),
        Figure::Known(tally(7, 4_340)),
        known(86),
    );
    CounterBlock {
        anchor: "counter-museum-1".to_owned(),
        facility: "郷土博物館".to_owned(),
        counter: "受付1".to_owned(),
        state: DayState::Delivered,
        rows: vec![
            row("現金", None, cash(41, 20_500), Verdict::Pending, None),
            row(
                "クレジットカード",
                Some("Visa"),
                visa,
                Verdict::Differs,
                Some("当方に売上のない会社報告が1件620円あります（伝票00418、15:22）。"),
            ),
            row(
                "電子マネー",
                Some("nanaco"),
                nanaco,
                Verdict::Incomplete,
                Some("乙電子マネー 11月分の明細がまだ届いていません。"),
            ),
        ],
        subtotal: Figures {
            sales: tally(49, 25_460),
            voids: tally(1, 620),
            net: Yen::new(24_840),
            terminal: Figure::Known(tally(7, 4_340)),
            reported: Figure::Known(tally(7, 4_340)),
            fee: known(86),
            difference: known(620),
            expected: known(24_134),
            expected_on: None,
            ..cash(49, 25_460)
        },
        verdict: Verdict::Differs,
    }
}

fn reasons() -> Vec<Reason> {
    let reason =
        |verdict, text: &str, action: Option<Link>| Reason { verdict, text: text.to_owned(), action };
    vec![
        reason(
            Verdict::Incomplete,
            "市民課窓口2が締められていません（最終連絡 17:31）。",
            Some(Link::new("窓口の状態", "#deliveries")),
        ),
        reason(
            Verdict::Incomplete,
            "乙電子マネー 11月分の明細が届いていません（期限 11月25日）。",
            Some(Link::new("資料を取り込む", "/imports")),
        ),
        reason(
            Verdict::Differs,
            "会社報告にない売上が1件300円あります（PayPay）。",
            Some(Link::new("不一致一覧", "#breaks")),
        ),
        reason(
            Verdict::Differs,
            "売上のない会社報告が1件620円あります（Visa）。",
            Some(Link::new("不一致一覧", "#breaks")),
        ),
        reason(
            Verdict::Pending,
            "結果不明が1件300円あります（交通系IC、照会期限まであと5日）。",
            Some(Link::new("判定する", "/unknowns")),
        ),
    ]
}

fn troubled_day() -> ReportPage {
    let certificates = certificates();
    let museum = museum();
    ReportPage {
        shell: shell(Role::Accountant, Section::Report),
        date: date("2026-11-20"),
        verdict: Verdict::Incomplete,
        reasons: reasons(),
        totals: Totals {
            figures: Figures {
                sales: tally(82, 39_260),
                voids: tally(1, 620),
                net: Yen::new(38_640),
                terminal: Figure::Known(tally(10, 5_390)),
                reported: Figure::Known(tally(14, 6_590)),
                fee: known(141),
                expected: known(37_879),
                difference: known(320),
                expected_on: None,
                ..cash(0, 0)
            },
            breaks_gross: Yen::new(920),
            breaks_net: Yen::new(320),
            breaks_count: 2,
            unknown: tally(1, 300),
        },
        counters: vec![certificates, museum],
        breaks: breaks(),
        late: vec![LateRow {
            received_on: date("2026-11-13"),
            settled_on: date("2026-11-20"),
            counter: "郷土博物館 受付1".to_owned(),
            method: "電子マネー nanaco".to_owned(),
            amount: Yen::new(300),
            sale: Link::new("取引の記録", "/sales/00000000-0000-0000-0000-00000000a001"),
        }],
        unknowns: vec![unknown()],
        contracts: vec![sheet(), awaiting_sheet()],
        files: files(),
        deliveries: deliveries(),
        papers: vec![Link::new("キャッシュレス収納内訳", "/papers/cashless/2026-11-20")],
        snapshot: "20261120-0003".to_owned(),
        reconciled_at: "2026-11-21 08:30:11".to_owned(),
    }
}

/// A day on which nothing is open: every row agrees and the lists are empty.
fn whole_day() -> ReportPage {
    let mut page = troubled_day();
    page.verdict = Verdict::Agreed;
    page.reasons.clear();
    page.breaks.clear();
    page.late.clear();
    page.unknowns.clear();
    page.contracts.truncate(1);
    page.files.truncate(2);
    page.deliveries.remove(0);
    page.totals.breaks_gross = Yen::ZERO;
    page.totals.breaks_net = Yen::ZERO;
    page.totals.breaks_count = 0;
    page.totals.unknown = tally(0, 0);
    page.counters.truncate(1);
    for block in &mut page.counters {
        block.state = DayState::Delivered;
        block.verdict = Verdict::Agreed;
        block.rows.truncate(2);
        for row in &mut block.rows {
            row.verdict = Verdict::Agreed;
        }
        block.subtotal = Figures {
            terminal: Figure::Known(tally(3, 1_050)),
            reported: Figure::Known(tally(3, 1_050)),
            fee: known(23),
            expected: known(12_277),
            expected_on: None,
            ..cash(28, 12_300)
        };
        page.totals.figures = block.subtotal.clone();
    }
    page
}

fn drill() -> DrillPage {
    DrillPage {
        shell: shell(Role::Accountant, Section::Report),
        heading: "令和8年11月20日(金) 郷土博物館 受付1 クレジットカード Visa".to_owned(),
        back: Link::new("収納日報 11月20日へ戻る", "/report?date=2026-11-20"),
        sets: vec![super::lists::set()],
        groups: vec![
            DrillGroup {
                anchor: "sales".to_owned(),
                title: "当方の売上・取消".to_owned(),
                english: "Journal".to_owned(),
                rows: vec![DrillRow {
                    at: "10:12:44".to_owned(),
                    kind: "売上".to_owned(),
                    record: Link::new("museum-1-1-000207", "/sales/7"),
                    content: "一般 620円 ×1".to_owned(),
                    amount: Yen::new(620),
                    tied_to: Some(Link::new("明細 3行", "/imports/aa")),
                    verdict: Verdict::Agreed,
                }],
                sum: known(620),
                empty: "売上はありません。".to_owned(),
            },
            DrillGroup {
                anchor: "deposits".to_owned(),
                title: "口座入金".to_owned(),
                english: "Bank".to_owned(),
                rows: Vec::new(),
                sum: Figure::Awaited("入金待ち"),
                empty: "まだ入金はありません（予定日 12/1）。".to_owned(),
            },
        ],
    }
}

pub(super) fn add(pages: &mut Vec<(String, String)>) {
    put(pages, "report-troubled", &troubled_day());
    put(pages, "report-whole", &whole_day());
    put(pages, "drill", &drill());
}
