//! What every EMVCo merchant's code must be, whatever the country (EMVCo MPM 1.1; `protocols.md` 1.1).
//!
//! Invariant: an [`EmvCode`] exists only when structure, CRC and every EMVCo rule hold. Order of the checks: structure, first
//! object, last object, CRC, then the values from left to right. Not here: what JPQR asks on top ([`super::jpqr`]).

use super::{
    Breach, CODE_LENGTH_MAX_CHARS, Rule, crc,
    tlv::{Object, objects},
};

/// Characters of an object that carries the CRC.
const CRC_OBJECT_BYTES: usize = 8;

/// A sound EMVCo code.
#[derive(Clone, PartialEq, Eq)]
pub struct EmvCode<'a> {
    objects: Vec<Object<'a>>,
    length: usize,
}

impl<'a> EmvCode<'a> {
    /// The value of an object of the outermost level.
    #[must_use]
    pub fn value(&self, id: u8) -> Option<&'a str> {
        self.get(id).map(|object| object.value)
    }

    /// The IDs of the outermost level, in order.
    pub fn ids(&self) -> impl Iterator<Item = u8> + '_ {
        self.objects.iter().map(|object| object.id)
    }

    pub(super) fn get(&self, id: u8) -> Option<Object<'a>> {
        self.objects.iter().find(|object| object.id == id).copied()
    }

    pub(crate) fn objects(&self) -> &[Object<'a>] {
        &self.objects
    }

    /// The breach of something that is not there: it could stand before the CRC.
    pub(super) const fn missing(&self, rule: Rule) -> Breach<Rule> {
        Breach { offset: self.length.saturating_sub(CRC_OBJECT_BYTES), rule }
    }
}

/// Reads a code.
///
/// # Errors
/// The first rule that it breaks, and where.
pub fn read(text: &str) -> Result<EmvCode<'_>, Breach<Rule>> {
    if text.len() > CODE_LENGTH_MAX_CHARS && text.chars().nth(CODE_LENGTH_MAX_CHARS).is_some() {
        let offset = text.char_indices().nth(CODE_LENGTH_MAX_CHARS).map_or(0, |(at, _)| at);
        return Err(Breach { offset, rule: Rule::TooLong });
    }
    let objects = objects(text, 0)?;
    if !text.starts_with("000201") {
        return Err(Breach { offset: 0, rule: Rule::FormatFirst });
    }
    check_crc(text, &objects)?;
    let code = EmvCode { objects, length: text.len() };
    once_each(&code.objects)?;
    for object in &code.objects {
        check_value(object)?;
    }
    for id in [52, 53, 58, 59, 60] {
        code.get(id).ok_or_else(|| code.missing(Rule::Missing(id)))?;
    }
    if !code.objects.iter().any(|object| (2..=51).contains(&object.id)) {
        return Err(code.missing(Rule::NoAccount));
    }
    check_tip(&code)?;
    Ok(code)
}

fn check_crc(text: &str, objects: &[Object<'_>]) -> Result<(), Breach<Rule>> {
    let Some(at) = objects.iter().position(|object| object.id == 63) else {
        return Err(Breach { offset: text.len(), rule: Rule::CrcMissing });
    };
    let object = objects[at];
    if let Some(after) = objects.get(at + 1) {
        return Err(Breach { offset: after.offset, rule: Rule::CrcLast });
    }
    let form =
        object.value.len() == 4 && object.value.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F'));
    if !form {
        return Err(object.breach(Rule::CrcForm));
    }
    let computed = format!("{:04X}", crc(&text.as_bytes()[..object.value_offset()]));
    if object.value == computed { Ok(()) } else { Err(object.breach(Rule::CrcWrong)) }
}

fn once_each(objects: &[Object<'_>]) -> Result<(), Breach<Rule>> {
    let mut seen = [false; 100];
    for object in objects {
        if std::mem::replace(&mut seen[usize::from(object.id)], true) {
            return Err(Breach { offset: object.offset, rule: Rule::Repeated });
        }
    }
    Ok(())
}

fn check_value(object: &Object<'_>) -> Result<(), Breach<Rule>> {
    let value = object.value;
    let good = match object.id {
        1 => {
            return if matches!(value, "11" | "12") { Ok(()) } else { Err(object.breach(Rule::Method)) };
        }
        26..=51 => return check_account(object),
        52 => value.len() == 4 && digits(value),
        53 => value.len() == 3 && digits(value),
        54 => value.len() <= 13 && number(value),
        55 => matches!(value, "01" | "02" | "03"),
        56 => value.len() <= 13 && number(value),
        57 => value.len() <= 5 && number(value),
        58 => value.len() == 2 && value.bytes().all(|byte| byte.is_ascii_uppercase()),
        59 => value.len() <= 25 && printable(value),
        60 => value.len() <= 15 && printable(value),
        61 => value.len() <= 10 && printable(value),
        62 => return check_additional(object),
        64 => return check_language(object),
        80..=99 => return check_account(object),
        // 00 and 63 were checked before; 02 to 25 belong to the card schemes, 65 to 79 are reserved.
        _ => !value.chars().any(char::is_control),
    };
    if good { Ok(()) } else { Err(object.breach(Rule::Form(object.id))) }
}

/// An account or unreserved template: each ID once, and 00 a globally unique identifier of 1 to 32 characters.
fn check_account(object: &Object<'_>) -> Result<(), Breach<Rule>> {
    let inner = objects(object.value, object.value_offset())?;
    once_each(&inner)?;
    match inner.iter().find(|inner| inner.id == 0) {
        None => Err(object.breach(Rule::Missing(0))),
        Some(guid) if guid.value.len() > 32 || !printable(guid.value) => Err(guid.breach(Rule::Form(0))),
        Some(_) => Ok(()),
    }
}

fn check_additional(object: &Object<'_>) -> Result<(), Breach<Rule>> {
    let inner = objects(object.value, object.value_offset())?;
    once_each(&inner)?;
    for inner in inner {
        let good = match inner.id {
            1..=8 => inner.value.len() <= 25 && printable(inner.value),
            9 => inner.value.len() <= 3 && inner.value.bytes().all(|byte| b"AME".contains(&byte)),
            50..=99 => {
                check_account(&inner)?;
                true
            }
            _ => !inner.value.chars().any(char::is_control),
        };
        if !good {
            return Err(inner.breach(Rule::Form(inner.id)));
        }
    }
    Ok(())
}

fn check_language(object: &Object<'_>) -> Result<(), Breach<Rule>> {
    let inner = objects(object.value, object.value_offset())?;
    once_each(&inner)?;
    for (id, chars_max) in [(0, 2), (1, 25), (2, 15)] {
        let Some(inner) = inner.iter().find(|inner| inner.id == id) else {
            match id {
                2 => continue,
                _ => return Err(object.breach(Rule::Missing(id))),
            }
        };
        let form = match id {
            0 => inner.value.len() == 2 && inner.value.bytes().all(|byte| byte.is_ascii_alphabetic()),
            _ => inner.value.chars().count() <= chars_max && !inner.value.chars().any(char::is_control),
        };
        if !form {
            return Err(inner.breach(Rule::Form(id)));
        }
    }
    Ok(())
}

fn check_tip(code: &EmvCode<'_>) -> Result<(), Breach<Rule>> {
    let kind = code.value(55);
    for (id, goes_with) in [(56, "02"), (57, "03")] {
        match (code.get(id), kind == Some(goes_with)) {
            (Some(object), false) => return Err(Breach { offset: object.offset, rule: Rule::Tip }),
            (None, true) => return Err(code.missing(Rule::Tip)),
            _ => {}
        }
    }
    Ok(())
}

fn digits(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_digit())
}

/// Digits with at most one decimal point, which is not the first character.
fn number(value: &str) -> bool {
    let mut parts = value.split('.');
    let whole = parts.next().is_some_and(|whole| !whole.is_empty() && digits(whole));
    whole && parts.next().is_none_or(digits) && parts.next().is_none()
}

fn printable(value: &str) -> bool {
    value.bytes().all(|byte| (0x20..=0x7E).contains(&byte))
}
