//! What was unusual in the month, one Japanese sentence each, in the order of the days.
//!
//! Invariant: read back from the centre's rows, its report and its receipts of files, never from the plan.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use domain::{
    event::Actor,
    id::{CounterId, SequenceNumber},
    time::CivilDate,
};
use engine::Verdict;
use journal::{chain::JournalId, payload};
use recon_server::jobs::month::MonthlyReport;
use serde::Serialize;

use super::{July, paperwork::Received};
use crate::story::{PAGE_ENTRIES, doubt_and_its_end, taken_back};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Told {
    /// The day.
    pub date: CivilDate,
    /// What.
    pub sentence: String,
}

impl July {
    /// The unusual of the month.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn story(&self, report: &MonthlyReport) -> Result<Vec<Told>> {
        let mut told = self.at_the_counters(report).await?;
        told.extend(self.held_up_and_replaced().await?);
        told.extend(self.received.iter().enumerate().filter_map(|(nth, file)| self.odd_file(nth, file)));
        told.extend(report.late.iter().map(|line| Told {
            date: line.late.business_day,
            sentence: format!(
                "{} {}円は{}の領収として確定しました（過日分確定）。預り証のお客様に領収書を渡せます。",
                line.method_ja, line.late.amount, line.late.payment_date
            ),
        }));
        for refund in &report.refunds {
            let number = refund.number.map(|number| format!("、決裁番号 {number}")).unwrap_or_default();
            told.push(Told {
                date: refund.refunded_on,
                sentence: format!(
                    "{}に領収した{}円を締めの後に返しました（{}{number}）。理由: {}。二人で決め、収納の合計は変えません。",
                    refund.received_on, refund.amount, refund.lane_ja, refund.ground
                ),
            });
        }
        told.extend(report.exceptions.iter().map(|line| Told {
            date: line.exception.day,
            sentence: format!("【{}】{}", line.class_ja, line.exception.sentence_ja),
        }));
        told.sort();
        Ok(told)
    }

    /// Doubts and what ended them, sales taken back.
    async fn at_the_counters(&self, report: &MonthlyReport) -> Result<Vec<Told>> {
        let state = self.state()?;
        let mut unit = state.store.snapshot().await?;
        let (from, to) = (report.month.first(), report.month.last());
        let attempts = unit.attempts(state.tenant(), from, to).await?;
        let sales = unit.sales_booked(state.tenant(), from, to, None).await?;
        let doubts = attempts.iter().filter_map(|row| {
            Some(Told { date: row.attempt.business_day, sentence: doubt_and_its_end(row)? })
        });
        let voids = sales
            .iter()
            .filter_map(|row| Some(Told { date: row.sale.business_day, sentence: taken_back(row)? }));
        Ok(doubts.chain(voids).collect())
    }

    /// Entries that the line held up, by day and counter, and machines that were replaced.
    async fn held_up_and_replaced(&self) -> Result<Vec<Told>> {
        let state = self.state()?;
        let mut unit = state.store.snapshot().await?;
        let (mut told, mut late): (Vec<Told>, BTreeMap<(CivilDate, CounterId), u32>) = Default::default();
        for counter in unit.counters(state.tenant()).await? {
            for incarnation in unit.incarnations(state.tenant(), &counter.counter).await? {
                if incarnation.incarnation.0 > 1 {
                    told.push(Told {
                        date: incarnation.granted_at.date(),
                        sentence: format!(
                            "{}の窓口機を取り替えました（世代{}）。領収書は{}番から欠番なく続きます。",
                            counter.profile.counter_label,
                            incarnation.incarnation.0,
                            incarnation.first_receipt
                        ),
                    });
                }
                let journal = JournalId {
                    tenant: state.tenant().clone(),
                    counter: counter.counter.clone(),
                    incarnation: incarnation.incarnation,
                };
                let mut after = SequenceNumber(0);
                loop {
                    let page = unit.entries(&journal, after, PAGE_ENTRIES).await?;
                    for stored in &page {
                        let made = payload::read(&stored.entry).context("an entry of the month")?.meta;
                        // The town's clock jumps from visit to visit and from day to day: only what a person did on another day
                        // says that the line was down.
                        let by_person = matches!(made.actor, Actor::Operator { .. });
                        if by_person && stored.received_at.date() > made.at.date() {
                            *late.entry((made.at.date(), counter.counter.clone())).or_default() += 1;
                        }
                        after = SequenceNumber(after.0 + 1);
                    }
                    if page.is_empty() {
                        break;
                    }
                }
            }
        }
        told.extend(late.into_iter().map(|((date, counter), entries)| Told {
            date,
            sentence: format!(
                "{counter}: 中央につながらない間も会計を続け、窓口の操作{entries}件の記録が後から欠けずに届きました。"
            ),
        }));
        Ok(told)
    }

    /// A file that came twice, was corrected, or was waited for.
    fn odd_file(&self, nth: usize, file: &Received) -> Option<Told> {
        let say = |sentence: String| Some(Told { date: file.on, sentence });
        let name = &file.file;
        if file.receipts.is_empty() {
            return say(format!("同じファイルをもう一度受け取りました。何も変えていません（{name}）。"));
        }
        let revised: u32 = file.receipts.iter().map(|receipt| receipt.revised).sum();
        if revised > 0 {
            return say(format!(
                "訂正されたファイルを受け取り、{revised}行を新しい内容に置き換えました（{name}）。"
            ));
        }
        let waited = self.judged.iter().any(|judged| {
            let mine = judged.contract.as_str() == file.source && judged.as_of < file.on;
            mine && judged.as_of > file.period.1.plus_days(20) && judged.verdict == Verdict::Incomplete
        });
        (waited && nth > 0).then(|| Told {
            date: file.on,
            sentence: format!(
                "届いていなかった明細が届きました。それまで、この契約の判定は「未確定」でした（{name}）。"
            ),
        })
    }
}
