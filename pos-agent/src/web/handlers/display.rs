//! お客様画面: the newest thing that concerns the citizen who stands there.

use axum::{extract::State, response::Response};
use domain::{
    catalogue::RouteKind,
    event::Paper,
    method::Method,
    money::Yen,
    sale::Line,
    state::{Attempt, Sale, SaleState},
    time::Timestamp,
};
use drivers::code_payment::{PROGRESS_ASKING, PROGRESS_CANCELLING, PROGRESS_PAYING, PROGRESS_WAITING};

use super::attempt::{code_of, takes_back};
use crate::codes::symbol;
use crate::web::{
    WebState,
    desk::{Desk, Shown},
    pages::{
        self,
        display::{DisplayLine, DisplayPage, Saying},
    },
    present,
};

/// How long the thanks stand, in milliseconds.
const THANKS_SHOWN_MS: i64 = 20_000;
/// How long an untouched basket or an unpaid sale stands, in milliseconds.
const ACTIVE_SHOWN_MS: i64 = 180_000;

/// お客様画面.
pub async fn show(State(web): State<WebState>) -> Response {
    let desk = Desk::at(&web);
    let profile = desk.state().profile.as_deref();
    let (lines, total, saying) = newest(&desk, web.mirror.get());
    let page = DisplayPage {
        place: profile
            .map(|profile| format!("{} {}", profile.tenant_name, profile.facility))
            .unwrap_or_default(),
        counter: profile.map(|profile| profile.counter_label.clone()).unwrap_or_default(),
        welcome: web.display.welcome.clone(),
        lines: lines.iter().map(display_line).collect(),
        total,
        saying,
    };
    pages::show(&page)
}

fn display_line(line: &Line) -> DisplayLine {
    DisplayLine {
        name: line.name.clone(),
        quantity: line.quantity,
        amount: line.amount,
        ground: line.exemption.as_ref().map(|ground| ground.label.clone()),
    }
}

/// What happened last: the basket on the clerk's screen, or the sale that moved last.
fn newest(desk: &Desk<'_>, basket: Option<Shown>) -> (Vec<Line>, Yen, Saying) {
    let sale = desk
        .state()
        .sales
        .values()
        .filter_map(|sale| Some((moved_at(desk, sale)?, sale)))
        .max_by_key(|(at, sale)| (*at, sale.id));
    let basket = basket.filter(|shown| desk.now.ms_since(shown.at) < ACTIVE_SHOWN_MS);
    match (sale, basket) {
        (Some((at, _)), Some(shown)) if shown.at > at => from_basket(desk, shown),
        (None, Some(shown)) => from_basket(desk, shown),
        (Some((_, sale)), _) => (sale.lines.clone(), sale.total, saying(desk, sale)),
        (None, None) => (Vec::new(), Yen::ZERO, Saying::Welcome),
    }
}

/// When a sale last moved, while that is still of interest.
fn moved_at(desk: &Desk<'_>, sale: &Sale) -> Option<Timestamp> {
    let is_receipt = |paper: &Paper| matches!(paper, Paper::Receipt { sale: of, copy: 0 } if *of == sale.id);
    let completed = || {
        let job = desk.state().prints.values().find(|job| is_receipt(&job.paper));
        job.map(|job| job.requested_at).or_else(|| sale.completion.as_ref().map(|done| done.paid_at))
    };
    let (at, shown_ms) = match sale.state {
        SaleState::Open => (sale.registered_at, ACTIVE_SHOWN_MS),
        SaleState::Paying(_) | SaleState::Voiding(_) => {
            (desk.state().attempt_of(sale)?.requested_at, ACTIVE_SHOWN_MS)
        }
        SaleState::Completed => (completed()?, THANKS_SHOWN_MS),
        SaleState::Voided | SaleState::Abandoned => return None,
    };
    (desk.now.ms_since(at) < shown_ms).then_some(at)
}

fn from_basket(desk: &Desk<'_>, shown: Shown) -> (Vec<Line>, Yen, Saying) {
    let methods = usable_methods(desk, &shown.lines, shown.total);
    (shown.lines, shown.total, Saying::Basket { methods })
}

fn usable_methods(desk: &Desk<'_>, lines: &[Line], total: Yen) -> Vec<String> {
    if total == Yen::ZERO {
        return Vec::new();
    }
    let routes = present::routes(&desk.view, lines, total, desk.now);
    routes.into_iter().filter(|route| route.barred.is_none()).map(|route| route.label).collect()
}

fn saying(desk: &Desk<'_>, sale: &Sale) -> Saying {
    match sale.state {
        SaleState::Open => {
            let refused = desk.state().attempts.values().any(|attempt| {
                attempt.sale == sale.id && matches!(attempt.state, domain::state::AttemptState::Known(_))
            });
            if refused {
                Saying::NotCharged
            } else {
                Saying::Basket { methods: usable_methods(desk, &sale.lines, sale.total) }
            }
        }
        SaleState::Paying(_) | SaleState::Voiding(_) => match desk.state().attempt_of(sale) {
            Some(attempt) if attempt.in_doubt() => Saying::Checking,
            Some(attempt) => paying(desk, attempt),
            None => Saying::Checking,
        },
        _ => Saying::Thanks {
            cash: sale
                .completion
                .as_ref()
                .and_then(|done| Some((done.payment.tendered?, done.payment.change?))),
        },
    }
}

fn paying(desk: &Desk<'_>, attempt: &Attempt) -> Saying {
    let (method, steps) = (desk.route_label(attempt), what_to_do(desk, attempt));
    if takes_back(attempt) {
        return Saying::Pay { method, steps };
    }
    if let Some(code) = code_of(desk, attempt) {
        return Saying::Code { method, symbol: code.symbol, left: Some(code.left), steps };
    }
    match sheet_symbol(desk, attempt) {
        Some(symbol) => {
            let steps = [
                "アプリでこのQRコードを読み取ってください。金額は入っています。",
                "支払いが済んだ画面を、係員にお見せください。",
            ];
            Saying::Code { method, symbol, left: None, steps: steps.map(str::to_owned).into() }
        }
        None => Saying::Pay { method, steps },
    }
}

/// The printed sheet's code with this amount, where the sheet's content is known here.
fn sheet_symbol(desk: &Desk<'_>, attempt: &Attempt) -> Option<String> {
    let RouteKind::StaticSheet { sheet_numbers } = &desk.state().route(&attempt.route)?.kind else {
        return None;
    };
    let known = |sheet: &&crate::codes::sheet::Sheet| sheet_numbers.contains(&sheet.number);
    symbol::svg(&desk.codes().sheets.iter().find(known)?.with_amount(attempt.amount)?)
}

/// What the citizen does now. A terminal's own words come from its driver, in Japanese; what a driver of codes says is for the clerk.
fn what_to_do(desk: &Desk<'_>, attempt: &Attempt) -> Vec<String> {
    if takes_back(attempt) {
        return vec!["取消の手続きをしています。係員の案内をお待ちください。".to_owned()];
    }
    let progress = desk.view.progress.get(&attempt.id);
    if attempt.method == Method::CodeDynamic {
        return vec![scans_display(desk, attempt, progress.map(|progress| progress.code)).to_owned()];
    }
    if let Some(progress) = progress {
        return vec![progress.text_ja.clone()];
    }
    let kind = desk.state().route(&attempt.route).map(|route| &route.kind);
    let words: &[&str] = match (kind, attempt.method) {
        (Some(RouteKind::StaticSheet { .. }), _) => &[
            "アプリで窓口のQRコードを読み取り、この画面の合計金額を入れてください。",
            "支払いが済んだ画面を、係員にお見せください。",
        ],
        (_, Method::CodeConsumerPresented) => &["お支払いを確かめています。少しお待ちください。"],
        (_, Method::ElectronicMoney) => &["カードかスマートフォンを、音が鳴るまで端末にタッチしてください。"],
        (_, Method::Credit) => &["カードを端末にかざすか、差し込んでください。"],
        _ => &["端末の案内に沿ってお支払いください。"],
    };
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// What the citizen does with a code of the operator's, by where its driver says that it stands.
fn scans_display(desk: &Desk<'_>, attempt: &Attempt, code: Option<u8>) -> &'static str {
    let shown = code_of(desk, attempt).is_some();
    match code {
        Some(PROGRESS_PAYING) => "アプリの案内に沿って、支払いを確定してください。",
        _ if shown => "アプリでこのQRコードを読み取ってください。金額は入っています。",
        Some(PROGRESS_CANCELLING | PROGRESS_ASKING | PROGRESS_WAITING) => {
            "お支払いの結果を確かめています。アプリで支払わずに、少しお待ちください。"
        }
        _ => "QRコードを用意しています。少しお待ちください。",
    }
}
