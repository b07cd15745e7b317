//! Profiles of banks' CSV files and of payout statements: those of the program, and the city's own as `<data_dir>/profiles/bank/*.toml`
//! and `<data_dir>/profiles/payout/*.toml`; and the list of every profile at hand.
//!
//! Invariants: as for statements (`profiles`), a file of the city never replaces a profile of the program, and what is wrong with a
//! file is said with its name; where a layout is from is said with every profile.

use std::{
    fs,
    path::{Path, PathBuf},
};

use formats::{
    Provenance, Refusal,
    bank::csv::BankCsvProfile,
    payout::PayoutProfile,
    statement::{self, Profile},
};
use serde::Serialize;

use super::{
    profiles::{PROFILES_FOLDER, PROFILES_MAX, Profiles, read_text},
    source::refusal,
};

/// What a profile reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProfileKind {
    /// 取引明細
    Statement,
    /// 支払明細
    Payout,
    /// 入出金明細のCSV
    BankCsv,
}

/// One profile of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProfileEntry {
    /// What it reads.
    pub kind: ProfileKind,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name_ja: String,
    /// How far the layout is known.
    pub provenance: Provenance,
    /// Where the layout is from.
    pub source: String,
    /// The city's file; none for a profile of the program.
    pub file: Option<String>,
}

/// One kind's profiles: each read or refused, with the city's file where it is one.
type Read<T> = Vec<(Option<String>, Result<T, Refusal>)>;

/// Profiles of banks' CSV files and of payout statements.
#[derive(Debug, Clone, Default)]
pub struct Layouts {
    bank: Read<BankCsvProfile>,
    payout: Read<PayoutProfile>,
}

impl Layouts {
    /// Those of the program, and those of the city below `folder`.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Self {
        let fault = |error: String| refusal(PROFILES_FOLDER, "様式", &error, "管理者に連絡してください。");
        let bank = formats::bank::csv::embedded_profiles().map_err(|error| fault(error.to_string()));
        let payout = formats::payout::embedded_profiles().map_err(|error| fault(error.to_string()));
        Self {
            bank: all(bank, &folder.join("bank"), "bank", parse_bank, |profile| &profile.id),
            payout: all(payout, &folder.join("payout"), "payout", parse_payout, |profile| &profile.id),
        }
    }

    /// Every usable profile of a bank's CSV.
    pub fn bank(&self) -> impl Iterator<Item = &BankCsvProfile> {
        self.bank.iter().filter_map(|(_, read)| read.as_ref().ok())
    }

    /// Every usable profile of payout statements.
    pub fn payout(&self) -> impl Iterator<Item = &PayoutProfile> {
        self.payout.iter().filter_map(|(_, read)| read.as_ref().ok())
    }

    /// The profile of a bank's CSV with an id.
    ///
    /// # Errors
    /// When there is none.
    pub fn find_bank(&self, id: &str) -> Result<BankCsvProfile, Refusal> {
        let found = self.bank().find(|profile| profile.id == id).cloned();
        found.ok_or_else(|| missing(&self.bank, "銀行CSVの様式", id))
    }

    /// The profile of payout statements with an id.
    ///
    /// # Errors
    /// When there is none.
    pub fn find_payout(&self, id: &str) -> Result<PayoutProfile, Refusal> {
        let found = self.payout().find(|profile| profile.id == id).cloned();
        found.ok_or_else(|| missing(&self.payout, "支払明細の様式", id))
    }

    /// What is wrong with the city's files.
    pub fn faults(&self) -> impl Iterator<Item = &Refusal> {
        let bank = self.bank.iter().filter_map(|(_, read)| read.as_ref().err());
        bank.chain(self.payout.iter().filter_map(|(_, read)| read.as_ref().err()))
    }
}

/// The refusal of a file that may hold the profile, else that there is none.
fn missing<T>(profiles: &Read<T>, field: &str, id: &str) -> Refusal {
    let refused = profiles.iter().find_map(|(_, read)| read.as_ref().err());
    refused.cloned().unwrap_or_else(|| {
        let remedy = "この様式はありません。recon-server import --profiles で一覧を確かめてください。";
        refusal(PROFILES_FOLDER, field, id, remedy)
    })
}

fn all<T>(
    embedded: Result<Vec<T>, Refusal>,
    folder: &Path,
    word: &str,
    parse: fn(&str, &str) -> Result<T, Refusal>,
    id: fn(&T) -> &String,
) -> Read<T> {
    let mut known: Read<T> = match embedded {
        Ok(profiles) => profiles.into_iter().map(|profile| (None, Ok(profile))).collect(),
        Err(refusal) => vec![(None, Err(refusal))],
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort_unstable();
    for path in paths.iter().take(PROFILES_MAX) {
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let name = format!("{PROFILES_FOLDER}/{word}/{file}");
        let read = read_text(path, &name).and_then(|text| parse(&name, &text)).and_then(|profile| {
            let taken =
                known.iter().any(|(_, read)| read.as_ref().is_ok_and(|other| id(other) == id(&profile)));
            if taken {
                Err(refusal(&name, "id", id(&profile), "同じ id の様式があります。別の id にしてください。"))
            } else {
                Ok(profile)
            }
        });
        known.push((Some(name), read));
    }
    known
}

/// A profile of a bank's CSV from its file.
///
/// # Errors
/// Says what is wrong.
pub fn parse_bank(name: &str, text: &str) -> Result<BankCsvProfile, Refusal> {
    BankCsvProfile::from_toml(text).map_err(|error| unreadable(name, &error.to_string()))
}

/// A profile of payout statements from its file.
///
/// # Errors
/// Says what is wrong.
pub fn parse_payout(name: &str, text: &str) -> Result<PayoutProfile, Refusal> {
    PayoutProfile::from_toml(text).map_err(|error| unreadable(name, &error.to_string()))
}

fn unreadable(name: &str, error: &str) -> Refusal {
    let remedy = "様式の書き方を、組み込みの様式の例と見比べてください。";
    refusal(name, "様式の書き方", error, remedy)
}

/// Every profile at hand, statements first, those of the program before the city's.
#[must_use]
pub fn list(own: &Profiles, layouts: &Layouts) -> Vec<ProfileEntry> {
    let embedded =
        statement::embedded_profiles().unwrap_or_default().into_iter().map(|profile| (None, profile));
    let own = own.usable().map(|(name, profile)| (Some(name.to_owned()), profile.clone()));
    let statements = embedded.chain(own).map(|(file, profile): (_, Profile)| ProfileEntry {
        kind: ProfileKind::Statement,
        id: profile.id,
        name_ja: profile.name_ja,
        provenance: profile.provenance,
        source: profile.source,
        file,
    });
    let payouts = usable(&layouts.payout).map(|(file, profile)| ProfileEntry {
        kind: ProfileKind::Payout,
        id: profile.id.clone(),
        name_ja: profile.name_ja.clone(),
        provenance: profile.provenance,
        source: profile.source.clone(),
        file,
    });
    let banks = usable(&layouts.bank).map(|(file, profile)| ProfileEntry {
        kind: ProfileKind::BankCsv,
        id: profile.id.clone(),
        name_ja: profile.name_ja.clone(),
        provenance: profile.provenance,
        source: profile.source.clone(),
        file,
    });
    statements.chain(payouts).chain(banks).collect()
}

fn usable<T>(read: &Read<T>) -> impl Iterator<Item = (Option<String>, &T)> {
    read.iter().filter_map(|(file, read)| Some((file.clone(), read.as_ref().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bank_of_the_city_is_a_file_and_replaces_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let text = include_str!("../../../formats/profiles/bank/generic_bank.toml");
        fs::create_dir(folder.path().join("bank")).unwrap();
        fs::write(folder.path().join("bank/own.toml"), text.replace("id = \"generic_bank\"", "id = \"own\""))
            .unwrap();
        fs::write(folder.path().join("bank/same.toml"), text).unwrap();
        fs::write(folder.path().join("bank/bad.toml"), "id = 1").unwrap();
        let layouts = Layouts::in_folder(folder.path());
        assert_eq!(layouts.find_bank("own").unwrap().id, "own");
        let files: Vec<_> = layouts.faults().map(|fault| fault.file.as_str()).collect();
        assert_eq!(files, ["profiles/bank/bad.toml", "profiles/bank/same.toml"]);
        assert!(layouts.find_payout("nobody").unwrap_err().remedy.contains("--profiles"));
    }

    #[test]
    fn every_profile_says_where_it_is_from() {
        let folder = tempfile::tempdir().unwrap();
        let list = list(&Profiles::in_folder(folder.path()), &Layouts::in_folder(folder.path()));
        assert!(list.len() >= 19, "{}", list.len());
        for entry in &list {
            assert!(entry.source.len() > 20 && entry.file.is_none(), "{}", entry.id);
        }
        let public = list.iter().filter(|entry| entry.provenance == Provenance::PublicList).count();
        assert!(public >= 4 && public < list.len(), "{public}");
    }
}
