//! What is packed comes back, and what is no pack is an error: of any texts and numbers, whatever is cut off or changed.

use domain::id::TenantId;

use super::*;
use crate::{
    compared::{ColumnSink, ColumnsRow, ComparedBy, LineKey, Place, Scope, Via},
    error::Fault,
};

fn day(text: &str) -> CivilDate {
    text.parse().unwrap()
}

/// What came, in words.
#[derive(Default)]
struct Rows(Vec<(Place, String)>);

impl ColumnSink for Rows {
    fn take(&mut self, row: &ColumnsRow<'_>) -> bool {
        let ColumnsRow { place, terminal, number, day, amount } = row;
        self.0.push((*place, format!("{terminal}|{number}|{day}|{amount}")));
        true
    }
}

fn row<'r>(record: i64, texts: [&'r str; 3], on: &str, amount: i64) -> PackRow<'r> {
    let [terminal, slip, approval] = texts;
    PackRow { record, terminal, slip, approval, day: day(on), amount }
}

fn scope(tenant: &TenantId, by: ComparedBy) -> Scope<'_> {
    Scope { tenant, from: day("2026-08-01"), to: day("2026-08-31"), by, via: Via::Packs }
}

/// A body's rows with their records.
fn read(body: &[u8], by: ComparedBy) -> Result<Vec<(LineKey, String)>, Fault> {
    let (tenant, mut given, mut rows) = ("t".parse().unwrap(), GivenPacks::default(), Rows::default());
    given.give(LinePack { file: 7, ordinal: 1 }, body, &scope(&tenant, by), None, &mut rows)?;
    let places: Vec<_> = rows.0.iter().map(|(place, _)| *place).collect();
    let names = given.name(&places, |_| panic!("no row of a table"))?;
    Ok(names.into_iter().zip(rows.0.into_iter().map(|(_, row)| row)).collect())
}

/// Rows of every shape: digits and texts, absent ones, any amount, records far apart.
fn shapes() -> Vec<Vec<PackRow<'static>>> {
    let on = "2026-08-03";
    vec![
        vec![row(1, ["99001", "00041", ""], on, 300), row(2, ["99001", "", "A1"], on, 300)],
        vec![row(5, ["", "", ""], on, -1), row(900, ["端末", "伝票\u{1f}1", "1234567"], on, i64::MAX)],
        vec![
            row(70_000, ["a", "0", "000000000000000000"], on, i64::MIN),
            row(1, ["b", "9", "999999999999999999"], on, 9),
        ],
        vec![
            row(1, ["a", "1", "1000000000000000000"], "2026-08-01", 70_000),
            row(2, ["a", "22", ""], "2026-08-31", 0),
        ],
        (0..60).map(|n| row(n * 300, ["t", "123", ""], on, n * n)).collect(),
    ]
}

#[test]
fn what_is_packed_comes_back() {
    for rows in shapes() {
        let packed = packs(&rows).unwrap();
        assert_eq!(packed.len(), 1);
        assert_eq!(packed[0].rows, i64::try_from(rows.len()).unwrap());
        for by in [ComparedBy::Slip, ComparedBy::Approval] {
            let expected: Vec<_> = rows
                .iter()
                .map(|row| {
                    let number = if by == ComparedBy::Slip { row.slip } else { row.approval };
                    let key = (7, u32::try_from(row.record).unwrap());
                    (key, format!("{}|{number}|{}|{}", row.terminal, row.day, row.amount))
                })
                .collect();
            assert_eq!(read(&packed[0].body, by).unwrap(), expected);
        }
    }
}

#[test]
fn digits_are_kept_as_numbers_and_a_character_that_no_database_keeps_is_none() {
    let digits: Vec<_> =
        (0..1_000).map(|n| row(n, ["99001", "000041", "123456"], "2026-08-03", 300)).collect();
    assert!(packs(&digits).unwrap()[0].body.len() < 2_200, "all equal but the record");
    let odd = packs(&[row(1, ["a\0b", "\0", ""], "2026-08-03", 1)]).unwrap();
    let expected = "a\u{fffd}b|\u{fffd}|2026-08-03|1".to_owned();
    assert_eq!(read(&odd[0].body, ComparedBy::Slip).unwrap(), [((7, 1), expected)], "as its row is kept");
}

#[test]
fn rows_without_end_become_several_packs_and_none_become_one() {
    let none = packs(&[]).unwrap();
    assert_eq!((none.len(), none[0].rows, &none[0].days), (1, 0, &None));
    assert!(read(&none[0].body, ComparedBy::Slip).unwrap().is_empty());
    let many = i64::try_from(PACK_ROWS_MAX).unwrap() + 1;
    let many: Vec<_> = (0..many).map(|n| row(n, ["a", "1", ""], "2026-08-03", n)).collect();
    let made = packs(&many).unwrap();
    assert_eq!(made.iter().map(|pack| pack.rows).collect::<Vec<_>>(), [65_536, 1]);
    assert_eq!(read(&made[1].body, ComparedBy::Slip).unwrap()[0].0, (7, 65_536));
    let long = "x".repeat(PACK_TEXTS_MAX_BYTES / 2);
    let wide: Vec<_> = (0..3).map(|n| row(n, [&long, "1", ""], "2026-08-03", n)).collect();
    assert_eq!(packs(&wide).unwrap().len(), 2, "texts are bounded too");
}

#[test]
fn what_is_no_whole_pack_is_an_error_that_says_which() {
    for rows in shapes() {
        let body = packs(&rows).unwrap().remove(0).body;
        for length in 0..body.len() {
            let error = read(&body[..length], ComparedBy::Slip).unwrap_err();
            assert!(
                error.to_string().contains("statement_pack") && error.to_string().contains("7/1"),
                "{error}"
            );
        }
        let longer = [&body[..], &[0]].concat();
        assert!(read(&longer, ComparedBy::Slip).is_err(), "something behind the end");
        // Any other byte anywhere: read or refused, never a panic.
        for at in 0..body.len() {
            for other in [0, 1, 8, 0x80, 0xFF] {
                let mut changed = body.clone();
                changed[at] = other;
                let _ = (read(&changed, ComparedBy::Slip), read(&changed, ComparedBy::Approval));
            }
        }
    }
}

#[test]
fn days_beyond_the_scope_and_corrected_records_are_passed_over() {
    let rows = [
        row(1, ["a", "1", ""], "2026-07-31", 1),
        row(2, ["a", "2", ""], "2026-08-01", 2),
        row(3, ["a", "3", ""], "2026-08-31", 3),
        row(4, ["a", "4", ""], "2026-09-01", 4),
    ];
    let packed = packs(&rows).unwrap().remove(0);
    assert_eq!(packed.days, Some(("2026-07-31".to_owned(), "2026-09-01".to_owned())));
    let tenant = "t".parse().unwrap();
    let but = [2].into();
    for (but, expected) in [(None, &[2, 3][..]), (Some(&but), &[3][..])] {
        let (mut given, mut sink) = (GivenPacks::default(), Rows::default());
        let owner = SalePack { counter: "c1".to_owned(), incarnation: 1, last_sequence: 9 };
        let by = ComparedBy::Slip;
        assert!(given.give(owner, &packed.body, &scope(&tenant, by), but, &mut sink).unwrap());
        let places: Vec<_> = sink.0.iter().map(|(place, _)| *place).collect();
        let named = given.name(&places, |_| Ok(Vec::new())).unwrap();
        assert_eq!(named.iter().map(|key| key.sequence.0).collect::<Vec<_>>(), expected);
        assert!(given.name(&[Place(3)], |_| Ok(Vec::new())).is_err(), "a row of a table that nobody knows");
        assert!(
            given.name(&[Place(places[0].0 + 65_536)], |_| Ok(Vec::new())).is_err(),
            "a pack that was not given"
        );
    }
}
