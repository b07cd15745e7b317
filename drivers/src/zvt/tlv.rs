//! BER-TLV containers as ZVT carries them under BMP 06 (`devices.md` M2, M3).
//!
//! Invariants: reading stops at the first damaged object and keeps what came before; nesting and length are bounded by the frame.

/// One object of a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Object<'a> {
    /// The tag, first byte highest: `1F12` is `0x1F12`.
    pub tag: u32,
    /// Its bytes.
    pub value: &'a [u8],
}

/// Longest tag, in bytes.
const TAG_MAX_BYTES: usize = 3;

/// A length field: the value and how many bytes it took.
#[must_use]
pub fn length(bytes: &[u8]) -> Option<(usize, usize)> {
    match *bytes {
        [short @ 0..=0x7F, ..] => Some((usize::from(short), 1)),
        [0x81, one, ..] => Some((usize::from(one), 2)),
        [0x82, high, low, ..] => Some((usize::from(u16::from_be_bytes([high, low])), 3)),
        _ => None,
    }
}

/// The objects of a container, in order.
#[must_use]
pub fn objects(mut bytes: &[u8]) -> Vec<Object<'_>> {
    let mut found = Vec::new();
    while let Some((object, rest)) = split_first(bytes) {
        found.push(object);
        bytes = rest;
    }
    found
}

/// The value of the first object with this tag, at any depth.
#[must_use]
pub fn find(bytes: &[u8], tag: u32) -> Option<&[u8]> {
    objects(bytes).into_iter().find_map(|object| {
        if object.tag == tag {
            return Some(object.value);
        }
        if is_constructed(object.tag) { find(object.value, tag) } else { None }
    })
}

/// Bit 6 of a tag's first byte: the value is a container itself.
pub(crate) fn is_constructed(tag: u32) -> bool {
    tag.to_be_bytes().into_iter().find(|&byte| byte != 0).is_some_and(|first| first & 0x20 != 0)
}

/// The first object, and the bytes behind it.
pub(crate) fn split_first(bytes: &[u8]) -> Option<(Object<'_>, &[u8])> {
    let mut tag_length = 1;
    if bytes.first()? & 0x1F == 0x1F {
        loop {
            let more = bytes.get(tag_length)? & 0x80 != 0;
            tag_length += 1;
            if !more {
                break;
            }
            if tag_length == TAG_MAX_BYTES {
                return None;
            }
        }
    }
    let tag = bytes[..tag_length].iter().fold(0, |tag, &byte| tag << 8 | u32::from(byte));
    let (value_length, used) = length(&bytes[tag_length..])?;
    let start = tag_length + used;
    let value = bytes.get(start..start + value_length)?;
    Some((Object { tag, value }, &bytes[start + value_length..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_nested_containers_and_long_lengths() {
        let bytes =
            [0x2F, 0x08, 0x1F, 0x12, 0x01, 0x02, 0x1F, 0x10, 0x01, 0x05, 0x1F, 0x07, 0x81, 0x01, 0x02];
        assert_eq!(find(&bytes, 0x1F12), Some(&[2][..]));
        assert_eq!(find(&bytes, 0x1F10), Some(&[5][..]));
        assert_eq!(find(&bytes, 0x1F07), Some(&[2][..]));
        assert_eq!(find(&bytes, 0x1F2B), None);
        assert_eq!(length(&[0x82, 0x04, 0x5D]), Some((0x45D, 3)));
    }

    #[test]
    fn damage_keeps_what_came_before() {
        assert_eq!(objects(&[0x07, 0x01, 0x41, 0x07, 0x09, 0x42]).len(), 1);
        for bytes in
            [&[][..], &[0x1F], &[0x1F, 0x81, 0x81, 0x81, 0x01], &[0x07, 0x80], &[0x07, 0x83, 1, 1, 1]]
        {
            assert!(objects(bytes).is_empty(), "{bytes:02X?}");
        }
    }
}
