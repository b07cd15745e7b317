//! The key of a row: a short text of which a file has millions, each looked at once or twice.
//!
//! Invariant: it says exactly the text that it was made of. Usual keys lie in place: one allocation a row is what a reader's speed dies of.

use std::{fmt, ops::Deref};

use arrayvec::ArrayString;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Bytes of a key that lies in place.
const SHORT_BYTES: usize = 54;

/// A row's key.
#[derive(Clone)]
pub struct Key(Place);

#[derive(Clone)]
enum Place {
    Here(ArrayString<SHORT_BYTES>),
    Elsewhere(Box<str>),
}

impl Key {
    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Place::Here(text) => text,
            Place::Elsewhere(text) => text,
        }
    }
}

impl Key {
    /// A key of nothing.
    pub(crate) const fn empty() -> Self {
        Self(Place::Here(ArrayString::new_const()))
    }

    /// Adds a part to its end.
    pub(crate) fn push(&mut self, part: &str) {
        let fits = match &mut self.0 {
            Place::Here(text) => text.try_push_str(part).is_ok(),
            Place::Elsewhere(_) => false,
        };
        if !fits {
            self.0 = Place::Elsewhere([self.as_str(), part].concat().into());
        }
    }
}

impl From<&str> for Key {
    fn from(text: &str) -> Self {
        Self(ArrayString::from(text).map_or_else(|_| Place::Elsewhere(text.into()), Place::Here))
    }
}

impl From<Key> for String {
    fn from(key: Key) -> Self {
        match key.0 {
            Place::Here(text) => text.as_str().to_owned(),
            Place::Elsewhere(text) => text.into(),
        }
    }
}

impl Deref for Key {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Key {}

impl PartialEq<&str> for Key {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::Text::deserialize(deserializer).map(|text| Self::from(text.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_its_text_whatever_its_length() {
        for length in [0, 1, 40, SHORT_BYTES, SHORT_BYTES + 1, 300] {
            let text = "k".repeat(length);
            let key = Key::from(text.as_str());
            assert_eq!(
                (key.as_str(), key.to_string(), format!("{key:?}")),
                (&*text, text.clone(), format!("{text:?}"))
            );
            let json = serde_json::to_string(&key).unwrap();
            assert_eq!(json, format!("\"{text}\""));
            assert_eq!(serde_json::from_str::<Key>(&json).unwrap(), key);
            let mut pushed = Key::empty();
            text.as_bytes().chunks(7).for_each(|part| pushed.push(std::str::from_utf8(part).unwrap()));
            assert_eq!(pushed, key);
            assert_eq!(String::from(key), text);
        }
    }
}
