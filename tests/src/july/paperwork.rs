//! What reaches the city's office, each on its day: statements, bank files, a citizen who wants money back. And what the office does
//! with it: takes the files in, reconciles, decides in two persons.
//!
//! Invariants: a file is written to disk under the order of its arrival before it is taken in, so that a person can feed the same
//! files again; every file is taken, or the play ends with an error.

use std::{fs, path::Path};

use anyhow::{Context as _, Result, bail, ensure};
use domain::{id::ContractId, money::Yen, time::CivilDate};
use engine::Verdict;
use recon_server::{
    app::AppState,
    jobs::{
        import::{self, Outcome, Receipt, Upload},
        reconcile,
        refund::{self, NewRefund},
        second_person::Decision,
    },
};
use store::refunds::RefundWay;

use super::{
    July,
    letters::Letter,
    planted::{self, july},
    play::at,
    visit::{Desk, Wallet},
};
use crate::card_lines::terminal_lines;

/// Folder of the files, within the folder of the data.
pub const FILES_FOLDER: &str = "files";
/// Minute of the day at which the post is here.
const POST_MINUTE: u16 = 9 * 60;
/// Who asks for the refund, and who decides it.
const ASKS: &str = "kanri-1";
const DECIDES: &str = "suito-1";
/// A file that was taken in.
#[derive(Debug, Clone)]
pub struct Received {
    /// The day.
    pub on: CivilDate,
    /// Name in [`FILES_FOLDER`].
    pub file: String,
    /// `bank` or a contract.
    pub source: String,
    /// Days that it covers.
    pub period: (CivilDate, CivilDate),
    /// What it brought; none where it had been taken before.
    pub receipts: Vec<Receipt>,
}

/// What the office knew of a contract's July on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The day.
    pub as_of: CivilDate,
    /// 契約
    pub contract: ContractId,
    /// First day of the closing.
    pub from: CivilDate,
    /// 判定
    pub verdict: Verdict,
}

/// Days after July on which something arrives, or (29 August) somebody looks.
const LATER_DAYS: [(i8, i8); 6] = [(8, 1), (8, 2), (8, 3), (8, 29), (8, 30), (9, 1)];

impl July {
    /// Plays July, and August until the last file is here and reconciled.
    ///
    /// # Errors
    /// When anything goes otherwise than told.
    pub async fn play(&mut self) -> Result<()> {
        for day in 1..=31 {
            self.day(july(day)?).await.with_context(|| format!("{day} July"))?;
        }
        self.go_home().await?;
        for (month, day) in LATER_DAYS {
            let day = CivilDate::new(2022, month, day).context("a day after July")?;
            self.clock.set(at(day, POST_MINUTE)?);
            self.office(day).await.with_context(|| format!("the office on {day}"))?;
        }
        Ok(())
    }

    /// The office's morning.
    ///
    /// # Errors
    /// When a file is not taken, or a decision is refused.
    pub async fn office(&mut self, day: CivilDate) -> Result<()> {
        let letters = self.letters(day)?;
        let looks = !letters.is_empty() || (day.month(), day.day()) == (8, 29);
        for letter in letters {
            self.take(day, letter).await?;
        }
        if day == july(planted::REFUND_DAY)? {
            self.refund(day).await?;
        }
        if looks {
            self.reconcile(day).await?;
        }
        if day == july(19)? {
            self.late_result_arrives().await?;
        }
        Ok(())
    }

    /// Writes a file down and takes it in. The one that was taken before changes nothing and says so.
    async fn take(&mut self, day: CivilDate, letter: Letter) -> Result<()> {
        let compact = |day: CivilDate| day.to_string().replace('-', "");
        let file = format!(
            "{:02}_{}_{}_{}-{}_{}",
            self.received.len() + 1,
            compact(day),
            letter.source,
            compact(letter.from),
            compact(letter.to),
            letter.title
        );
        let folder = self.folder.join(FILES_FOLDER);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(&file), &letter.bytes)?;
        let period = (letter.source != "bank").then_some((letter.from, letter.to));
        let upload = Upload {
            source: letter.source.parse()?,
            name: file.clone(),
            bytes: letter.bytes,
            period,
            uploader: "demo".into(),
        };
        let receipts = match import::import(self.state()?, upload).await? {
            Outcome::Accepted { receipts, .. } => receipts,
            Outcome::SeenBefore { .. } => Vec::new(),
            Outcome::Refused { refusal, .. } => bail!("{file} was refused: {refusal}"),
        };
        let (source, period) = (letter.source.to_owned(), (letter.from, letter.to));
        self.received.push(Received { on: day, file, source, period, receipts });
        Ok(())
    }

    /// The server's state.
    ///
    /// # Errors
    /// While the centre is switched off.
    pub fn state(&self) -> Result<&AppState> {
        Ok(self.centre.server()?.state())
    }

    async fn reconcile(&mut self, day: CivilDate) -> Result<()> {
        reconcile::reconcile(self.state()?, day, "demo").await?;
        let current = reconcile::current(self.state()?, day).await?;
        let judged = current.recorded.sheets.iter().map(|sheet| Judged {
            as_of: day,
            contract: sheet.contract.clone(),
            from: sheet.from,
            verdict: sheet.verdict,
        });
        self.judged.extend(judged);
        Ok(())
    }

    /// The decision travels by the inbox; the sale of 13 July is done, under today's receipt number.
    async fn late_result_arrives(&mut self) -> Result<()> {
        let clock = self.clock.clone();
        let desk = self.desk(Desk::Main)?;
        desk.hears(&clock, "the statement settles the doubt", |state| state.doubts().next().is_none())
            .await?;
        ensure!(desk.clerk.state().day.is_some(), "the desk is open");
        Ok(())
    }

    /// 戻出: one person asks, another decides, the wallet gives the money back the next day.
    async fn refund(&mut self, day: CivilDate) -> Result<()> {
        let sale = self.refunded.context("the sale of 16 July")?;
        let state = self.state()?;
        let new = NewRefund {
            refund: refund::new_id(state)?,
            sale,
            amount: Yen::new(300),
            ground: "展示室の臨時閉室のため観覧できなかった".into(),
            way: RefundWay::Acquirer,
            refunded_on: day,
        };
        let asked = refund::request(state, ASKS, new).await?;
        let approve = |note: &str| Decision { approved: true, note: note.into() };
        let alone = refund::decide(state, ASKS, asked.row.refund, approve("自分の起案")).await;
        ensure!(alone.is_err(), "one person alone gave money back");
        refund::decide(state, DECIDES, asked.row.refund, approve("閉室の記録を確認")).await?;
        let payment = self.books.to_give_back.clone().context("the payment of 16 July")?;
        let booked_at = at(day.plus_days(1), 10 * 60)?;
        self.books.wallet(Wallet::PayPay)?.give_back(&payment, booked_at);
        Ok(())
    }

    /// Notes what stands in the terminals' own books; they leave with the desks.
    pub(super) fn read_terminals(&mut self) {
        self.card_lines = self.desks.values().flat_map(terminal_lines).collect();
    }
}

/// Files of a played month in the order of their arrival, for whoever feeds them again.
///
/// # Errors
/// When the folder cannot be read.
pub fn files_in_order(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let mut files = fs::read_dir(folder.join(FILES_FOLDER))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}
