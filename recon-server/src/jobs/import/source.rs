//! Whose file it is: as the person says, or found from its content.
//!
//! Invariant: what cannot be told for certain is refused with the choice that the person has; a guess never decides where money belongs.

use std::str::FromStr;

use domain::{
    id::{BrandCode, ContractId, NotAnId},
    time::CivilDate,
};
use engine::Contract;
use formats::{
    Refusal,
    bank::{self, BankReadOptions, csv::AccountOf},
    payout::{PayoutProfile, PayoutReadOptions},
    statement::{self, Profile, ReadOptions},
};
use store::files::{FileKind, FileMode, FileRow};

use super::{
    FILE_LENGTH_MAX_BYTES, Upload, facts,
    layouts::Layouts,
    openings::OpeningTerms,
    profiles::Profiles,
    settings::{BANK_PREFIX, BankFormat, OPENING_SOURCE, PAYOUT_PREFIX, Settings, SourceTerms},
};

/// What the person says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceChoice {
    /// A bank's file.
    Bank,
    /// A bank's file of this account.
    Account(String),
    /// The statement of a contract.
    Contract(ContractId),
    /// The payout statement of a contract.
    Payout(ContractId),
    /// 移行時の未収.
    Opening,
    /// Nothing: find out.
    Find,
}

/// `bank`; `opening`; `bank:` and an account; `payout:` and a contract's id; empty or `auto` for [`SourceChoice::Find`]; else a contract's id.
impl FromStr for SourceChoice {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        match text {
            "bank" => Ok(Self::Bank),
            OPENING_SOURCE => Ok(Self::Opening),
            "" | "auto" => Ok(Self::Find),
            text => match (text.strip_prefix(BANK_PREFIX), text.strip_prefix(PAYOUT_PREFIX)) {
                (Some(account), _) => Ok(Self::Account(account.to_owned())),
                (None, Some(contract)) => contract.parse().map(Self::Payout),
                (None, None) => text.parse().map(Self::Contract),
            },
        }
    }
}

impl SourceChoice {
    /// What has to be said of a kept file to read it again; none where its source names nothing.
    #[must_use]
    pub fn of_file(row: &FileRow) -> Option<Self> {
        match (row.kind, BankFormat::of_source(&row.source)) {
            // Only a CSV does not say itself whose it is.
            (FileKind::Bank, Some((account, BankFormat::Csv))) => Some(Self::Account(account.to_owned())),
            (FileKind::Bank, _) => Some(Self::Bank),
            (FileKind::Opening, _) => Some(Self::Opening),
            (FileKind::Statement | FileKind::Payout, _) => row.source.parse().ok(),
        }
    }
}

/// Whose file it is.
#[derive(Debug, Clone)]
pub enum Source {
    /// A bank's file, with how it is read.
    Bank(Box<BankReadOptions>),
    /// A statement, with the profile that reads it.
    Statement {
        /// Whose.
        contract: ContractId,
        /// ブランド of rows that name none.
        brand: Option<BrandCode>,
        /// How.
        profile: Box<Profile>,
    },
    /// A payout statement, with the profile that reads it.
    Payout {
        /// Whose.
        contract: ContractId,
        /// How.
        profile: Box<PayoutProfile>,
    },
    /// 移行時の未収, with what its rows are held against.
    Opening(Box<OpeningTerms>),
}

impl Source {
    /// The word in receipts and the audit trail.
    #[must_use]
    pub fn word(&self) -> String {
        match self {
            Self::Bank(_) => "bank".to_owned(),
            Self::Statement { contract, .. } => super::statement_source(contract),
            Self::Payout { contract, .. } => super::payout_source(contract),
            Self::Opening(_) => OPENING_SOURCE.to_owned(),
        }
    }
}

/// Everything that settles whose file an upload is.
pub struct Known {
    /// Contracts in force.
    pub contracts: Vec<Contract>,
    /// Profiles of statements.
    pub profiles: Profiles,
    /// Profiles of banks' CSV files and of payout statements.
    pub layouts: Layouts,
    /// Settings of sources.
    pub settings: Settings,
    /// The day.
    pub today: CivilDate,
    /// First day on which a counter was ours; none before that.
    pub first_counter_day: Option<CivilDate>,
}

impl Known {
    /// Settles whose file an upload is.
    ///
    /// # Errors
    /// When that cannot be told, or the contract has no statements.
    pub fn settle(&self, upload: &Upload, name: &str) -> Result<Source, Refusal> {
        if upload.bytes.len() > FILE_LENGTH_MAX_BYTES {
            let found = format!("{}バイト", upload.bytes.len());
            let remedy = format!(
                "画面から取り込めるのは{}MiBまでです。大きなファイルは recon-server import で取り込むか、分けてください。",
                FILE_LENGTH_MAX_BYTES >> 20
            );
            return Err(refusal(name, "ファイルの大きさ", &found, &remedy));
        }
        self.choose(&upload.source, &upload.bytes, upload.period, name)
    }

    /// Settles whose file it is by its bytes (of a long file, its first part).
    ///
    /// # Errors
    /// As [`Known::settle`].
    pub fn choose(
        &self,
        choice: &SourceChoice,
        bytes: &[u8],
        period: Option<(CivilDate, CivilDate)>,
        name: &str,
    ) -> Result<Source, Refusal> {
        match choice {
            SourceChoice::Contract(id) => self.statement_of(id, name),
            SourceChoice::Payout(id) => self.payout_of(id, bytes, name),
            SourceChoice::Account(account) => self.bank_of(account, bytes, period, name),
            SourceChoice::Bank => match self.csv_of_accounts(bytes, period, name).as_slice() {
                [only] if bank::recognise(bytes).is_none() => Ok(only.clone()),
                // A file that no reader knows goes to the Zengin reader, which names what it expects.
                _ => Ok(self.bank(bytes, period, name)),
            },
            SourceChoice::Opening => Ok(self.opening()),
            SourceChoice::Find if bank::recognise(bytes).is_some() => Ok(self.bank(bytes, period, name)),
            SourceChoice::Find => self.find(bytes, period, name),
        }
    }

    /// Reads a file, by whose it is; each part stands to the earlier files as is said, else as the settings say.
    ///
    /// # Errors
    /// The refusal of the whole file.
    pub fn read(
        &self,
        upload: &Upload,
        name: &str,
        today: CivilDate,
        mode: Option<FileMode>,
    ) -> Result<(Source, facts::Read), Refusal> {
        let source = self.settle(upload, name)?;
        let mut read = facts::read(&source, upload, name, today)?;
        for part in &mut read.parts {
            part.mode = mode.unwrap_or_else(|| self.settings.mode(&part.source, today));
        }
        Ok((source, read))
    }

    /// 移行時の未収: of days before the first counter day, or before today while there is none.
    fn opening(&self) -> Source {
        let (contracts, before) = (self.contracts.clone(), self.first_counter_day.unwrap_or(self.today));
        Source::Opening(Box::new(OpeningTerms { contracts, before }))
    }

    fn statement_of(&self, id: &ContractId, name: &str) -> Result<Source, Refusal> {
        let contract = self.contracts.iter().find(|contract| contract.id == *id);
        contract.and_then(|contract| self.source_of(contract)).unwrap_or_else(|| {
            let remedy = "明細を受け取る契約として登録されていません。契約を選び直してください。";
            Err(refusal(name, "契約", id.as_str(), remedy))
        })
    }

    /// The statements of a contract; none where it has no profile, a refusal where its profile cannot be used.
    fn source_of(&self, contract: &Contract) -> Option<Result<Source, Refusal>> {
        let id = contract.statement_profile.as_deref()?;
        Some(self.profiles.find(id).map(|profile| Source::Statement {
            contract: contract.id.clone(),
            brand: only_brand(contract),
            profile: Box::new(profile),
        }))
    }

    /// The payout statements of a contract: by the profile that is set, else by the only one that reads the file.
    fn payout_of(&self, id: &ContractId, bytes: &[u8], name: &str) -> Result<Source, Refusal> {
        if !self.contracts.iter().any(|contract| contract.id == *id) {
            let remedy = "この契約は登録されていません。契約を選び直してください。";
            return Err(refusal(name, "契約", id.as_str(), remedy));
        }
        let source =
            |profile: PayoutProfile| Source::Payout { contract: id.clone(), profile: Box::new(profile) };
        let set = self.settings.of_payouts(id, self.today).and_then(|terms| terms.payout_profile.as_deref());
        if let Some(set) = set {
            return self.layouts.find_payout(set).map(source);
        }
        let mut fitting = self.layouts.payout().filter(|profile| self.reads_payout(profile, bytes, name));
        match (fitting.next(), fitting.next()) {
            (Some(only), None) => Ok(source(only.clone())),
            _ => Err(refusal(
                name,
                "支払明細の様式",
                "判別できません",
                "設定の sources に payout_profile を書いて、この契約の支払明細の様式を決めてください。",
            )),
        }
    }

    fn reads_payout(&self, profile: &PayoutProfile, bytes: &[u8], name: &str) -> bool {
        let options = PayoutReadOptions { file_name: name.to_owned(), reference_date: self.today };
        formats::payout::read(bytes, profile, &options).is_ok()
    }

    /// A bank's file that shows in its first bytes what it is.
    fn bank(&self, bytes: &[u8], period: Option<(CivilDate, CivilDate)>, name: &str) -> Source {
        let account = zengin_account(bytes);
        let set = account.as_deref().and_then(|account| self.settings.of_account(account, self.today));
        Source::Bank(Box::new(self.bank_options(set, period, name)))
    }

    fn bank_options(
        &self,
        set: Option<&SourceTerms>,
        period: Option<(CivilDate, CivilDate)>,
        name: &str,
    ) -> BankReadOptions {
        let strict = BankReadOptions::strict(name, self.today);
        BankReadOptions {
            zengin: set.map_or(strict.zengin, |set| set.zengin(name, self.today)),
            notice_format: set.and_then(|set| set.notice_format),
            xml_accounts: self
                .settings
                .accounts(self.today)
                .filter_map(|(_, set)| set.account.clone())
                .collect(),
            period,
            ..BankReadOptions::strict(name, self.today)
        }
    }

    /// The file of an account: what its first bytes show, else the CSV whose profile is set or the only one that reads it.
    fn bank_of(
        &self,
        account: &str,
        bytes: &[u8],
        period: Option<(CivilDate, CivilDate)>,
        name: &str,
    ) -> Result<Source, Refusal> {
        let set = self.settings.of_account(account, self.today);
        let options = self.bank_options(set, period, name);
        if bank::recognise(bytes).is_some() {
            return Ok(Source::Bank(Box::new(options)));
        }
        let of = set.and_then(|set| set.account.clone()).or_else(|| account_of(account)).ok_or_else(|| {
            let remedy = "口座は 銀行4桁-支店3桁-種目-口座番号 の形で指定してください(例: 0001-123-1-0001234567)。";
            refusal(name, "口座", account, remedy)
        })?;
        let with =
            |profile| BankReadOptions { csv: Some(profile), account: Some(of.clone()), ..options.clone() };
        if let Some(id) = set.and_then(|set| set.csv_profile.as_deref()) {
            return self.layouts.find_bank(id).map(|profile| Source::Bank(Box::new(with(profile))));
        }
        let mut fitting =
            self.layouts.bank().cloned().map(with).filter(|options| bank::read(bytes, options).is_ok());
        match (fitting.next(), fitting.next()) {
            (Some(only), None) => Ok(Source::Bank(Box::new(only))),
            _ => Err(refusal(
                name,
                "銀行CSVの様式",
                "判別できません",
                "設定の sources に csv_profile を書いて、この口座のCSVの様式を決めてください。",
            )),
        }
    }

    /// CSV files of accounts: those with a profile set, and profiles that name their accounts themselves.
    fn csv_of_accounts(
        &self,
        bytes: &[u8],
        period: Option<(CivilDate, CivilDate)>,
        name: &str,
    ) -> Vec<Source> {
        let set = self.settings.accounts(self.today).filter(|(_, set)| set.csv_profile.is_some());
        let set = set.filter_map(|(account, _)| self.bank_of(account, bytes, period, name).ok());
        let named = self.layouts.bank().filter(|profile| !profile.accounts.is_empty()).map(|profile| {
            let options = self.bank_options(None, period, name);
            Source::Bank(Box::new(BankReadOptions { csv: Some(profile.clone()), ..options }))
        });
        set.chain(named).filter(|source| self.reads(source, bytes, name)).collect()
    }

    fn reads(&self, source: &Source, bytes: &[u8], name: &str) -> bool {
        match source {
            Source::Statement { profile, .. } => {
                statement::read(bytes, profile, &ReadOptions::named(name)).is_ok()
            }
            Source::Bank(options) => bank::read(bytes, options).is_ok(),
            Source::Payout { profile, .. } => self.reads_payout(profile, bytes, name),
            Source::Opening(_) => formats::opening::read(bytes, name).is_ok(),
        }
    }

    fn find(
        &self,
        bytes: &[u8],
        period: Option<(CivilDate, CivilDate)>,
        name: &str,
    ) -> Result<Source, Refusal> {
        let statements = || self.contracts.iter().filter_map(|contract| self.source_of(contract));
        let candidates: Vec<Source> = statements().filter_map(Result::ok).collect();
        let payouts = self.settings.payouts(self.today).filter_map(|(contract, set)| {
            let profile = self.layouts.find_payout(set.payout_profile.as_deref()?).ok()?;
            Some(Source::Payout { contract: contract.parse().ok()?, profile: Box::new(profile) })
        });
        let mut fitting: Vec<Source> = candidates
            .iter()
            .cloned()
            .chain(payouts)
            .filter(|source| self.reads(source, bytes, name))
            .collect();
        fitting.extend(self.csv_of_accounts(bytes, period, name));
        fitting.extend(Some(self.opening()).filter(|source| self.reads(source, bytes, name)));
        match (fitting.as_slice(), candidates.as_slice()) {
            ([only], _) => Ok(only.clone()),
            ([], _) if let Some(hint) = self.hint(bytes, name) => Err(hint),
            // The profile that would read it may be the one that cannot be used.
            ([], _) if let Some(Err(refusal)) = statements().find(Result::is_err) => Err(refusal),
            // Refused by its own reader: the person learns row and field instead of "unknown file".
            ([], [only]) => Ok(only.clone()),
            _ => Err(refusal(
                name,
                "ファイルの種類",
                "判別できません",
                "どの契約の明細か、または銀行の入出金明細かを選んでください。",
            )),
        }
    }

    /// What the file is when only its owner is not known: a payout statement or a bank's CSV that a profile reads.
    fn hint(&self, bytes: &[u8], name: &str) -> Option<Refusal> {
        if let Some(profile) = self.layouts.payout().find(|profile| self.reads_payout(profile, bytes, name)) {
            let remedy = format!(
                "{}として読めます。どの契約の支払明細かを payout:契約ID で選んでください。",
                profile.name_ja
            );
            return Some(refusal(name, "契約", "判別できません", &remedy));
        }
        let account = account_of("0000-000-1-0000000000");
        let reads = |profile: &&bank::csv::BankCsvProfile| {
            let options = self.bank_options(None, None, name);
            let csv = Some((*profile).clone());
            bank::read(bytes, &BankReadOptions { csv, account: account.clone(), ..options }).is_ok()
        };
        let profile = self.layouts.bank().find(reads)?;
        let remedy =
            format!("{}として読めます。どの口座の明細かを bank:口座 で選んでください。", profile.name_ja);
        Some(refusal(name, "口座", "判別できません", &remedy))
    }
}

/// The account of a Zengin file's first header, by its fixed places (reconciliation.md 6.1): bank 23-26, branch 42-44, kind 63,
/// number 64-73.
fn zengin_account(bytes: &[u8]) -> Option<String> {
    let text = |from: usize, to: usize| std::str::from_utf8(bytes.get(from - 1..to)?).ok();
    bytes.starts_with(b"10").then_some(())?;
    let number = text(64, 73)?;
    // 振込入金通知 has seven digits at the same place.
    let number = if bytes.starts_with(b"101") { number.get(..7)? } else { number };
    Some(format!("{}-{}-{}-{number:0>10}", text(23, 26)?, text(42, 44)?, text(63, 63)?))
}

/// An account from its key `0001-123-1-0001234567`.
pub fn account_of(key: &str) -> Option<AccountOf> {
    let parts: Vec<&str> = key.split('-').collect();
    let [bank_code, branch_code, kind, number] = parts.as_slice() else { return None };
    let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    let plausible = digits(bank_code, 4) && digits(branch_code, 3) && digits(number, 10);
    plausible.then_some(())?;
    Some(AccountOf {
        cell: None,
        bank_code: (*bank_code).to_owned(),
        bank_name: String::new(),
        branch_code: (*branch_code).to_owned(),
        branch_name: String::new(),
        account_kind: kind.parse().ok().filter(|kind| matches!(kind, 1 | 2 | 4))?,
        account_number: (*number).to_owned(),
        account_name: String::new(),
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_named_by_its_key() {
        let account = account_of("0001-123-1-0001234567").unwrap();
        assert_eq!(account.account_key(), "0001-123-1-0001234567");
        for wrong in ["0001-123-1", "001-123-1-0001234567", "0001-123-9-0001234567", "0001-123-1-1234567", ""]
        {
            assert!(account_of(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn choices_are_words() {
        for (text, choice) in [
            ("", SourceChoice::Find),
            ("auto", SourceChoice::Find),
            ("bank", SourceChoice::Bank),
            ("bank:a", SourceChoice::Account("a".to_owned())),
            ("payout:card", SourceChoice::Payout("card".parse().unwrap())),
            ("card", SourceChoice::Contract("card".parse().unwrap())),
        ] {
            assert_eq!(text.parse::<SourceChoice>(), Ok(choice), "{text}");
        }
    }
}
