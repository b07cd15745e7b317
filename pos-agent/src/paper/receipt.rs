//! Papers of one sale: receipt (領収書 or 利用明細書), void slip, held certificate.
//!
//! Invariants: from the first copy on, 再発行 and its number stand at the top; a provisional payment says so; the method is named
//! (a receipt of a card payment is free of stamp duty only if it says that it was one).

use domain::{
    catalogue::{CounterProfile, TaxClass},
    id::{AttemptId, SaleId},
    method::{Method, brand_label},
    money::Yen,
    sale::{Line, Payment, Standing},
    state::{Completion, State},
};

use super::{head, receipt_title, sheet::Sheet, sheet::yen};

pub(super) fn receipt(state: &State, profile: &CounterProfile, sale: SaleId, copy: u32) -> Option<Sheet> {
    let sale = state.sales.get(&sale)?;
    let done = sale.completion.as_ref()?;
    let mut sheet = Sheet::default();
    if copy > 0 {
        sheet.title(&format!("再発行 {copy}回目"));
    }
    sheet.title(receipt_title(profile, done.payment.method));
    head(&mut sheet, profile);
    sheet.rule();
    numbers(&mut sheet, done);
    sheet.rule();
    lines(&mut sheet, &sale.lines);
    sheet.rule();
    sheet.strong_pair("合計", yen(sale.total));
    if sale.total == Yen::ZERO {
        sheet.text("無料で発行しました。");
    } else {
        payment(&mut sheet, &done.payment);
        if done.payment.method.is_claim() {
            sheet.strong("これは領収書ではありません。");
            sheet.text(who_pays(done.payment.method));
        } else {
            tax(&mut sheet, &sale.lines);
        }
    }
    if copy == 0 && done.payment.method == Method::Cash && sale.total > Yen::ZERO {
        sheet.kick_drawer();
    }
    Some(sheet)
}

pub(super) fn void_slip(state: &State, profile: &CounterProfile, sale: SaleId) -> Option<Sheet> {
    let sale = state.sales.get(&sale)?;
    let done = sale.completion.as_ref()?;
    let mut sheet = Sheet::default();
    sheet.title("取消票");
    head(&mut sheet, profile);
    sheet.rule();
    numbers(&mut sheet, done);
    sheet.rule();
    lines(&mut sheet, &sale.lines);
    sheet.rule();
    sheet.strong_pair("取消金額", yen(minus(sale.total)));
    payment_name(&mut sheet, &done.payment);
    if by_reference(done.payment.method) {
        sheet.pair_if(done.payment.method.reference_ja(), done.payment.slip_number.as_ref());
    }
    sheet.pair_if("取消の理由", sale.void_reason.as_ref());
    sheet.text("上の番号は取り消しました。番号は二度と使いません。");
    match done.payment.method {
        Method::Cash => sheet.strong("現金をお返しください。"),
        Method::Voucher => sheet.strong("利用券をお返しください。"),
        Method::PostalOrder => sheet.strong("証券をお返しください。"),
        Method::Deferred => sheet.strong("後納の請求には入りません。"),
        _ => {}
    }
    Some(sheet)
}

/// Who pays for a claim, for the person who holds its paper.
const fn who_pays(method: Method) -> &'static str {
    match method {
        Method::Deferred => "料金は、後納の承認を受けた団体に後日請求します。",
        _ => "料金は、利用券の発行者が後日支払います。",
    }
}

pub(super) fn held_certificate(state: &State, profile: &CounterProfile, attempt: AttemptId) -> Option<Sheet> {
    let attempt = state.attempts.get(&attempt)?;
    let mut sheet = Sheet::default();
    sheet.title("預り証");
    head(&mut sheet, profile);
    sheet.rule();
    sheet.pair("受付日時", attempt.requested_at.to_paper());
    sheet.pair("受付番号", attempt.sequence_number.to_string());
    if let Some(sale) = state.sales.get(&attempt.sale) {
        lines(&mut sheet, &sale.lines);
    }
    sheet.rule();
    sheet.strong_pair("確認中の金額", yen(attempt.amount));
    sheet.pair("支払方法", attempt.method.label_ja());
    if let Some(brand) = &attempt.brand {
        sheet.pair("ブランド", brand_label(brand));
    }
    sheet.blank();
    sheet.strong("決済の結果を確認しています。");
    sheet.text("これは領収書ではありません。結果が分かりしだいお知らせします。");
    sheet.text("支払が二重になっていた場合は、多い分をお返しします。");
    Some(sheet)
}

fn numbers(sheet: &mut Sheet, done: &Completion) {
    sheet.pair("番号", done.receipt_number.to_string());
    let word = if done.payment.method.is_claim() { "受付日" } else { "領収日" };
    sheet.pair(word, format!("{} {}", done.payment_date.to_japanese(), done.paid_at.hour_minute()));
    if done.late {
        sheet.text("過日分（後日に支払が確定したもの）");
    }
}

fn lines(sheet: &mut Sheet, lines: &[Line]) {
    for line in lines {
        let group = if line.group { "（団体）" } else { "" };
        sheet.text(&format!("{}{group}", line.name));
        sheet.pair(format!("  {} × {}", yen(line.unit_price), line.quantity), yen(line.amount));
        if let Some(ground) = &line.exemption {
            sheet.text(&format!("  無料: {}", ground.label));
        }
    }
}

fn payment_name(sheet: &mut Sheet, payment: &Payment) {
    let method = payment.method.label_ja();
    match &payment.brand {
        Some(brand) => sheet.pair(format!("{method}利用"), brand_label(brand)),
        None if payment.method == Method::Cash || by_reference(payment.method) => {
            sheet.pair("支払方法", method)
        }
        None => sheet.pair("支払方法", format!("{method}利用")),
    }
}

/// A coupon, approval or security: taken by its number.
const fn by_reference(method: Method) -> bool {
    method.is_claim() || method.is_security()
}

fn payment(sheet: &mut Sheet, payment: &Payment) {
    payment_name(sheet, payment);
    if let Some(tendered) = payment.tendered {
        sheet.pair("お預り", yen(tendered));
    }
    if let Some(change) = payment.change {
        sheet.pair("お釣り", yen(change));
    }
    sheet.pair_if("端末番号", payment.terminal_id.as_ref());
    sheet.pair_if(payment.method.reference_ja(), payment.slip_number.as_ref());
    sheet.pair_if("承認番号", payment.approval_code.as_ref());
    sheet.pair_if("QRシート番号", payment.sheet_number.as_ref());
    sheet.pair_if("取引番号の下4桁", payment.payer_digits.as_ref());
    if payment.standing == Standing::Provisional {
        sheet.text("（決済会社のデータで確認する前の控えです）");
    }
}

/// Sums of lines by tax class, so that an employer can book the paper.
fn tax(sheet: &mut Sheet, lines: &[Line]) {
    for (class, words) in [
        (TaxClass::NonTaxable, "うち非課税"),
        (TaxClass::Taxable10, "うち10%対象（税込）"),
        (TaxClass::OutOfScope, "うち不課税"),
    ] {
        let of_class = lines.iter().filter(|line| line.tax == class).map(|line| line.amount);
        let sum = of_class.fold(Yen::ZERO, Yen::saturating_add);
        if sum != Yen::ZERO {
            sheet.pair(words, yen(sum));
        }
    }
}

fn minus(amount: Yen) -> Yen {
    Yen::ZERO.saturating_sub(amount)
}
