//! `pos-agent devices simulate KIND --listen TRANSPORT [--script FILE]`: a machine in software for any outside program.
//!
//! Invariants: the first line says where it listens, before anything can be asked of it; a script that cannot be read or is for another
//! machine is wrong usage, never a machine without faults; it runs until Ctrl-C and then shows its own book, the judge of whoever
//! talked to it. Not here: what the machines do (`drivers`).

use std::{path::PathBuf, sync::Arc};

use clap::{Args, ValueEnum};
use drivers::{
    escpos::simulator::{EscPosSimulator, SimulatorConfig as PrinterConfig},
    script::Script,
    transport::{Listener, SerialDefaults, Transport, TransportError},
    zvt::simulator::{EntryKind, EntryState, Listen, SimulatorConfig as TerminalConfig, ZvtSimulator},
};
use serde_json::{Value, json};

use crate::{
    cli::{Exit, Format, asked_to_stop, failed, runtime},
    edge::SystemClock,
};

/// What `--listen` says for a new pseudo-terminal.
const PTY: &str = "pty";

/// Start a machine in software.
#[derive(Debug, Args)]
pub(in crate::cli) struct Simulate {
    /// Which machine.
    #[arg(value_enum)]
    kind: Kind,
    /// Where it waits: `tcp://127.0.0.1:0` (port 0 lets the system choose), `serial:///dev/…`, or `pty` for a new pseudo-terminal.
    #[arg(long, default_value = "tcp://127.0.0.1:0")]
    listen: String,
    /// Fault script in TOML: what goes wrong, and when.
    #[arg(long)]
    script: Option<PathBuf>,
    /// Columns of the printer's paper.
    #[arg(long, default_value_t = 48)]
    columns: u8,
    /// TID of the terminal, eight digits.
    #[arg(long, default_value = "12345678")]
    terminal_id: String,
}

/// The machines there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// A payment terminal that speaks ZVT; every card is approved unless the script says otherwise.
    Zvt,
    /// A receipt printer that speaks ESC/POS.
    Escpos,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Zvt => "zvt",
            Self::Escpos => "escpos",
        }
    }
}

/// A machine that runs.
enum Machine {
    Terminal(ZvtSimulator),
    Printer(EscPosSimulator),
}

impl Simulate {
    pub(super) fn run(&self, format: Format) -> Exit {
        let script = match self.read_script() {
            Ok(script) => script,
            Err(error) => {
                eprintln!("故障の台本を使えません: {error}");
                return Exit::Usage;
            }
        };
        let place = match self.listen.as_str() {
            PTY => None,
            address => match address.parse::<Transport>() {
                Ok(address) => Some(address),
                Err(error) => {
                    eprintln!("--listen: {error}");
                    return Exit::Usage;
                }
            },
        };
        match runtime() {
            Ok(runtime) => runtime.block_on(self.serve(place, script, format)),
            Err(error) => failed(&error),
        }
    }

    fn read_script(&self) -> Result<Script, String> {
        let Some(path) = &self.script else { return Ok(Script::none()) };
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let script = Script::parse(&text).map_err(|error| error.to_string())?;
        if script.device == self.kind.word() {
            Ok(script)
        } else {
            Err(format!("it is for {:?}, not for {}", script.device, self.kind.word()))
        }
    }

    async fn serve(&self, place: Option<Transport>, script: Script, format: Format) -> Exit {
        let machine = match self.start(place, script).await {
            Ok(machine) => machine,
            Err(error) => return failed(&error),
        };
        let listening = machine.address();
        // One line, also as JSON: whoever started us reads a line and goes on.
        match format {
            Format::Text => println!("{} を待っています: {listening}", self.kind.word()),
            Format::Json => println!("{}", json!({ "kind": self.kind.word(), "listening": listening })),
        }
        asked_to_stop().await;
        let book = machine.book();
        match format {
            Format::Text => println!("帳簿: {book:#}"),
            Format::Json => println!("{book}"),
        }
        machine.stop().await;
        Exit::Done
    }

    async fn start(&self, place: Option<Transport>, script: Script) -> Result<Machine, TransportError> {
        match self.kind {
            Kind::Zvt => {
                let listen = place.map_or_else(pseudo_terminal, |place| Ok(Listen::At(place)))?;
                let terminal_id = self.terminal_id.clone();
                let config = TerminalConfig { listen, terminal_id, ..TerminalConfig::loopback() };
                let terminal = ZvtSimulator::start(config, Arc::new(SystemClock)).await?;
                terminal.load_script(&script);
                Ok(Machine::Terminal(terminal))
            }
            Kind::Escpos => {
                let config = PrinterConfig { columns: self.columns, script, ..PrinterConfig::default() };
                let listener = match place {
                    Some(place) => Listener::bind(&place, SerialDefaults::PLAIN).await?,
                    None => pseudo_terminal_line()?,
                };
                Ok(Machine::Printer(EscPosSimulator::start_on(listener, &config)))
            }
        }
    }
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "where there are no pseudo-terminals this fails")]
fn pseudo_terminal() -> Result<Listen, TransportError> {
    Ok(Listen::Pty)
}

#[cfg(unix)]
fn pseudo_terminal_line() -> Result<Listener, TransportError> {
    Listener::pty()
}

#[cfg(not(unix))]
fn pseudo_terminal() -> Result<Listen, TransportError> {
    Err(TransportError::NotListenable { address: PTY.to_owned() })
}

#[cfg(not(unix))]
fn pseudo_terminal_line() -> Result<Listener, TransportError> {
    Err(TransportError::NotListenable { address: PTY.to_owned() })
}

impl Machine {
    fn address(&self) -> String {
        match self {
            Self::Terminal(terminal) => terminal.address().to_string(),
            Self::Printer(printer) => printer.address().to_string(),
        }
    }

    /// What the machine itself says happened.
    fn book(&self) -> Value {
        match self {
            Self::Terminal(terminal) => {
                let (book, asked) = (terminal.book(), terminal.counters());
                let entries: Vec<Value> = book
                    .iter()
                    .map(|entry| {
                        json!({
                            "receipt": entry.receipt, "amount": entry.amount.get(),
                            "kind": match entry.kind {
                                EntryKind::Sale => "sale",
                                EntryKind::Void { .. } => "void",
                                EntryKind::Refund => "refund",
                            },
                            "state": state_word(entry.state),
                        })
                    })
                    .collect();
                json!({
                    "entries": entries, "registrations": asked.registrations, "sales": asked.sales,
                    "voids": asked.voids, "repeats": asked.repeats, "days_closed": asked.days_closed,
                    "status_enquiries": asked.status_enquiries,
                })
            }
            Self::Printer(printer) => {
                let papers: Vec<Value> = printer
                    .papers()
                    .iter()
                    .map(|paper| {
                        json!({ "lines": paper.lines, "qr": paper.qr, "drawer_kicks": paper.drawer_kicks })
                    })
                    .collect();
                json!({
                    "papers": papers, "hanging_lines": printer.hanging().lines.len(),
                    "drawer_kicks": printer.drawer_kicks(), "unknown_bytes": printer.unknown_bytes(),
                })
            }
        }
    }

    async fn stop(self) {
        match self {
            Self::Terminal(terminal) => terminal.stop().await,
            Self::Printer(printer) => printer.stop().await,
        }
    }
}

const fn state_word(state: EntryState) -> &'static str {
    match state {
        EntryState::Standing => "standing",
        EntryState::Reversed => "reversed",
        EntryState::Voided => "voided",
    }
}
