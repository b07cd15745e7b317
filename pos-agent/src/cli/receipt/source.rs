//! Where a receipt comes from: this counter's journal, or a file of `journal export`.
//!
//! Invariant: an entry of a file is folded only after its bytes were thawed and its chain was checked, as those of a database are.

use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    str::FromStr,
};

use domain::{
    event::Event,
    evolve::evolve,
    id::{PrintJobId, SaleId},
    state::State,
};
use drivers::pos_printer::Document;
use journal::{
    chain::{Head, JournalId},
    entry::Entry,
    payload,
};
use serde::Deserialize;

use super::receipt_of;
use crate::{cli::journal::visit, paper};

/// Longest line of an export, in bytes: an entry's bytes in hex and its payload beside them.
const LINE_LENGTH_MAX_BYTES: usize = 16 * 1_024 * 1_024;

/// A sale, or a file.
#[derive(Debug, Clone)]
pub(in crate::cli) enum Source {
    /// A sale of this counter's journal.
    Sale(SaleId),
    /// The last completed sale of an export.
    File(PathBuf),
}

impl FromStr for Source {
    type Err = std::convert::Infallible;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(text.parse().map_or_else(|_| Self::File(text.into()), Self::Sale))
    }
}

/// The receipt as it was when the sale was completed; nothing where there is no such sale.
pub(super) fn find(journal: &Path, source: &Source) -> Result<Option<Document>, String> {
    match source {
        Source::Sale(sale) => {
            let mut fold = Fold::new(Some(*sale));
            let mut damage = None;
            visit(journal, |entry| {
                damage = fold.take(&entry).err();
                damage.is_none() && fold.found.is_none()
            })?;
            damage.map_or(Ok(fold.found), Err)
        }
        Source::File(path) => from_export(path).map_err(|error| format!("{}: {error}", path.display())),
    }
}

struct Fold {
    state: State,
    wanted: Option<SaleId>,
    found: Option<Document>,
}

impl Fold {
    fn new(wanted: Option<SaleId>) -> Self {
        Self { state: State::default(), wanted, found: None }
    }

    fn take(&mut self, entry: &Entry) -> Result<(), String> {
        let recorded = payload::read(entry).map_err(|error| error.to_string())?;
        evolve(&mut self.state, &recorded);
        if let Event::SaleCompleted { sale, .. } = &recorded.event
            && self.wanted.is_none_or(|wanted| wanted == *sale)
        {
            self.found = paper::document(&receipt_of(*sale), PrintJobId(0), &self.state);
        }
        Ok(())
    }
}

/// One line of `journal export`; the frozen bytes alone are read, the rest is for people.
#[derive(Deserialize)]
struct Exported {
    bytes: String,
}

fn from_export(path: &Path) -> Result<Option<Document>, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let (mut fold, mut head) = (Fold::new(None), Head::EMPTY);
    let mut journal: Option<JournalId> = None;
    for (number, line) in (1..).zip(BufReader::new(file).lines()) {
        let at = |why: String| format!("line {number}: {why}");
        let line = line.map_err(|error| at(error.to_string()))?;
        if line.len() > LINE_LENGTH_MAX_BYTES {
            return Err(at("too long for an entry".to_owned()));
        }
        let entry = thaw(&line).map_err(at)?;
        let id = journal.get_or_insert_with(|| JournalId {
            tenant: entry.tenant.clone(),
            counter: entry.counter.clone(),
            incarnation: entry.incarnation,
        });
        head.check(id, &entry).map_err(|error| at(error.to_string()))?;
        head = Head::after(&entry);
        fold.take(&entry).map_err(at)?;
    }
    Ok(fold.found)
}

fn thaw(line: &str) -> Result<Entry, String> {
    let exported: Exported = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let digits = exported.bytes.as_bytes();
    let bytes: Option<Vec<u8>> = digits
        .chunks(2)
        .map(|pair| {
            u8::from_str_radix(std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?, 16).ok()
        })
        .collect();
    Entry::thaw(bytes.ok_or("the bytes are no hex digits")?).map_err(|error| error.to_string())
}
