//! Lists whose members several results share: what a run finds and what is remembered of it are the same in memory, and written like any
//! other list.
//!
//! Invariant: only ever read; a member is made once, in the partition that found it.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Writes the members one after another.
pub(crate) fn serialize<T: Serialize, S: Serializer>(
    list: &[Arc<T>],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(list.iter().map(Arc::as_ref))
}

/// Reads them; nobody shares them yet.
pub(crate) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<Arc<T>>, D::Error> {
    let list: Vec<T> = Vec::deserialize(deserializer)?;
    Ok(list.into_iter().map(Arc::new).collect())
}
