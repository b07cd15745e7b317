//! Samples of expected files, reasons, differences, and a payment statement beside our figures.

use domain::money::Yen;

use super::{lists, put, shell};
use crate::web::view::{
    exceptions::{AliasLine, Choice, ExceptionsPage},
    expected::{ExpectedLine, ExpectedPage, SourceCounts},
    form::Field,
    report_lists::Break,
    shell::{Role, Section},
    why::{WhyField, WhyNear, WhyPage, WhyRefused, WhyStep},
    words::{Link, Verdict},
};

fn expected(empty: bool) -> ExpectedPage {
    let counts = |label: &str, received, waiting, overdue| SourceCounts {
        source: Link::new(label, "/expected?source=paypay&all=1"),
        received,
        waiting,
        overdue,
        next_due: (waiting > 0).then(|| "11/24(火)".to_owned()),
        upload: Link::new("取り込む", "/imports?source=paypay"),
    };
    let line = |verdict, state, due: &str| ExpectedLine {
        verdict,
        state,
        source: "PayPay 取引明細".to_owned(),
        period: "11/19(木)".to_owned(),
        due: due.to_owned(),
        upload: Some(Link::new("取り込む", "/imports?source=paypay&from=2026-11-19&to=2026-11-19")),
    };
    let mut page = ExpectedPage {
        shell: shell(Role::Accountant, Section::Imports),
        as_of: Field::typed("2026-11-21"),
        from: Field::typed(""),
        source: String::new(),
        all: false,
        sources: vec![
            counts("PayPay 取引明細", 40, 1, 1),
            counts("口座 0001-001-1-1234567 入出金明細", 41, 0, 0),
        ],
        lines: vec![
            line(Verdict::Incomplete, "未着(期日超過)", "令和8年11月20日(金)"),
            line(Verdict::Pending, "期日前", "令和8年11月24日(火) 10:00まで"),
        ],
        received_hidden: 81,
        cut: 0,
    };
    if empty {
        page.sources.clear();
        page.lines.clear();
        page.received_hidden = 0;
    }
    page
}

fn why(tied: bool) -> WhyPage {
    let step = |label: &str, cause, yen| WhyStep { label: label.to_owned(), cause, amount: Yen::new(yen) };
    let field = |field: &str, ours: &str, theirs: &str| WhyField {
        field: field.to_owned(),
        ours: ours.to_owned(),
        theirs: theirs.to_owned(),
        agrees: ours == theirs,
    };
    let candidate = WhyRefused {
        candidate: Link::new("8/5の入金 30,000円（ｺｳｶ-ﾄﾞ）", "/why/d2?as_of=2026-08-05"),
        failing: vec!["金額が違う".to_owned(), "登録された名義ではない".to_owned()],
        yen_apart: Yen::new(653),
        time_apart: "2日".to_owned(),
    };
    let nearest = WhyNear {
        why: "8/5の入金: 金額が違う".to_owned(),
        distance: "金額 653円、2日".to_owned(),
        href: "/why/d2?as_of=2026-08-05".to_owned(),
    };
    WhyPage {
        shell: shell(Role::Accountant, Section::Exceptions),
        kind: "口座入金",
        subject: "9f2c4a7be01d5836".to_owned(),
        verdict: if tied { Verdict::Agreed } else { Verdict::Differs },
        ended: if tied { "一致" } else { "予定のない入金" }.to_owned(),
        paragraph: "2026-08-03の入金 29,347円（ﾍﾟｲﾍﾟｲ(ｶ）は、PayPayの7月分です。当方収納 30,450円から返金 450円と手数料 653円を引いた額と、1円まで一致しています。".to_owned(),
        steps: vec![step("当方収納", None, 30_450), step("返金", None, -450), step("決済手数料", Some("決済手数料の違い"), -653)],
        sum: ("口座入金", Yen::new(29_347)),
        causes: if tied { Vec::new() } else { vec!["振込手数料 220円が差し引かれています。".to_owned()] },
        compared: vec![field("金額", "29,347", "29,347"), field("名義", "ﾍﾟｲﾍﾟｲ(ｶ", "ﾍﾟｲﾍﾟｲ")],
        refused: if tied { Vec::new() } else { vec![candidate] },
        near: if tied { Vec::new() } else { vec![nearest] },
        sources: if tied { vec![Link::new("受付票 12 の 3行目", "/imports/12")] } else { Vec::new() },
        terms: vec![("段階", "7 支払と入金".to_owned()), ("設定の版", "a4c0ffee10293847".to_owned())],
        as_of: "令和8年8月5日(水)".to_owned(),
        back: Link::new("不一致へ戻る", "/exceptions?as_of=2026-08-05"),
        beside: vec![Link::new("不一致 1", "/exceptions?as_of=2026-08-05#break-1")],
        downloads: vec![Link::new("Excel", "/why/9f2c4a7be01d5836?format=xlsx")],
    }
}

fn exceptions() -> ExceptionsPage {
    let class = Choice { value: "J_ONLY".to_owned(), label: "当方のみ".to_owned(), chosen: true };
    ExceptionsPage {
        shell: shell(Role::Accountant, Section::Exceptions),
        as_of: Field::typed("2026-11-21"),
        classes: vec![class],
        contracts: Vec::new(),
        counters: Vec::new(),
        verdicts: Vec::new(),
        from: Field::typed(""),
        to: Field::typed(""),
        verdict: Verdict::Differs,
        net: Yen::new(320),
        breaks_gross: Yen::new(920),
        hidden: 0,
        breaks: lists::breaks(),
        settled: lists::breaks()
            .into_iter()
            .take(1)
            .map(|one| Break { anchor: "break-9".to_owned(), ..one })
            .collect(),
        aliases: vec![AliasLine {
            kana: "ﾍﾟｲﾍﾟｲｼﾕｳﾉｳ".to_owned(),
            contract: "PayPay".to_owned(),
            ask: "/confirm/ask/alias/0123456789abcdef0123456789abcdef".to_owned(),
            evidence: vec![Link::new(
                "8/3(月) 入金 29,347円 = 8/3(月)の支払予定",
                "/why/d1?as_of=2026-11-21",
            )],
            evidence_more: 0,
            sentence: "この名義の入金は、PayPayの支払予定とちょうど一致しています。".to_owned(),
        }],
        downloads: Vec::new(),
    }
}

pub(super) fn add(pages: &mut Vec<(String, String)>) {
    put(pages, "expected", &expected(false));
    put(pages, "expected-empty", &expected(true));
    put(pages, "why-tied", &why(true));
    put(pages, "why-open", &why(false));
    put(pages, "exceptions", &exceptions());
}
