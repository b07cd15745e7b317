//! A laid-out paper as the page shows it. Pure: table in, context out.
//!
//! Invariants: cells are written as every other form of the paper writes them ([`render::on_paper`]); one cell of a row carries the
//! link to what is behind it, the first that has words.

use domain::time::CivilDate;

use crate::{
    jobs::papers::{
        PaperTable, render,
        table::{Align, Behind, Cell, Column, RowKind, TableRow},
    },
    web::{
        pages::{download, why},
        view::{
            papers::{PaperCell, PaperColumn, PaperPage, PaperRow},
            shell::Shell,
            words::Link,
        },
    },
};

/// What stands around a paper on the screen.
pub struct Around {
    /// English beside the title.
    pub english: &'static str,
    /// Where one came from.
    pub back: Link,
    /// Neighbours.
    pub beside: Vec<Link>,
    /// The paper's own address.
    pub address: String,
    /// What the paper itself is about: a row about it leads to the records and not to the paper again.
    pub here: Option<Behind>,
    /// As of which day a reason is asked for.
    pub as_of: CivilDate,
    /// Whether it is the paper that was signed, one Japanese sentence; none while its month is open.
    pub signed: Option<String>,
}

/// The page of a paper.
pub fn paper_page(shell: Shell, around: Around, table: &PaperTable) -> PaperPage {
    PaperPage {
        shell,
        title: table.title.to_owned(),
        english: around.english,
        head: table.head.iter().map(|(word, value)| ((*word).to_owned(), value.clone())).collect(),
        columns: table.columns.iter().map(column).collect(),
        rows: table.rows.iter().map(|one| row(one, &table.columns, &around)).collect(),
        notes: table.notes.clone(),
        declared: Vec::new(),
        fees: None,
        seals: table.seals.iter().map(|&seal| seal.to_owned()).collect(),
        back: around.back,
        beside: around.beside,
        downloads: download::links(&around.address),
    }
}

fn column(column: &Column) -> PaperColumn {
    PaperColumn { label: column.label.to_owned(), is_figure: column.align == Align::Right }
}

fn row(row: &TableRow, columns: &[Column], around: &Around) -> PaperRow {
    let href = row.behind.as_ref().map(|behind| address(behind, around.here.as_ref()));
    let linked = row.cells.iter().position(has_words).filter(|_| href.is_some());
    let cell = |(place, (cell, column)): (usize, (&Cell, &Column))| PaperCell {
        text: render::on_paper(cell),
        is_figure: column.align == Align::Right,
        is_day: matches!(cell, Cell::Day(_)),
        href: href.clone().filter(|_| linked == Some(place)),
    };
    PaperRow {
        class: match row.kind {
            RowKind::Body => "",
            RowKind::Subtotal => "subtotal",
            RowKind::Total => "total",
            RowKind::Alarm => "alarm",
        },
        is_alarm: row.kind == RowKind::Alarm,
        why: row.why.as_ref().map(|subject| {
            // Several rows carry the same word: what it is about is said to those who do not see the row.
            let about = linked.or_else(|| row.cells.iter().position(has_words));
            let about = about.and_then(|place| row.cells.get(place)).map(render::on_paper);
            Link::new(about.unwrap_or_default(), why::address(subject, around.as_of))
        }),
        cells: row.cells.iter().zip(columns).enumerate().map(cell).collect(),
    }
}

/// A cell that a link can be read from: words that are more than a line number.
fn has_words(cell: &Cell) -> bool {
    matches!(cell, Cell::Text(words) if words.chars().any(|c| !c.is_ascii_digit()))
}

/// Where a row leads.
fn address(behind: &Behind, here: Option<&Behind>) -> String {
    match behind {
        Behind::Sales { day, counter, method, brand, contract } => {
            let mut address = format!("/report/{day}/behind?method={}", method.code());
            let mut say = |name: &str, value: &dyn std::fmt::Display| {
                address.push_str(&format!("&{name}={value}"));
            };
            match counter {
                Some(counter) => say("counter", counter),
                None => say("scope", &"all"),
            }
            if let Some(brand) = brand {
                say("brand", brand);
            }
            if let Some(contract) = contract {
                say("contract", contract);
            }
            address
        }
        Behind::Day { day } => format!("/report?date={day}"),
        Behind::Closing { contract, to } => {
            let sheet = format!("/papers/contract/{contract}/{to}");
            if here == Some(behind) { sheet + "/behind" } else { sheet }
        }
        Behind::Sale { sale } => format!("/sales/{sale}"),
    }
}

#[cfg(test)]
mod tests {
    use domain::{method::Method, money::Yen};

    use super::*;

    #[test]
    fn each_kind_of_row_has_its_address() {
        let day = "2026-07-15".parse().unwrap();
        let closing = Behind::Closing { contract: "paypay".parse().unwrap(), to: day };
        let sales = |counter: Option<&str>| Behind::Sales {
            day,
            counter: counter.map(|id| id.parse().unwrap()),
            method: Method::Credit,
            brand: Some("visa".parse().unwrap()),
            contract: None,
        };
        for (behind, here, expected) in [
            (&sales(Some("c1")), None, "/report/2026-07-15/behind?method=credit&counter=c1&brand=visa"),
            (&sales(None), None, "/report/2026-07-15/behind?method=credit&scope=all&brand=visa"),
            (&Behind::Day { day }, None, "/report?date=2026-07-15"),
            (&closing, None, "/papers/contract/paypay/2026-07-15"),
            (&closing, Some(&closing), "/papers/contract/paypay/2026-07-15/behind"),
        ] {
            assert_eq!(address(behind, here), expected);
        }
    }

    #[test]
    fn the_link_stands_on_words() {
        let columns = [Column::words("行"), Column::words("内容"), Column::numbers("円")];
        let cells = vec![Cell::text("2"), Cell::text("当方収納"), Cell::Yen(Yen::new(-300))];
        let day = "2026-07-15".parse().unwrap();
        let around = Around {
            english: "",
            back: Link::new("", ""),
            beside: Vec::new(),
            address: String::new(),
            here: None,
            as_of: day,
            signed: None,
        };
        let paper = TableRow::new(RowKind::Alarm, cells).backed_by(Behind::Day { day }).asking_why("p1");
        let made = row(&paper, &columns, &around);
        assert_eq!(made.why, Some(Link::new("当方収納", "/why/p1?as_of=2026-07-15")));
        assert!(made.is_alarm && made.cells[0].href.is_none() && made.cells[1].href.is_some());
        assert_eq!((made.cells[2].text.as_str(), made.cells[2].is_figure), ("▲300", true));
    }
}
