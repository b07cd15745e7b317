//! Which column is what, from the names in the header or as the caller says.

use std::{fmt, str::FromStr};

use crate::{
    refusal::{Refusal, Side},
    source::{Source, fill},
};

/// Most columns of a file.
pub(crate) const COLUMNS_MAX: usize = 64;
/// A place at which no file has a column.
pub(crate) const NOWHERE: usize = COLUMNS_MAX;
/// Longest header.
const HEADER_LENGTH_MAX_BYTES: usize = 64 * 1024;
const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// 端末番号
    Terminal,
    /// 承認番号・伝票番号
    Approval,
    /// 取扱日
    Date,
    /// 金額
    Amount,
    /// An identifier that both sides carry: our reference echoed, or the company's transaction id in our journal.
    Reference,
    /// 契約
    Contract,
    /// ブランド
    Brand,
}

/// Number of roles.
const ROLES: usize = 7;
/// Roles, the word for each on the command line, and the header names by which each is found.
const KNOWN: [(Role, &str, &[&str]); ROLES] = [
    (Role::Terminal, "terminal", &["terminal_id", "端末番号", "端末識別番号", "TID"]),
    (Role::Approval, "approval", &["approval_code", "slip", "slip_number", "承認番号", "伝票番号"]),
    (Role::Date, "date", &["payment_date", "取扱日", "取引日", "利用日", "ご利用日"]),
    (Role::Amount, "amount", &["amount_yen", "yen", "金額", "取引金額", "利用金額", "ご利用金額"]),
    (
        Role::Reference,
        "reference",
        &["our_reference", "acquirer_transaction_id", "加盟店取引番号", "取引番号"],
    ),
    (Role::Contract, "contract", &["contract_id", "契約番号", "加盟店番号"]),
    (Role::Brand, "brand", &["ブランド", "支払方法"]),
];

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(KNOWN[self.place()].1)
    }
}

impl Role {
    const fn place(self) -> usize {
        match self {
            Self::Terminal => 0,
            Self::Approval => 1,
            Self::Date => 2,
            Self::Amount => 3,
            Self::Reference => 4,
            Self::Contract => 5,
            Self::Brand => 6,
        }
    }
}

/// What the caller says about columns: `terminal=端末番号,date=3`; a number counts columns from 1.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnMap(Vec<(Role, String)>);

/// A column map that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "「{0}」は読めません。terminal、approval、date、amount、reference、contract、brand に = と列の名前か番号を続けます"
)]
pub struct ColumnMapError(String);

impl FromStr for ColumnMap {
    type Err = ColumnMapError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let one = |part: &str| {
            let (word, name) = part.split_once('=')?;
            let (role, ..) = KNOWN.iter().find(|(_, known, _)| *known == word.trim())?;
            Some((*role, name.trim().to_owned()))
        };
        let parts = text.split(',').filter(|part| !part.trim().is_empty());
        parts
            .map(|part| one(part).ok_or_else(|| ColumnMapError(part.into())))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// A file's columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    pub columns: usize,
    /// Of each role, or [`NOWHERE`].
    places: [usize; ROLES],
    /// Offset of the first byte below the header.
    pub body_offset: u64,
}

impl Layout {
    /// Reads the header.
    pub fn read(source: &dyn Source, side: Side, map: &ColumnMap) -> Result<Self, Refusal> {
        let mut head = vec![0; HEADER_LENGTH_MAX_BYTES];
        let length = fill(source, &mut head, 0).map_err(|source| Refusal::Read { side, source })?;
        head.truncate(length);
        let (line, body) = match memchr::memchr(b'\n', &head) {
            Some(end) => (&head[..end], end + 1),
            None if length < HEADER_LENGTH_MAX_BYTES => (&head[..], length),
            None => return Err(Refusal::NoHeader(side)),
        };
        let line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            return Err(Refusal::NoHeader(side));
        }
        let names: Vec<String> = line
            .split(|byte| *byte == b',')
            .map(|name| String::from_utf8_lossy(name).trim().trim_matches('"').to_owned())
            .collect();
        if names.len() > COLUMNS_MAX {
            return Err(Refusal::TooManyColumns { side, max: COLUMNS_MAX });
        }
        let mut layout = Self { columns: names.len(), places: [NOWHERE; ROLES], body_offset: offset(body) };
        for (role, word, known) in KNOWN {
            layout.places[role.place()] = find(&names, side, map, role, word, known)?.unwrap_or(NOWHERE);
        }
        Ok(layout)
    }

    /// The column of a role; [`NOWHERE`] where there is none.
    #[inline(always)]
    pub const fn place(&self, role: Role) -> usize {
        self.places[role.place()]
    }

    /// Whether there is a column of this role.
    pub const fn has(&self, role: Role) -> bool {
        self.place(role) != NOWHERE
    }
}

fn offset(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

fn find(
    names: &[String],
    side: Side,
    map: &ColumnMap,
    role: Role,
    word: &str,
    known: &[&str],
) -> Result<Option<usize>, Refusal> {
    if let Some((_, named)) = map.0.iter().find(|(mapped, _)| *mapped == role) {
        let by_number =
            || named.parse::<usize>().ok().and_then(|n| n.checked_sub(1)).filter(|n| *n < names.len());
        let place = names.iter().position(|name| name == named).or_else(by_number);
        return place.map(Some).ok_or_else(|| Refusal::NoColumn { side, name: named.clone() });
    }
    let is_it =
        |name: &str| name.eq_ignore_ascii_case(word) || known.iter().any(|k| name.eq_ignore_ascii_case(k));
    let mut found = names.iter().enumerate().filter(|(_, name)| is_it(name)).map(|(place, _)| place);
    match (found.next(), found.next(), role) {
        (Some(_), Some(_), _) => Err(Refusal::ColumnTwice { side, name: word.into() }),
        (None, _, Role::Date | Role::Amount) => Err(Refusal::NoColumn { side, name: word.into() }),
        (place, ..) => Ok(place),
    }
}
