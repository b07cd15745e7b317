//! The printer itself: a buffer, modes, a paper roll, sensors.
//!
//! Invariants: operations happen in order and only while paper and cover allow; a process id is answered only after all before it
//! happened; power takes the buffer, the modes and the automatic status with it, never the paper.
//! Deliberately not here: lines, tasks and waiting (`serve.rs`).

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

use super::{
    head::{Code, Head},
    interpret::{Graphic, Operation, read},
    paper::Roll,
    realtime::{RealTime, Scanner},
    sensors::Sensors,
    symbol,
};
use crate::script::{Direction, Engine, Step};

/// Size of the receive buffer, in bytes; when it is full the line is not read any more.
pub const BUFFER_MAX_BYTES: usize = 4_096;
/// Most replies that wait for somebody to read them; more are lost, as nobody is there.
const REPLIES_MAX: usize = 256;
/// What one look at the buffer did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Worked {
    /// A row was printed: the mechanism needs its time.
    Row,
    /// Nothing to do, or nothing can be done, until something changes.
    Idle,
}

/// The printer.
#[derive(Debug)]
pub(super) struct Machine {
    columns: usize,
    pub powered: bool,
    pub slow_ms: u64,
    pub paper_end_in_lines: Option<u32>,
    pub power_cut_before_id: bool,
    pub cutter_jams_next: bool,
    /// XOFF was sent: nothing is taken from the line.
    held: bool,
    pub roll: Roll,
    pub kicks: u32,
    pub unknown_bytes: u32,
    sensors: Sensors,
    automatic: u8,
    head: Head,
    stored_qr: Vec<u8>,
    /// Real-time drawer kicks are switched off.
    kick_off: bool,
    scanner: Scanner,
    buffer: VecDeque<u8>,
    replies: VecDeque<Step>,
    script: Engine,
    started: Instant,
}

impl Machine {
    pub fn new(columns: usize, script: Engine) -> Self {
        Self {
            columns,
            powered: true,
            slow_ms: 0,
            paper_end_in_lines: None,
            power_cut_before_id: false,
            cutter_jams_next: false,
            held: false,
            roll: Roll::default(),
            kicks: 0,
            unknown_bytes: 0,
            sensors: Sensors::default(),
            automatic: 0,
            head: Head::default(),
            stored_qr: Vec::new(),
            kick_off: false,
            scanner: Scanner::default(),
            buffer: VecDeque::new(),
            replies: VecDeque::new(),
            script,
            started: Instant::now(),
        }
    }

    /// When the fault script has something to do by itself.
    pub fn due(&self) -> Option<Instant> {
        self.script.due_ms().map(|ms| self.started + Duration::from_millis(ms))
    }

    /// What the fault script does by itself up to now.
    pub fn on_time(&mut self) {
        let now_ms = self.now_ms();
        for step in self.script.on_time(now_ms) {
            self.queue(step);
        }
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    pub fn room(&self) -> usize {
        if self.held { 0 } else { BUFFER_MAX_BYTES.saturating_sub(self.buffer.len()) }
    }

    pub fn next_reply(&mut self) -> Option<Step> {
        self.replies.pop_front()
    }

    /// What was said while nobody listened is lost; what a script does to the line waits for one.
    pub fn forget_replies(&mut self) {
        self.replies.retain(|step| !matches!(step, Step::Pass(_) | Step::Wait(_)));
    }

    pub fn power_off(&mut self) {
        self.powered = false;
        self.automatic = 0;
        self.held = false;
        self.head = Head::default();
        self.kick_off = false;
        self.stored_qr.clear();
        self.scanner = Scanner::default();
        self.buffer.clear();
        self.replies.clear();
    }

    /// Moves a sensor; the automatic status tells it.
    pub fn sense(&mut self, change: impl FnOnce(&mut Sensors)) {
        let before = self.sensors;
        change(&mut self.sensors);
        if before != self.sensors && self.automatic != 0 {
            self.reply(&self.sensors.automatic_status());
        }
    }

    /// A word of a fault script that changes the printer without saying so on the line.
    pub fn truth(&mut self, word: &str) {
        match word {
            "paper_end" => self.sense(|sensors| sensors.paper_end = true),
            "paper_loaded" => self.sense(|sensors| sensors.paper_end = false),
            "near_end" => self.sense(|sensors| sensors.near_end = true),
            "cover_open" => self.sense(|sensors| sensors.cover_open = true),
            "cover_closed" => self.sense(|sensors| sensors.cover_open = false),
            "busy" => self.hold(true),
            "ready" => self.hold(false),
            _ => tracing::warn!(word, "a fault script names a truth that a printer does not have"),
        }
    }

    /// XOFF or XON, once a change.
    pub fn hold(&mut self, held: bool) {
        if std::mem::replace(&mut self.held, held) != held {
            self.reply(&[if held { 0x13 } else { 0x11 }]);
        }
    }

    /// Takes bytes from the line, at most as many as there is room for.
    pub fn receive(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.buffer.push_back(byte);
            match self.scanner.push(byte) {
                Some(RealTime::Status(n)) => self.reply(&[self.sensors.real_time_status(n)]),
                Some(RealTime::Kick) if !self.kick_off => self.kick(),
                Some(RealTime::Clear) => {
                    self.buffer.clear();
                    self.head.forget_row();
                    self.reply(&[0x37, 0x25, 0x00]);
                }
                Some(RealTime::Kick) | None => {}
            }
        }
    }

    /// Works on the buffer until a row is printed or nothing more can be done.
    pub fn work(&mut self) -> Worked {
        while self.powered && !self.sensors.offline() {
            let Some((operation, length)) = read(self.buffer.make_contiguous(), self.head.reads_kanji())
            else {
                break;
            };
            if operation == Operation::Cut && std::mem::take(&mut self.cutter_jams_next) {
                // The cut waits in the buffer until somebody has freed the cutter.
                self.sense(|sensors| sensors.cutter_jam = true);
                break;
            }
            self.buffer.drain(..length);
            if self.operate(operation) {
                return Worked::Row;
            }
        }
        Worked::Idle
    }

    /// Carries out one operation; true when the paper moved.
    fn operate(&mut self, operation: Operation) -> bool {
        match operation {
            Operation::Initialise => {
                self.head = Head::default();
                self.kick_off = false;
                // A job begins with it.
                let now_ms = self.now_ms();
                self.script.begin_attempt(now_ms);
            }
            Operation::CodePage(n) => self.head.code_page = n,
            Operation::KanjiCode(n) => self.head.shift_jis = matches!(n, 0x01 | 0x31),
            Operation::KanjiMode(on) => self.head.kanji = on,
            Operation::International(n) => self.head.international = n,
            Operation::Align(n) => self.head.set_align(n),
            Operation::Size(n) => self.head.width = usize::from(n >> 4) + 1,
            Operation::Half(byte) => return self.place(Code::Half(byte)),
            Operation::Full(pair) => return self.place(Code::Full(pair)),
            Operation::Image(columns) => self.image(&columns),
            Operation::Define(code, dots) => self.head.define(code, *dots),
            Operation::Tab => self.head.tab(self.columns),
            Operation::Nothing => {}
            Operation::LineFeed => {
                self.feed();
                return true;
            }
            Operation::Cut => {
                self.finish_row();
                self.roll.cut();
                self.state("cut");
            }
            Operation::Kick => {
                self.kick();
                self.roll.kick();
            }
            Operation::Graphic(graphic) => return self.draw(graphic),
            Operation::RealTimeSwitches(switches) => {
                for (_, on) in switches.into_iter().filter(|(which, _)| *which == 1) {
                    self.kick_off = !on;
                }
            }
            Operation::AutomaticStatus(mask) => {
                self.automatic = mask;
                if mask != 0 {
                    self.reply(&self.sensors.automatic_status());
                }
            }
            Operation::AskPaper => self.reply(&[if self.sensors.near_end { 0x03 } else { 0x00 }]),
            Operation::ProcessId([a, b, c, d]) => self.answer_id([a, b, c, d]),
            Operation::Unknown(byte) => {
                self.unknown_bytes += 1;
                tracing::debug!(byte, "the printer does not know this command");
            }
        }
        false
    }

    /// Symbols and pictures; true when the paper moved.
    fn draw(&mut self, graphic: Graphic) -> bool {
        if let Graphic::QrStore(payload) = graphic {
            self.stored_qr = payload;
            return false;
        }
        self.finish_row();
        let paper = &mut self.roll.hanging;
        match graphic {
            Graphic::QrStore(_) => {}
            Graphic::QrPrint => paper.qr.push(String::from_utf8_lossy(&self.stored_qr).into_owned()),
            Graphic::Barcode(kind, content) => match symbol::read(kind, &content) {
                Some(text) => paper.barcodes.push(text),
                None => self.unknown_bytes += 1,
            },
            Graphic::Stored(key) => paper.stored.push(key.map(char::from).iter().collect()),
            Graphic::Raster(wide, image) => {
                paper.rasters += 1;
                self.roll.raster(wide, &image);
            }
        }
        true
    }

    fn answer_id(&mut self, [a, b, c, d]: [u8; 4]) {
        if std::mem::take(&mut self.power_cut_before_id) {
            self.power_off();
        } else {
            self.reply(&[0x37, 0x22, a, b, c, d, 0x00]);
        }
    }

    /// Puts a character into the row; a full row is printed first.
    fn place(&mut self, code: Code) -> bool {
        let full = !self.head.has_room(code, self.columns);
        if full {
            self.feed();
        }
        self.head.place(code);
        full
    }

    /// An image within the row; what the row has no room for is not printed.
    fn image(&mut self, columns: &[u8]) {
        self.head.image(columns, self.columns);
        self.roll.column_image(columns);
    }

    fn finish_row(&mut self) {
        if !self.head.is_empty() {
            self.feed();
        }
    }

    fn feed(&mut self) {
        self.roll.line(self.head.finish(self.columns));
        if let Some(left) = self.paper_end_in_lines.as_mut() {
            *left = left.saturating_sub(1);
            if *left == 0 {
                self.paper_end_in_lines = None;
                self.sense(|sensors| sensors.paper_end = true);
            }
        }
        self.state("line");
    }

    fn kick(&mut self) {
        self.kicks += 1;
    }

    fn state(&mut self, state: &str) {
        for step in self.script.on_state(state) {
            self.queue(step);
        }
    }

    fn reply(&mut self, message: &[u8]) {
        for step in self.script.on_message(Direction::Tx, message) {
            self.queue(step);
        }
    }

    /// What changes the printer happens now; what changes the line is queued for it.
    fn queue(&mut self, step: Step) {
        match step {
            Step::Truth(word) => self.truth(&word),
            step if self.replies.len() < REPLIES_MAX => self.replies.push_back(step),
            _ => tracing::debug!("a reply of the printer is lost: nobody reads"),
        }
    }
}
