//! Real-time commands, found byte by byte as they arrive, wherever they stand: in commands, in images, in QR data
//! (`devices.md` E18). That is what a real printer does, and why a driver must switch the dangerous ones off.

use std::collections::VecDeque;

const CLEAR: [u8; 10] = [0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08];

/// What a real-time command asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RealTime {
    Status(u8),
    Kick,
    Clear,
}

/// The last bytes that arrived.
#[derive(Debug, Default)]
pub(super) struct Scanner {
    recent: VecDeque<u8>,
}

impl Scanner {
    /// Takes one byte; tells the command that it completes.
    pub fn push(&mut self, byte: u8) -> Option<RealTime> {
        if self.recent.len() == CLEAR.len() {
            self.recent.pop_front();
        }
        self.recent.push_back(byte);
        match *self.recent.make_contiguous() {
            [.., 0x10, 0x04, n @ 1..=4] => Some(RealTime::Status(n)),
            [.., 0x10, 0x14, 0x01, 0 | 1, 1..=8] => Some(RealTime::Kick),
            ref recent if *recent == CLEAR => Some(RealTime::Clear),
            _ => None,
        }
    }
}
