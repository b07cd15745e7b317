//! `recon-server report`: the day, the month, and the four papers, as text, JSON or CSV.
//!
//! Invariant: the verdict decides the exit code whatever is written and however: 一致 is 0, anything else 3.

use clap::{Args, ValueEnum};
use domain::{
    id::{ContractId, CounterId},
    time::CivilDate,
};
use engine::Verdict;
use formats::csv_out::{CannotWrite, CsvEncoding};
use serde::Serialize;

use super::{Ended, OutputFormat, commands::judged, output};
use crate::{
    app::AppState,
    jobs::{
        JobError,
        month::{self, YearMonth},
        papers::{self, PaperTable, render},
        report,
    },
};

/// Which report.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// 取扱日。省くと今日
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<CivilDate>,
    /// 収納月報の年月
    #[arg(long, value_name = "YYYY-MM", conflicts_with_all = ["date", "paper"])]
    month: Option<YearMonth>,
    /// 帳票。省くと日報
    #[arg(long, value_enum)]
    paper: Option<Paper>,
    /// 窓口ID(収納日計表)。省くと全窓口
    #[arg(long, value_name = "ID", requires = "paper")]
    counter: Option<CounterId>,
    /// 契約ID(照合書)
    #[arg(long, value_name = "ID", requires = "paper", required_if_eq("paper", "contract"))]
    contract: Option<ContractId>,
    /// 締め日(照合書)
    #[arg(long, value_name = "YYYY-MM-DD", requires = "paper", required_if_eq("paper", "contract"))]
    closing: Option<CivilDate>,
    /// どの日の時点の照合で作るか。省くと今日
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<CivilDate>,
}

/// The four papers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Paper {
    /// 収納日計表
    DaySheet,
    /// キャッシュレス収納内訳
    Cashless,
    /// 照合書
    Contract,
    /// 入金予定・未入金一覧
    Deposits,
}

/// Writes the report that is asked for.
pub async fn run(state: &AppState, args: ReportArgs, format: OutputFormat) -> anyhow::Result<Ended> {
    match (args.month, args.paper) {
        (Some(month), _) => monthly(state, month, args.as_of, format).await,
        (None, Some(paper)) => write_paper(state, paper, args, format).await,
        (None, None) => daily(state, &args, format).await,
    }
}

async fn daily(state: &AppState, args: &ReportArgs, format: OutputFormat) -> anyhow::Result<Ended> {
    let date = args.date.unwrap_or_else(|| state.today());
    let made = report::daily_as_of(state, date, args.as_of).await?;
    write(
        format,
        || report::to_text(&made),
        || report::to_json(&made),
        |encoding| report::to_csv(&made, encoding),
    )?;
    Ok(judged(made.verdict))
}

async fn monthly(
    state: &AppState,
    month: YearMonth,
    as_of: Option<CivilDate>,
    format: OutputFormat,
) -> anyhow::Result<Ended> {
    let made = month::monthly(state, month, as_of).await?;
    write(
        format,
        || month::to_text(&made),
        || month::to_json(&made),
        |encoding| month::to_csv(&made, encoding),
    )?;
    Ok(judged(made.verdict))
}

async fn write_paper(
    state: &AppState,
    paper: Paper,
    args: ReportArgs,
    format: OutputFormat,
) -> anyhow::Result<Ended> {
    let date = args.date.unwrap_or_else(|| state.today());
    match paper {
        Paper::DaySheet => {
            let made = papers::day_sheet(state, date, args.counter.as_ref(), args.as_of).await?;
            let made = made.ok_or_else(|| anyhow::anyhow!("その窓口は登録されていません。"))?;
            print(format, &made, &made.table(), made.verdict)
        }
        Paper::Cashless => {
            let made = papers::cashless(state, date, args.as_of).await?;
            print(format, &made, &made.table(), made.verdict)
        }
        Paper::Contract => {
            let named = args.contract.zip(args.closing);
            let (contract, closing) =
                named.ok_or_else(|| anyhow::anyhow!("--contract と --closing を指定してください。"))?;
            let made = papers::contract_sheet(state, &contract, closing, args.as_of).await?;
            let made = made.ok_or_else(|| {
                anyhow::anyhow!("契約 {contract} の {closing} 締めの照合書はありません。契約IDと締め日を確かめてください。")
            })?;
            print(format, &made, &made.table(), made.verdict)
        }
        Paper::Deposits => {
            let made = papers::deposits(state, args.as_of.or(args.date)).await?;
            print(format, &made, &made.table(), made.verdict)
        }
    }
}

/// One paper in the wanted form.
fn print<T: Serialize>(
    format: OutputFormat,
    value: &T,
    table: &PaperTable,
    verdict: Verdict,
) -> anyhow::Result<Ended> {
    write(
        format,
        || render::to_text(table),
        || render::to_json(table.title, value),
        |encoding| render::to_csv(table, encoding),
    )?;
    Ok(judged(verdict))
}

fn write(
    format: OutputFormat,
    text: impl FnOnce() -> String,
    json: impl FnOnce() -> Result<String, JobError>,
    csv: impl FnOnce(CsvEncoding) -> Result<Vec<u8>, CannotWrite>,
) -> anyhow::Result<()> {
    match format {
        OutputFormat::Text => output::line(text().trim_end())?,
        OutputFormat::Json => output::bytes(json()?.as_bytes())?,
        OutputFormat::Csv => output::bytes(&csv(CsvEncoding::Utf8Bom)?)?,
        OutputFormat::CsvCp932 => output::bytes(&csv(CsvEncoding::Cp932)?)?,
    }
    Ok(())
}
