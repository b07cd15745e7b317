//! The files of a bundle: names, bounded reading, writing.
//!
//! Invariants: a bundle is written into an empty or new folder only; reading never takes more than a bound; names are made here and
//! nowhere else, from ids that are safe as names.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use super::JournalInput;

pub const MANIFEST: &str = "manifest.json";
pub const MANIFEST_DIGEST: &str = "manifest.sha256";
pub const SETTINGS: &str = "inputs/settings.json";
pub const FILES: &str = "inputs/files.json";
pub const OUTPUTS: &str = "outputs";
/// Most that is read of one file of a bundle, in bytes: a counter's journal of several years.
const READ_MAX_BYTES: u64 = 4 << 30;
/// Most files that are looked at in a bundle.
const ENTRIES_MAX: usize = 200_000;

/// A bundle's folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A file or folder cannot be read or written.
    #[error("{path}", path = path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// There is something in the folder already.
    #[error("フォルダー {path} は空ではありません。新しいフォルダーを指定してください。", path = .0.display())]
    NotEmpty(PathBuf),
    /// Longer than anything that this program writes.
    #[error("{path} is too long for a bundle", path = .0.display())]
    TooLong(PathBuf),
}

/// Name of the raw bytes of a file.
pub fn raw(sha256: &str) -> String {
    format!("inputs/files/{sha256}.bin")
}

/// Name of a scan of an entry by hand.
pub fn scan(sha256: &str) -> String {
    format!("inputs/scans/{sha256}.bin")
}

/// Name of a journal.
pub fn journal(input: &JournalInput) -> String {
    format!("inputs/journals/{}-{}.journal", input.counter, input.incarnation.0)
}

/// Name of a paper.
pub fn output(file: &str) -> String {
    format!("{OUTPUTS}/{file}")
}

/// A bundle's folder.
pub struct Folder(PathBuf);

impl Folder {
    /// A folder to write into; made where there is none.
    pub fn new(path: &Path) -> Result<Self, FolderError> {
        fs::create_dir_all(path).map_err(|source| FolderError::File { path: path.to_owned(), source })?;
        let mut entries =
            fs::read_dir(path).map_err(|source| FolderError::File { path: path.to_owned(), source })?;
        if entries.next().is_some() {
            return Err(FolderError::NotEmpty(path.to_owned()));
        }
        Ok(Self(path.to_owned()))
    }

    /// A folder to read.
    pub fn of(path: &Path) -> Self {
        Self(path.to_owned())
    }

    fn fault(path: &Path) -> impl FnOnce(io::Error) -> FolderError + '_ {
        |source| FolderError::File { path: path.to_owned(), source }
    }

    /// Writes a file.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), FolderError> {
        let path = self.0.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(Self::fault(parent))?;
        }
        fs::write(&path, bytes).map_err(Self::fault(&path))
    }

    /// Opens a file that grows.
    pub fn create(&self, name: &str) -> Result<fs::File, FolderError> {
        self.write(name, &[])?;
        let path = self.0.join(name);
        fs::OpenOptions::new().append(true).open(&path).map_err(Self::fault(&path))
    }

    /// Reads a file; none where there is none.
    pub fn read(&self, name: &str) -> Result<Option<Vec<u8>>, FolderError> {
        let path = self.0.join(name);
        match fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(FolderError::File { path, source }),
            Ok(found) if found.len() > READ_MAX_BYTES => return Err(FolderError::TooLong(path)),
            Ok(_) => {}
        }
        fs::read(&path).map(Some).map_err(Self::fault(&path))
    }

    /// Names of every file below, with `/`.
    pub fn names(&self) -> Result<BTreeSet<String>, FolderError> {
        let mut found = BTreeSet::new();
        let mut folders = vec![self.0.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).map_err(Self::fault(&folder))? {
                let path = entry.map_err(Self::fault(&folder))?.path();
                if path.is_dir() {
                    folders.push(path);
                } else if let Ok(below) = path.strip_prefix(&self.0) {
                    let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
                    found.insert(parts.join("/"));
                }
                if found.len() > ENTRIES_MAX {
                    return Err(FolderError::TooLong(folder));
                }
            }
        }
        Ok(found)
    }
}
