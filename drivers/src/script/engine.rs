//! Carries a script along: counts matches, remembers the last messages, answers steps.

use std::{collections::VecDeque, time::Duration};

use super::{
    Direction, HELD_MAX_BYTES, Script, Step,
    parse::{Action, Pattern, Point, Rule},
};

/// How many sent messages are remembered for `repeat`.
const SENT_REMEMBERED_MAX: usize = 256;

/// A script under way. One per run of a simulator; it outlives the lines.
#[derive(Debug, Clone)]
pub struct Engine {
    rules: Vec<(Rule, u32)>,
    last_rx: Vec<u8>,
    last_tx: Vec<u8>,
    sent: VecDeque<(Vec<u8>, Vec<u8>)>,
    held_rx: Vec<u8>,
    held_tx: Vec<u8>,
    /// The attempt under way, from 1, and when it began; 0 before the first.
    attempt: (u32, u64),
}

impl Engine {
    /// Starts a script.
    #[must_use]
    pub fn new(script: &Script) -> Self {
        Self {
            rules: script.rules.iter().map(|rule| (rule.clone(), 0)).collect(),
            last_rx: Vec::new(),
            last_tx: Vec::new(),
            sent: VecDeque::new(),
            held_rx: Vec::new(),
            held_tx: Vec::new(),
            attempt: (0, 0),
        }
    }

    /// A new attempt begins, `now_ms` after the run began: what the simulator takes for one is its own affair (a payment, a
    /// print job, a scan).
    pub const fn begin_attempt(&mut self, now_ms: u64) {
        self.attempt = (self.attempt.0.saturating_add(1), now_ms);
    }

    /// What happens by itself up to this moment, `now_ms` after the run began. Each rule with `after_ms` takes hold once.
    #[must_use]
    pub fn on_time(&mut self, now_ms: u64) -> Vec<Step> {
        let mut due = Vec::new();
        for (rule, matches) in &mut self.rules {
            if *matches == 0 && time_of(rule, self.attempt).is_some_and(|ms| ms <= now_ms) {
                *matches = 1;
                due.push(rule.clone());
            }
        }
        due.iter().flat_map(|rule| self.act(rule, Direction::Tx, &[])).collect()
    }

    /// When [`Engine::on_time`] has something next, in milliseconds after the run began.
    #[must_use]
    pub fn due_ms(&self) -> Option<u64> {
        let waiting = self.rules.iter().filter(|(_, matches)| *matches == 0);
        waiting.filter_map(|(rule, _)| time_of(rule, self.attempt)).min()
    }

    /// What happens to a message. The first rule that takes hold decides.
    #[must_use]
    pub fn on_message(&mut self, direction: Direction, message: &[u8]) -> Vec<Step> {
        self.on_framed(direction, message, message)
    }

    /// The same where the bytes on the line are a frame around the message: patterns look at the message, `at_byte` counts
    /// within the frame, and `replace`, `insert` and `repeat` put their bytes on the line as they are.
    #[must_use]
    pub fn on_framed(&mut self, direction: Direction, message: &[u8], frame: &[u8]) -> Vec<Step> {
        let other_way = match direction {
            Direction::Rx => &self.last_tx,
            Direction::Tx => &self.last_rx,
        };
        let mut found = None;
        for (rule, matches) in &mut self.rules {
            let here = matches!(&rule.point, Point::Message(way, prefix) if *way == direction && begins(message, prefix));
            let armed = rule.after.as_ref().is_none_or(|prefix| begins(other_way, prefix));
            if !here || !armed || rule.attempt.is_some_and(|attempt| attempt != self.attempt.0) {
                continue;
            }
            *matches = matches.saturating_add(1);
            if found.is_none() && rule.nth.is_none_or(|nth| nth == *matches) {
                found = Some(rule.clone());
            }
        }
        let steps = match &found {
            None => vec![Step::Pass(frame.to_vec())],
            Some(rule) => self.act(rule, direction, frame),
        };
        self.remember(direction, message, frame);
        self.release(direction, steps)
    }

    /// What happens when the simulator enters a named state of its own.
    #[must_use]
    pub fn on_state(&mut self, state: &str) -> Vec<Step> {
        let mut found = None;
        for (rule, matches) in &mut self.rules {
            let here = matches!(&rule.point, Point::State(name) if name == state);
            if !here || rule.attempt.is_some_and(|attempt| attempt != self.attempt.0) {
                continue;
            }
            *matches = matches.saturating_add(1);
            if found.is_none() && rule.nth.is_none_or(|nth| nth == *matches) {
                found = Some(rule.clone());
            }
        }
        found.map_or_else(Vec::new, |rule| self.act(&rule, Direction::Tx, &[]))
    }

    fn act(&mut self, rule: &Rule, direction: Direction, frame: &[u8]) -> Vec<Step> {
        let at = rule.at_byte.unwrap_or(0).min(frame.len());
        let (head, tail) = frame.split_at(at);
        let pass = || Step::Pass(frame.to_vec());
        let ms = Duration::from_millis;
        let mut steps: Vec<Step> = rule.truth.iter().cloned().map(Step::Truth).collect();
        match &rule.action {
            Action::Drop => {}
            Action::Double => steps.extend([pass(), pass()]),
            Action::Delay { ms: wait } => steps.extend([Step::Wait(ms(*wait)), pass()]),
            Action::Split { pause_ms } => {
                steps.extend([
                    Step::Pass(head.to_vec()),
                    Step::Wait(ms(*pause_ms)),
                    Step::Pass(tail.to_vec()),
                ]);
            }
            Action::Merge if self.held(direction).len() + frame.len() > HELD_MAX_BYTES => steps.push(pass()),
            Action::Merge => self.held(direction).extend_from_slice(frame),
            Action::Corrupt => {
                let mut bytes = frame.to_vec();
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 0xFF;
                }
                steps.push(Step::Pass(bytes));
            }
            Action::Replace { with } => steps.push(Step::Pass(with.clone())),
            Action::Insert { with } => steps.push(Step::Pass([head, with, tail].concat())),
            Action::Repeat { of } => {
                steps.push(pass());
                let earlier = self.sent.iter().rev().find(|(message, _)| begins(message, of));
                steps.extend(earlier.map(|(_, frame)| Step::Pass(frame.clone())));
            }
            Action::Cut { reconnect_ms } => {
                steps.extend([Step::Pass(head.to_vec()), Step::Cut(ms(*reconnect_ms))]);
            }
            Action::Power { reconnect_ms } => {
                steps.extend([Step::Pass(head.to_vec()), Step::Power(ms(*reconnect_ms))]);
            }
            Action::Stall => steps.push(Step::Stall),
            Action::Book => steps.push(pass()),
        }
        steps.retain(|step| !matches!(step, Step::Pass(bytes) if bytes.is_empty()));
        steps
    }

    /// Puts what `merge` held back in front of the next bytes that pass.
    fn release(&mut self, direction: Direction, mut steps: Vec<Step>) -> Vec<Step> {
        let first = steps.iter_mut().find_map(|step| match step {
            Step::Pass(bytes) => Some(bytes),
            _ => None,
        });
        if let Some(bytes) = first {
            let held = self.held(direction);
            held.append(bytes);
            std::mem::swap(held, bytes);
        }
        steps
    }

    const fn held(&mut self, direction: Direction) -> &mut Vec<u8> {
        match direction {
            Direction::Rx => &mut self.held_rx,
            Direction::Tx => &mut self.held_tx,
        }
    }

    fn remember(&mut self, direction: Direction, message: &[u8], frame: &[u8]) {
        match direction {
            Direction::Rx => self.last_rx = message.to_vec(),
            Direction::Tx => {
                self.last_tx = message.to_vec();
                if self.sent.len() == SENT_REMEMBERED_MAX {
                    self.sent.pop_front();
                }
                self.sent.push_back((message.to_vec(), frame.to_vec()));
            }
        }
    }
}

/// When a rule of time takes hold: within the attempt that it names, else within the run.
fn time_of(rule: &Rule, (attempt, began_ms): (u32, u64)) -> Option<u64> {
    match (&rule.point, rule.attempt) {
        (Point::Time(ms), None) => Some(*ms),
        (Point::Time(ms), Some(wanted)) if wanted == attempt => Some(began_ms.saturating_add(*ms)),
        _ => None,
    }
}

fn begins(message: &[u8], prefix: &Pattern) -> bool {
    message.len() >= prefix.len()
        && message.iter().zip(prefix).all(|(byte, wanted)| wanted.is_none_or(|wanted| wanted == *byte))
}
