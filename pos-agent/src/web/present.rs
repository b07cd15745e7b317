//! Facts of the state in words: the bar, states of sales and papers, ways of paying.
//!
//! Always: a state has a mark and a word; a way that cannot be used says why.

use domain::{
    catalogue::{PaymentRoute, RouteKind},
    command::Command,
    event::{Paper, UnknownExit},
    id::SaleId,
    method::{Method, brand_label},
    money::Yen,
    payment::{Approval, DoubtCause},
    refusal::Refusal,
    sale::{Line, Payment},
    state::{Attempt, AttemptState, PrintJob, PrintState, Sale, SaleState, State},
    time::Timestamp,
};

use super::{
    desk::Desk,
    pages::{sale::PaperRow, sell::RouteButton},
    scanned,
    shell::{Bar, Chip, Tone},
    trial,
};
use crate::{
    devices::standing::Stage,
    paper::receipt_title,
    till::{DeviceView, Role, View},
};

/// Keys of the ways of paying, in the order of the screen.
const ACCESS_KEYS: [&str; 9] = ["z", "x", "c", "v", "b", "n", "m", "k", "l"];
/// A number for the trial: the real one is keyed later and judged then.
const SOME_REFERENCE: &str = "0";
/// Failures in a row after which the line counts as down.
const LINE_FAILURES_SHOWN: u32 = 1;

/// The bar on top of every page.
#[must_use]
pub fn bar(view: &View, now: Timestamp) -> Bar {
    let state = &view.state;
    let profile = state.profile.as_deref();
    let mut chips = vec![line_chip(view)];
    chips.extend(view.devices.values().map(device_chip));
    if view.disk_full {
        chips.push(Chip::new(Tone::Bad, "保存場所", "いっぱいです"));
    }
    Bar {
        counter: profile.map_or_else(
            || "未登録の窓口".to_owned(),
            |profile| format!("{} {}", profile.facility, profile.counter_label),
        ),
        business_day: state
            .day
            .as_ref()
            .map_or_else(|| "業務開始前".to_owned(), |day| day.date.to_japanese()),
        day_open: state.day.is_some(),
        operator: operator(state),
        chips,
        clock: now.hour_minute(),
        open_sales: state.sales.values().filter(|sale| sale.state == SaleState::Open).count(),
        unknowns: state.doubts().count(),
        papers: state.prints.values().filter(|job| asks(job)).count(),
    }
}

fn operator(state: &State) -> String {
    match (&state.operator, state.profile.as_deref()) {
        (Some(id), Some(profile)) if state.day.is_some() => {
            profile.operator(id).map_or_else(|| id.to_string(), |operator| operator.label.clone())
        }
        _ => "—".to_owned(),
    }
}

/// オンライン or not, and what is not yet delivered.
#[must_use]
pub fn line_chip(view: &View) -> Chip {
    let waiting = view.undelivered();
    let up = view.uplink.failures < LINE_FAILURES_SHOWN && view.uplink.last_heard.is_some();
    let word = format!("{}・未送信 {waiting}件", if up { "オンライン" } else { "オフライン" });
    let tone = match (up, view.uplink.alarm.is_some()) {
        (_, true) => Tone::Bad,
        (true, false) => Tone::Good,
        (false, false) => Tone::Warn,
    };
    Chip::new(tone, "通信", word)
}

/// A device in words: what the clerk should do where there is something to do.
#[must_use]
pub fn device_chip(device: &DeviceView) -> Chip {
    let tone = stage_tone(device.stage);
    let label = match device.role {
        Role::Cat if !device.gives_totals => "コード決済",
        Role::Cat => "端末",
        Role::Printer => "プリンタ",
        Role::Scanner => "リーダー",
    };
    match &device.attention_ja {
        Some(attention) => Chip::new(tone.max_warn(), label, attention.clone()),
        None => Chip::new(tone, label, device.stage.label_ja()),
    }
}

/// How serious a stage is.
#[must_use]
pub const fn stage_tone(stage: Stage) -> Tone {
    match stage {
        Stage::Opening => Tone::Plain,
        Stage::Ready | Stage::Busy => Tone::Good,
        Stage::Recovering | Stage::Suspect => Tone::Warn,
        Stage::Absent | Stage::Lost | Stage::Faulted => Tone::Bad,
    }
}

impl Tone {
    /// A device that wants attention is never shown as good.
    const fn max_warn(self) -> Self {
        match self {
            Self::Good | Self::Plain => Self::Warn,
            other => other,
        }
    }
}

/// Where a sale stands.
#[must_use]
pub fn sale_chip(state: &State, sale: &Sale) -> Chip {
    let doubtful = state.attempt_of(sale).is_some_and(Attempt::in_doubt);
    let (tone, word) = match (sale.state, doubtful) {
        (SaleState::Open, _) => (Tone::Warn, "支払待ち"),
        (SaleState::Paying(_), true) => (Tone::Bad, "結果不明"),
        (SaleState::Paying(_), false) => (Tone::Plain, "決済中"),
        (SaleState::Completed, _) => (Tone::Good, "完了"),
        (SaleState::Voiding(_), true) => (Tone::Bad, "取消の結果不明"),
        (SaleState::Voiding(_), false) => (Tone::Plain, "取消中"),
        (SaleState::Voided, _) => (Tone::Plain, "取消済"),
        (SaleState::Abandoned, _) => (Tone::Plain, "中止"),
    };
    Chip::new(tone, "", word)
}

/// Whether a paper waits for a person.
#[must_use]
pub const fn asks(job: &PrintJob) -> bool {
    matches!(job.state, PrintState::Failed(_) | PrintState::Unknown(_))
}

/// Whether a paper is on its way.
#[must_use]
pub const fn on_its_way(job: &PrintJob) -> bool {
    matches!(job.state, PrintState::Queued | PrintState::Started)
}

/// A paper in words.
#[must_use]
pub fn paper_row(state: &State, job: &PrintJob, command: String) -> PaperRow {
    let (tone, word, todo) = match &job.state {
        PrintState::Queued => (Tone::Plain, "印刷待ち", None),
        PrintState::Started => (Tone::Plain, "印刷中", None),
        PrintState::Printed => (Tone::Good, "印刷済", None),
        PrintState::Failed(why) => (Tone::Bad, "印刷できません", Some(why.clone())),
        PrintState::Unknown(why) => (Tone::Bad, "印刷不明", Some(why.clone())),
        PrintState::Settled(_) => (Tone::Plain, "人が確認済", None),
    };
    let (seen, again) = match job.state {
        PrintState::Failed(_) => ("印刷しない", "もう一度印刷する"),
        _ => ("紙は出ている", "出ていない・もう一度印刷"),
    };
    PaperRow {
        job: job.id.0,
        name: paper_name(state, &job.paper),
        chip: Chip::new(tone, "", word),
        todo,
        ask: asks(job),
        command,
        seen,
        again,
    }
}

fn paper_name(state: &State, paper: &Paper) -> String {
    match paper {
        Paper::Receipt { sale, copy: 0 } => document_title(state, *sale),
        Paper::Receipt { sale, copy } => format!("{} 再発行 {copy}回目", document_title(state, *sale)),
        Paper::VoidSlip { .. } => "取消票".to_owned(),
        Paper::HeldCertificate { .. } => "預り証".to_owned(),
        Paper::InspectionSlip { .. } => "点検票（X）".to_owned(),
        Paper::SettlementSlip { .. } => "精算票（Z）".to_owned(),
    }
}

fn document_title(state: &State, sale: SaleId) -> String {
    let done = state.sales.get(&sale).and_then(|sale| sale.completion.as_ref());
    let method = done.map_or(Method::Cash, |done| done.payment.method);
    let profile = state.profile.as_deref();
    profile.map_or("領収書", |profile| receipt_title(profile, method)).to_owned()
}

/// 項目 in one line: `住民票の写し×2、印鑑登録証明書`.
#[must_use]
pub fn items(lines: &[Line]) -> String {
    let words = lines.iter().map(|line| match line.quantity {
        1 => line.name.clone(),
        n => format!("{}×{n}", line.name),
    });
    words.collect::<Vec<_>>().join("、")
}

/// Method and brand in words.
#[must_use]
pub fn payment(payment: &Payment) -> String {
    match &payment.brand {
        Some(brand) => format!("{} {}", payment.method.label_ja(), brand_label(brand)),
        None => payment.method.label_ja().to_owned(),
    }
}

/// The exit that the citizen took.
#[must_use]
pub const fn exit(exit: &UnknownExit) -> &'static str {
    match exit {
        UnknownExit::Waits => "お待ちいただいています",
        UnknownExit::TakesHeldCertificate => "預り証を渡しました",
        UnknownExit::PaysAnotherWay => "別の方法で支払い（二重納付確認中）",
    }
}

/// Why nobody can tell, in everyday words.
#[must_use]
pub const fn doubt_cause(cause: DoubtCause) -> &'static str {
    match cause {
        DoubtCause::Silence => "端末から返事がありません。",
        DoubtCause::LineCut => "端末との線が切れました。",
        DoubtCause::UnlistedCode => "端末が、意味の分からない結果を返しました。",
        DoubtCause::AmountDiffers => "端末の金額が請求と違います。",
        DoubtCause::AgentStopped => "決済の途中で窓口機が止まりました。",
        DoubtCause::JournalDown => "結果を記録できませんでした。",
        DoubtCause::ClerkCannotTell => "端末の表示では分かりませんでした。",
    }
}

/// What was seen of a result before the doubt.
#[must_use]
pub const fn partial(attempt: &Attempt) -> Option<&Approval> {
    match &attempt.state {
        AttemptState::InDoubt(doubt) => doubt.partial.as_ref(),
        _ => None,
    }
}

/// The ways of paying for these lines now, each with why not where it cannot be used.
#[must_use]
pub fn routes(view: &View, lines: &[Line], total: Yen, now: Timestamp) -> Vec<RouteButton> {
    let Some(profile) = view.state.profile.as_deref() else { return Vec::new() };
    let (trial, sale) = trial::with_open_sale(&view.state, lines, total, now);
    let keys = ACCESS_KEYS.iter().copied().chain(std::iter::repeat(""));
    profile
        .routes
        .iter()
        .zip(keys)
        .map(|(route, accesskey)| {
            let wish = match route.kind {
                RouteKind::CashDrawer => Command::TakeCash { sale, tendered: total },
                RouteKind::Claim { .. } => {
                    Command::TakeClaim { sale, route: route.id.clone(), reference: SOME_REFERENCE.to_owned() }
                }
                RouteKind::Security => Command::TakeSecurity {
                    sale,
                    route: route.id.clone(),
                    reference: SOME_REFERENCE.to_owned(),
                },
                _ => Command::RequestPayment { sale, route: route.id.clone(), repeat_reason: None },
            };
            let refused = match trial::judge(&trial, now, wish) {
                Ok(_) | Err(Refusal::RepeatReasonNeeded | Refusal::ReferenceTaken { .. }) => None,
                Err(refusal) => Some(short(&refusal)),
            };
            let (class, note) = route_words(&route.kind);
            let note = match route.method {
                _ if scanned::reads_for(view, route) => "お客様のコードを読み取る",
                Method::CodeDynamic => "お客様側の画面にQRコードを出す",
                _ => note,
            };
            RouteButton {
                id: route.id.to_string(),
                label: route.label.clone(),
                note: note.to_owned(),
                class,
                accesskey,
                barred: refused.or_else(|| line_down(view, route)),
            }
        })
        .collect()
}

const fn route_words(kind: &RouteKind) -> (&'static str, &'static str) {
    match kind {
        RouteKind::CashDrawer => ("cash", "お預りを入れる"),
        RouteKind::LinkedTerminal { .. } => ("linked", "端末に金額を送る"),
        RouteKind::ManualTerminal { .. } => ("manual", "端末に金額を打つ"),
        RouteKind::StaticSheet { .. } => ("sheet", "印刷QRを見せる"),
        RouteKind::Claim { .. } => ("claim", "番号を入れる・後日収納"),
        RouteKind::Security => ("security", "額面ちょうど・番号を入れる"),
    }
}

/// The reason on a button; the page has the whole sentence when it is needed.
fn short(refusal: &Refusal) -> String {
    match refusal {
        Refusal::TerminalHeld => "前回の結果を確認中です".to_owned(),
        Refusal::TerminalBusy => "別の決済で使用中です".to_owned(),
        Refusal::MethodBarred { item, .. } => format!("「{item}」は不可"),
        Refusal::RouteSetUpWrongly(_) => "登録が正しくありません".to_owned(),
        Refusal::BrandNotValid { brand, .. } => format!("「{brand}」は終了しました"),
        other => other.message_ja(),
    }
}

/// The name of the operator in the network behind a route: its totals stand on its own screen. None where a machine stands there.
#[must_use]
pub fn operator_of(view: &View, route: &PaymentRoute) -> Option<String> {
    let RouteKind::LinkedTerminal { device } = &route.kind else { return None };
    let known = view.devices.get(device)?;
    let name = || match route.brands.as_slice() {
        [brand] => brand_label(brand),
        _ => "決済会社".to_owned(),
    };
    (!known.gives_totals).then(name)
}

/// The same for the route of an attempt.
#[must_use]
pub fn operator_behind(desk: &Desk<'_>, attempt: &Attempt) -> Option<String> {
    operator_of(&desk.view, desk.state().route(&attempt.route)?)
}

/// A sentence about a terminal, about the operator in its place where there is one.
#[must_use]
pub fn named(sentence: &str, operator: Option<&str>) -> String {
    operator.map_or_else(|| sentence.to_owned(), |name| sentence.replace("端末", name))
}

fn line_down(view: &View, route: &PaymentRoute) -> Option<String> {
    let RouteKind::LinkedTerminal { device } = &route.kind else { return None };
    let device = view.devices.get(device)?;
    let why = match device.stage {
        Stage::Absent | Stage::Lost if !device.gives_totals => "決済会社につながりません",
        Stage::Absent | Stage::Lost => "端末につながりません",
        Stage::Faulted if !device.gives_totals => "設定の確認が必要です",
        Stage::Faulted => "端末の確認が必要です",
        Stage::Recovering => "前回の結果を確認中です",
        _ if device.rests => "続けて失敗したため待っています",
        Stage::Opening | Stage::Ready | Stage::Busy | Stage::Suspect => return None,
    };
    Some(why.to_owned())
}
