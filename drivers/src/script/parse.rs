//! The TOML of a fault script, checked once.

use serde::Deserialize;

use super::{Direction, PATTERN_MAX_BYTES, RULES_MAX, WAIT_MAX_MS};

/// A parsed script.
#[derive(Debug, Clone, PartialEq)]
pub struct Script {
    /// The simulator it is for: `zvt`, `escpos`, …
    pub device: String,
    /// The rules, in the order in which they are tried.
    pub(super) rules: Vec<Rule>,
    /// What the person at the counter does, for the runner.
    pub clerk: toml::Table,
    /// What must be true at the end, for the runner.
    pub expect: toml::Table,
}

/// A text that is no script.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScriptError {
    /// Not TOML, or keys that no script has.
    #[error("not a fault script: {0}")]
    Toml(String),
    /// A rule without exactly one of `rx`, `tx`, `state`, `after_ms`.
    #[error("rule {0}: exactly one of rx, tx, state, after_ms is needed")]
    Point(usize),
    /// Neither hex nor a quoted word, or longer than [`PATTERN_MAX_BYTES`].
    #[error(
        "rule {rule}: {text:?} is not hex bytes (?? for any) or 'a word' of at most {PATTERN_MAX_BYTES} bytes"
    )]
    Hex {
        /// Rule from 1.
        rule: usize,
        /// What stands there.
        text: String,
    },
    /// An action that does not exist.
    #[error("rule {rule}: no action {word:?}")]
    Action {
        /// Rule from 1.
        rule: usize,
        /// What stands there.
        word: String,
    },
    /// A key that the action needs is missing.
    #[error("rule {rule}: the action needs {key}")]
    Missing {
        /// Rule from 1.
        rule: usize,
        /// The key.
        key: &'static str,
    },
    /// Beyond a bound.
    #[error("{0} is out of bounds")]
    Bound(&'static str),
}

/// A prefix of bytes; `None` stands for any byte.
pub(super) type Pattern = Vec<Option<u8>>;

/// Where a rule takes hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Point {
    Message(Direction, Pattern),
    State(String),
    /// Milliseconds after the run began, or after the attempt that the rule names.
    Time(u64),
}

/// One rule: where, which time, what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    pub point: Point,
    /// Only when the last message the other way began like this.
    pub after: Option<Pattern>,
    /// Only during this attempt, from 1.
    pub attempt: Option<u32>,
    /// Which match, from 1; without it every match.
    pub nth: Option<u32>,
    /// Offset within the message, in bytes, where the action takes hold.
    pub at_byte: Option<usize>,
    pub action: Action,
    pub truth: Option<String>,
}

/// What a rule does to the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Action {
    Drop,
    Double,
    Delay { ms: u64 },
    Split { pause_ms: u64 },
    Merge,
    Corrupt,
    Replace { with: Vec<u8> },
    Insert { with: Vec<u8> },
    Repeat { of: Pattern },
    Cut { reconnect_ms: u64 },
    Power { reconnect_ms: u64 },
    Stall,
    Book,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawScript {
    device: String,
    #[serde(default)]
    rule: Vec<RawRule>,
    #[serde(default)]
    clerk: toml::Table,
    #[serde(default)]
    expect: toml::Table,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    rx: Option<String>,
    tx: Option<String>,
    state: Option<String>,
    after_ms: Option<u64>,
    after: Option<String>,
    attempt: Option<u32>,
    nth: Option<u32>,
    at_byte: Option<usize>,
    r#do: String,
    ms: Option<u64>,
    reconnect_ms: Option<u64>,
    with: Option<String>,
    of: Option<String>,
    truth: Option<String>,
}

impl Script {
    /// Reads a script.
    ///
    /// # Errors
    /// When the text is no TOML, names something unknown, or leaves a bound.
    pub fn parse(text: &str) -> Result<Self, ScriptError> {
        let raw: RawScript = toml::from_str(text).map_err(|error| ScriptError::Toml(error.to_string()))?;
        if raw.rule.len() > RULES_MAX {
            return Err(ScriptError::Bound("the number of rules"));
        }
        let rules = raw.rule.into_iter().enumerate().map(|(i, rule)| parse_rule(i + 1, rule));
        Ok(Self {
            device: raw.device,
            rules: rules.collect::<Result<_, _>>()?,
            clerk: raw.clerk,
            expect: raw.expect,
        })
    }

    /// A simulator without faults.
    #[must_use]
    pub fn none() -> Self {
        Self {
            device: String::new(),
            rules: Vec::new(),
            clerk: toml::Table::new(),
            expect: toml::Table::new(),
        }
    }
}

fn parse_rule(number: usize, raw: RawRule) -> Result<Rule, ScriptError> {
    let point = match (&raw.rx, &raw.tx, &raw.state, raw.after_ms) {
        (Some(text), None, None, None) => Point::Message(Direction::Rx, pattern(number, text)?),
        (None, Some(text), None, None) => Point::Message(Direction::Tx, pattern(number, text)?),
        (None, None, Some(state), None) => Point::State(state.clone()),
        (None, None, None, Some(ms)) if ms > WAIT_MAX_MS => return Err(ScriptError::Bound("after_ms")),
        (None, None, None, Some(ms)) => Point::Time(ms),
        _ => return Err(ScriptError::Point(number)),
    };
    if raw.nth == Some(0) || raw.attempt == Some(0) {
        return Err(ScriptError::Bound("nth or attempt (they count from 1)"));
    }
    if matches!(point, Point::Time(_)) && (raw.nth.is_some() || raw.after.is_some()) {
        return Err(ScriptError::Bound("nth or after (a time comes once)"));
    }
    if raw.at_byte.is_some_and(|at| at > PATTERN_MAX_BYTES) {
        return Err(ScriptError::Bound("at_byte"));
    }
    Ok(Rule {
        point,
        after: raw.after.as_deref().map(|hex| pattern(number, hex)).transpose()?,
        attempt: raw.attempt,
        nth: raw.nth,
        at_byte: raw.at_byte,
        action: parse_action(number, &raw)?,
        truth: raw.truth,
    })
}

fn parse_action(rule: usize, raw: &RawRule) -> Result<Action, ScriptError> {
    let need = |key| ScriptError::Missing { rule, key };
    let wait = |ms: Option<u64>| match ms {
        Some(ms) if ms > WAIT_MAX_MS => Err(ScriptError::Bound("a waiting time")),
        other => Ok(other),
    };
    let (ms, reconnect_ms) = (wait(raw.ms)?, wait(raw.reconnect_ms)?);
    let with = || bytes(rule, raw.with.as_deref().ok_or_else(|| need("with"))?);
    Ok(match raw.r#do.as_str() {
        "drop" => Action::Drop,
        "double" => Action::Double,
        "delay" => Action::Delay { ms: ms.ok_or_else(|| need("ms"))? },
        "split" => {
            raw.at_byte.ok_or_else(|| need("at_byte"))?;
            Action::Split { pause_ms: ms.unwrap_or(0) }
        }
        "merge" => Action::Merge,
        "corrupt" => {
            raw.at_byte.ok_or_else(|| need("at_byte"))?;
            Action::Corrupt
        }
        "replace" => Action::Replace { with: with()? },
        "insert" => Action::Insert { with: with()? },
        "repeat" => Action::Repeat { of: pattern(rule, raw.of.as_deref().ok_or_else(|| need("of"))?)? },
        "cut" => Action::Cut { reconnect_ms: reconnect_ms.unwrap_or(0) },
        "power" => Action::Power { reconnect_ms: reconnect_ms.unwrap_or(0) },
        "stall" => Action::Stall,
        "book" => {
            raw.truth.as_ref().ok_or_else(|| need("truth"))?;
            Action::Book
        }
        word => return Err(ScriptError::Action { rule, word: word.to_owned() }),
    })
}

fn pattern(rule: usize, text: &str) -> Result<Pattern, ScriptError> {
    let refuse = || ScriptError::Hex { rule, text: text.chars().take(80).collect() };
    if let Some(word) = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        let fits = !word.is_empty() && word.len() <= PATTERN_MAX_BYTES;
        return if fits { Ok(word.bytes().map(Some).collect()) } else { Err(refuse()) };
    }
    let one = |word: &str| match word {
        "??" => Ok(None),
        _ if word.len() == 2 && word.bytes().all(|b| b.is_ascii_hexdigit()) => {
            u8::from_str_radix(word, 16).map(Some).map_err(|_| refuse())
        }
        _ => Err(refuse()),
    };
    let parsed: Pattern = text.split_ascii_whitespace().map(one).collect::<Result<_, _>>()?;
    if parsed.len() > PATTERN_MAX_BYTES { Err(refuse()) } else { Ok(parsed) }
}

fn bytes(rule: usize, text: &str) -> Result<Vec<u8>, ScriptError> {
    let refuse = || ScriptError::Hex { rule, text: text.chars().take(80).collect() };
    pattern(rule, text)?.into_iter().map(|byte| byte.ok_or_else(refuse)).collect()
}
