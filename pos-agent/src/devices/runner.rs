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
};
use drivers::{
    cat::{Cat, LinkState, Recorder},
    pos_printer::PosPrinter,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    Desk, claim::Claim, printer::Printer, recorder::TillRecorder, registry::Understood, standing::Stage,
    terminal::Terminal,
};
use crate::{
    edge::Entropy,
    till::{DeviceView, Envelope, Role, TillHandle},
};

/// The devices of a counter, before their tasks run.
pub struct Devices {
    till: TillHandle,
    entropy: Arc<dyn Entropy>,
    terminals: Vec<(Terminal, Option<Claim>)>,
    printer: Option<(Printer, Option<Claim>)>,
    present: BTreeSet<DeviceId>,
}

impl Devices {
    /// No device yet.
    #[must_use]
    pub const fn new(till: TillHandle, entropy: Arc<dyn Entropy>) -> Self {
        Self { till, entropy, terminals: Vec::new(), printer: None, present: BTreeSet::new() }
    }

    fn desk(&self, device: &DeviceId) -> Desk {
        Desk { device: device.clone(), till: self.till.clone(), entropy: Arc::clone(&self.entropy) }
    }

    /// Adds a device of the configuration. One that another agent has is shown as faulted and gives "not started".
    pub fn add(&mut self, id: &DeviceId, device: &Understood) {
        let claim = match self.claim(id, device) {
            Ok(claim) => claim,
            Err(shown) => return self.till.board().show_device(id, shown),
        };
        match device {
            Understood::Zvt(_) => {
                let recorder: Arc<dyn Recorder> = Arc::new(TillRecorder::new(self.desk(id)));
                if let Some(cat) = device.cat(Arc::clone(&recorder)) {
                    self.add_terminal(id, cat, recorder, claim);
                }
            }
            Understood::EscPos(_) => {
                if let Some(printer) = device.printer() {
                    self.add_printer(id, printer, claim);
                }
            }
        }
    }

    /// A file is nobody's alone; everything else is claimed for this process.
    fn claim(&self, id: &DeviceId, device: &Understood) -> Result<Option<Claim>, DeviceView> {
        if device.transport().is_write_only() {
            return Ok(None);
        }
        Claim::of(device.transport()).map(Some).map_err(|error| {
            tracing::error!(device = %id, %error, "device not claimed");
            DeviceView {
                role: device.role(),
                stage: Stage::Faulted,
                rests: false,
                link: LinkState::Faulted(error.to_string()),
                attention_ja: Some("この機器は別の窓口プログラムが使っています。そちらを終えてから、この窓口機を起動し直してください。".into()),
            }
        })
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
    }
}
