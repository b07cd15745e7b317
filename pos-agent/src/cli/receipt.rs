//! `pos-agent receipt render --sale ID|FILE --to text|svg|escpos [--out FILE]`: the receipt of a sale, folded from the journal as it was
//! when the sale was completed.
//!
//! Invariants: the bytes are the printer driver's own, as the configured printer would get them; a journal in a file is read as far
//! as it is sound and its chain is checked; nothing is printed and nothing is changed. Not here: what stands on the paper ([`crate::paper`]).

mod source;

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use clap::{Subcommand, ValueEnum};
use domain::{event::Paper, id::PrintJobId};
use drivers::{
    escpos::{Columns, EscPosConfig, EscPosPrinter, Logo, preview, preview_svg},
    pos_printer::{Document, PosPrinter as _, PrintOutcome},
    transport::Transport,
};

use self::source::{Source, find};
use super::{Exit, failed, runtime};
use crate::{
    config::Config,
    devices::registry::{Understood, understand_all},
};

/// Papers.
#[derive(Debug, Subcommand)]
pub(super) enum Receipt {
    /// Show the receipt of a sale.
    Render {
        /// Id of a sale in this counter's journal, or a file of `journal export`, whose last completed sale is shown.
        #[arg(long)]
        sale: Source,
        /// What to make of it.
        #[arg(long, value_enum, default_value = "text")]
        to: Target,
        /// Columns of the paper; those of the configured printer, or 48, where none are given.
        #[arg(long)]
        columns: Option<u8>,
        /// File to make; the standard output where none is given.
        #[arg(long)]
        out: Option<PathBuf>,
    },
}

/// What a receipt can be made into.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Target {
    /// The rows as the printer gets them.
    Text,
    /// A picture of the paper.
    Svg,
    /// The bytes that the printer gets.
    Escpos,
}

impl Receipt {
    pub(super) fn run(&self, config: &Config) -> Exit {
        let Self::Render { sale, to, columns, out } = self;
        let printer = match printer(config, *columns) {
            Ok(printer) => printer,
            Err(why) => {
                eprintln!("{why}");
                return Exit::Usage;
            }
        };
        let made = match find(&config.journal_path(), sale) {
            Ok(Some(document)) => make(&document, *to, printer),
            Ok(None) => return failed(&"その取引の完了した記録がありません。"),
            Err(error) => return failed(&format!("記録を読めません: {error}")),
        };
        match made.and_then(|bytes| write(&bytes, out.as_deref()).map_err(|error| error.to_string())) {
            Ok(()) => Exit::Done,
            Err(error) => failed(&error),
        }
    }
}

/// The configured printer, or a usual one; with the columns that were asked for.
fn printer(config: &Config, columns: Option<u8>) -> Result<EscPosConfig, String> {
    let devices = understand_all(&config.device).map_err(|error| error.to_string())?;
    let configured = devices.into_iter().find_map(|(_, device)| match device {
        Understood::EscPos(config) => Some(*config),
        _ => None,
    });
    let mut printer = configured.unwrap_or_else(|| EscPosConfig::new(Transport::File(PathBuf::new())));
    if let Some(columns) = columns {
        printer.columns = Columns::try_from(columns)
            .map_err(|_| format!("--columns {columns}: 16 から 64 までにしてください。"))?;
    }
    Ok(printer)
}

fn make(document: &Document, to: Target, printer: EscPosConfig) -> Result<Vec<u8>, String> {
    let runtime = runtime().map_err(|error| error.to_string())?;
    match to {
        Target::Text => {
            let rows = preview(document, printer.columns);
            Ok(rows.into_iter().map(|row| row + "\n").collect::<String>().into_bytes())
        }
        Target::Svg => {
            let logo = runtime.block_on(logo(&printer));
            Ok(preview_svg(document, printer.columns, logo.as_ref()).into_bytes())
        }
        Target::Escpos => runtime.block_on(bytes(document, printer)),
    }
}

/// A logo that cannot be had keeps no receipt from being shown, as it keeps none from being printed.
async fn logo(printer: &EscPosConfig) -> Option<Logo> {
    match printer.logo.as_ref()?.load().await {
        Ok(logo) => Some(logo),
        Err(error) => {
            tracing::warn!(%error, "shown without the logo");
            None
        }
    }
}

/// What the driver itself sends, kept in a file that goes away.
async fn bytes(document: &Document, printer: EscPosConfig) -> Result<Vec<u8>, String> {
    let path = std::env::temp_dir().join(format!("pos-agent-receipt-{}.bin", std::process::id()));
    let driver = EscPosPrinter::new(EscPosConfig { transport: Transport::File(path.clone()), ..printer });
    let outcome = driver.print(PrintJobId(0), document.clone()).await;
    let read = std::fs::read(&path);
    // It may never have been made.
    let _ = std::fs::remove_file(&path);
    match outcome {
        PrintOutcome::Printed => read.map_err(|error| error.to_string()),
        PrintOutcome::NotPrinted { reason_ja } | PrintOutcome::Unknown { reason_ja, .. } => Err(reason_ja),
    }
}

fn write(bytes: &[u8], out: Option<&Path>) -> io::Result<()> {
    match out {
        Some(path) => std::fs::write(path, bytes),
        None => io::stdout().lock().write_all(bytes),
    }
}

/// The receipt of a completed sale.
const fn receipt_of(sale: domain::id::SaleId) -> Paper {
    Paper::Receipt { sale, copy: 0 }
}
