//! The ten lines of the 照合書 and what stands below them.

use domain::money::Yen;
use engine::outcome::{ContractSheet, Figure, Payout};

use super::{Booked, SheetPaper, money};
use crate::jobs::{
    month::YearMonth,
    papers::{
        period,
        table::{Behind, Cell, Column, PaperTable, RowKind, TableRow},
    },
};

/// Who seals it.
const SEALS: &[&str] = &["作成", "確認", "承認"];

/// The paper laid out.
pub(super) fn table(paper: &SheetPaper) -> PaperTable {
    let sheet = &paper.sheet;
    PaperTable {
        title: "照合書",
        head: vec![
            ("団体", paper.tenant_name.clone()),
            ("契約", sheet.label_ja.clone()),
            ("受託者", paper.acquirer_ja.clone()),
            ("期間", period(sheet.from, sheet.to)),
            ("入金方式", paper.way_ja.clone()),
            ("手数料", paper.fee_ja.clone()),
            ("資料の等級", paper.grade_ja.to_string()),
            ("判定", sheet.sentence_ja.clone()),
            ("基準日", paper.as_of.to_japanese()),
        ],
        columns: vec![
            Column::words("行"),
            Column::words("内容"),
            Column::numbers("件"),
            Column::numbers("円"),
        ],
        rows: rows(paper),
        notes: notes(paper),
        seals: SEALS,
    }
}

/// 月 for a closing of a whole month, 期 for any other.
fn span(sheet: &ContractSheet) -> &'static str {
    let month = YearMonth::of(sheet.to);
    if (sheet.from, sheet.to) == (month.first(), month.last()) { "月" } else { "期" }
}

fn rows(paper: &SheetPaper) -> Vec<TableRow> {
    let (sheet, span) = (&paper.sheet, span(&paper.sheet));
    let reported = sheet.reported_sales.plus(sheet.reported_refunds);
    let mut rows = vec![
        figure("1", format!("前{span}末未報告"), sheet.opening),
        figure("2", "当方収納(成立)".to_owned(), sheet.sales).backed_by(behind(sheet)),
        figure("3", settled_words(paper), sheet.settled_unknowns),
        figure("4", refund_words(paper), sheet.refunds),
        yen("5", reported_words(sheet), reported.amount).backed_by(behind(sheet)),
        figure("6", format!("翌{span}繰越 = 1+2+3+4−5"), sheet.carried),
    ];
    if !sheet.awaiting.is_zero() {
        rows.push(alarm("資料未着(明細が届いていない分)".to_owned(), sheet.awaiting));
    }
    if sheet.breaks_gross != Yen::ZERO {
        let words = format!("明細との差異(純額。総額 {}円)", sheet.breaks_gross);
        rows.push(alarm(words, sheet.breaks_net));
    }
    rows.extend(money::rows(paper));
    rows.extend(paper.settled.iter().map(|one| yen("", one.words_ja(), one.amount)));
    rows
}

/// The records of the closing.
pub(super) fn behind(sheet: &ContractSheet) -> Behind {
    Behind::Closing { contract: sheet.contract.clone(), to: sheet.to }
}

fn figure(number: &str, words: String, figure: Figure) -> TableRow {
    let cells =
        vec![Cell::text(number), Cell::Text(words), Cell::Count(figure.count), Cell::Yen(figure.amount)];
    TableRow::new(RowKind::Body, cells)
}

fn alarm(words: String, of: Figure) -> TableRow {
    TableRow { kind: RowKind::Alarm, ..figure("", words, of) }
}

/// A line of yen without a count.
pub(super) fn yen(number: &str, words: String, amount: Yen) -> TableRow {
    TableRow::new(
        RowKind::Body,
        vec![Cell::text(number), Cell::Text(words), Cell::empty(), Cell::Yen(amount)],
    )
}

/// `結果不明 → 明細で成立 (7/18 確定)`
fn settled_words(paper: &SheetPaper) -> String {
    let mut days: Vec<String> = paper
        .late
        .iter()
        .map(|late| format!("{}/{}", late.business_day.month(), late.business_day.day()))
        .collect();
    days.dedup();
    if days.is_empty() || paper.sheet.settled_unknowns.is_zero() {
        return "結果不明 → 明細で成立".to_owned();
    }
    format!("結果不明 → 明細で成立({} 確定)", days.join("、"))
}

/// `締め後返金 (戻出決裁番号 3)`
fn refund_words(paper: &SheetPaper) -> String {
    let numbers: Vec<String> =
        paper.refunds.iter().filter_map(|refund| refund.number).map(|number| number.to_string()).collect();
    if numbers.is_empty() {
        return "締め後返金".to_owned();
    }
    format!("締め後返金(戻出決裁番号 {})", numbers.join("、"))
}

fn reported_words(sheet: &ContractSheet) -> String {
    let side = |word: &str, figure: Figure| {
        format!("{word} {}件 {}", Yen::new(figure.count.saturating_abs()), figure.amount)
    };
    format!("会社明細({}、{})", side("売上", sheet.reported_sales), side("返金", sheet.reported_refunds))
}

/// `口座入金 8/3`
pub(super) fn deposit_words(paper: &SheetPaper) -> String {
    let day = match paper.sheet.deposited_on {
        Some(day) => format!("口座入金 {}/{}", day.month(), day.day()),
        None => format!(
            "口座入金(指定日 {}/{}、{})",
            paper.sheet.expected_on.month(),
            paper.sheet.expected_on.day(),
            paper.sheet.payout_state.label_ja()
        ),
    };
    if paper.merged > 1 { format!("{day}({}契約分の合算入金)", paper.merged) } else { day }
}

fn notes(paper: &SheetPaper) -> Vec<String> {
    let mut notes = paper.waiting_terms.clone();
    match &paper.payout {
        Some(payout) => {
            notes.push(booked(paper, payout));
            notes.extend(by_year(payout));
            notes.extend(shared(paper));
        }
        None => notes.push("整理: 支払予定はまだありません。".to_owned()),
    }
    notes.extend(money::proof(paper));
    let unknown = paper.sheet.unknown;
    if !unknown.is_zero() {
        notes.push(format!("外書: 結果不明 {}件 {}円(収納に含めず)。", unknown.count, unknown.amount));
    }
    notes
}

/// `整理: 歳入 30,450、戻出 ▲450、歳出 役務費 ▲653 = 29,347。`
fn booked(paper: &SheetPaper, payout: &Payout) -> String {
    let Booked { revenue, from_before, given_back, repaid, costs, adjusted, carried_in, miscounted } =
        paper.booked(payout);
    let carried_words =
        if carried_in.is_negative() { "前回払えなかった分" } else { "前回からの繰越" };
    let mut parts = vec![format!("歳入 {revenue}")];
    for (word, amount) in [
        ("移行時の未収(前の帳簿で計上済み)", from_before),
        ("戻出", given_back),
        ("歳出 償還金利子及び割引料", repaid),
        ("歳出 役務費", costs),
        ("会社による調整(確かめるまで仮受)", adjusted),
        (carried_words, carried_in),
        ("支払明細の計算相違", miscounted),
    ] {
        if amount != Yen::ZERO {
            parts.push(format!("{word} {amount}"));
        }
    }
    let carried = payout.carry_out;
    let sum = match (carried == Yen::ZERO, payout.net == Yen::ZERO, carried.is_negative()) {
        (true, ..) => payout.net.to_string(),
        (false, true, true) => format!("{carried}(翌期に差し引かれる額)"),
        (false, true, false) => format!("{carried}(翌期へ繰り越す額)"),
        (false, false, _) => format!("{} と次回繰越 {carried}", payout.net),
    };
    let invoiced = payout.fee.saturating_add(payout.fee_tax);
    let tail = if paper.kept_back || invoiced == Yen::ZERO {
        String::new()
    } else {
        format!("ほかに手数料の請求 {invoiced}(歳出 役務費)。")
    };
    format!("整理: {} = {sum}。{tail}", parts.join("、"))
}

/// Of a part of a sale of several years nobody has said which lines it gives back: a person looks.
fn shared(paper: &SheetPaper) -> Option<String> {
    let numbers: Vec<String> = paper
        .refunds
        .iter()
        .filter(|refund| refund.lanes.is_shared())
        .filter_map(|refund| refund.number)
        .map(|number| number.to_string())
        .collect();
    (!numbers.is_empty())
        .then(|| format!("戻出決裁番号 {}: 年度別の額は按分のため要確認。", numbers.join("、")))
}

/// One line a year where the closing straddles 31 March (papers.md C3, C4).
fn by_year(payout: &Payout) -> Vec<String> {
    if payout.years.len() < 2 {
        return Vec::new();
    }
    let line = |share: &engine::years::YearShare| {
        format!(
            "{}分: 収納 {}件 {}、手数料 {}、入金 {}({})。",
            share.year.to_japanese(),
            share.gross.count,
            share.gross.amount,
            Yen::ZERO.saturating_sub(share.fee),
            share.net,
            share.received_as.label_ja()
        )
    };
    payout.years.iter().map(line).collect()
}
