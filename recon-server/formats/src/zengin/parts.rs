//! An 入出金取引明細 file read by parts, in bounded memory: bytes in as they come, entries out as they are read.
//!
//! Invariants: the same entries, gates and refusals as [`super::read()`] gives of the whole; entries that came out count only once
//! [`LedgerParts::finish`] has said that the file is whole. In memory are one part, and 8 bytes for each entry or twice that.

use memchr::{memchr, memrchr_iter};

use crate::refusal::Refusal;

use super::{
    field::Record,
    framing::{self, Framing, PADDED_LENGTH_MAX_BYTES, Records},
    layout::RECORD_BYTES,
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
        let bytes = self.detected(bytes)?;
        // What is left of the part before is read with as little of this one as completes it; the others where they are.
        let joint = self.joint(bytes).unwrap_or(bytes.len());
        let (head, body) = bytes.split_at_checked(joint).unwrap_or((bytes, &[]));
        self.rest.extend_from_slice(head);
        // What is longer than any record is not waited for: it is read, and refused.
        let long = self.rest.len() > 2 * DETECTED_BYTES;
        let end = if body.is_empty() { self.complete(&self.rest) } else { self.rest.len() };
        let end = if end == 0 && long { self.rest.len() } else { end };
        let mut joined = std::mem::take(&mut self.rest);
        self.read(joined.get(..end).unwrap_or_default())?;
        joined.drain(..end);
        let (body, rest) = body.split_at_checked(self.complete(body)).unwrap_or((body, &[]));
        self.read(body)?;
        joined.extend_from_slice(rest);
        self.rest = joined;
        Ok(self.taken())
    }

    /// The bytes that are left when enough were kept to show how records are separated.
    fn detected<'b>(&mut self, bytes: &'b [u8]) -> Result<&'b [u8], Refusal> {
        if self.framing.is_some() {
            return Ok(bytes);
        }
        let missing = DETECTED_BYTES.saturating_sub(self.rest.len());
        let (head, bytes) = bytes.split_at_checked(missing).unwrap_or((bytes, &[]));
        self.rest.extend_from_slice(head);
        if self.rest.len() >= DETECTED_BYTES {
            refuse_foreign(&self.rest, &self.options.file_name)?;
            self.framing = Some(Framing::detect(&self.rest));
        }
        Ok(bytes)
    }

    /// How many of these bytes complete the record that has begun, where others come behind it.
    fn joint(&self, bytes: &[u8]) -> Option<usize> {
        let separator = self.framing?.separator();
        let joint = match separator.first() {
            None => {
                let begun = self.rest.len() % self.length();
                (self.length() - begun) % self.length()
            }
            Some(first) => memchr(*first, bytes)? + separator.len(),
        };
        Some(joint).filter(|joint| *joint < bytes.len())
    }

    /// Bytes of a record without separator.
    fn length(&self) -> usize {
        self.options.padded_length.unwrap_or(RECORD_BYTES).max(1)
    }

    /// Where the last record ends behind which another byte of a record stands: the last one may be the end of the file, with an
    /// end-of-file byte or half a separator.
    fn complete(&self, bytes: &[u8]) -> usize {
        let Some(framing) = self.framing else { return 0 };
        let separator = framing.separator();
        let Some(first) = separator.first() else {
            return bytes.len().saturating_sub(1) / self.length() * self.length();
        };
        let mut ends = memrchr_iter(*first, bytes).map(|at| at + separator.len());
        ends.find(|end| *end < bytes.len()).unwrap_or_default()
    }

    fn read(&mut self, part: &[u8]) -> Result<(), Refusal> {
        let Some(framing) = self.framing.filter(|_| !part.is_empty()) else { return Ok(()) };
        self.reader.make_room(part.len() / RECORD_BYTES);
        for record in Records::of(part, framing, self.row, self.options)? {
            self.row = self.row.saturating_add(1);
            self.reader.take(Record { file: &self.options.file_name, row: self.row, bytes: &record? })?;
        }
        Ok(())
    }

    /// The entries that were read and not yet taken out.
    fn taken(&mut self) -> EntriesByAccount {
        self.reader.settle();
        let read = self.reader.accounts.iter_mut().filter(|block| !block.entries.is_empty());
        read.map(|block| (block.account_key(), std::mem::take(&mut block.entries))).collect()
    }

    /// The account blocks that have begun so far, without their entries.
    #[must_use]
    pub fn accounts(&self) -> &[BankAccountBlock] {
        &self.reader.accounts
    }

    /// The end of the file: the last entries, and the file without entries.
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
        self.read(framing::without_eof(&rest))?;
        let entries = self.taken();
        let records = self.reader.finish(self.row)?;
        let file = BankFile {
            framing: self.framing.unwrap_or(Framing::None),
            accounts: self.reader.accounts,
            records,
            notices: self.reader.oddities.notices(),
        };
        Ok((entries, file))
    }
}
