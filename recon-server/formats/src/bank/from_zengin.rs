//! From the Zengin readers' own shapes to the common one.
//!
//! Invariant: no value is changed, only carried; what Zengin does not have is `None` or empty.

use crate::zengin::{
    BankAccountBlock, BankEntry, BankFile,
    notice::{NoticeAccount, NoticeFile},
};

use super::model::{Account, BankFileKind, BankStatement, Entry};

impl From<BankFile> for BankStatement {
    fn from(file: BankFile) -> Self {
        Self {
            kind: BankFileKind::ZenginLedger,
            accounts: file.accounts.into_iter().map(Account::from).collect(),
            notices: file.notices,
        }
    }
}

impl From<BankAccountBlock> for Account {
    fn from(block: BankAccountBlock) -> Self {
        Self {
            row: block.row,
            account_key: block.account_key(),
            bank_code: block.bank_code,
            bank_name: block.bank_name,
            branch_code: block.branch_code,
            branch_name: block.branch_name,
            account_kind: Some(block.account_kind),
            account_number: block.account_number,
            account_name: block.account_name,
            created_on: block.created_on,
            period_from: block.period_from,
            period_to: block.period_to,
            opening: Some(block.opening),
            closing: Some(block.closing),
            in_count: block.in_count,
            in_total: block.in_total,
            out_count: block.out_count,
            out_total: block.out_total,
            entries: block.entries.into_iter().map(Entry::from).collect(),
            pending: Vec::new(),
        }
    }
}

impl From<BankEntry> for Entry {
    fn from(entry: BankEntry) -> Self {
        Self {
            row: entry.row,
            record_key: entry.record_key,
            occurrence: entry.occurrence,
            content_hash: entry.content_hash,
            booked_on: entry.booked_on,
            value_on: entry.value_on,
            amount: entry.amount,
            class: entry.class,
            remitter_code: entry.remitter_code,
            common: entry.common,
            edi: entry.edi,
            inquiry_no: entry.inquiry_no,
            reversal: false,
            balance_after: None,
            details: Vec::new(),
            edi_payloads: Vec::new(),
        }
    }
}

impl NoticeAccount {
    /// Key of the account, as in 入出金取引明細.
    #[must_use]
    pub fn account_key(&self) -> String {
        Account::key(&self.bank_code, &self.branch_code, Some(self.account_kind), &self.account_number)
    }
}

impl From<NoticeFile> for BankStatement {
    fn from(file: NoticeFile) -> Self {
        Self {
            kind: BankFileKind::ZenginNotice,
            accounts: file.accounts.into_iter().map(Account::from).collect(),
            notices: file.notices,
        }
    }
}

impl From<NoticeAccount> for Account {
    fn from(account: NoticeAccount) -> Self {
        Self {
            row: account.row,
            account_key: account.account_key(),
            bank_code: account.bank_code,
            bank_name: account.bank_name,
            branch_code: account.branch_code,
            branch_name: account.branch_name,
            account_kind: Some(account.account_kind),
            account_number: account.account_number,
            account_name: account.account_name,
            created_on: account.created_on,
            period_from: account.period_from,
            period_to: account.period_to,
            opening: None,
            closing: None,
            in_count: account.count,
            in_total: account.total,
            out_count: account.cancel_count,
            out_total: account.cancel_total,
            entries: account
                .entries
                .into_iter()
                .map(|notice| Entry { reversal: notice.cancelled, ..Entry::from(notice.entry) })
                .collect(),
            pending: Vec::new(),
        }
    }
}
