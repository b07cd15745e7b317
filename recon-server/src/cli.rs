//! The command line: every command of the menu is real, and speaks Japanese to people and JSON to programs.
//!
//! Exit codes: 0 done, 1 refused or failed, 2 wrong usage (clap), 3 differences found.

mod audit;
mod bulk;
mod commands;
mod controls;
mod finance;
mod hand;
mod imports;
mod output;
mod people;
mod periods;
mod refunds;
mod report;
mod serve;
mod stored;

use std::{net::SocketAddr, path::PathBuf, process::ExitCode, sync::Arc};

use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::{
    id::{CounterId, TenantId},
    time::CivilDate,
};

use crate::{
    app::AppState,
    clock::SystemClock,
    config::{Config, DatabaseUrl, Overrides},
    open,
    random::SystemRandom,
};

/// 窓口の記録を集め、明細と入金に照合し、日報を作るサーバー。
#[derive(Debug, Parser)]
#[command(name = "recon-server", version, about, max_term_width = 110)]
pub struct Cli {
    #[command(flatten)]
    settings: Settings,
    /// 何をするか
    #[command(subcommand)]
    command: Command,
}

/// Settings that every command shares; each beats the environment, which beats the file.
#[derive(Debug, Clone, Args)]
struct Settings {
    /// 設定ファイル(TOML)。項目は config.default.toml を参照
    #[arg(long, global = true, env = "RECON_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// データを置くフォルダー
    #[arg(long, global = true, env = "RECON_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// データベース (sqlite:///… か postgres://…)
    #[arg(long, global = true, env = "RECON_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    database_url: Option<String>,
    /// 団体のID
    #[arg(long, global = true, env = "RECON_TENANT", value_name = "ID")]
    tenant: Option<TenantId>,
    /// 待ち受けるアドレス
    #[arg(long, global = true, env = "RECON_LISTEN", value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// 画面のアドレス(末尾の / なし)
    #[arg(long, global = true, env = "RECON_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    /// 結果の書き方
    #[arg(long, global = true, value_enum, default_value_t = OutputFormat::Text)]
    format: OutputFormat,
}

/// How a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// 人が読む文
    Text,
    /// JSON
    Json,
    /// CSV(UTF-8、BOM付き)。report だけ
    Csv,
    /// CSV(CP932)。report だけ
    CsvCp932,
    /// Excel。report だけ。--out でファイルを指定する
    Xlsx,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum Command {
    /// サーバーを動かす
    Serve,
    /// データベースを作るか、新しい版に合わせる
    Migrate,
    /// 契約・窓口・休業日を設定ファイルから登録する
    SetUp {
        /// 設定ファイル(TOML)。例は set-up.example.toml
        file: PathBuf,
        /// 読み込む利用者。手数料の決まりが変わるときに要る(承認は別の人)
        #[arg(long, value_name = "USER")]
        by: Option<String>,
    },
    /// 窓口の登録コードを出す
    #[command(subcommand)]
    Counter(CounterCommand),
    /// 利用者を管理する
    #[command(subcommand)]
    User(people::UserCommand),
    /// 明細や入金のファイルを取り込む
    Import {
        /// ファイル
        #[arg(required_unless_present = "profiles")]
        file: Option<PathBuf>,
        /// 使える様式を出典とともに並べる
        #[arg(long, conflicts_with = "file")]
        profiles: bool,
        /// 契約ID、payout:契約ID、bank、bank:口座 のどれか。省くと中身から判別する
        #[arg(long, default_value = "")]
        source: String,
        /// 明細の対象期間の最初の日
        #[arg(long, requires = "to", value_name = "YYYY-MM-DD")]
        from: Option<CivilDate>,
        /// 明細の対象期間の最後の日
        #[arg(long, requires = "from", value_name = "YYYY-MM-DD")]
        to: Option<CivilDate>,
        /// 取り込まずに確かめるだけ
        #[arg(long)]
        preview: bool,
        /// まだ置いていない様式のファイル (TOML) で読んでみる
        #[arg(long, requires = "preview", value_name = "FILE")]
        profile: Option<PathBuf>,
    },
    /// 届くはずの資料と、届いたかどうかを並べる
    Expected {
        /// どの日の時点で見るか。省くと今日
        #[arg(long, value_name = "YYYY-MM-DD")]
        as_of: Option<CivilDate>,
        /// いつからの資料を見るか。省くと62日前
        #[arg(long, value_name = "YYYY-MM-DD")]
        from: Option<CivilDate>,
    },
    /// 照合して結果を記録する。--sales と --statement では二つのCSVを、--stored では保存済みの売上と明細を、番号だけで突き合わせる
    Reconcile {
        #[command(flatten)]
        files: bulk::BulkArgs,
        #[command(flatten)]
        stored: stored::StoredArgs,
        /// どの日の時点で照合するか。省くと今日
        #[arg(long, value_name = "YYYY-MM-DD")]
        as_of: Option<CivilDate>,
    },
    /// 収納日報、収納月報、帳票、不一致一覧を出す
    Report(report::ReportArgs),
    /// 財務会計システムに渡すファイルを作る
    #[command(subcommand)]
    Finance(finance::FinanceCommand),
    /// 締め後の返金(戻出)を申請し、別の人が決裁する
    #[command(subcommand)]
    Refund(refunds::RefundCommand),
    /// 突合の提案と振込名義を確かめる。ひとりが申請し、別の人が承認する
    #[command(subcommand)]
    Confirm(controls::ConfirmCommand),
    /// 紙の支払通知や通帳の入金を手で入れる。ひとりが入れ、別の人が confirm approve で承認する
    #[command(subcommand)]
    Hand(hand::HandCommand),
    /// 月を締める。締めた月の月報・日報・帳票は、そのあと変わらない
    Lock(periods::LockArgs),
    /// 締めを戻すことを申請する。別の人が confirm approve で承認する
    Reopen(periods::ReopenArgs),
    /// すべての記録の鎖と監査記録をたどって確かめる。フォルダーを渡すと、その中の資料だけで計算し直して一致を確かめる
    Verify(audit::VerifyArgs),
    /// データベースの控えを取る (SQLite)
    Backup {
        /// 控えのファイル。上書きはしない
        file: PathBuf,
    },
    /// 動かすのに要るものを調べる
    Doctor,
    /// プログラム用の窓口の説明 (OpenAPI) を出す
    Openapi,
}

/// Codes for counters.
#[derive(Debug, Subcommand)]
enum CounterCommand {
    /// 初めての登録コードを出す
    Enrol {
        /// 窓口ID
        counter: CounterId,
    },
    /// 端末を取り替える登録コードを出す(新しい世代になる)
    Replace {
        /// 窓口ID
        counter: CounterId,
    },
    /// 窓口と登録の状態を並べる
    List,
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    Done,
    Refused,
    Differences,
}

impl From<Ended> for ExitCode {
    fn from(ended: Ended) -> Self {
        Self::from(match ended {
            Ended::Done => 0,
            Ended::Refused => 1,
            Ended::Differences => 3,
        })
    }
}

/// Runs one command.
///
/// # Errors
/// When it could not be done; `main` writes the chain of causes and ends with 1.
pub async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let Cli { settings, command } = cli;
    let format = settings.format;
    if matches!(command, Command::Openapi) {
        output::line(&crate::api::openapi::document_json()?)?;
        return Ok(Ended::Done.into());
    }
    if let Command::Verify(audit::VerifyArgs { folder: Some(folder), .. }) = &command {
        // Nothing but the folder: no configuration, no store, no network.
        return Ok(audit::check(folder, format).await?.into());
    }
    if let Command::Reconcile { files, .. } = &command
        && let Some((sales, statement)) = files.files()
    {
        return Ok(files.run(sales, statement, format)?.into());
    }
    let file = settings.config.clone();
    let config = Config::load(file.as_deref(), settings.overrides())?;
    let ended = match command {
        Command::Serve => serve::serve(config, format).await?,
        Command::Backup { file } => commands::backup(&config, &file, format).await?,
        command => {
            let state = open_state(config).await?;
            with_state(&state, command, format).await?
        }
    };
    Ok(ended.into())
}

async fn with_state(state: &AppState, command: Command, format: OutputFormat) -> anyhow::Result<Ended> {
    use commands as c;
    match command {
        Command::Migrate => c::migrated(format),
        Command::SetUp { file, by } => c::set_up(state, &file, by.as_deref(), format).await,
        Command::Counter(CounterCommand::List) => c::counters(state, format).await,
        Command::Counter(CounterCommand::Enrol { counter }) => {
            c::code(state, &counter, crate::counters::Purpose::Enrol, format).await
        }
        Command::Counter(CounterCommand::Replace { counter }) => {
            c::code(state, &counter, crate::counters::Purpose::Replace, format).await
        }
        Command::User(command) => people::run(state, command, format).await,
        Command::Import { file, profiles, source, from, to, preview, profile } => {
            let (false, Some(file)) = (profiles, file) else { return imports::profiles(state, format) };
            if preview {
                let upload = imports::upload(&file, &source, from.zip(to))?;
                imports::preview(state, &upload, profile.as_deref(), format).await
            } else {
                imports::take(state, &imports::on_disk(&file, &source, from.zip(to))?, format).await
            }
        }
        Command::Expected { as_of, from } => imports::expected(state, as_of, from, format).await,
        Command::Reconcile { files, stored, as_of } => match stored.days() {
            Some(days) => stored.run(state, days, files.list(), format).await,
            None => c::reconcile(state, as_of, format).await,
        },
        Command::Report(args) => report::run(state, args, format).await,
        Command::Refund(command) => refunds::run(state, command, format).await,
        Command::Confirm(command) => controls::run(state, command, format).await,
        Command::Hand(command) => hand::run(state, command, format).await,
        Command::Lock(args) => periods::lock(state, args, format).await,
        Command::Reopen(args) => periods::reopen(state, args, format).await,
        Command::Finance(command) => finance::run(state, command, format).await,
        Command::Verify(args) => audit::verify(state, args, format).await,
        Command::Doctor => c::doctor(state, format).await,
        Command::Serve | Command::Backup { .. } | Command::Openapi => Ok(Ended::Done),
    }
}

async fn open_state(config: Config) -> anyhow::Result<AppState> {
    let address = config.server.listen;
    let parts = open::open(config, Arc::new(SystemClock), Arc::new(SystemRandom)).await?;
    Ok(AppState::new(parts, address))
}

impl Settings {
    fn overrides(self) -> Overrides {
        Overrides {
            listen: self.listen,
            public_url: self.public_url,
            data_dir: self.data_dir,
            database_url: self.database_url.map(DatabaseUrl),
            tenant: self.tenant,
        }
    }
}
