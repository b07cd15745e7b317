//! What a text field may hold by the standard, and what was found beyond it: taken as it stands, and said once per field.
//!
//! Source: reconciliation.md 6.1, "charset": no long mark, no small kana, no comma, ヲ in EDI only; branch names allow `-`, party names
//! `( ) - .`, EDI further `\ ｢ ｣ /`. Invariants: nothing here refuses a file or changes a value; the number of notices is bounded.

use std::collections::BTreeMap;

use crate::refusal::Notice;

use super::field::{FieldSpec, Record, is_single, single};

/// Most kinds of oddities of one file that are listed; the rest are counted.
const ODDITIES_MAX: usize = 100;

/// What a text field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextRule {
    /// Names of banks and branches: `-`.
    Branch,
    /// Names of people and companies: `( ) - .`.
    Party,
    /// EDI information: as a party, and `\ ｢ ｣ /`, and ヲ.
    Edi,
    /// 摘要: the bank's own words; only what does not belong in single-byte data is said.
    Free,
}

impl TextRule {
    /// The rule's bit.
    pub const fn bit(self) -> u8 {
        match self {
            Self::Branch => 1,
            Self::Party => 2,
            Self::Edi => 4,
            Self::Free => 8,
        }
    }

    /// Symbols that the field allows.
    const fn symbols(self) -> &'static str {
        match self {
            Self::Branch => "-",
            Self::Party => "()-.",
            Self::Edi | Self::Free => "()-.\\¥｢｣/",
        }
    }
}

/// What was found beyond the standard, by field and kind: the first record and how many records.
#[derive(Debug)]
pub(super) struct Oddities {
    /// For each byte, a bit for each rule that allows it.
    allowed: [u8; 256],
    seen: BTreeMap<(&'static str, String), (u32, u32)>,
    unlisted: u32,
}

impl Default for Oddities {
    fn default() -> Self {
        let rules = [TextRule::Branch, TextRule::Party, TextRule::Edi, TextRule::Free];
        let mut allowed = [0; 256];
        for (bits, byte) in allowed.iter_mut().zip(0..=u8::MAX) {
            let fits = |rule: &&TextRule| is_single(byte) && oddity(single(byte), **rule).is_none();
            *bits = rules.iter().filter(fits).fold(0, |bits, rule| bits | rule.bit());
        }
        Self { allowed, seen: BTreeMap::new(), unlisted: 0 }
    }
}

impl Oddities {
    /// Counts one find.
    pub fn add(&mut self, row: u32, field: &'static str, what: String) {
        let room = self.seen.len() < ODDITIES_MAX;
        match self.seen.get_mut(&(field, what.clone())) {
            Some((_, count)) => *count = count.saturating_add(1),
            None if room => {
                self.seen.insert((field, what), (row, 1));
            }
            None => self.unlisted = self.unlisted.saturating_add(1),
        }
    }

    /// The rules that allow every one of these bytes, a bit each.
    pub fn allowed(&self, raw: &[u8]) -> u8 {
        raw.iter().fold(u8::MAX, |bits, b| bits & self.allowed[usize::from(*b)])
    }

    /// Whether the text fields of a record hold nothing but what they allow.
    pub fn none_in(&self, record: Record<'_>, fields: &[(FieldSpec, TextRule)]) -> bool {
        fields.iter().all(|(spec, rule)| self.allowed(record.raw(*spec)) & rule.bit() != 0)
    }

    /// Looks at the text fields of a record that conforms already.
    pub fn look(&mut self, record: Record<'_>, fields: &[(FieldSpec, TextRule)]) {
        for (spec, rule) in fields {
            // Bytes that the field allows are the common case and need no decoding.
            if self.allowed(record.raw(*spec)) & rule.bit() == 0 {
                self.look_closely(record, *spec, *rule);
            }
        }
    }

    /// Looks at the characters of one field.
    pub fn look_closely(&mut self, record: Record<'_>, spec: FieldSpec, rule: TextRule) {
        let Ok(text) = record.text(spec) else { return };
        let mut kinds: Vec<&str> = text.chars().filter_map(|c| oddity(c, rule)).collect();
        kinds.sort_unstable();
        kinds.dedup();
        for kind in kinds {
            self.add(record.row, spec.name, format!("全銀の使用文字にない{kind}"));
        }
    }

    /// One notice per field and kind, in the order of the records.
    pub fn notices(self) -> Vec<Notice> {
        let mut listed: Vec<_> = self.seen.into_iter().collect();
        listed.sort_by_key(|((field, _), (row, _))| (*row, *field));
        let mut notices: Vec<Notice> = listed
            .into_iter()
            .map(|((field, what), (row, count))| Notice {
                row: Some(row),
                field: field.to_owned(),
                sentence_ja: format!("{what}が{count}件あります（最初は{row}件目）。そのまま読みました。"),
            })
            .collect();
        if self.unlisted > 0 {
            notices.push(Notice {
                row: None,
                field: "お知らせ".to_owned(),
                sentence_ja: format!("ほかにも様式にない値が{}件あります。", self.unlisted),
            });
        }
        notices
    }
}

/// The kind of a character that the field does not list.
fn oddity(c: char, rule: TextRule) -> Option<&'static str> {
    match c {
        'ｰ' => Some("長音記号（ｰ）"),
        'ｧ'..='ｯ' => Some("小さいカナ"),
        'ｦ' if !matches!(rule, TextRule::Edi | TextRule::Free) => Some("ヲ"),
        ',' => Some("カンマ"),
        'a'..='z' => Some("英小文字"),
        ' ' | '0'..='9' | 'A'..='Z' | 'ｱ'..='ﾝ' | 'ﾞ' | 'ﾟ' | 'ｦ' => None,
        _ if rule.symbols().contains(c) => None,
        '!'..='~' | '｡'..='･' if rule == TextRule::Free => None,
        '!'..='~' | '｡'..='･' => Some("記号"),
        _ => Some("全角文字"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_field_allows() {
        for (c, rule, expected) in [
            ('-', TextRule::Branch, None),
            ('.', TextRule::Branch, Some("記号")),
            ('.', TextRule::Party, None),
            ('/', TextRule::Party, Some("記号")),
            ('/', TextRule::Edi, None),
            ('｢', TextRule::Edi, None),
            ('ｦ', TextRule::Party, Some("ヲ")),
            ('ｦ', TextRule::Edi, None),
            ('ｰ', TextRule::Party, Some("長音記号（ｰ）")),
            ('ｯ', TextRule::Party, Some("小さいカナ")),
            (',', TextRule::Free, Some("カンマ")),
            ('*', TextRule::Free, None),
            ('a', TextRule::Free, Some("英小文字")),
            ('振', TextRule::Free, Some("全角文字")),
        ] {
            assert_eq!(oddity(c, rule), expected, "{c} {rule:?}");
        }
    }

    #[test]
    fn notices_are_bounded() {
        let mut oddities = Oddities::default();
        for n in 0..1_000 {
            oddities.add(n, "摘要", format!("値{n}"));
            oddities.add(n, "摘要", "値0".to_owned());
        }
        let notices = oddities.notices();
        assert_eq!(notices.len(), ODDITIES_MAX + 1);
        assert!(notices[0].sentence_ja.contains("1001件"), "{}", notices[0].sentence_ja);
        assert!(notices[ODDITIES_MAX].sentence_ja.contains("900件"));
    }
}
