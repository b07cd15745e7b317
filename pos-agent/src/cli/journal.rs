//! `pos-agent journal verify|export`: reads the journal beside a running agent; changes nothing.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use clap::Subcommand;
use domain::id::SequenceNumber;
use journal::{
    chain::{Head, JournalId},
    entry::Entry,
    payload,
};
use serde_json::json;

use super::{Exit, Format, failed, print_json};
use crate::{
    config::Config,
    journal_store::{READ_ENTRIES_MAX, sqlite::SqliteReader},
};

/// The electronic journal.
#[derive(Debug, Subcommand)]
pub(super) enum Journal {
    /// Walk the whole chain: numbers without gaps, every hash, every payload readable. Exit code 3 when it is broken.
    Verify {
        /// Compare with a head printed on a settlement slip: 64 hex digits, spaces allowed.
        #[arg(long)]
        head: Option<String>,
    },
    /// Write every entry as one JSON line, with its frozen bytes in hex.
    Export {
        /// File to make; the standard output where none is given.
        #[arg(long)]
        to: Option<PathBuf>,
    },
}

/// What a walk over the whole journal found.
#[derive(Debug)]
struct Walked {
    head: Head,
    id: Option<JournalId>,
    broken: Option<String>,
    slip_head_at: Option<u64>,
}

impl Journal {
    pub(super) fn run(&self, config: &Config, format: Format) -> Exit {
        let path = config.journal_path();
        match self {
            Self::Verify { head } => {
                let wanted = head.as_deref().map(plain_hex);
                match walk(&path, wanted.as_deref()) {
                    Ok(walked) => say(&walked, wanted.is_some(), format),
                    Err(error) => failed(&format!("記録を読めません: {error}")),
                }
            }
            Self::Export { to } => match export(&path, to.as_deref()) {
                Ok(()) => Exit::Done,
                Err(error) => failed(&format!("書き出せません: {error}")),
            },
        }
    }
}

fn plain_hex(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase()
}

/// Visits every entry in order, until `visit` says stop.
pub(super) fn visit(path: &Path, mut visit: impl FnMut(Entry) -> bool) -> Result<(), String> {
    let reader = SqliteReader::open(path).map_err(|error| error.to_string())?;
    let mut next = SequenceNumber(1);
    loop {
        let entries = reader.read_from(next, READ_ENTRIES_MAX).map_err(|error| error.to_string())?;
        let last = entries.len() < READ_ENTRIES_MAX;
        for entry in entries {
            next = SequenceNumber(entry.sequence_number.0 + 1);
            if !visit(entry) {
                return Ok(());
            }
        }
        if last {
            return Ok(());
        }
    }
}

fn walk(path: &Path, wanted: Option<&str>) -> Result<Walked, String> {
    let mut walked = Walked { head: Head::EMPTY, id: None, broken: None, slip_head_at: None };
    visit(path, |entry| {
        let id = walked.id.get_or_insert_with(|| JournalId {
            tenant: entry.tenant.clone(),
            counter: entry.counter.clone(),
            incarnation: entry.incarnation,
        });
        let chained = walked.head.check(id, &entry).map_err(|error| error.to_string());
        walked.broken = chained.and_then(|()| readable(&entry)).err();
        if walked.broken.is_none() {
            walked.head = Head::after(&entry);
            if wanted == Some(entry.hash().to_hex().as_str()) {
                walked.slip_head_at = Some(entry.sequence_number.0);
            }
        }
        walked.broken.is_none()
    })?;
    Ok(walked)
}

fn readable(entry: &Entry) -> Result<(), String> {
    payload::read(entry).map(|_| ()).map_err(|error| format!("{error}: {}", error.source))
}

fn say(walked: &Walked, slip_wanted: bool, format: Format) -> Exit {
    let slip_missing = slip_wanted && walked.slip_head_at.is_none();
    match format {
        Format::Text => {
            println!("記録 {}件 照合値 {}", walked.head.sequence_number.0, walked.head.hash.to_hex());
            match &walked.broken {
                None => println!("つながりは正しいです。"),
                Some(why) => println!("{}件目の後で壊れています: {why}", walked.head.sequence_number.0),
            }
            match walked.slip_head_at {
                Some(at) => println!("精算票の照合値は{at}件目と一致します。"),
                None if slip_missing => println!("精算票の照合値と一致する記録がありません。"),
                None => {}
            }
        }
        Format::Json => print_json(&json!({
            "entries": walked.head.sequence_number, "head": walked.head.hash.to_hex(),
            "tenant": walked.id.as_ref().map(|id| &id.tenant), "counter": walked.id.as_ref().map(|id| &id.counter),
            "incarnation": walked.id.as_ref().map(|id| id.incarnation),
            "broken": walked.broken, "slip_head_at": walked.slip_head_at,
        })),
    }
    if walked.broken.is_some() || slip_missing { Exit::Differences } else { Exit::Done }
}

fn export(path: &Path, to: Option<&Path>) -> Result<(), String> {
    let target: Box<dyn Write> = match to {
        Some(file) => {
            Box::new(File::create_new(file).map_err(|error| format!("{}: {error}", file.display()))?)
        }
        None => Box::new(io::stdout().lock()),
    };
    let mut target = BufWriter::new(target);
    let mut outcome = Ok(());
    visit(path, |entry| {
        outcome = writeln!(target, "{}", line(&entry));
        outcome.is_ok()
    })?;
    outcome.and_then(|()| target.flush()).map_err(|error| error.to_string())
}

fn line(entry: &Entry) -> serde_json::Value {
    let hex: String = entry.bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    json!({
        "sequence_number": entry.sequence_number, "kind": entry.kind, "payload_version": entry.payload_version,
        "hash": entry.hash().to_hex(), "previous_hash": entry.previous_hash.to_hex(),
        "payload": serde_json::from_slice::<serde_json::Value>(entry.payload()).unwrap_or_default(),
        "bytes": hex,
    })
}
