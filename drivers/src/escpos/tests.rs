//! The driver against the simulated printer, over real lines. The paper is the judge.

mod bytes;
mod drawn;
mod encode;
mod faults;
mod lines;
mod pictures;
mod print;
mod stall;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use super::{
    client::EscPosPrinter,
    config::EscPosConfig,
    layout::{Columns, preview},
    reference::reference_receipt,
    simulator::{EscPosSimulator, SimulatorConfig},
    text::Replacements,
};
use crate::{
    pos_printer::{Align, Document, Line, PosPrinter, PrintOutcome},
    script::Script,
};

/// Longest time that a condition is waited for, in milliseconds.
const EVENTUALLY_MS: u64 = 5_000;

async fn simulator(script: Script) -> EscPosSimulator {
    let config = SimulatorConfig { script, ..SimulatorConfig::default() };
    EscPosSimulator::start(&config).await.unwrap()
}

/// A driver with the usual deadlines, for jobs that end well also on a busy machine.
fn config_for(simulator: &EscPosSimulator) -> EscPosConfig {
    EscPosConfig { columns: Columns::MIDDLE, ..EscPosConfig::new(simulator.address()) }
}

/// A driver that gives up early, for jobs that do not end well.
fn impatient(simulator: &EscPosSimulator) -> EscPosConfig {
    EscPosConfig {
        connect_ms: 500,
        write_ms: 300,
        answer_ms: 500,
        process_id_ms: 500,
        row_ms: 0,
        attention_ms: 600,
        ..config_for(simulator)
    }
}

fn printer_for(simulator: &EscPosSimulator) -> EscPosPrinter {
    EscPosPrinter::new(config_for(simulator))
}

fn text(text: &str, align: Align) -> Line {
    Line::Text { text: text.to_owned(), align, large: false, bold: false }
}

fn pair(left: &str, right: &str) -> Line {
    Line::Pair { left: left.to_owned(), right: right.to_owned(), bold: false }
}

fn receipt() -> Document {
    reference_receipt()
}

/// The preview without the lines that stand for symbols and pictures.
fn expected_lines(document: &Document, columns: Columns) -> Vec<String> {
    preview(document, columns).into_iter().filter(|line| !line.contains('［')).collect()
}

fn table(entries: &[(char, &str)]) -> Replacements {
    let table: BTreeMap<_, _> = entries.iter().map(|(c, to)| (*c, (*to).to_owned())).collect();
    Replacements::try_from(table).unwrap()
}

fn ended(outcome: &PrintOutcome) -> &'static str {
    match outcome {
        PrintOutcome::Printed => "printed",
        PrintOutcome::NotPrinted { .. } => "not_printed",
        PrintOutcome::Unknown { may_still_print: true, .. } => "unknown_may_still_print",
        PrintOutcome::Unknown { may_still_print: false, .. } => "unknown_cleared",
    }
}

fn reason(outcome: PrintOutcome) -> String {
    match outcome {
        PrintOutcome::Printed => String::new(),
        PrintOutcome::NotPrinted { reason_ja } | PrintOutcome::Unknown { reason_ja, .. } => reason_ja,
    }
}

async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..EVENTUALLY_MS / 5 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("never: {what}");
}

/// A simulator that shared code with the driver would share its mistakes.
#[test]
fn the_simulator_reads_bytes_in_its_own_way() {
    let sources = [
        include_str!("simulator.rs"),
        include_str!("simulator/dots.rs"),
        include_str!("simulator/head.rs"),
        include_str!("simulator/interpret.rs"),
        include_str!("simulator/machine.rs"),
        include_str!("simulator/paper.rs"),
        include_str!("simulator/realtime.rs"),
        include_str!("simulator/sensors.rs"),
        include_str!("simulator/serve.rs"),
        include_str!("simulator/symbol.rs"),
    ];
    for source in sources {
        for foreign in [
            "super::super",
            "crate::escpos",
            "escpos::frame",
            "escpos::command",
            "escpos::layout",
            "escpos::bars",
            "escpos::barcode",
            "escpos::glyphs",
            "escpos::cell",
        ] {
            assert!(!source.contains(foreign), "{foreign}");
        }
    }
}
