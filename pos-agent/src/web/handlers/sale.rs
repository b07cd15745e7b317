//! A sale by its state: waiting, under way, done. 取消, 再発行, and what a person saw of a paper.

use axum::{
    extract::{Path, State},
    response::Response,
};
use domain::{
    catalogue::RouteKind,
    command::Command,
    event::Paper,
    id::{PrintJobId, SaleId},
    method::Method,
    money::Yen,
    sale::Standing,
    state::{Completion, PrintJob, Sale, SaleState},
};

use super::pay;
use crate::web::{
    WebState,
    desk::{Desk, notice, see},
    fields::Fields,
    pages::{
        self, Field,
        sale::{SalePage, VoidPage},
    },
    present,
    shell::{Notice, Way},
    typed,
};

/// Reasons to touch instead of typing.
const VOID_REASONS: [&str; 4] = ["数の打ち間違い", "項目の打ち間違い", "支払方法を変える", "申請の取下げ"];

/// The page of a sale, by its state.
pub async fn show(State(web): State<WebState>, Path(sale): Path<String>, fields: Fields) -> Response {
    let desk = Desk::at(&web);
    let Some(known) = desk.sale(&sale) else { return desk.not_here() };
    match known.state {
        SaleState::Open => {
            let changed =
                "金額が、押したときの画面と変わりました。合計を確かめてから支払方法を選んでください。";
            let short = "お客様の支払が足りませんでした。先の支払は過誤納として記録しました。正しい金額で、もう一度支払っていただいてください。";
            let doubtful = "別の決済の結果がまだ分かりません（二重納付確認中）。両方払われていたときは、差額が過誤納として自動で記録されます。";
            let said = if fields.has("changed") {
                Some(Notice::caution(changed))
            } else if paid_short(&desk, known) {
                Some(Notice::caution(short))
            } else if in_doubt(&desk, known) {
                Some(Notice::caution(doubtful))
            } else {
                None
            };
            pages::show(&pay::page(&desk, known, said))
        }
        SaleState::Paying(attempt) | SaleState::Voiding(attempt) => see(&format!("/attempt/{attempt}")),
        SaleState::Completed | SaleState::Voided | SaleState::Abandoned => {
            pages::show(&page(&desk, known, None))
        }
    }
}

/// Whether another attempt for the same sale is still in doubt.
fn in_doubt(desk: &Desk<'_>, sale: &Sale) -> bool {
    desk.state().doubts().any(|attempt| attempt.sale == sale.id)
}

fn paid_short(desk: &Desk<'_>, sale: &Sale) -> bool {
    desk.state().overpayments.iter().any(|case| case.sale == sale.id)
}

fn papers_of<'a>(desk: &'a Desk<'_>, sale: SaleId) -> impl Iterator<Item = &'a PrintJob> {
    desk.state().prints.values().filter(move |job| match &job.paper {
        Paper::Receipt { sale: of, .. } | Paper::VoidSlip { sale: of } => *of == sale,
        _ => false,
    })
}

fn page(desk: &Desk<'_>, sale: &Sale, said: Option<Notice>) -> SalePage {
    let (title, title_en) = match sale.state {
        SaleState::Voided => ("取消しました", "Voided"),
        SaleState::Abandoned => ("中止しました", "Abandoned"),
        _ => ("会計が済みました", "Completed"),
    };
    let waiting = papers_of(desk, sale.id).any(present::on_its_way);
    let mut shell = desk.shell(title, title_en, Way::Sell).with(said);
    shell.refresh = waiting;
    let done = sale.completion.as_ref();
    let voidable = sale.state == SaleState::Completed
        && desk.trial(Command::VoidSale { sale: sale.id, reason: "試し".to_owned() }).is_ok();
    SalePage {
        shell,
        sale: sale.id.to_string(),
        reprint_command: desk.new_id(),
        receipt: done.map_or_else(String::new, |done| done.receipt_number.to_string()),
        state: present::sale_chip(desk.state(), sale),
        lines: sale.lines.clone(),
        total: sale.total,
        facts: done.map(|done| facts(desk, sale, done)).unwrap_or_default(),
        cash: done
            .filter(|_| sale.state == SaleState::Completed)
            .and_then(|done| Some((done.payment.tendered?, done.payment.change?))),
        papers: papers_of(desk, sale.id)
            .map(|job| present::paper_row(desk.state(), job, desk.new_id()))
            .collect(),
        voidable,
        reprintable: done.is_some() && !waiting,
        waiting,
    }
}

fn facts(desk: &Desk<'_>, sale: &Sale, done: &Completion) -> Vec<(String, String)> {
    let payment = &done.payment;
    let paid_on = if payment.method.is_claim() { "受付日" } else { "領収日" };
    let mut facts = vec![
        ("支払方法".to_owned(), present::payment(payment)),
        (paid_on.to_owned(), format!("{} {}", done.payment_date.to_japanese(), done.paid_at.hour_minute())),
    ];
    let mut add = |word: &str, value: Option<&String>| {
        if let Some(value) = value {
            facts.push((word.to_owned(), value.clone()));
        }
    };
    add("端末番号", payment.terminal_id.as_ref());
    add(payment.method.reference_ja(), payment.slip_number.as_ref());
    add("承認番号", payment.approval_code.as_ref());
    add("QRシート番号", payment.sheet_number.as_ref());
    add("取引番号の下4けた", payment.payer_digits.as_ref());
    add("取消の理由", sale.void_reason.as_ref());
    if payment.method.is_claim() {
        facts.push(("収納".to_owned(), "調定のみ（後日の振込で収納）".to_owned()));
    }
    if payment.standing == Standing::Provisional {
        facts.push(("確定".to_owned(), "暫定（決済会社の明細で確定）".to_owned()));
    }
    if in_doubt(desk, sale) {
        facts.push(("二重納付".to_owned(), "確認中（別の決済の結果不明）".to_owned()));
    }
    for case in desk.state().overpayments.iter().filter(|case| case.sale == sale.id) {
        facts.push(("過誤納".to_owned(), format!("{}円（還付の手続きが必要）", case.amount)));
    }
    if done.late {
        facts.push(("扱い".to_owned(), "過日分確定".to_owned()));
    }
    facts
}

fn void_page(desk: &Desk<'_>, sale: &Sale, done: &Completion, reason: Field) -> VoidPage {
    VoidPage {
        shell: desk.shell("取消", "Void", Way::Today),
        sale: sale.id.to_string(),
        command: desk.new_id(),
        receipt: done.receipt_number.to_string(),
        method: present::payment(&done.payment),
        total: sale.total,
        advice: void_advice(desk, sale, done),
        reasons: VOID_REASONS.to_vec(),
        reason,
    }
}

/// What happens, and what terminal and brand allow (domain.md 7, cancel table).
fn void_advice(desk: &Desk<'_>, sale: &Sale, done: &Completion) -> Vec<String> {
    let payment = &done.payment;
    let mut advice =
        vec!["領収番号は取消として残り、ふたたび使われません。渡した紙を返してもらってください。".to_owned()];
    let kind = desk.state().route(&payment.route).map(|route| &route.kind);
    advice.push(match kind {
        _ if payment.attempt.is_none() => hand_back(payment.method, sale.total),
        Some(RouteKind::LinkedTerminal { .. }) => {
            "端末で取消をします。お客様のカードが要ることがあります。".to_owned()
        }
        Some(RouteKind::StaticSheet { .. }) => {
            "お金を返す操作は、アプリの加盟店画面でします。済んだら結果を入れます。".to_owned()
        }
        _ => "端末で取消をして、その結果を入れます。".to_owned(),
    });
    let brand = payment.brand.as_ref().map(domain::id::BrandCode::as_str);
    advice.extend(brand_advice(payment.method, brand).map(str::to_owned));
    advice
}

/// What goes back over the counter where no device is asked.
fn hand_back(method: Method, total: Yen) -> String {
    match method {
        Method::Voucher => "利用券をお客様に返します。現金は返しません。".to_owned(),
        Method::Deferred => "後納の請求から外れます。現金は返しません。".to_owned(),
        Method::PostalOrder => format!("証券（額面 {total}円）をお客様に返します。現金は返しません。"),
        _ => format!("現金 {total}円 をお客様に返します。"),
    }
}

fn brand_advice(method: Method, brand: Option<&str>) -> Option<&'static str> {
    match (method, brand) {
        (Method::ElectronicMoney, Some("edy" | "nanaco")) => {
            Some("このブランドは端末で取消できません。取消せず、返金（戻出）の手続きにしてください。")
        }
        (Method::ElectronicMoney, Some("transit")) => {
            Some("交通系ICは、同じ端末の直前の取引で、同じカードのときだけ取消できます。")
        }
        (Method::ElectronicMoney, Some("waon")) => Some("WAONは、同じ端末で14日以内だけ取消できます。"),
        (Method::ElectronicMoney, Some("id" | "quicpay")) => Some("同じ端末で60日以内だけ取消できます。"),
        (Method::Credit, _) => Some("同じカードを端末に通してもらいます。"),
        _ => None,
    }
}

/// 取消: the form.
pub async fn void_form(State(web): State<WebState>, Path(sale): Path<String>) -> Response {
    let desk = Desk::at(&web);
    match desk.sale(&sale).map(|known| (known, known.completion.as_ref())) {
        Some((known, Some(done))) => pages::show(&void_page(&desk, known, done, Field::default())),
        _ => desk.not_here(),
    }
}

/// 取消: wished.
pub async fn void(State(web): State<WebState>, Path(sale): Path<String>, fields: Fields) -> Response {
    let desk = Desk::at(&web);
    let Some((known, done)) = desk.sale(&sale).and_then(|known| Some((known, known.completion.as_ref()?)))
    else {
        return desk.not_here();
    };
    let mut reason = Field::typed(&fields, "reason");
    let whole = [fields.text("why"), reason.value.as_str()].join(" ");
    let parsed = typed::words(&whole, "取消の理由");
    let mut said = None;
    if let Some(words) = reason.take(parsed) {
        match desk.submit(fields.text("command"), Command::VoidSale { sale: known.id, reason: words }).await {
            Ok(_) => return see(&format!("/sale/{sale}")),
            Err(error) => said = Some(notice(&error)),
        }
    }
    let mut page = void_page(&desk, known, done, reason);
    page.shell.notice = said;
    pages::show_again(&page)
}

/// 再発行.
pub async fn reprint(State(web): State<WebState>, Path(sale): Path<String>, fields: Fields) -> Response {
    let desk = Desk::at(&web);
    let Some(known) = desk.sale(&sale) else { return desk.not_here() };
    match desk.submit(fields.text("command"), Command::ReprintReceipt { sale: known.id }).await {
        Ok(_) => see(&format!("/sale/{sale}")),
        Err(error) => pages::show_again(&page(&desk, known, Some(notice(&error)))),
    }
}

/// A person looked whether the paper is there.
pub async fn settle_print(State(web): State<WebState>, Path(job): Path<u32>, fields: Fields) -> Response {
    let desk = Desk::at(&web);
    let job = PrintJobId(job);
    let back = match desk.state().prints.get(&job).map(|job| &job.paper) {
        Some(Paper::Receipt { sale, .. } | Paper::VoidSlip { sale }) => format!("/sale/{sale}"),
        Some(Paper::SettlementSlip { .. }) => "/closed".to_owned(),
        Some(Paper::InspectionSlip { .. }) => "/inspection".to_owned(),
        Some(Paper::HeldCertificate { attempt }) => format!("/attempt/{attempt}"),
        None => return desk.not_here(),
    };
    let again = fields.text("seen") != "yes";
    let note = if again { "紙は出ていなかった" } else { "紙を確かめた" }.to_owned();
    match desk.submit(fields.text("command"), Command::SettlePrint { job, again, note }).await {
        Ok(_) => see(&back),
        Err(error) => {
            let steps = ["一覧でいまの状態を確かめてください。"];
            let lead = error.message_ja();
            pages::show_again(&desk.stop(
                "できませんでした",
                "Not done",
                &lead,
                &steps,
                Some((&back, "戻る")),
            ))
        }
    }
}
