//! Whether an account's file carries on where the account's file before it ended: said on the receipt, and kept for every run.
//!
//! Source: reconciliation.md 6.1, "gates". Invariants: compared with the last file of the same account and format, read again from its
//! kept bytes by its own day; says, and refuses nothing: which of two files is wrong nobody can tell from one of them. What the run makes
//! of the kept balances: [`crate::jobs::reconcile`].

use std::collections::BTreeSet;

use formats::{
    Notice,
    bank::{self, BankReadOptions, Continuity, Ends, continuity},
};
use store::{
    UnitOfWork,
    files::{FileRow, FileState},
    stretches::BankStretch,
};

use super::facts::Part;
use crate::{app::AppState, jobs::JobError};

/// Receipts that are searched for the file before.
const FILES_SEARCHED_MAX: u32 = 1_000;

/// What a person should know of how a bank's file joins the one before.
///
/// # Errors
/// When the store fails.
pub async fn notices(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    parts: &[Part],
    options: &BankReadOptions,
) -> Result<Vec<Notice>, JobError> {
    let files = unit.files(state.tenant(), None, FILES_SEARCHED_MAX).await?;
    let mut notices = Vec::new();
    for part in parts {
        let Some(before) = before(&files, part) else { continue };
        let Some(bytes) = unit.file_bytes(state.tenant(), before.file).await? else { continue };
        let mut options = options.clone();
        options.zengin.reference_date = before.received_at.date();
        options.period = None;
        let Ok(file) = bank::read(&bytes, &options) else { continue };
        let own: BTreeSet<&str> = part.ends.iter().map(|ends| ends.account.as_str()).collect();
        let previous: Vec<Ends> = file.accounts.iter().map(Ends::from).collect();
        let previous: Vec<Ends> =
            previous.into_iter().filter(|ends| own.contains(ends.account.as_str())).collect();
        for said in continuity(&previous, &part.ends) {
            // Announcements have no balances: that is no news.
            if matches!(said.continuity, Continuity::Unknown)
                && part.ends.iter().all(|ends| ends.opening.is_none())
            {
                continue;
            }
            let sentence = said
                .sentence_ja()
                .map(|sentence| format!("{sentence}(前のファイル: 受付番号 {})", before.file));
            notices.extend(sentence.map(|sentence_ja| Notice {
                row: None,
                field: "残高のつながり".to_owned(),
                sentence_ja,
            }));
        }
    }
    Ok(notices)
}

/// The blocks whose days are known, as the store keeps them.
pub fn stretches(ends: &[Ends]) -> Vec<BankStretch> {
    let stretch = |ends: &Ends| {
        Some(BankStretch { from: ends.from?, to: ends.to?, opening: ends.opening, closing: ends.closing })
    };
    ends.iter().filter_map(stretch).collect()
}

/// The last file of the same source whose days do not begin after this one's.
fn before<'f>(files: &'f [FileRow], part: &Part) -> Option<&'f FileRow> {
    let (from, _) = part.period?;
    let same = |row: &&FileRow| row.source == part.source && row.state == FileState::Accepted;
    let earlier = |row: &&FileRow| row.period_from.is_some_and(|first| first <= from);
    files.iter().filter(same).filter(earlier).max_by_key(|row| (row.period_to, row.file))
}
