//! The printer's cases against the simulator (`devices.md` 6): glyphs and widths, the proof of a job, paper, cover, cutter, power,
//! drawer, order.
//!
//! Invariant: the paper is the judge: a job counts as printed only where its whole paper lies there, cut. Not here: what is drawn dot by
//! dot ([`super::printer_drawn`]) and a serial line that is held ([`super::printer_flow`]).

use std::time::Duration;

use domain::id::PrintJobId;
use drivers::{
    escpos::{
        Columns, EscPosConfig, EscPosPrinter, preview,
        simulator::{EscPosSimulator, SimulatorConfig},
    },
    pos_printer::{Align, Document, Line, PosPrinter, PrintOutcome},
    script::Script,
    transport::Transport,
};
use tokio::time::{Instant, sleep, timeout};

use super::{
    printer_drawn, printer_flow,
    report::Check,
    trial::{PRINTER, SCRIPTS, Trial},
};

/// Longest time for one check, in milliseconds.
const CHECK_MAX_MS: u64 = 60_000;
/// A whole job is proven within this time (`devices.md` 6), in milliseconds.
const PROOF_MAX_MS: u64 = 10_000;
/// Jobs of the order check.
const JOBS_COUNT: u32 = 200;
/// Where the power fails, in printed rows.
const POWER_POINTS: [u32; 10] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
/// What the preview writes where a QR symbol stands.
const QR_WORD: &str = "ＱＲコード";
const PAPER_END: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../drivers/testdata/scripts/11a_paper_end_then_reload.toml"
));
const POWER_CUT: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../drivers/testdata/scripts/11b_power_cut_before_process_id.toml"
));

/// Every case.
pub(super) async fn checks(device: &EscPosConfig) -> Vec<Check> {
    vec![
        glyphs(device, "printer.glyphs.48", "48桁: 漢字・半角カナ・QRがそのまま読める", 48).await,
        glyphs(device, "printer.glyphs.42", "42桁: 漢字・半角カナ・QRがそのまま読める", 42).await,
        glyphs(device, "printer.glyphs.35", "35桁: 漢字・半角カナ・QRがそのまま読める", 35).await,
        missing_glyph(device).await,
        cover(device).await,
        paper_end(device).await,
        cutter(device).await,
        power(device).await,
        power_before_the_proof(device).await,
        near_end(device).await,
        drawer(device).await,
        order(device).await,
        printer_drawn::check(device).await,
        printer_flow::check(device).await,
    ]
}

/// A driver and its simulated printer.
pub(super) struct Bench {
    pub simulator: EscPosSimulator,
    printer: EscPosPrinter,
    columns: Columns,
}

fn text(text: &str) -> Line {
    Line::Text { text: text.to_owned(), align: Align::Left, large: false, bold: false }
}

/// Ten rows and a symbol: kanji, half-width kana, double size, both edges.
pub(super) fn specimen(mark: &str) -> Document {
    let pair = |left: &str, right: &str| Line::Pair { left: left.into(), right: right.into(), bold: false };
    let lines = vec![
        Line::Text { text: "試験印字".into(), align: Align::Centre, large: true, bold: false },
        text(mark),
        Line::Rule,
        pair("住民票の写し 300円 × 1通", "¥300"),
        pair("ﾃｽﾄ ｶﾅ ﾊﾝｶｸ", "0123456789"),
        text("①㈱〒々ヶ「窓口」・領収日"),
        // Drawn dot by dot, in a row and as characters of the job's own (ADR 0012 of the project).
        text("𠮟・製麵・髙・邉\u{e0101}"),
        Line::Text { text: "𠮟麵".into(), align: Align::Centre, large: true, bold: false },
        text("ABCDEFGHIJKLMNOPQRSTUVWXYZ #$%&()*+,-./:;<=>@[]^_{|}~"),
        Line::Blank,
        text("ここまで読めれば合格です。"),
        Line::Qr("https://receipt.city.example.jp/v/SHIKEN-000001".into()),
    ];
    Document { lines, open_drawer: false }
}

impl Bench {
    pub fn expected(&self, document: &Document) -> Vec<String> {
        preview(document, self.columns).into_iter().filter(|line| !line.contains(QR_WORD)).collect()
    }

    pub async fn print(&self, trial: &mut Trial, job: u32, document: &Document) -> PrintOutcome {
        trial.sent(format!("job {job}: {} lines", document.lines.len()));
        let outcome = self.printer.print(PrintJobId(job), document.clone()).await;
        trial.seen(format!("job {job}: {outcome:?}"));
        outcome
    }

    /// Every paper, as it lies there.
    pub fn tell(&self, trial: &mut Trial) {
        for (number, paper) in self.simulator.papers().iter().enumerate().take(3) {
            paper.lines.iter().for_each(|line| trial.seen(format!("paper {}: {line}", number + 1)));
            paper.qr.iter().for_each(|qr| trial.seen(format!("paper {}: QR {qr}", number + 1)));
        }
        trial.seen(format!(
            "papers {}, hanging rows {}, drawer {}",
            self.simulator.papers().len(),
            self.simulator.hanging().lines.len(),
            self.simulator.drawer_kicks()
        ));
    }
}

/// The driver as it is configured, on another line and with short deadlines.
pub(super) fn impatient(device: &EscPosConfig, transport: Transport) -> EscPosConfig {
    EscPosConfig {
        transport,
        connect_ms: 1_000,
        write_ms: 800,
        answer_ms: 700,
        process_id_ms: 700,
        row_ms: 5,
        attention_ms: 600,
        ..device.clone()
    }
}

/// The impatient driver before a simulator of its own.
pub(super) async fn build(device: &EscPosConfig, script: Script, columns: u8) -> Result<Bench, String> {
    let machine = SimulatorConfig { columns, script, ..SimulatorConfig::default() };
    let simulator = EscPosSimulator::start(&machine).await.map_err(|error| error.to_string())?;
    let columns = Columns::try_from(columns).map_err(|error| error.to_string())?;
    let config = EscPosConfig { columns, ..impatient(device, simulator.address()) };
    Ok(Bench { simulator, printer: EscPosPrinter::new(config), columns })
}

/// Runs a check on a bench of its own; a bench that cannot be built skips it.
macro_rules! on_paper {
    ($device:expr, $trial:expr, $script:expr, $columns:expr, |$bench:ident, $check:ident| $body:block) => {{
        let mut check = $trial;
        match build($device, $script, $columns).await {
            Err(error) => check.skipped(format!("the simulator does not start: {error}")),
            Ok(built) => {
                let ended = {
                    let ($bench, $check) = (&built, &mut check);
                    timeout(Duration::from_millis(CHECK_MAX_MS), async { $body }).await
                };
                check.must(ended.is_ok(), "it did not come to an end");
                built.tell(&mut check);
                built.simulator.stop().await;
                check.done()
            }
        }
    }};
}

fn parse(trial: &mut Trial, text: &str) -> Script {
    Script::parse(text).unwrap_or_else(|error| {
        trial.must(false, format!("the script: {error}"));
        Script::none()
    })
}

async fn glyphs(device: &EscPosConfig, name: &'static str, title: &'static str, columns: u8) -> Check {
    let trial = Trial::new(name, PRINTER, title);
    on_paper!(device, trial, Script::none(), columns, |bench, trial| {
        let (document, from) = (specimen("ニホンゴ"), Instant::now());
        let outcome = bench.print(trial, 1, &document).await;
        trial.must_equal("outcome", &outcome, &PrintOutcome::Printed);
        trial.must(from.elapsed() <= Duration::from_millis(PROOF_MAX_MS), "the proof came late");
        let papers = bench.simulator.papers();
        let lines = papers.first().map(|paper| paper.lines.clone()).unwrap_or_default();
        trial.must_equal("the paper", &lines, &bench.expected(&document));
        trial.must(!lines.concat().contains('?'), "a character came out as ?");
        let symbols = papers.first().map_or(0, |paper| paper.qr.len());
        trial.must_equal("symbols", &symbols, &1);
        trial.must_equal("bytes that began no command", &bench.simulator.unknown_bytes(), &0);
    })
}

async fn missing_glyph(device: &EscPosConfig) -> Check {
    let trial = Trial::new(
        "printer.missing-glyph",
        PRINTER,
        "印字できない文字を ? にしない（断るか、印を付けて置き換える）",
    );
    on_paper!(device, trial, Script::none(), 48, |bench, trial| {
        let document = Document { lines: vec![text("🍣")], open_drawer: false };
        match bench.print(trial, 1, &document).await {
            PrintOutcome::NotPrinted { .. } => {
                trial.must_equal("papers", &bench.simulator.papers().len(), &0)
            }
            PrintOutcome::Printed => {
                let lines =
                    bench.simulator.papers().first().map(|paper| paper.lines.concat()).unwrap_or_default();
                trial.must(!lines.contains('?') && lines.contains('※'), "replaced without its mark");
            }
            other => trial.must(false, format!("{other:?}")),
        }
    })
}

async fn cover(device: &EscPosConfig) -> Check {
    let trial = Trial::new("printer.cover", PRINTER, "カバーが開いていれば印刷を始めず、そう伝える");
    on_paper!(device, trial, Script::none(), 48, |bench, trial| {
        bench.simulator.cover(true);
        let outcome = bench.print(trial, 1, &specimen("カバー")).await;
        let told = matches!(&outcome, PrintOutcome::NotPrinted { reason_ja } if reason_ja.contains("カバー"));
        trial.must(told, "the cover is not named");
        trial.must(bench.simulator.papers().is_empty(), "something was printed");
        bench.simulator.cover(false);
        let outcome = bench.print(trial, 2, &specimen("カバー")).await;
        trial.must_equal("afterwards", &outcome, &PrintOutcome::Printed);
    })
}

/// Script 11a: the paper ends at row 9 and is loaded too late for the job.
async fn paper_end(device: &EscPosConfig) -> Check {
    let mut trial = Trial::new("script.11a", SCRIPTS, "用紙切れ: 消してから一度だけ再発行");
    let script = parse(&mut trial, PAPER_END);
    on_paper!(device, trial, script, 48, |bench, trial| {
        let outcome = bench.print(trial, 1, &specimen("原本")).await;
        let cleared = matches!(outcome, PrintOutcome::Unknown { may_still_print: false, .. });
        trial.must(cleared, "it is not known as cleared");
        trial.must_equal("hanging rows", &bench.simulator.hanging().lines.len(), &9);
        bench.simulator.reload_paper();
        sleep(Duration::from_millis(200)).await;
        trial.must_equal("rows after the reload", &bench.simulator.hanging().lines.len(), &9);
        let outcome = bench.print(trial, 2, &specimen("再発行")).await;
        trial.must_equal("the copy", &outcome, &PrintOutcome::Printed);
        trial.must_equal("papers", &bench.simulator.papers().len(), &1);
    })
}

/// Script 11b: all is on paper and cut when the power fails, before the printer says so.
async fn power_before_the_proof(device: &EscPosConfig) -> Check {
    let mut trial = Trial::new("script.11b", SCRIPTS, "証明の直前の停電: 印刷不明、印刷済みとは言わない");
    let script = parse(&mut trial, POWER_CUT);
    on_paper!(device, trial, script, 48, |bench, trial| {
        let outcome = bench.print(trial, 1, &specimen("原本")).await;
        let unknown = matches!(outcome, PrintOutcome::Unknown { may_still_print: true, .. });
        trial.must(unknown, "it is not known as unknown");
        trial.must_equal("papers", &bench.simulator.papers().len(), &1);
    })
}

async fn cutter(device: &EscPosConfig) -> Check {
    let trial = Trial::new("printer.cutter", PRINTER, "カッターの紙詰まりは印刷済みにしない");
    on_paper!(device, trial, Script::none(), 48, |bench, trial| {
        bench.simulator.jam_cutter();
        let outcome = bench.print(trial, 1, &specimen("紙詰まり")).await;
        trial.must(outcome != PrintOutcome::Printed, "a jammed receipt counts as printed");
        trial.must(bench.printer.status().await.cutter_error, "the status does not say so");
        bench.simulator.free_cutter();
        let outcome = bench.print(trial, 2, &specimen("再発行")).await;
        trial.must_equal("afterwards", &outcome, &PrintOutcome::Printed);
    })
}

async fn power(device: &EscPosConfig) -> Check {
    let mut kept =
        Trial::new("printer.power", PRINTER, "10か所の停電: 全部そろった紙だけが印刷済み、原本は二枚出ない");
    for row in POWER_POINTS {
        let rule = format!("{{ state = \"line\", nth = {row}, do = \"power\", reconnect_ms = 150 }}");
        let script = parse(&mut kept, &format!("device = \"escpos\"\nrule = [{rule}]"));
        let trial = Trial::new("printer.power", PRINTER, "");
        let one = on_paper!(device, trial, script, 48, |bench, trial| {
            bench.simulator.slow_ms(4);
            let outcome = bench.print(trial, 1, &specimen("原本")).await;
            let whole = bench.simulator.papers().len();
            trial.must(outcome != PrintOutcome::Printed || whole == 1, "printed, and not whole");
            trial.must(whole <= 1, "two originals");
            let outcome = bench.print(trial, 2, &specimen("再発行")).await;
            trial.must_equal("afterwards", &outcome, &PrintOutcome::Printed);
        });
        kept.seen(format!("power at row {row}: {}", one.word_ja()));
        kept.must(one.reason().is_empty(), format!("row {row}: {}", one.reason()));
    }
    kept.done()
}

async fn near_end(device: &EscPosConfig) -> Check {
    let trial = Trial::new("printer.near-end", PRINTER, "残り少ない用紙を知らせ、印刷は続ける");
    on_paper!(device, trial, Script::none(), 48, |bench, trial| {
        trial.must(!bench.printer.status().await.paper_near_end, "told before it is so");
        bench.simulator.near_end(true);
        let status = bench.printer.status().await;
        trial.must(status.paper_near_end && !status.paper_end, format!("the status says {status:?}"));
        let outcome = bench.print(trial, 1, &specimen("残少")).await;
        trial.must_equal("outcome", &outcome, &PrintOutcome::Printed);
    })
}

async fn drawer(device: &EscPosConfig) -> Check {
    let trial =
        Trial::new("printer.drawer", PRINTER, "ドロワーは命令ごとに一度だけ開き、印字データでは開かない");
    on_paper!(device, trial, Script::none(), 48, |bench, trial| {
        // DLE DC4 1: what opens a drawer in real time, within the data of a symbol.
        let payload = "a\u{10}\u{14}\u{1}\u{0}\u{1}z".to_owned();
        let document = Document { lines: vec![Line::Qr(payload)], open_drawer: false };
        bench.print(trial, 1, &document).await;
        trial.must_equal("opened by data", &bench.simulator.drawer_kicks(), &0);
        let document = Document { open_drawer: true, ..specimen("ドロワー") };
        bench.print(trial, 2, &document).await;
        trial.must_equal("opened by command", &bench.simulator.drawer_kicks(), &1);
    })
}

async fn order(device: &EscPosConfig) -> Check {
    let trial = Trial::new("printer.order", PRINTER, "200件が順番どおり、欠けず、一度ずつ出る");
    on_paper!(device, trial, Script::none(), 48, |bench, trial| {
        let mut wanted = Vec::new();
        for job in 1..=JOBS_COUNT {
            let line = format!("{job}番");
            let document = Document { lines: vec![text(&line)], open_drawer: false };
            let outcome = bench.printer.print(PrintJobId(job), document).await;
            trial.must(outcome == PrintOutcome::Printed, format!("job {job}: {outcome:?}"));
            wanted.push(line);
        }
        trial.sent(format!("{JOBS_COUNT} jobs"));
        let papers: Vec<String> = bench.simulator.papers().iter().map(|paper| paper.lines.concat()).collect();
        trial.must(papers == wanted, format!("{} papers, or out of order", papers.len()));
    })
}
