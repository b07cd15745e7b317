//! What the printer has no glyph for: kanji drawn dot by dot (`ESC *`, `FS 2`; ADR 0012) and the logo as a raster image.
//!
//! Invariant: the paper is the judge twice: what a reader of its dots reads is the document, and the dots themselves are those of the
//! house's glyphs. Not here: what only eyes can tell of darkness and size, which a live printer's specimen shows.

use drivers::{
    escpos::{
        EscPosConfig,
        cell::{Shape, cells},
    },
    pos_printer::{Align, Document, Line, PrintOutcome},
    script::Script,
};

use super::{
    printer::{Bench, build},
    report::Check,
    trial::{PRINTER, Trial},
};

/// Kanji of names that no printer of this class has, with both kinds of variation sequences; made up.
const NAMES: &str = "𠮟麵 髙﨑 邉\u{e0101} 辻\u{e0100} 葛\u{e0100} 𠮷";
/// Width of the paper, in half-width characters.
const WIDTH_COLUMNS: u8 = 48;
/// What the preview writes where a picture or a symbol stands.
const PLACE_MARK: char = '［';

/// `printer.raster`.
pub(super) async fn check(device: &EscPosConfig) -> Check {
    let mut trial =
        Trial::new("printer.raster", PRINTER, "点で描く文字と画像: 読み取った文字が原稿と同じで、? がない");
    let bench = match build(device, Script::none(), WIDTH_COLUMNS).await {
        Ok(bench) => bench,
        Err(error) => return trial.skipped(format!("the simulator does not start: {error}")),
    };
    judge(&bench, &mut trial, device.logo.is_some()).await;
    bench.tell(&mut trial);
    bench.simulator.stop().await;
    trial.done()
}

fn row(large: bool, bold: bool) -> Line {
    Line::Text { text: NAMES.to_owned(), align: Align::Left, large, bold }
}

async fn judge(bench: &Bench, trial: &mut Trial, has_logo: bool) {
    let mut lines = vec![row(false, false), row(true, false), row(false, true), row(true, true)];
    lines.extend(has_logo.then_some(Line::Logo));
    let document = Document { lines, open_drawer: false };
    let outcome = bench.print(trial, 1, &document).await;
    trial.must_equal("outcome", &outcome, &PrintOutcome::Printed);
    let papers = bench.simulator.papers();
    let Some(paper) = papers.first() else { return trial.must(false, "no paper came out") };
    let expected: Vec<String> =
        bench.expected(&document).into_iter().filter(|line| !line.contains(PLACE_MARK)).collect();
    trial.must_equal("what the dots read as", &paper.lines, &expected);
    let replaced = paper.lines.concat().contains(['?', '\u{fffd}', '※']);
    trial.must(!replaced, "a character came out as ?, or replaced");
    // Rows of single height carry their dots; those of double size are characters of the job's own.
    let drawn = [false, true].map(columns).concat();
    let on_paper: Vec<u8> = paper.column_images.concat();
    trial.seen(format!("{} bytes of column images in {} rows", on_paper.len(), paper.lines.len()));
    trial.must(!drawn.is_empty() && on_paper == drawn, "the dots on the paper are not those of the glyphs");
    trial.must_equal("bytes that began no command", &bench.simulator.unknown_bytes(), &0);
    if has_logo {
        trial.must(paper.rasters > 0 || !paper.stored.is_empty(), "the configured logo is not on the paper");
    }
}

/// The dots of a row's drawn cells, three bytes a column.
fn columns(bold: bool) -> Vec<u8> {
    let dots = cells(NAMES).filter_map(|(_, cell)| match cell.shape()? {
        Shape::Dots(dots) if bold => Some(dots.bold().columns()),
        Shape::Dots(dots) => Some(dots.columns()),
        Shape::Font(_) => None,
    });
    dots.flatten().collect()
}
