//! The simulator's own reading and writing of the line, written apart from the driver's so that one does not excuse the other.

/// Longest message taken, in bytes; a till sends far less.
const MESSAGE_MAX_BYTES: usize = 8_192;

/// One thing read from the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unit {
    /// CLASS, INSTR, length, data.
    Message(Vec<u8>),
    /// 06
    Taken,
    /// 15
    Again,
    /// A block that does not add up.
    Broken,
}

/// Reads what has come so far.
#[derive(Debug)]
pub(super) struct Reader {
    serial: bool,
    pile: Vec<u8>,
}

impl Reader {
    pub(super) const fn new(serial: bool) -> Self {
        Self { serial, pile: Vec::new() }
    }

    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.pile.extend_from_slice(bytes);
        if self.pile.len() > MESSAGE_MAX_BYTES {
            self.pile.clear();
        }
    }

    pub(super) fn pull(&mut self) -> Option<Unit> {
        if self.serial { self.pull_block() } else { self.pull_bare() }
    }

    fn pull_bare(&mut self) -> Option<Unit> {
        let end = message_end(&self.pile)?;
        (self.pile.len() >= end).then(|| Unit::Message(self.pile.drain(..end).collect()))
    }

    fn pull_block(&mut self) -> Option<Unit> {
        loop {
            let unit = match self.pile.as_slice() {
                [] | [0x10] => return None,
                [0x06, ..] => Unit::Taken,
                [0x15, ..] => Unit::Again,
                [0x10, 0x02, rest @ ..] => {
                    let (content, used) = unescape(rest)?;
                    self.pile.drain(..used + 2);
                    return Some(content.map_or(Unit::Broken, Unit::Message));
                }
                _ => {
                    self.pile.remove(0);
                    continue;
                }
            };
            self.pile.remove(0);
            return Some(unit);
        }
    }
}

/// What stands between `10 02` and the check bytes: the message when they fit, and how many bytes it all took. `None` while incomplete.
fn unescape(bytes: &[u8]) -> Option<(Option<Vec<u8>>, usize)> {
    let mut content = Vec::new();
    let mut at = 0;
    loop {
        let byte = *bytes.get(at)?;
        if byte != 0x10 {
            content.push(byte);
            at += 1;
            continue;
        }
        match *bytes.get(at + 1)? {
            0x10 => content.push(0x10),
            0x03 => {
                let check = [*bytes.get(at + 2)?, *bytes.get(at + 3)?];
                let whole = check == check_bytes(&content) && message_end(&content) == Some(content.len());
                return Some((whole.then_some(content), at + 4));
            }
            _ => return Some((None, at + 2)),
        }
        at += 2;
    }
}

/// Where the message at the front ends.
fn message_end(bytes: &[u8]) -> Option<usize> {
    match *bytes.get(2)? {
        0xFF => Some(5 + usize::from(*bytes.get(3)?) + 256 * usize::from(*bytes.get(4)?)),
        short => Some(3 + usize::from(short)),
    }
}

/// Whether these bytes are exactly one message.
pub(super) fn is_message(bytes: &[u8]) -> bool {
    message_end(bytes) == Some(bytes.len())
}

/// KERMIT check over the content and a closing 03, low byte first; by nibbles from a table of sixteen.
fn check_bytes(content: &[u8]) -> [u8; 2] {
    const NIBBLES: [u16; 16] = [
        0x0000, 0x1081, 0x2102, 0x3183, 0x4204, 0x5285, 0x6306, 0x7387, 0x8408, 0x9489, 0xA50A, 0xB58B,
        0xC60C, 0xD68D, 0xE70E, 0xF78F,
    ];
    let mut sum = 0_u16;
    for byte in content.iter().chain(&[0x03]) {
        for nibble in [byte & 0x0F, byte >> 4] {
            sum = sum >> 4 ^ NIBBLES[usize::from((sum & 0x0F) ^ u16::from(nibble))];
        }
    }
    sum.to_le_bytes()
}

/// The bytes of a message on the line.
pub(super) fn dress(serial: bool, message: &[u8]) -> Vec<u8> {
    if !serial {
        return message.to_vec();
    }
    let mut block = vec![0x10, 0x02];
    for byte in message {
        block.extend(std::iter::repeat_n(*byte, if *byte == 0x10 { 2 } else { 1 }));
    }
    block.extend([0x10, 0x03]);
    block.extend(check_bytes(message));
    block
}

/// CLASS, INSTR, length, data.
pub(super) fn message(class: u8, instr: u8, data: &[u8]) -> Vec<u8> {
    let length = data.len();
    let mut bytes = vec![class, instr];
    match u8::try_from(length) {
        Ok(short) if short < 0xFF => bytes.push(short),
        _ => {
            bytes.push(0xFF);
            bytes.extend(u16::try_from(length).unwrap_or(u16::MAX).to_le_bytes());
        }
    }
    bytes.extend_from_slice(data);
    bytes
}
