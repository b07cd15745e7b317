//! Reads a camt file: blocks of one account each, gates at the end of each block.
//!
//! Invariant: the whole file or nothing.

use domain::money::Yen;

use crate::{
    bank::{Account, BankFileKind, BankStatement, csv::AccountOf, keys::Keys},
    refusal::{Notice, Refusal},
};

use super::{
    entry::{Standing, entry},
    gate::{self, Balances},
    node::{Node, Step, walk},
    value,
};

/// Largest file that is read, in bytes.
const FILE_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Most entries of one file.
const ENTRIES_MAX: u32 = 1_000_000;
/// Most notices that are listed.
const NOTICES_MAX: usize = 200;

/// What the importer says of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CamtOptions {
    /// Name of the file, for messages.
    pub file_name: String,
    /// The city's accounts, where the file's own words do not give the key of the Zengin files: `cell` is the account's id in the file.
    pub accounts: Vec<AccountOf>,
}

/// Reads a whole file.
///
/// # Errors
/// The first refusal, with file, entry (its ordinal), field and remedy; nothing of the file is taken then.
pub fn read(bytes: &[u8], options: &CamtOptions) -> Result<BankStatement, Refusal> {
    let file = options.file_name.as_str();
    if bytes.is_empty() || bytes.len() > FILE_BYTES_MAX {
        let remedy = "空か、大きすぎるファイルです。期間を分けて取り込んでください。";
        return Err(Refusal::new(file, None, "ファイルの大きさ", format!("{}バイト", bytes.len()), remedy));
    }
    let body = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = std::str::from_utf8(body).map_err(|_| not_utf8(file, "UTF-8ではない文字"))?;
    if let Some(other) = declared_encoding(text).filter(|name| !name.eq_ignore_ascii_case("utf-8")) {
        return Err(not_utf8(file, other));
    }
    let mut reader = Reader::new(options);
    walk(text, file, |step| reader.step(step))?;
    reader.finish()
}

fn not_utf8(file: &str, found: &str) -> Refusal {
    let remedy = "UTF-8のXMLだけを読みます。銀行から受け取ったままのファイルを入れ直してください。";
    Refusal::new(file, None, "文字コード", found, remedy)
}

/// The encoding that the XML declaration names.
fn declared_encoding(text: &str) -> Option<&str> {
    let declaration = text.strip_prefix("<?xml")?.split_once("?>")?.0;
    let after = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    after.get(1..)?.split_once(quote).map(|(name, _)| name)
}

/// A block under way.
struct Block {
    account: Account,
    balances: Balances,
    summary: Option<gate::Summary>,
}

struct Reader<'o> {
    options: &'o CamtOptions,
    kind: Option<BankFileKind>,
    space: String,
    block: Option<Block>,
    accounts: Vec<Account>,
    notices: Vec<Notice>,
    keys: Keys,
    entries: u32,
}

impl<'o> Reader<'o> {
    fn new(options: &'o CamtOptions) -> Self {
        Self {
            options,
            kind: None,
            space: String::new(),
            block: None,
            accounts: Vec::new(),
            notices: Vec::new(),
            keys: Keys::default(),
            entries: 0,
        }
    }

    fn refuse(&self, field: &str, found: &str, remedy: &str) -> Refusal {
        Refusal::new(&self.options.file_name, None, field, found, remedy)
    }

    fn step(&mut self, step: Step<'_>) -> Result<(), Refusal> {
        match step {
            Step::Document(space) => {
                space.clone_into(&mut self.space);
                Ok(())
            }
            Step::Message(name) => self.message(name),
            Step::BlockBegins => {
                self.block = Some(Block {
                    account: empty_account(self.entries.saturating_add(1)),
                    balances: Balances::default(),
                    summary: None,
                });
                Ok(())
            }
            Step::Child(node) => self.child(node),
            Step::BlockEnds => self.block_ends(),
        }
    }

    /// Which message it is; anything else is refused by name.
    fn message(&mut self, name: &str) -> Result<(), Refusal> {
        let (kind, id) = match name {
            "BkToCstmrAcctRpt" => (BankFileKind::CamtReport, "camt.052"),
            "BkToCstmrStmt" => (BankFileKind::CamtStatement, "camt.053"),
            "BkToCstmrDbtCdtNtfctn" => (BankFileKind::CamtNotification, "camt.054"),
            _ => {
                let remedy =
                    "入出金のXML（camt.052・053・054）ではありません。電文の種類を確かめてください。";
                return Err(self.refuse("電文の種類", name, remedy));
            }
        };
        if self.space.contains("camt.") && !self.space.contains(id) {
            let remedy = "電文の名前空間と中身の種類が違います。銀行に確かめてください。";
            return Err(self.refuse("電文の種類", &self.space, remedy));
        }
        if self.kind.is_some_and(|before| before != kind) {
            return Err(self.refuse(
                "電文の種類",
                name,
                "種類の違う電文が一つのファイルにあります。分けて取り込んでください。",
            ));
        }
        self.kind = Some(kind);
        Ok(())
    }

    fn child(&mut self, node: &Node) -> Result<(), Refusal> {
        let file = self.options.file_name.as_str();
        let Some(block) = &mut self.block else { return Ok(()) };
        match node.name.as_str() {
            "CreDtTm" => block.account.created_on = value::civil(node.text()),
            "FrToDt" => {
                let day = |name: &str| node.text_at(&[name]).and_then(value::civil);
                block.account.period_from = day("FrDtTm");
                block.account.period_to = day("ToDtTm");
            }
            "Acct" => identify(&mut block.account, node, self.options)?,
            "Bal" => block.balances.take(node, file, block.account.row)?,
            "TxsSummry" => block.summary = Some(gate::Summary::of(node, file, block.account.row)?),
            "Ntry" => {
                self.entries += 1;
                if self.entries > ENTRIES_MAX {
                    let remedy = "明細が多すぎます。期間を分けて取り込んでください。";
                    return Err(self.refuse("明細件数", &self.entries.to_string(), remedy));
                }
                let (standing, mut read) = entry(node, self.entries, file, &mut self.notices)?;
                self.notices.truncate(NOTICES_MAX);
                self.keys.seal(&block.account.account_key, &mut read);
                match standing {
                    Standing::Pending => block.account.pending.push(read),
                    Standing::Booked => block.account.book(read).map_err(|entry| {
                        let found = entry.amount.to_string();
                        Refusal::new(file, Some(entry.row), "金額（Amt）", found, "合計が大きすぎます。")
                    })?,
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn block_ends(&mut self) -> Result<(), Refusal> {
        let Some(Block { mut account, balances, summary }) = self.block.take() else { return Ok(()) };
        let file = self.options.file_name.as_str();
        (account.opening, account.closing) = balances.ends();
        gate::balance(&account, file)?;
        if let Some(summary) = summary {
            summary.check(&account, file)?;
        }
        if account.account_number.is_empty() {
            let remedy =
                "口座（Acct）がありません。どの口座のファイルか分かりません。銀行に確かめてください。";
            return Err(Refusal::new(file, Some(account.row), "口座（Acct）", "", remedy));
        }
        let incomplete = account.opening.is_none() || account.closing.is_none();
        if incomplete && self.kind == Some(BankFileKind::CamtStatement) {
            self.say("残高", "取引前と取引後の残高がそろっていないため、残高の検算ができません。".to_owned());
        }
        if !account.pending.is_empty() {
            let count = account.pending.len();
            self.say(
                "状態（Sts）",
                format!("まだ記帳されていない明細が{count}件あります。入金には数えません。"),
            );
        }
        self.accounts.push(account);
        Ok(())
    }

    fn say(&mut self, field: &str, sentence_ja: String) {
        if self.notices.len() < NOTICES_MAX {
            self.notices.push(Notice { row: None, field: field.to_owned(), sentence_ja });
        }
    }

    fn finish(self) -> Result<BankStatement, Refusal> {
        let Some(kind) = self.kind else {
            let remedy = "本文（Document）がありません。ヘッダーだけの電文か、別の種類のファイルです。";
            return Err(self.refuse("本文（Document）", "なし", remedy));
        };
        Ok(BankStatement { kind, accounts: self.accounts, notices: self.notices })
    }
}

/// An account of which nothing is known yet; `row` is the ordinal of its first entry.
fn empty_account(row: u32) -> Account {
    Account {
        row,
        account_key: String::new(),
        bank_code: String::new(),
        bank_name: String::new(),
        branch_code: String::new(),
        branch_name: String::new(),
        account_kind: None,
        account_number: String::new(),
        account_name: String::new(),
        created_on: None,
        period_from: None,
        period_to: None,
        opening: None,
        closing: None,
        in_count: 0,
        in_total: Yen::ZERO,
        out_count: 0,
        out_total: Yen::ZERO,
        entries: Vec::new(),
        pending: Vec::new(),
    }
}

/// The account of a block: by the importer's list, else by the file's own words.
fn identify(account: &mut Account, node: &Node, options: &CamtOptions) -> Result<(), Refusal> {
    let id =
        node.text_at(&["Id", "Othr", "Id"]).or_else(|| node.text_at(&["Id", "IBAN"])).unwrap_or_default();
    let text = |path: &[&str]| node.text_at(path).unwrap_or_default().to_owned();
    if let Some(currency) = node.text_at(&["Ccy"]).filter(|currency| *currency != "JPY") {
        let remedy = "円以外の口座です。円の口座のファイルだけを取り込んでください。";
        return Err(Refusal::new(&options.file_name, Some(account.row), "通貨（Ccy）", currency, remedy));
    }
    account.account_name =
        node.text_at(&["Nm"]).or_else(|| node.text_at(&["Ownr", "Nm"])).unwrap_or_default().to_owned();
    account.bank_name = text(&["Svcr", "FinInstnId", "Nm"]);
    account.branch_name = text(&["Svcr", "BrnchId", "Nm"]);
    if let Some(known) = options.accounts.iter().find(|known| known.cell.as_deref() == Some(id)) {
        account.bank_code.clone_from(&known.bank_code);
        account.branch_code.clone_from(&known.branch_code);
        account.account_kind = Some(known.account_kind);
        account.account_number.clone_from(&known.account_number);
        account.account_key = known.account_key();
        return Ok(());
    }
    account.bank_code = text(&["Svcr", "FinInstnId", "ClrSysMmbId", "MmbId"]);
    account.branch_code = text(&["Svcr", "BrnchId", "Id"]);
    account.account_kind = node
        .text_at(&["Tp", "Prtry"])
        .or_else(|| node.text_at(&["Tp", "Cd"]))
        .and_then(|kind| kind.parse().ok())
        .filter(|kind| matches!(kind, 1 | 2 | 4));
    id.clone_into(&mut account.account_number);
    account.account_key = Account::key(&account.bank_code, &account.branch_code, account.account_kind, id);
    Ok(())
}
