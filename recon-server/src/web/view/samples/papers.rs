//! Samples of papers and refunds: the day of `papers.md` 1.

use domain::money::Yen;

use super::{form, put, saying, shell};
use crate::web::view::{
    form::Field,
    papers::{
        ClosingLine, CounterChoice, DeclaredLine, FeeBlock, PaperCell, PaperColumn, PaperPage, PaperRow,
        PapersPage,
    },
    refunds::{Choice, RefundFormPage, RefundLine, RefundPage, RefundState, RefundsPage, WayChoice},
    sale::Fact,
    shell::{Role, Section, Tone},
    words::{Link, Verdict},
};

fn row(class: &'static str, cells: &[&str], href: Option<&str>) -> PaperRow {
    let cell = |(place, text): (usize, &&str)| PaperCell {
        text: (*text).to_owned(),
        is_figure: place > 0,
        is_day: false,
        href: href.filter(|_| place == 0).map(str::to_owned),
    };
    let cells = cells.iter().enumerate().map(cell).collect();
    PaperRow { class, is_alarm: class == "alarm", cells, why: None }
}

fn columns(labels: &[&str]) -> Vec<PaperColumn> {
    let column =
        |(place, label): (usize, &&str)| PaperColumn { label: (*label).to_owned(), is_figure: place > 0 };
    labels.iter().enumerate().map(column).collect()
}

fn day_sheet() -> PaperPage {
    let behind = Some("/report/2026-07-15/behind?method=cash&counter=shimin-1");
    let pair = |word: &str, value: &str| (word.to_owned(), value.to_owned());
    PaperPage {
        shell: shell(Role::Accountant, Section::Papers),
        title: "収納日計表".to_owned(),
        english: "Day sheet",
        head: vec![
            pair("取扱日", "令和8年7月15日(水)"),
            pair("年度・会計", "令和8年度 一般会計"),
            pair("窓口", "市民課 レジ01"),
            pair("締め回", "1"),
            pair("鎖の先頭", "9f2c4a7b e01d5836 a4c0ffee 10293847"),
        ],
        columns: columns(&[
            "科目(節)・項目", "有料", "無料", "現金", "証券", "クレジット", "電子マネー", "コード", "計",
        ]),
        rows: vec![
            row("", &["戸籍 450", "8", "0", "2,250", "450", "450", "450", "0", "3,600"], behind),
            row("", &["住民票 300", "30", "3", "5,400", "300", "600", "1,200", "1,500", "9,000"], behind),
            row("alarm", &["税証明 300", "6", "0", "1,200", "0", "0", "300", "300", "1,800"], behind),
            row("total", &["計", "56", "4", "11,250", "750", "1,350", "2,250", "2,400", "18,000"], None),
        ],
        notes: vec![
            "月計: 前日まで 171,300 + 本日 18,000 + 過日分確定 300 = 189,600。戻出 ▲450 は別欄、差引 189,150。".to_owned(),
            "現金: つり銭 30,000 + 収納 11,250 = あるべき 41,250、実査 41,270、過剰 20。".to_owned(),
        ],
        declared: Vec::new(),
        fees: None,
        seals: ["作成", "出納員", "確認", "承認"].map(str::to_owned).to_vec(),
        back: Link::new("帳票へ戻る", "/papers"),
        beside: vec![Link::new("‹ 前日", "/papers/day-sheet/2026-07-14/shimin-1")],
        downloads: vec![Link::new("CSV（UTF-8）", "/x?format=csv"), Link::new("JSON", "/x?format=json")],
    }
}

fn declared(label: &'static str, declared: i64, computed: i64) -> DeclaredLine {
    DeclaredLine {
        label,
        declared: Yen::new(declared),
        computed: Yen::new(computed),
        difference: Yen::new(declared - computed),
    }
}

fn contract_sheet() -> PaperPage {
    PaperPage {
        title: "照合書".to_owned(),
        english: "Contract sheet",
        columns: columns(&["行・内容", "件", "円"]),
        rows: vec![
            row("", &["1 前月末未報告", "0", "0"], None),
            row(
                "",
                &["2 当方収納（成立）", "101", "30,450"],
                Some("/papers/contract/paypay/2026-07-31/behind"),
            ),
            PaperRow {
                why: Some(Link::new("支払予定額", "/why/p1?as_of=2026-08-05")),
                ..row("", &["8 支払予定額 = 5+7", "", "29,347"], None)
            },
            row("total", &["9 口座入金 8/3", "", "29,347"], None),
        ],
        declared: vec![
            declared("決済手数料", -594, -594),
            declared("手数料の消費税", -60, -59),
            declared("支払額", 29_346, 29_347),
        ],
        fees: Some(FeeBlock {
            word: "説明できない",
            is_alarm: true,
            sentences: vec!["はじめの3件は説明できますが、2026-07-31の締めから説明できません。".to_owned()],
            rules: vec!["1.98%、締め合計、切捨て、税10%（別・切捨て）".to_owned(), "<i>2%</i>".to_owned()],
            links: vec![Link::new("7/31(金)締めの照合書", "/papers/contract/paypay/2026-07-31")],
        }),
        seals: ["作成", "確認", "承認"].map(str::to_owned).to_vec(),
        beside: Vec::new(),
        ..day_sheet()
    }
}

fn index() -> PapersPage {
    PapersPage {
        shell: shell(Role::Accountant, Section::Papers),
        day: Field::typed("2026-11-20"),
        counters: vec![CounterChoice { id: "shimin-1".to_owned(), label: "市民課 窓口1".to_owned() }],
        as_of: Field::typed("2026-11-21"),
        closings: vec![ClosingLine {
            sheet: Link::new("2026-11-01 〜 2026-11-30", "/papers/contract/paypay/2026-11-30"),
            contract: "PayPay（印刷QR）".to_owned(),
            state: "12/1(火) 期間中".to_owned(),
            verdict: Verdict::Pending,
        }],
    }
}

fn refund(state: RefundState) -> RefundLine {
    let approved = state == RefundState::Approved;
    RefundLine {
        href: "/refunds/7".to_owned(),
        number: if approved { "令和8年度 第3号".to_owned() } else { String::new() },
        sale: Link::new("領収書 shimin-1-1-000207", "/sales/7"),
        received_on: "2026-03-25".parse().unwrap(),
        refunded_on: "2026-05-20".parse().unwrap(),
        method: "コード決済（印刷QR） PayPay".to_owned(),
        amount: Yen::new(450),
        lane: "令和7年度 戻出（減額調定）".to_owned(),
        way: "決済会社を通じて返金".to_owned(),
        ground: "<i>二重決済</i>のため".to_owned(),
        requested_by: "kaikei-02".to_owned(),
        decided_by: if state == RefundState::Waiting {
            String::new()
        } else {
            "kaikei-admin 5月21日 09:12".to_owned()
        },
        state,
    }
}

fn refund_page(choice: Choice) -> RefundPage {
    let state =
        if matches!(choice, Choice::Decided(_)) { RefundState::Approved } else { RefundState::Waiting };
    RefundPage {
        shell: shell(Role::Administrator, Section::Refunds),
        form: form(60),
        refund: refund(state),
        facts: vec![Fact::new("領収書", "shimin-1-1-000207"), Fact::new("理由", "二重決済のため")],
        choice,
        decision: Field::refused("", "承認か差戻しかを選んでください。"),
        note: Field::typed(""),
        note_max: 200,
        refused: None,
    }
}

fn refund_form(closed: Option<&str>) -> RefundFormPage {
    let way = |code, label, hint| WayChoice { code, label, hint };
    RefundFormPage {
        shell: shell(Role::Accountant, Section::Refunds),
        form: form(61),
        action: "/sales/7/refund".to_owned(),
        back: Link::new("取引詳細へ戻る", "/sales/7"),
        title: "領収書 shimin-1-1-000207".to_owned(),
        facts: vec![Fact::new("領収日", "令和8年3月25日(水)")],
        total: Yen::new(450),
        left: Yen::new(450),
        amount: Field::refused("500", "返金額は1円以上450円以下にしてください。"),
        ground: Field::typed("二重決済のため"),
        way: Field::typed("acquirer"),
        ways: vec![
            way("acquirer", "決済会社を通じて返金", "会社の明細に返金の行が出ます"),
            way("bank_transfer", "口座振込", "会社の明細には出ません"),
        ],
        refunded_on: Field::typed("2026-05-20"),
        lane_hint: "5月31日までは令和7年度の戻出になります。".to_owned(),
        ground_max: 200,
        refused: None,
        closed: closed.map(str::to_owned),
    }
}

pub(super) fn add(pages: &mut Vec<(String, String)>) {
    put(pages, "paper-day-sheet", &day_sheet());
    put(pages, "paper-contract", &contract_sheet());
    put(pages, "papers", &index());
    let refunds = |waiting: bool| RefundsPage {
        shell: saying(shell(Role::Accountant, Section::Refunds), Tone::Done, "返金を起案しました。"),
        waiting: if waiting { vec![refund(RefundState::Waiting)] } else { Vec::new() },
        decided: if waiting {
            vec![refund(RefundState::Approved), refund(RefundState::Rejected)]
        } else {
            Vec::new()
        },
        from: Field::typed("2026-04-01"),
        to: Field::refused("2026-03-31", "終わりの日を、始めの日以後にしてください。"),
        approved: Yen::new(450),
    };
    put(pages, "refunds", &refunds(true));
    put(pages, "refunds-empty", &refunds(false));
    put(pages, "refund-form", &refund_form(None));
    put(pages, "refund-closed", &refund_form(Some("この取引は窓口で取消済みです。返金の必要はありません。")));
    put(pages, "refund-decide", &refund_page(Choice::Decide));
    put(pages, "refund-own", &refund_page(Choice::Own));
    put(pages, "refund-decided", &refund_page(Choice::Decided("kaikei-admin が承認しました。".to_owned())));
}
