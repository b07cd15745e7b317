//! P15, P16 of the plan: the reference receipt's bytes on the wire and the time to make them, against python-escpos with the printer's
//! own QR symbol, on the same rows in the same run.
//!
//! Invariant: both sides get the rows as our layout placed them, so the content is the same; the peer says only what changes, as ours
//! does. Not here: the printer's speed; the wire is the limit.

use std::{
    hint::black_box,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use domain::id::PrintJobId;
use drivers::{
    escpos::{
        layout::{Row, place},
        reference::{REFERENCE_COLUMNS, reference_bytes, reference_receipt},
    },
    pos_printer::Align,
};
use serde_json::{Value, json};

use super::stats::{ROUNDS, quantile, ratio_percent, spread};

/// The peer, by name and version.
pub const PEER: &str = "python-escpos==3.1";
/// What runs it.
const SCRIPT: &str = include_str!("../../bench/receipt.py");
/// Receipts built in one round.
const BUILDS: usize = 2_000;
/// Bytes a second of a line of 115,200 baud, 8N1.
const WIRE_BYTES_PER_SECOND: u128 = 11_520;

/// What a run found.
pub struct Found {
    /// Our bytes, with set-up, automatic status, cut and process id.
    pub bytes: usize,
    /// The peer's bytes, with neither status nor process id.
    pub peer_bytes: usize,
    /// Our bytes over the peer's, in thousandths.
    pub bytes_per_mille: usize,
    /// Median time of one build in µs, last round.
    pub build_us: u128,
    /// Build time over the peer's.
    pub build: String,
    /// Time of our bytes on the wire, in µs.
    pub wire_us: u128,
}

/// Runs both on the same rows.
///
/// # Errors
/// When the peer cannot be installed or fails: its figure is never guessed.
pub fn measure(folder: &Path) -> Result<Found> {
    let python = install(folder)?;
    let task = json!({ "rows": rows()?, "builds": BUILDS }).to_string();
    let bytes = reference_bytes(PrintJobId(1))?.len();
    let (mut ratios, mut build_us, mut peer_bytes) = (Vec::new(), 0, 0);
    for _ in 0..ROUNDS {
        let ours = our_build()?;
        let peer = ask(&python, &task)?;
        peer_bytes = usize::try_from(peer["bytes"].as_u64().context("bytes")?)?;
        let theirs = Duration::from_nanos(peer["build_ns"].as_u64().context("build_ns")?);
        ratios.push(ratio_percent(ours, theirs));
        build_us = ours.as_micros();
    }
    ensure!(peer_bytes > 0, "the peer wrote nothing");
    let wire_us = u128::try_from(bytes)? * 1_000_000 / WIRE_BYTES_PER_SECOND;
    let bytes_per_mille = bytes * 1_000 / peer_bytes;
    Ok(Found { bytes, peer_bytes, bytes_per_mille, build_us, build: spread(ratios), wire_us })
}

/// A private environment for the peer, thrown away with the folder.
fn install(folder: &Path) -> Result<PathBuf> {
    let place = folder.join("python");
    run(Command::new("python3").args(["-m", "venv"]).arg(&place)).context("make a Python environment")?;
    let python = place.join("bin/python");
    let mut pip = Command::new(&python);
    run(pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", PEER]))
        .with_context(|| format!("install {PEER}"))?;
    Ok(python)
}

fn run(command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    if !output.status.success() {
        bail!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}

fn rows() -> Result<Vec<Value>> {
    place(&reference_receipt(), REFERENCE_COLUMNS).iter().map(row).collect()
}

fn row(row: &Row) -> Result<Value> {
    Ok(match row {
        Row::Text { text, align, large, bold } => {
            let align = match align {
                Align::Left => "left",
                Align::Centre => "center",
                Align::Right => "right",
            };
            json!({ "text": text, "align": align, "large": large, "bold": bold })
        }
        Row::Qr(payload) => json!({ "qr": payload }),
        Row::Barcode { .. } | Row::Logo(_) => bail!("the reference receipt has neither barcode nor logo"),
    })
}

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the monotonic clock")]
fn our_build() -> Result<Duration> {
    let mut times = Vec::with_capacity(BUILDS);
    for number in 0..u32::try_from(BUILDS)? {
        let begun = Instant::now();
        black_box(reference_bytes(PrintJobId(black_box(number)))?);
        times.push(begun.elapsed());
    }
    Ok(quantile(&mut times, 500))
}

fn ask(python: &Path, task: &str) -> Result<Value> {
    let mut child = Command::new(python)
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("start the peer")?;
    child.stdin.take().context("the peer's input")?.write_all(task.as_bytes())?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "the peer failed: {}", output.status);
    Ok(serde_json::from_slice(&output.stdout)?)
}
