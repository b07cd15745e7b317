//! `recon-server report`: the day, the month, the papers and the list of differences, as text, JSON, CSV or a workbook; or a bundle.
//!
//! Invariant: the verdict decides the exit code whatever is written and however: 一致 is 0, anything else 3.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use domain::{
    id::{ContractId, CounterId},
    time::CivilDate,
};
use engine::Verdict;
use formats::csv_out::{CannotWrite, CsvEncoding};
use serde::Serialize;

use super::{Ended, OutputFormat, audit, commands::judged, output};
use crate::{
    app::AppState,
    jobs::{
        JobError,
        audit::Asked,
        books, exceptions, fees,
        month::{self, YearMonth},
        papers::{self, PaperTable, excel, render},
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
    /// 窓口ID(収納日計表、不一致一覧)。省くと全窓口
    #[arg(long, value_name = "ID", requires = "paper")]
    counter: Option<CounterId>,
    /// 契約ID(照合書、不一致一覧)
    #[arg(long, value_name = "ID", requires = "paper", required_if_eq("paper", "contract"))]
    contract: Option<ContractId>,
    /// 締め日(照合書)
    #[arg(long, value_name = "YYYY-MM-DD", requires = "paper", required_if_eq("paper", "contract"))]
    closing: Option<CivilDate>,
    /// どの日の時点の照合で作るか。省くと今日
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<CivilDate>,
    /// 書き込むファイル。省くと画面に出す
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// 日報か月報を、資料・設定・監査記録とともにこのフォルダーに書き出す
    #[arg(long, value_name = "DIR", conflicts_with_all = ["paper", "out"])]
    bundle: Option<PathBuf>,
}

/// The papers.
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
    /// 不一致一覧
    Exceptions,
    /// 仕訳一覧(--date から --as-of まで)
    Postings,
    /// 入金予定60日
    Forecast,
    /// 手数料の決まり(過去の支払明細を説明できる計算方法)
    Fees,
}

/// Where it goes and as what.
struct Wanted<'a> {
    format: OutputFormat,
    out: Option<&'a Path>,
    tenant_name: &'a str,
}

/// Writes the report that is asked for.
pub async fn run(state: &AppState, args: ReportArgs, format: OutputFormat) -> anyhow::Result<Ended> {
    if let Some(folder) = &args.bundle {
        let asked = match args.month {
            Some(month) => Asked::Month(month.to_string()),
            None => Asked::Day(args.date.unwrap_or_else(|| state.today())),
        };
        return audit::write_bundle(state, folder, asked, args.as_of, format).await;
    }
    if format == OutputFormat::Xlsx && args.out.is_none() {
        anyhow::bail!("Excel で出すときは --out でファイルを指定してください。");
    }
    let wanted = Wanted { format, out: args.out.as_deref(), tenant_name: &state.config.tenant.name };
    match (args.month, args.paper) {
        (Some(month), _) => monthly(state, month, args.as_of, &wanted).await,
        (None, Some(paper)) => write_paper(state, paper, &args, &wanted).await,
        (None, None) => daily(state, &args, &wanted).await,
    }
}

async fn daily(state: &AppState, args: &ReportArgs, wanted: &Wanted<'_>) -> anyhow::Result<Ended> {
    let date = args.date.unwrap_or_else(|| state.today());
    let made = report::daily_or_signed(state, date, args.as_of).await?;
    write(
        wanted,
        || report::to_text(&made),
        || report::to_json(&made),
        |encoding| report::to_csv(&made, encoding),
        || excel::to_xlsx(&report::tables(&made), wanted.tenant_name, made.date),
    )?;
    Ok(judged(made.verdict))
}

async fn monthly(
    state: &AppState,
    month: YearMonth,
    as_of: Option<CivilDate>,
    wanted: &Wanted<'_>,
) -> anyhow::Result<Ended> {
    let made = month::monthly_or_signed(state, month, as_of).await?;
    write(
        wanted,
        || month::to_text(&made),
        || month::to_json(&made),
        |encoding| month::to_csv(&made, encoding),
        || excel::to_xlsx(&month::tables(&made), wanted.tenant_name, month.last()),
    )?;
    Ok(judged(made.verdict))
}

async fn write_paper(
    state: &AppState,
    paper: Paper,
    args: &ReportArgs,
    wanted: &Wanted<'_>,
) -> anyhow::Result<Ended> {
    let date = args.date.unwrap_or_else(|| state.today());
    match paper {
        Paper::DaySheet => {
            let made = papers::day_sheet(state, date, args.counter.as_ref(), args.as_of).await?;
            let made = made.ok_or_else(|| anyhow::anyhow!("その窓口は登録されていません。"))?;
            print(wanted, &made, &made.table(), date, made.verdict)
        }
        Paper::Cashless => {
            let made = papers::cashless(state, date, args.as_of).await?;
            print(wanted, &made, &made.table(), date, made.verdict)
        }
        Paper::Contract => {
            let named = args.contract.clone().zip(args.closing);
            let (contract, closing) =
                named.ok_or_else(|| anyhow::anyhow!("--contract と --closing を指定してください。"))?;
            let made = papers::contract_sheet(state, &contract, closing, args.as_of).await?;
            let made = made.ok_or_else(|| {
                anyhow::anyhow!("契約 {contract} の {closing} 締めの照合書はありません。契約IDと締め日を確かめてください。")
            })?;
            print(wanted, &made, &made.table(), closing, made.verdict)
        }
        Paper::Deposits => {
            let made = papers::deposits(state, args.as_of.or(args.date)).await?;
            print(wanted, &made, &made.table(), made.as_of, made.verdict)
        }
        Paper::Exceptions => {
            let filter = exceptions::Wanted {
                contract: args.contract.clone(),
                counter: args.counter.clone(),
                from: args.date,
                to: args.date,
                ..exceptions::Wanted::default()
            };
            let made = exceptions::list(state, args.as_of, &filter).await?;
            print(wanted, &made, &made.table(), made.as_of, made.verdict)
        }
        Paper::Postings => {
            let made = books::journal(state, date, args.as_of.unwrap_or(date).max(date)).await?;
            print(wanted, &made, &made.table(), made.to, Verdict::Matched)
        }
        Paper::Forecast => {
            let as_of = args.as_of.unwrap_or_else(|| state.today());
            let made = books::expected(state, as_of).await?;
            print(wanted, &made, &made.table(), as_of, Verdict::Matched)
        }
        Paper::Fees => {
            let made = fees::fee_rules(state, args.as_of.unwrap_or_else(|| state.today())).await?;
            print(wanted, &made, &made.table(), made.as_of, made.verdict)
        }
    }
}

/// One paper in the wanted form.
fn print<T: Serialize>(
    wanted: &Wanted<'_>,
    value: &T,
    table: &PaperTable,
    made_on: CivilDate,
    verdict: Verdict,
) -> anyhow::Result<Ended> {
    write(
        wanted,
        || render::to_text(table),
        || render::to_json(table.title, value),
        |encoding| render::to_csv(table, encoding),
        || excel::to_xlsx(std::slice::from_ref(table), wanted.tenant_name, made_on),
    )?;
    Ok(judged(verdict))
}

fn write(
    wanted: &Wanted<'_>,
    text: impl FnOnce() -> String,
    json: impl FnOnce() -> Result<String, JobError>,
    csv: impl FnOnce(CsvEncoding) -> Result<Vec<u8>, CannotWrite>,
    xlsx: impl FnOnce() -> Result<Vec<u8>, documents::CannotWrite>,
) -> anyhow::Result<()> {
    let bytes = match wanted.format {
        OutputFormat::Text => (text().trim_end().to_owned() + "\n").into_bytes(),
        OutputFormat::Json => json()?.into_bytes(),
        OutputFormat::Csv => csv(CsvEncoding::Utf8Bom)?,
        OutputFormat::CsvCp932 => csv(CsvEncoding::Cp932)?,
        OutputFormat::Xlsx => xlsx()?,
    };
    output::bytes_to(wanted.out, &bytes)
}
