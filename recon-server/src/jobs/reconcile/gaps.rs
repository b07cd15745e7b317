//! What is missing as of a day: overdue files by the calendar of expected files, and files of an account that do not join.
//!
//! Source: reconciliation.md 5.4 (stage 0) and 5.5 ("late file"). Invariants: only formats that count are compared, each with itself; a
//! file that came again for the same days stands for the earlier one, so a corrected file closes its gap; the order in which files came
//! means nothing else. A run knows a day and no hour: what is due on its day is not overdue in it.

use std::collections::BTreeMap;

use domain::{id::TenantId, time::CivilDate};
use engine::{
    BankCalendar,
    facts::{BankGap, CounterDay, Gaps, OverdueFile},
};
use store::{
    UnitOfWork,
    stretches::{BankStretch, ReceivedStretch},
};

use crate::jobs::{
    JobError,
    expected::{self, Calendar, ExpectedState},
    import::Counted,
};

/// First and last day.
type Days = (CivilDate, CivilDate);

/// Everything that is missing as of a day, of days from `from` on and files up to the watermark.
pub async fn read(
    unit: &mut dyn UnitOfWork,
    tenant: &TenantId,
    calendar: &Calendar<'_>,
    counter_days: &[CounterDay],
    counted: &Counted,
    (from, as_of, watermark): (CivilDate, CivilDate, u64),
) -> Result<Gaps, JobError> {
    let stretches = unit.bank_stretches(tenant, from, watermark).await?;
    Ok(Gaps {
        overdue: overdue(calendar, counter_days, (from, as_of)),
        bank: between_files(&stretches, counted, calendar.banking),
    })
}

/// Files that are overdue on the day of a run. Looked for from the first day on which a counter was ours: before, nothing was expected.
fn overdue(
    calendar: &Calendar<'_>,
    counter_days: &[CounterDay],
    (from, as_of): (CivilDate, CivilDate),
) -> Vec<OverdueFile> {
    let Some(begun) = counter_days.iter().map(|day| day.business_day).min() else { return Vec::new() };
    let files = expected::list(calendar, from.max(begun), as_of, expected::start_of(as_of));
    let files = files.into_iter().filter(|file| file.state == ExpectedState::Overdue);
    files
        .map(|file| OverdueFile {
            contract: file.contract,
            source: file.source,
            from: file.from,
            to: file.to,
            due_on: file.due_on,
            label_ja: file.label_ja,
        })
        .collect()
}

/// Where files of one account do not join.
fn between_files(received: &[ReceivedStretch], counted: &Counted, calendar: &BankCalendar) -> Vec<BankGap> {
    let mut sources: BTreeMap<(&str, &str), BTreeMap<Days, &BankStretch>> = BTreeMap::new();
    for row in received {
        let stretch = &row.stretch;
        let Some(account) = counted.account_of(&row.source, stretch.from) else { continue };
        let days = (stretch.from, stretch.to);
        let known = sources.entry((account, &row.source)).or_default();
        // Files come in the order of their numbers: the later one of the same days is the one that holds.
        known.insert(days, stretch);
    }
    let gaps = sources.iter().flat_map(|((account, _), stretches)| {
        let stretches: Vec<&BankStretch> = stretches.values().copied().collect();
        of_source(account, &stretches, calendar)
    });
    gaps.collect()
}

/// The gaps of one source whose stretches are in the order of their first days.
fn of_source(account: &str, stretches: &[&BankStretch], calendar: &BankCalendar) -> Vec<BankGap> {
    let mut gaps = Vec::new();
    let mut before: Option<&BankStretch> = None;
    for stretch in stretches {
        let Some(last) = before else {
            before = Some(stretch);
            continue;
        };
        // A file within the days of another says nothing about what is between files.
        if stretch.to <= last.to && stretch.from > last.from {
            continue;
        }
        if stretch.from > last.to && breaks(last, stretch, calendar) {
            gaps.push(BankGap {
                account: account.to_owned(),
                before: last.to,
                after: stretch.from,
                closing: last.closing,
                opening: stretch.opening,
            });
        }
        before = Some(stretch);
    }
    gaps
}

/// Balances decide; where a file has none, a banking day between the files does.
fn breaks(before: &BankStretch, after: &BankStretch, calendar: &BankCalendar) -> bool {
    match before.closing.zip(after.opening) {
        Some((closing, opening)) => closing != opening,
        None => {
            let between = (1..after.from.days_since(before.to)).map(|offset| before.to.plus_days(offset));
            let mut banking = between.filter(|day| calendar.is_banking_day(*day));
            banking.next().is_some()
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::money::Yen;

    use super::*;
    use crate::jobs::import::Settings;

    fn day(text: &str) -> CivilDate {
        text.parse().unwrap()
    }

    /// A file of July: first and last day, balances in yen.
    fn file(number: u64, from: i32, to: i32, balances: Option<(i64, i64)>) -> ReceivedStretch {
        let on = |n: i32| day("2026-06-30").plus_days(n);
        ReceivedStretch {
            source: "bank:a".to_owned(),
            file: number,
            stretch: BankStretch {
                from: on(from),
                to: on(to),
                opening: balances.map(|(opening, _)| Yen::new(opening)),
                closing: balances.map(|(_, closing)| Yen::new(closing)),
            },
        }
    }

    fn gaps(files: &[ReceivedStretch]) -> Vec<(i8, i8)> {
        let counted = Counted::new(Settings::default(), std::iter::empty());
        let found = between_files(files, &counted, &BankCalendar::default());
        found.iter().map(|gap| (gap.before.day(), gap.after.day())).collect()
    }

    #[test]
    fn balances_that_do_not_join_are_a_gap_until_the_file_between_comes() {
        let (first, third) = (file(1, 1, 2, Some((0, 100))), file(2, 6, 7, Some((300, 400))));
        assert_eq!(gaps(&[first.clone(), third.clone()]), [(2, 6)]);
        let second = file(3, 3, 5, Some((100, 300)));
        assert!(gaps(&[first.clone(), third.clone(), second]).is_empty());
        let half = file(3, 3, 5, Some((100, 250)));
        assert_eq!(gaps(&[first, third, half]), [(5, 6)]);
    }

    #[test]
    fn a_corrected_file_of_the_same_days_stands_for_the_first() {
        let (first, second) = (file(1, 1, 2, Some((0, 100))), file(2, 3, 5, Some((120, 300))));
        assert_eq!(gaps(&[first.clone(), second.clone()]), [(2, 3)]);
        assert!(gaps(&[first, second, file(3, 3, 5, Some((100, 300)))]).is_empty());
    }

    #[test]
    fn files_within_files_and_overlapping_ones_are_no_gap() {
        let month = file(1, 1, 31, Some((0, 900)));
        assert!(gaps(&[month.clone(), file(2, 3, 3, Some((5, 7))), file(3, 10, 12, None)]).is_empty());
        assert!(gaps(&[month.clone(), file(2, 31, 40, Some((1, 2)))]).is_empty(), "cut within a day");
        assert_eq!(gaps(&[month, file(2, 32, 40, Some((901, 2)))]), [(31, 1)]);
    }

    /// 3 July 2026 is a Friday: a weekend between files without balances is no gap, a Monday is.
    #[test]
    fn without_balances_days_decide() {
        assert!(gaps(&[file(1, 1, 3, None), file(2, 6, 7, None)]).is_empty());
        assert_eq!(gaps(&[file(1, 1, 3, None), file(2, 7, 7, None)]), [(3, 7)]);
        assert!(
            gaps(&[file(1, 1, 3, Some((0, 5))), file(2, 9, 9, Some((5, 5)))]).is_empty(),
            "nothing moved"
        );
    }
}
