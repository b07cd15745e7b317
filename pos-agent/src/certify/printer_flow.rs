//! A printer on a serial line that sends XOFF in the middle of a job (`devices.md` E18).
//!
//! Invariants: while the printer holds the line nothing is printed and nothing is given up; after XON the job goes on at the very byte.
//! It is tried with both readers of XOFF: the system (`flow=xonxoff`) and the driver (`flow=none`). A pseudo-terminal has no real
//! speed, so the hold is shortened; that a wire of 9,600 baud keeps the bytes is for a live printer.

use std::time::Duration;

use domain::id::PrintJobId;
use drivers::{
    escpos::{
        Columns, EscPosConfig, EscPosPrinter, preview,
        simulator::{EscPosSimulator, SimulatorConfig},
    },
    pos_printer::{Align, Document, Line, PosPrinter as _, PrintOutcome},
    script::Script,
    transport::Listener,
};
use tokio::time::{Instant, sleep};

use super::{
    printer::impatient,
    report::Check,
    trial::{PRINTER, Trial},
};

/// Name and title of the case.
pub(super) const CASE: (&str, &str) =
    ("printer.xoff", "シリアル線（9600ボーの設定）: XOFFのあいだ待ち、1バイトも失わない（保留は短縮）");
/// Both ways in which XOFF is heard.
const LINES: [&str; 2] = ["baud=9600&flow=xonxoff", "baud=9600&flow=none"];
/// How long the line is held: longer than each of the kit's short deadlines, in milliseconds.
const HELD_MS: u64 = 1_200;
/// How long a job may stand still here, in milliseconds.
const ATTENTION_MS: u64 = 20_000;
/// How often the paper is looked at, and how often at most before the hold, in milliseconds.
const LOOK_MS: u64 = 5;
const LOOKS_MAX: u32 = 2_000;
/// Rows of the job: more bytes than printer and line can hold together, so that XOFF falls into the middle of it.
const ROWS: u32 = 450;
/// The row after which the printer sends XOFF.
const BUSY_SCRIPT: &str =
    "device = \"escpos\"\nrule = [{ state = \"line\", nth = 20, do = \"book\", truth = \"busy\" }]";

/// `printer.xoff`.
pub(super) async fn check(device: &EscPosConfig) -> Check {
    let mut trial = Trial::new(CASE.0, PRINTER, CASE.1);
    let (system, driver) = tokio::join!(held(device, LINES[0]), held(device, LINES[1]));
    for (settings, ended) in LINES.into_iter().zip([system, driver]) {
        trial.sent(format!("{ROWS} rows over a serial line with {settings}; XOFF after row 20"));
        match ended {
            Err(why) => return trial.skipped(why),
            Ok(seen) => {
                trial.seen(format!("{settings}: {:?}, {} rows after XON", seen.outcome, seen.lines.len()));
                trial.must_equal("outcome", &seen.outcome, &PrintOutcome::Printed);
                trial.must(seen.waited, format!("{settings}: it printed or gave up while the line was held"));
                trial.must(
                    seen.lines == seen.expected,
                    format!("{settings}: rows were lost, doubled or changed"),
                );
                trial.must_equal("bytes that began no command", &seen.unknown_bytes, &0);
            }
        }
    }
    trial.done()
}

/// What came of one job.
struct Seen {
    outcome: PrintOutcome,
    /// Nothing moved while the line was held, and the job went on for as long.
    waited: bool,
    lines: Vec<String>,
    expected: Vec<String>,
    unknown_bytes: u32,
}

/// Every row is another one, so that a lost or doubled byte is seen.
fn long_job() -> Document {
    let row = |n: u32| Line::Text {
        text: format!("{n:04} 領収書の行 ABCDEFGHIJKLMNOPQRSTUVW"),
        align: Align::Left,
        large: false,
        bold: false,
    };
    Document { lines: (1..=ROWS).map(row).collect(), open_drawer: false }
}

#[cfg(unix)]
fn line() -> Result<Listener, String> {
    Listener::pty().map_err(|error| error.to_string())
}

#[cfg(not(unix))]
fn line() -> Result<Listener, String> {
    Err("この機械には疑似端末がありません。実機のシリアル線で確かめてください。".to_owned())
}

async fn held(device: &EscPosConfig, settings: &str) -> Result<Seen, String> {
    let script = Script::parse(BUSY_SCRIPT).map_err(|error| error.to_string())?;
    let machine = SimulatorConfig { columns: 48, script, ..SimulatorConfig::default() };
    let simulator = EscPosSimulator::start_on(line()?, &machine);
    let transport =
        format!("{}?{settings}", simulator.address()).parse().map_err(|_| "no such line".to_owned())?;
    let config =
        EscPosConfig { columns: Columns::WIDE, attention_ms: ATTENTION_MS, ..impatient(device, transport) };
    let printer = EscPosPrinter::new(config);
    let (document, began) = (long_job(), Instant::now());
    let (outcome, stood_still) =
        tokio::join!(printer.print(PrintJobId(1), document.clone()), hold(&simulator));
    let seen = Seen {
        outcome,
        waited: stood_still && began.elapsed() >= Duration::from_millis(HELD_MS),
        lines: simulator.papers().into_iter().flat_map(|paper| paper.lines).collect(),
        expected: preview(&document, Columns::WIDE),
        unknown_bytes: simulator.unknown_bytes(),
    };
    simulator.stop().await;
    Ok(seen)
}

/// Waits for XOFF, keeps the line held and lets it go; whether the paper stood still meanwhile.
async fn hold(simulator: &EscPosSimulator) -> bool {
    for _ in 0..LOOKS_MAX {
        if simulator.hanging().lines.len() >= 20 {
            break;
        }
        sleep(Duration::from_millis(LOOK_MS)).await;
    }
    sleep(Duration::from_millis(HELD_MS)).await;
    // What was taken before XOFF is printed; the rest, and the cut, wait.
    let stood_still = simulator.papers().is_empty();
    simulator.busy(false);
    stood_still
}
