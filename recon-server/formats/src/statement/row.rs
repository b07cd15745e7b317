//! One record to one row.
//!
//! Invariant: sale amounts are not negative, amounts of refunds and chargebacks come out negative; a contradiction between status and sign
//! is refused.

use std::sync::Arc;

use domain::{id::BrandCode, money::Yen, time::Timestamp};

use crate::{
    Key, Text,
    cells::Record,
    mix,
    refusal::{Notice, Refusal},
};

use super::{
    cell::{self, DatePattern, Dates},
    model::{ReadOptions, RowClass, StatementRow, Words},
    profile::{Profile, RefundSign},
    table::Plan,
};

/// Digits of the payer's transaction number that are keyed at the counter.
const PAYER_DIGITS: usize = 4;

/// Bits of a place among the words that are kept.
const WORDS_BITS: u32 = 6;
/// What every row of a file is read with.
pub(super) struct RowReader<'a> {
    profile: &'a Profile,
    dates: Dates,
    options: &'a ReadOptions,
    delimiter: u8,
    /// Where a row is written that does not stand in the file as CSV writes it.
    written: String,
    /// Words that rows have had: most have the same few. The number of those that are kept is bounded.
    words: Vec<Option<Arc<Words>>>,
    /// Place of those of the last row.
    last_words: usize,
    /// Terminal of the last row.
    terminal: Option<Text>,
}

impl<'a> RowReader<'a> {
    /// A reader for the rows of one file.
    pub fn new(profile: &'a Profile, pattern: DatePattern, options: &'a ReadOptions) -> Self {
        let delimiter = u8::try_from(profile.delimiter).unwrap_or(b',');
        let (dates, written) = (Dates::new(pattern), String::new());
        Self {
            profile,
            dates,
            options,
            delimiter,
            written,
            words: vec![None; 1 << WORDS_BITS],
            last_words: 0,
            terminal: None,
        }
    }

    /// Reads a record to the end of a list and gives the hash of its key; the occurrence is settled by the caller.
    pub fn read(
        &mut self,
        plan: &Plan,
        row: u32,
        record: Record<'_>,
        rows: &mut Vec<StatementRow>,
    ) -> Result<u64, Refusal> {
        if record.len() != plan.width {
            let remedy = format!(
                "見出しは{}列ですが、この行は{}列です。途中で切れたか、カンマが増えています。決済会社の画面からもう一度ダウンロードしてください。",
                plan.width,
                record.len()
            );
            return Err(self.refuse(row, "列の数", &record.len().to_string(), remedy));
        }
        let content_hash = record.digest(self.delimiter, &mut self.written);
        let optional = |place: Option<usize>| {
            place.map(|place| record.get(place)).filter(|text| !text.is_empty()).map(Text::new)
        };
        let brand_word = plan.brand.map(|place| record.get(place)).unwrap_or_default();
        let words = self.words(record.get(plan.status), brand_word);
        let at = self.at(row, record.get(plan.at))?;
        let (words, amount) = self.amount(row, words, record.get(plan.amount))?;
        let record_key = self.key(plan, row, record, &words.class)?;
        let key_hash = mix::hash(record_key.as_bytes());
        let terminal_or_pos_id = plan.terminal.and_then(|place| self.terminal(record.get(place)));
        // A row is large: it is made where it stays.
        rows.push(StatementRow {
            row,
            record_key,
            occurrence: 1,
            content_hash,
            at,
            amount,
            terminal_or_pos_id,
            slip_number: optional(plan.slip_number),
            approval_code: optional(plan.approval_code),
            acquirer_transaction_id: optional(plan.acquirer_transaction_id),
            merchant_payment_id: optional(plan.merchant_payment_id),
            payer_digits: plan.payer_digits.and_then(|place| last_digits(record.get(place))),
            words,
        });
        Ok(key_hash)
    }

    /// What a status word and a brand word say.
    fn words(&mut self, status: &str, brand: &str) -> Arc<Words> {
        let says = |words: &Words| words.status_word == status && words.brand_word == brand;
        if let Some(words) = self.words[self.last_words].as_ref().filter(|words| says(words)) {
            return words.clone();
        }
        let hash = mix::hash(status.as_bytes()) ^ mix::hash(brand.as_bytes()).rotate_left(1);
        let place = usize::try_from(hash >> (u64::BITS - WORDS_BITS)).unwrap_or_default();
        self.last_words = place;
        match &self.words[place] {
            Some(words) if says(words) => words.clone(),
            _ => {
                let class = self.class(status);
                let (status_word, brand_word) = (Text::new(status), Text::new(brand));
                let words = Words { class, status_word, brand: self.brand(brand).cloned(), brand_word };
                self.words[place].insert(Arc::new(words)).clone()
            }
        }
    }

    /// A terminal or PosID: rows of one stand together.
    fn terminal(&mut self, id: &str) -> Option<Text> {
        if self.terminal.as_deref() != Some(id) {
            self.terminal = Some(Text::new(id));
        }
        self.terminal.clone().filter(|id| !id.is_empty())
    }

    fn refuse(&self, row: u32, field: &str, found: &str, remedy: impl Into<String>) -> Refusal {
        Refusal::new(&self.options.file_name, Some(row), field, found, remedy)
    }

    /// What the word says; without a word what the profile, else the contract says. An unknown word is not guessed at by the contract.
    fn brand(&self, word: &str) -> Option<&BrandCode> {
        let of_contract = self.options.brand.as_ref().filter(|_| word.is_empty());
        self.profile.brand_words.get(word).or(self.profile.brand.as_ref()).or(of_contract)
    }

    fn class(&self, word: &str) -> RowClass {
        let statuses = &self.profile.statuses;
        let listed = |list: &[String]| list.iter().any(|entry| entry == word);
        if listed(&statuses.sale) {
            RowClass::Sale
        } else if listed(&statuses.refund) {
            RowClass::Refund
        } else if listed(&statuses.chargeback) {
            RowClass::Chargeback
        } else if listed(&statuses.failed) {
            RowClass::Failed
        } else {
            RowClass::Unclassified(word.to_owned())
        }
    }

    fn at(&mut self, row: u32, text: &str) -> Result<Timestamp, Refusal> {
        let field = &self.profile.fields.at;
        let at = self.dates.read(text).ok_or_else(|| {
            let remedy = format!(
                "日時は {} の形です。表計算ソフトで保存し直していない元のファイルを入れてください。",
                self.profile.at_pattern
            );
            self.refuse(row, field, text, remedy)
        })?;
        match self.options.period {
            Some((from, to)) if at.date() < from || at.date() > to => {
                let remedy = format!(
                    "指定した期間（{from} から {to}）の外の行です。期間かファイルを確かめてください。"
                );
                Err(self.refuse(row, field, text, remedy))
            }
            _ => Ok(at),
        }
    }

    /// The signed amount, and the words of the class that it is of.
    fn amount(&self, row: u32, words: Arc<Words>, text: &str) -> Result<(Arc<Words>, Yen), Refusal> {
        let field = &self.profile.fields.amount;
        let amount = cell::amount(text, self.profile.amount_grouping)
            .map_err(|remedy| self.refuse(row, field, text, remedy))?;
        let amount = match (&words.class, self.profile.refund_sign) {
            // A company that takes money back writes the same word where it gives it to us again (the dispute was won). What that is of
            // ours only a person can say: kept, counted and said.
            (RowClass::Chargeback, RefundSign::Negative) if amount > Yen::ZERO => {
                let class = RowClass::Unclassified(words.status_word.to_string());
                return Ok((Arc::new(Words { class, ..(*words).clone() }), amount));
            }
            (RowClass::Sale | RowClass::Failed, _) if amount.is_negative() => Err(self.refuse(
                row,
                field,
                text,
                "売上の行なのに金額がマイナスです。決済会社に確かめてください。",
            )),
            (RowClass::Refund, RefundSign::Negative) if amount > Yen::ZERO => Err(self.refuse(
                row,
                field,
                text,
                "返金の行なのに金額がプラスです。様式の設定（返金の符号）を確かめてください。",
            )),
            (RowClass::Refund | RowClass::Chargeback, RefundSign::Positive) if amount.is_negative() => {
                Err(self.refuse(
                    row,
                    field,
                    text,
                    "返金の金額にマイナスが付いています。様式の設定（返金の符号）を確かめてください。",
                ))
            }
            (RowClass::Refund | RowClass::Chargeback, RefundSign::Positive) => Ok(Yen::new(-amount.get())),
            _ => Ok(amount),
        };
        amount.map(|amount| (words, amount))
    }

    /// Puts the key of a row together; its parts must not all be empty.
    fn key(&self, plan: &Plan, row: u32, record: Record<'_>, class: &RowClass) -> Result<Key, Refusal> {
        let mut key = Key::empty();
        let mut filled = false;
        for (part, place) in plan.key.iter().enumerate() {
            let text = place.map_or(class.word(), |place| record.get(place));
            filled |= place.is_some() && !text.is_empty();
            if part > 0 {
                key.push("/");
            }
            key.push(text);
        }
        if filled {
            return Ok(key);
        }
        Err(self.refuse(
            row,
            "取引を見分ける列",
            "",
            "取引番号などの見分ける列がすべて空です。元のファイルを確かめてください。",
        ))
    }

    /// What a person should know of a row that was kept as it stands.
    pub fn notice(&self, row: &StatementRow) -> Option<Notice> {
        let fields = &self.profile.fields;
        let (field, sentence_ja) = match (&row.words.class, &row.words.brand) {
            (RowClass::Unclassified(word), _) if self.profile.statuses.chargeback.contains(word) => (
                fields.status.clone(),
                format!(
                    "「{}」の金額がプラスです。取り戻された金額が戻ったとみられます。売上にも返金にも数えず、未分類として残しました。",
                    crate::refusal::shown(word)
                ),
            ),
            (RowClass::Unclassified(word), _) => (
                fields.status.clone(),
                format!(
                    "状態「{}」は様式にない言葉です。売上にも返金にも数えず、未分類として残しました。",
                    crate::refusal::shown(word)
                ),
            ),
            (_, None) if fields.brand.is_some() => (
                fields.brand.clone().unwrap_or_default(),
                format!(
                    "ブランド「{}」は様式にない言葉です。そのまま残しました。",
                    crate::refusal::shown(&row.words.brand_word)
                ),
            ),
            _ => return None,
        };
        Some(Notice { row: Some(row.row), field, sentence_ja })
    }
}

/// The last four characters, where they are digits.
fn last_digits(text: &str) -> Option<Text> {
    let at = text.len().checked_sub(PAYER_DIGITS)?;
    text.get(at..).filter(|tail| tail.bytes().all(|b| b.is_ascii_digit())).map(Text::new)
}
