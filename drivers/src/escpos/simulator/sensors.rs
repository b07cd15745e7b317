//! What the printer feels, and the two forms in which it says so (`protocols.md` 6.2).

/// Cover, paper and cutter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Sensors {
    pub cover_open: bool,
    pub paper_end: bool,
    pub near_end: bool,
    pub cutter_jam: bool,
}

impl Sensors {
    /// Whether the mechanism stands still.
    pub const fn offline(self) -> bool {
        self.cover_open || self.paper_end || self.cutter_jam
    }

    /// Four bytes of automatic status.
    pub fn automatic_status(self) -> [u8; 4] {
        let first = 0x10 | flag(self.offline(), 0x08) | flag(self.cover_open, 0x20);
        [first, flag(self.cutter_jam, 0x08), self.paper(0x03, 0x0c), 0x00]
    }

    /// The answer to `DLE EOT n`.
    pub fn real_time_status(self, n: u8) -> u8 {
        0x12 | match n {
            1 => flag(self.offline(), 0x08),
            2 => flag(self.cover_open, 0x04) | flag(self.paper_end, 0x20) | flag(self.cutter_jam, 0x40),
            3 => flag(self.cutter_jam, 0x08),
            4 => self.paper(0x0c, 0x60),
            _ => 0,
        }
    }

    /// Where the paper has ended it has also nearly ended: one sensor sits before the other.
    fn paper(self, near: u8, end: u8) -> u8 {
        flag(self.near_end || self.paper_end, near) | flag(self.paper_end, end)
    }
}

const fn flag(on: bool, bits: u8) -> u8 {
    if on { bits } else { 0 }
}
