//! Where randomness comes from: a parameter of the server, never a call inside logic.
//!
//! Invariant: a token, code or key is made only from bytes that [`Random`] gave. The simulation hands in a seeded source.

use rand::{TryRng, rngs::SysRng};

/// The source could not give bytes; nothing secret may be made then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the source of randomness gave no bytes")]
pub struct RandomError;

/// A source of random bytes.
pub trait Random: Send + Sync {
    /// Fills `bytes`.
    ///
    /// # Errors
    /// When the source cannot give bytes.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError>;
}

/// The operating system's source.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
        SysRng.try_fill_bytes(bytes).map_err(|_| RandomError)
    }
}

/// `N` random bytes.
///
/// # Errors
/// When the source cannot give bytes.
pub fn bytes<const N: usize>(random: &dyn Random) -> Result<[u8; N], RandomError> {
    let mut filled = [0; N];
    random.fill(&mut filled)?;
    Ok(filled)
}
