//! The main paths in a real browser: a clerk opens, sells and sees the receipt printed; an accountant signs in and reads the report.
//! Screenshots are kept in `artefacts/` to be looked at.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use thirtyfour::{
    By, ChromiumLikeCapabilities as _, DesiredCapabilities, WebDriver, WebElement,
    error::WebDriverErrorInner, support::sleep,
};
use town::{bench::processes::free_port, city::CentreHouse, demo_day::Day, july::July, settle::settle};

/// Longest wait for something on a page, in milliseconds.
const SEEN_MAX_MS: u64 = 15_000;
/// Tallest picture, in pixels.
const PICTURE_HEIGHT_MAX_PX: u64 = 6_000;
/// What a window has beside its page, in pixels.
const WINDOW_FRAME_PX: u32 = 150;
/// Between two looks, in milliseconds.
const LOOK_MS: u64 = 100;

/// A browser and its driver, both ended by their own ids.
struct Chromium {
    driver_process: Child,
    driver: WebDriver,
    pictures: PathBuf,
}

impl Chromium {
    async fn start(profile: &Path) -> Result<Self> {
        let address = free_port()?;
        let driver_process = Command::new("chromedriver")
            .arg(format!("--port={}", address.port()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("start chromedriver (scripts/install-test-tools.sh installs it)")?;
        let mut wishes = DesiredCapabilities::chrome();
        for argument in [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--window-size=1280,900",
        ] {
            wishes.add_arg(argument)?;
        }
        wishes.add_arg(&format!("--user-data-dir={}", profile.display()))?;
        let url = format!("http://{address}");
        let mut driver = WebDriver::new(&url, wishes.clone()).await;
        for _ in 0..SEEN_MAX_MS / LOOK_MS {
            if driver.is_ok() {
                break;
            }
            sleep(Duration::from_millis(LOOK_MS)).await;
            driver = WebDriver::new(&url, wishes.clone()).await;
        }
        let pictures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../artefacts");
        fs::create_dir_all(&pictures)?;
        Ok(Self { driver_process, driver: driver.context("chromium starts")?, pictures })
    }

    async fn picture(&self, name: &str) -> Result<()> {
        Ok(self.driver.screenshot(&self.pictures.join(name)).await?)
    }

    /// The whole page on one picture, however long it is.
    async fn whole_page(&self, name: &str) -> Result<()> {
        let height = self.driver.execute("return document.documentElement.scrollHeight", Vec::new()).await?;
        let height = height.json().as_u64().context("a height")?.clamp(900, PICTURE_HEIGHT_MAX_PX);
        self.driver.set_window_rect(0, 0, 1_280, u32::try_from(height)? + WINDOW_FRAME_PX).await?;
        self.picture(name).await
    }

    /// The element of a CSS selector, waited for.
    async fn seen(&self, selector: &str) -> Result<WebElement> {
        for _ in 0..SEEN_MAX_MS / LOOK_MS {
            if let Ok(element) = self.driver.find(By::Css(selector)).await {
                return Ok(element);
            }
            sleep(Duration::from_millis(LOOK_MS)).await;
        }
        self.picture("failure.png").await?;
        anyhow::bail!("{selector} is not on {}", self.driver.current_url().await?)
    }

    /// An element that the next page replaced before it was pressed was not pressed: it is looked for again.
    async fn press(&self, selector: &str) -> Result<()> {
        for _ in 0..SEEN_MAX_MS / LOOK_MS {
            match self.seen(selector).await?.click().await {
                Err(error) if matches!(error.as_inner(), WebDriverErrorInner::StaleElementReference(_)) => {
                    sleep(Duration::from_millis(LOOK_MS)).await;
                }
                pressed => return Ok(pressed?),
            }
        }
        anyhow::bail!("{selector} could not be pressed on {}", self.driver.current_url().await?)
    }

    async fn type_into(&self, selector: &str, text: &str) -> Result<()> {
        let field = self.seen(selector).await?;
        field.clear().await?;
        Ok(field.send_keys(text).await?)
    }

    /// Waits for words anywhere on the page.
    async fn reads(&self, words: &str) -> Result<()> {
        for _ in 0..SEEN_MAX_MS / LOOK_MS {
            // Between two pages there is no body for a moment.
            if let Ok(body) = self.driver.find(By::Tag("body")).await
                && body.text().await.is_ok_and(|text| text.contains(words))
            {
                return Ok(());
            }
            sleep(Duration::from_millis(LOOK_MS)).await;
        }
        self.picture("failure.png").await?;
        anyhow::bail!("{words:?} is not on {}", self.driver.current_url().await?)
    }

    async fn quit(mut self) -> Result<()> {
        self.driver.quit().await?;
        self.driver_process.kill()?;
        self.driver_process.wait()?;
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_sale_and_one_report() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut day = Day::morning(folder.path(), None).await?;
    let chromium = Chromium::start(&folder.path().join("profile")).await?;
    let told = both(&chromium, &mut day, folder.path()).await;
    chromium.quit().await?;
    told
}

async fn both(chromium: &Chromium, day: &mut Day, folder: &Path) -> Result<()> {
    one_sale(chromium, day).await?;
    close_early(day).await?;
    day.play().await?;
    settle(day, &folder.join("files")).await?;
    one_report(chromium, day).await
}

/// The clerk opens the museum desk, sells two tickets in cash, and sees the receipt printed.
async fn one_sale(chromium: &Chromium, day: &Day) -> Result<()> {
    let page = format!("http://{}/", day.museum.agent.address());
    chromium.driver.goto(&page).await?;
    chromium.picture("1-opening.png").await?;
    chromium.press("#confirmed").await?;
    chromium.press("#operator-staff-11").await?;
    chromium.type_into("#pieces-1000", "30").await?;
    chromium.press("button[name=open]").await?;
    chromium.press("button[name=add][value=adult]").await?;
    chromium.press("button[name=plus]").await?;
    chromium.reads("600").await?;
    chromium.picture("2-sale.png").await?;
    chromium.press("button[name=route][value=cash]").await?;
    chromium.type_into("input[name=tendered]", "1000").await?;
    chromium.picture("3-cash.png").await?;
    chromium.press("main button.primary").await?;
    chromium.reads("400").await?;
    chromium.reads("印刷").await?;
    day.museum.clerk.papers_out().await?;
    chromium.picture("4-change.png").await?;
    let papers = day.museum.printer.papers();
    ensure!(papers.len() == 1, "{} papers instead of one receipt", papers.len());
    let text = papers[0].lines.join("\n");
    ensure!(text.contains("600") && text.contains("400"), "the receipt: {text}");
    Ok(())
}

/// The morning's first cut ends, so that the told day can begin with its own opening.
async fn close_early(day: &mut Day) -> Result<()> {
    day.museum.clerk.count_drawer(0).await?;
    day.museum.clerk.close(None).await
}

/// The first administrator signs in and reads the report of the day.
async fn one_report(chromium: &Chromium, day: &mut Day) -> Result<()> {
    signed_in(chromium, &mut day.centre, "/report/2026-07-31").await?;
    chromium.reads("差異あり").await?;
    chromium.reads("明細に売上がありますが").await?;
    chromium.picture("5-report.png").await
}

/// The user's own month, as their accountant would read it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_published_month() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut july = July::begin(folder.path(), None).await?;
    july.play().await?;
    let chromium = Chromium::start(&folder.path().join("profile")).await?;
    let told = one_month(&chromium, &mut july).await;
    chromium.quit().await?;
    told
}

async fn one_month(chromium: &Chromium, july: &mut July) -> Result<()> {
    signed_in(chromium, &mut july.centre, "/month/2022-07").await?;
    for figure in ["12,090", "37,270", "46,010", "95,370", "560,380", "560,284", "17.0"] {
        chromium.reads(figure).await?;
    }
    chromium.reads("差異あり").await?;
    chromium.whole_page("6-month.png").await
}

/// The first administrator is made by the one-time link, signs in, and goes to a page.
async fn signed_in(chromium: &Chromium, centre: &mut CentreHouse, page: &str) -> Result<()> {
    centre.switch_off().await?;
    centre.switch_on().await?;
    let link = centre.first_login_link().context("a first login link")?.to_owned();
    chromium.driver.goto(&link).await?;
    let password = "a long sentence for the demo";
    for (field, text) in
        [("name", "admin-1"), ("label", "会計課 管理者"), ("password", password), ("again", password)]
    {
        chromium.type_into(&format!("#{field}"), text).await?;
    }
    chromium.press("main button.primary").await?;
    sleep(Duration::from_millis(500)).await;
    let page = format!("{}{page}", centre.server()?.url());
    chromium.driver.goto(&page).await?;
    if chromium.driver.current_url().await?.path().starts_with("/login") {
        chromium.type_into("#name", "admin-1").await?;
        chromium.type_into("#password", password).await?;
        chromium.press("main button.primary").await?;
        sleep(Duration::from_millis(500)).await;
        chromium.driver.goto(&page).await?;
    }
    Ok(())
}
