//! The paper is nearly at its end: said once a roll.
//!
//! Invariant: a printer that cannot be asked is no new roll. Not here: reading the sensor.

use crate::pos_printer::PrinterStatus;

/// What the clerk reads.
pub const NEAR_END_JA: &str = "用紙が残り少なくなっています。新しいロール紙を用意してください。";

/// Remembers whether this roll's end was announced.
#[derive(Debug, Clone, Copy, Default)]
pub struct NearEnd {
    announced: bool,
}

impl NearEnd {
    /// Takes a status in; the sentence when it is the first of this roll that says so.
    pub const fn observe(&mut self, status: PrinterStatus) -> Option<&'static str> {
        if !status.online {
            return None;
        }
        if !status.paper_near_end {
            // Without paper the sensor says nothing about the next roll.
            if !status.paper_end {
                self.announced = false;
            }
            return None;
        }
        if self.announced {
            return None;
        }
        self.announced = true;
        Some(NEAR_END_JA)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_a_roll() {
        let status = |online, paper_near_end, paper_end| PrinterStatus {
            online,
            paper_near_end,
            paper_end,
            ..PrinterStatus::default()
        };
        let mut near = NearEnd::default();
        for (seen, said) in [
            (status(true, false, false), false),
            (status(true, true, false), true),
            (status(true, true, false), false),
            (status(false, false, false), false),
            (status(true, true, true), false),
            (status(true, false, true), false),
            (status(true, true, false), false),
            (status(true, false, false), false),
            (status(true, true, false), true),
        ] {
            assert_eq!(near.observe(seen).is_some(), said, "{seen:?}");
        }
    }
}
