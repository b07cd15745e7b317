//! Samples of files, counters and decisions.

use domain::{money::Yen, time::CivilDate};

use super::{form, lists::unknown, put, saying, shell};
use crate::web::view::{
    counters::{Contact, CounterLine, CountersPage, HolidayForm, HolidayLine, ShownCode},
    form::Field,
    imports::{
        FileLine, Gate, ImportsPage, PreviewPage, PreviewRow, ReceiptPage, RefusedRow, ReplacedPeriod,
        ReplacedRow, RestatedRow, RevisionRow, SourceChoice,
    },
    sale::Fact,
    shell::{Role, Section, Tone},
    unknowns::{Candidate, UnknownPage, UnknownsPage},
    words::{Link, Sum},
};

fn file_line(number: &str, accepted: bool, result: &str) -> FileLine {
    FileLine {
        number: number.to_owned(),
        href: format!("/imports/{number}"),
        received_at: "11月21日 07:12".to_owned(),
        source: "PayPay 取引明細".to_owned(),
        name: "transaction_20261120.csv".to_owned(),
        period: vec!["2026-11-20〜".to_owned(), "2026-11-20".to_owned()],
        accepted,
        result: result.to_owned(),
        uploader: "kaikei-02".to_owned(),
    }
}

fn refused() -> Vec<RefusedRow> {
    vec![RefusedRow {
        row: Some(3),
        field: "取引金額".to_owned(),
        found: "１，２００".to_owned(),
        remedy: "桁区切りのない半角数字にしてください。加盟店画面からもう一度ダウンロードすると直ることがあります。".to_owned(),
    }]
}

fn imports() -> ImportsPage {
    let source = |code: &str, label: &str, hint: &str, chosen| SourceChoice {
        code: code.to_owned(),
        label: label.to_owned(),
        hint: hint.to_owned(),
        chosen,
    };
    ImportsPage {
        shell: saying(
            shell(Role::Accountant, Section::Imports),
            Tone::Done,
            "受付番号12: 新しい行4件を取り込みました。",
        ),
        form: form(30),
        sources: vec![
            source(
                "paypay",
                "PayPay 取引明細",
                "PayPay for Business の「取引履歴」CSV（Shift_JIS、14列）",
                true,
            ),
            source("bank", "指定金融機関 入出金取引明細", "全銀協 200バイト、種別03", false),
        ],
        more: vec![
            source("payout:paypay", "PayPay 支払明細", "締めごとの支払額", false),
            source("bank:0001-001-1-1234567", "口座 0001-001-1-1234567 入出金明細", "口座を指定", false),
        ],
        file: Field::refused("", "ファイルが空です。もう一度選んでください。"),
        from: Field::typed("2026-11-20"),
        to: Field::refused("2026-11-19", "終わりの日を、始めの日以後にしてください。"),
        file_mib_max: 32,
        files: vec![
            file_line("14", false, "控え合計が合いません（トレーラの入金額 29,347、計算 29,347,000）"),
            file_line("12", true, "新規 4件、改訂 0件、変わらず 0件"),
        ],
    }
}

fn preview(refused: Vec<RefusedRow>) -> PreviewPage {
    PreviewPage {
        shell: shell(Role::Accountant, Section::Imports),
        form: form(31),
        source: "PayPay 取引明細".to_owned(),
        file: "transaction_20261120.csv".to_owned(),
        sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
        period: "11月20日〜11月20日".to_owned(),
        totals: vec![("取引完了".to_owned(), Sum { count: 4, amount: Yen::new(1_200) })],
        gates: vec![Gate {
            name: "行数".to_owned(),
            declared: "4".to_owned(),
            computed: "4".to_owned(),
            agrees: true,
        }],
        remarks: vec!["「取引失敗」の行が1件あります。売上に数えません。".to_owned()],
        rows: if refused.is_empty() {
            vec![PreviewRow {
                row: 2,
                at: "11月20日 14:03:11".to_owned(),
                kind: "取引完了".to_owned(),
                reference: "取引番号 …4821".to_owned(),
                amount: Yen::new(300),
            }]
        } else {
            Vec::new()
        },
        rows_count: 4,
        refused_more: 0,
        replaced: if refused.is_empty() { vec![replaced()] } else { Vec::new() },
        seen_before: refused.is_empty().then(|| Link::new("受付票 12", "/imports/12")),
        refused,
    }
}

fn counters() -> CountersPage {
    let line = |n: u128, id: &str, label: &str, contact, incarnation| CounterLine {
        id: id.to_owned(),
        facility: "本庁".to_owned(),
        section: "市民課".to_owned(),
        label: label.to_owned(),
        incarnation,
        contact,
        last_contact: "11月20日 17:31".to_owned(),
        day: "11月20日 未締め".to_owned(),
        waiting: Some(0),
        sequence_number: 412,
        head: "9f2c4a7b e01d5836".to_owned(),
        form: form(n),
    };
    CountersPage {
        shell: shell(Role::Administrator, Section::Counters),
        counters: vec![
            line(40, "shimin-1", "市民課窓口1", Contact::Lately, 1),
            line(41, "shimin-2", "市民課窓口2", Contact::Quiet, 2),
            line(42, "shimin-3", "市民課窓口3", Contact::NotEnrolled, 0),
            line(43, "museum-1", "受付1", Contact::Forked, 1),
        ],
        code: Some(ShownCode {
            counter: "市民課窓口3".to_owned(),
            code: "K7QM-2XWD-9HPA".to_owned(),
            expires: "11月22日 08:31".to_owned(),
            command: "pos-agent enrol --server https://madoguchi.example.lg.jp --code K7QM-2XWD-9HPA"
                .to_owned(),
        }),
        holidays: vec![HolidayLine {
            day: CivilDate::new(2026, 11, 23).unwrap(),
            counter_id: "museum-1".to_owned(),
            counter: "受付1".to_owned(),
            reason: "月曜休館日".to_owned(),
            entered_by: "kaikei-02".to_owned(),
            form: form(44),
        }],
        form: form(45),
        holiday: HolidayForm {
            counter: Field::typed("shimin-3"),
            day: Field::refused("", "日を選んでください。"),
            reason: Field::default(),
        },
    }
}

fn decision(complete: bool, decided: Option<&str>) -> UnknownPage {
    UnknownPage {
        shell: shell(Role::Accountant, Section::Unknowns),
        form: form(50),
        action: "/unknowns/9".to_owned(),
        unknown: unknown(),
        facts: vec![
            Fact::new("端末番号", "50001234"),
            Fact::new("伝票番号", "00417"),
            Fact::new("記録番号", "世代1 214"),
        ],
        check: vec!["同じカードで端末の「残高照会」をしてください。".to_owned()],
        candidates: if complete {
            vec![Candidate {
                code: "aa:18".to_owned(),
                record: Link::new("transit-11.csv 18行", "/imports/aa"),
                at: "9月30日 11:48".to_owned(),
                reference: "伝票00417".to_owned(),
                amount: Yen::new(300),
                comparison: "金額・端末番号・伝票番号が一致、時刻の差 4秒".to_owned(),
                chosen: true,
            }]
        } else {
            Vec::new()
        },
        statement_is_complete: complete,
        decision: Field::typed("charged"),
        evidence: Field::typed("person"),
        reason: Field::refused("", "理由を書いてください。"),
        decided: decided.map(str::to_owned),
    }
}

fn restated(row: u32, before: &str, new: Option<(u32, &str)>) -> RestatedRow {
    RestatedRow {
        file: Link::new("12", "/imports/12"),
        row,
        before: before.to_owned(),
        new_row: new.map(|(row, _)| row),
        after: new.map(|(_, words)| words.to_owned()).unwrap_or_default(),
    }
}

fn replaced() -> ReplacedPeriod {
    let sum = |count, yen| Sum { count, amount: Yen::new(yen) };
    let row = |change, file: Option<u32>, before: &str, new_row, after: &str| ReplacedRow {
        change,
        file: file.map(|file| Link::new(file.to_string(), format!("/imports/{file}"))),
        row: file,
        before: before.to_owned(),
        new_row,
        after: after.to_owned(),
    };
    ReplacedPeriod {
        period: "2026-08-01〜2026-08-31".to_owned(),
        sums: [("追加", sum(1, 450)), ("変更", sum(1, -300)), ("取下げ", sum(1, 1_200))],
        rows: vec![
            row("取下げ", Some(9), "2026-08-03 1,200円 伝票00042", None, ""),
            row("変更", Some(9), "2026-08-04 600円 伝票00043", Some(3), "2026-08-04 300円 伝票00043"),
            row("追加", None, "", Some(4), "2026-08-05 450円 伝票00044"),
        ],
        cut: true,
    }
}

pub(super) fn add(pages: &mut Vec<(String, String)>) {
    put(pages, "imports", &imports());
    put(pages, "import-preview", &preview(Vec::new()));
    put(pages, "import-preview-refused", &preview(refused()));
    let receipt = ReceiptPage {
        shell: shell(Role::Accountant, Section::Imports),
        line: file_line("14", false, "取込拒否"),
        sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
        kind: "会社明細".to_owned(),
        by_hand: Some(Link::new("受付14 手入力(入力 kaikei-02、承認 kaikei-03)", "/confirm/7")),
        refused: refused(),
        revisions: Vec::new(),
        revisions_cut: false,
        restated: Vec::new(),
        restated_cut: false,
        replaced: Vec::new(),
        replaced_by: None,
    };
    put(pages, "import-receipt", &receipt);
    let corrected = ReceiptPage {
        line: file_line("15", true, "新規 0行、改訂 1行、変わらず 3行"),
        refused: Vec::new(),
        revisions: vec![RevisionRow {
            row: 3,
            key: "04000000000000004821".to_owned(),
            field: "金額".to_owned(),
            before: "200".to_owned(),
            after: "300".to_owned(),
        }],
        restated: vec![
            restated(3, "令和8年8月3日(月) 30,000円 ﾍﾟｲﾍﾟｲ(ｶ", Some((5, "令和8年8月3日(月) 29,700円 ﾍﾟｲﾍﾟｲ(ｶ"))),
            restated(4, "令和8年8月3日(月) 450円 ﾗｸﾃﾝ", None),
        ],
        replaced: vec![replaced()],
        replaced_by: Some(Link::new("受付番号 16", "/imports/16")),
        ..receipt
    };
    put(pages, "import-receipt-corrected", &corrected);
    put(pages, "counters", &counters());
    let unknowns = UnknownsPage {
        shell: shell(Role::Accountant, Section::Unknowns),
        open: vec![unknown()],
        on_the_way: vec![unknown()],
    };
    put(pages, "unknowns", &unknowns);
    put(pages, "unknown-candidate", &decision(true, None));
    put(pages, "unknown-no-file", &decision(false, None));
    put(pages, "unknown-decided", &decision(true, Some("成立と判定し、窓口の受信箱3番に入れました。")));
}
