//! Rows of the report as lines of a list behind a number of the month or of a closing.
//!
//! Invariant: a sum that is not the number that was clicked carries the difference and its reason.

use domain::money::Yen;
use engine::outcome::ReportLine;
use store::counters::CounterRow;

use super::{method_words, records::counter_words, report_view};
use crate::web::view::{
    month::{BehindGroup, BehindLine},
    words::{Link, Sum, short_date},
};

/// Day, counter, method and brand, leading to the records of the row.
pub fn name(line: &ReportLine, counters: &[CounterRow], fragment: &str) -> Link {
    let counter = line
        .counter
        .as_ref()
        .map_or_else(|| "窓口が分からない明細".to_owned(), |counter| counter_words(counters, counter));
    let method = method_words(line.method, line.brand.as_ref());
    Link::new(
        format!("{} {counter} {method}", short_date(line.business_day)),
        report_view::behind(line.business_day, line) + fragment,
    )
}

/// What stands beside the figures of a row.
pub fn content(line: &ReportLine) -> String {
    let parts = [
        ("取消", line.voids),
        ("返金", line.refunds),
        ("うち暫定", line.provisional),
        ("うち過日分確定", line.late),
    ];
    let words = parts
        .iter()
        .filter(|(_, figure)| !figure.is_zero())
        .map(|(word, figure)| format!("{word} {}件 {}円", figure.count, figure.amount));
    words.collect::<Vec<_>>().join("、")
}

/// A group with its sum: anchor, title, English, heading of the first column.
pub fn group(words: [&'static str; 4], lines: Vec<BehindLine>, empty: &str) -> BehindGroup {
    let [anchor, title, english, first] = words;
    let sum = lines.iter().fold(Sum::default(), |sum, line| Sum {
        count: sum.count.saturating_add(line.count),
        amount: sum.amount.saturating_add(line.amount),
    });
    BehindGroup {
        anchor,
        title: title.to_owned(),
        english,
        first,
        lines,
        sum,
        note: None,
        empty: empty.to_owned(),
    }
}

impl BehindGroup {
    /// Says by how much the sum is not the number that was clicked.
    #[must_use]
    pub fn compared_with(mut self, wanted: Yen, reason: &str) -> Self {
        let difference = wanted.saturating_sub(self.sum.amount);
        if difference != Yen::ZERO {
            self.note = Some(format!("もとの数字 {wanted}円との差 {difference}円は、{reason}。"));
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_that_is_another_number_says_so() {
        let line = |yen| BehindLine {
            name: Link::new("7/1(金)", ""),
            content: String::new(),
            count: 1,
            amount: Yen::new(yen),
            verdict: None,
        };
        let made = || group(["sales", "日ごと", "Days", "日"], vec![line(600), line(-300)], "なし");
        assert_eq!(made().sum, Sum { count: 2, amount: Yen::new(300) });
        assert_eq!(made().compared_with(Yen::new(300), "理由").note, None);
        let note = made().compared_with(Yen::ZERO, "理由です").note;
        assert_eq!(note.as_deref(), Some("もとの数字 0円との差 ▲300円は、理由です。"));
    }
}
