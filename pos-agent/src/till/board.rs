//! What pages see: the state after the last durable command, and beside it what devices and the uplink show.
//!
//! Invariant: nothing here is a source of truth; everything but `state` and `head` may be lost without loss of money.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use domain::{
    due::{Effect, due},
    id::{AttemptId, DeviceId},
    state::State,
    time::Timestamp,
};
use drivers::{
    cat::{CodeToShow, LinkState, Progress},
    transport::Transport,
};
use journal::chain::Head;
use tokio::sync::watch;

use crate::{
    codes::{safe::CodeSafe, scans::Scans},
    devices::{
        power::{Power, port_gone},
        standing::Stage,
    },
    uplink::plan::Alarm,
};

/// What a device is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Payment terminal.
    Cat,
    /// Receipt printer.
    Printer,
    /// Barcode scanner.
    Scanner,
}

impl Role {
    /// The word on screens.
    #[must_use]
    pub const fn label_ja(self) -> &'static str {
        match self {
            Self::Cat => "決済端末",
            Self::Printer => "レシートプリンタ",
            Self::Scanner => "バーコードリーダー",
        }
    }
}

/// One device on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceView {
    /// What it is for.
    pub role: Role,
    /// Where it stands.
    pub stage: Stage,
    /// It failed so often that new sales are turned away until its line holds again.
    pub rests: bool,
    /// Its link.
    pub link: LinkState,
    /// It takes a payer's code that our scanner read.
    pub takes_codes: bool,
    /// It gives its totals of the day over the line. A machine for cards does; an operator in the network does not, its totals stand on its
    /// own screen.
    pub gives_totals: bool,
    /// What the clerk should do about it, in Japanese.
    pub attention_ja: Option<String>,
}

/// The line to the centre on the screen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UplinkView {
    /// The last time the centre answered.
    pub last_heard: Option<Timestamp>,
    /// Failures in a row; 0 when the line is up.
    pub failures: u32,
    /// Something that a person must look at.
    pub alarm: Option<Alarm>,
}

/// Everything that a page may show.
#[derive(Debug, Clone)]
pub struct View {
    /// The state after the last durable command.
    pub state: Arc<State>,
    /// The journal's head.
    pub head: Head,
    /// Last entry that the centre has; entries after it are 未送信.
    pub delivered: u64,
    /// The clock at the last command or tick.
    pub now: Timestamp,
    /// Devices by name.
    pub devices: BTreeMap<DeviceId, DeviceView>,
    /// What terminals show while attempts run.
    pub progress: BTreeMap<AttemptId, Progress>,
    /// Codes that citizens scan from the display while attempts run.
    pub codes: BTreeMap<AttemptId, CodeToShow>,
    /// The line to the centre.
    pub uplink: UplinkView,
    /// The disk is full: nothing new begins.
    pub disk_full: bool,
    /// The till has stopped, with the sentence for the clerk.
    pub stopped: Option<String>,
}

impl View {
    /// Entries that the centre does not have yet.
    #[must_use]
    pub const fn undelivered(&self) -> u64 {
        self.head.sequence_number.0.saturating_sub(self.delivered)
    }
}

/// Holds the newest view and what is due.
#[derive(Debug, Clone)]
pub struct Board {
    view: Arc<watch::Sender<Arc<View>>>,
    due: Arc<watch::Sender<Arc<[Effect]>>>,
    /// How often a person asked for a device to be looked for now.
    asked: Arc<watch::Sender<BTreeMap<DeviceId, u32>>>,
    scans: Scans,
    safe: CodeSafe,
    /// Where the devices are, to tell a port that is gone from a line that is silent.
    places: Arc<Mutex<BTreeMap<DeviceId, Transport>>>,
}

impl Board {
    /// A board over a state that was just folded.
    #[must_use]
    pub fn new(state: Arc<State>, head: Head, delivered: u64, now: Timestamp) -> Self {
        let effects: Arc<[Effect]> = due(&state).into();
        let view = View {
            state,
            head,
            delivered,
            now,
            devices: BTreeMap::new(),
            progress: BTreeMap::new(),
            codes: BTreeMap::new(),
            uplink: UplinkView::default(),
            disk_full: false,
            stopped: None,
        };
        Self {
            view: Arc::new(watch::Sender::new(Arc::new(view))),
            due: Arc::new(watch::Sender::new(effects)),
            asked: Arc::default(),
            scans: Scans::default(),
            safe: CodeSafe::default(),
            places: Arc::default(),
        }
    }

    /// The newest view, and a notice of each newer one.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<Arc<View>> {
        self.view.subscribe()
    }

    /// The view at this moment.
    #[must_use]
    pub fn current(&self) -> Arc<View> {
        Arc::clone(&self.view.borrow())
    }

    /// What is due; published before the answer of the command that made it so.
    #[must_use]
    pub fn due(&self) -> watch::Receiver<Arc<[Effect]>> {
        self.due.subscribe()
    }

    /// A device's link changed.
    pub fn show_device(&self, id: &DeviceId, device: DeviceView) {
        if self.current().devices.get(id) != Some(&device) {
            self.change(|view| {
                view.devices.insert(id.clone(), device);
            });
        }
    }

    /// Where a device is.
    pub fn place_device(&self, id: &DeviceId, place: Transport) {
        self.places.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), place);
    }

    /// The UnifiedPOS power state of a device that is shown.
    #[must_use]
    pub fn power(&self, id: &DeviceId, device: &DeviceView) -> Power {
        let places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        Power::of(device.stage, places.get(id).is_some_and(port_gone))
    }

    /// A person has looked at a device, or wants it looked for now.
    pub fn ask_for_device(&self, id: &DeviceId) {
        self.asked.send_modify(|asked| {
            let times = asked.entry(id.clone()).or_default();
            *times = times.wrapping_add(1);
        });
    }

    /// What persons ask of devices.
    #[must_use]
    pub fn asked_for(&self) -> watch::Receiver<BTreeMap<DeviceId, u32>> {
        self.asked.subscribe()
    }

    /// A terminal shows something.
    pub fn show_progress(&self, attempt: AttemptId, progress: Progress) {
        self.change(|view| {
            view.progress.insert(attempt, progress);
        });
    }

    /// A code to scan from the display, or none any more.
    pub fn show_code(&self, attempt: AttemptId, code: Option<CodeToShow>) {
        self.change(|view| match code {
            Some(code) => drop(view.codes.insert(attempt, code)),
            None => drop(view.codes.remove(&attempt)),
        });
    }

    /// An attempt has ended; its last progress and its code leave the screen.
    pub fn clear_progress(&self, attempt: AttemptId) {
        self.change(|view| {
            view.progress.remove(&attempt);
            view.codes.remove(&attempt);
        });
        self.safe.take(attempt);
    }

    /// What the scanner read last.
    #[must_use]
    pub const fn scans(&self) -> &Scans {
        &self.scans
    }

    /// Payers' codes on their way to a terminal.
    #[must_use]
    pub const fn safe(&self) -> &CodeSafe {
        &self.safe
    }

    /// The line to the centre changed.
    pub fn show_uplink(&self, uplink: UplinkView) {
        if self.current().uplink != uplink {
            self.change(|view| view.uplink = uplink);
        }
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut View)) {
        self.view.send_modify(|view| change(Arc::make_mut(view)));
    }

    pub(super) fn show_due(&self, effects: Vec<Effect>) {
        self.due.send_if_modified(|shown| {
            let changed = **shown != *effects;
            if changed {
                *shown = effects.into();
            }
            changed
        });
    }
}
