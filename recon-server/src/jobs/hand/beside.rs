//! What else says the same as an entry by hand: files that came later, and other entries; and the book of all entries.
//!
//! Invariants: an entry that does not count says so and names what counts instead, with the proposal to take it back; nothing is taken
//! back by itself. Pure but for [`book`] and [`notices`], which read.

use domain::id::{ContractId, TenantId};
use engine::Contract;
use formats::Notice;
use serde::Serialize;
use store::{
    UnitOfWork,
    controls::{ControlAction, ControlId, ControlRow, ControlTopic},
    facts::{BankEntry, PayoutLine, Stored},
    files::FileFacts,
};

use super::{
    model::{HandEntry, HandFact},
    standing::{self, is_hand, overlap, stands},
};
use crate::{
    app::AppState,
    jobs::{
        JobError, contract_rows, contracts_in_force,
        controls::{self, Document},
        import::{BankFormat, Counted},
        reconcile::SCOPE_DAYS,
    },
};

/// Days around an entry within which another row of the same amount may be the same deposit.
const NEAR_DAYS: i32 = 3;

/// A record that says the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Beside {
    /// 受付番号
    pub file: u64,
    /// Row in the file.
    pub row: u32,
    /// It was entered by hand too.
    pub by_hand: bool,
    /// `受付12の3件目(2026-08-03 29,347円)`.
    pub words_ja: String,
}

/// An entry with where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HandLine {
    /// The wish that entered it.
    pub entry: ControlId,
    /// What was typed, and its scan.
    #[serde(flatten)]
    pub typed: HandEntry,
    /// What was typed, in one Japanese sentence.
    pub sentence_ja: String,
    /// もとの資料
    pub reason: String,
    /// 入力者
    pub entered_by: String,
    /// 承認者; none while it waits.
    pub approved_by: Option<String>,
    /// Whether runs count it today.
    pub counts: bool,
    /// Records that say the same.
    pub beside: Vec<Beside>,
    /// What a person should do, one Japanese sentence; none where there is nothing.
    pub proposal_ja: Option<String>,
}

/// The book of entries.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Book {
    /// Waiting for the second person.
    pub waiting: Vec<HandLine>,
    /// In force.
    pub standing: Vec<HandLine>,
    /// Taken back or sent back.
    pub ended: Vec<HandLine>,
}

/// What the store has around entries.
struct Around {
    entries: Vec<Stored<BankEntry>>,
    payouts: Vec<Stored<PayoutLine>>,
    counted: Counted,
    contracts: Vec<Contract>,
}

impl Around {
    async fn read(unit: &mut dyn UnitOfWork, state: &AppState) -> Result<Self, JobError> {
        let (tenant, today) = (state.tenant(), state.today());
        let watermark = unit.last_file(tenant).await?;
        let (from, to) = (today.plus_days(-SCOPE_DAYS - NEAR_DAYS), today.plus_days(NEAR_DAYS));
        Ok(Self {
            entries: unit.bank_entries(tenant, from, to, watermark).await?,
            payouts: unit.payout_lines(tenant, from, to, watermark).await?,
            counted: Counted::read(unit, tenant, watermark).await?,
            contracts: contracts_in_force(&contract_rows(unit, tenant).await?, today)?,
        })
    }

    /// A contract's name on papers; its id where it is no more.
    fn name(&self, id: &ContractId) -> String {
        let found = self.contracts.iter().find(|known| known.id == *id);
        found.map_or_else(|| id.to_string(), |known| known.label_ja.clone())
    }

    /// Records that say the same as an entry, those of files first.
    fn beside(&self, fact: &HandFact, own: &str) -> Vec<Beside> {
        let mut found: Vec<Beside> = match fact {
            HandFact::Deposit(deposit) => {
                let same = |row: &&Stored<BankEntry>| {
                    let entry = &row.fact;
                    entry.account == deposit.account
                        && entry.amount == deposit.amount
                        && entry.booked_on.days_since(deposit.booked_on).abs() <= NEAR_DAYS
                        && entry.identity.record_key != own
                        && stands(row)
                };
                self.entries.iter().filter(same).map(of_bank).collect()
            }
            HandFact::Payout(payout) => {
                let same = |row: &&Stored<PayoutLine>| {
                    let line = &row.fact;
                    let stands = standing::provenance(&row.source, &line.document)
                        .is_none_or(|from| from.withdrawn.is_none());
                    line.contract == payout.contract
                        && line.from <= payout.to
                        && payout.from <= line.to
                        && line.identity.record_key != own
                        && stands
                };
                self.payouts.iter().filter(same).map(of_payout).collect()
            }
        };
        found.sort_by_key(|one| (one.by_hand, one.file, one.row));
        found
    }

    /// Whether runs count a standing entry.
    fn counts(&self, fact: &HandFact, own: &str) -> bool {
        match fact {
            HandFact::Deposit(deposit) => {
                let source = BankFormat::Hand.source(&deposit.account);
                self.counted.counts(&source, deposit.booked_on)
            }
            HandFact::Payout(_) => {
                let entry = self.payouts.iter().find(|row| row.fact.identity.record_key == own);
                let of_file = |row: &&Stored<PayoutLine>| !is_hand(&row.source);
                entry.is_none_or(|own| {
                    !self.payouts.iter().filter(of_file).any(|file| overlap(&file.fact, &own.fact))
                })
            }
        }
    }
}

fn of_bank(row: &Stored<BankEntry>) -> Beside {
    let (entry, number) = (&row.fact, row.fact.identity.row);
    Beside {
        file: row.file,
        row: number,
        by_hand: is_hand(&row.source),
        words_ja: format!("受付{}の{number}件目({} {}円)", row.file, entry.booked_on, entry.amount),
    }
}

fn of_payout(row: &Stored<PayoutLine>) -> Beside {
    let (line, number) = (&row.fact, row.fact.identity.row);
    Beside {
        file: row.file,
        row: number,
        by_hand: is_hand(&row.source),
        words_ja: format!("受付{}の{number}行目({}〜{} {}円)", row.file, line.from, line.to, line.net),
    }
}

/// What a person should do about an entry; none where nothing else says the same.
fn proposal(fact: &HandFact, counts: bool, waits: bool, beside: &[Beside]) -> Option<String> {
    let named = |by_hand: bool| {
        let words = beside.iter().filter(|one| one.by_hand == by_hand).map(|one| one.words_ja.as_str());
        words.collect::<Vec<_>>().join("、")
    };
    let (files, others) = (named(false), named(true));
    let word = fact.label_ja();
    let back =
        if waits { "差し戻してください。" } else { "手入力を取り消してください。" };
    let ours = if waits { "" } else { "照合では手入力の方を数えています。" };
    match (counts, files.is_empty(), others.is_empty()) {
        (false, false, _) => Some(format!(
            "この{word}は、ファイルの{files}にもあります。照合ではファイルの方だけを数えています。{back}"
        )),
        (false, true, _) => Some(format!(
            "この日の銀行のファイルが届いていますが、この{word}と同じ金額の行が見当たりません。照合では手入力を数えていません。通帳とファイルを見比べてください。"
        )),
        (true, false, _) => Some(format!("同じ{word}と思われる記録がファイルの{files}にあります。{ours}")),
        (true, true, false) => Some(format!(
            "同じ金額の手入力がほかにもあります({others})。二重に入力していないか確かめてください。"
        )),
        (true, true, true) => None,
    }
}

/// The records that say the same as a wish's entry, and what should be done; nothing for other wishes.
///
/// # Errors
/// When the store fails.
pub async fn beside(state: &AppState, row: &ControlRow) -> Result<(Vec<Beside>, Option<String>), JobError> {
    let Document::Hand { entry } = controls::document(row)? else { return Ok((Vec::new(), None)) };
    let mut unit = state.store.snapshot().await?;
    let around = Around::read(&mut *unit, state).await?;
    let beside = around.beside(&entry.fact, &row.subject);
    let waits = row.decision.is_none();
    let proposal = proposal(&entry.fact, around.counts(&entry.fact, &row.subject), waits, &beside);
    Ok((beside, proposal))
}

/// Every entry, newest first.
///
/// # Errors
/// When the store fails or a wish cannot be read.
pub async fn book(state: &AppState) -> Result<Book, JobError> {
    let mut unit = state.store.snapshot().await?;
    let rows = unit.controls(state.tenant()).await?;
    let around = Around::read(&mut *unit, state).await?;
    let in_force = controls::in_force(&rows, ControlTopic::Hand);
    let mut book = Book::default();
    let entered = |row: &&ControlRow| (row.topic, row.action) == (ControlTopic::Hand, ControlAction::Confirm);
    for row in rows.iter().rev().filter(entered) {
        let Document::Hand { entry } = controls::document(row)? else { continue };
        let stands = in_force.contains_key(row.subject.as_str());
        let beside = around.beside(&entry.fact, &row.subject);
        let (would, waits) = (around.counts(&entry.fact, &row.subject), row.decision.is_none());
        let proposal = proposal(&entry.fact, would, waits, &beside).filter(|_| stands || waits);
        let line = HandLine {
            entry: row.id,
            sentence_ja: entry.fact.sentence_ja(|id| around.name(id)),
            typed: *entry,
            reason: row.reason.clone(),
            entered_by: row.requested_by.clone(),
            approved_by: row.decision.as_ref().map(|decision| decision.by.clone()),
            counts: stands && would,
            beside,
            proposal_ja: proposal,
        };
        match (waits, stands) {
            (true, _) => book.waiting.push(line),
            (false, true) => book.standing.push(line),
            (false, false) => book.ended.push(line),
        }
    }
    Ok(book)
}

/// What a file that just came says too of entries by hand: for its receipt.
///
/// # Errors
/// When the store fails.
pub(in crate::jobs) async fn notices(
    unit: &mut dyn UnitOfWork,
    tenant: &TenantId,
    facts: &FileFacts,
    period: Option<(domain::time::CivilDate, domain::time::CivilDate)>,
    watermark: u64,
) -> Result<Vec<Notice>, JobError> {
    let Some((from, to)) = period else { return Ok(Vec::new()) };
    let notice = |row: u32, words: &str, file: u64| Notice {
        row: Some(row),
        field: "手入力".to_owned(),
        sentence_ja: format!(
            "同じ{words}が手入力でもあります(受付{file})。二重には数えません。手入力の一覧で、手入力の方を取り消してください。"
        ),
    };
    let mut found = Vec::new();
    match facts {
        FileFacts::Bank(new) => {
            let (from, to) = (from.plus_days(-NEAR_DAYS), to.plus_days(NEAR_DAYS));
            let stored = unit.bank_entries(tenant, from, to, watermark).await?;
            for hand in stored.iter().filter(|row| is_hand(&row.source) && stands(row)) {
                let same = |entry: &&BankEntry| {
                    entry.account == hand.fact.account
                        && entry.amount == hand.fact.amount
                        && entry.booked_on.days_since(hand.fact.booked_on).abs() <= NEAR_DAYS
                };
                found
                    .extend(new.iter().find(same).map(|entry| notice(entry.identity.row, "入金", hand.file)));
            }
        }
        FileFacts::Payout(new) => {
            let stored = unit.payout_lines(tenant, from, to.plus_days(SCOPE_DAYS), watermark).await?;
            for hand in stored.iter().filter(|row| is_hand(&row.source)) {
                let from = standing::provenance(&hand.source, &hand.fact.document);
                let same = new.iter().find(|line| overlap(line, &hand.fact));
                let same = same.filter(|_| from.is_some_and(|from| from.withdrawn.is_none()));
                found.extend(same.map(|line| notice(line.identity.row, "締めの支払通知", hand.file)));
            }
        }
        FileFacts::Statement(_) | FileFacts::Opening(_) => {}
    }
    Ok(found)
}
