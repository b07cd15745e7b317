//! One citizen at a counter whose agent may die at any moment: the clerk presses, repeats a form that was not answered, looks at the
//! screen, and goes on until the sale is at rest.
//!
//! Invariants: a form that was not answered is sent again as it was, with the id that was made with it; money is asked for again only
//! where the page says that the sale waits for payment; a paper is asked for again only where none came out.

use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use drivers::escpos::simulator::EscPosSimulator;

use super::{
    browser::{Browser, Page},
    papers::Receipts,
    process::{CrashPoint, Process, Program, was_killed},
};

/// Looks at the screen until a sale must be at rest.
const LOOKS_MAX: u32 = 400;
/// Between two looks, in milliseconds.
const LOOK_MS: u64 = 50;
/// What the citizen hands over in cash.
const TENDERED: &str = "1000";

/// How the citizen pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paying {
    /// By card, on the linked terminal.
    Card,
    /// In cash.
    Cash,
}

impl Paying {
    const fn route(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Cash => "cash",
        }
    }
}

/// A form that was filled in and not answered yet.
struct Form {
    path: String,
    fields: Vec<(&'static str, String)>,
}

/// The visit.
pub struct Visit<'a> {
    program: &'a Program,
    printer: &'a EscPosSimulator,
    paying: Paying,
    crash: Option<CrashPoint>,
    process: Option<Process>,
    browser: Option<Browser>,
    sale: Option<String>,
    unanswered: Option<Form>,
    kills: u32,
}

/// How far it got.
enum Step {
    Again,
    Done,
}

impl<'a> Visit<'a> {
    /// A visit during which the agent dies at `crash`.
    #[must_use]
    pub const fn new(
        program: &'a Program,
        printer: &'a EscPosSimulator,
        paying: Paying,
        crash: Option<CrashPoint>,
    ) -> Self {
        Self {
            program,
            printer,
            paying,
            crash,
            process: None,
            browser: None,
            sale: None,
            unanswered: None,
            kills: 0,
        }
    }

    /// Sells one certificate. At the end the agent, if it still lives, is ended by `kill -9`. Says whether the crash point was met.
    ///
    /// # Errors
    /// When the sale does not come to rest.
    pub async fn sell(mut self) -> Result<bool> {
        for _ in 0..LOOKS_MAX {
            self.have_an_agent().await?;
            match self.step().await {
                Ok(Step::Done) => {
                    if let Some(process) = &mut self.process {
                        process.kill().await?;
                    }
                    return Ok(self.kills > 0);
                }
                Ok(Step::Again) => {}
                Err(broken) => self.bury_the_agent(broken).await?,
            }
            tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
        }
        bail!("the sale is not at rest after {LOOKS_MAX} looks")
    }

    /// The first agent carries the crash point; whoever comes after it lives.
    async fn have_an_agent(&mut self) -> Result<()> {
        while self.browser.is_none() {
            let process = self.program.serve(self.crash.take()).await?;
            match process.address() {
                Some(address) => {
                    self.browser = Some(Browser::at(address)?);
                    self.process = Some(process);
                }
                None => self.count_the_kill(process).await?,
            }
        }
        Ok(())
    }

    /// The page did not answer: that may only be because the agent died at its crash point.
    async fn bury_the_agent(&mut self, broken: anyhow::Error) -> Result<()> {
        let died_of_it = broken.downcast_ref::<reqwest::Error>().is_some();
        let Some(process) = self.process.take().filter(|_| died_of_it) else { return Err(broken) };
        self.browser = None;
        self.count_the_kill(process).await.context(broken)
    }

    async fn count_the_kill(&mut self, mut process: Process) -> Result<()> {
        let status = process.wait().await?;
        ensure!(was_killed(status), "the agent ended by itself: {status}");
        self.kills += 1;
        ensure!(self.kills == 1, "the agent died a second time: {status}");
        Ok(())
    }

    async fn step(&mut self) -> Result<Step> {
        if self.unanswered.is_some() {
            return self.send().await;
        }
        let browser = self.browser.clone().context("an agent")?;
        let Some(sale) = self.sale.clone() else {
            let page = browser.get("/sell?add=jumin").await?;
            return self.fill_in_the_basket(&page);
        };
        let page = browser.get(&format!("/sale/{sale}")).await?;
        if page.location.starts_with("/attempt/") {
            return Ok(Step::Again);
        }
        ensure!(page.status == 200, "the sale's page: {} {}", page.status, page.location);
        if page.body.contains(&format!("action=\"/sale/{sale}/pay\"")) {
            return self.pay(&browser, &sale, &page).await;
        }
        ensure!(page.body.contains("会計が済みました"), "an unexpected page: {}", page.body);
        self.look_at_the_paper(&page)
    }

    /// Sends the form that waits; it is filled in anew only after it was answered.
    async fn send(&mut self) -> Result<Step> {
        let form = self.unanswered.as_ref().context("a form")?;
        let fields: Vec<(&str, &str)> =
            form.fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let page = self.browser.as_ref().context("an agent")?.post(&form.path, &fields).await?;
        ensure!(page.status == 303, "{} answered {}: {}", form.path, page.status, page.body);
        self.unanswered = None;
        Ok(Step::Again)
    }

    fn fill_in_the_basket(&mut self, page: &Page) -> Result<Step> {
        ensure!(page.status == 200, "the counter does not sell: {} {}", page.status, page.location);
        let command = page.hidden("command")?;
        let fields = vec![
            ("command", command.clone()),
            ("pay_command", page.hidden("pay_command")?),
            ("shown_total", page.hidden("shown_total")?),
            ("line", "jumin".to_owned()),
            ("q", "1".to_owned()),
            ("route", self.paying.route().to_owned()),
        ];
        self.sale = Some(command);
        self.unanswered = Some(Form { path: "/sell".to_owned(), fields });
        Ok(Step::Again)
    }

    async fn pay(&mut self, browser: &Browser, sale: &str, page: &Page) -> Result<Step> {
        self.unanswered = Some(match self.paying {
            Paying::Card => Form {
                path: format!("/sale/{sale}/pay"),
                fields: vec![("command", page.hidden("command")?), ("route", "card".to_owned())],
            },
            Paying::Cash => {
                let path = format!("/sale/{sale}/cash");
                let form = browser.get(&path).await?;
                let fields = vec![("command", form.hidden("command")?), ("tendered", TENDERED.to_owned())];
                Form { path, fields }
            }
        });
        Ok(Step::Again)
    }

    /// Where the page asks, the clerk looks into the printer's tray.
    fn look_at_the_paper(&mut self, page: &Page) -> Result<Step> {
        if let Some(job) = page.quoted_after("action=\"/print/") {
            let (_, form) = page.body.split_once("action=\"/print/").context("the form")?;
            let form = Page { body: form.to_owned(), ..page.clone() };
            let seen = if Receipts::of(self.printer).whole() > 0 { "yes" } else { "no" };
            let fields = vec![("command", form.hidden("command")?), ("seen", seen.to_owned())];
            self.unanswered = Some(Form { path: format!("/print/{job}"), fields });
            return Ok(Step::Again);
        }
        let on_its_way = ["印刷待ち", "印刷中"].iter().any(|word| page.body.contains(word));
        Ok(if on_its_way { Step::Again } else { Step::Done })
    }
}
