//! Received days as disjoint spans.
//!
//! Invariant: spans neither overlap nor touch, so that a look-up is one search.

use std::collections::BTreeMap;

use domain::time::CivilDate;

/// First days, and the last day reached from each.
#[derive(Debug, Clone, Default)]
pub(crate) struct Days(BTreeMap<CivilDate, CivilDate>);

impl Days {
    /// Adds a span; overlapping and touching spans become one.
    pub fn add(&mut self, from: CivilDate, to: CivilDate) {
        if to < from {
            return;
        }
        let (mut first, mut last) = (from, to);
        let touches = |(_, end): &(&CivilDate, &CivilDate)| end.plus_days(1) >= from;
        let near: Vec<CivilDate> =
            self.0.range(..=to.plus_days(1)).rev().take_while(touches).map(|(start, _)| *start).collect();
        for start in near {
            last = last.max(self.0.remove(&start).unwrap_or(to));
            first = first.min(start);
        }
        self.0.insert(first, last);
    }

    /// Whether a day lies in a span.
    pub fn hold(&self, day: CivilDate) -> bool {
        self.0.range(..=day).next_back().is_some_and(|(_, last)| day <= *last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_grow_together() {
        let date = |day: i8| CivilDate::new(2026, 7, day).unwrap();
        for order in [[(1, 3), (6, 8), (4, 5)], [(4, 5), (6, 8), (1, 3)], [(6, 8), (1, 3), (3, 6)]] {
            let mut days = Days::default();
            order.into_iter().for_each(|(from, to)| days.add(date(from), date(to)));
            assert_eq!(days.0.len(), 1, "{order:?}");
            assert!((1..=8).all(|d| days.hold(date(d))) && !days.hold(date(9)), "{order:?}");
        }
        let mut apart = Days::default();
        apart.add(date(1), date(2));
        apart.add(date(5), date(4));
        apart.add(date(10), date(12));
        assert!(apart.hold(date(2)) && !apart.hold(date(5)) && apart.hold(date(12)) && !apart.hold(date(13)));
    }
}
