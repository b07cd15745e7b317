//! `pos-agent devices decode`: captured bytes in words, a field engineer's first tool.
//!
//! Invariants: no device is touched and no configuration is needed; nothing that pays and no card number is written
//! (`drivers::explain`); bytes that break the protocol end with exit code 1, the offset and the rule. Not here: capturing.

use std::{
    io::{self, Read},
    path::{Path, PathBuf},
};

use clap::Args;
use drivers::explain::{CAPTURE_MAX_BYTES, Explanation, Protocol, bytes_of_hex, explain};
use serde_json::json;

use super::super::{Exit, Format, failed, print_json};

/// Characters of a hex dump for each captured byte, spaces and line breaks included.
const HEX_CHARS_PER_BYTE: usize = 4;

/// Explain captured bytes in words.
#[derive(Debug, Args)]
pub(crate) struct Decode {
    /// What they were on the wire: jpqr-mpm, jpqr-cpm, zvt, zvt-serial, escpos, escpos-status.
    #[arg(long)]
    protocol: Protocol,
    /// The file holds pairs of hex digits instead of the bytes themselves.
    #[arg(long)]
    hex: bool,
    /// The capture; `-` reads the standard input.
    file: PathBuf,
}

impl Decode {
    pub(crate) fn run(&self, format: Format) -> Exit {
        let bytes = match read(&self.file) {
            Ok(bytes) => bytes,
            Err(error) => return failed(&format!("{}: {error}", self.file.display())),
        };
        let bytes =
            if self.hex { String::from_utf8(bytes).ok().and_then(|t| bytes_of_hex(&t)) } else { Some(bytes) };
        let Some(bytes) = bytes else {
            return failed(&format!("{}: not pairs of hex digits", self.file.display()));
        };
        let explanation = explain(self.protocol, &bytes);
        say(&explanation, format);
        if explanation.breach.is_some() { Exit::Failed } else { Exit::Done }
    }
}

/// A capture over the bound is read one byte further, so that the explanation says so.
fn read(file: &Path) -> io::Result<Vec<u8>> {
    let bound = u64::try_from(CAPTURE_MAX_BYTES * HEX_CHARS_PER_BYTE + 1).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        io::stdin().lock().take(bound).read_to_end(&mut bytes)?;
    } else {
        std::fs::File::open(file)?.take(bound).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

fn say(explanation: &Explanation, format: Format) {
    match format {
        Format::Json => print_json(&json!(explanation)),
        Format::Text => explanation.to_lines().iter().for_each(|line| println!("{line}")),
    }
}
