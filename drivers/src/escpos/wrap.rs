//! Widths and line breaking for a fixed grid of half-width columns.
//!
//! Invariants: no row is wider than asked for; no character is lost except spaces at a break. Deliberately not here: dots; the
//! grid is the printer's own, where a full-width character takes two columns.

use super::cell::is_selector;

/// Characters that may not begin a row (行頭禁則); they stay with the one before them.
const NOT_AT_START: &str =
    "、。，．・：；？！）］｝」』】〕〉》々ゝゞーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ､｡｣ｰ)]},.:;?!%";
/// Characters that may not end a row (行末禁則); they stay with the one after them.
const NOT_AT_END: &str = "（［｛「『【〔〈《｢([{";

/// Columns that one character takes: 1 half-width, 2 full-width, 0 for marks that only change the one before.
#[must_use]
pub(super) fn char_width(c: char) -> usize {
    match c {
        c if is_selector(c) => 0,
        ' '..='~' | '\u{a5}' | '\u{ff61}'..='\u{ff9f}' => 1,
        _ => 2,
    }
}

/// Columns that a text takes.
#[must_use]
pub(super) fn text_width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// Breaks a text into rows of at most `room` columns; a text without characters is one empty row.
#[must_use]
pub(super) fn wrap(text: &str, room: usize) -> Vec<String> {
    text.split('\n').flat_map(|paragraph| wrap_paragraph(paragraph, room)).collect()
}

fn wrap_paragraph(paragraph: &str, room: usize) -> Vec<String> {
    let mut rows = Vec::new();
    let mut row = String::new();
    for unit in units(paragraph) {
        if text_width(&row) + text_width(&unit) <= room {
            row.push_str(&unit);
        } else if unit.chars().all(is_space) {
            // A space that would begin a row is dropped: it separated two words which are now on two rows.
        } else if text_width(&unit) <= room {
            close(&mut rows, &mut row);
            row.push_str(&unit);
        } else {
            split_unit(&unit, room, &mut rows, &mut row);
        }
    }
    row.truncate(row.trim_end_matches(is_space).len());
    rows.push(row);
    rows
}

/// A word longer than a row is cut where the paper ends.
fn split_unit(unit: &str, room: usize, rows: &mut Vec<String>, row: &mut String) {
    for c in unit.chars() {
        if text_width(row) + char_width(c) > room {
            close(rows, row);
        }
        row.push(c);
    }
}

fn close(rows: &mut Vec<String>, row: &mut String) {
    let mut done = std::mem::take(row);
    done.truncate(done.trim_end_matches(is_space).len());
    if !done.is_empty() {
        rows.push(done);
    }
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{3000}')
}

/// Units that are not broken: a run of half-width letters and digits (an amount, a number, a word), or one full-width
/// character, each with the punctuation that must stay with it.
fn units(paragraph: &str) -> Vec<String> {
    let mut units: Vec<String> = Vec::new();
    let mut previous: Option<char> = None;
    for c in paragraph.chars() {
        let joins = previous.is_some_and(|p| !is_space(p) && !is_space(c) && stay_together(p, c));
        match units.last_mut() {
            Some(unit) if joins => unit.push(c),
            _ => units.push(c.to_string()),
        }
        previous = Some(c);
    }
    units
}

fn stay_together(before: char, after: char) -> bool {
    let in_a_word = |c: char| c.is_ascii_graphic() || c == '\u{a5}';
    (in_a_word(before) && in_a_word(after))
        || char_width(after) == 0
        || NOT_AT_START.contains(after)
        || NOT_AT_END.contains(before)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, room: usize, expected: &[&str]) {
        assert_eq!(wrap(text, room), expected, "{text} in {room}");
    }

    #[test]
    fn breaks_where_a_reader_expects_it() {
        check("", 10, &[""]);
        check("窓口で受け取りました", 10, &["窓口で受け", "取りました"]);
        check("一二三四五。六", 10, &["一二三四", "五。六"]);
        check("一二三四「五六」", 10, &["一二三四", "「五六」"]);
        check("番号 JUMIN-01-000123", 12, &["番号 JUMIN-0", "1-000123"]);
        check("計は¥12,345円", 10, &["計は", "¥12,345円"]);
        check("ﾃﾞｰﾀ窓口", 4, &["ﾃﾞｰﾀ", "窓口"]);
        check("上\n下", 10, &["上", "下"]);
        check("ab cd", 3, &["ab", "cd"]);
        check("  字下げ", 10, &["  字下げ"]);
    }

    #[test]
    fn a_word_longer_than_the_paper_is_cut_at_its_edge() {
        check("https://example.jp/r/1234", 16, &["https://example.", "jp/r/1234"]);
        check("ああああ、、、、、、、、、", 8, &["ああああ", "、、、、", "、、、、", "、"]);
    }

    proptest! {
        #[test]
        fn no_row_is_too_wide_and_no_character_is_lost(text in "[あ-ん一-十a-z0-9、。「」 ¥\n]{0,120}", room in 8_usize..48) {
            let rows = wrap(&text, room);
            for row in &rows {
                prop_assert!(text_width(row) <= room, "{row:?}");
            }
            let kept: String = rows.concat().chars().filter(|c| !is_space(*c)).collect();
            let given: String = text.chars().filter(|c| !is_space(*c) && *c != '\n').collect();
            prop_assert_eq!(kept, given);
        }
    }
}
