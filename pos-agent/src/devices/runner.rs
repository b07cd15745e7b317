//! Starts the tasks of the devices and answers for devices that are not there.
//!
//! Invariant: every effect has someone who ends it: a device that the profile names and the configuration does not have gives
//! "not started", never silence.

use std::{collections::BTreeSet, sync::Arc};

use domain::{
    command::{Command, PrintReport},
    due::Effect,
    event::Actor,
    id::DeviceId,
    payment::{NotStartedWhy, Outcome, QueryAnswer},
    time::Clock,
};
use drivers::{
    cat::{Cat, LinkState, Recorder},
    pos_printer::PosPrinter,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    Desk, claim::Claim, printer::Printer, recorder::TillRecorder, registry::Understood, scanner::Scanner,
    standing::Stage, terminal::Terminal,
};
use crate::{
    edge::{Entropy, SystemClock},
    till::{DeviceView, Envelope, Role, TillHandle},
};

/// What the clerk reads where another agent has the device.
const ANOTHER_AGENT: &str =
    "この機器は別の窓口プログラムが使っています。そちらを終えてから、この窓口機を起動し直してください。";
/// What the clerk reads where the device's settings cannot be used.
const NOT_SET_UP: &str = "設定または鍵のファイルを使えません。管理者に知らせてください。直したあと、この窓口機を起動し直してください。";

/// The devices of a counter, before their tasks run.
pub struct Devices {
    till: TillHandle,
    entropy: Arc<dyn Entropy>,
    clock: Arc<dyn Clock>,
    terminals: Vec<(Terminal, Option<Claim>)>,
    printer: Option<(Printer, Option<Claim>)>,
    scanners: Vec<(Scanner, Option<Claim>)>,
    present: BTreeSet<DeviceId>,
}

impl Devices {
    /// No device yet.
    #[must_use]
    pub fn new(till: TillHandle, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            till,
            entropy,
            clock: Arc::new(SystemClock),
            terminals: Vec::new(),
            printer: None,
            scanners: Vec::new(),
            present: BTreeSet::new(),
        }
    }

    /// The same devices, by another clock: operators judge our requests by their time.
    #[must_use]
    pub fn timed_by(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    fn desk(&self, device: &DeviceId) -> Desk {
        Desk { device: device.clone(), till: self.till.clone(), entropy: Arc::clone(&self.entropy) }
    }

    /// Adds a device of the configuration. One that another agent has, or whose secret cannot be read, is shown as faulted and gives
    /// "not started".
    pub fn add(&mut self, id: &DeviceId, device: &Understood) {
        if let Some(transport) = device.transport() {
            self.till.board().place_device(id, transport.clone());
        }
        let claim = match device.claimable().map(Claim::of).transpose() {
            Ok(claim) => claim,
            Err(error) => return self.show_faulted(id, device, &error.to_string(), ANOTHER_AGENT),
        };
        match device {
            Understood::Zvt(_) | Understood::PayPay(_) => {
                let recorder: Arc<dyn Recorder> = Arc::new(TillRecorder::new(self.desk(id)));
                let (clock, entropy) = (Arc::clone(&self.clock), Arc::clone(&self.entropy));
                match device.cat(Arc::clone(&recorder), clock, entropy) {
                    Ok(Some(made)) if made.takes_codes => {
                        self.add_code_terminal(id, made.cat, recorder, claim);
                    }
                    Ok(Some(made)) => self.add_terminal(id, made.cat, recorder, claim),
                    Ok(None) => {}
                    Err(why) => self.show_faulted(id, device, &why, NOT_SET_UP),
                }
            }
            Understood::EscPos(_) => {
                if let Some(printer) = device.printer() {
                    self.add_printer(id, printer, claim);
                }
            }
            Understood::Scanner(config) => {
                self.scanners.push((Scanner::new(self.desk(id), config.clone()), claim));
            }
        }
    }

    fn show_faulted(&self, id: &DeviceId, device: &Understood, why: &str, attention_ja: &str) {
        tracing::error!(device = %id, why, "device cannot be used");
        let shown = DeviceView {
            role: device.role(),
            stage: Stage::Faulted,
            rests: false,
            link: LinkState::Faulted(why.to_owned()),
            takes_codes: false,
            gives_totals: matches!(device, Understood::Zvt(_)),
            attention_ja: Some(attention_ja.to_owned()),
        };
        self.till.board().show_device(id, shown);
    }

    /// Adds a terminal that was made elsewhere.
    pub fn add_terminal(
        &mut self,
        id: &DeviceId,
        cat: Arc<dyn Cat>,
        recorder: Arc<dyn Recorder>,
        claim: Option<Claim>,
    ) {
        self.present.insert(id.clone());
        self.terminals.push((Terminal::new(self.desk(id), cat, recorder), claim));
    }

    /// Adds a terminal that takes payers' codes which our scanner read.
    pub fn add_code_terminal(
        &mut self,
        id: &DeviceId,
        cat: Arc<dyn Cat>,
        recorder: Arc<dyn Recorder>,
        claim: Option<Claim>,
    ) {
        self.present.insert(id.clone());
        self.terminals.push((Terminal::new(self.desk(id), cat, recorder).taking_codes(), claim));
    }

    /// Adds the printer; a second one is not used.
    pub fn add_printer(&mut self, id: &DeviceId, printer: Arc<dyn PosPrinter>, claim: Option<Claim>) {
        if self.printer.is_some() {
            tracing::warn!(device = %id, "a counter has one receipt printer; this one is not used");
            return;
        }
        self.present.insert(id.clone());
        self.printer = Some((Printer::new(self.desk(id), printer), claim));
    }

    /// Starts every task; they end after `stop`, each with its order in flight brought to its end.
    pub fn start(self, tasks: &TaskTracker, stop: &CancellationToken) {
        let has_printer = self.printer.is_some();
        let absent = Absent { till: self.till, entropy: self.entropy, present: self.present, has_printer };
        tasks.spawn(absent.run(stop.clone()));
        for (terminal, claim) in self.terminals {
            let stop = stop.clone();
            tasks.spawn(async move {
                terminal.run(stop).await;
                drop(claim);
            });
        }
        for (scanner, claim) in self.scanners {
            let stop = stop.clone();
            tasks.spawn(async move {
                scanner.run(stop).await;
                drop(claim);
            });
        }
        if let Some((printer, claim)) = self.printer {
            let stop = stop.clone();
            tasks.spawn(async move {
                printer.run(stop).await;
                drop(claim);
            });
        }
    }
}

/// Answers for what is not there.
struct Absent {
    till: TillHandle,
    entropy: Arc<dyn Entropy>,
    present: BTreeSet<DeviceId>,
    has_printer: bool,
}

impl Absent {
    async fn run(self, stop: CancellationToken) {
        let mut due = self.till.board().due();
        loop {
            let effects = Arc::clone(&due.borrow_and_update());
            for effect in effects.iter() {
                self.answer(effect).await;
            }
            tokio::select! {
                changed = due.changed() => if changed.is_err() { return },
                () = stop.cancelled() => return,
            }
        }
    }

    async fn answer(&self, effect: &Effect) {
        let Some(command) = self.command(effect) else { return };
        let envelope = Envelope { actor: Actor::Agent, id: self.entropy.command_id(), command };
        if let Err(error) = self.till.submit(envelope).await {
            tracing::error!(%error, "answer for an absent device not journalled");
        }
    }

    fn command(&self, effect: &Effect) -> Option<Command> {
        let absent = |device: &DeviceId| !self.present.contains(device);
        let detail = "the configuration has no such device".to_owned();
        match effect {
            Effect::Authorize { attempt, device, .. } if absent(device) => Some(Command::RecordOutcome {
                attempt: *attempt,
                outcome: Outcome::NotStarted { why: NotStartedWhy::DeviceUnavailable, detail },
            }),
            Effect::Query { attempt, device, .. } if absent(device) => Some(Command::RecordQueryAnswer {
                attempt: *attempt,
                answer: QueryAnswer::CannotTell { detail },
            }),
            Effect::ReadTerminalTotals { route, device } if absent(device) => {
                Some(Command::RecordTerminalTotalsFailure {
                    route: route.clone(),
                    reason: "端末がこの機械に設定されていません。日計票を見て入れてください。".into(),
                })
            }
            Effect::Print { job, .. } if !self.has_printer => Some(Command::ReportPrint {
                job: *job,
                report: PrintReport::Failed {
                    reason:
                        "レシートプリンタが設定されていません。画面の内容を手書きの領収書に写してください。"
                            .into(),
                },
            }),
            _ => None,
        }
    }
}

/// The word of a role in the command line's lists.
#[must_use]
pub const fn role_word(role: Role) -> &'static str {
    match role {
        Role::Cat => "cat",
        Role::Printer => "printer",
        Role::Scanner => "scanner",
    }
}
