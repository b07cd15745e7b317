//! Comparison form of a half-width kana name, so that `ﾍﾟｲﾍﾟｲ (ｶ` and `ペイペイ（カ` are one payer.
//!
//! Invariant: idempotent; only spelling is unified (width, case, small kana, long marks, spaces), never the words.

/// Full-width kana and their half-width spelling, in the order of the gojuon.
const KANA: &str = "アｱイｲウｳエｴオｵカｶキｷクｸケｹコｺサｻシｼスｽセｾソｿタﾀチﾁツﾂテﾃトﾄナﾅニﾆヌﾇネﾈノﾉハﾊヒﾋフﾌヘﾍホﾎマﾏミﾐムﾑメﾒモﾓヤﾔユﾕヨﾖラﾗリﾘルﾙレﾚロﾛワﾜヲｦンﾝ";
/// Full-width voiced kana and the unvoiced kana they are made of.
const VOICED: &str = "ガカギキグクゲケゴコザサジシズスゼセゾソダタヂチヅツデテドトバハビヒブフベヘボホヴウ";
/// Full-width half-voiced kana and their base.
const HALF_VOICED: &str = "パハピヒプフペヘポホ";
/// Small kana, both widths, and the large half-width kana they are written as in bank data.
const SMALL: &str = "ァｱィｲゥｳェｴォｵッﾂャﾔュﾕョﾖヮﾜｧｱｨｲｩｳｪｴｫｵｯﾂｬﾔｭﾕｮﾖ";

/// The partner of `c` in a table of pairs.
fn partner(pairs: &str, c: char) -> Option<char> {
    let mut chars = pairs.chars();
    while let (Some(from), Some(to)) = (chars.next(), chars.next()) {
        if from == c {
            return Some(to);
        }
    }
    None
}

/// The comparison form.
#[must_use]
pub fn normalise(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        push(&mut out, c);
    }
    out
}

fn push(out: &mut String, c: char) {
    let hiragana_base = 'ァ' as u32 - 'ぁ' as u32;
    match c {
        ' ' | '\u{3000}' => {}
        // Bank data is nearly all of these, and they stay as they are.
        'ｱ'..='ﾟ' | 'ｦ' => out.push(c),
        '!'..='~' => out.push(c.to_ascii_uppercase()),
        'ぁ'..='ゔ' => {
            if let Some(katakana) = char::from_u32(c as u32 + hiragana_base) {
                push(out, katakana);
            }
        }
        'ー' | 'ｰ' | '−' | '－' | '‐' | '―' | '‑' | '–' => out.push('-'),
        '゛' | '\u{3099}' => out.push('ﾞ'),
        '゜' | '\u{309A}' => out.push('ﾟ'),
        '。' => out.push('｡'),
        '「' => out.push('｢'),
        '」' => out.push('｣'),
        '、' => out.push('､'),
        '・' => out.push('･'),
        '！'..='～' => {
            if let Some(ascii) = char::from_u32(c as u32 - 0xFEE0) {
                out.push(ascii.to_ascii_uppercase());
            }
        }
        _ => kana(out, c),
    }
}

fn kana(out: &mut String, c: char) {
    if let Some(half) = partner(SMALL, c).or_else(|| partner(KANA, c)) {
        out.push(half);
    } else if let Some(base) = partner(VOICED, c) {
        kana(out, base);
        out.push('ﾞ');
    } else if let Some(base) = partner(HALF_VOICED, c) {
        kana(out, base);
        out.push('ﾟ');
    } else {
        out.push(c.to_ascii_uppercase());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_payer_one_spelling() {
        for (name, expected) in [
            ("ﾍﾟｲﾍﾟｲ (ｶ", "ﾍﾟｲﾍﾟｲ(ｶ"),
            ("ペイペイ（カ", "ﾍﾟｲﾍﾟｲ(ｶ"),
            ("ぺいぺい(か", "ﾍﾟｲﾍﾟｲ(ｶ"),
            ("ｶ)ﾋﾞﾕｰｶｰﾄﾞ", "ｶ)ﾋﾞﾕ-ｶ-ﾄﾞ"),
            ("カ）ビューカード", "ｶ)ﾋﾞﾕ-ｶ-ﾄﾞ"),
            ("Ａｂｃ．ｘ", "ABC.X"),
            ("ヴｯ", "ｳﾞﾂ"),
        ] {
            assert_eq!(normalise(name), expected, "{name}");
            assert_eq!(normalise(expected), expected, "idempotent: {expected}");
        }
    }
}
