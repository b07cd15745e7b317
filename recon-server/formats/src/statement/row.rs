//! One record to one row.
//!
//! Invariant: sale amounts are not negative, amounts of refunds and chargebacks come out negative; a contradiction between status and sign
//! is refused.

use domain::{id::BrandCode, money::Yen, time::Timestamp};

use crate::{
    Text,
    cells::Record,
    mix,
    refusal::{Notice, Refusal},
};

use super::{
    cell::{self, DatePattern, Dates},
    model::{ReadOptions, RowClass, Words},
    profile::{Profile, RefundSign},
    rows::{Fixed, Rows},
    table::Plan,
};

/// Digits of the payer's transaction number that are keyed at the counter.
const PAYER_DIGITS: usize = 4;

/// What every row of a file is read with.
pub(super) struct RowReader<'a> {
    profile: &'a Profile,
    dates: Dates,
    options: &'a ReadOptions,
    delimiter: u8,
    /// Where a row is written that does not stand in the file as CSV writes it.
    written: String,
}

impl<'a> RowReader<'a> {
    /// A reader for the rows of one file.
    pub fn new(profile: &'a Profile, pattern: DatePattern, options: &'a ReadOptions) -> Self {
        let delimiter = u8::try_from(profile.delimiter).unwrap_or(b',');
        Self { profile, dates: Dates::new(pattern), options, delimiter, written: String::new() }
    }

    /// Reads a record to the end of a list and gives the hash of its key; the occurrence is settled by the caller.
    pub fn read(
        &mut self,
        plan: &Plan,
        row: u32,
        record: Record<'_>,
        rows: &mut Rows,
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
        let cell = |place: Option<usize>| place.map(|place| record.get(place)).unwrap_or_default();
        let (status, brand) = (record.get(plan.status), cell(plan.brand));
        let words = rows.words.of(status, brand, || self.words(status, brand));
        let at = self.at(row, record.get(plan.at))?;
        let (amount, class) = self.amount(row, rows.words.get(words), record.get(plan.amount))?;
        let words = match class {
            Some(class) => rows.words.add(Words { class, ..self.words(status, brand) }),
            None => words,
        };
        if plan.key.iter().all(|place| cell(*place).is_empty()) {
            let remedy = "取引番号などの見分ける列がすべて空です。元のファイルを確かめてください。";
            return Err(self.refuse(row, "取引を見分ける列", "", remedy));
        }
        let class = rows.words.get(words).class.word();
        let key = plan.key.iter().map(|place| place.map_or(class, |place| record.get(place)));
        let fields = [
            cell(plan.terminal),
            cell(plan.slip_number),
            cell(plan.approval_code),
            cell(plan.acquirer_transaction_id),
            cell(plan.merchant_payment_id),
            last_digits(cell(plan.payer_digits)),
        ];
        let key = rows.push(Fixed { row, content_hash, at, amount, words }, key, fields);
        key.map(|key| mix::hash(key.as_bytes())).ok_or_else(|| {
            let remedy = "読む文字が多すぎます。期間を分けてダウンロードし直してください。";
            self.refuse(row, "ファイルの大きさ", "", remedy)
        })
    }

    /// What a status word and a brand word say.
    fn words(&self, status: &str, brand: &str) -> Words {
        let (status_word, brand_word) = (Text::new(status), Text::new(brand));
        Words { class: self.class(status), status_word, brand: self.brand(brand).cloned(), brand_word }
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

    /// The signed amount, and the class that it is of where the words alone say another.
    fn amount(&self, row: u32, words: &Words, text: &str) -> Result<(Yen, Option<RowClass>), Refusal> {
        let field = &self.profile.fields.amount;
        let amount = cell::amount(text, self.profile.amount_grouping)
            .map_err(|remedy| self.refuse(row, field, text, remedy))?;
        let amount = match (&words.class, self.profile.refund_sign) {
            // A company that takes money back writes the same word where it gives it to us again (the dispute was won). What that is of
            // ours only a person can say: kept, counted and said.
            (RowClass::Chargeback, RefundSign::Negative) if amount > Yen::ZERO => {
                return Ok((amount, Some(RowClass::Unclassified(words.status_word.to_string()))));
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
        amount.map(|amount| (amount, None))
    }

    /// What a person should know of a row that was kept as it stands.
    pub fn notice(&self, row: u32, words: &Words) -> Option<Notice> {
        let fields = &self.profile.fields;
        let (field, sentence_ja) = match (&words.class, &words.brand) {
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
                    crate::refusal::shown(&words.brand_word)
                ),
            ),
            _ => return None,
        };
        Some(Notice { row: Some(row), field, sentence_ja })
    }
}

/// The last four characters, where they are digits.
fn last_digits(text: &str) -> &str {
    let tail = text.len().checked_sub(PAYER_DIGITS).and_then(|at| text.get(at..));
    tail.filter(|tail| tail.bytes().all(|b| b.is_ascii_digit())).unwrap_or_default()
}
