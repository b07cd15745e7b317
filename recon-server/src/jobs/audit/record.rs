//! Appends a manifest to the tenant's chain, in the transaction of the result that it is about.

use domain::time::{CivilDate, Timestamp};
use sha2::{Digest, Sha256};
use store::{
    UnitOfWork,
    audits::{ManifestKind, ManifestRow},
    matching::NewRun,
};

use super::{Asked, FORMAT, Inputs, Manifest, Output, PROGRAM, Seen, inputs::json, outputs};
use crate::{
    app::AppState,
    jobs::{JobError, period::Scope},
};

/// What a manifest says beside its place.
pub struct Draft {
    pub kind: ManifestKind,
    pub run: u64,
    pub as_of: CivilDate,
    pub at: Timestamp,
    pub by: String,
    pub asked: Option<Asked>,
    pub inputs: Inputs,
    pub facts_sha256: String,
    pub outputs: Vec<Output>,
}

/// Leaves the manifest of a run that was recorded in this unit.
///
/// # Errors
/// When the store fails.
pub async fn record_run(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    number: u64,
    run: &NewRun,
    outcome: &[u8],
    seen: &Seen,
) -> Result<(), JobError> {
    let (inputs, settings) = seen.digested(state)?;
    unit.put_blob(state.tenant(), &Sha256::digest(&settings).into(), &settings).await?;
    let draft = Draft {
        kind: ManifestKind::Run,
        run: number,
        as_of: run.as_of,
        at: run.created_at,
        by: run.created_by.clone(),
        asked: None,
        inputs,
        facts_sha256: hex::encode(run.input_sha256),
        outputs: vec![outputs::Made::outcome(outcome.to_vec()).output()],
    };
    append(unit, state, draft).await.map(|_| ())
}

/// Leaves the manifest of what a lock signed, in the unit that keeps the lock: each document by its digest, over the inputs of its run.
///
/// # Errors
/// When the store fails or the run left no manifest.
pub async fn record_signed(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    (run, by, at): (u64, &str, Timestamp),
    scope: &Scope,
    documents: &[(String, String)],
) -> Result<(), JobError> {
    let row = unit.manifest_of_run(state.tenant(), run).await?;
    let row = row.ok_or_else(|| JobError::Facts(format!("run {run} left no manifest")))?;
    let of_run: Manifest =
        serde_json::from_str(&row.document).map_err(|source| JobError::Json { what: "manifest", source })?;
    let signed = outputs::signed(documents);
    let draft = Draft {
        kind: ManifestKind::Report,
        run,
        as_of: of_run.as_of,
        at,
        by: by.to_owned(),
        asked: Some(Asked::Signed(scope.clone())),
        inputs: of_run.inputs,
        facts_sha256: of_run.facts_sha256,
        outputs: of_run.outputs.into_iter().chain(signed.iter().map(outputs::Made::output)).collect(),
    };
    append(unit, state, draft).await.map(|_| ())
}

/// Appends a manifest; gives it with its document and the document's digest.
pub async fn append(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    draft: Draft,
) -> Result<(Manifest, Vec<u8>), JobError> {
    let place = unit.next_manifest(state.tenant()).await?;
    let manifest = Manifest {
        format: FORMAT,
        kind: draft.kind,
        number: place.number,
        previous_sha256: hex::encode(place.previous),
        program: PROGRAM.to_owned(),
        tenant: state.tenant().clone(),
        run: draft.run,
        as_of: draft.as_of,
        made_at: draft.at,
        made_by: draft.by,
        asked: draft.asked,
        inputs: draft.inputs,
        facts_sha256: draft.facts_sha256,
        outputs: draft.outputs,
    };
    let bytes = json("manifest", &manifest)?;
    let row = ManifestRow {
        place,
        kind: manifest.kind,
        run: manifest.run,
        document: String::from_utf8_lossy(&bytes).into_owned(),
        sha256: Sha256::digest(&bytes).into(),
        made_at: manifest.made_at,
    };
    unit.put_manifest(state.tenant(), &row).await?;
    Ok((manifest, bytes))
}
