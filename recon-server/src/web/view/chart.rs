//! The month as a chart: one stacked bar per day, drawn as SVG without scripts. Geometry in tenths of a unit, integers only.
//!
//! Invariants: the parts of a bar stand on one another in the order of the legend and each has a pattern of its own, so that nothing
//! hangs on colour; every bar leads to its day and says its figures in words; a part that has money is never thinner than can be seen.
//! Not here: the figures themselves, which stand in the table under the chart.

use std::fmt::{self, Write as _};

use domain::money::Yen;

use super::words::Verdict;

/// Width of the drawing, in units.
const WIDTH: i64 = 840;
/// Height of the drawing, in units.
const HEIGHT: i64 = 400;
/// Room for the figures on the left, in units.
const LEFT: i64 = 70;
/// Room on the right, in units.
const RIGHT: i64 = 4;
/// Room above the plot, in units.
const TOP: i64 = 14;
/// Height of the plot, in units.
const PLOT: i64 = 312;
/// Gap between two bars, in tenths of a unit.
const GAP_TENTHS: i64 = 70;
/// Thinnest part of a bar that holds money, in tenths of a unit.
const THIN_TENTHS: i64 = 18;
/// Most lines across the plot.
const LINES_MAX: i64 = 5;

/// A length in tenths of a unit; written with one decimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tenths(pub i64);

impl fmt::Display for Tenths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0 / 10, self.0 % 10)
    }
}

/// What a part of a bar is made of, from the foot of the bar up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Series {
    /// クレジットカード
    Credit,
    /// 電子マネー
    ElectronicMoney,
    /// QRコード決済
    Code,
    /// 利用券・後納
    Claims,
    /// 現金・証券
    Cash,
}

impl Series {
    /// From the foot up: what is small stands on the line, where it can be compared.
    pub const ALL: [Self; 5] = [Self::Credit, Self::ElectronicMoney, Self::Code, Self::Claims, Self::Cash];

    /// The word of the legend.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Credit => "クレジットカード",
            Self::ElectronicMoney => "電子マネー",
            Self::Code => "QRコード決済",
            Self::Claims => "利用券・後納",
            Self::Cash => "現金・証券",
        }
    }

    /// Name of its pattern and of its class.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Credit => "credit",
            Self::ElectronicMoney => "emoney",
            Self::Code => "code",
            Self::Claims => "claims",
            Self::Cash => "cash",
        }
    }
}

/// One day as it goes into the chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartDay {
    /// Day of the month.
    pub number: i8,
    /// `月` … `日`
    pub weekday: &'static str,
    /// `7月1日(金)`
    pub name: String,
    /// Yen of each [`Series::ALL`].
    pub amounts: [Yen; 5],
    /// 合計
    pub total: Yen,
    /// 件数
    pub count: i64,
    /// 判定, where anything is known.
    pub verdict: Option<Verdict>,
    /// Saturday or Sunday.
    pub weekend: bool,
    /// 休業
    pub closed: bool,
    /// The day's report.
    pub href: String,
}

/// A part of a bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is made of.
    pub series: Series,
    /// Its upper edge.
    pub y: Tenths,
    /// Its height.
    pub height: Tenths,
}

/// A bar with everything around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// The day.
    pub day: ChartDay,
    /// Left edge of the day's column.
    pub column_x: Tenths,
    /// Width of the column.
    pub column_width: Tenths,
    /// Middle of the column.
    pub middle: Tenths,
    /// Left edge of the bar.
    pub x: Tenths,
    /// Width of the bar.
    pub width: Tenths,
    /// Its parts, from the foot up.
    pub parts: Vec<Part>,
    /// What it says, in words.
    pub words: String,
}

/// A line across the plot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Where.
    pub y: Tenths,
    /// Yen at this height.
    pub value: Yen,
}

/// The chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// Lines across, from 0 up.
    pub lines: Vec<Line>,
    /// One per day.
    pub bars: Vec<Bar>,
    /// What is drawn at all: series with money in the month.
    pub legend: Vec<Series>,
    /// The whole in one sentence, for those who do not see it.
    pub summary: String,
}

impl Chart {
    /// Draws the days of a month.
    #[must_use]
    pub fn of(days: Vec<ChartDay>) -> Self {
        let highest = days.iter().map(|day| day.total.get()).max().unwrap_or(0);
        let step = step(highest);
        let top = round_up(highest.max(1), step);
        let legend = Series::ALL
            .into_iter()
            .enumerate()
            .filter(|(place, _)| days.iter().any(|day| day.amounts.get(*place).copied() > Some(Yen::ZERO)))
            .map(|(_, series)| series)
            .collect();
        let lines = (0..=top / step)
            .map(|n| Line { y: Tenths(foot() - height(n * step, top)), value: Yen::new(n * step) })
            .collect();
        let summary = summary(&days);
        let columns = i64::try_from(days.len()).unwrap_or(i64::MAX).max(1);
        let column = (WIDTH - LEFT - RIGHT) * 10 / columns;
        let bars = (0..).zip(days).map(|(place, day)| bar(day, place, column, top)).collect();
        Self { lines, bars, legend, summary }
    }

    /// Width of the drawing.
    #[must_use]
    pub const fn width(&self) -> i64 {
        WIDTH
    }

    /// Height of the drawing.
    #[must_use]
    pub const fn height(&self) -> i64 {
        HEIGHT
    }

    /// So far under the foot of the bars.
    #[must_use]
    pub const fn under(&self, distance: i64) -> i64 {
        TOP + PLOT + distance
    }

    /// Left edge of the plot.
    #[must_use]
    pub const fn left(&self) -> i64 {
        LEFT
    }

    /// Right edge of the plot.
    #[must_use]
    pub const fn right(&self) -> i64 {
        WIDTH - RIGHT
    }

    /// Where the plot begins.
    #[must_use]
    pub const fn top(&self) -> i64 {
        TOP
    }

    /// Height of the plot.
    #[must_use]
    pub const fn plot(&self) -> i64 {
        PLOT
    }
}

const fn foot() -> i64 {
    (TOP + PLOT) * 10
}

/// Height of an amount in tenths of a unit.
fn height(amount: i64, top: i64) -> i64 {
    amount.max(0).saturating_mul(PLOT * 10) / top.max(1)
}

/// 1, 2 or 5 times a power of ten, so that at most [`LINES_MAX`] steps reach the highest amount.
fn step(highest: i64) -> i64 {
    let mut unit: i64 = 1;
    loop {
        for factor in [1, 2, 5] {
            let step = unit.saturating_mul(factor);
            if highest <= step.saturating_mul(LINES_MAX) {
                return step;
            }
        }
        unit = unit.saturating_mul(10);
    }
}

const fn round_up(value: i64, step: i64) -> i64 {
    value.saturating_add(step - 1) / step * step
}

fn bar(day: ChartDay, place: i64, column: i64, top: i64) -> Bar {
    let column_x = LEFT * 10 + place * column;
    let mut upper = foot();
    let parts = Series::ALL
        .into_iter()
        .zip(day.amounts)
        .filter(|(_, amount)| *amount > Yen::ZERO)
        .map(|(series, amount)| {
            let height = height(amount.get(), top).max(THIN_TENTHS);
            upper -= height;
            Part { series, y: Tenths(upper.max(0)), height: Tenths(height) }
        })
        .collect();
    Bar {
        words: words(&day),
        day,
        column_x: Tenths(column_x),
        column_width: Tenths(column),
        middle: Tenths(column_x + column / 2),
        x: Tenths(column_x + GAP_TENTHS / 2),
        width: Tenths((column - GAP_TENTHS).max(10)),
        parts,
    }
}

fn words(day: &ChartDay) -> String {
    let mut words = format!("{} 合計 {}円 {}件", day.name, day.total, day.count);
    for (series, amount) in Series::ALL.into_iter().zip(day.amounts) {
        if amount != Yen::ZERO {
            // Writing to a text never fails.
            let _ = write!(words, "、{} {amount}円", series.label());
        }
    }
    if day.closed {
        words.push_str("、休業");
    }
    if let Some(verdict) = day.verdict {
        words.push_str("、判定 ");
        words.push_str(verdict.label());
    }
    words
}

fn summary(days: &[ChartDay]) -> String {
    let total = days.iter().map(|day| day.total).fold(Yen::ZERO, Yen::saturating_add);
    let open = days.iter().filter(|day| day.total > Yen::ZERO).count();
    match days.iter().max_by_key(|day| day.total).filter(|day| day.total > Yen::ZERO) {
        Some(best) => format!(
            "収納のあった日は{open}日、月の合計は{total}円。いちばん多い日は{}の{}円。日ごとの数字は図の下の表にあります。",
            best.name, best.total
        ),
        None => "この月の収納はありません。".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: i8, amounts: [i64; 5]) -> ChartDay {
        ChartDay {
            number,
            weekday: "月",
            name: format!("7月{number}日(月)"),
            amounts: amounts.map(Yen::new),
            total: Yen::new(amounts.iter().sum()),
            count: 1,
            verdict: None,
            weekend: false,
            closed: false,
            href: String::new(),
        }
    }

    #[test]
    fn lines_are_round_and_few() {
        for (highest, expected) in
            [(0, 1), (1, 1), (5, 1), (6, 2), (10, 2), (11, 5), (26, 10), (28_400, 10_000), (25_000, 5_000)]
        {
            assert_eq!(step(highest), expected, "{highest}");
        }
    }

    #[test]
    fn parts_stand_on_one_another_and_reach_their_height() {
        let chart = Chart::of(vec![day(1, [0, 1_000, 0, 0, 4_000]), day(2, [0; 5])]);
        let parts = &chart.bars[0].parts;
        assert_eq!(
            parts.iter().map(|part| part.series).collect::<Vec<_>>(),
            [Series::ElectronicMoney, Series::Cash]
        );
        assert_eq!(parts[0].y.0 + parts[0].height.0, foot());
        assert_eq!(parts[1].y.0 + parts[1].height.0, parts[0].y.0);
        assert_eq!(parts[1].y.0, TOP * 10, "5,000 is the top line and the bar reaches it");
        assert!(chart.bars[1].parts.is_empty());
        assert_eq!(chart.legend, [Series::ElectronicMoney, Series::Cash]);
    }

    #[test]
    fn little_money_can_still_be_seen() {
        let chart = Chart::of(vec![day(1, [1, 0, 0, 0, 1_000_000])]);
        assert_eq!(chart.bars[0].parts[0].height, Tenths(THIN_TENTHS));
    }

    #[test]
    fn tenths_are_written_with_one_decimal() {
        assert_eq!(Tenths(1_234).to_string(), "123.4");
        assert_eq!(Tenths(5).to_string(), "0.5");
    }
}
