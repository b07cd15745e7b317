//! Unknown keys in shapes that are not ours (profiles, contracts) are found by comparing what was written with what was read.
//!
//! Those shapes must stay lenient, because a journal holds them for ever; a person's typing mistake must still not pass unseen.

use serde::Serialize;
use toml::Value;

/// The first key of `written` that reading has lost, as a path; none where everything was understood.
pub fn lost_key<T: Serialize>(written: &Value, read: &T) -> Option<String> {
    let kept = Value::try_from(read).ok()?;
    lost(written, &kept, "")
}

fn lost(written: &Value, kept: &Value, path: &str) -> Option<String> {
    match (written, kept) {
        (Value::Table(written), Value::Table(kept)) => written.iter().find_map(|(key, value)| {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            match kept.get(key) {
                Some(kept) => lost(value, kept, &path),
                // An empty list is written back as nothing.
                None if value.as_array().is_some_and(Vec::is_empty) => None,
                None => Some(path),
            }
        }),
        (Value::Array(written), Value::Array(kept)) => written
            .iter()
            .zip(kept)
            .enumerate()
            .find_map(|(at, (written, kept))| lost(written, kept, &format!("{path}[{at}]"))),
        _ => None,
    }
}
