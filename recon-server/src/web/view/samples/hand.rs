//! 手入力: the list and both forms, in the states that matter.

use domain::money::Yen;

use super::{super::hand::*, form, put, shell};
use crate::web::view::{
    exceptions::Choice,
    form::Field,
    refunds::RefundState,
    shell::{Role, Section},
    words::Link,
};

pub fn add(pages: &mut Vec<(String, String)>) {
    put(pages, "hand", &list());
    put(pages, "hand-none", &HandPage { waiting: vec![], standing: vec![], ended: vec![], ..list() });
    put(pages, "hand-form", &typing());
    put(pages, "hand-form-refused", &refused());
}

fn row(state: RefundState) -> HandRow {
    HandRow {
        name: Link::new("入金", "/confirm/7"),
        sentence: "口座 0001-123-1-0001234567 への入金: 令和8年8月3日(月) 29,347円 ﾍﾟｲﾍﾟｲ(ｶ。".to_owned(),
        amount: Yen::new(29_347),
        reason: "普通預金通帳 3ページ".to_owned(),
        entered_by: "kaikei-02".to_owned(),
        approved_by: if state == RefundState::Waiting { String::new() } else { "kaikei-03".to_owned() },
        scan: Some(Link::new("PDF（120 KiB）", "/confirm/7/scan")),
        state,
        counts: state == RefundState::Approved,
        proposal: None,
        beside: vec![],
    }
}

fn list() -> HandPage {
    let twice = HandRow {
        counts: false,
        scan: None,
        proposal: Some(
            "この入金は、ファイルの受付12の3件目にもあります。手入力を取り消してください。".to_owned(),
        ),
        beside: vec![Link::new("受付12の3件目", "/imports/12")],
        ..row(RefundState::Approved)
    };
    HandPage {
        shell: shell(Role::Accountant, Section::Imports),
        waiting: vec![row(RefundState::Waiting)],
        standing: vec![twice, row(RefundState::Approved)],
        ended: vec![HandRow { counts: false, ..row(RefundState::Rejected) }],
    }
}

fn typing() -> HandFormPage {
    let input = |name, label, kind, hint| HandInput {
        name,
        label,
        kind,
        field: Field::default(),
        required: true,
        hint,
        options: vec![],
    };
    let choice =
        Choice { value: "paypay".to_owned(), label: "PayPay（印刷QR）".to_owned(), chosen: true };
    HandFormPage {
        shell: shell(Role::Accountant, Section::Imports),
        form: form(2),
        action: "/hand/payout",
        title: "支払通知の手入力",
        english: "A payment notice from paper",
        lead: "会社が紙やPDFだけで出す支払通知を、書いてあるとおりに写します。",
        inputs: vec![
            HandInput { options: vec![choice], ..input("contract", "契約", InputKind::Select, "") },
            input("from", "締め期間（自）", InputKind::Date, ""),
            input("net", "支払額（円）", InputKind::Number, "合うかを確かめます。"),
            input("kana", "振込名義（カナ）", InputKind::Text, ""),
        ],
        scan: Field::default(),
        scan_mib_max: 10,
        reason: Field::default(),
        reason_max: 200,
        refused: None,
    }
}

fn refused() -> HandFormPage {
    let mut page = typing();
    for input in &mut page.inputs {
        input.field = Field::refused("x", "もう一度入れてください。");
    }
    HandFormPage {
        scan: Field::refused("", "証ひょうは PDF、PNG、JPEG のどれかにしてください。"),
        reason: Field::refused("", "理由を書いてください。"),
        refused: Some("この画面からは別の内容で申請済みです。".to_owned()),
        ..page
    }
}
