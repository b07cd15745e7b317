//! A file in the printer's place, for kiosks that spool and for tests.
//!
//! Invariant: the proof is the file's own. A job is "printed" when all of its bytes are in the file and the file is synced; nobody
//! says that they ever reach paper. A job that fails half-way is cut off again. Only a regular file gives this proof, so a device
//! behind a path is refused.

use std::{io, path::Path};

use tokio::{
    fs::{File, OpenOptions},
    io::AsyncWriteExt as _,
};

/// How appending a job ended.
#[derive(Debug)]
pub(super) enum Appended {
    /// Whole and synced.
    Synced,
    /// The file is as it was.
    Nothing(io::Error),
    /// Part of the job may be in the file.
    Doubt(io::Error),
}

/// Appends a whole job to a file, making the file if it is missing.
pub(super) async fn append(path: &Path, job: &[u8]) -> Appended {
    let (mut file, length) = match open(path).await {
        Ok(opened) => opened,
        Err(error) => return Appended::Nothing(error),
    };
    match write(&mut file, job).await {
        Ok(()) => Appended::Synced,
        Err(error) => match take_back(&file, length).await {
            Ok(()) => Appended::Nothing(error),
            Err(_) => Appended::Doubt(error),
        },
    }
}

async fn open(path: &Path) -> io::Result<(File, u64)> {
    // Looked at before it is opened: opening a device or a pipe can already do something to it, or never return.
    match tokio::fs::metadata(path).await {
        Ok(found) if !found.is_file() => {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "not a regular file; a printer on USB is usb:///dev/usb/lp0",
            ));
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let file = OpenOptions::new().create(true).append(true).open(path).await?;
    let length = file.metadata().await?.len();
    Ok((file, length))
}

async fn write(file: &mut File, job: &[u8]) -> io::Result<()> {
    file.write_all(job).await?;
    file.flush().await?;
    file.sync_all().await
}

async fn take_back(file: &File, length: u64) -> io::Result<()> {
    file.set_len(length).await?;
    file.sync_all().await
}

/// Whether a job could be appended: the file is there, or its folder is.
pub(super) async fn takes_jobs(path: &Path) -> bool {
    match tokio::fs::metadata(path).await {
        Ok(found) => found.is_file() && !found.permissions().readonly(),
        Err(_) => match path.parent() {
            Some(folder) => tokio::fs::metadata(folder).await.is_ok_and(|found| found.is_dir()),
            None => false,
        },
    }
}
