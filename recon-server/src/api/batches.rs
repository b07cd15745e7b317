//! Journals arrive: unpack, split, judge the chain, append, answer the head.
//!
//! Invariants: what was here already is no error (the answer is the head); a batch that goes back is never refused for that; a fork
//! is kept aside and told; a gap stores what comes before it and is told; unknown kinds and versions are stored like any other.

use axum::{Json, extract::State};
use journal::{
    chain::JournalId,
    entry::Entry,
    frames::{self, BatchError},
    wire::{BATCH_CONTENT_TYPE, HeadReply, ProblemCode},
};
use store::{StoreError, journal::Appended};

use super::{ApiProblem, body::unpack, head_reply, not_granted, signed::Signed};
use crate::{app::AppState, metrics::Count};

/// `POST /api/v1/journal/batches`
pub async fn post(State(state): State<AppState>, signed: Signed) -> Result<Json<HeadReply>, ApiProblem> {
    if signed.content_type != BATCH_CONTENT_TYPE {
        let detail = format!("content-type は {BATCH_CONTENT_TYPE} にしてください。");
        return Err(ApiProblem::new(ProblemCode::BadRequest, detail));
    }
    let entries = frames::split(&unpack(&signed.body, &signed.content_encoding)?).map_err(unreadable)?;
    if entries.iter().any(|entry| !of_journal(&signed.journal, entry)) {
        return Err(ApiProblem::new(
            ProblemCode::WrongJournal,
            "署名した窓口と世代のものではない記録が混じっています。",
        ));
    }
    let appended = append(&state, &signed.journal, &entries)
        .await
        .map_err(|error| ApiProblem::fault("append a batch", &error))?
        .ok_or_else(not_granted)?;
    answer(&state, &signed.journal, &appended)
}

fn of_journal(id: &JournalId, entry: &Entry) -> bool {
    (&entry.tenant, &entry.counter, entry.incarnation) == (&id.tenant, &id.counter, id.incarnation)
}

fn unreadable(error: BatchError) -> ApiProblem {
    let code = match error {
        BatchError::TooMany | BatchError::EntryTooLong { .. } => ProblemCode::TooLarge,
        BatchError::Short(_) | BatchError::Entry { .. } => ProblemCode::BadRequest,
    };
    ApiProblem::new(code, format!("記録の束を読み取れません ({error})。分けて、または送り直してください。"))
}

/// What became of a batch, and whether a newer incarnation has taken over.
struct Kept {
    appended: Appended,
    replaced: bool,
}

async fn append(
    state: &AppState,
    journal: &JournalId,
    entries: &[Entry],
) -> Result<Option<Kept>, StoreError> {
    let mut unit = state.store.begin().await?;
    let Some(appended) = unit.append_entries(journal, entries, state.now()).await? else { return Ok(None) };
    let replaced = appended.aside > 0
        && unit
            .counter(state.tenant(), &journal.counter)
            .await?
            .and_then(|row| row.current)
            .is_some_and(|current| current.incarnation > journal.incarnation);
    unit.commit().await?;
    Ok(Some(Kept { appended, replaced }))
}

fn answer(state: &AppState, journal: &JournalId, kept: &Kept) -> Result<Json<HeadReply>, ApiProblem> {
    let appended = &kept.appended;
    Count::EntriesAppended.add(u64::from(appended.stored));
    Count::EntriesRepeated.add(u64::from(appended.known));
    Count::EntriesForked.add(u64::from(appended.aside));
    let head = head_reply(journal, appended.head, state.now());
    if appended.aside > 0 {
        tracing::warn!(counter = %journal.counter, incarnation = journal.incarnation.0, aside = appended.aside, "kept aside");
        return Err(aside(kept.replaced).with_head(head));
    }
    if let Some(gap) = appended.gap {
        let detail =
            format!("{}番の前が届いていません。{}番の次から送ってください。", gap.0, head.sequence_number);
        return Err(ApiProblem::new(ProblemCode::ChainGap, detail).with_head(head));
    }
    Ok(Json(head))
}

fn aside(replaced: bool) -> ApiProblem {
    if replaced {
        ApiProblem::new(
            ProblemCode::WrongJournal,
            "この端末は新しい端末に交換済みです。交換の後に作られた記録は別に保管しました。この端末の使用をやめ、管理者に連絡してください。",
        )
    } else {
        ApiProblem::new(
            ProblemCode::Fork,
            "同じ番号に別の記録が届きました。届いた記録は別に保管しました。管理者に連絡し、窓口を交換(新しい世代)してください。",
        )
    }
}
