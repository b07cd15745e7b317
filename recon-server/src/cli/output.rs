//! Writing results: JSON for programs, sentences for people. A reader that went away is no failure.

use std::{
    io::{self, Write},
    path::Path,
};

use anyhow::Context;
use serde::Serialize;

use super::OutputFormat;

/// Writes raw bytes to standard output.
pub fn bytes(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(gone) if gone.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Writes raw bytes to a file, or to standard output where none is named.
pub fn bytes_to(out: Option<&Path>, content: &[u8]) -> anyhow::Result<()> {
    match out {
        Some(path) => std::fs::write(path, content).with_context(|| format!("write {}", path.display())),
        None => Ok(bytes(content)?),
    }
}

/// Writes a line to standard output.
pub fn line(text: &str) -> io::Result<()> {
    bytes(format!("{text}\n").as_bytes())
}

/// Writes a value as JSON, or what a person reads.
pub fn value<T: Serialize>(
    format: OutputFormat,
    value: &T,
    text: impl FnOnce() -> String,
) -> anyhow::Result<()> {
    match format {
        OutputFormat::Json => line(&serde_json::to_string_pretty(value)?)?,
        OutputFormat::Text => line(text().trim_end())?,
        OutputFormat::Csv | OutputFormat::CsvCp932 | OutputFormat::Xlsx => {
            anyhow::bail!(
                "CSV と Excel で書けるのは report だけです。--format text か json を使ってください。"
            )
        }
    }
    Ok(())
}
