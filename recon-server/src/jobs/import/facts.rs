//! From a file's rows to the store's facts.
//!
//! Invariants: the whole row travels, a statement's by columns and the others as their reader's JSON, so nothing of it is lost; a failed or unclassified row keeps its class and never
//! counts as a sale. A bank's file becomes one part per account, so that each account's days are known.

use std::collections::BTreeMap;

use domain::{id::ContractId, time::CivilDate};
use formats::{
    Notice, Refusal,
    bank::{self, Account, BankReadOptions, Ends, Entry},
    payout::{self, PayoutProfile, PayoutReadOptions, PayoutRow},
    statement::{self, ReadOptions, Rows, StatementRow, Words},
};
use serde::Serialize;
use store::{
    facts::{BankEntry, PayoutLine, RowIdentity, StatementLine},
    files::{FileFacts, FileKind, FileMode},
};

use super::{Source, Upload, openings, settings::BankFormat, source::refusal, statement_source};

/// Room for a row as JSON, in bytes: a usual row fits without growing.
const DOCUMENT_LENGTH_BYTES: usize = 640;

/// The part of a file that belongs to one source.
pub struct Part {
    /// Contract, `payout:` and the contract, or `bank:` and the account.
    pub source: String,
    /// Statement, payout or bank.
    pub kind: FileKind,
    /// Days that it covers, both included.
    pub period: Option<(CivilDate, CivilDate)>,
    /// Its rows.
    pub facts: FileFacts,
    /// Where its account's blocks begin and end, of a bank's file.
    pub ends: Vec<Ends>,
    /// How it stands to the earlier files of its source: by the settings, which no reader knows.
    pub mode: FileMode,
}

/// A whole file.
pub struct Read {
    /// By source.
    pub parts: Vec<Part>,
    /// What a person should know.
    pub notices: Vec<Notice>,
}

/// Reads a file of a known source.
pub fn read(source: &Source, upload: &Upload, name: &str, today: CivilDate) -> Result<Read, Refusal> {
    match source {
        Source::Bank(options) => read_bank(&upload.bytes, name, options),
        Source::Payout { contract, profile } => read_payouts(upload, name, today, contract, profile),
        Source::Opening(terms) => openings::read(&upload.bytes, name, terms, upload.period),
        Source::Statement { contract, profile, .. } => {
            let options = options(upload, name, source);
            let file = statement::read(&upload.bytes, profile, &options)?;
            let mut notices = file.notices;
            notices.extend(profile.provenance.notice(&profile.name_ja, &profile.source));
            let period = upload.period.or_else(|| covered(&file.rows));
            if upload.period.is_none() {
                notices.push(period_notice(period));
            }
            let lines = file.rows.iter().map(|row| statement_line(contract, row));
            let facts = FileFacts::Statement(lines.collect());
            let part = Part {
                source: statement_source(contract),
                kind: FileKind::Statement,
                period,
                facts,
                ends: Vec::new(),
                mode: FileMode::Delta,
            };
            Ok(Read { parts: vec![part], notices })
        }
    }
}

pub fn options(upload: &Upload, name: &str, source: &Source) -> ReadOptions {
    let (contract, brand) = match source {
        Source::Bank(_) | Source::Payout { .. } | Source::Opening(_) => (None, None),
        Source::Statement { contract, brand, .. } => (Some(contract.clone()), brand.clone()),
    };
    ReadOptions { file_name: name.to_owned(), contract, brand, period: upload.period }
}

/// From the first to the last day of the rows.
fn covered(rows: &Rows) -> Option<(CivilDate, CivilDate)> {
    let days = || rows.iter().map(|row| row.at.date());
    Some((days().min()?, days().max()?))
}

/// That the days of a file were found from its rows.
pub fn period_notice(period: Option<(CivilDate, CivilDate)>) -> Notice {
    let sentence_ja = match period {
        Some((from, to)) => format!(
            "対象期間の指定がないため、明細の最初の日から最後の日まで({from}〜{to})を受け取ったものとします。"
        ),
        None => "明細が1件もなく、対象期間の指定もないため、どの日の資料としても数えません。".to_owned(),
    };
    Notice { row: None, field: "対象期間".to_owned(), sentence_ja }
}

/// A row of a statement as a fact. Taken apart without `..`: what a reader finds beside gets a column, or the compiler says so here.
pub fn statement_line(contract: &ContractId, row: StatementRow<'_>) -> StatementLine {
    let StatementRow {
        row,
        record_key,
        occurrence,
        content_hash,
        words,
        at,
        amount,
        terminal_or_pos_id,
        slip_number,
        approval_code,
        acquirer_transaction_id,
        merchant_payment_id,
        payer_digits,
    } = row;
    let Words { class, status_word, brand, brand_word } = words;
    StatementLine {
        identity: RowIdentity {
            record_key: record_key.into(),
            occurrence,
            content_sha256: *content_hash.bytes(),
            row,
        },
        class: class.word().to_owned(),
        contract: contract.clone(),
        brand: brand.clone(),
        terminal_id: terminal_or_pos_id.map(String::from),
        slip_number: slip_number.map(String::from),
        approval_code: approval_code.map(String::from),
        transaction_id: acquirer_transaction_id.map(String::from),
        amount,
        day: at.date(),
        payout_date: None,
        at,
        status_word: status_word.to_string(),
        brand_word: brand_word.to_string(),
        reference: merchant_payment_id.map(String::from),
        payer_digits: payer_digits.map(String::from),
    }
}

fn document<T: Serialize>(name: &str, row: &T) -> Result<String, Refusal> {
    let fault = |error: String| {
        let remedy = "取り込みの不具合です。ファイルを添えて管理者に連絡してください。";
        refusal(name, "行の内容", &error, remedy)
    };
    let mut json = Vec::with_capacity(DOCUMENT_LENGTH_BYTES);
    serde_json::to_writer(&mut json, row).map_err(|error| fault(error.to_string()))?;
    String::from_utf8(json).map_err(|error| fault(error.to_string()))
}

fn read_payouts(
    upload: &Upload,
    name: &str,
    today: CivilDate,
    contract: &ContractId,
    profile: &PayoutProfile,
) -> Result<Read, Refusal> {
    let options = PayoutReadOptions { file_name: name.to_owned(), reference_date: today };
    let file = payout::read(&upload.bytes, profile, &options)?;
    let mut notices = file.notices;
    notices.extend(profile.provenance.notice(&profile.name_ja, &profile.source));
    let from = file.rows.iter().map(|row| row.from).min();
    let to = file.rows.iter().map(|row| row.to).max();
    let period = upload.period.or_else(|| from.zip(to));
    let lines = file.rows.into_iter().map(|row| payout_line(contract, name, row));
    let facts = FileFacts::Payout(lines.collect::<Result<_, _>>()?);
    let source = super::payout_source(contract);
    let part =
        Part { source, kind: FileKind::Payout, period, facts, ends: Vec::new(), mode: FileMode::Delta };
    Ok(Read { parts: vec![part], notices })
}

fn payout_line(contract: &ContractId, name: &str, row: PayoutRow) -> Result<PayoutLine, Refusal> {
    Ok(PayoutLine {
        document: document(name, &row)?,
        identity: RowIdentity {
            record_key: row.record_key,
            occurrence: row.occurrence,
            content_sha256: *row.content_hash.bytes(),
            row: row.row,
        },
        contract: contract.clone(),
        from: row.from,
        to: row.to,
        paid_on: row.paid_on,
        gross: row.gross,
        // Its reader has added them up already, and refused what leaves the range.
        fee: row.fee.saturating_add(row.transfer_fee),
        net: row.net,
    })
}

fn read_bank(bytes: &[u8], name: &str, options: &BankReadOptions) -> Result<Read, Refusal> {
    let file = bank::read(bytes, options)?;
    let format = BankFormat::of(file.kind);
    let mut notices = file.notices;
    if let (BankFormat::Csv, Some(profile)) = (format, &options.csv) {
        notices.extend(profile.provenance.notice(&profile.name_ja, &profile.source));
    }
    let mut accounts: BTreeMap<String, Vec<Account>> = BTreeMap::new();
    for block in file.accounts {
        accounts.entry(block.account_key.clone()).or_default().push(block);
    }
    let parts = accounts.into_iter().map(|(account, blocks)| bank_part(name, &account, format, blocks));
    Ok(Read { parts: parts.collect::<Result<_, _>>()?, notices })
}

fn bank_part(name: &str, account: &str, format: BankFormat, blocks: Vec<Account>) -> Result<Part, Refusal> {
    let from = blocks.iter().map(|block| block.period_from).min().flatten();
    let to = blocks.iter().map(|block| block.period_to).max().flatten();
    let ends = blocks.iter().map(Ends::from).collect();
    let mut entries = Vec::new();
    for entry in blocks.into_iter().flat_map(|block| block.entries) {
        entries.push(bank_entry(name, account, entry)?);
    }
    let (source, facts) = (format.source(account), FileFacts::Bank(entries));
    Ok(Part { source, kind: FileKind::Bank, period: from.zip(to), facts, ends, mode: FileMode::Delta })
}

/// A bank's entry as a fact.
pub fn bank_entry(name: &str, account: &str, entry: Entry) -> Result<BankEntry, Refusal> {
    Ok(BankEntry {
        document: document(name, &entry)?,
        identity: RowIdentity {
            record_key: entry.record_key.to_string(),
            occurrence: entry.occurrence,
            content_sha256: *entry.content_hash.bytes(),
            row: entry.row,
        },
        account: account.to_owned(),
        booked_on: entry.booked_on,
        value_date: entry.value_on,
        amount: entry.amount,
        class: entry.class.code().to_owned(),
        remitter_code: entry.remitter_code.map(String::from),
        remitter_name: some_text(&entry.common.remitter_kana_raw),
        inquiry_number: entry.inquiry_no.map(String::from),
    })
}

fn some_text(text: &str) -> Option<String> {
    let trimmed = text.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}
