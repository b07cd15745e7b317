//! What a counter asks back: where its chain stands here, and what the centre has for it.

use axum::{Json, extract::State};
use journal::wire::{HeadReply, INBOX_ITEMS_MAX, InboxReply, ProblemCode};
use store::StoreError;

use super::{ApiProblem, head_reply, not_granted, signed::Signed};
use crate::app::AppState;

/// `GET /api/v1/journal/head`
pub async fn head(State(state): State<AppState>, signed: Signed) -> Result<Json<HeadReply>, ApiProblem> {
    let read = async { state.store.snapshot().await?.head(&signed.journal).await };
    let head = read.await.map_err(|error| ApiProblem::fault("read a head", &error))?;
    let head = head.ok_or_else(not_granted)?;
    Ok(Json(head_reply(&signed.journal, head, state.now())))
}

/// `GET /api/v1/inbox?after=n`
pub async fn get(State(state): State<AppState>, signed: Signed) -> Result<Json<InboxReply>, ApiProblem> {
    let after = after(signed.query.as_deref()).ok_or_else(|| {
        ApiProblem::new(
            ProblemCode::BadRequest,
            "after には受け取り済みの番号(0以上の整数)を入れてください。",
        )
    })?;
    let read = async {
        let mut unit = state.store.snapshot().await?;
        let counter = &signed.journal.counter;
        let items = unit.inbox_items(state.tenant(), counter, after, INBOX_ITEMS_MAX).await?;
        Ok::<_, StoreError>(items)
    };
    let items = read.await.map_err(|error| ApiProblem::fault("read an inbox", &error))?;
    Ok(Json(InboxReply { items }))
}

/// The number after `after=`; 0 without a query.
fn after(query: Option<&str>) -> Option<u64> {
    match query {
        None | Some("") => Some(0),
        Some(query) => query.strip_prefix("after=")?.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_one_number() {
        for (query, expected) in [
            (None, Some(0)),
            (Some(""), Some(0)),
            (Some("after=7"), Some(7)),
            (Some("after="), None),
            (Some("after=-1"), None),
            (Some("after=1&x=2"), None),
            (Some("x=1"), None),
        ] {
            assert_eq!(after(query), expected, "{query:?}");
        }
    }
}
