//! An 入出金取引明細 file read by parts, in bounded memory: bytes in as they come, entries out as they are read.
//!
//! Invariants: the same entries, gates and refusals as [`super::read()`] gives of the whole; entries that came out count only once
//! [`LedgerParts::finish`] has said that the file is whole. In memory are one part, and 9 bytes for each entry.

use crate::refusal::Refusal;

use super::{
    field::Record,
    framing::{self, Framing, PADDED_LENGTH_MAX_BYTES},
    model::{BankAccountBlock, BankEntry, BankFile, ReadOptions},
    read::{Reader, refuse_foreign},
};

/// Largest file that is read by parts, in bytes.
pub const PARTS_BYTES_MAX: u64 = 4 << 30;
/// Most entries of a file that is read by parts.
pub const PARTS_ENTRIES_MAX: usize = 20_000_000;
/// Bytes in which the first separator must show, if there is any.
const DETECTED_BYTES: usize = PADDED_LENGTH_MAX_BYTES + 2;
/// Bytes of a record at least, for the room that is made beforehand.
const RECORD_LENGTH_BYTES: u64 = 200;

/// Keys of accounts, each with entries of it.
pub type EntriesByAccount = Vec<(String, Vec<BankEntry>)>;

/// A file on its way in.
pub struct LedgerParts<'o> {
    options: &'o ReadOptions,
    reader: Reader<'o>,
    framing: Option<Framing>,
    rest: Vec<u8>,
    row: u32,
    taken: u64,
}

impl<'o> LedgerParts<'o> {
    /// Before the first byte of a file, of which the length may be known.
    #[must_use]
    pub fn new(options: &'o ReadOptions, length: Option<u64>) -> Self {
        let mut reader = Reader::new(options, PARTS_ENTRIES_MAX);
        let entries = usize::try_from(length.unwrap_or_default() / RECORD_LENGTH_BYTES);
        reader.occurrences.reserve(entries.unwrap_or(PARTS_ENTRIES_MAX).min(PARTS_ENTRIES_MAX));
        Self { options, reader, framing: None, rest: Vec::new(), row: 0, taken: 0 }
    }

    /// The next bytes; gives the entries that are complete with them, by their accounts' keys in the order of the file.
    ///
    /// # Errors
    /// The first refusal: the whole file is refused, also what came out before.
    pub fn push(&mut self, bytes: &[u8]) -> Result<EntriesByAccount, Refusal> {
        self.taken = self.taken.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if self.taken > PARTS_BYTES_MAX {
            let remedy = "大きすぎるファイルです。期間を分けて取り込んでください。";
            let found = format!("{}バイト", self.taken);
            return Err(Refusal::new(&self.options.file_name, None, "ファイルの大きさ", found, remedy));
        }
        self.rest.extend_from_slice(bytes);
        if self.framing.is_none() && self.rest.len() >= DETECTED_BYTES {
            refuse_foreign(&self.rest, &self.options.file_name)?;
            self.framing = Some(Framing::detect(&self.rest));
        }
        // The last record may be the end of the file, with an end-of-file byte or half a separator: it waits.
        let end = self.complete();
        let rest = self.rest.split_off(end);
        let part = std::mem::replace(&mut self.rest, rest);
        self.read(&part)
    }

    /// Where the last record ends behind which another byte of a record stands.
    fn complete(&self) -> usize {
        let Some(framing) = self.framing else { return 0 };
        let separator = framing.separator();
        if separator.is_empty() {
            let length = self.options.padded_length.unwrap_or(super::RECORD_BYTES).max(1);
            return self.rest.len().saturating_sub(1) / length * length;
        }
        let last = self.rest.iter().rposition(|b| separator.first() == Some(b));
        let Some(last) = last else { return 0 };
        let end = last + separator.len();
        // A separator at the very end may belong to what ends the file.
        if end < self.rest.len() {
            end
        } else {
            self.rest.get(..last).map_or(0, |before| {
                before.iter().rposition(|b| separator.first() == Some(b)).map_or(0, |at| at + separator.len())
            })
        }
    }

    fn read(&mut self, part: &[u8]) -> Result<EntriesByAccount, Refusal> {
        let Some(framing) = self.framing.filter(|_| !part.is_empty()) else { return Ok(Vec::new()) };
        self.reader.make_room(part.len() / super::RECORD_BYTES);
        for record in framing::split_framed(part, framing, self.row, self.options)? {
            self.row = self.row.saturating_add(1);
            self.reader.take(Record { file: &self.options.file_name, row: self.row, bytes: &record })?;
        }
        self.reader.settle();
        let read = self.reader.accounts.iter_mut().filter(|block| !block.entries.is_empty());
        Ok(read.map(|block| (block.account_key(), std::mem::take(&mut block.entries))).collect())
    }

    /// The account blocks that have begun so far, without their entries.
    #[must_use]
    pub fn accounts(&self) -> &[BankAccountBlock] {
        &self.reader.accounts
    }

    /// The end of the file: the last entries, and the file without entries. Its digest is left empty: only the caller saw all bytes.
    ///
    /// # Errors
    /// When the file is not whole.
    pub fn finish(mut self) -> Result<(EntriesByAccount, BankFile), Refusal> {
        if self.taken == 0 {
            let remedy = "空か、大きすぎるファイルです。期間を分けて取り込んでください。";
            return Err(Refusal::new(&self.options.file_name, None, "ファイルの大きさ", "0バイト", remedy));
        }
        let rest = std::mem::take(&mut self.rest);
        if self.framing.is_none() {
            refuse_foreign(&rest, &self.options.file_name)?;
            self.framing = Some(Framing::detect(framing::without_eof(&rest)));
        }
        let entries = self.read(framing::without_eof(&rest))?;
        let records = self.reader.finish(usize::try_from(self.row).unwrap_or(usize::MAX))?;
        let file = BankFile {
            sha256: String::new(),
            framing: self.framing.unwrap_or(Framing::None),
            accounts: self.reader.accounts,
            records,
            notices: self.reader.oddities.notices(),
        };
        Ok((entries, file))
    }
}
