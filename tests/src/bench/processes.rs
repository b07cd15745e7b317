//! P17, P18: start to first answer and resident memory of the real programs, beside a bare server measured in the same run.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

/// Longest wait for a first answer, in milliseconds.
const START_MAX_MS: u64 = 10_000;
/// How long a started program is left alone before its memory is read, in milliseconds.
const IDLE_MS: u64 = 1_500;

/// What one start cost.
pub struct Start {
    /// From exec to the first `200`.
    pub first_answer: Duration,
    /// Resident memory when idle, in KiB.
    pub resident_kib: u64,
}

/// A port that is free at this moment.
///
/// # Errors
/// When loopback has none.
pub fn free_port() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// Starts a program, asks `path` until it answers 200, reads its memory, ends it by its id.
///
/// # Errors
/// When it does not start or answer.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the monotonic clock")]
pub fn start(command: &mut Command, address: SocketAddr, path: &str) -> Result<Start> {
    let begun = Instant::now();
    let mut child =
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().context("start the program")?;
    let measured = first_answer(&mut child, address, path, begun).and_then(|first_answer| {
        std::thread::sleep(Duration::from_millis(IDLE_MS));
        Ok(Start { first_answer, resident_kib: resident_kib(child.id())? })
    });
    child.kill()?;
    child.wait()?;
    measured
}

fn first_answer(child: &mut Child, address: SocketAddr, path: &str, begun: Instant) -> Result<Duration> {
    while begun.elapsed() < Duration::from_millis(START_MAX_MS) {
        if asks(address, path).unwrap_or(false) {
            return Ok(begun.elapsed());
        }
        if let Some(status) = child.try_wait()? {
            bail!("the program ended before it answered: {status}");
        }
        std::thread::sleep(Duration::from_micros(200));
    }
    bail!("no answer at {address}{path} within {START_MAX_MS} ms")
}

fn asks(address: SocketAddr, path: &str) -> Result<bool> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut head = [0; 12];
    stream.read_exact(&mut head)?;
    Ok(&head == b"HTTP/1.1 200")
}

fn resident_kib(pid: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse()?)
}
