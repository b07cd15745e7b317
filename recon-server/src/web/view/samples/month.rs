//! Samples of the monthly report: the city's own July of 2022, whole and with its troubles.

use domain::{money::Yen, time::CivilDate};

use super::{
    lists::{breaks, unknown},
    put,
    report::known,
    shell,
};
use crate::web::view::{
    chart::{Chart, ChartDay},
    month::{
        BehindGroup, BehindLine, BehindPage, Closing, ContractCard, DayLine, FeeAlarm, LateRow, Mix, MixLine,
        MonthPage, RefundRow,
    },
    report::Reason,
    shell::{Role, Section},
    words::{Figure, Link, Sum, Verdict, short_date},
};

fn date(day: i8) -> CivilDate {
    CivilDate::new(2022, 7, day).unwrap()
}

fn mix() -> Mix {
    let line = |label: &str, count, yen, percent: &str, share, is_sum| MixLine {
        label: label.to_owned(),
        count,
        amount: Yen::new(yen),
        percent: percent.to_owned(),
        share,
        is_sum,
        behind: "/month/2022-07/behind?kind=credit".to_owned(),
    };
    Mix {
        lines: vec![
            line("クレジットカード", 21, 12_090, "2.2", 22, false),
            line("電子マネー", 78, 37_270, "6.7", 67, false),
            line("QRコード決済", 101, 46_010, "8.2", 82, false),
            line("キャッシュレス計", 200, 95_370, "17.0", 170, true),
            line("現金", 871, 463_810, "82.8", 828, false),
            line("利用券（クーポン）", 4, 1_200, "0.2", 2, false),
        ],
        gross: Yen::new(560_380),
        commission: Yen::new(96),
        total: Yen::new(560_284),
        total_label: "観覧料合計".to_owned(),
        notes: vec![
            "割合は小数第1位で四捨五入しています。三つの手段の割合を足すと 17.1% ですが、合計から計算した割合は 17.0% です。".to_owned(),
        ],
    }
}

/// The figures of a day, made from its number so that the chart has hills.
fn amounts(day: i8) -> [Yen; 5] {
    let n = i64::from(day);
    let rich = if date(day).is_weekend() { 3 } else { 1 };
    let claims = if day == 16 { 1_200 } else { 0 };
    [
        n % 4 * 200 * rich,
        300 + n * 7 % 9 * 150,
        500 + n * 5 % 7 * 250,
        claims,
        (5_000 + n * 13 % 11 * 900) * rich,
    ]
    .map(Yen::new)
}

fn verdict_of(day: i8) -> Option<Verdict> {
    match day {
        12 => Some(Verdict::Differs),
        31 => Some(Verdict::Pending),
        19 => Some(Verdict::Incomplete),
        25 => None,
        _ => Some(Verdict::Agreed),
    }
}

fn days() -> Vec<DayLine> {
    (1..=31)
        .map(|day| {
            let closed = day == 25;
            let amounts = if closed { [Yen::ZERO; 5] } else { amounts(day) };
            let total = amounts.into_iter().fold(Yen::ZERO, Yen::saturating_add);
            DayLine {
                date: date(day),
                amounts,
                total: Sum { count: i64::from(day) + 20, amount: total },
                verdict: verdict_of(day),
                closed,
                href: format!("/report?date={}", date(day)),
            }
        })
        .collect()
}

fn chart(days: &[DayLine]) -> Chart {
    const WEEKDAYS: [&str; 7] = ["月", "火", "水", "木", "金", "土", "日"];
    let day = |line: &DayLine| ChartDay {
        number: line.date.day(),
        weekday: WEEKDAYS[usize::try_from(line.date.weekday()).unwrap()],
        name: short_date(line.date),
        amounts: line.amounts,
        total: line.total.amount,
        count: line.total.count,
        verdict: line.verdict,
        weekend: line.date.is_weekend(),
        closed: line.closed,
        href: line.href.clone(),
    };
    Chart::of(days.iter().map(day).collect())
}

fn closing(period: &str, sales: i64, fee: i64, expected_on: &str, verdict: Verdict) -> Closing {
    let here = verdict != Verdict::Incomplete;
    let reported = Sum { count: 40, amount: Yen::new(sales) };
    Closing {
        period: period.to_owned(),
        sheet: "/papers/contract/paypay/2022-07-31".to_owned(),
        behind: "/papers/contract/paypay/2022-07-31/behind".to_owned(),
        sales: Sum { count: 40, amount: Yen::new(sales) },
        reported: if here { Figure::Known(reported) } else { Figure::Awaited("資料未着") },
        fee: if here { known(fee) } else { Figure::Awaited("資料未着") },
        expected: if here { known(sales - fee) } else { Figure::Awaited("資料未着") },
        expected_on: expected_on.parse().unwrap(),
        deposited: if here { known(sales - fee) } else { Figure::Awaited("入金待ち") },
        deposited_on: here.then(|| expected_on.parse().unwrap()),
        state: if here { "済" } else { "期間中" }.to_owned(),
        residual: if here { known(0) } else { Figure::Awaited("明細待ち") },
        verdict,
        why: (!here).then(|| "会社の明細が届くまで、差額を計算しません。".to_owned()),
    }
}

fn contracts(troubled: bool) -> Vec<ContractCard> {
    let card = |anchor: &str, label: &str, yen, verdict, sentence: &str, closings| ContractCard {
        anchor: anchor.to_owned(),
        label: label.to_owned(),
        acquirer: label.to_owned(),
        sales: Sum { count: 40, amount: Yen::new(yen) },
        behind: "/month/2022-07/behind?contract=paypay".to_owned(),
        grade: "明細".to_owned(),
        waiting_terms: vec!["手数料の決まりの変更が承認待ちです。".to_owned()],
        verdict,
        sentence: sentence.to_owned(),
        closings,
    };
    let mut cards = vec![
        card(
            "contract-card",
            "甲カード",
            12_090,
            Verdict::Agreed,
            "収納から入金まで差はありません。",
            vec![
                closing("7/1〜7/15", 5_400, 0, "2022-07-29", Verdict::Agreed),
                closing("7/16〜7/31", 6_690, 0, "2022-08-15", Verdict::Agreed),
            ],
        ),
        card(
            "contract-paypay",
            "PayPay（印刷QR）",
            38_910,
            Verdict::Agreed,
            "収納から入金まで差はありません。",
            vec![closing("7/1〜7/31", 38_910, 847, "2022-08-01", Verdict::Agreed)],
        ),
    ];
    if troubled {
        cards.push(card(
            "contract-otsu",
            "乙電子マネー",
            37_270,
            Verdict::Incomplete,
            "7月分の明細がまだ届いていません。",
            vec![closing("7/1〜7/31", 37_270, 0, "2022-08-31", Verdict::Incomplete)],
        ));
    }
    cards
}

fn reasons() -> Vec<Reason> {
    vec![
        Reason {
            verdict: Verdict::Incomplete,
            text: "乙電子マネー 7月分の明細が届いていません。".to_owned(),
            action: Some(Link::new("資料を取り込む", "/imports")),
        },
        Reason {
            verdict: Verdict::Differs,
            text: "会社報告にない売上が1件300円あります（PayPay）。".to_owned(),
            action: Some(Link::new("不一致を見る", "#breaks")),
        },
    ]
}

fn troubled() -> MonthPage {
    let days = days();
    MonthPage {
        shell: shell(Role::Accountant, Section::Month),
        month: "2022-07".to_owned(),
        name: "令和4年7月".to_owned(),
        previous: "2022-06".to_owned(),
        next: "2022-08".to_owned(),
        verdict: Verdict::Incomplete,
        signed: None,
        fee_alarms: vec![FeeAlarm {
            text: "甲カードの手数料は、7月31日の締めから説明できません。".to_owned(),
            sheet: Some(Link::new("甲カード 7/31(日)締めの照合書", "/papers/contract/card-ko/2022-07-31")),
        }],
        reasons: reasons(),
        reasons_more: 2,
        mix: mix(),
        chart: chart(&days),
        days,
        contracts: contracts(true),
        breaks: breaks(),
        breaks_more: 0,
        late: vec![LateRow {
            received_on: date(7),
            settled_on: date(12),
            counter: "萩・明倫学舎 受付".to_owned(),
            method: "電子マネー 交通系IC".to_owned(),
            amount: Yen::new(300),
            sale: Link::new("取引の記録", "/sales/7"),
        }],
        refunds: refunds(),
        refunded: Yen::new(600),
        unknowns: vec![unknown()],
        downloads: vec![
            Link::new("CSV（UTF-8）", "/api/v1/reports/monthly?month=2022-07&format=csv"),
            Link::new("JSON", "/api/v1/reports/monthly?month=2022-07"),
        ],
        as_of: "令和4年8月10日(水)".to_owned(),
    }
}

fn refunds() -> Vec<RefundRow> {
    let row = |number: &str, amount, approved| RefundRow {
        number: number.to_owned(),
        sale: Link::new("取引の記録", "/sales/9"),
        received_on: date(10),
        refunded_on: date(14),
        method: "コード決済（印刷QR） PayPay".to_owned(),
        amount: Yen::new(amount),
        lane: "令和4年度 戻出（減額調定）".to_owned(),
        ground: "二重決済のため".to_owned(),
        approved,
    };
    vec![row("令和4年度 第1号", 600, true), row("—", 300, false)]
}

fn whole() -> MonthPage {
    MonthPage {
        verdict: Verdict::Agreed,
        fee_alarms: Vec::new(),
        reasons: Vec::new(),
        reasons_more: 0,
        contracts: contracts(false),
        breaks: Vec::new(),
        late: Vec::new(),
        refunds: Vec::new(),
        refunded: Yen::ZERO,
        unknowns: Vec::new(),
        ..troubled()
    }
}

fn behind() -> BehindPage {
    BehindPage {
        shell: shell(Role::Accountant, Section::Month),
        heading: "令和4年7月 クレジットカード".to_owned(),
        back: Link::new("収納月報 令和4年7月へ戻る", "/month/2022-07"),
        beside: vec![Link::new("電子マネー", "/month/2022-07/behind?kind=electronic_money")],
        sets: vec![super::lists::set()],
        groups: vec![
            BehindGroup {
                anchor: "sales",
                title: "日ごと".to_owned(),
                english: "Days",
                first: "領収日",
                lines: vec![BehindLine {
                    name: Link::new("7/1(金)", "/month/2022-07/behind?kind=credit&day=2022-07-01"),
                    content: String::new(),
                    count: 2,
                    amount: Yen::new(600),
                    verdict: Some(Verdict::Agreed),
                }],
                sum: Sum { count: 2, amount: Yen::new(600) },
                note: Some("照合書の収納との差は300円です。".to_owned()),
                empty: String::new(),
            },
            BehindGroup {
                anchor: "deposits",
                title: "口座入金".to_owned(),
                english: "Bank",
                first: "日",
                lines: Vec::new(),
                sum: Sum::default(),
                note: None,
                empty: "まだ入金はありません。".to_owned(),
            },
        ],
    }
}

pub(super) fn add(pages: &mut Vec<(String, String)>) {
    put(pages, "month-troubled", &troubled());
    put(pages, "month-whole", &whole());
    put(pages, "month-behind", &behind());
}
