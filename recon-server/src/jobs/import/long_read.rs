//! The readers of long files under one roof: statements and 入出金取引明細, by parts.
//!
//! Invariant: what comes out is what [`super::facts`] makes of the same rows of a file read whole.

use std::collections::BTreeMap;

use domain::{id::ContractId, time::CivilDate};
use formats::{
    Notice, Refusal,
    bank::{self, BankFileKind, Ends, Entry},
    statement::{Profile, ReadOptions, Rows, StatementParts},
    zengin::{EntriesByAccount, LedgerParts},
};
use store::files::{FileFacts, FileKind};

use super::{Source, facts, long::long_notice, settings::BankFormat, statement_source};

/// Facts of one source.
pub struct Batch {
    /// Whose.
    pub source: String,
    /// Statement or bank.
    pub kind: FileKind,
    /// The facts.
    pub facts: FileFacts,
}

/// First and last day.
type Days = (CivilDate, CivilDate);

enum Reader<'a> {
    Statement { contract: &'a ContractId, profile: &'a Profile, parts: Option<Box<StatementParts<'a>>> },
    Ledger(Option<Box<LedgerParts<'a>>>),
}

/// A long file on its way in.
pub struct LongRead<'a> {
    name: &'a str,
    reader: Reader<'a>,
    days: BTreeMap<String, Days>,
    ends: BTreeMap<String, Vec<Ends>>,
    notices: Vec<Notice>,
}

impl<'a> LongRead<'a> {
    /// A reader by parts; none for a source that has none.
    pub fn new(source: &'a Source, options: &'a ReadOptions, length: u64) -> Option<Self> {
        let reader = match source {
            Source::Statement { contract, profile, .. } => {
                let parts = StatementParts::new(profile, options, Some(length)).ok().map(Box::new);
                Reader::Statement { contract, profile, parts }
            }
            Source::Bank(bank) if bank.csv.is_none() => {
                Reader::Ledger(Some(Box::new(LedgerParts::new(&bank.zengin, Some(length)))))
            }
            Source::Bank(_) | Source::Payout { .. } | Source::Opening(_) => return None,
        };
        let (name, notices) = (options.file_name.as_str(), vec![long_notice()]);
        Some(Self { name, reader, days: BTreeMap::new(), ends: BTreeMap::new(), notices })
    }

    /// Sources that are known before anything was read.
    pub fn sources(&self, source: &Source) -> Vec<(String, FileKind)> {
        match source {
            Source::Statement { contract, .. } => vec![(statement_source(contract), FileKind::Statement)],
            Source::Bank(_) | Source::Payout { .. } | Source::Opening(_) => Vec::new(),
        }
    }

    /// The next bytes.
    ///
    /// # Errors
    /// The refusal of the whole file.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Batch>, Refusal> {
        match &mut self.reader {
            Reader::Statement { parts: Some(parts), .. } => {
                let rows = parts.push(bytes)?;
                Ok(self.statement(&rows))
            }
            Reader::Ledger(Some(parts)) => {
                if bank::recognise(bytes).is_some_and(|kind| kind != BankFileKind::ZenginLedger) {
                    return Err(self.only_ledgers());
                }
                let entries = parts.push(bytes)?;
                self.ledger(entries)
            }
            Reader::Statement { parts: None, .. } | Reader::Ledger(None) => Ok(Vec::new()),
        }
    }

    fn only_ledgers(&self) -> Refusal {
        let remedy =
            "大きなファイルで取り込めるのは明細と入出金取引明細(種別03)だけです。期間を分けてください。";
        super::source::refusal(self.name, "ファイルの種類", "種別03ではない銀行のファイル", remedy)
    }

    /// The end of the file.
    ///
    /// # Errors
    /// The refusal of the whole file.
    pub fn finish(&mut self) -> Result<Vec<Batch>, Refusal> {
        match &mut self.reader {
            Reader::Statement { parts, .. } => {
                let Some(parts) = parts.take() else { return Ok(Vec::new()) };
                let (rows, end) = parts.finish()?;
                self.notices.extend(end.notices);
                Ok(self.statement(&rows))
            }
            Reader::Ledger(parts) => {
                let Some(parts) = parts.take() else { return Ok(Vec::new()) };
                let (entries, file) = parts.finish()?;
                self.notices.extend(file.notices);
                for block in &file.accounts {
                    let source = BankFormat::Zengin.source(&block.account_key());
                    self.ends.entry(source.clone()).or_default().push(Ends::from(block));
                    if let Some((from, to)) = block.period_from.zip(block.period_to) {
                        widen(&mut self.days, source, from, to);
                    }
                }
                self.ledger(entries)
            }
        }
    }

    fn statement(&mut self, rows: &Rows) -> Vec<Batch> {
        let Reader::Statement { contract, .. } = &self.reader else { return Vec::new() };
        let source = statement_source(contract);
        for row in rows {
            let day = row.at.date();
            widen(&mut self.days, source.clone(), day, day);
        }
        let lines = rows.iter().map(|row| facts::statement_line(contract, row));
        let facts = FileFacts::Statement(lines.collect());
        vec![Batch { source, kind: FileKind::Statement, facts }]
    }

    fn ledger(&self, entries: EntriesByAccount) -> Result<Vec<Batch>, Refusal> {
        let mut accounts: BTreeMap<String, Vec<store::facts::BankEntry>> = BTreeMap::new();
        for (account, entries) in entries {
            let fact = |entry| facts::bank_entry(self.name, &account, Entry::from(entry));
            let read = entries.into_iter().map(fact).collect::<Result<Vec<_>, _>>()?;
            accounts.entry(account).or_default().extend(read);
        }
        let batch = |(account, entries): (String, Vec<_>)| Batch {
            source: BankFormat::Zengin.source(&account),
            kind: FileKind::Bank,
            facts: FileFacts::Bank(entries),
        };
        Ok(accounts.into_iter().map(batch).collect())
    }

    /// Days that a source's rows cover.
    pub fn period(&self, source: &str) -> Option<Days> {
        self.days.get(source).copied()
    }

    /// Where the blocks of a source begin and end, of a bank's file that was read to its end.
    pub fn ends(&self, source: &str) -> &[Ends] {
        self.ends.get(source).map_or(&[], Vec::as_slice)
    }

    /// What a person should know.
    pub fn notices(&mut self, source: &Source, period: Option<Days>) -> Vec<Notice> {
        let mut notices = std::mem::take(&mut self.notices);
        if let (Reader::Statement { profile, .. }, true) =
            (&self.reader, matches!(source, Source::Statement { .. }))
        {
            notices.extend(profile.provenance.notice(&profile.name_ja, &profile.source));
            if period.is_none() {
                notices.push(facts::period_notice(self.period(&source.word())));
            }
        }
        notices
    }
}

fn widen(days: &mut BTreeMap<String, Days>, source: String, from: CivilDate, to: CivilDate) {
    let known = days.entry(source).or_insert((from, to));
    *known = (known.0.min(from), known.1.max(to));
}
