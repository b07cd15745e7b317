//! Reads a bank's CSV by profile: whole or refused.
//!
//! Invariants: rows come out oldest first, whichever way the file runs; an account that cannot be told is refused, never guessed at.

use std::{cmp::Ordering, collections::BTreeMap};

use domain::{money::Yen, time::CivilDate};

use crate::{
    bank::{Account, BankFileKind, BankStatement, Entry, keys::Keys},
    refusal::{Notice, Refusal},
    sheet::{
        date::Dates,
        table::{Row, table},
    },
};

use super::{
    balance::{self, Carried},
    profile::{AccountOf, BankCsvProfile, RowOrder},
    row::RowReader,
};

/// What the importer says of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankCsvOptions {
    /// Name of the file, for messages.
    pub file_name: String,
    /// The day it was received; settles years without era mark.
    pub reference_date: CivilDate,
    /// The account, where neither profile nor file says it. It overrides a profile of one account.
    pub account: Option<AccountOf>,
    /// The period that the file is said to cover, both days included; every row must lie in it.
    pub period: Option<(CivilDate, CivilDate)>,
}

/// Rows of one account, in the order of the file.
struct Bundle {
    row: u32,
    entries: Vec<Entry>,
    carried: Carried,
}

impl Bundle {
    /// Before the first row, with room for so many entries.
    fn of(row: u32, entries: usize) -> Self {
        Self { row, entries: Vec::with_capacity(entries), carried: Carried::new() }
    }
}

/// Reads a whole file.
///
/// # Errors
/// The first refusal, with file, row, field and remedy; nothing of the file is taken then.
pub fn read(
    bytes: &[u8],
    profile: &BankCsvProfile,
    options: &BankCsvOptions,
) -> Result<BankStatement, Refusal> {
    let file = options.file_name.as_str();
    let spec = profile.spec();
    let mut table = table(bytes, &spec, file)?;
    let patterns = profile.patterns().map_err(|e| {
        Refusal::new(file, None, "様式", &profile.id, format!("様式の日付の形が正しくありません: {e}"))
    })?;
    let mut notices = std::mem::take(&mut table.notices);
    let mut reader = RowReader::new(profile, &table, Dates::new(patterns, options.reference_date), file);
    let mut bundles: BTreeMap<usize, Bundle> = BTreeMap::new();
    let accounts = known_accounts(profile, options);
    // Most files are of one account. An entry is large: a list that grows would be moved over and over.
    let room = if accounts.len() == 1 { table.rows_at_most() } else { 0 };
    let mut keys = Keys::default();
    let account_keys: Vec<String> = accounts.iter().map(AccountOf::account_key).collect();
    let mut rows = table.rows(&spec, file);
    while let Some(row) = rows.next()? {
        let at = account_of(&reader, row, &accounts)?;
        let bundle = bundles.entry(at).or_insert_with(|| Bundle::of(row.row, room));
        if let Some(carried) = reader.read(row, &mut bundle.entries)? {
            bundle.carried.push((bundle.entries.len(), carried));
        } else if let (Some(entry), Some(account)) = (bundle.entries.last_mut(), account_keys.get(at)) {
            within(entry, options, profile, file)?;
            entry.record_key = keys.key(account, entry);
        }
    }
    if let Some(end) = rows.end() {
        check_totals(&reader, end, &bundles)?;
    }
    if profile.fields.balance.is_none() {
        notices.push(Notice {
            row: None,
            field: "残高".to_owned(),
            sentence_ja: "残高の列がないため、行の抜けをファイルだけでは確かめられません。".to_owned(),
        });
    }
    let mut read = Vec::new();
    for (at, bundle) in bundles {
        if let Some(of) = accounts.get(at) {
            read.push(account(bundle, of, profile, options, &mut keys)?);
        }
    }
    read.sort_by_key(|account| account.row);
    Ok(BankStatement { kind: BankFileKind::Csv, accounts: read, notices })
}

/// The accounts that rows may belong to.
fn known_accounts(profile: &BankCsvProfile, options: &BankCsvOptions) -> Vec<AccountOf> {
    match &options.account {
        Some(account) if profile.fields.account.is_none() => vec![account.clone()],
        _ => profile.accounts.clone(),
    }
}

/// The place of a row's account.
fn account_of(reader: &RowReader<'_>, row: Row<'_>, accounts: &[AccountOf]) -> Result<usize, Refusal> {
    let column = reader.profile.fields.account.as_deref();
    let Some(column) = column else {
        return if accounts.is_empty() {
            let remedy = "どの口座の明細かが決まっていません。取り込むときに口座を選ぶか、様式に口座を書いてください。";
            Err(Refusal::new(reader.file, None, "口座", "", remedy))
        } else {
            Ok(0)
        };
    };
    let cell = reader.table.cell(row, Some(column));
    accounts.iter().position(|account| account.cell.as_deref() == Some(cell)).ok_or_else(|| {
        reader.refuse(row, column, cell, "様式に登録されていない口座です。様式の口座に足してください。")
    })
}

/// The row of totals against what was read, where it has amounts under 入金 and 出金.
fn check_totals(
    reader: &RowReader<'_>,
    end: Row<'_>,
    bundles: &BTreeMap<usize, Bundle>,
) -> Result<(), Refusal> {
    let fields = &reader.profile.fields;
    let entries = || bundles.values().flat_map(|bundle| &bundle.entries);
    for (column, incoming) in [(&fields.deposit, true), (&fields.withdrawal, false)] {
        let Some(declared) = reader.yen(end, reader.table.column(column.as_deref()))? else { continue };
        let ours = entries()
            .filter(|entry| entry.amount.is_negative() != incoming)
            .fold(Yen::ZERO, |sum, entry| sum.saturating_add(entry.amount));
        let ours = if incoming { ours } else { Yen::ZERO.saturating_sub(ours) };
        if declared != ours {
            let remedy = format!(
                "数え直すと{ours}円です。明細と合計が合いません。銀行からもう一度取り込んでください。"
            );
            let field = column.as_deref().unwrap_or_default();
            return Err(reader.refuse(end, field, &declared.to_string(), remedy));
        }
    }
    Ok(())
}

fn within(
    entry: &Entry,
    options: &BankCsvOptions,
    profile: &BankCsvProfile,
    file: &str,
) -> Result<(), Refusal> {
    match options.period {
        Some((from, to)) if entry.booked_on < from || entry.booked_on > to => {
            let remedy =
                format!("指定した期間（{from} から {to}）の外の行です。期間かファイルを確かめてください。");
            let field = profile.fields.booked_on.as_str();
            Err(Refusal::new(file, Some(entry.row), field, entry.booked_on.to_string(), remedy))
        }
        _ => Ok(()),
    }
}

/// An account with its entries oldest first and its balances proven; which of several alike each of them is follows that order.
fn account(
    bundle: Bundle,
    of: &AccountOf,
    profile: &BankCsvProfile,
    options: &BankCsvOptions,
    keys: &mut Keys,
) -> Result<Account, Refusal> {
    let file = options.file_name.as_str();
    let column = profile.fields.balance.as_deref().unwrap_or("残高");
    let (mut entries, chained) = oldest_first(bundle.entries, bundle.carried, profile.order, column, file);
    let (opening, closing) = chained?;
    let account_key = of.account_key();
    let days = || entries.iter().map(|entry| entry.booked_on);
    let period = options.period.or_else(|| days().min().zip(days().max()));
    let mut account = Account {
        row: bundle.row,
        bank_code: of.bank_code.clone(),
        bank_name: of.bank_name.clone(),
        branch_code: of.branch_code.clone(),
        branch_name: of.branch_name.clone(),
        account_kind: Some(of.account_kind),
        account_number: of.account_number.clone(),
        account_name: of.account_name.clone(),
        created_on: None,
        period_from: period.map(|(from, _)| from),
        period_to: period.map(|(_, to)| to),
        opening,
        closing,
        in_count: 0,
        in_total: Yen::ZERO,
        out_count: 0,
        out_total: Yen::ZERO,
        entries: Vec::new(),
        pending: Vec::new(),
        account_key,
    };
    keys.reserve(entries.len());
    for entry in &mut entries {
        entry.occurrence = keys.occurrence(entry.record_key);
        account.count(entry.amount).map_err(|_| {
            Refusal::new(file, Some(entry.row), column, entry.amount.to_string(), "合計が大きすぎます。")
        })?;
    }
    account.entries = entries;
    Ok(account)
}

/// The balances before and after the rows of an account.
type Chained = Result<(Option<Yen>, Option<Yen>), Refusal>;

/// Entries oldest first, and what their balances and those carried forward say in that order.
fn oldest_first(
    mut entries: Vec<Entry>,
    mut carried: Carried,
    order: RowOrder,
    column: &str,
    file: &str,
) -> (Vec<Entry>, Chained) {
    let turn = |entries: &mut Vec<Entry>, carried: &mut Carried| {
        entries.reverse();
        carried.reverse();
        carried.iter_mut().for_each(|(at, _)| *at = entries.len().saturating_sub(*at));
    };
    let dates = entries.first().zip(entries.last()).map(|(first, last)| first.booked_on.cmp(&last.booked_on));
    let newest_first = match (order, dates) {
        (RowOrder::OldestFirst, _) => false,
        (RowOrder::NewestFirst, _) => true,
        (RowOrder::Auto, dates) => dates == Some(Ordering::Greater),
    };
    if newest_first {
        turn(&mut entries, &mut carried);
    }
    let chained = balance::chain(&entries, &carried, column, file);
    // All of one day: only the balances can tell.
    let untold = order == RowOrder::Auto && dates.is_none_or(Ordering::is_eq);
    if untold && chained.is_err() {
        turn(&mut entries, &mut carried);
        let turned = balance::chain(&entries, &carried, column, file);
        if turned.is_ok() {
            return (entries, turned);
        }
        turn(&mut entries, &mut carried);
    }
    (entries, chained)
}
