//! The frozen bytes of one entry.
//!
//! Layout, all integers big-endian, in this order (format version 1; it never changes, a new one gets a new number):
//!
//! | field | bytes | meaning |
//! |---|---|---|
//! | tag | 4 | `MDGJ` |
//! | format version | 1 | `1` |
//! | tenant | 1 + n | length, then ASCII |
//! | counter | 1 + n | length, then ASCII |
//! | incarnation | 4 | 世代 |
//! | sequence number | 8 | from 1, without gaps |
//! | previous hash | 32 | of the entry before; zeros for the first |
//! | kind | 2 | number of [`crate::payload::KINDS`] |
//! | payload version | 2 | from 1, per kind |
//! | payload length | 4 | bytes |
//! | payload | n | UTF-8 JSON exactly as written |
//!
//! The hash of an entry is the SHA-256 of all these bytes.
//!
//! Invariants: bytes that were accepted are stored and passed on as they are, never re-encoded; every length has a bound;
//! trailing bytes are an error. Not here: what payloads mean ([`crate::payload`]).

use std::fmt;

use domain::id::{CounterId, Incarnation, SequenceNumber, TenantId};
use sha2::{Digest, Sha256};

/// First bytes of every entry.
pub const TAG: [u8; 4] = *b"MDGJ";
/// The only format version so far.
pub const FORMAT_VERSION: u8 = 1;
/// Longest payload, in bytes. The largest event is a profile with its price lists.
pub const PAYLOAD_LENGTH_MAX_BYTES: usize = 1 << 20;
/// Length of a hash, in bytes.
pub const HASH_LENGTH_BYTES: usize = 32;

/// SHA-256 of an entry's frozen bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryHash(pub [u8; HASH_LENGTH_BYTES]);

impl EntryHash {
    /// What stands before the first entry.
    pub const ZERO: Self = Self([0; HASH_LENGTH_BYTES]);

    /// Lower-case hex, as papers and files show it.
    #[must_use]
    pub fn to_hex(self) -> String {
        hex::encode(self.0)
    }

    /// A hash from 64 hex digits.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; HASH_LENGTH_BYTES];
        hex::decode_to_slice(text, &mut bytes).ok().map(|()| Self(bytes))
    }
}

impl fmt::Debug for EntryHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EntryHash({})", self.to_hex())
    }
}

/// One entry and its frozen bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// 団体
    pub tenant: TenantId,
    /// 窓口
    pub counter: CounterId,
    /// 世代
    pub incarnation: Incarnation,
    /// Position.
    pub sequence_number: SequenceNumber,
    /// Hash of the entry before.
    pub previous_hash: EntryHash,
    /// Frozen number of the kind.
    pub kind: u16,
    /// Version of the payload's shape.
    pub payload_version: u16,
    /// Where the payload begins in `bytes`.
    payload_start: usize,
    /// The frozen bytes.
    bytes: Vec<u8>,
    /// Their hash.
    hash: EntryHash,
}

/// Bytes that are no entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// The bytes end too early.
    #[error("entry ends at byte {0}, before its {1}")]
    Short(usize, &'static str),
    /// Not our tag.
    #[error("entry does not begin with MDGJ")]
    Tag,
    /// A format version that this program does not know.
    #[error("entry has format version {0}; this program knows 1")]
    FormatVersion(u8),
    /// An identity that cannot be one.
    #[error("entry's {0} is not an identifier")]
    Identity(&'static str),
    /// A payload over the bound.
    #[error("entry's payload has {0} bytes; the bound is {PAYLOAD_LENGTH_MAX_BYTES}")]
    PayloadTooLong(usize),
    /// More bytes than the entry says.
    #[error("{0} bytes after the end of the entry")]
    Trailing(usize),
}

/// What an entry is made of, before it has bytes.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    /// 団体
    pub tenant: &'a TenantId,
    /// 窓口
    pub counter: &'a CounterId,
    /// 世代
    pub incarnation: Incarnation,
    /// Position.
    pub sequence_number: SequenceNumber,
    /// Hash of the entry before.
    pub previous_hash: EntryHash,
    /// Frozen number of the kind.
    pub kind: u16,
    /// Version of the payload's shape.
    pub payload_version: u16,
    /// Payload, exactly as it will stay.
    pub payload: &'a [u8],
}

impl Entry {
    /// Freezes a draft.
    ///
    /// # Errors
    /// When the payload is over the bound.
    pub fn freeze(draft: Draft<'_>) -> Result<Self, EntryError> {
        let too_long = || EntryError::PayloadTooLong(draft.payload.len());
        if draft.payload.len() > PAYLOAD_LENGTH_MAX_BYTES {
            return Err(too_long());
        }
        let payload_length = u32::try_from(draft.payload.len()).map_err(|_| too_long())?;
        let mut bytes = Vec::with_capacity(64 + 2 * domain::id::ID_LENGTH_MAX + draft.payload.len());
        bytes.extend_from_slice(&TAG);
        bytes.push(FORMAT_VERSION);
        push_identity(&mut bytes, draft.tenant.as_str(), "tenant")?;
        push_identity(&mut bytes, draft.counter.as_str(), "counter")?;
        bytes.extend_from_slice(&draft.incarnation.0.to_be_bytes());
        bytes.extend_from_slice(&draft.sequence_number.0.to_be_bytes());
        bytes.extend_from_slice(&draft.previous_hash.0);
        bytes.extend_from_slice(&draft.kind.to_be_bytes());
        bytes.extend_from_slice(&draft.payload_version.to_be_bytes());
        bytes.extend_from_slice(&payload_length.to_be_bytes());
        let payload_start = bytes.len();
        bytes.extend_from_slice(draft.payload);
        let hash = EntryHash(Sha256::digest(&bytes).into());
        Ok(Self {
            tenant: draft.tenant.clone(),
            counter: draft.counter.clone(),
            incarnation: draft.incarnation,
            sequence_number: draft.sequence_number,
            previous_hash: draft.previous_hash,
            kind: draft.kind,
            payload_version: draft.payload_version,
            payload_start,
            bytes,
            hash,
        })
    }

    /// Reads frozen bytes.
    ///
    /// # Errors
    /// When the bytes are not exactly one entry of a known format version.
    pub fn thaw(bytes: Vec<u8>) -> Result<Self, EntryError> {
        let mut reader = Reader { bytes: &bytes, at: 0 };
        if reader.take(4, "tag")? != TAG {
            return Err(EntryError::Tag);
        }
        let [version] = reader.array::<1>("format version")?;
        if version != FORMAT_VERSION {
            return Err(EntryError::FormatVersion(version));
        }
        let tenant = reader.identity("tenant")?.parse().map_err(|_| EntryError::Identity("tenant"))?;
        let counter = reader.identity("counter")?.parse().map_err(|_| EntryError::Identity("counter"))?;
        let incarnation = Incarnation(u32::from_be_bytes(reader.array("incarnation")?));
        let sequence_number = SequenceNumber(u64::from_be_bytes(reader.array("sequence number")?));
        let previous_hash = EntryHash(reader.array("previous hash")?);
        let kind = u16::from_be_bytes(reader.array("kind")?);
        let payload_version = u16::from_be_bytes(reader.array("payload version")?);
        let declared = u32::from_be_bytes(reader.array("payload length")?);
        let length = usize::try_from(declared).unwrap_or(usize::MAX);
        if length > PAYLOAD_LENGTH_MAX_BYTES {
            return Err(EntryError::PayloadTooLong(length));
        }
        let payload_start = reader.at;
        reader.take(length, "payload")?;
        if reader.at != bytes.len() {
            return Err(EntryError::Trailing(bytes.len() - reader.at));
        }
        let hash = EntryHash(Sha256::digest(&bytes).into());
        Ok(Self {
            tenant,
            counter,
            incarnation,
            sequence_number,
            previous_hash,
            kind,
            payload_version,
            payload_start,
            bytes,
            hash,
        })
    }

    /// The frozen bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The payload exactly as written.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        self.bytes.get(self.payload_start..).unwrap_or_default()
    }

    /// SHA-256 of the frozen bytes.
    #[must_use]
    pub const fn hash(&self) -> EntryHash {
        self.hash
    }
}

fn push_identity(bytes: &mut Vec<u8>, text: &str, field: &'static str) -> Result<(), EntryError> {
    bytes.push(u8::try_from(text.len()).map_err(|_| EntryError::Identity(field))?);
    bytes.extend_from_slice(text.as_bytes());
    Ok(())
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize, field: &'static str) -> Result<&'a [u8], EntryError> {
        let end = self.at.saturating_add(length);
        let taken = self.bytes.get(self.at..end).ok_or(EntryError::Short(self.bytes.len(), field))?;
        self.at = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], EntryError> {
        self.take(N, field)?.try_into().map_err(|_| EntryError::Short(self.bytes.len(), field))
    }

    fn identity(&mut self, field: &'static str) -> Result<&'a str, EntryError> {
        let [length] = self.array::<1>(field)?;
        std::str::from_utf8(self.take(usize::from(length), field)?).map_err(|_| EntryError::Identity(field))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft<'a>(tenant: &'a TenantId, counter: &'a CounterId, payload: &'a [u8]) -> Draft<'a> {
        Draft {
            tenant,
            counter,
            incarnation: Incarnation(1),
            sequence_number: SequenceNumber(1),
            previous_hash: EntryHash::ZERO,
            kind: 1,
            payload_version: 1,
            payload,
        }
    }

    #[test]
    fn the_layout_is_frozen() {
        let (tenant, counter) = ("t1".parse().unwrap(), "m1".parse().unwrap());
        let entry = Entry::freeze(draft(&tenant, &counter, b"{}")).unwrap();
        let expected = format!(
            "4d44474a01{}{}00000001{}{}0001000100000002{}",
            "027431",
            "026d31",
            "0000000000000001",
            "00".repeat(32),
            "7b7d"
        );
        assert_eq!(hex::encode(entry.bytes()), expected);
        assert_eq!(Entry::thaw(entry.bytes().to_vec()).unwrap(), entry);
    }

    #[test]
    fn every_truncation_and_every_extra_byte_is_refused() {
        let (tenant, counter) = ("t1".parse().unwrap(), "m1".parse().unwrap());
        let whole = Entry::freeze(draft(&tenant, &counter, b"{\"a\":1}")).unwrap();
        for end in 0..whole.bytes().len() {
            assert!(Entry::thaw(whole.bytes()[..end].to_vec()).is_err(), "cut at {end}");
        }
        let mut longer = whole.bytes().to_vec();
        longer.push(0);
        assert_eq!(Entry::thaw(longer), Err(EntryError::Trailing(1)));
    }
}
