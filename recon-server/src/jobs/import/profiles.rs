//! The statement profiles at hand: those of the program, and those that the city keeps as `<data_dir>/profiles/*.toml`.
//!
//! Invariants: a file of the city never replaces a profile of the program, and two files never share an id; what is wrong with a file
//! is said with its name, line and key, and bars only what needs it. Read at each import, so that a new acquirer needs neither code
//! nor a restart. Not here: what a profile means (`formats::statement`).

use std::{
    fs,
    path::{Path, PathBuf},
};

use formats::{
    Refusal,
    statement::{self, Profile},
};

use super::source::refusal;
use crate::app::AppState;

/// Folder of the city's profiles below the data folder.
pub const PROFILES_FOLDER: &str = "profiles";
/// Longest profile file that is read, in bytes.
const PROFILE_LENGTH_MAX_BYTES: u64 = 256 << 10;
/// Most files that are looked at.
pub const PROFILES_MAX: usize = 200;
/// What to do about an id that is taken.
const REMEDY_ID: &str = "id を別の名前に変え、契約の statement_profile も同じ名前にしてください。";

/// The city's own profiles, each read or refused; those of the program are always there.
#[derive(Debug, Clone, Default)]
pub struct Profiles {
    own: Vec<(String, Result<Profile, Refusal>)>,
}

/// The profiles that contracts of this centre may name.
#[must_use]
pub fn profiles(state: &AppState) -> Profiles {
    Profiles::in_folder(&state.config.storage.data_dir.join(PROFILES_FOLDER))
}

/// The profile of an id.
///
/// # Errors
/// When there is none, or its file cannot be used.
pub fn profile(state: &AppState, id: &str) -> Result<Profile, Refusal> {
    profiles(state).find(id)
}

impl Profiles {
    /// Reads the files of a folder; none where there is no folder.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Self {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> = entries
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
            .collect();
        paths.sort_unstable();
        let read = |path: &PathBuf| {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let name = format!("{PROFILES_FOLDER}/{name}");
            let profile = read_text(path, &name).and_then(|text| parse(&name, &text));
            (name, profile)
        };
        Self { own: paths.iter().take(PROFILES_MAX).map(read).collect() }
    }

    /// The profile of an id.
    ///
    /// # Errors
    /// When there is none, two files claim it, or the file that may hold it cannot be read.
    pub fn find(&self, id: &str) -> Result<Profile, Refusal> {
        let mut own = self.own.iter().filter_map(|(name, read)| {
            let profile = read.as_ref().ok().filter(|profile| profile.id == id)?;
            Some((name, profile))
        });
        match (own.next(), own.next()) {
            (Some(_), Some((name, _))) => Err(refusal(name, "id", id, REMEDY_ID)),
            (Some((_, profile)), None) => Ok(profile.clone()),
            (None, _) => self.embedded(id),
        }
    }

    fn embedded(&self, id: &str) -> Result<Profile, Refusal> {
        // A file of the city with this id was refused by `parse` and must not be passed over in silence.
        let claimed =
            |name: &str| name.strip_suffix(".toml").is_some_and(|stem| stem.ends_with(&format!("/{id}")));
        let refused = || self.own.iter().filter_map(|(name, read)| Some((name, read.as_ref().err()?)));
        let claiming =
            refused().find(|(name, refusal)| claimed(name) || (refusal.field == "id" && refusal.found == id));
        if let Some((_, refusal)) = claiming {
            return Err(refusal.clone());
        }
        match statement::embedded(id) {
            Ok(Some(profile)) => Ok(profile),
            Err(fault) => Err(fault.refusal(id, "")),
            // The id that is looked for may stand in a file that cannot be read.
            Ok(None) => Err(refused().next().map_or_else(
                || {
                    let remedy = format!(
                        "この様式はありません。データフォルダの {PROFILES_FOLDER} に置くか、契約の statement_profile を直してください。"
                    );
                    refusal(PROFILES_FOLDER, "明細の様式", id, &remedy)
                },
                |(_, refusal)| refusal.clone(),
            )),
        }
    }

    /// The city's files that can be used.
    pub fn usable(&self) -> impl Iterator<Item = (&str, &Profile)> {
        self.own.iter().filter_map(|(name, read)| Some((name.as_str(), read.as_ref().ok()?)))
    }

    /// What is wrong with the city's files, in the order of their names.
    pub fn faults(&self) -> impl Iterator<Item = &Refusal> {
        self.own.iter().filter_map(|(_, read)| read.as_ref().err())
    }
}

/// The text of a profile's file, within its bound.
pub fn read_text(path: &Path, name: &str) -> Result<String, Refusal> {
    let length = fs::metadata(path).map(|file| file.len()).unwrap_or_default();
    if length > PROFILE_LENGTH_MAX_BYTES {
        let remedy = format!("様式のファイルは{}KiBまでです。", PROFILE_LENGTH_MAX_BYTES >> 10);
        return Err(refusal(name, "ファイルの大きさ", &format!("{length}バイト"), &remedy));
    }
    fs::read_to_string(path).map_err(|error| {
        let remedy = "様式のファイルを読めません。UTF-8で保存し、このプログラムが読める権限にしてください。";
        refusal(name, "ファイル", &error.kind().to_string(), remedy)
    })
}

/// A profile of the city: whole, and not one of the program's.
///
/// # Errors
/// Names file, line and key.
pub fn parse(name: &str, text: &str) -> Result<Profile, Refusal> {
    let profile = Profile::from_toml(text).map_err(|fault| fault.refusal(name, text))?;
    match statement::embedded(&profile.id) {
        Ok(None) => Ok(profile),
        Ok(Some(_)) | Err(_) => {
            let remedy = format!("組み込みの様式と同じ id です。{REMEDY_ID}");
            let line = text.lines().position(|line| line.trim_start().starts_with("id"));
            let row = line.and_then(|line| u32::try_from(line + 1).ok());
            Err(Refusal { row, ..refusal(name, "id", &profile.id, &remedy) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = include_str!("../../../formats/profiles/generic_wallet.toml");

    fn own(id: &str) -> String {
        OWN.replace("id = \"generic_wallet\"", &format!("id = \"{id}\""))
    }

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    #[test]
    fn a_new_acquirer_is_a_file() {
        let folder = folder(&[("city.toml", &own("city_wallet")), ("notes.txt", "not a profile")]);
        let profiles = Profiles::in_folder(folder.path());
        assert_eq!(profiles.find("city_wallet").unwrap().id, "city_wallet");
        assert_eq!(profiles.find("generic_card").unwrap().id, "generic_card", "of the program");
        assert_eq!(profiles.faults().count(), 0);
        let none = profiles.find("nobody").unwrap_err();
        assert!(none.remedy.contains("statement_profile"), "{none}");
        let nowhere = Profiles::in_folder(&folder.path().join("no-such-folder"));
        assert!(nowhere.find("generic_card").is_ok() && nowhere.find("city_wallet").is_err());
    }

    #[test]
    fn a_file_never_replaces_what_comes_with_the_program() {
        let folder = folder(&[("mine.toml", OWN)]);
        let profiles = Profiles::in_folder(folder.path());
        let refusal = profiles.find("generic_wallet").unwrap_err();
        assert_eq!((refusal.file.as_str(), refusal.row), ("profiles/mine.toml", Some(2)), "{refusal}");
        assert!(refusal.remedy.contains("組み込みの様式と同じ id"), "{refusal}");
        assert!(profiles.find("generic_card").is_ok(), "the others are not barred");
    }

    #[test]
    fn one_id_is_one_file() {
        let folder = folder(&[("a.toml", &own("x")), ("b.toml", &own("x"))]);
        let refusal = Profiles::in_folder(folder.path()).find("x").unwrap_err();
        assert_eq!((refusal.file.as_str(), refusal.found.as_str()), ("profiles/b.toml", "x"));
    }

    /// Each names file, line, key, and what to do.
    #[test]
    fn mistakes_are_named() {
        for (from, to, row, field, remedy) in [
            ("encoding =", "encodings =", Some(5), "encodings", "知らない項目"),
            ("at_pattern = \"YYYY-MM-DD hh:mm:ss\"\n", "", None, "at_pattern", "ありません"),
            (
                "refund_sign = \"positive\"",
                "refund_sign = \"plus\"",
                Some(8),
                "refund_sign",
                "値は使えません",
            ),
            ("amount = \"取引金額\"", "amount = \"金額\"", Some(19), "amount", "columns"),
            ("\"class\"]", "\"kind\"]", Some(10), "key", "[fields]"),
            ("YYYY-MM-DD hh:mm:ss", "hh:mm", Some(7), "at_pattern", "YYYY"),
            ("[statuses]", "[statuses", Some(23), "様式の書き方", "TOML"),
        ] {
            assert!(OWN.contains(from), "{from}");
            let text = own("x").replacen(from, to, 1);
            let folder = folder(&[("x.toml", &text)]);
            let refusal = Profiles::in_folder(folder.path()).find("x").unwrap_err();
            assert_eq!(refusal.file, "profiles/x.toml");
            assert_eq!((refusal.row, refusal.field.as_str()), (row, field), "{refusal}");
            assert!(refusal.remedy.contains(remedy), "{refusal} lacks {remedy}");
        }
    }
}
