//! One pass over the text of a file, in one piece or in many.
//!
//! Invariants: rows come out in the order of the file; what a row's key and occurrence are depends on the whole file, not on how it was
//! cut; notices and refusals are bounded, what is beyond the bound is counted.

use std::collections::BTreeSet;

use crate::{
    cells::{Cells, Record, Records},
    refusal::{Notice, Refusal},
};
use domain::money::Yen;

use super::{
    cell,
    model::{REFUSALS_MAX, ReadOptions, Totals},
    profile::{Control, Profile, RepeatedKey},
    row::RowReader,
    rows::{Head, Rows},
    seen::{Again, Seen},
    table::{self, Plan},
};

/// Most notices of one file that are listed.
const NOTICES_MAX: usize = 1_000;

/// What a pass finds.
pub(super) struct Scan<'p> {
    profile: &'p Profile,
    options: &'p ReadOptions,
    rows_max: usize,
    reader: RowReader<'p>,
    plan: Option<Plan>,
    seen: Seen,
    cells: Cells,
    /// Number of the last record.
    row: u32,
    /// A record that would be the row of totals if it is the last.
    held: Option<(u32, Vec<String>)>,
    /// Rows read and not yet taken out.
    pub rows: Rows,
    /// Hashes of the keys of the last of them, of which nobody has asked yet whether they came before.
    unsettled: Vec<u64>,
    /// Records among those that could not be read.
    unread: Vec<Refusal>,
    /// Rows read.
    pub count: u32,
    /// The first refusals.
    pub refused: Vec<Refusal>,
    /// Further ones.
    pub refused_more: u32,
    /// Counts and sums of the rows read.
    pub totals: Totals,
    notices: Vec<Notice>,
    notices_more: u32,
}

impl<'p> Scan<'p> {
    /// Before the first byte.
    pub fn new(profile: &'p Profile, options: &'p ReadOptions, rows_max: usize) -> Result<Self, Refusal> {
        let file = options.file_name.as_str();
        let pattern = profile.pattern().map_err(|e| {
            Refusal::new(file, None, "様式", &profile.id, format!("様式の日付の形が正しくありません: {e}"))
        })?;
        Ok(Self {
            profile,
            options,
            rows_max,
            reader: RowReader::new(profile, pattern, options),
            plan: None,
            seen: Seen::default(),
            cells: Cells::default(),
            row: 0,
            held: None,
            rows: Rows::default(),
            unsettled: Vec::new(),
            unread: Vec::new(),
            count: 0,
            refused: Vec::new(),
            refused_more: 0,
            totals: Totals::default(),
            notices: Vec::new(),
            notices_more: 0,
        })
    }

    /// Room for the rows of so many bytes, of which the first `sample` have so many rows.
    pub fn expect(&mut self, bytes: u64, sample: usize, rows: usize) {
        let (rows, sample) = (u64::try_from(rows).unwrap_or(u64::MAX), u64::try_from(sample.max(1)));
        let rows = rows.saturating_mul(bytes) / sample.unwrap_or(u64::MAX);
        self.seen.reserve(usize::try_from(rows).unwrap_or(self.rows_max).min(self.rows_max));
    }

    /// Room for so many rows, the whole file, that stand in so many bytes.
    pub fn reserve(&mut self, rows: usize, bytes: usize) {
        self.seen.reserve(rows.min(self.rows_max));
        self.make_room(rows, bytes);
    }

    /// Room for so many rows that come out next.
    pub fn make_room(&mut self, rows: usize, bytes: usize) {
        self.rows.reserve(rows.min(self.rows_max), bytes);
    }

    /// Reads whole records.
    pub fn text(&mut self, text: &str) -> Result<(), Refusal> {
        let delimiter = u8::try_from(self.profile.delimiter).unwrap_or(b',');
        let mut records = Records::new(text, delimiter);
        let (mut cells, mut plan) = (std::mem::take(&mut self.cells), self.plan.take());
        while let Some(record) = records.next(&mut cells) {
            self.row = self.row.saturating_add(1);
            if usize::try_from(self.row).is_ok_and(|row| row > self.rows_max + 1) {
                let remedy = "行が多すぎます。期間を分けてダウンロードし直してください。";
                let file = &self.options.file_name;
                return Err(Refusal::new(file, Some(self.row), "行数", self.row.to_string(), remedy));
            }
            match &plan {
                Some(plan) => self.record(plan, record),
                None => plan = Some(self.header(record)?),
            }
        }
        (self.cells, self.plan) = (cells, plan);
        self.settle();
        Ok(())
    }

    fn header(&mut self, record: Record<'_>) -> Result<Plan, Refusal> {
        let (plan, notices) = table::plan(record, self.profile, &self.options.file_name)?;
        for notice in notices {
            note_bounded(&mut self.notices, &mut self.notices_more, notice);
        }
        Ok(plan)
    }

    fn record(&mut self, plan: &Plan, record: Record<'_>) {
        // Only the last record can be the row of totals: one that was held and was not the last is a row like any other.
        if let Some((row, cells)) = self.held.take() {
            self.held_row(plan, row, &cells);
        }
        let marks = self.profile.control.as_ref().is_some_and(|control| record.get(0) == control.marker);
        if marks {
            self.held = Some((self.row, record.iter().map(str::to_owned).collect()));
        } else {
            self.take(plan, self.row, record);
        }
    }

    /// A held record as an ordinary row.
    fn held_row(&mut self, plan: &Plan, row: u32, held: &[String]) {
        let delimiter = u8::try_from(self.profile.delimiter).unwrap_or(b',');
        let quoted: Vec<String> =
            held.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
        let text = quoted.join(&char::from(delimiter).to_string());
        let mut cells = Cells::default();
        if let Some(record) = Records::new(&text, delimiter).next(&mut cells) {
            self.take(plan, row, record);
        }
    }

    fn take(&mut self, plan: &Plan, row: u32, record: Record<'_>) {
        match self.reader.read(plan, row, record, &mut self.rows) {
            Ok(key) => self.unsettled.push(key),
            Err(refusal) => self.unread.push(refusal),
        }
    }

    /// Counts the rows of a text, or takes them out again. All at once: whether a key came before is looked up in memory far away, and
    /// look-ups that wait for nothing else are under way together.
    fn settle(&mut self) {
        let first = self.rows.len().saturating_sub(self.unsettled.len());
        let new = first..self.rows.len();
        let seen = &mut self.seen;
        seen.approach(&self.unsettled);
        let heads = self.rows.heads.get(new.clone()).unwrap_or_default();
        let note = |(key, head): (u64, &Head)| seen.note(key, head.content_hash, head.row);
        let again: Vec<Again> = self.unsettled.drain(..).zip(heads).map(note).collect();
        let mut refused = std::mem::take(&mut self.unread);
        let mut contradictions = BTreeSet::new();
        for (nth, again) in new.zip(again) {
            if again != Again::First {
                let found = self.rows.heads.get(nth).map(|head| self.occurrence(again, head));
                match (found, self.rows.heads.get_mut(nth)) {
                    (Some(Ok(occurrence)), Some(head)) => head.occurrence = occurrence,
                    (Some(Err(refusal)), Some(head)) => {
                        contradictions.insert(head.row);
                        refused.push(refusal);
                        continue;
                    }
                    _ => {}
                }
            }
            let Some(head) = self.rows.heads.get(nth) else { continue };
            let words = self.rows.words.get(head.words);
            self.totals.add(&words.class, head.amount);
            self.count = self.count.saturating_add(1);
            if let Some(notice) = self.reader.notice(head.row, words) {
                note_bounded(&mut self.notices, &mut self.notices_more, notice);
            }
        }
        if !contradictions.is_empty() {
            self.rows.heads.retain(|head| !contradictions.contains(&head.row));
        }
        refused.sort_by_key(|refusal| refusal.row);
        for refusal in refused {
            if self.refused.len() < REFUSALS_MAX {
                self.refused.push(refusal);
            } else {
                self.refused_more = self.refused_more.saturating_add(1);
            }
        }
    }

    /// The nth row with its key; a repeated key with other content makes the file uncertain, unless the profile says otherwise.
    fn occurrence(&self, again: Again, head: &Head) -> Result<u32, Refusal> {
        match (again, self.profile.repeated_key) {
            (Again::First, _) => Ok(1),
            (Again::Twin(nth), _) | (Again::Other(nth, _), RepeatedKey::NextOccurrence) => Ok(nth),
            (Again::Other(_, first), RepeatedKey::Refuse) => {
                let remedy = format!(
                    "{first}行目と同じ取引番号なのに内容が違います。どちらが正しいか決められません。決済会社に照会してください。"
                );
                let (file, key) = (&self.options.file_name, self.rows.key(head));
                Err(Refusal::new(file, Some(head.row), "取引を見分ける列", key, remedy))
            }
        }
    }

    /// The end of the file: a header must have come, and the row of totals must agree.
    pub fn end(&mut self) -> Result<(), Refusal> {
        let file = self.options.file_name.as_str();
        let Some(plan) = &self.plan else { return Err(table::no_header(file)) };
        if let Some(control) = &self.profile.control {
            let found = check_control(plan, control, self.held.take(), self.count, self.totals.net(), file);
            self.refused.extend(found);
        }
        Ok(())
    }

    /// What a person should know.
    pub fn notices(&mut self) -> Vec<Notice> {
        let mut notices = std::mem::take(&mut self.notices);
        if self.notices_more > 0 {
            notices.push(Notice {
                row: None,
                field: "お知らせ".to_owned(),
                sentence_ja: format!("お知らせはほかに{}件あります。", self.notices_more),
            });
        }
        notices
    }
}

/// Lists a notice, or counts it.
fn note_bounded(notices: &mut Vec<Notice>, more: &mut u32, notice: Notice) {
    if notices.len() < NOTICES_MAX {
        notices.push(notice);
    } else {
        *more = more.saturating_add(1);
    }
}

/// The row of totals against what was read; a profile that names one requires it.
fn check_control(
    plan: &Plan,
    control: &Control,
    held: Option<(u32, Vec<String>)>,
    count: u32,
    net: Yen,
    file: &str,
) -> Vec<Refusal> {
    let Some((row, cells)) = held else {
        let remedy = "合計の行がありません。途中で切れたファイルです。決済会社の画面からもう一度ダウンロードしてください。";
        return vec![Refusal::new(file, None, control.marker.as_str(), "なし", remedy)];
    };
    let columns = [
        (&control.count_column, plan.control.0, Yen::new(i64::from(count))),
        (&control.amount_column, plan.control.1, net),
    ];
    let mut refused = Vec::new();
    for (column, place, ours) in columns {
        let (Some(column), Some(place)) = (column, place) else { continue };
        let text = cells.get(place).map(String::as_str).unwrap_or_default();
        if cell::amount(text, true) != Ok(ours) {
            let remedy = format!(
                "数え直すと{ours}です。明細と合計が合いません。決済会社の画面からもう一度ダウンロードしてください。"
            );
            refused.push(Refusal::new(file, Some(row), column.as_str(), text, remedy));
        }
    }
    refused
}
