//! Rows of files as far as two files of one source are compared: what a file that comes again says otherwise.
//!
//! Invariant: a row is told by its key and occurrence, its content by its digest; words are for people and never compared. Not here: what
//! follows from a difference ([`super::restated`], [`super::replaced`]).

use domain::{id::TenantId, money::Yen, time::CivilDate};
use formats::refusal::shown;
use store::{
    UnitOfWork,
    facts::{BankEntry, OpeningItem, PayoutLine, RowIdentity, RowRevision, StatementLine, Stored},
    files::{FileFacts, FileKind},
    words,
};

use crate::jobs::JobError;

/// First and last day.
pub type Days = (CivilDate, CivilDate);

/// Longest stretch of days that one row of a payout statement pays, in days: rows that begin within a period end at most so much later.
const PAYOUT_DAYS_MAX: i32 = 366;
/// The class of a statement's rows that moved no money, as their reader's word.
const FAILED: &str = "failed";

/// A row as far as two of them are compared.
#[derive(Debug, Clone)]
pub struct Line {
    /// Key, occurrence, content, place in its file.
    pub identity: RowIdentity,
    /// Stored revision; 0 of a row that is not stored yet.
    pub revision: u32,
    /// 受付番号 of the file that brought it; 0 of a row that is not stored yet.
    pub file: u64,
    /// First day that it is about: of a payout its first day of sales, else the same as `day`.
    pub first: CivilDate,
    /// The day under which it is read.
    pub day: CivilDate,
    /// Yen, signed; zero of a payment that failed.
    pub amount: Yen,
    /// Whose money: the remitter, the slip, or the first day of the sales; may be empty.
    pub who: String,
    /// For people.
    pub words: String,
}

impl Line {
    /// What tells it from the other rows of its source.
    pub fn key(&self) -> (&str, u32) {
        (&self.identity.record_key, self.identity.occurrence)
    }

    /// The stored row that it is.
    pub fn revision(&self) -> RowRevision {
        RowRevision {
            record_key: self.identity.record_key.clone(),
            occurrence: self.identity.occurrence,
            revision: self.revision,
        }
    }

    /// Whether it lies in a period, from its first day to its last.
    pub fn lies_in(&self, (from, to): Days) -> bool {
        self.first >= from && self.day <= to
    }

    /// What two rows may have in common, the strongest first: only one of day, yen and whose money was changed.
    pub fn likeness(&self) -> [Option<String>; 3] {
        let Self { day, amount, who, .. } = self;
        let named = |text: String| (!who.is_empty()).then_some(text);
        [Some(format!("{day} {amount}")), named(format!("{day} {who}")), named(format!("{amount} {who}"))]
    }
}

fn text(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or_default()
}

fn statement_line(line: &StatementLine) -> Line {
    let numbers = [("端末", text(&line.terminal_id)), ("伝票", text(&line.slip_number))];
    let numbers = numbers.iter().filter(|(_, number)| !number.is_empty());
    let numbers: String = numbers.map(|(name, number)| format!(" {name}{number}")).collect();
    Line {
        identity: line.identity.clone(),
        revision: 0,
        file: 0,
        first: line.day,
        day: line.day,
        amount: if line.class == FAILED { Yen::ZERO } else { line.amount },
        who: text(&line.slip_number).to_owned(),
        words: shown(&format!("{} {} {}円{numbers}", line.at.to_paper(), line.status_word, line.amount)),
    }
}

fn bank_line(entry: &BankEntry) -> Line {
    let words =
        [entry.booked_on.to_japanese(), format!("{}円", entry.amount), text(&entry.remitter_name).to_owned()];
    Line {
        identity: entry.identity.clone(),
        revision: 0,
        file: 0,
        first: entry.booked_on,
        day: entry.booked_on,
        amount: entry.amount,
        who: format!("{}{}", text(&entry.remitter_code), text(&entry.remitter_name)),
        words: shown(words.join(" ").trim()),
    }
}

fn payout_line(line: &PayoutLine) -> Line {
    let paid = line.paid_on.map(|day| format!(" {}支払", day.to_japanese())).unwrap_or_default();
    Line {
        identity: line.identity.clone(),
        revision: 0,
        file: 0,
        first: line.from,
        day: line.to,
        amount: line.net,
        who: line.from.to_string(),
        words: format!("{}〜{}の売上 支払額{}円{paid}", line.from, line.to, line.net),
    }
}

fn opening_line(item: &OpeningItem) -> Line {
    let slip = item.slip_number.as_deref().map(|slip| format!(" 伝票{slip}")).unwrap_or_default();
    Line {
        identity: item.identity.clone(),
        revision: 0,
        file: 0,
        first: item.day,
        day: item.day,
        amount: item.amount,
        who: text(&item.slip_number).to_owned(),
        words: shown(&format!("{} {} {}円{slip}", item.day, item.contract, item.amount)),
    }
}

/// The rows of a file that is not stored yet, under the keys under which they will be.
pub fn of_facts(facts: &FileFacts) -> Vec<Line> {
    let mut lines: Vec<Line> = match facts {
        FileFacts::Statement(lines) => lines.iter().map(statement_line).collect(),
        FileFacts::Bank(entries) => entries.iter().map(bank_line).collect(),
        FileFacts::Payout(lines) => lines.iter().map(payout_line).collect(),
        FileFacts::Opening(items) => items.iter().map(opening_line).collect(),
    };
    for line in &mut lines {
        line.identity.record_key = words::plain(&line.identity.record_key);
    }
    lines
}

/// Every row of a source that touches a period, as of file `watermark`.
///
/// # Errors
/// When the store fails.
pub async fn stored(
    unit: &mut dyn UnitOfWork,
    tenant: &TenantId,
    (source, kind): (&str, FileKind),
    (from, to): Days,
    watermark: u64,
) -> Result<Vec<Line>, JobError> {
    Ok(match kind {
        FileKind::Statement => {
            own(&unit.statement_lines(tenant, from, to, watermark).await?, source, statement_line)
        }
        FileKind::Bank => own(&unit.bank_entries(tenant, from, to, watermark).await?, source, bank_line),
        FileKind::Opening => {
            own(&unit.opening_items(tenant, from, to, watermark).await?, source, opening_line)
        }
        FileKind::Payout => {
            let last = to.plus_days(PAYOUT_DAYS_MAX);
            let rows = unit.payout_lines(tenant, from, last, watermark).await?;
            let mut lines = own(&rows, source, payout_line);
            lines.retain(|line| line.first <= to);
            lines
        }
    })
}

fn own<T>(stored: &[Stored<T>], source: &str, line: fn(&T) -> Line) -> Vec<Line> {
    let own = stored.iter().filter(|row| row.source == source);
    own.map(|row| Line { file: row.file, revision: row.revision, ..line(&row.fact) }).collect()
}
