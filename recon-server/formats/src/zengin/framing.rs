//! How records are separated: nothing, CRLF, LF or CR. Detected once, mixed refused; no resynchronising, ever.
//!
//! Invariant: a record that is too short or too long is refused by its number, unless the bank is configured so.
//! A single end-of-file byte (1A) after the last record is allowed, on a line of its own too; the last separator may be missing
//! (reconciliation.md 6.1, "framing").

use std::borrow::Cow;

use memchr::memchr2;
use serde::{Deserialize, Serialize};

use crate::refusal::Refusal;

use super::{layout::RECORD_BYTES, model::ReadOptions};

/// The end-of-file byte that some transmission programs append.
const EOF_BYTE: u8 = 0x1A;
/// Longest padded record that may be configured, in bytes.
pub const PADDED_LENGTH_MAX_BYTES: usize = 4_096;

/// How records are separated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Framing {
    /// The standard: no separator.
    None,
    /// CR LF after each record.
    CrLf,
    /// LF after each record.
    Lf,
    /// CR after each record.
    Cr,
}

impl Framing {
    /// The bytes after each record.
    #[must_use]
    pub const fn separator(self) -> &'static [u8] {
        match self {
            Self::None => b"",
            Self::CrLf => b"\r\n",
            Self::Lf => b"\n",
            Self::Cr => b"\r",
        }
    }

    /// The framing of a file, by its first separator. Record text has no control bytes, so the first one is a separator.
    pub(super) fn detect(bytes: &[u8]) -> Self {
        match memchr2(b'\r', b'\n', bytes) {
            None => Self::None,
            Some(at) if bytes[at..].starts_with(b"\r\n") => Self::CrLf,
            Some(at) if bytes[at] == b'\n' => Self::Lf,
            Some(_) => Self::Cr,
        }
    }
}

/// Records of exactly 200 bytes, one after another.
#[derive(Debug, Clone)]
pub(super) struct Records<'a> {
    /// What is left; none behind the last record.
    rest: Option<&'a [u8]>,
    framing: Framing,
    /// Number of the last record.
    row: u32,
    options: &'a ReadOptions,
}

/// The records of a file.
pub(super) fn split<'a>(
    bytes: &'a [u8],
    options: &'a ReadOptions,
) -> Result<(Framing, Records<'a>), Refusal> {
    let file = options.file_name.as_str();
    if let Some(length) =
        options.padded_length.filter(|n| !(RECORD_BYTES..=PADDED_LENGTH_MAX_BYTES).contains(n))
    {
        let remedy = format!(
            "設定したレコード長が使えません。{RECORD_BYTES}から{PADDED_LENGTH_MAX_BYTES}までで指定してください。"
        );
        return Err(Refusal::new(file, None, "レコード長の設定", length.to_string(), remedy));
    }
    let body = without_eof(bytes);
    let framing = Framing::detect(body);
    Ok((framing, Records::of(body, framing, 0, options)?))
}

impl<'a> Records<'a> {
    /// The records of a part of a file of known framing that came behind `before` records.
    pub fn of(
        body: &'a [u8],
        framing: Framing,
        before: u32,
        options: &'a ReadOptions,
    ) -> Result<Self, Refusal> {
        let separator = framing.separator();
        if separator.is_empty() {
            whole_records(body, before, options)?;
        }
        let rest = if separator.is_empty() { body } else { body.strip_suffix(separator).unwrap_or(body) };
        Ok(Self { rest: Some(rest), framing, row: before, options })
    }

    /// The next record with what stands around it.
    fn piece(&mut self, text: &'a [u8]) -> Result<&'a [u8], Refusal> {
        let separator = self.framing.separator();
        if separator.is_empty() {
            let length = self.options.padded_length.unwrap_or(RECORD_BYTES);
            let (piece, after) = text.split_at_checked(length).unwrap_or((text, &[]));
            self.rest = Some(after).filter(|after| !after.is_empty());
            return memchr2(b'\r', b'\n', piece).map_or(Ok(piece), |_| Err(self.mixed()));
        }
        // Record text has no control bytes: the first of them must be a whole separator.
        let Some(at) = memchr2(b'\r', b'\n', text) else { return Ok(text) };
        let (piece, line_end) = text.split_at_checked(at).unwrap_or((text, &[]));
        self.rest = Some(line_end.strip_prefix(separator).ok_or_else(|| self.mixed())?);
        Ok(piece)
    }

    fn mixed(&self) -> Refusal {
        let remedy = "改行の種類が途中で変わっています。加工していない元のファイルを入れ直してください。";
        let found = format!("{:?} と別の改行", self.framing);
        Refusal::new(&self.options.file_name, Some(self.row), "レコード区切り", found, remedy)
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Cow<'a, [u8]>, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        let text = self.rest.take()?;
        self.row = self.row.saturating_add(1);
        Some(self.piece(text).and_then(|piece| exact(piece, Some(self.row), self.options)))
    }
}

/// The records without the end-of-file byte, which may stand on a line of its own.
pub(super) fn without_eof(bytes: &[u8]) -> &[u8] {
    let line = [&b"\r\n"[..], b"\n", b"\r"].iter().find_map(|newline| bytes.strip_suffix(*newline));
    let before = |text: &'_ [u8]| text.last() == Some(&EOF_BYTE);
    match line {
        Some(text) if before(text) => &text[..text.len() - 1],
        _ => bytes.strip_suffix(&[EOF_BYTE]).unwrap_or(bytes),
    }
}

/// Without separators all records are of one length: a remainder is half a record.
fn whole_records(body: &[u8], before: u32, options: &ReadOptions) -> Result<(), Refusal> {
    let length = options.padded_length.unwrap_or(RECORD_BYTES);
    let rest = body.len() % length;
    if !body.is_empty() && rest == 0 {
        return Ok(());
    }
    let row = u32::try_from(body.len() / length + 1).ok().map(|row| row.saturating_add(before));
    let remedy = format!(
        "1件は{length}バイトです。途中で切れたファイルです。銀行のサイトからもう一度取り込み、加工せずに入れ直してください。"
    );
    Err(Refusal::new(&options.file_name, row, "レコード長", format!("{rest}バイト"), remedy))
}

/// One record brought to 200 bytes where the configuration allows it.
fn exact<'a>(piece: &'a [u8], row: Option<u32>, options: &ReadOptions) -> Result<Cow<'a, [u8]>, Refusal> {
    let refuse = |remedy: &str| {
        Err(Refusal::new(&options.file_name, row, "レコード長", format!("{}バイト", piece.len()), remedy))
    };
    let longest = options.padded_length.unwrap_or(RECORD_BYTES);
    match piece.len() {
        n if n == longest || (options.stripped && (RECORD_BYTES..longest).contains(&n)) => {
            if piece[RECORD_BYTES..].iter().any(|b| *b != b' ') {
                return refuse("201バイト目より後ろに文字があります。設定した長さを銀行に確かめてください。");
            }
            Ok(Cow::Borrowed(&piece[..RECORD_BYTES]))
        }
        n if n < RECORD_BYTES && options.stripped && n > 0 => {
            let mut record = piece.to_vec();
            record.resize(RECORD_BYTES, b' ');
            Ok(Cow::Owned(record))
        }
        n if n < RECORD_BYTES => refuse(
            "1件は200バイトです。途中で切れたか、行末の空白が消えています。加工していない元のファイルを入れ直してください（空白を落とす銀行なら設定で許せます）。",
        ),
        n if n < longest => refuse(&format!(
            "1件は{longest}バイトと設定されています。銀行の1件の長さに合わせて設定を直してください。"
        )),
        _ => refuse("1件は200バイトです。長すぎます。余白を足す銀行なら設定で長さを指定してください。"),
    }
}
