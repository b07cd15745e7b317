//! What came out of the printer: whole receipts, originals and copies told apart by what a person reads on them.
//!
//! Invariant: only the paper is looked at; a torso without its sum is no receipt.

use drivers::escpos::simulator::{EscPosSimulator, Paper};

/// Titles of receipts, as `masters::simulated_counter` has them.
const TITLES: [&str; 2] = ["領収書", "利用明細書"];
/// How a copy begins.
const COPY_MARK: &str = "再発行";
/// The row that makes a receipt whole.
const SUM_MARK: &str = "合計";

/// Receipts on paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Receipts {
    /// Without a mark.
    pub originals: u32,
    /// Marked 再発行.
    pub copies: u32,
}

impl Receipts {
    /// Everything that the printer put out so far, cut off or hanging.
    #[must_use]
    pub fn of(printer: &EscPosSimulator) -> Self {
        let mut found = Self::default();
        let mut strips = printer.papers();
        strips.push(printer.hanging());
        for strip in &strips {
            found.read(strip);
        }
        found
    }

    /// Receipts of either kind.
    #[must_use]
    pub const fn whole(self) -> u32 {
        self.originals + self.copies
    }

    fn read(&mut self, strip: &Paper) {
        let mut marked = false;
        let mut titled = false;
        for row in strip.lines.iter().map(|row| row.trim()) {
            if row.starts_with(COPY_MARK) {
                (marked, titled) = (true, false);
            } else if TITLES.contains(&row) {
                // A title that does not follow a mark begins an unmarked receipt, also behind a torso.
                marked = marked && !titled;
                titled = true;
            } else if row.starts_with(SUM_MARK) && titled {
                if marked {
                    self.copies += 1
                } else {
                    self.originals += 1
                }
                (marked, titled) = (false, false);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rows: &[&str]) -> (u32, u32) {
        let mut found = Receipts::default();
        found.read(&Paper { lines: rows.iter().map(|row| (*row).to_owned()).collect(), ..Paper::default() });
        (found.originals, found.copies)
    }

    #[test]
    fn torsos_do_not_count_and_marks_do() {
        assert_eq!(read(&["  領収書", "見本市", "合計   ¥300"]), (1, 0));
        assert_eq!(read(&["  領収書", "見本市"]), (0, 0));
        assert_eq!(read(&["領収書", "見本市", " 再発行 1回目", "領収書", "合計 ¥300"]), (0, 1));
        assert_eq!(read(&["再発行 1回目", "領収書", "見本市", "領収書", "合計 ¥300"]), (1, 0));
        assert_eq!(read(&["領収書", "合計 ¥1", "再発行 1回目", "領収書", "合計 ¥1"]), (1, 1));
    }
}
