//! The conformance kit (`devices.md` 6): a driver and its machine are put through named cases, and a report says what was seen.
//!
//! Without a live device the driver talks to its own simulator, which fails by the fault scripts, and the simulator's book or paper is
//! the judge; the report says so. With one, only what is safe is done, and a person is asked before money moves.
//! Invariants: a check passes, fails, or is skipped with its reason, none is left out; no card number enters a report; nothing is
//! journalled, a counter's own books are not touched. Not here: what the machines do (`drivers`), the words of the command line.

mod ledger;
mod operator;
mod printer;
mod printer_drawn;
mod printer_flow;
mod printer_live;
pub mod report;
mod rest;
mod scanner;
mod terminal;
mod terminal_bench;
mod terminal_faults;
mod terminal_kills;
mod terminal_live;
mod trial;

use std::{future::Future, pin::Pin};

use domain::{id::DeviceId, time::Timestamp};

use self::report::{Check, Report};
use crate::devices::registry::Understood;

/// A person beside the machine. Nobody there is a "no".
pub trait Person: Send + Sync {
    /// Asks for a yes or a no, in Japanese.
    fn agrees<'a>(&'a self, question_ja: &'a str) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>>;
}

/// Against what the driver is tried.
#[derive(Clone, Copy)]
pub enum Against<'a> {
    /// The driver's own simulator.
    Simulator,
    /// The configured machine, with a person beside it.
    Live(&'a dyn Person),
}

/// Puts a device through its cases. Must run inside a runtime of one thread, so that its log is heard where it is looked through.
pub async fn certify(id: &DeviceId, device: &Understood, against: Against<'_>, at: Timestamp) -> Report {
    let checks: Vec<Check> = match (device, against) {
        (Understood::Zvt(config), Against::Simulator) => terminal::checks(config).await,
        (Understood::EscPos(config), Against::Simulator) => printer::checks(config).await,
        (Understood::Zvt(config), Against::Live(person)) => terminal_live::checks(config, person).await,
        (Understood::EscPos(config), Against::Live(person)) => printer_live::checks(config, person).await,
        (Understood::PayPay(_), Against::Simulator) => operator::checks().await,
        (Understood::PayPay(settings), Against::Live(_)) => operator::live(settings).await,
        (Understood::Scanner(config), Against::Simulator) => scanner::checks(config).await,
        (Understood::Scanner(config), Against::Live(person)) => scanner::live(config, person).await,
    };
    let live = matches!(against, Against::Live(_)).then(|| device.place());
    let (driver, standard) = match device {
        Understood::Zvt(_) => ("zvt", "ZVT PA00P015 13.x, PA00P016"),
        Understood::PayPay(_) => ("paypay", "PayPay Open Payment API v2"),
        Understood::EscPos(_) => ("escpos", "Epson ESC/POS command reference"),
        Understood::Scanner(_) => ("serial-scanner", "AIM symbology identifiers (ISO/IEC 15424), GS1-128"),
    };
    Report::new(id, driver, standard, live, at, checks)
}
