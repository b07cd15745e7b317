//! What the printer sends, taken apart: one stream carries five kinds of answers without any framing (`protocols.md` 6.2).
//!
//! Invariants: sync, no I/O; however the bytes are split, the same answers come out; XON and XOFF are taken out first, wherever
//! they fall (`devices.md` E18); every byte is accounted for, noise as [`Answer::Noise`]; memory is bounded.

use crate::pos_printer::PrinterStatus;

/// Longest block (`37 …`, `3D …`, `5F …` up to 00), in bytes; a longer one is noise.
pub const BLOCK_MAX_BYTES: usize = 80;

const XON: u8 = 0x11;
const XOFF: u8 = 0x13;
/// Header of an answer to `GS ( H` and to the clearing of the buffer.
const BLOCK: u8 = 0x37;
const PROCESS_ID: u8 = 0x22;
const CLEARED: u8 = 0x25;
const ASB_BYTES: usize = 4;

/// One answer of the printer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Automatic status (ASB), four bytes.
    Automatic([u8; 4]),
    /// Real-time status: the answer to one `DLE EOT n`; which `n` only the order tells.
    RealTime(u8),
    /// Paper sensor: the answer to `GS r`.
    Transmitted(u8),
    /// Everything before this process id is on paper.
    ProcessId([u8; 4]),
    /// The buffer was emptied (`37 25 00`).
    Cleared,
    /// Any other block, without its closing 00.
    Block(Vec<u8>),
    /// The printer can take bytes again.
    Xon,
    /// The printer's buffer is nearly full.
    Xoff,
    /// A byte that begins nothing known.
    Noise(u8),
}

/// Takes bytes as they come, gives answers.
#[derive(Debug, Default)]
pub struct Demultiplexer {
    pending: Vec<u8>,
}

impl Demultiplexer {
    /// Takes the next bytes and returns what they complete, in order.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Answer> {
        let mut answers = Vec::new();
        for &byte in bytes {
            match byte {
                XON => answers.push(Answer::Xon),
                XOFF => answers.push(Answer::Xoff),
                _ => self.pending.push(byte),
            }
            while let Some((answer, used)) = first_answer(&self.pending) {
                self.pending.drain(..used);
                answers.push(answer);
            }
        }
        answers
    }
}

/// The answer that the bytes begin with and its length, or nothing while they are only a beginning.
///
/// Fixed bits tell the kinds apart: 0xx1xx10 real time, 0xx1xx00 ASB, 0xx0xx00 `GS r`.
fn first_answer(bytes: &[u8]) -> Option<(Answer, usize)> {
    let &first = bytes.first()?;
    match first {
        BLOCK | 0x3d | 0x5f => match bytes.iter().position(|byte| *byte == 0) {
            Some(end) => Some((block(&bytes[..=end]), end + 1)),
            None if bytes.len() < BLOCK_MAX_BYTES => None,
            None => Some((Answer::Noise(first), 1)),
        },
        _ if first & 0x93 == 0x10 => {
            if bytes.iter().take(ASB_BYTES).skip(1).all(|byte| follows_asb(*byte)) {
                let status = bytes.first_chunk::<ASB_BYTES>()?;
                Some((Answer::Automatic(*status), ASB_BYTES))
            } else {
                Some((Answer::Noise(first), 1))
            }
        }
        _ if first & 0x93 == 0x12 => Some((Answer::RealTime(first), 1)),
        _ if first & 0x93 == 0x00 => Some((Answer::Transmitted(first), 1)),
        _ => Some((Answer::Noise(first), 1)),
    }
}

/// Bytes 2 to 4 of an automatic status are 0xx0xxxx.
const fn follows_asb(byte: u8) -> bool {
    byte & 0x90 == 0
}

fn block(bytes: &[u8]) -> Answer {
    match *bytes {
        [BLOCK, PROCESS_ID, a, b, c, d, 0] => Answer::ProcessId([a, b, c, d]),
        [BLOCK, CLEARED, 0] => Answer::Cleared,
        _ => Answer::Block(bytes.split_last().map_or_else(Vec::new, |(_, text)| text.to_vec())),
    }
}

/// What four bytes of automatic status say (`protocols.md` 6.2).
#[must_use]
pub const fn automatic_status(status: [u8; 4]) -> PrinterStatus {
    let [first, second, third, _] = status;
    PrinterStatus {
        online: true,
        cover_open: first & 0x20 != 0,
        paper_end: third & 0x0c != 0,
        paper_near_end: third & 0x03 != 0,
        cutter_error: second & 0x08 != 0,
        unrecoverable: second & 0x20 != 0,
    }
}

/// What the four answers to `DLE EOT` 1 to 4, in this order, say (`protocols.md` 6.2).
#[must_use]
pub const fn real_time_status(answers: [u8; 4]) -> PrinterStatus {
    let [_, offline, error, paper] = answers;
    PrinterStatus {
        online: true,
        cover_open: offline & 0x04 != 0,
        paper_end: offline & 0x20 != 0 || paper & 0x60 != 0,
        paper_near_end: paper & 0x0c != 0,
        cutter_error: error & 0x08 != 0,
        unrecoverable: error & 0x20 != 0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(bytes: &[u8]) -> Vec<Answer> {
        Demultiplexer::default().push(bytes)
    }

    fn check(bytes: &[u8], expected: &[Answer]) {
        assert_eq!(read(bytes), expected, "{bytes:02x?}");
    }

    #[test]
    fn tells_the_answers_apart() {
        use Answer::{Automatic, Block, Cleared, Noise, ProcessId, RealTime, Transmitted, Xoff, Xon};
        check(&[0x12, 0x1a], &[RealTime(0x12), RealTime(0x1a)]);
        check(&[0x14, 0, 0, 0x0f], &[Automatic([0x14, 0, 0, 0x0f])]);
        check(&[0x00, 0x0c], &[Transmitted(0x00), Transmitted(0x0c)]);
        check(&[0x37, 0x22, 0x30, 0x30, 0x30, 0x31, 0], &[ProcessId(*b"0001")]);
        check(&[0x37, 0x25, 0], &[Cleared]);
        check(&[0x5f, b'T', b'M', 0, 0x12], &[Block(b"\x5fTM".to_vec()), RealTime(0x12)]);
        // Flow control inside an answer is not part of it.
        check(&[0x37, 0x22, 0x30, 0x13, 0x30, 0x30, 0x11, 0x31, 0], &[Xoff, Xon, ProcessId(*b"0001")]);
        check(&[0x10, 0x13, 0, 0, 0x11, 0], &[Xoff, Xon, Automatic([0x10, 0, 0, 0])]);
        // A false beginning is noise; what stands behind it is still read.
        check(&[0xff, 0x12], &[Noise(0xff), RealTime(0x12)]);
        check(&[0x10, 0x37, 0x25, 0], &[Noise(0x10), Cleared]);
        check(&[0x10, 0, 0x12], &[Noise(0x10), Transmitted(0), RealTime(0x12)]);
        check(&[0x10, 0x10, 0, 0, 0], &[Noise(0x10), Automatic([0x10, 0, 0, 0])]);
    }

    #[test]
    fn an_endless_block_is_noise_and_hides_nothing_behind_it() {
        let mut bytes = vec![0x3d];
        bytes.extend([0xff; BLOCK_MAX_BYTES]);
        bytes.extend([0x37, 0x25, 0]);
        let answers = read(&bytes);
        assert_eq!(answers.first(), Some(&Answer::Noise(0x3d)));
        assert_eq!(answers.last(), Some(&Answer::Cleared));
    }

    #[test]
    fn reads_both_kinds_of_status() {
        let fine = PrinterStatus { online: true, ..PrinterStatus::default() };
        assert_eq!(automatic_status([0x14, 0, 0, 0]), fine);
        assert_eq!(
            automatic_status([0x38, 0x28, 0x0f, 0]),
            PrinterStatus {
                online: true,
                cover_open: true,
                paper_end: true,
                paper_near_end: true,
                cutter_error: true,
                unrecoverable: true
            }
        );
        assert_eq!(real_time_status([0x12, 0x12, 0x12, 0x12]), fine);
        assert_eq!(
            real_time_status([0x1a, 0x16, 0x1a, 0x1e]),
            PrinterStatus { cover_open: true, cutter_error: true, paper_near_end: true, ..fine }
        );
        assert_eq!(
            real_time_status([0x1a, 0x32, 0x32, 0x72]),
            PrinterStatus { paper_end: true, unrecoverable: true, ..fine }
        );
    }

    /// Whole answers as a printer sends them, with flow control between any two bytes.
    fn answers() -> impl Strategy<Value = Vec<u8>> {
        let one = prop_oneof![
            Just(vec![0x12_u8]),
            Just(vec![0x10, 0x08, 0x0c, 0x00]),
            Just(vec![0x37, 0x25, 0]),
            "[0-9A-Z]{4}".prop_map(|id| [b"\x37\x22", id.as_bytes(), b"\0"].concat()),
            Just(vec![0x13]),
            Just(vec![0x11]),
            any::<u8>().prop_map(|byte| vec![byte]),
        ];
        proptest::collection::vec(one, 0..20).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn any_split_reads_the_same(bytes in answers(), cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..8)) {
            let whole = read(&bytes);
            let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            ends.push(bytes.len());
            ends.sort_unstable();
            let mut demultiplexer = Demultiplexer::default();
            let mut split = Vec::new();
            let mut from = 0;
            for end in ends {
                split.extend(demultiplexer.push(&bytes[from..end]));
                from = end;
            }
            prop_assert_eq!(split, whole);
        }

        #[test]
        fn no_bytes_can_grow_the_memory(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let mut demultiplexer = Demultiplexer::default();
            demultiplexer.push(&bytes);
            prop_assert!(demultiplexer.pending.len() < BLOCK_MAX_BYTES);
        }
    }
}
