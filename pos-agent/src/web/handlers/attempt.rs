//! An attempt by its state: under way (linked, keyed by hand, printed sheet), in doubt, known.

use axum::{
    extract::{Path, State},
    response::Response,
};
use domain::{
    catalogue::RouteKind,
    command::{Command, KeyedResult},
    id::BrandCode,
    method::Method,
    money::Yen,
    payment::{AttemptKind, NotStartedWhy, Outcome, Phase},
    refusal::Refusal,
    state::{Attempt, AttemptState, SaleState},
};

use super::{brand_choices, brands_on, doubt};
use crate::{
    codes::symbol,
    till::SubmitError,
    web::{
        WebState,
        desk::{Desk, notice, see},
        fields::Fields,
        pages::{
            self, Choice, Field,
            terminal::{CodeView, DeclinedPage, JpqrPage, ManualPage, ProgressPage, WrongAmount},
        },
        present,
        shell::{Notice, Way},
        typed,
    },
};

const MS_IN_SECOND: i64 = 1_000;
const SECONDS_IN_MINUTE: i64 = 60;

/// Whether the attempt takes money back.
pub(super) const fn takes_back(attempt: &Attempt) -> bool {
    matches!(attempt.kind, AttemptKind::Void { .. })
}

/// Seconds since the attempt was asked for.
pub(super) fn seconds(desk: &Desk<'_>, attempt: &Attempt) -> i64 {
    (desk.now.ms_since(attempt.requested_at) / MS_IN_SECOND).max(0)
}

/// The code of an attempt that the citizen scans now; none once it is no longer good.
pub(super) fn code_of(desk: &Desk<'_>, attempt: &Attempt) -> Option<CodeView> {
    let code = desk.view.codes.get(&attempt.id)?;
    let left_s = code.expires_at.ms_since(desk.now) / MS_IN_SECOND;
    if left_s <= 0 {
        return None;
    }
    let left = match (left_s / SECONDS_IN_MINUTE, left_s % SECONDS_IN_MINUTE) {
        (0, seconds) => format!("{seconds}秒"),
        (minutes, seconds) => format!("{minutes}分{seconds:02}秒"),
    };
    Some(CodeView { symbol: symbol::svg(code.payload.expose())?, left })
}

/// The page of an attempt, by its state.
pub async fn show(State(web): State<WebState>, Path(attempt): Path<String>, fields: Fields) -> Response {
    let desk = Desk::at(&web);
    let Some(known) = desk.attempt(&attempt) else { return desk.not_here() };
    match &known.state {
        AttemptState::Running => running(&desk, known),
        AttemptState::InDoubt(_) => doubt::show(&desk, known, &fields),
        AttemptState::Known(Outcome::Approved(_) | Outcome::Unknown(_)) => {
            see(&format!("/sale/{}", known.sale))
        }
        AttemptState::Known(outcome) => {
            let still_stands = desk.state().sales.get(&known.sale).is_some_and(|sale| match known.kind {
                AttemptKind::Sales => sale.state == SaleState::Open,
                AttemptKind::Void { .. } => sale.state == SaleState::Completed,
            });
            if still_stands {
                pages::show(&declined(&desk, known, outcome))
            } else {
                see(&format!("/sale/{}", known.sale))
            }
        }
    }
}

fn running(desk: &Desk<'_>, attempt: &Attempt) -> Response {
    match desk.state().route(&attempt.route).map(|route| &route.kind) {
        Some(RouteKind::LinkedTerminal { .. }) | None => pages::show(&progress(desk, attempt)),
        Some(RouteKind::StaticSheet { sheet_numbers }) if !takes_back(attempt) => {
            pages::show(&sheet(desk, attempt, sheet_numbers, &Fields::default()))
        }
        Some(_) => pages::show(&manual(desk, attempt, &Fields::default())),
    }
}

fn progress(desk: &Desk<'_>, attempt: &Attempt) -> ProgressPage {
    let shown = desk.view.progress.get(&attempt.id).map(|progress| progress.text_ja.clone());
    let code = code_of(desk, attempt);
    let operator = present::operator_behind(desk, attempt);
    let waiting = match (&code, &operator) {
        (Some(_), _) => "お客様の読み取りを待っています",
        (None, Some(_)) => "お待ちください",
        (None, None) => "端末の準備をしています",
    };
    let steps: &[(&'static str, Phase)] = match &operator {
        Some(_) => &[("決済会社に頼む", Phase::Sent), ("結果を受け取る", Phase::ResultSeen)],
        None => &[
            ("端末に送る", Phase::Sent),
            ("結果を受け取る", Phase::ResultSeen),
            ("端末に確認を返す", Phase::Acknowledged),
        ],
    };
    let title = match &operator {
        Some(name) => format!("{name}で決済しています"),
        None => "端末で決済しています".to_owned(),
    };
    let say = match attempt.method {
        Method::Credit => "「カードを端末にお願いします」",
        Method::ElectronicMoney => "「カードかスマートフォンを、音が鳴るまでタッチしてください」",
        Method::CodeDynamic => "「お客様側の画面のQRコードを、アプリで読み取ってください」",
        Method::CodeConsumerPresented => "「そのまま少しお待ちください」",
        _ => "「お支払いの操作をお願いします」",
    };
    ProgressPage {
        shell: desk.shell(title, "Being paid", Way::Sell).waiting(),
        attempt: attempt.id.to_string(),
        command: desk.new_id(),
        route: desk.route_label(attempt),
        operator,
        taking_back: takes_back(attempt),
        amount: attempt.amount,
        display: shown.unwrap_or_else(|| waiting.to_owned()),
        say: say.to_owned(),
        steps: steps.iter().map(|(word, phase)| (*word, attempt.phase >= *phase)).collect(),
        seconds: seconds(desk, attempt),
        code,
        cancel_asked: attempt.cancel_asked,
    }
}

fn declined(desk: &Desk<'_>, attempt: &Attempt, outcome: &Outcome) -> DeclinedPage {
    let (why, code) = match outcome {
        Outcome::Declined(decline) if decline.code == "keyed" => {
            ("端末に不成立と出ました。".to_owned(), None)
        }
        Outcome::Declined(decline) if decline.code == "not_charged" => {
            ("確かめた結果、支払われていませんでした。".to_owned(), None)
        }
        Outcome::Declined(decline) => (
            "端末または決済会社が受け付けませんでした。".to_owned(),
            Some(format!("{} {}", decline.code, decline.text)),
        ),
        Outcome::NotStarted { why, .. } => (not_started(*why, present::operator_behind(desk, attempt)), None),
        _ => (String::new(), None),
    };
    let lines = desk.state().sales.get(&attempt.sale).map(|sale| sale.lines.clone()).unwrap_or_default();
    let taking_back = takes_back(attempt);
    let title = if taking_back { "取消できませんでした" } else { "支払われていません" };
    DeclinedPage {
        shell: desk.shell(title, if taking_back { "Not voided" } else { "Not charged" }, Way::Sell),
        sale: attempt.sale.to_string(),
        command: desk.new_id(),
        word: outcome.label_ja(),
        why,
        code,
        total: attempt.amount,
        routes: if taking_back {
            Vec::new()
        } else {
            present::routes(&desk.view, &lines, attempt.amount, desk.now)
        },
        taking_back,
    }
}

fn not_started(why: NotStartedWhy, operator: Option<String>) -> String {
    let words = match why {
        NotStartedWhy::DeviceUnavailable if operator.is_some() => {
            "端末につながりませんでした。少し待つか、別の方法にしてください。"
        }
        NotStartedWhy::RefusedByDevice if operator.is_some() => {
            "端末が受け付けませんでした。続くときは管理者に知らせてください。"
        }
        NotStartedWhy::NoByteLeft => "端末に送る前に止まりました。",
        NotStartedWhy::RefusedByDevice => "端末が受け付けませんでした。端末の画面を見てください。",
        NotStartedWhy::DeviceUnavailable => {
            "端末につながりませんでした。電源と線を確かめるか、別の方法にしてください。"
        }
        NotStartedWhy::CancelledBeforeSend => "決済の前にやめました。",
        NotStartedWhy::ClockOff => {
            "このパソコンの時計がずれているため、受け付けられませんでした。日付と時刻を合わせてから、もう一度お試しください。"
        }
    };
    present::named(words, operator.as_deref())
}

fn manual(desk: &Desk<'_>, attempt: &Attempt, fields: &Fields) -> ManualPage {
    let route = desk.state().route(&attempt.route);
    let (title, terminal_id) = match route.map(|route| &route.kind) {
        Some(RouteKind::ManualTerminal { terminal_id }) => {
            ("端末に金額を打ってください", terminal_id.clone())
        }
        _ => ("加盟店画面で取消してください", "（加盟店画面）".to_owned()),
    };
    let chosen = fields.optional("brand").or_else(|| attempt.brand.as_ref().map(ToString::to_string));
    ManualPage {
        shell: desk.shell(title, "Key the amount", Way::Sell),
        attempt: attempt.id.to_string(),
        command: desk.new_id(),
        cancel_command: desk.new_id(),
        route: desk.route_label(attempt),
        terminal_id,
        taking_back: takes_back(attempt),
        amount: attempt.amount,
        brands: route
            .map(|route| brands_on(route, attempt.business_day))
            .map(|brands| brand_choices(&brands, chosen.as_deref().unwrap_or("")))
            .unwrap_or_default(),
        brand_error: None,
        slip_number: Field::typed(fields, "slip_number"),
    }
}

fn sheet(desk: &Desk<'_>, attempt: &Attempt, sheets: &[String], fields: &Fields) -> JpqrPage {
    let route = desk.state().route(&attempt.route);
    let brands = route.map(|route| brands_on(route, attempt.business_day)).unwrap_or_default();
    let chosen = fields.text("sheet_number");
    let cannot_tell =
        Command::KeyResult { attempt: attempt.id, result: KeyedResult::CannotTell { brand: None } };
    JpqrPage {
        shell: desk.shell("コード決済（印刷QR）", "Printed JPQR", Way::Sell),
        attempt: attempt.id.to_string(),
        command: desk.new_id(),
        declined_command: desk.new_id(),
        amount: attempt.amount,
        wallets: brand_choices(&brands, fields.text("wallet")),
        wallet_error: None,
        sheets: sheets
            .iter()
            .map(|sheet| Choice {
                value: sheet.clone(),
                label: sheet.clone(),
                selected: sheet == chosen || sheets.len() == 1,
            })
            .collect(),
        payer_digits: Field::typed(fields, "payer_digits"),
        shown_amount: Field::typed(fields, "shown_amount"),
        wrong: None,
        may_doubt: desk.trial(cannot_tell).is_ok(),
    }
}

/// 中止: a wish; for a terminal that is not linked, giving up before anything was keyed there.
pub async fn cancel(State(web): State<WebState>, Path(attempt): Path<String>, fields: Fields) -> Response {
    let desk = Desk::at(&web);
    let Some(known) = desk.attempt(&attempt) else { return desk.not_here() };
    // Too late is no trouble: the attempt's page shows what became of it.
    match desk.submit(fields.text("command"), Command::AskCancel { attempt: known.id }).await {
        Ok(_) | Err(SubmitError::Refused(Refusal::AttemptNotRunning)) => see(&format!("/attempt/{attempt}")),
        Err(error) => {
            pages::show_again(&desk.stop("できませんでした", "Not done", &error.message_ja(), &[], None))
        }
    }
}

/// What the clerk reads on a terminal that is not linked.
pub async fn key(State(web): State<WebState>, Path(attempt): Path<String>, fields: Fields) -> Response {
    let desk = Desk::at(&web);
    let Some(known) = desk.attempt(&attempt) else { return desk.not_here() };
    let mut page = manual(&desk, known, &fields);
    let brand = fields.text("brand").parse::<BrandCode>().ok();
    let result = match fields.text("result") {
        "declined" => Some(KeyedResult::Declined),
        "cannot_tell" => Some(KeyedResult::CannotTell { brand }),
        _ => {
            let parsed = typed::reference(&page.slip_number.value, "伝票番号");
            let slip_number = page.slip_number.take(parsed);
            if brand.is_none() {
                page.brand_error = Some("売上票のブランドを選んでください。".to_owned());
            }
            brand.zip(slip_number).map(|(brand, slip_number)| KeyedResult::Approved { brand, slip_number })
        }
    };
    if let Some(result) = result {
        match desk.submit(fields.text("command"), Command::KeyResult { attempt: known.id, result }).await {
            Ok(_) => return see(&format!("/attempt/{attempt}")),
            Err(error) => page.shell.notice = Some(notice(&error)),
        }
    }
    pages::show_again(&page)
}

/// What the payer's completed screen shows.
pub async fn confirm_code(
    State(web): State<WebState>,
    Path(attempt): Path<String>,
    fields: Fields,
) -> Response {
    let desk = Desk::at(&web);
    let Some(known) = desk.attempt(&attempt) else { return desk.not_here() };
    let Some(RouteKind::StaticSheet { sheet_numbers }) =
        desk.state().route(&known.route).map(|route| &route.kind)
    else {
        return desk.not_here();
    };
    let mut page = sheet(&desk, known, sheet_numbers, &fields);
    let wallet = fields.text("wallet").parse::<BrandCode>().ok();
    if wallet.is_none() {
        page.wallet_error = Some("お客様のアプリを選んでください。".to_owned());
    }
    let parsed = typed::yen(&page.shown_amount.value);
    let shown = page.shown_amount.take(parsed);
    let parsed = typed::payer_digits(&page.payer_digits.value);
    let digits = page.payer_digits.take(parsed);
    let sheet_number = fields.text("sheet_number").to_owned();
    if sheet_number.is_empty() {
        page.shell.notice = Some(Notice::refused("QRシート番号を選んでください。"));
    }
    let (Some(wallet), Some(shown), Some(payer_digits), false) =
        (wallet, shown, digits, sheet_number.is_empty())
    else {
        return pages::show_again(&page);
    };
    // Another amount is confirmed only after the clerk has seen what it means, for this very amount.
    if shown != known.amount && fields.text("accepted_amount") != shown.get().to_string() {
        page.wrong = Some(wrong_amount(shown, known.amount));
        return pages::show_again(&page);
    }
    let wish = Command::ConfirmStaticCode {
        attempt: known.id,
        wallet,
        sheet_number,
        payer_digits,
        shown_amount: shown,
    };
    match desk.submit(fields.text("command"), wish).await {
        Ok(_) => see(&format!("/attempt/{attempt}")),
        Err(error) => {
            page.shell.notice = Some(notice(&error));
            pages::show_again(&page)
        }
    }
}

const fn wrong_amount(shown: Yen, asked: Yen) -> WrongAmount {
    WrongAmount { shown, difference: shown.saturating_sub(asked) }
}
