//! `recon-server hand …`: evidence from paper by two persons, as the pages have it.
//!
//! Invariant: who enters is a user of the centre, named with `--by` and active; who approves says so with `confirm approve`; that they are
//! two persons is the job's rule, not this file's.

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Subcommand};
use domain::{id::ContractId, money::Yen, time::CivilDate};

use super::{Ended, OutputFormat, controls::say, output, people};
use crate::{
    app::AppState,
    jobs::{
        controls,
        hand::{self, Book, HandDeposit, HandFact, HandLine, HandPayout, NewEntry},
    },
};

/// What to do with evidence from paper.
#[derive(Debug, Subcommand)]
pub enum HandCommand {
    /// 手入力を並べる。ファイルと重なっているものは、どうするかを添える
    List,
    /// 紙の支払通知を入れる。別の人が confirm approve で承認するまで数えない
    Payout(PayoutArgs),
    /// 通帳や紙の入金通知の入金を入れる。別の人が confirm approve で承認するまで数えない
    Deposit(DepositArgs),
}

/// What every entry has.
#[derive(Debug, Args)]
pub struct Common {
    /// もとの資料(どの紙から写したか)
    #[arg(long)]
    reason: String,
    /// 証ひょう(PDF、PNG、JPEG)
    #[arg(long, value_name = "FILE")]
    scan: Option<PathBuf>,
    /// 入力する利用者
    #[arg(long, value_name = "USER")]
    by: String,
}

/// A payment notice.
#[derive(Debug, Args)]
pub struct PayoutArgs {
    /// 契約ID
    #[arg(long, value_name = "ID")]
    contract: ContractId,
    /// 締め期間の最初の日
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: CivilDate,
    /// 締め期間の最後の日
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: CivilDate,
    /// 売上件数
    #[arg(long)]
    count: u32,
    /// 売上金額(円)
    #[arg(long, value_name = "YEN")]
    sales: i64,
    /// 返金(円、符号なし)
    #[arg(long, value_name = "YEN", default_value_t = 0)]
    refunds: i64,
    /// 手数料(円、税別)
    #[arg(long, value_name = "YEN", default_value_t = 0)]
    fee: i64,
    /// 手数料の消費税(円)
    #[arg(long, value_name = "YEN", default_value_t = 0)]
    tax: i64,
    /// 振込手数料(円)
    #[arg(long, value_name = "YEN", default_value_t = 0)]
    transfer_fee: i64,
    /// そのほかの加減(円、引かれたものは負)
    #[arg(long, value_name = "YEN", default_value_t = 0, allow_negative_numbers = true)]
    adjustment: i64,
    /// 支払額(円)
    #[arg(long, value_name = "YEN", allow_negative_numbers = true)]
    net: i64,
    /// 支払日
    #[arg(long, value_name = "YYYY-MM-DD")]
    paid_on: CivilDate,
    #[command(flatten)]
    common: Common,
}

/// A deposit.
#[derive(Debug, Args)]
pub struct DepositArgs {
    /// 口座
    #[arg(long)]
    account: String,
    /// 勘定日
    #[arg(long, value_name = "YYYY-MM-DD")]
    booked_on: CivilDate,
    /// 入金額(円)
    #[arg(long, value_name = "YEN")]
    amount: i64,
    /// 振込名義(カナ)
    #[arg(long)]
    kana: String,
    /// 摘要
    #[arg(long, default_value = "")]
    summary: String,
    #[command(flatten)]
    common: Common,
}

/// Runs a command about evidence from paper.
pub async fn run(state: &AppState, command: HandCommand, format: OutputFormat) -> anyhow::Result<Ended> {
    match command {
        HandCommand::List => {
            let book = hand::book(state).await?;
            output::value(format, &book, || book_words(&book))?;
        }
        HandCommand::Payout(args) => {
            let fact = HandFact::Payout(HandPayout {
                contract: args.contract,
                from: args.from,
                to: args.to,
                count: args.count,
                sales: Yen::new(args.sales),
                refunds: Yen::new(args.refunds),
                fee: Yen::new(args.fee),
                tax: Yen::new(args.tax),
                transfer_fee: Yen::new(args.transfer_fee),
                adjustment: Yen::new(args.adjustment),
                net: Yen::new(args.net),
                paid_on: args.paid_on,
            });
            enter(state, fact, args.common, format).await?;
        }
        HandCommand::Deposit(args) => {
            let fact = HandFact::Deposit(HandDeposit {
                account: args.account,
                booked_on: args.booked_on,
                amount: Yen::new(args.amount),
                kana: args.kana,
                summary: args.summary,
            });
            enter(state, fact, args.common, format).await?;
        }
    }
    Ok(Ended::Done)
}

async fn enter(state: &AppState, fact: HandFact, common: Common, format: OutputFormat) -> anyhow::Result<()> {
    let by = people::named(state, &common.by).await?;
    let scan = match &common.scan {
        // The job refuses what is too long by its length; no more than that is read.
        Some(path) => Some(bounded(path)?),
        None => None,
    };
    let new = NewEntry { id: controls::new_id(state)?, fact, scan, reason: common.reason };
    say(format, &hand::enter(state, &by, new).await?)
}

fn bounded(path: &std::path::Path) -> anyhow::Result<Vec<u8>> {
    use std::io::Read as _;
    let file = std::fs::File::open(path).with_context(|| format!("open {}", path.display()))?;
    let most = u64::try_from(hand::SCAN_LENGTH_MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes).with_context(|| format!("read {}", path.display()))?;
    Ok(bytes)
}

fn book_words(book: &Book) -> String {
    let mut text = String::new();
    for (title, lines) in [
        ("承認待ち", &book.waiting),
        ("承認済", &book.standing),
        ("取り消したもの・差し戻したもの", &book.ended),
    ] {
        text.push_str(&format!("{title} {}件\n", lines.len()));
        lines.iter().for_each(|line| text.push_str(&words(line)));
    }
    text
}

fn words(line: &HandLine) -> String {
    let approved = line.approved_by.as_deref().unwrap_or("—");
    let counts = if line.counts { "照合で使用中" } else { "数えていない" };
    let fact = &line.sentence_ja;
    let mut text = format!("{}  {counts}  入力 {}  承認 {approved}  {fact}\n", line.entry, line.entered_by);
    if let Some(proposal) = &line.proposal_ja {
        text.push_str(&format!("    {proposal}\n"));
    }
    text
}
