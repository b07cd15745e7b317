//! From an approved entry to a file of its own source, and from the bytes of that file to facts.
//!
//! Invariants: the slip is everything, so that an audit bundle that holds its bytes gives the same facts again; taking an entry back is
//! one more slip of the same row, a revision that says so, and nothing is deleted. Not here: who may approve ([`super::record`]).

use std::sync::Arc;

use domain::{id::TenantId, time::Timestamp};
use formats::{
    Digest, Text,
    bank::Entry,
    zengin::{Common, TransactionClass},
};
use serde::{Deserialize, Serialize};
use store::{
    UnitOfWork,
    facts::{BankEntry, PayoutLine, RowIdentity},
    files::{FileFacts, FileKind, FileMode, FileUpload, Import},
};

use super::{
    model::{HandDeposit, HandFact, HandPayout, Provenance, SLIP_FORMAT, Slip},
    standing::{HAND_END, WITHDRAWN_CLASS},
};
use crate::jobs::{JobError, import::BankFormat};

/// A payment notice as a row keeps it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PayoutDocument {
    pub hand: Provenance,
    pub payout: HandPayout,
}

/// A deposit as a row keeps it: what every bank's row says, and where it comes from.
#[derive(Debug, Serialize, Deserialize)]
struct DepositDocument {
    #[serde(flatten)]
    entry: Entry,
    hand: Provenance,
}

/// The bytes of a slip.
pub(super) fn bytes(provenance: Provenance, fact: HandFact) -> Result<Vec<u8>, JobError> {
    let slip = Slip { format: SLIP_FORMAT, provenance, fact };
    let mut bytes = serde_json::to_vec_pretty(&slip).map_err(|source| json("slip of an entry", source))?;
    bytes.push(b'\n');
    Ok(bytes)
}

const fn json(what: &'static str, source: serde_json::Error) -> JobError {
    JobError::Json { what, source }
}

/// Takes a slip in as a file. Returns its number; a slip that is here already gives the first one.
///
/// # Errors
/// When the store fails or the bytes are no slip.
pub(in crate::jobs) async fn take_in(
    unit: &mut dyn UnitOfWork,
    tenant: &TenantId,
    bytes: Vec<u8>,
    received_at: Timestamp,
) -> Result<u64, JobError> {
    let slip: Slip = serde_json::from_slice(&bytes).map_err(|source| json("slip of an entry", source))?;
    if slip.format != SLIP_FORMAT {
        return Err(JobError::Facts(format!("slip of format {}", slip.format)));
    }
    let digest = Digest::of(&bytes);
    let (source, kind, days, facts) = match &slip.fact {
        HandFact::Payout(payout) => {
            let line = payout_line(&slip.provenance, payout, digest)?;
            let source = format!("payout:{}{HAND_END}", payout.contract);
            (source, FileKind::Payout, (payout.from, payout.to), FileFacts::Payout(vec![line]))
        }
        HandFact::Deposit(deposit) => {
            let entry = bank_entry(&slip.provenance, deposit, digest)?;
            let source = BankFormat::Hand.source(&deposit.account);
            let days = (deposit.booked_on, deposit.booked_on);
            (source, FileKind::Bank, days, FileFacts::Bank(vec![entry]))
        }
    };
    let word = if slip.provenance.withdrawn.is_some() { "手入力の取消" } else { "手入力票" };
    let file = FileUpload {
        sha256: *digest.bytes(),
        source,
        kind,
        name: format!("{word}-{}.json", slip.provenance.entry),
        received_at,
        uploader: slip.provenance.entered.by.clone(),
        period_from: Some(days.0),
        period_to: Some(days.1),
        mode: FileMode::Delta,
        bytes,
    };
    match unit.import_file(tenant, &file, &facts).await? {
        Import::Accepted { file, .. } => Ok(file),
        Import::SeenBefore { first } => Ok(first.file),
    }
}

/// The row of an entry: the entry is its key, so that taking it back revises it.
fn identity(provenance: &Provenance, digest: Digest) -> RowIdentity {
    RowIdentity {
        record_key: provenance.entry.clone(),
        occurrence: 1,
        content_sha256: *digest.bytes(),
        row: 1,
    }
}

fn payout_line(provenance: &Provenance, payout: &HandPayout, digest: Digest) -> Result<PayoutLine, JobError> {
    let document = PayoutDocument { hand: provenance.clone(), payout: payout.clone() };
    Ok(PayoutLine {
        document: serde_json::to_string(&document).map_err(|source| json("notice by hand", source))?,
        identity: identity(provenance, digest),
        contract: payout.contract.clone(),
        from: payout.from,
        to: payout.to,
        paid_on: Some(payout.paid_on),
        gross: payout.gross(),
        fee: payout.fee.saturating_add(payout.tax).saturating_add(payout.transfer_fee),
        net: payout.net,
    })
}

fn bank_entry(provenance: &Provenance, deposit: &HandDeposit, digest: Digest) -> Result<BankEntry, JobError> {
    let entry = Entry {
        row: 1,
        record_key: Digest::of(provenance.entry.as_bytes()),
        occurrence: 1,
        content_hash: digest,
        booked_on: deposit.booked_on,
        value_on: None,
        amount: deposit.amount,
        class: TransactionClass::Transfer,
        remitter_code: None,
        common: Arc::new(Common {
            of_which_cheques: None,
            remitter_kana_raw: Text::from(deposit.kana.as_str()),
            remitter_kana: Text::from(deposit.kana.as_str()),
            summary: Text::from(deposit.summary.as_str()),
            sending_bank: Text::default(),
            sending_branch: Text::default(),
            contract_number: None,
            payee: None,
        }),
        edi: Text::default(),
        inquiry_no: None,
        reversal: false,
        balance_after: None,
        details: Vec::new(),
        edi_payloads: Vec::new(),
    };
    let class = match &provenance.withdrawn {
        Some(_) => WITHDRAWN_CLASS.to_owned(),
        None => entry.class.code().to_owned(),
    };
    let document = DepositDocument { entry, hand: provenance.clone() };
    Ok(BankEntry {
        document: serde_json::to_string(&document).map_err(|source| json("deposit by hand", source))?,
        identity: identity(provenance, digest),
        account: deposit.account.clone(),
        booked_on: deposit.booked_on,
        value_date: None,
        amount: deposit.amount,
        class,
        remitter_code: None,
        remitter_name: Some(deposit.kana.clone()),
        inquiry_number: None,
    })
}
