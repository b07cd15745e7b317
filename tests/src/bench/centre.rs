//! What a busy month asks of the centre: the month page over 10,000 sales, and a statement of 100,000 rows.
//!
//! The journal is made by the counter's own rules (`decide`, `evolve`, frozen entries) and appended through the store; the page is
//! asked for over HTTP, with a session, as a browser does. Baselines of the same run: a bare answer of the same server, and reading
//! the same statement without keeping it.

use std::{
    net::SocketAddr,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use domain::{
    money::Yen,
    time::{CivilDate, Timestamp},
};
use formats::statement::{ReadOptions, embedded, read};
use recon_server::{
    Options, Server,
    app::AppState,
    auth,
    config::{Config, Overrides},
    jobs::{
        books,
        import::{self, Outcome, Upload},
    },
    random::SystemRandom,
    set_up,
};
use tokio::net::TcpListener;

use super::{counter_month::CounterMonth, stats};
use crate::{clock::TownClock, masters, world::card_company};

/// Sales of the month.
pub const SALES: u32 = 10_000;
/// Rows of the statement.
pub const ROWS: u32 = 100_000;
/// Pages asked for in one round.
const PAGES: u32 = 100;
/// Reasons that are made with nothing kept.
const ANEW: usize = 9;
/// The month.
const MONTH: &str = "2026-07";
const PASSWORD: &str = "keisoku-no-aikotoba";

/// What the month page took.
pub struct Pages {
    /// Median, in microseconds.
    pub p50_us: u128,
    /// 99th percentile, in microseconds.
    pub p99_us: u128,
    /// Median of a bare answer of the same server, in microseconds.
    pub bare_p50_us: u128,
    /// The first page after the journals moved: it has to match anew. In microseconds.
    pub first_us: u128,
    /// なぜ of one of the sales, after the month page has been seen.
    pub why: Why,
}

/// What the page of a reason took.
pub struct Why {
    /// The first one, in microseconds.
    pub first_us: u128,
    /// Median, in microseconds.
    pub p50_us: u128,
    /// 99th percentile, in microseconds.
    pub p99_us: u128,
    /// Matches that the engine made for all of them.
    pub matches: u64,
    /// Median where nothing is kept, each reason from a match of its own, without the page: the baseline. In microseconds.
    pub anew_p50_us: u128,
}

/// What an import took.
pub struct Taken {
    /// From bytes to durable facts, in milliseconds.
    pub import_ms: u128,
    /// Reading the same bytes only, in milliseconds.
    pub read_ms: u128,
    /// Length of the file.
    pub bytes: usize,
}

/// Measures both on a new centre in `folder`.
///
/// # Errors
/// When the centre does not do what it is asked.
pub async fn measure(folder: &Path) -> Result<(Pages, Taken)> {
    // The month has passed when it is looked at; its entries carry their own times.
    let clock = TownClock::at(day(31)?.plus_ms(12 * 3_600_000));
    let toml = "[tenant]\nid = \"mihon\"\nname = \"見本市\"\n";
    let overrides = Overrides { data_dir: Some(folder.join("bench-centre")), ..Overrides::default() };
    let server = Server::start(Options {
        config: Config::from_toml(toml, overrides)?,
        listener: TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?,
        clock: Arc::new(clock),
        random: Arc::new(SystemRandom),
    })
    .await?;
    let cookie = sign_in(&server).await?;
    set_up::apply(server.state(), &set_up::read(masters::DEMO_SET_UP_TOML)?, "bench").await?;
    CounterMonth::play(server.state(), MONTH, SALES).await?;
    // The page first: nobody's statement is 100,000 rows that no sale stands behind.
    let pages = ask_pages(&server, &cookie).await?;
    let taken = take_statement(&server).await?;
    server.stop().await?;
    Ok((pages, taken))
}

fn day(number: i8) -> Result<Timestamp> {
    let date = CivilDate::new(2026, 7, number).context("a day of July")?;
    Timestamp::from_jst(date, 8, 0, 0).context("a time of day")
}

async fn sign_in(server: &Server) -> Result<String> {
    let link = server.first_login_link().context("a first login link")?;
    let token = link.rsplit('/').next().context("a token")?;
    let session = auth::claim_first_link(server.state(), token, "keisoku", "計測", PASSWORD).await?;
    Ok(session.into_cookie().stripped().to_string())
}

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the monotonic clock")]
async fn take_statement(server: &Server) -> Result<Taken> {
    let bytes = card_company::statement("generic_card", &lines()?)?;
    let profile = embedded("generic_card")?.context("the profile is embedded")?;
    let options = ReadOptions::named("bench.csv");
    let begun = Instant::now();
    let file = read(&bytes, &profile, &options).map_err(|refusal| anyhow::anyhow!("{refusal}"))?;
    let read_ms = begun.elapsed().as_millis();
    ensure!(file.rows.len() == usize::try_from(ROWS)?, "{} rows were read", file.rows.len());
    let upload = Upload {
        source: "card-ko".parse()?,
        name: "bench.csv".into(),
        bytes: bytes.clone(),
        period: Some(("2026-06-01".parse()?, "2026-06-30".parse()?)),
        uploader: "bench".into(),
    };
    let begun = Instant::now();
    let outcome = import::import(server.state(), upload).await?;
    let import_ms = begun.elapsed().as_millis();
    ensure!(matches!(outcome, Outcome::Accepted { .. }), "the statement was not taken: {outcome:?}");
    Ok(Taken { import_ms, read_ms, bytes: bytes.len() })
}

/// A busy June of a card company; no counter of ours stands behind it.
fn lines() -> Result<Vec<card_company::CardLine>> {
    let first = Timestamp::from_jst("2026-06-01".parse()?, 9, 0, 0).context("a time of day")?;
    let line = |number: u32| card_company::CardLine {
        terminal: format!("{:08}", 80_000_000 + number % 40),
        slip: format!("{number:06}"),
        brand: if number.is_multiple_of(3) { "JCB" } else { "VISA" }.into(),
        amount: Yen::new(i64::from(number % 7 + 1) * 150),
        at: first.plus_ms(i64::from(number) * 24_000),
    };
    Ok((0..ROWS).map(line).collect())
}

async fn ask_pages(server: &Server, cookie: &str) -> Result<Pages> {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let page = format!("{}/month/{MONTH}", server.url());
    let bare = format!("{}/healthz", server.url());
    let first_us = ask(&client, &page, cookie).await?.as_micros();
    let (mut pages, mut bares) = (Vec::new(), Vec::new());
    for _ in 0..PAGES {
        bares.push(ask(&client, &bare, cookie).await?);
        pages.push(ask(&client, &page, cookie).await?);
    }
    Ok(Pages {
        p50_us: stats::quantile(&mut pages, 500).as_micros(),
        p99_us: stats::quantile(&mut pages, 990).as_micros(),
        bare_p50_us: stats::quantile(&mut bares, 500).as_micros(),
        first_us,
        why: ask_why(server, cookie, &client).await?,
    })
}

/// Reasons of sales of the month, each another one, as a person goes through a list.
async fn ask_why(server: &Server, cookie: &str, client: &reqwest::Client) -> Result<Why> {
    let state = server.state();
    let (from, to) = ("2026-07-01".parse()?, "2026-07-31".parse()?);
    let sales = state.store.snapshot().await?.sales_paid(state.tenant(), from, to).await?;
    let every = (sales.len() / usize::try_from(PAGES)?).max(1);
    let matched = state.live.matches_made();
    let mut taken = Vec::new();
    for row in sales.iter().step_by(every).take(usize::try_from(PAGES)?) {
        let page = format!("{}/why/{}", server.url(), row.sale.sale);
        taken.push(ask(client, &page, cookie).await?);
    }
    let first_us = taken.first().context("a sale was asked about")?.as_micros();
    let matches = state.live.matches_made().saturating_sub(matched);
    let mut anew = Vec::new();
    for row in sales.iter().step_by(every).take(ANEW) {
        anew.push(reason_anew(state, &row.sale.sale.to_string()).await?);
    }
    Ok(Why {
        first_us,
        p50_us: stats::quantile(&mut taken, 500).as_micros(),
        p99_us: stats::quantile(&mut taken, 990).as_micros(),
        matches,
        anew_p50_us: stats::quantile(&mut anew, 500).as_micros(),
    })
}

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the monotonic clock")]
async fn reason_anew(state: &AppState, subject: &str) -> Result<Duration> {
    let nothing_kept = AppState { live: Arc::default(), ..state.clone() };
    let begun = Instant::now();
    let why = books::why(&nothing_kept, state.today(), subject).await?;
    ensure!(why.is_some(), "{subject} has no reason");
    Ok(begun.elapsed())
}

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the monotonic clock")]
async fn ask(client: &reqwest::Client, url: &str, cookie: &str) -> Result<Duration> {
    let begun = Instant::now();
    let answer = client.get(url).header("cookie", cookie).header("accept", "text/html").send().await?;
    ensure!(answer.status().is_success(), "{url} answered {}", answer.status());
    answer.bytes().await?;
    Ok(begun.elapsed())
}
