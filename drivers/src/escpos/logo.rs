//! The municipality's logo: stored in the printer under a key, or a PBM file that is sent with each job.
//!
//! Invariant: a logo that cannot be had never keeps a receipt from being printed; the log says so once. Not here: storing a picture
//! in the printer (its maker's tool does that).

use std::{path::PathBuf, sync::Arc};

use serde::Deserialize;

use super::bitmap::{Bitmap, FILE_MAX_BYTES, NoPicture};

/// Where the logo is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogoSource {
    /// In the printer's memory for graphics, under two characters (`1D 28 4C`, function 69).
    Stored(LogoKey),
    /// In a PBM file, one bit a dot.
    Pbm(PathBuf),
}

/// Two printable ASCII characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct LogoKey([u8; 2]);

/// A text that is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?}: the key of a stored logo is two printable ASCII characters")]
pub struct NoKey(String);

impl TryFrom<String> for LogoKey {
    type Error = NoKey;
    fn try_from(text: String) -> Result<Self, NoKey> {
        match *text.as_bytes() {
            [a @ 0x20..=0x7E, b @ 0x20..=0x7E] => Ok(Self([a, b])),
            _ => Err(NoKey(text)),
        }
    }
}

impl LogoKey {
    /// Its two bytes.
    #[must_use]
    pub const fn bytes(self) -> [u8; 2] {
        self.0
    }
}

/// A logo that can be printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Logo {
    /// In the printer.
    Stored(LogoKey),
    /// Here.
    Picture(Arc<Bitmap>),
}

/// A logo that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum NoLogo {
    /// The file cannot be read.
    #[error("the file of the logo cannot be read")]
    Read(#[from] std::io::Error),
    /// It is no picture.
    #[error(transparent)]
    Picture(#[from] NoPicture),
}

impl LogoSource {
    /// Reads the logo.
    ///
    /// # Errors
    /// When its file cannot be read or is no picture.
    pub async fn load(&self) -> Result<Logo, NoLogo> {
        match self {
            Self::Stored(key) => Ok(Logo::Stored(*key)),
            Self::Pbm(path) => {
                let length = tokio::fs::metadata(path).await?.len();
                if usize::try_from(length).map_or(true, |length| length > FILE_MAX_BYTES) {
                    return Err(NoPicture::Form.into());
                }
                let picture = Bitmap::from_pbm(&tokio::fs::read(path).await?)?;
                Ok(Logo::Picture(Arc::new(picture)))
            }
        }
    }
}
