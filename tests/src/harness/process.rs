//! The agent as a program of its own, which ends itself around a chosen journal write and can be killed.
//!
//! Invariants: it is ended by the handle that started it, never by name; it is ended when the handle goes.

use std::{
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::PathBuf,
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use tokio::{sync::oneshot, time::timeout};

/// Longest wait for the program's first line or its end, in milliseconds.
const WAIT_MAX_MS: u64 = 20_000;
/// Between two looks at a process, in milliseconds.
const LOOK_MS: u64 = 5;
/// What stands before the address in the program's first line.
const ADDRESS_MARK: &str = "http://";

/// Where the process ends itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrashPoint {
    /// The n-th append, from 1, is not made.
    Before(u32),
    /// The n-th append is durable, and nobody has heard of it.
    After(u32),
}

/// The program and its configuration.
#[derive(Debug, Clone)]
pub struct Program {
    /// The executable.
    pub executable: PathBuf,
    /// Its configuration.
    pub config: PathBuf,
}

/// A running agent.
#[derive(Debug)]
pub struct Process {
    child: Child,
    address: Option<SocketAddr>,
}

impl Program {
    /// Starts `serve` and waits for its address, or for its end where it crashes before.
    ///
    /// # Errors
    /// When it can neither be started nor says anything in time.
    pub async fn serve(&self, crash: Option<CrashPoint>) -> Result<Process> {
        let mut command = Command::new(&self.executable);
        command.arg("--config").arg(&self.config).arg("serve");
        match crash {
            Some(CrashPoint::Before(n)) => command.arg("--kill-before-append").arg(n.to_string()),
            Some(CrashPoint::After(n)) => command.arg("--kill-after-appends").arg(n.to_string()),
            None => &mut command,
        };
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().context("start the agent")?;
        let output = child.stdout.take().context("standard output")?;
        let mut process = Process { child, address: None };
        let first_line = timeout(Duration::from_millis(WAIT_MAX_MS), first_line(output)).await?;
        process.address = first_line.as_deref().map(address_in).transpose()?;
        Ok(process)
    }

    /// Runs a command to its end and says how it ended.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn run(&self, arguments: &[&str]) -> Result<ExitStatus> {
        let mut command = Command::new(&self.executable);
        command.arg("--config").arg(&self.config).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::null()).status().context("run the agent")
    }
}

impl Process {
    /// Where the clerk's page is; none where the program ended before it said so.
    #[must_use]
    pub const fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it has.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Waits until it has ended by itself.
    ///
    /// # Errors
    /// When it does not within the bound.
    pub async fn wait(&mut self) -> Result<ExitStatus> {
        for _ in 0..WAIT_MAX_MS / LOOK_MS {
            if let Some(status) = self.ended()? {
                return Ok(status);
            }
            tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
        }
        bail!("process {} does not end", self.child.id())
    }

    /// `kill -9`, then waits for its end.
    ///
    /// # Errors
    /// When the system refuses.
    pub async fn kill(&mut self) -> Result<ExitStatus> {
        self.child.kill()?;
        self.wait().await
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already; there is nobody left to tell.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The first line of a program, read on a thread of its own; none where the program ends without one. The rest is read too, so
/// that the program never waits for a full pipe.
async fn first_line(output: ChildStdout) -> Option<String> {
    let (say, heard) = oneshot::channel();
    std::thread::spawn(move || {
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        // Whoever asked may have given up.
        let _ = say.send(lines.next());
        lines.for_each(drop);
    });
    heard.await.ok().flatten()
}

fn address_in(line: &str) -> Result<SocketAddr> {
    let (_, after) = line.split_once(ADDRESS_MARK).with_context(|| format!("no address in {line:?}"))?;
    Ok(after.trim_end().trim_end_matches('/').parse()?)
}

/// Whether a process was ended by a signal, as `kill -9` and an abort do; it had no chance to tidy up.
#[must_use]
pub fn was_killed(status: ExitStatus) -> bool {
    status.code().is_none()
}
