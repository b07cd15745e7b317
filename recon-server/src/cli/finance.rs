//! `recon-server finance`: files for the city's finance system.
//!
//! Invariant: handing out the same period again is possible and said (再出力); what was handed out can be had again byte for byte.

use std::path::PathBuf;

use clap::Subcommand;
use domain::time::CivilDate;
use serde_json::json;

use super::{Ended, OutputFormat, output, people::ACTOR};
use crate::{
    app::AppState,
    jobs::finance::{self, FinanceError, Handed, Known},
};

/// What to do.
#[derive(Debug, Subcommand)]
pub enum FinanceCommand {
    /// 使える様式を並べる
    Templates,
    /// 期間のファイルを作る。同じ期間をもう一度作ると再出力になる
    Export {
        /// 様式のID
        #[arg(long, value_name = "ID")]
        template: String,
        /// 最初の取扱日
        #[arg(long, value_name = "YYYY-MM-DD")]
        from: CivilDate,
        /// 最後の取扱日
        #[arg(long, value_name = "YYYY-MM-DD")]
        to: CivilDate,
        /// 書き込むファイル
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// 渡したファイルを並べる
    List,
    /// 前に渡したファイルを、そのままもう一度取り出す
    Get {
        /// 出力番号
        number: u64,
        /// 書き込むファイル
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

pub async fn run(state: &AppState, command: FinanceCommand, format: OutputFormat) -> anyhow::Result<Ended> {
    match command {
        FinanceCommand::Templates => templates(state, format),
        FinanceCommand::Export { template, from, to, out } => {
            match finance::hand_out(state, &template, (from, to), ACTOR).await {
                Ok((handed, bytes)) => {
                    output::bytes_to(Some(&out), &bytes)?;
                    output::value(format, &handed, || words(&handed))?;
                    Ok(Ended::Done)
                }
                Err(FinanceError::Cells(cells)) => refused(&cells, format),
                Err(error) => Err(error.into()),
            }
        }
        FinanceCommand::List => {
            let handed = finance::handed_out(state).await?;
            output::value(format, &handed, || handed.iter().map(words).collect::<Vec<_>>().join("\n"))?;
            Ok(Ended::Done)
        }
        FinanceCommand::Get { number, out } => {
            let found = finance::bytes_of(state, number).await?;
            let (_, bytes) = found.ok_or_else(|| anyhow::anyhow!("出力番号 {number} はありません。"))?;
            output::bytes_to(Some(&out), &bytes)?;
            output::value(format, &json!({ "number": number, "bytes": bytes.len() }), || {
                format!("出力番号 {number} を取り出しました({}バイト)。", bytes.len())
            })?;
            Ok(Ended::Done)
        }
    }
}

/// Names every cell that cannot be written.
fn refused(cells: &formats::export::CannotExport, format: OutputFormat) -> anyhow::Result<Ended> {
    let problems = finance::problems(cells);
    output::value(format, &json!({ "result": "refused", "problems": problems }), || {
        format!("ファイルは作りませんでした。\n{}", problems.join("\n"))
    })?;
    Ok(Ended::Refused)
}

fn templates(state: &AppState, format: OutputFormat) -> anyhow::Result<Ended> {
    let known = finance::templates(state);
    let values: Vec<_> = known
        .iter()
        .map(|one| match &one.template {
            Ok(template) => json!({ "id": template.id, "name_ja": template.name_ja, "scope_ja": finance::scope_ja(template), "file": one.file }),
            Err(fault) => json!({ "fault": fault, "file": one.file }),
        })
        .collect();
    let line = |one: &Known| match &one.template {
        Ok(template) => {
            format!("{}  {} ({})\n", template.id, template.name_ja, finance::scope_ja(template))
        }
        Err(fault) => format!("[使えません] {fault}\n"),
    };
    output::value(format, &values, || known.iter().map(line).collect())?;
    Ok(Ended::Done)
}

fn words(handed: &Handed) -> String {
    let again = if handed.again { format!("再出力({}回目)", handed.issue) } else { "初回".to_owned() };
    let same = match handed.unchanged {
        Some(true) => "、内容は前回と同じ",
        Some(false) => "、内容が前回と異なります",
        None => "",
    };
    let mut words = format!(
        "出力 {} {} {}〜{}: {}行、金額 {}円、手数料 {}円、還付 {}円、{again}{same}。{} {}",
        handed.number,
        handed.template_ja,
        handed.from,
        handed.to,
        handed.rows,
        handed.amount,
        handed.fee,
        handed.refund,
        handed.by,
        handed.at.to_paper()
    );
    for notice in &handed.notices {
        words.push_str(&format!("\n  {notice}"));
    }
    words
}
