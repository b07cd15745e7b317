//! The receipt that is measured: 20 lines of Japanese and a QR symbol of 62 characters on 42 columns (`performance.md` 4, P15 and P16).
//!
//! Invariant: the content does not change, or figures of different days mean different things. Not here: what it is compared with
//! (`make bench`).

use domain::id::PrintJobId;

use crate::pos_printer::{Align, Document, Line};

use super::{
    command::{KanjiMode, NoBytes, job, set_up},
    layout::{Columns, place},
};

/// Width of the paper that it is measured on.
pub const REFERENCE_COLUMNS: Columns = Columns::MIDDLE;

/// What a counter prints: fees, total, change, a symbol.
#[must_use]
pub fn reference_receipt() -> Document {
    let text = |text: &str, align| Line::Text { text: text.to_owned(), align, large: false, bold: false };
    let pair =
        |left: &str, right: &str| Line::Pair { left: left.to_owned(), right: right.to_owned(), bold: false };
    let lines = vec![
        Line::Text { text: "領収書".to_owned(), align: Align::Centre, large: true, bold: false },
        text("みほん市　市民課　窓口１", Align::Centre),
        Line::Rule,
        pair("領収日", "2026年11月21日 10:15"),
        pair("領収書番号", "JUMIN-01-1-000123"),
        Line::Blank,
        pair("住民票の写し 300円 × 2通", "¥600"),
        pair("印鑑登録証明書 300円 × 1通", "¥300"),
        pair("戸籍全部事項証明書 450円 × 1通", "¥450"),
        pair("所得証明書 300円 × 1通", "¥300"),
        pair("住民票の写し 法定無料 × 1通", "¥0"),
        Line::Rule,
        pair("小計 6通", "¥1,650"),
        Line::Pair { left: "合計（非課税）".to_owned(), right: "¥1,650".to_owned(), bold: true },
        pair("現金 お預り", "¥2,000"),
        pair("お釣り", "¥350"),
        Line::Blank,
        text("上記の金額を領収しました。", Align::Left),
        text("この領収書は手数料の証明です。大切に保管して", Align::Left),
        text("ください。お問い合わせは窓口まで。", Align::Left),
        Line::Qr("https://receipt.city.example.jp/v/JUMIN-01-1-000123?c=7f3a9b2e".to_owned()),
    ];
    Document { lines, open_drawer: false }
}

/// All bytes of the receipt on the wire: set-up, rows, symbol, cut, and the question for the process id.
///
/// # Errors
/// Never for this content; the encoder's own errors otherwise.
pub fn reference_bytes(number: PrintJobId) -> Result<Vec<u8>, NoBytes> {
    let rows = place(&reference_receipt(), REFERENCE_COLUMNS);
    let printing = job(&rows, REFERENCE_COLUMNS, KanjiMode::Automatic, false, number)?;
    Ok([set_up(KanjiMode::Automatic), printing].concat())
}
