//! Whose file it is: as the person says, or found from its content.
//!
//! Invariant: what cannot be told for certain is refused with the choice that the person has; a guess never decides where money belongs.

use std::str::FromStr;

use domain::id::{BrandCode, ContractId, NotAnId};
use engine::Contract;
use formats::{
    Refusal,
    statement::{self, Profile, ReadOptions},
};

use super::{FILE_LENGTH_MAX_BYTES, Upload, profiles::Profiles};

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
        /// ブランド of rows that name none.
        brand: Option<BrandCode>,
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
pub fn settle(
    upload: &Upload,
    name: &str,
    contracts: &[Contract],
    profiles: &Profiles,
) -> Result<Source, Refusal> {
    if upload.bytes.len() > FILE_LENGTH_MAX_BYTES {
        let found = format!("{}バイト", upload.bytes.len());
        let remedy = format!("{}MiBまでのファイルに分けてください。", FILE_LENGTH_MAX_BYTES >> 20);
        return Err(refusal(name, "ファイルの大きさ", &found, &remedy));
    }
    match &upload.source {
        SourceChoice::Bank => Ok(Source::Bank),
        SourceChoice::Contract(id) => {
            let contract = contracts.iter().find(|contract| contract.id == *id);
            contract.and_then(|contract| source_of(contract, profiles)).unwrap_or_else(|| {
                let remedy = "明細を受け取る契約として登録されていません。契約を選び直してください。";
                Err(refusal(name, "契約", id.as_str(), remedy))
            })
        }
        SourceChoice::Find if looks_like_bank(&upload.bytes) => Ok(Source::Bank),
        SourceChoice::Find => find_statement(upload, name, contracts, profiles),
    }
}

fn find_statement(
    upload: &Upload,
    name: &str,
    contracts: &[Contract],
    profiles: &Profiles,
) -> Result<Source, Refusal> {
    let sources = || contracts.iter().filter_map(|contract| source_of(contract, profiles));
    let candidates: Vec<Source> = sources().filter_map(Result::ok).collect();
    let fits = |source: &&Source| match source {
        Source::Statement { profile, .. } => {
            statement::read(&upload.bytes, profile, &ReadOptions::named(name)).is_ok()
        }
        Source::Bank => false,
    };
    let mut fitting = candidates.iter().filter(fits);
    match (fitting.next(), fitting.next(), candidates.as_slice()) {
        (Some(only), None, _) => Ok(only.clone()),
        // The profile that would read it may be the one that cannot be used.
        (None, _, _) if let Some(Err(refusal)) = sources().find(Result::is_err) => Err(refusal),
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

/// The statements of a contract; none where it has no profile, a refusal where its profile cannot be used.
fn source_of(contract: &Contract, profiles: &Profiles) -> Option<Result<Source, Refusal>> {
    let id = contract.statement_profile.as_deref()?;
    Some(profiles.find(id).map(|profile| Source::Statement {
        contract: contract.id.clone(),
        brand: only_brand(contract),
        profile: Box::new(profile),
    }))
}

/// The brand of a contract that covers no other.
fn only_brand(contract: &Contract) -> Option<BrandCode> {
    let (_, first) = contract.covers.first()?;
    contract.covers.iter().all(|(_, brand)| brand == first).then(|| first.clone())
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
