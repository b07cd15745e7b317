//! Sets of the engine as lines of a page. Pure.

use engine::{
    outcome::{SetProof, Stage},
    proof::LinkState,
};

use crate::web::view::{
    sets::SetLine,
    words::{Link, Verdict},
};

/// Candidates of ours that are named.
const MEMBERS_SHOWN_MAX: usize = 5;

/// One set as a line.
pub fn line(set: &SetProof) -> SetLine {
    let confirmed = set.state == LinkState::Confirmed;
    let words = match (confirmed, set.stage) {
        (false, _) => "組の提案（確認待ち）",
        (true, Stage::InterchangeableSet) => "組として一致（どれがどれかは決まりません）",
        (true, _) => "合計で一致",
    };
    let member = |(place, id): (usize, &String)| Link::new(format!("取引 {}", place + 1), sale(id));
    SetLine {
        verdict: if confirmed { Verdict::Agreed } else { Verdict::Pending },
        words,
        ours: set.ours.len(),
        theirs: set.theirs.len(),
        proven: set.proven,
        amount: set.amount,
        sentence: set.sentence_ja.clone(),
        members: set.ours.iter().take(MEMBERS_SHOWN_MAX).enumerate().map(member).collect(),
        members_more: set.ours.len().saturating_sub(MEMBERS_SHOWN_MAX),
    }
}

/// Where a sale of the engine's is shown; an attempt without a sale of its own is explained instead.
fn sale(id: &str) -> String {
    format!("/why/{id}")
}

#[cfg(test)]
mod tests {
    use domain::money::Yen;

    use super::*;

    #[test]
    fn what_a_person_must_confirm_is_not_shown_as_one() {
        let set = |stage, state| SetProof {
            id: "s".to_owned(),
            contract: "paypay".parse().unwrap(),
            stage,
            state,
            proven: 6,
            amount: Yen::new(1_800),
            ours: (0..7).map(|n| n.to_string()).collect(),
            theirs: vec!["r".to_owned(); 6],
            sentence_ja: "文".to_owned(),
        };
        let made = line(&set(Stage::InterchangeableSet, LinkState::Confirmed));
        assert_eq!(
            (made.verdict, made.words),
            (Verdict::Agreed, "組として一致（どれがどれかは決まりません）")
        );
        assert_eq!((made.ours, made.theirs, made.members.len(), made.members_more), (7, 6, 5, 2));
        let proposed = line(&set(Stage::BoundedSum, LinkState::Proposed));
        assert_eq!((proposed.verdict, proposed.words), (Verdict::Pending, "組の提案（確認待ち）"));
    }
}
