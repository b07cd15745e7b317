//! APDUs to bytes and back, bare over TCP and in checked blocks over a serial line (`protocols.md` 4.2).
//!
//! Invariants: any split or merge of the incoming bytes reads the same; a frame is bounded; a damaged block is reported, never guessed.
//! Not here: what an APDU means ([`super::command`]), when to repeat a block (the client's link).

use std::collections::VecDeque;

/// Longest data of an APDU: the length field has two bytes.
pub const DATA_MAX_BYTES: usize = 65_535;
/// Longest APDU with its header.
pub const APDU_MAX_BYTES: usize = DATA_MAX_BYTES + 5;
/// Length byte that says: two more length bytes follow, low first.
const EXTENDED_LENGTH: u8 = 0xFF;

const STX: u8 = 0x02;
const ETX: u8 = 0x03;
const DLE: u8 = 0x10;
/// A block arrived whole.
pub const ACK: u8 = 0x06;
/// A block arrived damaged.
pub const NAK: u8 = 0x15;

/// One application message: CLASS, INSTR, data.
#[derive(Clone, PartialEq, Eq)]
pub struct Apdu {
    /// CLASS byte.
    pub class: u8,
    /// INSTR byte.
    pub instr: u8,
    /// At most [`DATA_MAX_BYTES`].
    pub data: Vec<u8>,
}

/// Only the header is shown: data may hold a card number.
impl std::fmt::Debug for Apdu {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02X} {:02X} ({} bytes)", self.class, self.instr, self.data.len())
    }
}

impl Apdu {
    /// A message; `data` is at most [`DATA_MAX_BYTES`], which no command of ours comes near.
    #[must_use]
    pub fn new(class: u8, instr: u8, data: Vec<u8>) -> Self {
        debug_assert!(data.len() <= DATA_MAX_BYTES, "an APDU cannot say its length");
        Self { class, instr, data }
    }

    /// CLASS, INSTR, length, data.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![self.class, self.instr];
        match u8::try_from(self.data.len()) {
            Ok(short) if short != EXTENDED_LENGTH => bytes.push(short),
            _ => {
                let length = u16::try_from(self.data.len()).unwrap_or(u16::MAX);
                bytes.push(EXTENDED_LENGTH);
                bytes.extend(length.to_le_bytes());
            }
        }
        bytes.extend_from_slice(&self.data);
        bytes
    }

    /// The first message in `bytes` and how many bytes it took; `None` while it is incomplete.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<(Self, usize)> {
        let (header, length) = match bytes {
            [_, _, EXTENDED_LENGTH, low, high, ..] => (5, usize::from(u16::from_le_bytes([*low, *high]))),
            [_, _, EXTENDED_LENGTH, ..] => return None,
            [_, _, length, ..] => (3, usize::from(*length)),
            _ => return None,
        };
        let data = bytes.get(header..header + length)?.to_vec();
        Some((Self { class: bytes[0], instr: bytes[1], data }, header + length))
    }
}

/// How APDUs stand on the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// One after the other.
    Tcp,
    /// `10 02` APDU with doubled 10 `10 03` CRC low, CRC high; each block is answered 06 or 15.
    Serial,
}

/// The bytes of a message on the line.
#[must_use]
pub fn encode(framing: Framing, apdu: &Apdu) -> Vec<u8> {
    let bytes = apdu.to_bytes();
    match framing {
        Framing::Tcp => bytes,
        Framing::Serial => {
            let mut block = vec![DLE, STX];
            for &byte in &bytes {
                block.push(byte);
                if byte == DLE {
                    block.push(DLE);
                }
            }
            block.extend([DLE, ETX]);
            block.extend(block_crc(&bytes).to_le_bytes());
            block
        }
    }
}

/// CRC of a block: over the APDU before doubling, then 03.
fn block_crc(apdu: &[u8]) -> u16 {
    crc([apdu, &[ETX]].concat().as_slice())
}

/// CRC-16/KERMIT: reflected polynomial 8408, start 0. Check value of "123456789" is 2189.
#[must_use]
pub fn crc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, &byte| {
        (0..8).fold(crc ^ u16::from(byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0x8408 } else { crc >> 1 })
    })
}

/// What came over the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A whole message.
    Apdu(Apdu),
    /// 06: our block arrived.
    Ack,
    /// 15: our block arrived damaged.
    Nak,
    /// A block with a wrong CRC, length or escape.
    Damaged,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Outside,
    OutsideDle,
    Inside,
    InsideDle,
    CrcLow,
    CrcHigh(u8),
}

/// Reads bytes as they come.
#[derive(Debug)]
pub struct Decoder {
    framing: Framing,
    state: State,
    buffer: Vec<u8>,
    ready: VecDeque<Event>,
}

impl Decoder {
    /// A decoder at the start of a line.
    #[must_use]
    pub fn new(framing: Framing) -> Self {
        Self { framing, state: State::Outside, buffer: Vec::new(), ready: VecDeque::new() }
    }

    /// Takes bytes in.
    pub fn push(&mut self, bytes: &[u8]) {
        match self.framing {
            Framing::Tcp => {
                self.buffer.extend_from_slice(bytes);
                while let Some((apdu, used)) = Apdu::parse(&self.buffer) {
                    self.buffer.drain(..used);
                    self.ready.push_back(Event::Apdu(apdu));
                }
            }
            Framing::Serial => bytes.iter().for_each(|&byte| self.push_serial(byte)),
        }
    }

    /// The next event.
    pub fn next_event(&mut self) -> Option<Event> {
        self.ready.pop_front()
    }

    /// Whether [`Decoder::next_event`] has something.
    #[must_use]
    pub fn has_event(&self) -> bool {
        !self.ready.is_empty()
    }

    /// Whether a frame has begun and not ended.
    #[must_use]
    pub fn is_mid_frame(&self) -> bool {
        match self.framing {
            Framing::Tcp => !self.buffer.is_empty(),
            Framing::Serial => self.state != State::Outside,
        }
    }

    /// Gives up the block that has begun (no byte within T1).
    pub fn give_up_block(&mut self) {
        self.buffer.clear();
        self.state = State::Outside;
        self.ready.push_back(Event::Damaged);
    }

    /// Bytes that wait for the rest of their frame.
    #[cfg(test)]
    pub(crate) const fn held_bytes(&self) -> usize {
        self.buffer.len()
    }

    fn push_serial(&mut self, byte: u8) {
        self.state = match (self.state, byte) {
            (State::Outside, DLE) => State::OutsideDle,
            (State::Outside, ACK) => self.emit(Event::Ack),
            (State::Outside, NAK) => self.emit(Event::Nak),
            (State::OutsideDle | State::InsideDle, STX) => {
                self.buffer.clear();
                State::Inside
            }
            (State::Outside | State::OutsideDle, _) => State::Outside,
            (State::Inside, DLE) => State::InsideDle,
            (State::Inside, _) | (State::InsideDle, DLE) => self.keep(byte),
            (State::InsideDle, ETX) => State::CrcLow,
            (State::InsideDle, _) => self.emit(Event::Damaged),
            // The two CRC bytes are raw: 10 03 may stand here and ends nothing.
            (State::CrcLow, low) => State::CrcHigh(low),
            (State::CrcHigh(low), high) => {
                let event = self.close_block(u16::from_le_bytes([low, high]));
                self.emit(event)
            }
        };
    }

    fn keep(&mut self, byte: u8) -> State {
        if self.buffer.len() == APDU_MAX_BYTES {
            return self.emit(Event::Damaged);
        }
        self.buffer.push(byte);
        State::Inside
    }

    fn emit(&mut self, event: Event) -> State {
        self.buffer.clear();
        self.ready.push_back(event);
        State::Outside
    }

    fn close_block(&self, crc: u16) -> Event {
        if block_crc(&self.buffer) != crc {
            return Event::Damaged;
        }
        match Apdu::parse(&self.buffer) {
            Some((apdu, used)) if used == self.buffer.len() => Event::Apdu(apdu),
            _ => Event::Damaged,
        }
    }
}
