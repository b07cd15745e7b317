//! What stands on paper: state and a wanted paper become a [`Document`].
//!
//! Invariants: pure; every figure is by value from the journal; the same paper and state give the same lines; the title of a paper
//! comes from the profile (a trustee's payer gets no 領収書 in many cities), but for a claim (利用券・後納): no money was received, so
//! its paper never bears the title of a receipt, whatever the profile says. Not here: widths and characters (the driver).

mod receipt;
mod sheet;
mod slip;

use domain::{catalogue::CounterProfile, event::Paper, id::PrintJobId, method::Method, state::State};
use drivers::pos_printer::Document;

use self::sheet::Sheet;

/// The document of a paper; none where the state no longer has what it is about.
#[must_use]
pub fn document(paper: &Paper, job: PrintJobId, state: &State) -> Option<Document> {
    let profile = state.profile.as_deref()?;
    let mut sheet = match paper {
        Paper::Receipt { sale, copy } => receipt::receipt(state, profile, *sale, *copy)?,
        Paper::VoidSlip { sale } => receipt::void_slip(state, profile, *sale)?,
        Paper::HeldCertificate { attempt } => receipt::held_certificate(state, profile, *attempt)?,
        Paper::InspectionSlip { settlement } => slip::slip(state, profile, settlement, None),
        Paper::SettlementSlip { settlement, chain_head } => {
            slip::slip(state, profile, settlement, Some(chain_head))
        }
    };
    sheet.rule();
    sheet.pair(format!("{} {}", profile.counter, operator(state)), format!("印刷 {}", job.0));
    Some(sheet.finish())
}

/// The title of a sale's paper, by how it was paid.
#[must_use]
pub fn receipt_title(profile: &CounterProfile, method: Method) -> &str {
    match method {
        Method::Voucher => "利用券受領票",
        Method::Deferred => "後納受付票",
        // A security is money in hand, as cash is.
        Method::Cash | Method::PostalOrder => &profile.cash_document_title,
        _ => &profile.cashless_document_title,
    }
}

/// Municipality, section, counter: the head of every paper.
fn head(sheet: &mut Sheet, profile: &CounterProfile) {
    sheet.centre(&profile.tenant_name);
    sheet.centre(&format!("{} {}", profile.facility, profile.section));
    sheet.centre(&profile.counter_label);
}

/// 担当 by staff code, never a name.
fn operator(state: &State) -> String {
    state.operator.as_ref().map_or_else(|| "担当 －".to_owned(), |id| format!("担当 {id}"))
}
