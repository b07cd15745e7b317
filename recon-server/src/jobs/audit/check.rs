//! Checks a bundle with nothing but the bundle: digests of everything in it, chains of the journals, and the whole work done once more.
//!
//! Invariants: every byte of the folder is covered by a digest or is itself a difference; an input that was changed is named and nothing is
//! computed from it; what differs is named by its file and, for a paper, by its title, the first first. A difference is an answer, not
//! an error. Not here: whether the manifest is the one that the centre keeps (its digest is printed; compare it with the signed paper).

use std::{collections::BTreeSet, path::Path};

use domain::time::CivilDate;
use journal::{
    chain::{Head, JournalId},
    entry::Entry,
    frames::{self, BATCH_ENTRIES_MAX},
};
use serde::Serialize;
use store::controls::ControlId;

use super::{
    Digested, Inputs, JournalInput, Manifest, PROGRAM,
    folder::{self, Folder, FolderError},
    inputs::{FileLine, digested, list},
    outputs::{self, Made},
    replay::{Replay, ReplayError},
    settings::{Settings, scans},
};
use crate::jobs::hand::ScanRef;

/// What differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The manifest itself.
    Manifest,
    /// 設定
    Settings,
    /// A raw file or a journal.
    Input,
    /// What the inputs were read as, or the result of the matching.
    Result,
    /// A paper.
    Paper,
    /// Something that no manifest names.
    Stray,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What.
    pub part: Part,
    /// Name of the file in the bundle.
    pub file: String,
    /// What it is, in Japanese.
    pub title_ja: String,
    /// One Japanese sentence.
    pub sentence_ja: String,
}

/// What a bundle is found to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BundleCheck {
    /// SHA-256 of the manifest, hex.
    pub manifest_sha256: String,
    /// Its number; none where it cannot be read.
    pub manifest: Option<u64>,
    /// Number of the run.
    pub run: Option<u64>,
    /// The day as of which it looks.
    pub as_of: Option<CivilDate>,
    /// The program that made it.
    pub made_with: Option<String>,
    /// This program.
    pub checked_with: &'static str,
    /// Whether the work was done once more; not where an input was changed.
    pub done_again: bool,
    /// Papers that were compared.
    pub papers: usize,
    /// What differs, in the order in which it was found.
    pub differences: Vec<Difference>,
}

impl BundleCheck {
    /// Whether nothing differs.
    #[must_use]
    pub fn whole(&self) -> bool {
        self.differences.is_empty()
    }
}

/// Checks the bundle in a folder.
///
/// # Errors
/// When there is no manifest, the folder cannot be read, or the temporary store fails.
pub async fn check(path: &Path) -> Result<BundleCheck, ReplayError> {
    let folder = Folder::of(path);
    let bytes = folder
        .read(folder::MANIFEST)?
        .ok_or_else(|| ReplayError::Input(format!("{} がありません。", folder::MANIFEST)))?;
    let mut found = Found::default();
    let manifest_sha256 = digested(&bytes).sha256;
    let kept = folder.read(folder::MANIFEST_DIGEST)?.unwrap_or_default();
    if kept != format!("{manifest_sha256}  {}\n", folder::MANIFEST).as_bytes() {
        let sentence = "監査記録が、いっしょに書き出された指紋と一致しません。";
        found.say(Part::Manifest, folder::MANIFEST, "監査記録", sentence);
    }
    let manifest: Option<Manifest> = serde_json::from_slice(&bytes).ok();
    let mut done_again = false;
    match &manifest {
        None => found.say(Part::Manifest, folder::MANIFEST, "監査記録", "監査記録として読めません。"),
        Some(manifest) => {
            inputs(&folder, &manifest.inputs, &mut found)?;
            strays(&folder, manifest, &mut found)?;
            outputs_kept(&folder, manifest, &mut found)?;
            if !found.taints_the_result() {
                again(&folder, manifest, &mut found).await?;
                done_again = true;
            }
        }
    }
    Ok(BundleCheck {
        manifest_sha256,
        manifest: manifest.as_ref().map(|manifest| manifest.number),
        run: manifest.as_ref().map(|manifest| manifest.run),
        as_of: manifest.as_ref().map(|manifest| manifest.as_of),
        papers: manifest.as_ref().map_or(0, |manifest| manifest.outputs.len()),
        made_with: manifest.map(|manifest| manifest.program),
        checked_with: PROGRAM,
        done_again,
        differences: found.0,
    })
}

#[derive(Default)]
struct Found(Vec<Difference>);

impl Found {
    fn say(&mut self, part: Part, file: &str, title_ja: &str, sentence_ja: impl Into<String>) {
        self.0.push(Difference {
            part,
            file: file.to_owned(),
            title_ja: title_ja.to_owned(),
            sentence_ja: sentence_ja.into(),
        });
    }

    /// Nothing is computed from inputs that are not those of the manifest.
    fn taints_the_result(&self) -> bool {
        self.0.iter().any(|one| matches!(one.part, Part::Manifest | Part::Settings | Part::Input))
    }

    /// Compares a file of the bundle with its digest; gives the bytes where they agree.
    fn kept(
        &mut self,
        folder: &Folder,
        (part, name, title): (Part, &str, &str),
        wanted: &str,
    ) -> Result<Option<Vec<u8>>, FolderError> {
        let Some(bytes) = folder.read(name)? else {
            self.say(part, name, title, format!("{title}のファイルがありません。"));
            return Ok(None);
        };
        if digested(&bytes).sha256 == wanted {
            return Ok(Some(bytes));
        }
        let sentence = format!("{title}の内容が監査記録と一致しません。書き換えられています。");
        self.say(part, name, title, sentence);
        Ok(None)
    }
}

fn inputs(folder: &Folder, inputs: &Inputs, found: &mut Found) -> Result<(), FolderError> {
    found.kept(folder, (Part::Settings, folder::SETTINGS, "設定"), &inputs.settings.sha256)?;
    for (wish, scan) in scans_of(folder)? {
        let title = format!("手入力 {wish} の証ひょう");
        found.kept(folder, (Part::Input, &folder::scan(&scan.sha256), &title), &scan.sha256)?;
    }
    let lines = found.kept(folder, (Part::Input, folder::FILES, "資料の一覧"), &inputs.files.sha256)?;
    let lines: Vec<FileLine> =
        lines.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    for line in &lines {
        let title = format!("資料「{}」(受付番号 {})", line.name, line.file);
        found.kept(folder, (Part::Input, &folder::raw(&line.sha256), &title), &line.sha256)?;
    }
    for input in &inputs.journals {
        let name = folder::journal(input);
        let title = format!("窓口 {} 世代{} の電子ジャーナル", input.counter, input.incarnation.0);
        let bytes = folder.read(&name)?.unwrap_or_default();
        if let Err(why) = chain(&bytes, input) {
            let sentence = format!("{title}が監査記録と一致しません({why})。書き換えられています。");
            found.say(Part::Input, &name, &title, sentence);
        }
    }
    Ok(())
}

/// The scans that the settings of a bundle name.
fn scans_of(folder: &Folder) -> Result<Vec<(ControlId, ScanRef)>, FolderError> {
    let bytes = folder.read(folder::SETTINGS)?.unwrap_or_default();
    let settings: Option<Settings> = serde_json::from_slice(&bytes).ok();
    Ok(settings.map(|settings| scans(&settings.controls)).unwrap_or_default())
}

/// Walks a chain from its first byte to the head that the manifest names.
fn chain(bytes: &[u8], input: &JournalInput) -> Result<(), String> {
    let entries = entries(bytes)?;
    let mut head = Head::EMPTY;
    for entry in &entries {
        let id = JournalId {
            tenant: entry.tenant.clone(),
            counter: input.counter.clone(),
            incarnation: input.incarnation,
        };
        head.check(&id, entry).map_err(|broken| broken.to_string())?;
        head = Head::after(entry);
    }
    if head.sequence_number.0 == input.entries && head.hash.to_hex() == input.head {
        return Ok(());
    }
    Err(format!("the chain ends at {}, not at {}", head.sequence_number.0, input.entries))
}

/// The entries of a journal's file.
pub fn entries(bytes: &[u8]) -> Result<Vec<Entry>, String> {
    let (mut entries, mut rest) = (Vec::new(), bytes);
    while !rest.is_empty() {
        let (batch, after) = rest.split_at(batch_length(rest));
        entries.extend(frames::split(batch).map_err(|error| error.to_string())?);
        rest = after;
    }
    Ok(entries)
}

/// Bytes of the next full batch of frames; everything where a length makes no sense, so that the reader says so.
fn batch_length(bytes: &[u8]) -> usize {
    let mut end = 0;
    for _ in 0..BATCH_ENTRIES_MAX {
        let Some((prefix, _)) = bytes.get(end..).and_then(|rest| rest.split_first_chunk::<4>()) else {
            break;
        };
        let length = usize::try_from(u32::from_be_bytes(*prefix)).unwrap_or(usize::MAX);
        match end.checked_add(4).and_then(|end| end.checked_add(length)) {
            Some(next) if next <= bytes.len() => end = next,
            _ => return bytes.len(),
        }
    }
    if end == 0 { bytes.len() } else { end }
}

/// Files that no manifest names.
fn strays(folder: &Folder, manifest: &Manifest, found: &mut Found) -> Result<(), FolderError> {
    let mut known: BTreeSet<String> =
        [folder::MANIFEST, folder::MANIFEST_DIGEST, folder::SETTINGS, folder::FILES]
            .map(ToOwned::to_owned)
            .into();
    let lines = folder.read(folder::FILES)?.unwrap_or_default();
    let lines: Vec<FileLine> = serde_json::from_slice(&lines).unwrap_or_default();
    known.extend(lines.iter().map(|line| folder::raw(&line.sha256)));
    known.extend(scans_of(folder)?.iter().map(|(_, scan)| folder::scan(&scan.sha256)));
    known.extend(manifest.inputs.journals.iter().map(folder::journal));
    known.extend(manifest.outputs.iter().map(|output| folder::output(&output.file)));
    for name in folder.names()?.difference(&known) {
        found.say(Part::Stray, name, "余分なファイル", "監査記録にないファイルがあります。");
    }
    Ok(())
}

fn outputs_kept(folder: &Folder, manifest: &Manifest, found: &mut Found) -> Result<(), FolderError> {
    for output in manifest.outputs.iter().filter(|output| output.file != outputs::OUTCOME_FILE) {
        let name = folder::output(&output.file);
        found.kept(folder, (Part::Paper, &name, &output.title_ja), &output.digest.sha256)?;
    }
    let outcome = manifest.outputs.iter().find(|output| output.file == outputs::OUTCOME_FILE);
    if let Some(outcome) = outcome {
        let name = folder::output(&outcome.file);
        found.kept(folder, (Part::Result, &name, &outcome.title_ja), &outcome.digest.sha256)?;
    }
    Ok(())
}

/// Does the work once more and compares with the manifest.
async fn again(folder: &Folder, manifest: &Manifest, found: &mut Found) -> Result<(), ReplayError> {
    let replay = Replay::of(folder, &manifest.inputs, manifest.made_at).await?;
    let lines = list(&replay.files().await?)?;
    if digested(&lines).sha256 != manifest.inputs.files.sha256 {
        let sentence = "資料をもう一度読むと、受付の結果(新しい行・改訂・拒否)が記録と異なります。";
        found.say(Part::Result, folder::FILES, "資料の一覧", sentence);
    }
    let (facts_sha256, outcome) = replay.outcome(manifest.as_of).await?;
    if facts_sha256 != manifest.facts_sha256 {
        let sentence = "資料と記録をもう一度読むと、照合の入力が記録と異なります。";
        found.say(Part::Result, "", "照合の入力", sentence);
    }
    let mut made = vec![Made::outcome(outcome)];
    if let Some(asked) = &manifest.asked {
        made.extend(outputs::make(replay.state(), asked, manifest.as_of, manifest.run).await?);
    }
    for output in &manifest.outputs {
        let fresh = made.iter().find(|made| made.file == output.file).map(|made| digested(&made.bytes));
        if fresh.as_ref() != Some(&output.digest) {
            found.say(
                if output.file == outputs::OUTCOME_FILE { Part::Result } else { Part::Paper },
                &folder::output(&output.file),
                &output.title_ja,
                recomputed(&output.title_ja, fresh.as_ref()),
            );
        }
    }
    Ok(())
}

fn recomputed(title_ja: &str, fresh: Option<&Digested>) -> String {
    if fresh.is_some() {
        format!("{title_ja}は、資料から計算し直すと異なる内容になります。")
    } else {
        format!("{title_ja}は、資料から計算し直すと作られません。")
    }
}
