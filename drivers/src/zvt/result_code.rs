//! What a result code proves (`devices.md` M5, E7, E8).
//!
//! Invariant: only a listed code is a refusal; every other code, known or not, leaves the payment in doubt.

use domain::payment::{Decline, NotStartedWhy, Outcome};

/// What a code proves about the payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// 00
    Success,
    /// Listed as a refusal: no money moved.
    Declined,
    /// The terminal did not begin.
    NotStarted,
    /// Nothing.
    Unknown,
}

/// The terminal is not registered, so it cannot have begun.
const NOT_REGISTERED: u8 = 0x6B;
/// The terminal asks to wait; in a reply it is ambiguous (`devices.md` E7).
pub const PLEASE_WAIT: u8 = 0x9C;
/// The terminal cannot do this, now or at all.
pub const NOT_POSSIBLE: u8 = 0x83;
/// Pre-authorisation error: the answer to a list of open ones (`devices.md` E4, E8).
pub const PRE_AUTHORISATION: u8 = 0xB8;

/// The refusals, with what the clerk reads.
const DECLINES: &[(u8, &str)] = &[
    (0x64, "カードを読み取れませんでした"),
    (0x65, "カードの情報がありませんでした"),
    (0x67, "このカードではこの取引はできません"),
    (0x68, "このカードではこの取引はできません"),
    (0x6C, "端末で中止されました（時間切れ・取消キー・お客様の中止）"),
    (0x6E, "使用が止められているカードです"),
    (0x6F, "通貨が端末の設定と違います"),
    (0x71, "残高が足りません"),
    (0x72, "カードのICチップの異常です"),
    (0x73, "カードの情報が正しくありません"),
    (0x78, "カードの有効期限が切れています"),
    (0x79, "このカードは使えません"),
    (0x7A, "端末が知らないカードです"),
    (0x7B, "磁気での取引に切り替えられません"),
    (0x7C, "磁気での取引に切り替えられません"),
    (0x83, "端末がこの取引を受け付けません"),
    (0x85, "端末に鍵が入っていません"),
    (0xA5, "この端末ではこの取引は許されていません"),
    (0xB4, "すでに取消済みです"),
    (0xB5, "取消できない取引です"),
    (0xC3, "金額が上限を超えています"),
    (0xC5, "この支払方法は使えません"),
    (0xC6, "この通貨は使えません"),
    (0xC8, "金額が小さすぎます"),
    (0xC9, "端末の限度額を超えています"),
    (0xCD, "現金の払出しはできません"),
    (0xD2, "このカードは使えません"),
    (0xDC, "カードが入ったままです"),
];

/// What a code proves.
#[must_use]
pub fn meaning(code: u8) -> Meaning {
    match code {
        0x00 => Meaning::Success,
        NOT_REGISTERED => Meaning::NotStarted,
        listed if DECLINES.iter().any(|(known, _)| *known == listed) => Meaning::Declined,
        _ => Meaning::Unknown,
    }
}

/// The outcome that a refusing code proves, if it proves one.
#[must_use]
pub fn proven_refusal(code: u8) -> Option<Outcome> {
    match meaning(code) {
        Meaning::Success | Meaning::Unknown => None,
        Meaning::NotStarted => Some(Outcome::NotStarted {
            why: NotStartedWhy::RefusedByDevice,
            detail: format!("code {code:02X}: the terminal is not registered"),
        }),
        Meaning::Declined => {
            let text = DECLINES.iter().find(|(known, _)| *known == code).map_or("", |(_, text)| text);
            Some(Outcome::Declined(Decline { code: format!("{code:02X}"), text: text.to_owned() }))
        }
    }
}

/// What the screen says of an intermediate status (04 FF).
#[must_use]
pub const fn progress_ja(code: u8) -> &'static str {
    match code {
        0x00 => "端末で金額を確かめてもらっています",
        0x04 => "センターに問い合わせています",
        0x05 => "端末が自動で取り消しています",
        0x0A => "カードをかざすか差し込んでもらってください",
        0x0B | 0x40..=0x7F => "カードを抜いてもらってください",
        0x0E | 0x17 => "お待ちください",
        0x14 => "残高が足りません",
        0x1C => "承認されました。端末の完了を待っています",
        0x1D => "承認されませんでした",
        _ => "端末が処理しています",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every one of the 256 codes has exactly the class that `devices.md` M5 gives it.
    #[test]
    fn the_list_is_the_list() {
        let declined = [
            0x64, 0x65, 0x67, 0x68, 0x6C, 0x6E, 0x6F, 0x71, 0x72, 0x73, 0x78, 0x79, 0x7A, 0x7B, 0x7C, 0x83,
            0x85, 0xA5, 0xB4, 0xB5, 0xC3, 0xC5, 0xC6, 0xC8, 0xC9, 0xCD, 0xD2, 0xDC,
        ];
        for code in 0..=255 {
            let expected = match code {
                0 => Meaning::Success,
                0x6B => Meaning::NotStarted,
                code if declined.contains(&code) => Meaning::Declined,
                _ => Meaning::Unknown,
            };
            assert_eq!(meaning(code), expected, "{code:02X}");
            assert_eq!(
                proven_refusal(code).is_some(),
                matches!(expected, Meaning::Declined | Meaning::NotStarted),
                "{code:02X}"
            );
        }
        for doubtful in [0x66, 0x7D, 0x9B, 0x9C, 0xA0, 0xA1, 0xA3, 0xFB, 0xFF, 0x05, 0x9F] {
            assert_eq!(meaning(doubtful), Meaning::Unknown, "{doubtful:02X}");
        }
    }
}
