//! A code as a QR symbol for the customer display.
//!
//! Invariant: the picture is whole and needs nothing from outside; nothing of the content stands beside the symbol as text.

use qrcode::{EcLevel, QrCode, render::svg::Color};

/// Smallest side of the picture in units; the page gives it its size.
const SIDE_MIN: u32 = 240;

/// The symbol as an SVG element, with its quiet zone (ISO/IEC 18004: four modules). `None` when no symbol can hold the content.
#[must_use]
pub fn svg(content: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(content, EcLevel::M).ok()?;
    let picture = code.render::<Color<'_>>().quiet_zone(true).min_dimensions(SIDE_MIN, SIDE_MIN).build();
    // Without the XML declaration: the element stands within a page.
    picture.find("<svg").map(|at| picture[at..].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_is_one_element_without_its_content_in_words() {
        let picture = svg("https://qr.example.jp/28180104abcdef").unwrap();
        assert!(picture.starts_with("<svg") && picture.trim_end().ends_with("</svg>"));
        assert!(!picture.contains("28180104"));
        assert_eq!(svg(&"x".repeat(4_000)), None, "more than a symbol holds");
    }
}
