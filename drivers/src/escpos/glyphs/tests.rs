//! The asset as a whole, and some of its cells as a reader sees them.

use super::*;
use crate::escpos::qr::executes;

fn drawn(base: char, selector: Option<char>) -> Dots {
    dots(Cell { base, selector }).unwrap_or_else(|| panic!("{base} {selector:?}"))
}

fn picture(dots: &Dots) -> Vec<String> {
    let row = |y| (0..CELL_DOTS).map(|x| if dots.is_black(x, y) { '#' } else { '.' }).collect();
    (0..CELL_DOTS).map(row).collect()
}

#[test]
fn names_and_their_variants_are_there_and_differ() {
    for base in "𠮟麵髙﨑濵栁塚德瀨邉邊𠮷".chars() {
        let known = Cell { base, selector: None };
        assert!(known.shape().is_some(), "{base}");
    }
    // Adobe-Japan1: 邉 has fifteen shapes, 辻 and 葛 two each.
    let shapes: Vec<Dots> = ('\u{e0100}'..='\u{e010e}').map(|selector| drawn('邉', Some(selector))).collect();
    for (at, one) in shapes.iter().enumerate() {
        assert!(!shapes[..at].contains(one), "shape {at} of 邉 looks like another");
    }
    for base in ['辻', '葛', '榊', '祇', '芦'] {
        assert_ne!(drawn(base, Some('\u{e0100}')), drawn(base, Some('\u{e0101}')), "{base}");
    }
    assert_eq!(dots(Cell { base: '邉', selector: Some('\u{e010f}') }), None);
    assert_eq!(dots(Cell { base: '邉', selector: Some('x') }), None);
}

/// 𠮟 has a short stroke from the right in its right half; a fallback to 叱 or an empty box would show.
#[test]
fn a_cell_stands_upright_and_reads_from_the_left() {
    let cell = picture(&drawn('𠮟', None));
    let inked: Vec<usize> = (0..CELL_DOTS).filter(|y| cell[*y].contains('#')).collect();
    assert!(inked.len() >= 18, "{cell:#?}");
    // The mouth on the left is open in its middle; the spoon's foot is at the lower right.
    let dots = |columns: std::ops::Range<usize>, rows: std::ops::Range<usize>| {
        rows.map(|y| cell[y][columns.clone()].matches('#').count()).sum::<usize>()
    };
    assert!(dots(12..24, 16..24) > dots(0..12, 18..24), "{cell:#?}");
}

#[test]
fn columns_are_the_cell_turned() {
    let cell = drawn('麵', None);
    let columns = cell.columns();
    for x in 0..CELL_DOTS {
        for y in 0..CELL_DOTS {
            let black = columns[x * 3 + y / 8] >> (7 - y % 8) & 1 == 1;
            assert_eq!(black, cell.is_black(x, y), "{x} {y}");
        }
    }
    let bold = cell.bold();
    for y in 0..CELL_DOTS {
        for x in 0..CELL_DOTS {
            let widened = x > 0 && cell.is_black(x - 1, y) && !cell.is_black(x + 1, y);
            assert_eq!(bold.is_black(x, y), cell.is_black(x, y) || widened, "{x} {y}");
        }
    }
}

/// `devices.md` E18, for every cell there is.
#[test]
fn the_asset_is_whole_sorted_and_harmless() {
    let asset = Asset::open(ASSET).unwrap();
    assert!(ASSET.len() <= 1_500_000, "{} bytes", ASSET.len());
    let keys: Vec<u32> = asset.keys.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
    assert!(keys.is_sorted_by(|one, next| one < next) && keys.len() == asset.cells_of_keys.len());
    assert!(asset.cells_of_keys.iter().all(|cell| usize::from(u16::from_le_bytes(*cell)) < asset.cells));
    let firsts = (0..asset.cells).step_by(7);
    for cell in firsts.chain([asset.cells - 1]) {
        let dots = asset.cell(cell).unwrap();
        assert!((0..CELL_DOTS).any(|y| (0..CELL_DOTS).any(|x| dots.is_black(x, y))), "cell {cell} is empty");
        for columns in [dots.columns(), dots.bold().columns()] {
            assert!(
                !executes(&columns) && !columns.windows(2).any(|pair| pair == [0x10, 0x14]),
                "cell {cell}"
            );
        }
    }
    assert_eq!(asset.cell(asset.cells), None);
}

#[test]
fn the_licence_goes_with_the_asset() {
    assert!(LICENCE.starts_with("Copyright ©") && LICENCE.contains("SIL OPEN FONT LICENSE Version 1.1"));
    // A Modified Version may not carry a Reserved Font Name; none is declared, and the asset has a name of its own anyway.
    assert!(!LICENCE.lines().take(3).any(|line| line.contains("Reserved Font Name")));
}

#[test]
fn a_damaged_asset_gives_nothing() {
    for damaged in [&ASSET[..10], &ASSET[..1_000], &b"kanji24\x02"[..], &ASSET[1..]] {
        assert!(Asset::open(damaged).is_none());
    }
    let cut = Asset::open(&ASSET[..ASSET.len() - 40]).unwrap();
    assert_eq!(cut.cell(cut.cells - 1), None);
}
