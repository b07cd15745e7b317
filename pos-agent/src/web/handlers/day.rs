//! お知らせ, 担当者交代.

use axum::{extract::State, response::Response};
use domain::{command::Command, id::OperatorId};

use crate::web::{
    WebState,
    desk::{Desk, notice, see},
    fields::Fields,
    pages::{
        self, Choice,
        day::{InboxPage, OperatorPage},
    },
    shell::{Notice, Way},
};

/// 中央からのお知らせ.
pub async fn inbox(State(web): State<WebState>) -> Response {
    let desk = Desk::at(&web);
    let state = desk.state();
    let today = desk.now.date();
    let profile = state.profile.as_deref();
    let current = profile.and_then(|profile| profile.price_list(today)).map(|list| list.valid_from);
    let lists = profile.iter().flat_map(|profile| &profile.price_lists);
    let shell = desk.shell("中央からのお知らせ", "Inbox", Way::Inbox);
    let page = InboxPage {
        chips: shell.bar.chips.clone(),
        shell,
        received: state.inbox_number,
        price_lists: lists
            .map(|list| (list.valid_from.to_japanese(), Some(list.valid_from) == current))
            .collect(),
        remarks: remarks(&desk),
    };
    pages::show(&page)
}

fn remarks(desk: &Desk<'_>) -> Vec<String> {
    let state = desk.state();
    let mut remarks = Vec::new();
    if let Some(alarm) = &desk.view.uplink.alarm {
        remarks.push(alarm.message_ja());
    }
    if state.strays > 0 {
        remarks.push(format!(
            "端末から、この窓口の記録にない結果が{}件届いています。会計課に知らせてください。",
            state.strays
        ));
    }
    if !state.overpayments.is_empty() {
        remarks.push(format!(
            "過誤納が{}件あります。「結果不明」の画面で見られます。",
            state.overpayments.len()
        ));
    }
    if state.unrecognised > 0 {
        remarks.push(format!(
            "この版では読めない記録が{}件あります。捨てずに残しています。管理者に更新を頼んでください。",
            state.unrecognised
        ));
    }
    if desk.view.disk_full {
        remarks.push(
            "保存場所がいっぱいです。新しい取引は始められません。責任者に連絡してください。".to_owned(),
        );
    }
    remarks
}

fn operator_page(desk: &Desk<'_>) -> OperatorPage {
    let state = desk.state();
    let operators = state.profile.iter().flat_map(|profile| &profile.operators);
    OperatorPage {
        shell: desk.shell("担当者交代", "Change of clerk", Way::Operator),
        command: desk.new_id(),
        operators: operators
            .map(|operator| Choice {
                value: operator.id.to_string(),
                label: operator.label.clone(),
                selected: state.operator.as_ref() == Some(&operator.id),
            })
            .collect(),
    }
}

/// 担当者交代: two touches from anywhere.
pub async fn operator(State(web): State<WebState>) -> Response {
    let desk = Desk::at(&web);
    if desk.state().day.is_none() { see("/") } else { pages::show(&operator_page(&desk)) }
}

/// 担当者交代: done.
pub async fn change_operator(State(web): State<WebState>, fields: Fields) -> Response {
    let desk = Desk::at(&web);
    let said = match fields.text("operator").parse::<OperatorId>() {
        Ok(operator) => match desk.submit(fields.text("command"), Command::ChangeOperator { operator }).await
        {
            Ok(_) => return see("/sell"),
            Err(error) => notice(&error),
        },
        Err(_) => Notice::refused("担当者を選んでください。"),
    };
    let mut page = operator_page(&desk);
    page.shell.notice = Some(said);
    pages::show_again(&page)
}
