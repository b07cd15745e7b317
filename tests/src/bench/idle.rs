//! What an agent costs that only waits: processor time of the real program with every machine attached and nobody at the counter.
//!
//! Invariant: the kernel's own account of the process is read (`/proc/PID/task/*/schedstat`, nanoseconds on a processor), never a clock
//! around it. Beside it stands the terminal's book: a machine at rest has been asked for no payment.

use std::{io::Write as _, path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, ensure};
use domain::time::{Clock, Timestamp};
use drivers::{
    paypay::simulator::{PayPaySimulator, SimulatorOptions},
    scanner::simulator::{ScannerSimulator, SimulatorConfig as ScannerConfig},
};

use crate::{
    clock::TownClock,
    harness::{
        bay::{Bay, Plan},
        process::Program,
    },
};

/// How long the agent settles after its start, in milliseconds.
const SETTLE_MS: u64 = 5_000;
/// How long it is watched, in milliseconds.
const WATCH_MS: u64 = 20_000;

/// What was seen.
pub struct Idle {
    /// Millionths of one core.
    pub core_ppm: u64,
    /// How long it was watched.
    pub watched: Duration,
    /// How often the terminal was asked for money meanwhile.
    pub asked_for_money: u32,
}

/// Watches an enrolled agent with a terminal, a printer, a scanner and an operator of codes.
///
/// # Errors
/// When the agent does not start or the system does not tell its processor time.
pub async fn measure(agent: PathBuf, now: Timestamp) -> Result<Idle> {
    let clock = TownClock::at(now);
    let clock: Arc<dyn Clock> = Arc::new(clock);
    let bay = Bay::build(Plan::default(), Arc::clone(&clock)).await?;
    let scanner = ScannerSimulator::start(ScannerConfig::default()).await?;
    let operator = PayPaySimulator::start(SimulatorOptions::default(), Arc::clone(&clock)).await?;
    attach(&bay, &scanner, &operator)?;
    bay.enrol(now)?;
    let process = Program { executable: agent, config: bay.config_path() }.serve(None).await?;
    tokio::time::sleep(Duration::from_millis(SETTLE_MS)).await;
    let before = processor_ns(process.id())?;
    tokio::time::sleep(Duration::from_millis(WATCH_MS)).await;
    let used = processor_ns(process.id())?.saturating_sub(before);
    let counters = bay.terminal.counters();
    ensure!(counters.registrations > 0, "the agent never found its terminal");
    Ok(Idle {
        core_ppm: used / WATCH_MS,
        watched: Duration::from_millis(WATCH_MS),
        asked_for_money: counters.sales + counters.voids + counters.refunds + operator.asked("create"),
    })
}

/// Adds a scanner and an operator of codes to the bay's configuration.
fn attach(bay: &Bay, scanner: &ScannerSimulator, operator: &PayPaySimulator) -> Result<()> {
    let options = SimulatorOptions::default();
    let secret = bay.config_path().with_file_name("operator.secret");
    std::fs::write(&secret, &options.secret)?;
    let mut config = std::fs::OpenOptions::new().append(true).open(bay.config_path())?;
    write!(
        config,
        r#"
[[device]]
id = "scanner"
role = "scanner"
driver = "serial-scanner"
transport = "{}"

[[device]]
id = "paypay"
role = "cat"
driver = "paypay"
host = "{}"
merchant_id = "000000000000000000"
key_id = "{}"
secret_file = {secret:?}
"#,
        scanner.address(),
        operator.base_url(),
        options.api_key,
    )?;
    Ok(())
}

/// Nanoseconds on a processor, over all threads.
fn processor_ns(pid: u32) -> Result<u64> {
    let mut sum = 0;
    for thread in std::fs::read_dir(format!("/proc/{pid}/task"))? {
        let line = std::fs::read_to_string(thread?.path().join("schedstat"))?;
        let ns: u64 = line.split_whitespace().next().context("schedstat")?.parse()?;
        sum += ns;
    }
    Ok(sum)
}
