//! What was scanned, as far as it can be told without guessing.
//!
//! Invariants: a text that begins as a payer's code or a slip is read or refused as such, never taken for something else; a number
//! whose brand no rule names stays without one. Not here: what is done with it.

use super::{
    guard::Scan,
    slip::{self, Slip},
};
use crate::codes::{
    BrandAnswer, BrandTable, Breach, Cpm,
    cpm::{self},
};

/// Fewest digits of a payer's barcode.
const BARCODE_DIGITS_MIN: usize = 12;

/// What was scanned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scanned {
    /// A payer's QR, and whose it is.
    Payer(Cpm, BrandAnswer),
    /// A payer's QR that breaks a rule.
    PayerBroken(Breach<cpm::Rule>),
    /// A payer's barcode, and whose it is.
    PayerNumber(BrandAnswer),
    /// A payment slip.
    Slip(Slip),
    /// A payment slip that breaks a rule.
    SlipBroken(Breach<slip::Rule>),
    /// A merchant's code: the citizen has to scan it, not we.
    Merchant,
    /// An address in the web.
    Address,
    /// Anything else.
    Other,
}

/// Tells what was scanned.
#[must_use]
pub fn recognise(scan: &Scan, table: &BrandTable) -> Scanned {
    let text = scan.code.expose();
    if cpm::looks_like(text) {
        return match cpm::decode(&scan.code) {
            Ok(code) => {
                let brand = match &code {
                    Cpm::Jpqr(code) => table.of_operator(&code.operator),
                    Cpm::Emv(_) => BrandAnswer::AskTheClerk,
                };
                Scanned::Payer(code, brand)
            }
            Err(breach) => Scanned::PayerBroken(breach),
        };
    }
    if slip::looks_like(text) {
        return slip::read(&scan.code).map_or_else(Scanned::SlipBroken, Scanned::Slip);
    }
    if text.starts_with("000201") {
        return Scanned::Merchant;
    }
    if text.starts_with("https://") || text.starts_with("http://") {
        return Scanned::Address;
    }
    if text.len() >= BARCODE_DIGITS_MIN && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Scanned::PayerNumber(table.of_barcode(text));
    }
    Scanned::Other
}

impl Scanned {
    /// What the clerk reads when the scan is of no use as it is; nothing where it is.
    #[must_use]
    pub const fn advice_ja(&self) -> Option<&'static str> {
        match self {
            Self::Payer(_, BrandAnswer::Known(_))
            | Self::PayerNumber(BrandAnswer::Known(_))
            | Self::Slip(_) => None,
            Self::Payer(_, BrandAnswer::AskTheClerk) | Self::PayerNumber(BrandAnswer::AskTheClerk) => {
                Some("どの決済サービスのコードか分かりません。お客様に確かめて選んでください。")
            }
            Self::PayerBroken(_) => Some(
                "コードを正しく読み取れませんでした。画面を明るくしてもらい、もう一度読み取ってください。",
            ),
            Self::SlipBroken(_) => {
                Some("納付書のバーコードを正しく読み取れませんでした。もう一度読み取ってください。")
            }
            Self::Merchant => Some(
                "お店側のコードが読み取られました。お客様のアプリで「支払い用のコード」を表示してもらってください。",
            ),
            Self::Address | Self::Other => {
                Some("支払いのコードではありません。お客様の画面を確かめてください。")
            }
        }
    }
}
