//! Whose file it is: as the person says, or found from its content.
//!
//! Invariant: what cannot be told for certain is refused with the choice that the person has; a guess never decides where money belongs.

use std::str::FromStr;

use domain::id::{ContractId, NotAnId};
use engine::Contract;
use formats::{
    Refusal,
    statement::{self, Profile, ReadOptions},
};

use super::{FILE_LENGTH_MAX_BYTES, Upload};

/// What the person says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceChoice {
    /// A bank's file.
    Bank,
    /// The statement of a contract.
    Contract(ContractId),
    /// Nothing: find out.
    Find,
}

/// `bank`; empty or `auto` for [`SourceChoice::Find`]; else a contract's id.
impl FromStr for SourceChoice {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        match text {
            "bank" => Ok(Self::Bank),
            "" | "auto" => Ok(Self::Find),
            id => id.parse().map(Self::Contract),
        }
    }
}

/// Whose file it is.
#[derive(Debug, Clone)]
pub enum Source {
    /// A bank's file.
    Bank,
    /// A statement, with the profile that reads it.
    Statement {
        /// Whose.
        contract: ContractId,
        /// How.
        profile: Box<Profile>,
    },
}

impl Source {
    /// The word in receipts and the audit trail.
    #[must_use]
    pub fn word(&self) -> String {
        match self {
            Self::Bank => "bank".to_owned(),
            Self::Statement { contract, .. } => super::statement_source(contract),
        }
    }
}

/// Settles whose file an upload is.
///
/// # Errors
/// When that cannot be told, or the contract has no statements.
pub fn settle(upload: &Upload, name: &str, contracts: &[Contract]) -> Result<Source, Refusal> {
    if upload.bytes.len() > FILE_LENGTH_MAX_BYTES {
        let found = format!("{}バイト", upload.bytes.len());
        let remedy = format!("{}MiBまでのファイルに分けてください。", FILE_LENGTH_MAX_BYTES >> 20);
        return Err(refusal(name, "ファイルの大きさ", &found, &remedy));
    }
    match &upload.source {
        SourceChoice::Bank => Ok(Source::Bank),
        SourceChoice::Contract(id) => {
            let contract = contracts.iter().find(|contract| contract.id == *id);
            let profile = contract.and_then(profile_of);
            profile
                .map(|profile| Source::Statement { contract: id.clone(), profile: Box::new(profile) })
                .ok_or_else(|| {
                    refusal(
                        name,
                        "契約",
                        id.as_str(),
                        "明細を受け取る契約として登録されていません。契約を選び直してください。",
                    )
                })
        }
        SourceChoice::Find if looks_like_bank(&upload.bytes) => Ok(Source::Bank),
        SourceChoice::Find => find_statement(upload, name, contracts),
    }
}

fn find_statement(upload: &Upload, name: &str, contracts: &[Contract]) -> Result<Source, Refusal> {
    let candidates: Vec<Source> = contracts
        .iter()
        .filter_map(|contract| {
            let profile = Box::new(profile_of(contract)?);
            Some(Source::Statement { contract: contract.id.clone(), profile })
        })
        .collect();
    let fits = |source: &&Source| match source {
        Source::Statement { profile, .. } => {
            statement::read(&upload.bytes, profile, &ReadOptions::named(name)).is_ok()
        }
        Source::Bank => false,
    };
    let mut fitting = candidates.iter().filter(fits);
    match (fitting.next(), fitting.next(), candidates.as_slice()) {
        (Some(only), None, _) => Ok(only.clone()),
        // Refused by its own reader: the person learns row and field instead of "unknown file".
        (None, _, [only]) => Ok(only.clone()),
        _ => Err(refusal(
            name,
            "ファイルの種類",
            "判別できません",
            "どの契約の明細か、または銀行の入出金明細かを選んでください。",
        )),
    }
}

/// Whether the bytes begin as a Zengin header of 入出金取引明細 or 振込入金通知 does.
pub fn looks_like_bank(bytes: &[u8]) -> bool {
    bytes.starts_with(b"103") || bytes.starts_with(b"101")
}

fn profile_of(contract: &Contract) -> Option<Profile> {
    let id = contract.statement_profile.as_deref()?;
    statement::embedded(id).ok().flatten()
}

/// A refusal of the whole file.
pub fn refusal(name: &str, field: &str, found: &str, remedy: &str) -> Refusal {
    Refusal {
        file: name.to_owned(),
        row: None,
        field: field.to_owned(),
        found: found.to_owned(),
        remedy: remedy.to_owned(),
    }
}
