//! 点検・締め: what is left to do, blind count, X and Z on the screen.

use axum::{extract::State, response::Response};
use domain::{
    catalogue::PaymentRoute,
    command::Command,
    event::Paper,
    method::brand_label,
    money::Yen,
    refusal::Refusal,
    settle::settlement,
    settlement::{Settlement, Tally},
    state::{OpenDay, PrintJob, SaleState},
};

use super::cash_count;
use crate::web::{
    WebState,
    desk::{Desk, notice, see},
    fields::Fields,
    pages::{
        self, Field,
        closing::{ClosePage, CloseStep, CountPage, DifferenceRow},
        settlement::SettlementPage,
    },
    present,
    shell::{Notice, Way},
};

/// Characters of a hash that are read aloud together.
const HASH_GROUP_CHARS: usize = 8;

/// What is to be done for an operator in the network.
const OPERATOR_TODO: &str = "管理画面の当日合計を2回入れて合わせます。見られないときは、締めの理由に「照合は支払明細で行う」と書きます";

/// 点検・締め.
pub async fn show(State(web): State<WebState>) -> Response {
    let desk = Desk::at(&web);
    match &desk.state().day {
        Some(day) => pages::show(&page(&desk, day, Field::default())),
        None if desk.state().last_settlement.is_some() => see("/closed"),
        None => see("/"),
    }
}

fn page(desk: &Desk<'_>, day: &OpenDay, reason: Field) -> ClosePage {
    let figures = settlement(desk.state());
    let judged = desk.trial(Command::CloseCounter { reason: None });
    let (ready, reason_needed, mut remarks) = match &judged {
        Ok(_) => (true, false, Vec::new()),
        Err(Refusal::ReasonNeeded(what)) => (true, true, vec![format!("{what}。理由を書けば締められます。")]),
        Err(Refusal::CashNotCounted) => (false, false, Vec::new()),
        Err(refusal) => (false, false, vec![refusal.message_ja()]),
    };
    let doubts = desk.state().doubts().count();
    if doubts > 0 {
        remarks.push(format!(
            "結果不明が{doubts}件あります。締めは止まりません。明細が届くと中央から結果が届きます。"
        ));
    }
    let counted = day.counted.is_some();
    ClosePage {
        shell: desk.shell("点検・締め", "X / Z", Way::Close),
        command: desk.new_id(),
        inspect_command: desk.new_id(),
        day: format!("{} {}回目", day.date.to_japanese(), day.cut),
        steps: steps(desk, day, figures.as_ref()),
        differences: figures
            .filter(|_| counted)
            .map(|figures| differences(desk, &figures))
            .unwrap_or_default(),
        remarks,
        counted,
        reason_needed,
        reason,
        ready,
    }
}

fn steps(desk: &Desk<'_>, day: &OpenDay, figures: Option<&Settlement>) -> Vec<CloseStep> {
    let state = desk.state();
    let waiting = state.sales.values().filter(|sale| sale.state == SaleState::Open).count();
    let mut steps = Vec::new();
    if waiting > 0 {
        steps.push(CloseStep {
            word: "支払待ちの取引".to_owned(),
            done: false,
            detail: format!("{waiting}件。会計するか中止してください。"),
            href: Some("/today".to_owned()),
        });
    }
    steps.push(CloseStep {
        word: "現金を数える".to_owned(),
        done: day.counted.is_some(),
        detail: match day.counted.as_ref().and_then(|count| count.total().ok()) {
            Some(total) => format!("実査 {total}円"),
            None => "金種ごとの枚数を入れます".to_owned(),
        },
        href: Some("/close/count".to_owned()),
    });
    let routes = state.profile.iter().flat_map(|profile| &profile.routes);
    steps.extend(routes.filter_map(|route| terminal_step(desk, day, figures, route)));
    steps
}

fn terminal_step(
    desk: &Desk<'_>,
    day: &OpenDay,
    figures: Option<&Settlement>,
    route: &PaymentRoute,
) -> Option<CloseStep> {
    if !route.kind.is_terminal() {
        return None;
    }
    let used = figures.is_some_and(|figures| figures.methods.iter().any(|row| row.route == route.id))
        || desk.state().doubts().any(|attempt| attempt.route == route.id && attempt.business_day == day.date);
    let operator = present::operator_of(&desk.view, route);
    let (done, detail) = if day.terminal_totals.contains_key(&route.id) {
        (true, "記録しました")
    } else if operator.is_some() {
        if used { (false, OPERATOR_TODO) } else { (true, "本日は使っていません") }
    } else if day.totals_wanted.contains(&route.id) {
        (false, "端末から読んでいます")
    } else if day.totals_failed.contains_key(&route.id) {
        (false, "読めませんでした")
    } else if used {
        (false, "端末の日計と合わせます")
    } else {
        (true, "本日は使っていません")
    };
    Some(CloseStep {
        word: match operator {
            Some(name) => format!("{name}管理画面の当日合計: {}", route.label),
            None => format!("端末日計: {}", route.label),
        },
        done,
        detail: detail.to_owned(),
        href: Some(format!("/close/totals/{}", route.id)),
    })
}

fn differences(desk: &Desk<'_>, figures: &Settlement) -> Vec<DifferenceRow> {
    let cash = figures.cash.difference.filter(|difference| *difference != Yen::ZERO).map(|difference| {
        DifferenceRow {
            what: "現金（つり銭をふくむ）".to_owned(),
            ours: format!("{}円", figures.cash.expected),
            theirs: format!("{}円", figures.cash.counted.unwrap_or_default()),
            difference,
        }
    });
    let words = |tally: &Tally| format!("{}件 {}円", tally.count, tally.amount);
    let terminals = figures.terminal_differences.iter().map(|row| {
        let route =
            desk.state().route(&row.route).map_or_else(|| row.route.to_string(), |route| route.label.clone());
        DifferenceRow {
            what: format!("{route} {}", brand_label(&row.brand)),
            ours: words(&row.journal),
            theirs: words(&row.terminal),
            difference: row.terminal.amount.saturating_sub(row.journal.amount),
        }
    });
    cash.into_iter().chain(terminals).collect()
}

/// 日締め精算.
pub async fn close(State(web): State<WebState>, fields: Fields) -> Response {
    let desk = Desk::at(&web);
    let reason = fields.optional("reason");
    let error = match desk.submit(fields.text("command"), Command::CloseCounter { reason }).await {
        Ok(_) => return see("/closed"),
        Err(error) => error,
    };
    let Some(day) = &desk.state().day else { return see("/closed") };
    let mut page = page(&desk, day, Field::typed(&fields, "reason"));
    page.shell.notice = Some(notice(&error));
    pages::show_again(&page)
}

fn newest<'a>(desk: &'a Desk<'_>, is_it: impl Fn(&Paper) -> bool) -> Option<&'a PrintJob> {
    desk.state().prints.values().rev().find(|job| is_it(&job.paper))
}

fn figures_page(
    desk: &Desk<'_>,
    title: &str,
    title_en: &'static str,
    figures: Settlement,
    job: Option<&PrintJob>,
) -> SettlementPage {
    let chain_head = match job.map(|job| &job.paper) {
        Some(Paper::SettlementSlip { chain_head, .. }) => Some(in_groups(chain_head)),
        _ => None,
    };
    let mut shell = desk.shell(title, title_en, Way::Close);
    shell.refresh = job.is_some_and(present::on_its_way);
    SettlementPage {
        shell,
        closed: chain_head.is_some(),
        day: figures.date.to_japanese(),
        show_expected: figures.cash.counted.is_some(),
        figures,
        chain_head,
        papers: job.iter().map(|job| present::paper_row(desk.state(), job, desk.new_id())).collect(),
    }
}

fn in_groups(hash: &str) -> Vec<String> {
    let letters: Vec<char> = hash.chars().collect();
    letters.chunks(HASH_GROUP_CHARS).map(|group| group.iter().collect()).collect()
}

/// The last Z.
pub async fn closed(State(web): State<WebState>) -> Response {
    let desk = Desk::at(&web);
    let Some(figures) = desk.state().last_settlement.as_deref().cloned() else { return see("/") };
    let job = newest(
        &desk,
        |paper| matches!(paper, Paper::SettlementSlip { settlement, .. } if settlement.date == figures.date),
    );
    let mut page = figures_page(&desk, "締めました", "Closed", figures, job);
    page.closed = true;
    pages::show(&page)
}

/// 点検 (X): taken and printed.
pub async fn inspect(State(web): State<WebState>, fields: Fields) -> Response {
    let desk = Desk::at(&web);
    match desk.submit(fields.text("command"), Command::Inspect).await {
        Ok(_) => see("/inspection"),
        Err(error) => {
            let lead = error.message_ja();
            pages::show_again(&desk.stop(
                "点検できませんでした",
                "Not done",
                &lead,
                &[],
                Some(("/close", "戻る")),
            ))
        }
    }
}

/// The figures up to now.
pub async fn inspection(State(web): State<WebState>) -> Response {
    let desk = Desk::at(&web);
    let Some(figures) = settlement(desk.state()) else { return see("/close") };
    let job = newest(&desk, |paper| matches!(paper, Paper::InspectionSlip { .. }));
    pages::show(&figures_page(&desk, "点検", "Inspection (X)", figures, job))
}

fn count_page(desk: &Desk<'_>, day: &OpenDay, fields: &Fields) -> CountPage {
    CountPage {
        shell: desk.shell("現金を数える", "Cash count", Way::Close),
        command: desk.new_id(),
        rows: pages::denomination_rows(fields),
        total: None,
        again: day.counted.is_some(),
    }
}

/// 実査: the form, blind.
pub async fn count(State(web): State<WebState>) -> Response {
    let desk = Desk::at(&web);
    match &desk.state().day {
        Some(day) => pages::show(&count_page(&desk, day, &Fields::default())),
        None => see("/close"),
    }
}

/// 実査: recorded, or its sum.
pub async fn record_count(State(web): State<WebState>, fields: Fields) -> Response {
    let desk = Desk::at(&web);
    let Some(day) = &desk.state().day else { return see("/close") };
    let mut page = count_page(&desk, day, &fields);
    let (rows, count) = cash_count(&fields);
    page.rows = rows;
    let Some(count) = count else {
        page.shell.notice =
            Some(Notice::refused("枚数に読めないところがあります。赤い印のところを直してください。"));
        return pages::show_again(&page);
    };
    page.total = count.total().ok();
    if !fields.has("record") {
        return pages::show(&page);
    }
    match desk.submit(fields.text("command"), Command::CountCash { count }).await {
        Ok(_) => see("/close"),
        Err(error) => {
            page.shell.notice = Some(notice(&error));
            pages::show_again(&page)
        }
    }
}
