//! Proposals and wishes in words: lines, facts, the records behind them.
//!
//! Invariant: who and when stand beside every step; a record leads to its own page.

use domain::{money::Yen, time::CivilDate};
use engine::{ExceptionClass, outcome::Exception};
use store::controls::{ControlAction, ControlDecision, ControlRow, ControlTopic};

use super::super::{day_and_time, records::Surroundings, report_lists, why};
use crate::{
    jobs::{
        JobError,
        controls::{ControlRefusal, Document, Proposal, document},
        hand::HandFact,
    },
    web::view::{
        controls::{ActionChoice, ControlAskPage, ProposalLine, WishLine},
        refunds::RefundState,
        sale::Fact,
        words::Link,
    },
};

/// The word of a topic in addresses.
const fn topic_code(topic: ControlTopic) -> &'static str {
    match topic {
        ControlTopic::Match => "match",
        ControlTopic::Alias => "alias",
        ControlTopic::Period => "period",
        ControlTopic::Hand => "hand",
        ControlTopic::WriteOff => "write-off",
        ControlTopic::Chargeback => "chargeback",
        ControlTopic::Terms => "terms",
    }
}

/// The topic of a word in addresses, where one may ask for it there.
pub fn topic_of(code: &str) -> Option<ControlTopic> {
    [ControlTopic::Match, ControlTopic::Alias, ControlTopic::WriteOff, ControlTopic::Chargeback]
        .into_iter()
        .find(|topic| topic_code(*topic) == code)
}

const fn topic_words(topic: ControlTopic) -> &'static str {
    match topic {
        ControlTopic::Match => "突合",
        ControlTopic::Alias => "振込名義",
        ControlTopic::Period => "月の締め",
        ControlTopic::Hand => "手入力",
        ControlTopic::WriteOff => "処理済",
        ControlTopic::Chargeback => "チャージバック",
        ControlTopic::Terms => "手数料の決まり",
    }
}

/// The word of an action: what was typed is entered, not confirmed.
const fn action_words(topic: ControlTopic, action: ControlAction) -> &'static str {
    match (topic, action) {
        (ControlTopic::Hand, ControlAction::Confirm) => "登録する",
        (ControlTopic::Terms, ControlAction::Confirm) => "変える",
        (ControlTopic::WriteOff, ControlAction::Confirm) => "処理済にする",
        (ControlTopic::Chargeback, ControlAction::Confirm) => "受け入れる",
        (ControlTopic::Chargeback, ControlAction::Refuse) => "争う",
        _ => action.label_ja(),
    }
}

/// The form in which one asks about a proposal.
pub fn ask_address(topic: ControlTopic, subject: &str) -> String {
    format!("/confirm/ask/{}/{subject}", topic_code(topic))
}

/// The words to choose from.
pub fn choices(topic: ControlTopic) -> Vec<ActionChoice> {
    let choice = |action: ControlAction, label, hint| ActionChoice { code: action.code(), label, hint };
    match topic {
        ControlTopic::Alias => vec![
            choice(
                ControlAction::Confirm,
                "この契約の名義として使う",
                "この名義の入金は、この契約の支払として突合されます",
            ),
            choice(
                ControlAction::Refuse,
                "この契約の名義ではない",
                "提案は出なくなります。入金は不明のまま残ります",
            ),
        ],
        ControlTopic::WriteOff => vec![choice(
            ControlAction::Confirm,
            "処理済にする",
            "不一致の一覧から外れ、照合書に「処理済(二人の承認)」の行が立ちます。差異の額と判定は変わりません",
        )],
        ControlTopic::Chargeback => vec![
            choice(ControlAction::Confirm, "受け入れる", "反証しません。照合書に二人の承認として残ります"),
            choice(
                ControlAction::Refuse,
                "争う（反証を出す）",
                "会社に反証を出します。結果は会社の明細で届きます",
            ),
        ],
        _ => vec![
            choice(ControlAction::Confirm, "同じ取引と確認する", "突合が確定し、不一致から消えます"),
            choice(ControlAction::Refuse, "同じ取引ではない", "突合しません。それぞれが不一致として残ります"),
        ],
    }
}

/// What follows from taking a word back.
pub const fn revoke_hint(topic: ControlTopic) -> &'static str {
    match topic {
        ControlTopic::Hand => {
            "承認されると、次の照合からこの手入力は数えません。入れた内容と証ひょうは残ります。"
        }
        ControlTopic::WriteOff | ControlTopic::Chargeback => {
            "承認されると、前の判断はなかったものとして扱われ、不一致の一覧にまた出ます。"
        }
        _ => "承認されると、次の照合から前の判断はなかったものとして扱われ、提案がまた出ます。",
    }
}

/// A proposal as a line.
pub fn proposal_line(one: &Proposal, around: &Surroundings) -> ProposalLine {
    let contract = one.contract.as_ref().map(|id| around.contract_words(id));
    let counter = one.counter.as_ref().map(|id| around.counter_words(id));
    ProposalLine {
        topic: topic_words(one.topic),
        href: ask_address(one.topic, &one.subject),
        waiting: one.waiting.map(|id| format!("/confirm/{id}")),
        day: one.day,
        place: [contract, counter].into_iter().flatten().collect::<Vec<_>>().join("・"),
        amount: one.amount,
        sentence: one.sentence_ja.clone(),
        members: members(&one.document, around, one.day),
    }
}

/// The records behind a proposal; a deposit and a payout lead to their reasons as of a day.
pub fn members(document: &Document, around: &Surroundings, as_of: CivilDate) -> Vec<Link> {
    match document {
        Document::Match { exception } | Document::Settle { exception } => of_match(exception, around),
        Document::Alias { proposal, .. } => {
            let pairs = proposal.evidence.iter().map(|one| {
                let words = format!("{} 入金 {}円", one.booked_on.to_japanese(), one.amount);
                Link::new(words, why::address(&one.deposit, as_of.max(one.booked_on)))
            });
            pairs.collect()
        }
        Document::Hand { .. } | Document::Terms { .. } => Vec::new(),
        Document::Period { through, .. } => {
            let month = crate::jobs::month::YearMonth::of(*through);
            vec![Link::new(format!("{}の月報", month.to_japanese()), format!("/month/{month}"))]
        }
    }
}

fn of_match(exception: &Exception, around: &Surroundings) -> Vec<Link> {
    report_lists::members(exception, &report_lists::PayoutPlaces::new(), around)
}

/// What was found, as facts.
pub fn facts(document: &Document, around: &Surroundings) -> Vec<Fact> {
    match document {
        Document::Match { exception } | Document::Settle { exception } => {
            let mut facts = vec![
                Fact::new("日", exception.day.to_japanese()),
                Fact::new("金額", format!("{}円", exception.gross)),
                Fact::new("経過", format!("{}日", exception.days)),
            ];
            if exception.class == ExceptionClass::Chargeback {
                let due = exception.due_on.map_or_else(|| "不明".to_owned(), CivilDate::to_japanese);
                facts.push(Fact::new("反証期限", due));
            }
            facts.extend(exception.contract.as_ref().map(|id| Fact::new("契約", around.contract_words(id))));
            facts.extend(exception.counter.as_ref().map(|id| Fact::new("窓口", around.counter_words(id))));
            facts.extend(exception.near.iter().map(|near| Fact::new("近いもの", near.why_ja.clone())));
            facts
        }
        Document::Alias { proposal, valid_from } => vec![
            Fact::new("振込名義", proposal.remitter_kana.clone()),
            Fact::new("契約", around.contract_words(&proposal.contract)),
            Fact::new("根拠の入金", format!("{}件", proposal.evidence.len())),
            Fact::new("使い始める日", valid_from.to_japanese()),
        ],
        Document::Hand { entry } => typed(&entry.fact, around),
        Document::Terms { change } => vec![
            Fact::new("契約", change.label_ja.clone()),
            Fact::new("始まる日", change.valid_from.to_japanese()),
            Fact::new("今の決まり", change.before_ja.clone()),
            Fact::new("新しい決まり", change.after_ja.clone()),
        ],
        Document::Period { lock, through } => vec![
            Fact::new("締め番号", lock.to_string()),
            Fact::new("締めた期間", format!("{}まで", through.to_japanese())),
        ],
    }
}

/// What was typed from paper, line by line as it stands there.
fn typed(fact: &HandFact, around: &Surroundings) -> Vec<Fact> {
    let yen = |name, yen: Yen| Fact::new(name, format!("{yen}円"));
    match fact {
        HandFact::Payout(payout) => vec![
            Fact::new("契約", around.contract_words(&payout.contract)),
            Fact::new("締め期間", format!("{} 〜 {}", payout.from.to_japanese(), payout.to.to_japanese())),
            Fact::new("売上", format!("{}件 {}円", payout.count, payout.sales)),
            yen("返金", payout.refunds),
            yen("手数料", payout.fee),
            yen("手数料の消費税", payout.tax),
            yen("振込手数料", payout.transfer_fee),
            yen("そのほかの加減", payout.adjustment),
            yen("支払額", payout.net),
            Fact::new("支払日", payout.paid_on.to_japanese()),
        ],
        HandFact::Deposit(deposit) => vec![
            Fact::new("口座", deposit.account.clone()),
            Fact::new("勘定日", deposit.booked_on.to_japanese()),
            yen("入金額", deposit.amount),
            Fact::new("振込名義", deposit.kana.clone()),
            Fact::new("摘要", deposit.summary.clone()),
        ],
    }
}

/// Why it was asked for, and by whom.
pub fn who(row: &ControlRow, at: String) -> [Fact; 2] {
    [Fact::new("理由", row.reason.clone()), Fact::new("申請", format!("{} {at}", row.requested_by))]
}

/// A wish as a line.
pub fn wish_line(row: &ControlRow, in_force: bool, around: &Surroundings) -> Result<WishLine, JobError> {
    let typed = |fact: &HandFact| fact.sentence_ja(|id| around.contract_words(id));
    let sentence = match document(row)? {
        Document::Match { exception } | Document::Settle { exception } => exception.sentence_ja,
        Document::Alias { proposal, .. } => proposal.sentence_ja,
        Document::Hand { entry } if row.action == ControlAction::Revoke => {
            format!("手入力を取り消します。{}", typed(&entry.fact))
        }
        Document::Hand { entry } => typed(&entry.fact),
        Document::Terms { change } => change.sentence_ja(),
        Document::Period { through, .. } => format!("{}までの締めを戻します。", through.to_japanese()),
    };
    Ok(WishLine {
        href: format!("/confirm/{}", row.id),
        wish: format!("{} — {}", topic_words(row.topic), action_words(row.topic, row.action)),
        sentence,
        reason: row.reason.clone(),
        requested_by: format!("{} {}", row.requested_by, day_and_time(row.requested_at)),
        decided_by: row.decision.as_ref().map(who_and_when).unwrap_or_default(),
        state: match &row.decision {
            None => RefundState::Waiting,
            Some(decision) if decision.approved => RefundState::Approved,
            Some(_) => RefundState::Rejected,
        },
        in_force,
    })
}

fn who_and_when(decision: &ControlDecision) -> String {
    format!("{} {}", decision.by, day_and_time(decision.at))
}

/// What was decided, one sentence.
pub fn decided(decision: &ControlDecision) -> String {
    let note = if decision.note.is_empty() { String::new() } else { format!("所見: {}", decision.note) };
    let word = if decision.approved { "承認しました" } else { "差し戻しました" };
    format!("{} に{word}。{note}", who_and_when(decision))
}

/// Puts the job's refusal of a wish beside its field.
pub fn refuse_ask(page: &mut ControlAskPage, refusal: &ControlRefusal) {
    let sentence = Some(refusal.to_string());
    match (refusal, page.valid_from.as_mut()) {
        (ControlRefusal::Reason | ControlRefusal::CardNumber, _) => page.reason.error = sentence,
        (ControlRefusal::ValidFrom(_), Some(field)) => field.error = sentence,
        _ => page.refused = sentence,
    }
}
