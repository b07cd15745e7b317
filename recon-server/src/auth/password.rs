//! Passwords: Argon2id in the PHC text form, away from the request threads, few at a time.
//!
//! Invariants: a password is never logged or kept; hashing runs under [`HASHING_AT_ONCE_MAX`], because each takes
//! [`MEMORY_KIB`] KiB for a moment; an unknown user costs the same time as a wrong password.

use std::sync::Arc;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::sync::Semaphore;

use crate::random::{self, Random};

/// Most hashings at the same moment.
const HASHING_AT_ONCE_MAX: usize = 2;
/// Memory of one hashing, in KiB (OWASP's first choice for Argon2id).
const MEMORY_KIB: u32 = 19_456;
/// Passes over the memory.
const PASSES: u32 = 2;
/// Shortest password, in characters.
pub const PASSWORD_CHARS_MIN: usize = 10;
/// Longest password, in characters.
pub const PASSWORD_CHARS_MAX: usize = 128;
/// Length of a salt, in bytes.
const SALT_LENGTH_BYTES: usize = 16;

/// A password could not be hashed or checked.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too short or too long.
    #[error("a password has {PASSWORD_CHARS_MIN} to {PASSWORD_CHARS_MAX} characters")]
    Length,
    /// The hasher failed; its words hold no password.
    #[error("hash a password: {0}")]
    Hasher(String),
}

/// Hashes and checks passwords.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(HASHING_AT_ONCE_MAX)) }
    }
}

impl Passwords {
    /// The PHC text of a new password.
    ///
    /// # Errors
    /// When its length is out of bounds or the hasher fails.
    pub async fn hash(&self, random: &dyn Random, password: &str) -> Result<String, PasswordError> {
        if !(PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX).contains(&password.chars().count()) {
            return Err(PasswordError::Length);
        }
        let salt: [u8; SALT_LENGTH_BYTES] = random::bytes(random).map_err(hasher)?;
        let password = password.to_owned();
        self.away(move || {
            let hash = argon2()?.hash_password_with_salt(password.as_bytes(), &salt).map_err(hasher)?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether a password fits. Without a hash (unknown user) the same work is done and the answer is no.
    ///
    /// # Errors
    /// When the stored text is no PHC hash or the hasher fails.
    pub async fn fits(&self, password: &str, hash: Option<String>) -> Result<bool, PasswordError> {
        let password: String = password.chars().take(PASSWORD_CHARS_MAX + 1).collect();
        self.away(move || match hash {
            Some(text) => {
                let parsed = PasswordHash::new(&text).map_err(hasher)?;
                Ok(argon2()?.verify_password(password.as_bytes(), &parsed).is_ok())
            }
            None => {
                let salt = [0; SALT_LENGTH_BYTES];
                argon2()?.hash_password_with_salt(password.as_bytes(), &salt).map_err(hasher)?;
                Ok(false)
            }
        })
        .await
    }

    async fn away<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let _turn = self.turns.acquire().await.map_err(hasher)?;
        tokio::task::spawn_blocking(work).await.map_err(hasher)?
    }
}

fn argon2() -> Result<Argon2<'static>, PasswordError> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(hasher)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hasher(error: impl std::fmt::Display) -> PasswordError {
    PasswordError::Hasher(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let passwords = Passwords::default();
        let hash = passwords.hash(&SystemRandom, "長い合言葉を使います").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.fits("長い合言葉を使います", Some(hash.clone())).await.unwrap());
        assert!(!passwords.fits("別の長い合言葉です。", Some(hash)).await.unwrap());
        assert!(!passwords.fits("長い合言葉を使います", None).await.unwrap());
        assert!(matches!(passwords.hash(&SystemRandom, "short").await, Err(PasswordError::Length)));
    }
}
