//! The slow, obvious matcher: maps of texts, one stage after the other, pairs by augmenting paths. It shares no code with the crate.

use std::collections::BTreeMap;

use crate::support::Line;

/// Class, terminal, day, yen of the sale, yen of the row: what an exception says, without the numbers of rows that are like one another.
pub type Said = (&'static str, String, Option<u8>, Option<i64>, Option<i64>);

/// What the oracle finds.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Class → rows and yen of the sales, rows and yen of the statement.
    pub classes: BTreeMap<&'static str, (u64, i64, u64, i64)>,
    pub exceptions: Vec<Said>,
}

#[derive(Clone, Copy)]
enum Whose {
    Sale,
    Row,
}

impl Verdict {
    fn count(&mut self, class: &'static str, whose: Whose, line: &Line) {
        let entry = self.classes.entry(class).or_default();
        match whose {
            Whose::Sale => (entry.0, entry.1) = (entry.0 + 1, entry.1 + line.yen),
            Whose::Row => (entry.2, entry.3) = (entry.2 + 1, entry.3 + line.yen),
        }
    }

    fn pair(&mut self, class: &'static str, sale: &Line, row: &Line, by_id: bool) {
        self.count(class, Whose::Sale, sale);
        self.count(class, Whose::Row, row);
        if class == "AMOUNT_DIFF" || class == "DATE_DIFF" {
            let (terminal, day) = told(sale, by_id);
            self.exceptions.push((class, terminal, day, Some(sale.yen), Some(row.yen)));
        }
    }

    fn alone(&mut self, class: &'static str, whose: Whose, line: &Line, other: Option<i64>, by_id: bool) {
        self.count(class, whose, line);
        let (terminal, day) = told(line, by_id);
        let (sale, row) = match whose {
            Whose::Sale => (Some(line.yen), other),
            Whose::Row => (other, Some(line.yen)),
        };
        self.exceptions.push((class, terminal, day, sale, row));
    }
}

fn told(line: &Line, by_id: bool) -> (String, Option<u8>) {
    if by_id { (String::new(), None) } else { (line.terminal.clone(), Some(line.day)) }
}

type Lines<'l> = Vec<&'l Line>;
type Groups<'l> = BTreeMap<Vec<String>, (Lines<'l>, Lines<'l>)>;

/// Sales and rows by a key; those without one come back.
fn group<'l>(
    sales: Lines<'l>,
    rows: Lines<'l>,
    key: impl Fn(&Line) -> Option<Vec<String>>,
) -> (Groups<'l>, Lines<'l>, Lines<'l>) {
    let (mut groups, mut no_sales, mut no_rows) = (Groups::new(), Lines::new(), Lines::new());
    for sale in sales {
        match key(sale) {
            Some(key) => groups.entry(key).or_default().0.push(sale),
            None => no_sales.push(sale),
        }
    }
    for row in rows {
        match key(row) {
            Some(key) => groups.entry(key).or_default().1.push(row),
            None => no_rows.push(row),
        }
    }
    (groups, no_sales, no_rows)
}

/// What the two lists say of each other.
pub fn judge(sales: &[Line], rows: &[Line]) -> Verdict {
    let mut verdict = Verdict::default();
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let by_reference = |line: &Line| Some(vec![some(&line.reference)?]);
    let (sales, rows) =
        one_key(&mut verdict, sales.iter().collect(), rows.iter().collect(), by_reference, true);
    let by_key = |line: &Line| Some(vec![some(&line.terminal)?, some(&line.approval)?, line.day.to_string()]);
    let (sales, rows) = one_key(&mut verdict, sales, rows, by_key, false);
    let (sales, rows) = other_day(&mut verdict, sales, rows);
    let (sales, rows) = sets(&mut verdict, sales, rows);
    sales
        .into_iter()
        .for_each(|sale| verdict.alone("J_ONLY", Whose::Sale, sale, None, sale.terminal.is_empty()));
    rows.into_iter().for_each(|row| verdict.alone("A_ONLY", Whose::Row, row, None, row.terminal.is_empty()));
    // Where nothing says whose it is, the crate still knows the day.
    verdict.exceptions.sort();
    verdict
}

fn one_key<'l>(
    verdict: &mut Verdict,
    sales: Lines<'l>,
    rows: Lines<'l>,
    key: impl Fn(&Line) -> Option<Vec<String>>,
    by_id: bool,
) -> (Lines<'l>, Lines<'l>) {
    let (groups, mut open_sales, mut open_rows) = group(sales, rows, key);
    for (mut sales, mut rows) in groups.into_values() {
        if sales.is_empty() || rows.is_empty() {
            open_sales.append(&mut sales);
            open_rows.append(&mut rows);
            continue;
        }
        let mut amounts: Vec<i64> = sales.iter().map(|line| line.yen).collect();
        amounts.sort_unstable();
        amounts.dedup();
        let (mut rest_sales, mut rest_rows): (Lines<'_>, Lines<'_>) = (Lines::new(), rows.clone());
        for yen in amounts {
            let of =
                |lines: &Lines<'l>| -> Lines<'l> { lines.iter().copied().filter(|l| l.yen == yen).collect() };
            let (mine, theirs) = (of(&sales), of(&rows));
            if theirs.is_empty() {
                rest_sales.extend(mine);
                continue;
            }
            rest_rows.retain(|row| row.yen != yen);
            let class = match (by_id, mine.len(), theirs.len()) {
                (true, ..) => "MATCHED_BY_ID",
                (false, 1, 1) => "MATCHED_BY_KEY",
                _ => "MATCHED_IN_SET",
            };
            mine.iter().zip(&theirs).for_each(|(sale, row)| verdict.pair(class, sale, row, by_id));
            for sale in mine.iter().skip(theirs.len()) {
                verdict.alone("DUPLICATE_SALE", Whose::Sale, sale, Some(yen), by_id);
            }
            for row in theirs.iter().skip(mine.len()) {
                verdict.alone("DUPLICATE_CHARGE", Whose::Row, row, Some(yen), by_id);
            }
        }
        match (&rest_sales[..], &rest_rows[..]) {
            ([sale], [row]) => verdict.pair("AMOUNT_DIFF", sale, row, by_id),
            (_, []) | ([], _) if !by_id => {
                open_sales.append(&mut rest_sales);
                open_rows.append(&mut rest_rows);
            }
            (sales, rows) => {
                let one_sided = sales.is_empty() || rows.is_empty();
                for sale in sales {
                    let class = if one_sided { "DUPLICATE_SALE" } else { "AMBIGUOUS" };
                    verdict.alone(class, Whose::Sale, sale, None, by_id);
                }
                for row in rows {
                    let class = if one_sided { "DUPLICATE_CHARGE" } else { "AMBIGUOUS" };
                    verdict.alone(class, Whose::Row, row, None, by_id);
                }
            }
        }
    }
    (open_sales, open_rows)
}

fn other_day<'l>(verdict: &mut Verdict, sales: Lines<'l>, rows: Lines<'l>) -> (Lines<'l>, Lines<'l>) {
    let key = |line: &Line| {
        let there = !line.terminal.is_empty() && !line.approval.is_empty();
        there.then(|| vec![line.terminal.clone(), line.approval.clone(), line.yen.to_string()])
    };
    let (groups, mut open_sales, mut open_rows) = group(sales, rows, key);
    for (sales, rows) in groups.into_values() {
        match (&sales[..], &rows[..]) {
            ([sale], [row]) if sale.day.abs_diff(row.day) == 1 => verdict.pair("DATE_DIFF", sale, row, false),
            _ => {
                open_sales.extend(sales);
                open_rows.extend(rows);
            }
        }
    }
    (open_sales, open_rows)
}

/// The most pairs of one terminal, day and amount of which not both have an approval number.
fn sets<'l>(verdict: &mut Verdict, sales: Lines<'l>, rows: Lines<'l>) -> (Lines<'l>, Lines<'l>) {
    let key = |line: &Line| {
        (!line.terminal.is_empty())
            .then(|| vec![line.terminal.clone(), line.day.to_string(), line.yen.to_string()])
    };
    let (groups, mut open_sales, mut open_rows) = group(sales, rows, key);
    for (sales, rows) in groups.into_values() {
        let mut sale_of: Vec<Option<usize>> = vec![None; rows.len()];
        for sale in 0..sales.len() {
            augment(sale, &sales, &rows, &mut sale_of, &mut vec![false; rows.len()]);
        }
        let used: Vec<usize> = sale_of.iter().flatten().copied().collect();
        for (place, sale) in sales.iter().enumerate() {
            if used.contains(&place) {
                verdict.count("MATCHED_IN_SET", Whose::Sale, sale);
            } else {
                open_sales.push(sale);
            }
        }
        for (row, sale) in rows.iter().zip(&sale_of) {
            if sale.is_some() {
                verdict.count("MATCHED_IN_SET", Whose::Row, row);
            } else {
                open_rows.push(row);
            }
        }
    }
    (open_sales, open_rows)
}

fn augment(
    sale: usize,
    sales: &[&Line],
    rows: &[&Line],
    sale_of: &mut [Option<usize>],
    seen: &mut [bool],
) -> bool {
    for row in 0..rows.len() {
        let may_be_one = sales[sale].approval.is_empty() || rows[row].approval.is_empty();
        if may_be_one && !seen[row] {
            seen[row] = true;
            if sale_of[row].is_none_or(|other| augment(other, sales, rows, sale_of, seen)) {
                sale_of[row] = Some(sale);
                return true;
            }
        }
    }
    false
}
