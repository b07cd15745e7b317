//! One conversation on the terminal's side, with the fault script between it and the till.
//!
//! Invariants: the script may hold back one direction while the other goes on; a line that ends leaves no request under way: what was
//! taken and not acknowledged is taken back or kept, as the terminal is. An attempt of a script begins with each `ask`.

use std::time::Duration;

use tokio::{
    sync::mpsc,
    time::{Instant, sleep, sleep_until, timeout_at},
};

use super::{
    machine::{ENTRIES_MAX, EntryState, NullMachine, Pending, Unacknowledged},
    word::{Asked, Last, OK, STOPPED, Said},
};
use crate::cat::CatKind;
use crate::script::{Direction, Step};

/// Messages that wait on a line; both sides wait for each other, so few do.
const LINE_MESSAGES_MAX: usize = 16;
/// Messages that can be repeated by a script.
const REMEMBERED_MAX: usize = 64;
/// Which of the till's clocks are accepted (`protocols.md` 2.1: two minutes).
const CLOCK_OFF_MAX_SECONDS: u32 = 120;

/// The till's end of a line.
#[derive(Debug)]
pub(super) struct TillEnd {
    pub say: mpsc::Sender<Asked>,
    pub hear: mpsc::Receiver<Said>,
}

/// The line is gone, for so long.
struct Gone(Duration);

impl NullMachine {
    /// Opens a line; `None` while the terminal is out of reach. Must be called inside a tokio runtime.
    pub(super) fn open(&self) -> Option<TillEnd> {
        let out_of_reach = self.lock().unreachable_until.is_some_and(|until| Instant::now() < until);
        if out_of_reach {
            return None;
        }
        let (say, from_till) = mpsc::channel(LINE_MESSAGES_MAX);
        let (to_till, hear) = mpsc::channel(LINE_MESSAGES_MAX);
        tokio::spawn(serve(self.clone(), from_till, to_till));
        Some(TillEnd { say, hear })
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.lock().started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

async fn serve(machine: NullMachine, from_till: mpsc::Receiver<Asked>, to_till: mpsc::Sender<Said>) {
    let (say, said) = mpsc::channel(LINE_MESSAGES_MAX);
    let (heard, hear) = mpsc::channel(LINE_MESSAGES_MAX);
    let ended = tokio::select! {
        gone = inward(&machine, from_till, heard) => gone,
        gone = outward(&machine, said, to_till.clone()) => gone,
        gone = by_itself(&machine) => gone,
        gone = Terminal { machine: &machine, say, hear }.converse() => gone,
        // The till has hung up.
        () = to_till.closed() => Gone(Duration::ZERO),
    };
    if !ended.0.is_zero() {
        machine.lock().unreachable_until = Some(Instant::now() + ended.0);
    }
    match machine.config.unacknowledged {
        Unacknowledged::Reverse => machine.reverse_pending(),
        Unacknowledged::Keep => machine.lock().pending = None,
    }
}

/// From the till to the terminal.
async fn inward(machine: &NullMachine, mut from: mpsc::Receiver<Asked>, to: mpsc::Sender<Asked>) -> Gone {
    while let Some(asked) = from.recv().await {
        let word = asked.word();
        let steps = {
            let now_ms = machine.now_ms();
            let mut inner = machine.lock();
            if matches!(asked, Asked::Ask { .. }) {
                inner.asks += 1;
                inner.engine.begin_attempt(now_ms);
            }
            inner.engine.on_message(Direction::Rx, word.as_bytes())
        };
        for step in steps {
            match carry_out(machine, step).await {
                Err(gone) => return gone,
                Ok(Some(bytes)) if bytes == word.as_bytes() => {
                    if to.send(asked.clone()).await.is_err() {
                        return Gone(Duration::ZERO);
                    }
                }
                // Part of a message is none.
                Ok(_) => {}
            }
        }
    }
    Gone(Duration::ZERO)
}

/// From the terminal to the till.
async fn outward(machine: &NullMachine, mut from: mpsc::Receiver<Said>, to: mpsc::Sender<Said>) -> Gone {
    while let Some(said) = from.recv().await {
        let word = said.word();
        let steps = {
            let mut inner = machine.lock();
            if inner.said.len() == REMEMBERED_MAX {
                inner.said.pop_front();
            }
            inner.said.push_back(said);
            inner.engine.on_message(Direction::Tx, word.as_bytes())
        };
        for step in steps {
            let bytes = match carry_out(machine, step).await {
                Err(gone) => return gone,
                Ok(Some(bytes)) => bytes,
                Ok(None) => continue,
            };
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let known = machine.lock().said.iter().rev().find(|said| said.word() == text).cloned();
            if let Some(said) = known.or_else(|| Said::of_word(&text))
                && to.send(said).await.is_err()
            {
                return Gone(Duration::ZERO);
            }
        }
    }
    // The terminal says nothing more; the till may still listen.
    std::future::pending().await
}

/// What the script does by its time.
async fn by_itself(machine: &NullMachine) -> Gone {
    loop {
        let due = {
            let inner = machine.lock();
            inner.engine.due_ms().map(|ms| inner.started + Duration::from_millis(ms))
        };
        // A new attempt may bring a new time.
        let look_again = Instant::now() + Duration::from_millis(10);
        sleep_until(due.unwrap_or(look_again).min(look_again)).await;
        let now_ms = machine.now_ms();
        let steps = machine.lock().engine.on_time(now_ms);
        for step in steps {
            if let Err(gone) = carry_out(machine, step).await {
                return gone;
            }
        }
    }
}

/// The bytes that pass, if any.
async fn carry_out(machine: &NullMachine, step: Step) -> Result<Option<Vec<u8>>, Gone> {
    match step {
        Step::Pass(bytes) => return Ok(Some(bytes)),
        Step::Wait(time) => sleep(time).await,
        Step::Cut(time) | Step::Power(time) => return Err(Gone(time)),
        Step::Stall => std::future::pending().await,
        Step::Truth(word) => {
            machine.truth(&word);
        }
    }
    Ok(None)
}

struct Terminal<'a> {
    machine: &'a NullMachine,
    say: mpsc::Sender<Said>,
    hear: mpsc::Receiver<Asked>,
}

impl Terminal<'_> {
    async fn converse(mut self) -> Gone {
        self.say(Said::Hello).await;
        while let Some(asked) = self.hear.recv().await {
            match asked {
                Asked::Ask { attempt, kind, amount } => {
                    self.machine.lock().pending = Some(Pending { attempt, kind, amount, entry: None });
                    self.attempt(kind).await;
                    self.machine.lock().ends = None;
                }
                Asked::Query(attempt) => {
                    let last = self.machine.last(attempt);
                    self.say(Said::Last(last)).await;
                }
                Asked::Day => {
                    let totals = self.machine.close_day();
                    self.say(Said::Totals(totals)).await;
                }
                // To a question that is over.
                Asked::Stop | Asked::Ack | Asked::Refuse => {}
            }
        }
        Gone(Duration::ZERO)
    }

    async fn say(&self, said: Said) {
        // A line that is gone is noticed by the one who relays.
        let _ = self.say.send(said).await;
    }

    /// Whether the script has not decided yet what became of the request.
    fn is_open(&self) -> bool {
        self.machine.lock().pending.is_some()
    }

    async fn attempt(&mut self, kind: CatKind) {
        if let Some(why) = self.refusal(kind) {
            self.machine.lock().pending = None;
            return self.say(Said::Refused(why)).await;
        }
        self.say(Said::Accepted).await;
        let ends = self.machine.lock().ends.take();
        match self.wait(self.machine.config.pace).await {
            Some(Asked::Stop) => return self.end(STOPPED).await,
            _ if !self.is_open() => return,
            _ => {}
        }
        if let Some(code) = ends {
            return self.end(&code).await;
        }
        for said in [Said::Card, Said::Centre] {
            self.say(said).await;
            if self.wait(self.machine.config.pace).await == Some(Asked::Stop) {
                self.say(Said::TooLate).await;
            }
            if !self.is_open() {
                return;
            }
        }
        let Some(entry) = self.machine.charge() else { return };
        self.say(Said::Result { code: OK.to_owned(), approval: entry.approval() }).await;
        self.settle().await;
    }

    /// Why a request is not taken.
    fn refusal(&self, kind: CatKind) -> Option<String> {
        let mut inner = self.machine.lock();
        if let Some(off) = inner.clock_off_seconds.take().filter(|off| *off > CLOCK_OFF_MAX_SECONDS) {
            return Some(format!("the clock is {off} s off: set the clock of this computer, then try again"));
        }
        if inner.book.len() >= ENTRIES_MAX {
            return Some("the book is full".to_owned());
        }
        let CatKind::Void { original } = kind else { return None };
        let sale = inner.book.iter().find(|entry| entry.attempt == original);
        match sale {
            Some(sale) if sale.state == EntryState::Standing && !sale.day_closed => None,
            _ => Some("nothing to take back".to_owned()),
        }
    }

    /// Waits for the till's word on the result.
    async fn settle(&mut self) {
        let by = Instant::now() + self.machine.config.ack_wait;
        loop {
            match timeout_at(by, self.hear.recv()).await {
                Ok(Some(Asked::Ack)) => {
                    self.machine.lock().pending = None;
                    return self.say(Said::Completed).await;
                }
                Ok(Some(Asked::Stop)) => self.say(Said::TooLate).await,
                Ok(Some(Asked::Query(_))) => self.say(Said::Last(Last::Running)).await,
                Ok(Some(Asked::Ask { .. } | Asked::Day)) => {}
                Ok(Some(Asked::Refuse)) => break,
                Ok(None) => return,
                Err(_elapsed) if self.machine.config.unacknowledged == Unacknowledged::Keep => {
                    self.machine.lock().pending = None;
                    return;
                }
                Err(_elapsed) => break,
            }
        }
        self.machine.reverse_pending();
        self.say(Said::Ended("66".to_owned())).await;
    }

    async fn end(&self, code: &str) {
        self.machine.lock().pending = None;
        self.say(Said::Ended(code.to_owned())).await;
    }

    /// Waits; ends early with a stop.
    async fn wait(&mut self, time: Duration) -> Option<Asked> {
        let by = Instant::now() + time;
        loop {
            match timeout_at(by, self.hear.recv()).await {
                Ok(Some(Asked::Stop)) => return Some(Asked::Stop),
                Ok(Some(_)) => {}
                Ok(None) => std::future::pending().await,
                Err(_elapsed) => return None,
            }
        }
    }
}
