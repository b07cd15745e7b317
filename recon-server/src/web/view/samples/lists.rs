//! Samples of the lists under the daily report.

use domain::money::Yen;

use super::report::known;
use crate::web::view::{
    report::DayState,
    report_lists::{Break, ContractSheet, CounterDelivery, FileState, OpenUnknown, Receipt, SheetLine},
    sets::SetLine,
    words::{Figure, Link, Verdict},
};

pub(super) fn breaks() -> Vec<Break> {
    let member = |text: &str| Link::new(text, "/sales/00000000-0000-0000-0000-000000000007");
    vec![
        Break {
            anchor: "break-1".to_owned(),
            class: "当方のみ".to_owned(),
            code: "J_ONLY".to_owned(),
            verdict: Verdict::Differs,
            of_members: Some("40件中1件".to_owned()),
            place: "市民課窓口2 PayPay".to_owned(),
            ours: known(300),
            theirs: Figure::Known(Yen::ZERO),
            difference: Yen::new(-300),
            why: "14:03:20の売上300円（取引番号末尾4821）に当たる行が、11月20日分のPayPay明細にありません。末尾の番号・金額・時刻のどれかが合う行もありません。".to_owned(),
            next_step: "PayPayの加盟店画面で、末尾4821の取引の状態を確かめてください。".to_owned(),
            members: vec![member("ジャーナル 1-000214"), member("領収書 shimin-2-1-000043")],
            due: None,
            settled: Some("処理済(二人の承認) kaikei-02・kaikei-03 2026-11-20".to_owned()),
            ask: Some(Link::new("処理済にする申請", "/confirm/ask/write-off/1")),
        },
        Break {
            anchor: "break-2".to_owned(),
            class: "会社のみ".to_owned(),
            code: "A_ONLY".to_owned(),
            verdict: Verdict::Differs,
            of_members: None,
            place: "受付1 Visa".to_owned(),
            ours: Figure::Known(Yen::ZERO),
            theirs: known(620),
            difference: Yen::new(620),
            why: "会社明細の15:22、伝票00418、620円に当たる売上が窓口の記録にありません。同じ時刻に端末の応答が途切れています。".to_owned(),
            next_step: "受付1の15時台の結果不明を確かめてください。".to_owned(),
            members: vec![Link::new("明細 kou-card-1120.csv 18行", "/imports/aa")],
            due: Some("反証期限 令和8年12月4日(金)(あと14日)".to_owned()),
            settled: None,
            ask: None,
        },
    ]
}

pub(super) fn set() -> SetLine {
    let member = |n: u32| Link::new(format!("取引 {n}"), "/why/00000000-0000-0000-0000-000000000007");
    SetLine {
        verdict: Verdict::Agreed,
        words: "組として一致（どれがどれかは決まりません）",
        ours: 40,
        theirs: 39,
        proven: 39,
        amount: Yen::new(11_700),
        sentence:
            "300円の売上40件と明細39行は、端末も番号も同じで区別できませんが、39件は互いに一致しています。"
                .to_owned(),
        members: (1..=5).map(member).collect(),
        members_more: 35,
    }
}

pub(super) fn unknown() -> OpenUnknown {
    OpenUnknown {
        href: "/unknowns/00000000-0000-0000-0000-000000000009".to_owned(),
        at: "9月30日 11:48".to_owned(),
        counter: "市民課窓口2".to_owned(),
        method: "電子マネー 交通系IC".to_owned(),
        amount: Yen::new(300),
        age_days: 51,
        deadline: Some("11月25日".to_owned()),
        days_left: Some(5),
        why: "端末の応答が期限内に来ませんでした。お客様は預り証を受け取っています。".to_owned(),
    }
}

pub(super) fn sheet() -> ContractSheet {
    let line = |number, label: &str, count, amount, is_sum| SheetLine {
        number,
        label: label.to_owned(),
        count,
        amount,
        is_sum,
        behind: None,
    };
    ContractSheet {
        anchor: "contract-paypay".to_owned(),
        contract: "PayPay".to_owned(),
        period: "令和8年7月1日〜31日".to_owned(),
        terms: "月末締・翌月3日払 差引入金 手数料1.98%（純額合計、切捨て）、消費税10%".to_owned(),
        lines: vec![
            line(1, "前月末未報告", Some(0), known(0), false),
            line(2, "当方収納（成立）", Some(101), known(30_450), false),
            line(3, "結果不明 → 明細で成立（7/18 確定）", Some(1), known(300), false),
            line(4, "締め後返金（戻出）", Some(-1), known(-450), false),
            line(5, "会社明細", Some(102), known(30_000), false),
            line(6, "翌月繰越 = 1+2+3+4−5", Some(1), known(300), true),
            line(7, "決済手数料 594、消費税 59", None, known(-653), false),
            line(8, "支払予定額 = 5+7", None, known(29_347), true),
            line(9, "口座入金 8月3日", None, known(29_347), false),
        ],
        residual: known(0),
        verdict: Verdict::Agreed,
        why: Some("翌月繰越1件300円は7月31日23時台の取引で、会社は8月分に計上しています。".to_owned()),
    }
}

pub(super) fn awaiting_sheet() -> ContractSheet {
    let mut sheet = sheet();
    sheet.anchor = "contract-otsu".to_owned();
    sheet.contract = "乙電子マネー".to_owned();
    sheet.lines.truncate(2);
    sheet.residual = Figure::Awaited("資料未着");
    sheet.verdict = Verdict::Incomplete;
    sheet.why = Some("会社の明細が届くまで、差額を計算しません。".to_owned());
    sheet
}

pub(super) fn files() -> Vec<FileState> {
    let file = |source: &str, receipt, received_at: Option<&str>, content, action| FileState {
        source: source.to_owned(),
        period: "11月20日".to_owned(),
        receipt,
        received_at: received_at.map(str::to_owned),
        content,
        action,
    };
    vec![
        file(
            "PayPay 取引明細",
            Receipt::Received,
            Some("11月21日 07:12"),
            Some(4),
            Some(Link::new("受付票 12", "/imports/12")),
        ),
        file(
            "甲カード 売上明細",
            Receipt::Received,
            Some("11月21日 07:15"),
            Some(10),
            Some(Link::new("受付票 13", "/imports/13")),
        ),
        file(
            "乙電子マネー 明細",
            Receipt::Missing,
            None,
            None,
            Some(Link::new("資料を取り込む", "/imports")),
        ),
        file(
            "指定金融機関 入出金明細",
            Receipt::Refused,
            Some("11月21日 07:20"),
            None,
            Some(Link::new("拒否の理由", "/imports/14")),
        ),
    ]
}

pub(super) fn deliveries() -> Vec<CounterDelivery> {
    let head = "9f2c4a7be01d5836a4c0ffee10293847566574839201aabbccddeeff00112233";
    let delivery = |counter: &str, state, closed_at: Option<&str>| CounterDelivery {
        counter: counter.to_owned(),
        state,
        closed_at: closed_at.map(str::to_owned),
        last_contact: Some("11月20日 17:31".to_owned()),
        on_slip: state == DayState::Delivered,
        incarnation: 1,
        sequence_number: 412,
        head: head.to_owned(),
    };
    vec![
        delivery("本庁 市民課窓口2", DayState::Open, None),
        delivery("郷土博物館 受付1", DayState::Delivered, Some("17:08")),
        delivery("市民会館 事務室", DayState::Holiday, None),
    ]
}
