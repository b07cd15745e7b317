//! Order statistics of small samples.

use std::time::Duration;

/// Paired rounds of every measurement.
pub const ROUNDS: usize = 5;

/// The `per_mille`-th of a sample; the sample is sorted on the way.
#[must_use]
pub fn quantile(sample: &mut [Duration], per_mille: usize) -> Duration {
    sample.sort_unstable();
    let index = sample.len().saturating_sub(1) * per_mille / 1_000;
    sample.get(index).copied().unwrap_or_default()
}

/// `ours / baseline` in hundredths.
#[must_use]
pub fn ratio_percent(ours: Duration, baseline: Duration) -> u128 {
    ours.as_nanos() * 100 / baseline.as_nanos().max(1)
}

/// Minimum, median and maximum of paired ratios, written as `1.02 (0.98 to 1.10)`.
#[must_use]
pub fn spread(mut percents: Vec<u128>) -> String {
    percents.sort_unstable();
    let at = |index: usize| percents.get(index).copied().unwrap_or_default();
    let text = |percent: u128| format!("{}.{:02}", percent / 100, percent % 100);
    format!(
        "{} ({} to {})",
        text(at(percents.len() / 2)),
        text(at(0)),
        text(at(percents.len().saturating_sub(1)))
    )
}

/// The median of a sample of counts.
#[must_use]
pub fn median(mut sample: Vec<u128>) -> u128 {
    sample.sort_unstable();
    sample.get(sample.len() / 2).copied().unwrap_or_default()
}
