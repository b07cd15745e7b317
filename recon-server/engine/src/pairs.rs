//! Pairing two lists by time: which of them can be one another when each pair may lie a time apart, and which may be left over.
//!
//! Invariants: lists come in order of time; all windows are equally wide, so taking the earliest that fits is a largest pairing. Linear.

use domain::time::Timestamp;

/// A thing and its time.
pub(crate) type Timed = (Timestamp, usize);

/// A largest pairing within a window. What stays over is as late as it can be.
pub(crate) fn paired_in_time(ours: &[Timed], theirs: &[Timed], window_ms: i64) -> Vec<(usize, usize)> {
    let (mut a, mut b) = (0, 0);
    let mut pairs = Vec::new();
    while let (Some((at, one)), Some((then, other))) = (ours.get(a), theirs.get(b)) {
        let apart = at.ms_since(*then);
        if apart.abs() <= window_ms {
            pairs.push((*one, *other));
            a += 1;
            b += 1;
        } else if apart < 0 {
            a += 1;
        } else {
            b += 1;
        }
    }
    pairs
}

/// The first with the first, and so on; what stays over is the latest.
pub(crate) fn paired_in_order(ours: &[Timed], theirs: &[Timed]) -> Vec<(usize, usize)> {
    ours.iter().zip(theirs).map(|((_, one), (_, other))| (*one, *other)).collect()
}

/// Of the longer list, all that can be left over when the whole shorter list finds partners within the window.
pub(crate) fn possible_spares(longer: &[Timed], shorter: &[Timed], window_ms: i64) -> Vec<usize> {
    if longer.len() == shorter.len() {
        return Vec::new();
    }
    let near =
        |k: usize, s: usize| window_ms == i64::MAX || longer[k].0.ms_since(shorter[s].0).abs() <= window_ms;
    // How many of the shorter, from its front, find partners before each place of the longer; and from its back, after it.
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let mut matched = 0;
    for k in 0..longer.len() {
        before.push(matched);
        if matched < shorter.len() && near(k, matched) {
            matched += 1;
        }
    }
    let mut matched = 0;
    for k in (0..longer.len()).rev() {
        after.push(matched);
        if matched < shorter.len() && near(k, shorter.len() - 1 - matched) {
            matched += 1;
        }
    }
    after.reverse();
    (0..longer.len()).filter(|k| before[*k] + after[*k] >= shorter.len()).map(|k| longer[k].1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(seconds: &[i64]) -> Vec<Timed> {
        seconds.iter().enumerate().map(|(n, s)| (Timestamp::from_micros(s * 1_000_000), n)).collect()
    }

    #[test]
    fn the_earliest_fit_is_a_largest_pairing() {
        let pairs = paired_in_time(&times(&[0, 10, 20]), &times(&[10, 19, 30]), 10_000);
        assert_eq!(pairs, [(0, 0), (1, 1), (2, 2)]);
        assert_eq!(paired_in_time(&times(&[0, 100]), &times(&[100]), 10_000), [(1, 0)]);
        assert_eq!(paired_in_order(&times(&[0, 100]), &times(&[100])), [(0, 0)]);
    }

    /// By trying: leaving one out, the rest still covers the shorter list.
    #[test]
    fn what_may_be_left_over() {
        for longer in [vec![0, 5, 20, 40], vec![0, 1, 2, 3], vec![0, 30, 31, 90]] {
            for shorter in [vec![2, 21, 39], vec![30], vec![1, 2], vec![0, 31, 33]] {
                let (l, s) = (times(&longer), times(&shorter));
                let tried: Vec<usize> = (0..l.len())
                    .filter(|out| {
                        let rest: Vec<Timed> = l.iter().copied().filter(|(_, n)| n != out).collect();
                        paired_in_time(&rest, &s, 10_000).len() == s.len()
                    })
                    .collect();
                assert_eq!(possible_spares(&l, &s, 10_000), tried, "{longer:?} {shorter:?}");
            }
        }
    }
}
