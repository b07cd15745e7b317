//! What the processor does while nobody does anything; `make bench` holds the whole counter against one hundredth of a core.
//!
//! Invariant: where the system does not tell, the report says that it was not measured. Linux tells in `/proc/self/stat` (proc(5):
//! fields 14 and 15, in ticks of 10 ms).

use std::time::Duration;

use tokio::time::sleep;

use super::trial::Trial;

/// Milliseconds of a tick of `/proc/self/stat` (`USER_HZ` is 100 on every Linux that Rust builds for).
const TICK_MS: u64 = 10;

/// What a rest cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Idle {
    /// How long it was.
    pub wall: Duration,
    /// Time of the processor, where the system tells.
    pub cpu_ms: Option<u64>,
}

/// Rests, and measures.
pub(super) async fn measured(wall: Duration) -> Idle {
    let before = cpu_ms();
    sleep(wall).await;
    let cpu_ms = before.zip(cpu_ms()).map(|(before, after)| after.saturating_sub(before));
    Idle { wall, cpu_ms }
}

/// Puts the line into the report. It is no verdict: the kit's own simulator runs in the same process.
pub(super) fn tell(trial: &mut Trial, idle: Idle) {
    let wall_ms = u64::try_from(idle.wall.as_millis()).unwrap_or(u64::MAX).max(1);
    match idle.cpu_ms {
        Some(cpu_ms) => {
            let permille = cpu_ms * 1_000 / wall_ms;
            let (percent, tenth) = (permille / 10, permille % 10);
            trial.seen(format!(
                "idle CPU: {cpu_ms} ms in {wall_ms} ms, {percent}.{tenth} % of a core, the simulator included"
            ));
        }
        None => trial.seen("idle CPU: not measured, this system does not tell"),
    }
}

/// Time that this process has used so far.
fn cpu_ms() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name in brackets may hold anything: fields are counted behind it; the first is field 3.
    let fields: Vec<&str> = text.rsplit(')').next()?.split_whitespace().collect();
    let ticks = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
    Some((ticks(14)? + ticks(15)?) * TICK_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn work_is_seen() {
        let before = cpu_ms().unwrap();
        let mut sum = 0_u64;
        // The clock may tick between two looks that have no work between them: work comes first.
        loop {
            sum = std::hint::black_box(sum.wrapping_add(1));
            if cpu_ms().unwrap() != before {
                break;
            }
        }
        assert!(cpu_ms().unwrap() > before && sum > 0);
    }
}
