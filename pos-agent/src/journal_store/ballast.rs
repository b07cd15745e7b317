//! Room that is kept for a full disk: a file of real bytes that is deleted when nothing else can be written (DESIGN 3.16).
//!
//! Invariant: the bytes are written and synced, not a hole, and differ from block to block, so that the room is really taken.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Room that is kept, in bytes.
pub const BALLAST_LENGTH_BYTES: usize = 16 << 20;
/// Bytes of one write.
const BLOCK_LENGTH_BYTES: usize = 1 << 16;

/// The ballast beside a journal.
#[derive(Debug)]
pub struct Ballast {
    path: PathBuf,
}

impl Ballast {
    /// The ballast of the journal at `journal`.
    #[must_use]
    pub fn beside(journal: &Path) -> Self {
        Self { path: journal.with_extension("ballast") }
    }

    /// Whether the room is kept.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        let length = u64::try_from(BALLAST_LENGTH_BYTES).unwrap_or(u64::MAX);
        fs::metadata(&self.path).is_ok_and(|found| found.len() == length)
    }

    /// Frees the room; whether there was any.
    pub fn free(&self) -> bool {
        fs::remove_file(&self.path).is_ok()
    }

    /// Takes the room if it is not kept. A disk without room leaves none behind.
    ///
    /// # Errors
    /// When the disk has no room.
    pub fn keep(&self) -> io::Result<()> {
        if self.is_kept() {
            return Ok(());
        }
        self.write().inspect_err(|_| {
            self.free();
        })
    }

    fn write(&self) -> io::Result<()> {
        let mut file = File::create(&self.path)?;
        let mut block = vec![0_u8; BLOCK_LENGTH_BYTES];
        // A counter through a multiplicative hash: file systems that fold equal or compressible blocks keep the room too.
        let mut word: u64 = 1;
        for _ in 0..BALLAST_LENGTH_BYTES / BLOCK_LENGTH_BYTES {
            for chunk in block.chunks_exact_mut(8) {
                word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                chunk.copy_from_slice(&word.to_le_bytes());
            }
            file.write_all(&block)?;
        }
        file.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_kept_freed_and_kept_again() {
        let folder = tempfile::tempdir().unwrap();
        let ballast = Ballast::beside(&folder.path().join("journal.db"));
        assert!(!ballast.free(), "there is none yet");
        ballast.keep().unwrap();
        assert!(ballast.is_kept());
        assert!(ballast.free());
        assert!(!ballast.is_kept());
        ballast.keep().unwrap();
        assert!(ballast.is_kept());
    }
}
