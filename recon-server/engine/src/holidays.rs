//! Days on which Japanese banks do not work, as dated data (銀行法15条, 銀行法施行令5条; 国民の祝日に関する法律).
//!
//! Invariants: nothing is computed from a year: the equinoxes and substitutes are as the Cabinet Office published them (内閣府
//! 「国民の祝日」について); outside [`HOLIDAYS_FROM_YEAR`] to [`HOLIDAYS_TO_YEAR`] nothing is known and the city's own list is all there is.
//! Saturdays and Sundays are no part of it.

use std::collections::BTreeSet;

use domain::time::CivilDate;

use crate::calendar::BankCalendar;

/// First year that the list holds.
pub const HOLIDAYS_FROM_YEAR: i16 = 2022;
/// Last year that the list holds.
pub const HOLIDAYS_TO_YEAR: i16 = 2027;

/// Month and day of the holidays of the years, substitutes (振替休日) and 国民の休日 included.
const NATIONAL: [(i16, &[(i8, i8)]); 6] = [
    (
        2022,
        &[
            (1, 1),
            (1, 10),
            (2, 11),
            (2, 23),
            (3, 21),
            (4, 29),
            (5, 3),
            (5, 4),
            (5, 5),
            (7, 18),
            (8, 11),
            (9, 19),
            (9, 23),
            (10, 10),
            (11, 3),
            (11, 23),
        ],
    ),
    (
        2023,
        &[
            (1, 1),
            (1, 2),
            (1, 9),
            (2, 11),
            (2, 23),
            (3, 21),
            (4, 29),
            (5, 3),
            (5, 4),
            (5, 5),
            (7, 17),
            (8, 11),
            (9, 18),
            (9, 23),
            (10, 9),
            (11, 3),
            (11, 23),
        ],
    ),
    (
        2024,
        &[
            (1, 1),
            (1, 8),
            (2, 11),
            (2, 12),
            (2, 23),
            (3, 20),
            (4, 29),
            (5, 3),
            (5, 4),
            (5, 5),
            (5, 6),
            (7, 15),
            (8, 11),
            (8, 12),
            (9, 16),
            (9, 22),
            (9, 23),
            (10, 14),
            (11, 3),
            (11, 4),
            (11, 23),
        ],
    ),
    (
        2025,
        &[
            (1, 1),
            (1, 13),
            (2, 11),
            (2, 23),
            (2, 24),
            (3, 20),
            (4, 29),
            (5, 3),
            (5, 4),
            (5, 5),
            (5, 6),
            (7, 21),
            (8, 11),
            (9, 15),
            (9, 23),
            (10, 13),
            (11, 3),
            (11, 23),
            (11, 24),
        ],
    ),
    (
        2026,
        &[
            (1, 1),
            (1, 12),
            (2, 11),
            (2, 23),
            (3, 20),
            (4, 29),
            (5, 3),
            (5, 4),
            (5, 5),
            (5, 6),
            (7, 20),
            (8, 11),
            (9, 21),
            (9, 22),
            (9, 23),
            (10, 12),
            (11, 3),
            (11, 23),
        ],
    ),
    (
        2027,
        &[
            (1, 1),
            (1, 11),
            (2, 11),
            (2, 23),
            (3, 21),
            (3, 22),
            (4, 29),
            (5, 3),
            (5, 4),
            (5, 5),
            (7, 19),
            (8, 11),
            (9, 20),
            (9, 23),
            (10, 11),
            (11, 3),
            (11, 23),
        ],
    ),
];

/// The turn of the year: 31 December to 3 January.
const TURN_OF_THE_YEAR: [(i8, i8); 3] = [(1, 2), (1, 3), (12, 31)];

/// The last day of which the list knows whether banks work.
#[must_use]
pub fn known_until() -> Option<CivilDate> {
    CivilDate::new(HOLIDAYS_TO_YEAR, 12, 31)
}

/// Every listed day on which banks do not work.
#[must_use]
pub fn bank_holidays() -> BTreeSet<CivilDate> {
    let of_year = |(year, days): &(i16, &'static [(i8, i8)])| {
        let year = *year;
        let all = days.iter().chain(&TURN_OF_THE_YEAR).copied();
        all.filter_map(move |(month, day)| CivilDate::new(year, month, day)).collect::<Vec<_>>()
    };
    NATIONAL.iter().flat_map(of_year).collect()
}

impl BankCalendar {
    /// The listed holidays and a city's own.
    #[must_use]
    pub fn with_listed(own: impl IntoIterator<Item = CivilDate>) -> Self {
        let mut holidays = bank_holidays();
        holidays.extend(own);
        Self { holidays }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rules of the law that the data must obey, so that a slip of the pen is seen.
    #[test]
    fn the_list_obeys_the_law() {
        let all = bank_holidays();
        let date = |year, month, day| CivilDate::new(year, month, day).unwrap();
        assert_eq!(all.len(), 16 + 17 + 21 + 19 + 18 + 17 + 6 * 3 - 1, "2 January 2023 is a substitute too");
        for year in HOLIDAYS_FROM_YEAR..=HOLIDAYS_TO_YEAR {
            for (month, day) in
                [(1, 1), (2, 11), (2, 23), (4, 29), (5, 3), (5, 4), (5, 5), (8, 11), (11, 3), (11, 23)]
            {
                assert!(all.contains(&date(year, month, day)), "{year}-{month}-{day}");
            }
            for (month, nth) in [(1, 2), (7, 3), (9, 3), (10, 2)] {
                let monday = (1..=31)
                    .filter_map(|day| CivilDate::new(year, month, day))
                    .filter(|day| day.weekday() == 0);
                assert!(
                    all.contains(&monday.into_iter().nth(nth - 1).unwrap()),
                    "{year}-{month} Happy Monday"
                );
            }
            assert!([20, 21].iter().filter(|day| all.contains(&date(year, 3, **day))).count() >= 1, "{year}");
            assert!([22, 23].iter().filter(|day| all.contains(&date(year, 9, **day))).count() >= 1, "{year}");
        }
        // A holiday on a Sunday moves to the next day that is none (3条2項).
        let last = date(HOLIDAYS_TO_YEAR, 12, 31);
        for sunday in all.iter().filter(|day| day.weekday() == 6 && (day.month(), day.day()) != (1, 2)) {
            let turn = (sunday.month(), sunday.day()) == (12, 31) || (sunday.month(), sunday.day()) == (1, 3);
            assert!(
                turn || *sunday == last || all.contains(&sunday.plus_days(1)),
                "{sunday} has no substitute"
            );
        }
        // A day between two holidays is one (3条3項).
        for day in &all {
            let between = day.plus_days(1);
            let two_after = all.contains(&day.plus_days(2));
            assert!(
                !two_after || between.is_weekend() || all.contains(&between),
                "{between} lies between two"
            );
        }
    }

    #[test]
    fn the_turn_of_the_year() {
        let calendar = BankCalendar::with_listed(["2026-11-24".parse().unwrap()]);
        let banking = |day: &str| calendar.is_banking_day(day.parse().unwrap());
        for (day, works) in [
            ("2026-12-30", true),
            ("2026-12-31", false),
            ("2027-01-01", false),
            ("2027-01-04", true),
            ("2026-09-22", false),
            ("2024-08-12", false),
            ("2026-11-24", false),
            ("2027-03-22", false),
        ] {
            assert_eq!(banking(day), works, "{day}");
        }
    }
}
