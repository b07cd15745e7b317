//! What the clerk reads of a scan, and which way of paying it leads to.
//!
//! Always: a sentence says what to do next; it holds nothing of a payer's code, and of another number the last four characters at
//! most; a brand is never guessed. Not here: taking the scan ([`super::handlers::scan`]).

use domain::{
    catalogue::{PaymentRoute, RouteKind},
    id::{BrandCode, RouteId},
    method::{Method, brand_label},
};
use drivers::{
    codes::{BrandAnswer, PaymentCode, cpm},
    scanner::{Reject, Scan, Scanned, slip},
};

use super::typed;
use crate::till::{Role, View};

/// Fewest and most digits of a number that may be a payer's barcode (`protocols.md` 1.4: the published ones have 16 to 24). Such a
/// number is taken for no coupon.
const PAYER_DIGITS: std::ops::RangeInclusive<usize> = 16..=24;
/// Fewest characters of a text in the search field that no clerk types: a scanner that works as a keyboard did.
const WEDGE_CHARS_MIN: usize = 12;

/// Whether a text that came into a field is a code that a scanner typed there.
#[must_use]
pub fn typed_by_a_scanner(text: &str) -> bool {
    let text = typed::half_width(text);
    let number = text.chars().count() >= WEDGE_CHARS_MIN && text.bytes().all(|byte| byte.is_ascii_digit());
    number
        || cpm::looks_like(&text)
        || text.starts_with("000201")
        || text.starts_with("https://")
        || text.starts_with("http://")
}

/// The scan of a text that a scanner typed into a field.
#[must_use]
pub fn scan_of(text: &str) -> Option<Scan> {
    PaymentCode::new(typed::half_width(text).trim()).ok().map(|code| Scan { code, aim: None })
}

/// Whether a number might be a payer's: it may not stand in a field or in the journal.
#[must_use]
pub fn may_be_a_payers(text: &str) -> bool {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    cpm::looks_like(text) || slip::looks_like(text) || (digits && PAYER_DIGITS.contains(&text.len()))
}

/// What the clerk does about something that is no scan.
#[must_use]
pub const fn rejected(reject: Reject) -> &'static str {
    match reject {
        Reject::NoSymbology => {
            "バーコードリーダーの設定が違います（種類の印が送られていません）。管理者に知らせてください。"
        }
        Reject::TooLong => "読み取った内容が長すぎます。決済や券のコードではありません。",
        Reject::TooShort => "読み取った内容が短すぎます。もう一度、コード全体を読み取ってください。",
        Reject::Typed | Reject::Repeated | Reject::NotText | Reject::Broken => {
            "コードを正しく読み取れませんでした。もう一度読み取ってください。"
        }
    }
}

/// A slip for payment at a convenience store: recognised, checked, and not taken here.
#[must_use]
pub fn slip(slip: &slip::Slip) -> String {
    let due = slip.due.map_or_else(String::new, |day| format!("・期限 {}", day.to_japanese()));
    format!(
        "払込票（{}円{due}）のバーコードです。この窓口では払込票の収納を扱っていません。お客様に、票の裏面にある納付場所（金融機関・コンビニエンスストアなど）をご案内ください。",
        slip.amount
    )
}

/// A payer's code before the amount is fixed: it is not kept, codes are good once and for minutes.
pub const TOO_EARLY: &str = "お客様の支払い用コードです。先に金額を確かめて支払方法を押し、次の画面でもう一度読み取ってください。コードは記録していません。";
/// Something that cannot be used on the page.
pub const NOT_HERE: &str = "読み取った内容は、この画面では使えません。コードの種類を確かめてください。";
/// A number that might be a payer's code where a coupon's is asked for.
pub const NO_COUPON: &str = "支払い用コードのような数字のため、そのままでは券番号として記録できません。券の番号なら、券を見ながら「-」で区切って、手で入れてください。";
/// The scan is too old or was used.
pub const GONE: &str = "読取から時間がたったため、使いませんでした。もう一度読み取ってください。";

/// Where a payer's code leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// A terminal that takes the code from us.
    Route(RouteId),
    /// What the clerk does instead.
    Say(String),
}

/// Whether our scanner reads for a way of paying: the payer shows a code, and the device behind it takes it from us.
#[must_use]
pub fn reads_for(view: &View, route: &PaymentRoute) -> bool {
    let RouteKind::LinkedTerminal { device } = &route.kind else { return false };
    route.method == Method::CodeConsumerPresented
        && view.devices.get(device).is_some_and(|device| device.takes_codes)
}

/// The way of paying for a payer's code of a known brand.
#[must_use]
pub fn way_for(view: &View, brand: &BrandCode) -> Way {
    let name = brand_label(brand);
    let routes = view.state.profile.as_deref().map(|profile| profile.routes.as_slice()).unwrap_or_default();
    let takes =
        |route: &&PaymentRoute| route.method == Method::CodeConsumerPresented && route.brands.contains(brand);
    let mut ways = routes.iter().filter(takes);
    if let Some(route) = ways.clone().find(|route| reads_for(view, route)) {
        return Way::Route(route.id.clone());
    }
    Way::Say(match ways.next() {
        Some(route) => format!(
            "{name}のコードです。「{}」を押し、お客様のコードは決済端末で読み取ってください。",
            route.label
        ),
        None => format!(
            "{name}のコードです。この窓口では{name}の読取払いを扱っていません。別の支払方法をご案内ください。"
        ),
    })
}

/// What is said of a scan that is no payer's code of a known brand.
#[must_use]
pub fn sentence(scanned: &Scanned) -> String {
    match scanned {
        Scanned::Slip(read) => slip(read),
        Scanned::Payer(_, BrandAnswer::Known(_)) | Scanned::PayerNumber(BrandAnswer::Known(_)) => {
            TOO_EARLY.to_owned()
        }
        other => other.advice_ja().unwrap_or(NOT_HERE).to_owned(),
    }
}

/// The brand of a payer's code; the outer `None` is no payer's code, the inner one is a code that no rule names.
#[must_use]
pub const fn payers_brand(scanned: &Scanned) -> Option<Option<&BrandCode>> {
    match scanned {
        Scanned::Payer(_, BrandAnswer::Known(brand)) | Scanned::PayerNumber(BrandAnswer::Known(brand)) => {
            Some(Some(brand))
        }
        Scanned::Payer(_, BrandAnswer::AskTheClerk) | Scanned::PayerNumber(BrandAnswer::AskTheClerk) => {
            Some(None)
        }
        _ => None,
    }
}

/// The count of scans that a page shows, where a scanner stands at the counter; none where there is none to wait for.
#[must_use]
pub fn waits_after(view: &View, count: u64) -> Option<u64> {
    view.devices.values().any(|device| device.role == Role::Scanner).then_some(count)
}
