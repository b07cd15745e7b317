//! `pos-agent devices simulate KIND --listen TRANSPORT [--script FILE]`: a machine in software for any outside program.
//!
//! Invariants: the first line says where it listens, before anything can be asked of it; a script that cannot be read or is for another
//! machine is wrong usage, never a machine without faults; it runs until Ctrl-C and then shows its own book, the judge of whoever
//! talked to it. Not here: what the machines do (`drivers`).

use std::{error::Error, path::PathBuf, sync::Arc, time::Duration};

use clap::{Args, ValueEnum};
use drivers::{
    escpos::simulator::{EscPosSimulator, SimulatorConfig as PrinterConfig},
    paypay::simulator::{PayPaySimulator, SimulatorOptions as OperatorOptions},
    scanner::{ScannerSimulator, simulator::SimulatorConfig as ScannerConfig},
    script::Script,
    transport::{Listener, SerialDefaults, Transport, TransportError},
    zvt::simulator::{EntryKind, EntryState, Listen, SimulatorConfig as TerminalConfig, ZvtSimulator},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::mpsc};

use crate::{
    cli::{Exit, Format, asked_to_stop, failed, runtime},
    edge::SystemClock,
};

/// Lines of the standard input that wait to be scanned.
const INPUT_LINES_MAX: usize = 16;
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
    /// A citizen pays each code of the operator after so many milliseconds.
    #[arg(long)]
    pays_after_ms: Option<u64>,
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
    /// PayPay's Open Payment API on the loopback, with a book of its own. A citizen pays by POST to the address in the code, or by
    /// itself after `--pays-after-ms`.
    Paypay,
    /// A barcode scanner. Each line of the standard input is one scan: the AIM identifier without `]`, a blank, the code, as in
    /// `C0 1234567890`.
    Scanner,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Zvt => "zvt",
            Self::Escpos => "escpos",
            Self::Scanner => "scanner",
            Self::Paypay => "paypay",
        }
    }
}

/// A machine that runs.
enum Machine {
    Terminal(ZvtSimulator),
    Printer(EscPosSimulator),
    Scanner(ScannerSimulator),
    Operator(PayPaySimulator),
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
        tokio::select! {
            () = asked_to_stop() => {}
            () = machine.hear_the_input() => {}
        }
        let book = machine.book();
        match format {
            Format::Text => println!("帳簿: {book:#}"),
            Format::Json => println!("{book}"),
        }
        machine.stop().await;
        Exit::Done
    }

    async fn start(&self, place: Option<Transport>, script: Script) -> Result<Machine, Box<dyn Error>> {
        match self.kind {
            Kind::Paypay => self.operator(place, &script).await.map(Machine::Operator),
            Kind::Zvt => {
                let listen = place.map_or_else(pseudo_terminal, |place| Ok(Listen::At(place)))?;
                let terminal_id = self.terminal_id.clone();
                let config = TerminalConfig { listen, terminal_id, ..TerminalConfig::loopback() };
                let terminal = ZvtSimulator::start(config, Arc::new(SystemClock)).await?;
                terminal.load_script(&script);
                Ok(Machine::Terminal(terminal))
            }
            Kind::Scanner => {
                let listener = match place {
                    Some(place) => Listener::bind(&place, SerialDefaults::PLAIN).await?,
                    None => pseudo_terminal_line()?,
                };
                let config = ScannerConfig { script, ..ScannerConfig::default() };
                Ok(Machine::Scanner(ScannerSimulator::start_on(listener, config)))
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

    /// The operator waits on a TCP address of this computer. Key and secret are the simulator's own, made up and published.
    async fn operator(
        &self,
        place: Option<Transport>,
        script: &Script,
    ) -> Result<PayPaySimulator, Box<dyn Error>> {
        let Some(Transport::Tcp { host, port }) = place else {
            return Err(TransportError::NotListenable { address: self.listen.clone() }.into());
        };
        let listener = TcpListener::bind((host.as_str(), port)).await?;
        let pays_after = self.pays_after_ms.map(Duration::from_millis);
        let options = OperatorOptions { pays_after, ..OperatorOptions::default() };
        Ok(PayPaySimulator::serve(listener, options, script, Arc::new(SystemClock))?)
    }
}

/// What the operator says happened: orders by their state, and how often it was asked.
fn operators_book(operator: &PayPaySimulator) -> Value {
    let orders: Vec<Value> = operator
        .book()
        .iter()
        .map(|order| {
            json!({
                "order": order.merchant_payment_id, "amount": order.amount.get(), "settled": order.settled.get(),
                "refunded": order.refunded.get(), "state": format!("{:?}", order.state).to_lowercase(),
            })
        })
        .collect();
    let asked = ["create", "details", "delete", "cancel", "refund", "unauthorized"];
    let asked: serde_json::Map<String, Value> =
        asked.iter().map(|what| ((*what).to_owned(), json!(operator.asked(what)))).collect();
    json!({ "orders": orders, "charged": operator.charged().len(), "asked": asked })
}

/// The lines of the standard input, from a thread of their own: reading them must not hold up the end of the program.
fn input_lines() -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel(INPUT_LINES_MAX);
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    lines
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
            Self::Scanner(scanner) => scanner.address().to_string(),
            Self::Operator(operator) => operator.base_url().to_owned(),
        }
    }

    /// What a person puts before the scanner, line by line; never ends, also not with the input.
    async fn hear_the_input(&self) {
        let Self::Scanner(scanner) = self else { return std::future::pending().await };
        let mut lines = input_lines();
        while let Some(line) = lines.recv().await {
            match line.split_once(' ') {
                Some((aim, code)) => scanner.scan(aim, code.as_bytes()).await,
                None => eprintln!("一行に「種類 コード」の形で入れてください（例: C0 1234567890）。"),
            }
        }
        std::future::pending().await
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
            Self::Scanner(scanner) => json!({ "scans": scanner.book() }),
            Self::Operator(operator) => operators_book(operator),
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
            Self::Scanner(scanner) => drop(scanner),
            Self::Operator(operator) => operator.stop().await,
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
