//! What the clerk reads about a printer: everyday Japanese, what happened first, then what to do.

use crate::pos_printer::PrinterStatus;

use super::{cell::is_selector, text::Unprintable};

/// Most characters that one sentence names.
const NAMED_MAX: usize = 5;

pub(super) const UNREACHABLE: &str = "プリンターにつながりません。印刷されていません。電源とケーブルを確かめてから、もう一度印刷してください。";
pub(super) const SILENT: &str = "プリンターが応答しません。印刷されていません。プリンターの電源を入れ直してから、もう一度印刷してください。";
pub(super) const NOT_TAKEN: &str =
    "プリンターがデータを受け取りませんでした。印刷されていません。もう一度印刷してください。";
pub(super) const OLD_JOB_LEFT: &str = "前の印刷データがプリンターに残っているおそれがあるため、印刷を始めませんでした。プリンターの電源を入れ直してから、もう一度印刷してください。";
pub(super) const DOUBT_CLEARED: &str = "印刷が終わったことを確かめられませんでした。プリンターに残ったデータは消しました。途中まで印刷された紙が出ていないか見てから、必要なら再発行してください。";
pub(super) const DOUBT_MAY_PRINT: &str = "印刷が終わったことを確かめられず、プリンターに残ったデータも消せませんでした。あとから印刷されるおそれがあります。プリンターの電源を入れ直し、紙が出ていないか見てください。";
pub(super) const TOO_LONG: &str = "印刷する内容が長すぎます。印刷していません。";
pub(super) const QR_UNFIT: &str =
    "ＱＲコードの内容を印刷できません。長すぎるか、使えない文字が入っています。印刷していません。";
pub(super) const BARCODE_UNFIT: &str =
    "バーコードの内容を印刷できません。桁数や検査数字が違うか、用紙の幅に入りません。印刷していません。";
pub(super) const FILE_FAILED: &str =
    "印刷先のファイルに書き込めません。印刷されていません。保存場所と空き容量を確かめてください。";
pub(super) const FILE_DOUBT: &str = "印刷先のファイルへの書き込みが途中で止まりました。ファイルの最後を確かめてから、必要なら再発行してください。";
pub(super) const NO_CLEAR_ANSWER: &str =
    "プリンターに残ったデータを消せませんでした。プリンターの電源を入れ直してください。";

/// Why a printer cannot begin, or nothing if it can.
pub(super) const fn cannot_begin(status: PrinterStatus) -> Option<&'static str> {
    if status.unrecoverable {
        Some(
            "プリンターが故障を知らせています。印刷されていません。電源を入れ直しても直らないときは、修理を頼んでください。",
        )
    } else if status.cover_open {
        Some(
            "プリンターのカバーが開いています。印刷されていません。カバーを閉じてから、もう一度印刷してください。",
        )
    } else if status.paper_end {
        Some("用紙がありません。印刷されていません。用紙を入れてから、もう一度印刷してください。")
    } else if status.cutter_error {
        Some(
            "カッターに紙が詰まっています。印刷されていません。紙を取り除いてから、もう一度印刷してください。",
        )
    } else {
        None
    }
}

/// Which characters have no glyph, and what to do.
pub(super) fn unprintable(missing: &[Unprintable]) -> String {
    let mut named: Vec<(char, String)> = Vec::new();
    for one in missing {
        if named.iter().all(|(character, _)| *character != one.character) {
            named.push((one.character, name(one)));
        }
    }
    let shown: Vec<&str> = named.iter().take(NAMED_MAX).map(|(_, name)| name.as_str()).collect();
    let more = match named.len().saturating_sub(NAMED_MAX) {
        0 => String::new(),
        more => format!("ほか{more}文字"),
    };
    format!(
        "{}{more}は、このプリンターでは印字できません。印刷していません。置き換える文字を登録してから、もう一度印刷してください。",
        shown.join("、")
    )
}

fn name(one: &Unprintable) -> String {
    let (code, line) = (u32::from(one.character), one.line + 1);
    if one.character.is_control() || is_invisible(one.character) {
        format!("{line}行目の見えない文字（U+{code:04X}）")
    } else {
        format!("{line}行目の「{}」（U+{code:04X}）", one.character)
    }
}

const fn is_invisible(c: char) -> bool {
    is_selector(c) || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_names_each_missing_character_once() {
        let missing = |text: &str| {
            let all = text.chars().enumerate();
            unprintable(
                &all.map(|(line, character)| Unprintable { character, line, offset: 0 }).collect::<Vec<_>>(),
            )
        };
        let what_to_do = "は、このプリンターでは印字できません。印刷していません。置き換える文字を登録してから、もう一度印刷してください。";
        for (text, named) in [
            ("髙", "1行目の「髙」（U+9AD9）"),
            ("髙麵髙", "1行目の「髙」（U+9AD9）、2行目の「麵」（U+9EB5）"),
            ("\u{e0100}", "1行目の見えない文字（U+E0100）"),
            (
                "髙麵𠮟﨑ⅰⅱⅲ",
                "1行目の「髙」（U+9AD9）、2行目の「麵」（U+9EB5）、3行目の「𠮟」（U+20B9F）、4行目の「﨑」（U+FA11）、5行目の「ⅰ」（U+2170）ほか2文字",
            ),
        ] {
            assert_eq!(missing(text), format!("{named}{what_to_do}"));
        }
    }
}
