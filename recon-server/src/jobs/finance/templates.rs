//! The layouts at hand: the examples of the program, and the city's own as `<data_dir>/exports/*.toml`.
//!
//! Invariants: a file of the city never replaces an example; two files never share an id; what is wrong with a file bars only that file.

use std::{fs, path::PathBuf};

use formats::export::{Template, embedded_templates};

use crate::app::AppState;

/// Folder of the city's templates below the data folder.
pub const EXPORTS_FOLDER: &str = "exports";
/// Longest template file that is read, in bytes.
const TEMPLATE_LENGTH_MAX_BYTES: u64 = 256 << 10;
/// Most files that are looked at.
const TEMPLATES_MAX: usize = 100;

/// A template, or why it cannot be used.
#[derive(Debug, Clone)]
pub struct Known {
    /// Its file; none for an example of the program.
    pub file: Option<String>,
    /// The template, or one Japanese sentence.
    pub template: Result<Template, String>,
}

/// Every template, examples first.
#[must_use]
pub fn templates(state: &AppState) -> Vec<Known> {
    let examples = embedded_templates().unwrap_or_default();
    let mut known: Vec<Known> =
        examples.into_iter().map(|template| Known { file: None, template: Ok(template) }).collect();
    let folder = state.config.storage.data_dir.join(EXPORTS_FOLDER);
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|extension| extension == "toml")).collect();
    paths.sort_unstable();
    for path in paths.into_iter().take(TEMPLATES_MAX) {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let file = format!("{EXPORTS_FOLDER}/{name}");
        let template = read(&path, &file).and_then(|template| {
            let taken =
                known.iter().any(|one| one.template.as_ref().is_ok_and(|known| known.id == template.id));
            if taken {
                return Err(format!(
                    "{file}: id「{}」は既に使われています。別の名前にしてください。",
                    template.id
                ));
            }
            Ok(template)
        });
        known.push(Known { file: Some(file), template });
    }
    known
}

fn read(path: &PathBuf, file: &str) -> Result<Template, String> {
    let length = fs::metadata(path).map(|found| found.len()).unwrap_or_default();
    if length > TEMPLATE_LENGTH_MAX_BYTES {
        return Err(format!("{file}: 様式のファイルは{}KiBまでです。", TEMPLATE_LENGTH_MAX_BYTES >> 10));
    }
    let text = fs::read_to_string(path).map_err(|error| format!("{file}: 読めません({error})。"))?;
    Template::from_toml(&text).map_err(|error| format!("{file}: {error}"))
}

/// The template of an id.
///
/// # Errors
/// Says that there is none, and what is wrong with the files that may hold it.
pub fn find(state: &AppState, id: &str) -> Result<Template, String> {
    let known = templates(state);
    let mut faults = Vec::new();
    for one in known {
        match one.template {
            Ok(template) if template.id == id => return Ok(template),
            Ok(_) => {}
            Err(fault) => faults.push(fault),
        }
    }
    faults
        .insert(0, format!("様式「{id}」はありません。データフォルダの {EXPORTS_FOLDER} に置いてください。"));
    Err(faults.join(" "))
}
