//! The daily report for a terminal: verdict, reasons, one line per counter, method and brand.

use std::fmt::Write;

use super::{CounterBlock, DailyReport};

/// The report as text.
#[must_use]
pub fn to_text(report: &DailyReport) -> String {
    let mut text = format!(
        "{} 収納日報 {}\n判定: {}({}現在、照合 {}{})\n",
        report.tenant_name,
        report.date.to_japanese(),
        report.verdict_ja,
        report.as_of,
        report.run,
        if report.live { "、その後に届いた窓口の記録を含む" } else { "" }
    );
    for reason in &report.reasons {
        push(&mut text, format_args!("  [{}] {}\n", reason.verdict.label_ja(), reason.sentence_ja));
    }
    for block in &report.counters {
        counter(&mut text, block);
    }
    let total = &report.total;
    push(
        &mut text,
        format_args!(
            "合計 収納 {}件 {}円、取消 {}件 {}円、純額 {}円、会社明細 {}円、入金 {}円、差異 {}円(総額 {}円)\n",
            total.sales.count,
            total.sales.amount,
            total.voids.count,
            total.voids.amount,
            total.net.amount,
            total.reported.amount,
            total.deposited,
            total.difference,
            total.breaks_gross
        ),
    );
    for line in &report.late {
        let late = &line.late;
        push(
            &mut text,
            format_args!(
                "過日分確定 {} {} {}円(領収日 {})\n",
                late.counter, line.method_ja, late.amount, late.payment_date
            ),
        );
    }
    for unknown in &report.unknowns {
        push(
            &mut text,
            format_args!(
                "結果不明 {} {} {} {}円({}日経過) {}\n",
                unknown.counter,
                unknown.at.to_paper(),
                unknown.method.label_ja(),
                unknown.amount,
                unknown.days,
                unknown.decided_ja.as_deref().unwrap_or_default()
            ),
        );
    }
    text
}

fn counter(text: &mut String, block: &CounterBlock) {
    push(text, format_args!("{} {} {}\n", block.facility, block.label, block.state_ja));
    for row in &block.rows {
        let line = &row.line;
        let reported = match (&line.contract, line.statement_received) {
            (None, _) => "—".to_owned(),
            (Some(_), false) => "未着".to_owned(),
            (Some(_), true) => format!("{}円", line.reported.amount),
        };
        push(
            text,
            format_args!(
                "  {} {}: 収納 {}件 {}円、取消 {}円、純額 {}円、会社明細 {reported}、差異 {}円 {}\n",
                row.method_ja,
                row.brand_ja.as_deref().unwrap_or("—"),
                line.sales.count,
                line.sales.amount,
                line.voids.amount,
                line.net.amount,
                line.difference,
                row.verdict_ja
            ),
        );
    }
}

/// Writing to a `String` cannot fail.
fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    let written = text.write_fmt(arguments);
    debug_assert!(written.is_ok(), "a string takes every text");
}
