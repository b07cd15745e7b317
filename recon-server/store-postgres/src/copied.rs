//! Rows of PostgreSQL's binary copy (manual, COPY, "Binary Format"): a signature and a header, then for each row the number of its
//! fields and each field with its length, then −1.
//!
//! Invariant: whatever the pieces in which the bytes come, the rows are the same; bytes that are no such copy are an error.

use std::{ops::Range, pin::Pin};

use futures_util::{Stream, TryStreamExt as _};
use sqlx::PgConnection;
use store::Fault;

use crate::support::fault;

/// How a copy begins.
const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// Flags, and the length of what may follow them.
const HEADER_REST_BYTES: usize = 8;

/// A copy on its way, in pieces of bytes.
pub struct Copied<'c, B> {
    pieces: Pin<Box<dyn Stream<Item = Result<B, sqlx::Error>> + Send + 'c>>,
    held: Held<B>,
    at: usize,
    begun: bool,
}

/// The bytes that are here. The server sends each row in a piece of its own, which then need not be copied; nothing promises that.
enum Held<B> {
    Piece(B),
    Joined(Vec<u8>),
}

impl<B: AsRef<[u8]>> Held<B> {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Piece(piece) => piece.as_ref(),
            Self::Joined(bytes) => bytes,
        }
    }
}

/// Begins `COPY … TO STDOUT (FORMAT binary)`.
pub async fn begin<'c>(
    connection: &'c mut PgConnection,
    text: &str,
) -> Result<Copied<'c, impl AsRef<[u8]> + use<'c>>, Fault> {
    let pieces = connection.copy_out_raw(text).await.map_err(fault)?;
    Ok(Copied { pieces, held: Held::Joined(Vec::new()), at: 0, begun: false })
}

/// What the bytes that are here hold.
enum Found<const N: usize> {
    Row([Option<Range<usize>>; N]),
    TooLittle,
    End,
}

impl<B: AsRef<[u8]>> Copied<'_, B> {
    /// The next row of `N` fields; none at the end.
    pub async fn next<const N: usize>(&mut self) -> Result<Option<[Cell<'_>; N]>, Fault> {
        let fields = loop {
            match self.look()? {
                Found::Row(fields) => break fields,
                Found::End => return Ok(None),
                Found::TooLittle => self.fill().await?,
            }
        };
        let bytes = self.held.bytes();
        Ok(Some(fields.map(|field| Cell(field.and_then(|field| bytes.get(field))))))
    }

    /// Reads on to the end, so that the connection is ready for its next statement.
    pub async fn finish(mut self) -> Result<(), Fault> {
        while self.pieces.try_next().await.map_err(fault)?.is_some() {}
        Ok(())
    }

    async fn fill(&mut self) -> Result<(), Fault> {
        let piece = self.pieces.try_next().await.map_err(fault)?;
        let piece = piece.ok_or_else(|| unreadable("it ends too early"))?;
        let at = std::mem::take(&mut self.at);
        match &mut self.held {
            held if held.bytes().len() <= at => *held = Held::Piece(piece),
            Held::Joined(bytes) => {
                bytes.drain(..at);
                bytes.extend_from_slice(piece.as_ref());
            }
            Held::Piece(before) => {
                let rest = before.as_ref().get(at..).unwrap_or_default();
                self.held = Held::Joined([rest, piece.as_ref()].concat());
            }
        }
        Ok(())
    }

    fn look<const N: usize>(&mut self) -> Result<Found<N>, Fault> {
        let bytes = self.held.bytes();
        if !self.begun {
            let Some(header) = bytes.get(..SIGNATURE.len() + HEADER_REST_BYTES) else {
                return Ok(Found::TooLittle);
            };
            if !header.starts_with(SIGNATURE) || header.iter().rev().take(HEADER_REST_BYTES).any(|b| *b != 0)
            {
                return Err(unreadable("its header"));
            }
            self.at = header.len();
            self.begun = true;
        }
        let mut at = self.at;
        let Some(count) = take(bytes, &mut at).map(i16::from_be_bytes) else {
            return Ok(Found::TooLittle);
        };
        if count == -1 {
            return Ok(Found::End);
        }
        if usize::try_from(count) != Ok(N) {
            return Err(unreadable("its number of fields"));
        }
        let mut fields = [const { None }; N];
        for field in &mut fields {
            let Some(length) = take(bytes, &mut at).map(i32::from_be_bytes) else {
                return Ok(Found::TooLittle);
            };
            let Ok(length) = usize::try_from(length) else { continue };
            *field = Some(at..at + length);
            at += length;
        }
        if at > bytes.len() {
            return Ok(Found::TooLittle);
        }
        self.at = at;
        Ok(Found::Row(fields))
    }
}

/// The next few bytes.
fn take<const N: usize>(bytes: &[u8], at: &mut usize) -> Option<[u8; N]> {
    let taken = bytes.get(*at..)?.first_chunk()?;
    *at += N;
    Some(*taken)
}

/// A field of a row; none is NULL.
#[derive(Clone, Copy)]
pub struct Cell<'r>(Option<&'r [u8]>);

impl<'r> Cell<'r> {
    /// For tests of what is made of cells.
    #[cfg(test)]
    pub const fn of(bytes: &'r [u8]) -> Self {
        Self(Some(bytes))
    }

    /// The bytes, none for NULL.
    pub fn bytes(self) -> &'r [u8] {
        self.0.unwrap_or_default()
    }

    /// A text, empty for NULL.
    pub fn text(self) -> Result<&'r str, Fault> {
        std::str::from_utf8(self.bytes()).map_err(|error| Fault::Database(Box::new(error)))
    }

    /// A number of 64 bits.
    pub fn number(self) -> Result<i64, Fault> {
        let bytes = self.0.and_then(|bytes| bytes.try_into().ok());
        bytes.map(i64::from_be_bytes).ok_or_else(|| unreadable("a number"))
    }
}

/// Bytes that are not what was asked for.
pub fn unreadable(what: &str) -> Fault {
    Fault::Unreadable { what: "copy", value: what.to_owned() }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    fn copy() -> Vec<u8> {
        let mut bytes = [SIGNATURE, &[0; HEADER_REST_BYTES]].concat();
        for (text, number) in [(Some("一"), 7_i64), (None, -1), (Some(""), 0)] {
            bytes.extend(2_i16.to_be_bytes());
            let text_length = text.map_or(-1, |text| i32::try_from(text.len()).unwrap());
            bytes.extend(text_length.to_be_bytes());
            bytes.extend(text.unwrap_or_default().bytes());
            bytes.extend(8_i32.to_be_bytes());
            bytes.extend(number.to_be_bytes());
        }
        bytes.extend((-1_i16).to_be_bytes());
        bytes
    }

    async fn read(bytes: &[u8], piece: usize) -> Result<Vec<(String, i64)>, Fault> {
        let pieces: Vec<Result<Vec<u8>, sqlx::Error>> =
            bytes.chunks(piece).map(|piece| Ok(piece.to_vec())).collect();
        let mut copied = Copied {
            pieces: Box::pin(stream::iter(pieces)),
            held: Held::Joined(Vec::new()),
            at: 0,
            begun: false,
        };
        let mut rows = Vec::new();
        while let Some([text, number]) = copied.next().await? {
            rows.push((text.text()?.to_owned(), number.number()?));
        }
        Ok(rows)
    }

    #[tokio::test]
    async fn rows_are_the_same_in_any_pieces() {
        let bytes = copy();
        let expected = [("一".to_owned(), 7), (String::new(), -1), (String::new(), 0)];
        for piece in 1..=bytes.len() {
            assert_eq!(read(&bytes, piece).await.unwrap(), expected, "{piece}");
        }
    }

    #[tokio::test]
    async fn what_is_no_whole_copy_is_an_error() {
        let bytes = copy();
        for length in 0..bytes.len() {
            assert!(read(&bytes[..length], 16).await.is_err(), "{length}");
        }
        let mut other = bytes;
        other[0] = b'Q';
        assert!(read(&other, 16).await.is_err(), "another signature");
    }
}
