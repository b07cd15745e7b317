//! The printer's cases on the configured machine, with a person beside it.
//!
//! Invariants: a specimen is printed only after a yes; the drawer, which holds money, opens only after a yes; what only eyes can tell
//! is asked.

use domain::id::PrintJobId;
use drivers::{
    escpos::{EscPosConfig, EscPosPrinter},
    pos_printer::{Document, PosPrinter, PrintOutcome},
};

use super::{
    Person,
    printer::specimen,
    printer_flow,
    report::Check,
    trial::{PRINTER, Trial},
};

const DECLINED: &str = "立会者が行わないことを選びました。";
const AWAY: &str = "プリンターとつながっていません。";
/// Numbers of the kit's jobs: far from those of a counter's day.
const FIRST_JOB: u32 = 9_000_001;
/// Cases that need faults which nobody should make by hand: name and title.
const SIMULATOR_ONLY: [(&str, &str); 4] = [
    ("printer.power", "10か所の停電"),
    ("printer.cutter", "カッターの紙詰まり"),
    ("printer.order", "200件が順番どおり出る"),
    printer_flow::CASE,
];

/// Every case.
pub(super) async fn checks(device: &EscPosConfig, person: &dyn Person) -> Vec<Check> {
    let printer = EscPosPrinter::new(device.clone());
    let mut trial = Trial::new("printer.status", PRINTER, "状態を答える");
    let status = printer.status().await;
    trial.seen(format!("{status:?}"));
    trial.must(status.online, "the printer does not answer");
    let mut checks = vec![trial.done()];
    checks.push(glyphs(&printer, person, status.online).await);
    checks.push(cover(&printer, person, status.online).await);
    checks.push(drawer(&printer, person, status.online).await);
    for (name, title) in SIMULATOR_ONLY {
        let trial = Trial::new(name, PRINTER, title);
        checks.push(trial.skipped("実機では行いません。--live を付けない試験で確かめます。"));
    }
    checks
}

async fn print(printer: &EscPosPrinter, trial: &mut Trial, job: u32, document: Document) -> PrintOutcome {
    trial.sent(format!("job {job}: {} lines", document.lines.len()));
    let outcome = printer.print(PrintJobId(job), document).await;
    trial.seen(format!("{outcome:?}"));
    outcome
}

async fn glyphs(printer: &EscPosPrinter, person: &dyn Person, there: bool) -> Check {
    let mut trial = Trial::new("printer.glyphs", PRINTER, "漢字・半角カナ・QRがそのまま読める");
    if !there {
        return trial.skipped(AWAY);
    }
    if !person.agrees("試験印字を一枚出します。よいですか。").await {
        return trial.skipped(DECLINED);
    }
    let outcome = print(printer, &mut trial, FIRST_JOB, specimen("実機試験")).await;
    trial.must_equal("outcome", &outcome, &PrintOutcome::Printed);
    let reads = person.agrees("紙は切れて出ましたか。「？」や文字化けがなく、QRも読めますか。").await;
    trial.must(reads, "the person says that the paper does not read as it must");
    trial.done()
}

async fn cover(printer: &EscPosPrinter, person: &dyn Person, there: bool) -> Check {
    let mut trial = Trial::new("printer.cover", PRINTER, "カバーが開いていれば印刷を始めず、そう伝える");
    if !there {
        return trial.skipped(AWAY);
    }
    if !person.agrees("プリンターのカバーを開けてください。開けましたか。").await {
        return trial.skipped(DECLINED);
    }
    let outcome = print(printer, &mut trial, FIRST_JOB + 1, specimen("カバー")).await;
    trial.must(matches!(outcome, PrintOutcome::NotPrinted { .. }), "it began with its cover open");
    let closed = person.agrees("カバーを閉めてください。閉めましたか。").await;
    trial.must(closed && !printer.status().await.cover_open, "the cover is still open");
    trial.done()
}

async fn drawer(printer: &EscPosPrinter, person: &dyn Person, there: bool) -> Check {
    let mut trial = Trial::new("printer.drawer", PRINTER, "ドロワーは命令ごとに一度だけ開く");
    if !there {
        return trial.skipped(AWAY);
    }
    if !person.agrees("現金の引き出し（ドロワー）を開けます。見ている人がいますか。").await
    {
        return trial.skipped(DECLINED);
    }
    let document = Document { open_drawer: true, ..specimen("ドロワー") };
    let outcome = print(printer, &mut trial, FIRST_JOB + 2, document).await;
    trial.must_equal("outcome", &outcome, &PrintOutcome::Printed);
    let once = person.agrees("引き出しは一度だけ開きましたか。").await;
    trial.must(once, "the person says that it did not open once");
    trial.done()
}
