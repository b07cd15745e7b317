//! 確認待ち and 締め, in the states that matter.

use domain::money::Yen;

use super::{super::controls::*, form, put, saying, shell};
use crate::web::view::{
    form::Field,
    periods::{LockLine, PeriodsPage},
    refunds::{Choice, RefundState},
    sale::Fact,
    shell::{Role, Section, Tone},
    words::{Link, Verdict},
};

const SENTENCE: &str =
    "8月3日 10:05の300円は、会社の明細と支払番号の下4桁だけが違います。同じ取引か確かめてください。";

pub fn add(pages: &mut Vec<(String, String)>) {
    put(pages, "controls", &list());
    put(
        pages,
        "controls-none",
        &ControlsPage { proposals: vec![], waiting: vec![], decided: vec![], ..list() },
    );
    put(pages, "control-ask", &ask());
    put(pages, "control-ask-refused", &refused());
    put(pages, "control", &one(Choice::Decide, RefundState::Waiting));
    put(pages, "control-own", &one(Choice::Own, RefundState::Waiting));
    let decided =
        one(Choice::Decided("kaikei-03 8月5日 10:12 に承認しました。".to_owned()), RefundState::Approved);
    put(
        pages,
        "control-decided",
        &ControlPage { revoke: Some(format!("{}/revoke", decided.wish.href)), ..decided },
    );
    put(pages, "periods", &periods());
    put(pages, "periods-none", &PeriodsPage { locks: vec![], ..periods() });
}

fn members() -> Vec<Link> {
    vec![Link::new("取引の記録", "/sales/1"), Link::new("paypay.csv 12行", "/imports/3#row-12")]
}

fn wish(state: RefundState) -> WishLine {
    WishLine {
        href: "/confirm/00000000-0000-0000-0000-000000000007".to_owned(),
        wish: "突合 — 確認する".to_owned(),
        sentence: SENTENCE.to_owned(),
        reason: "控えと明細を見比べた".to_owned(),
        requested_by: "kaikei-02 8月4日 9:30".to_owned(),
        decided_by: if state == RefundState::Waiting {
            String::new()
        } else {
            "kaikei-03 8月5日 10:12".to_owned()
        },
        state,
        in_force: state == RefundState::Approved,
    }
}

fn list() -> ControlsPage {
    let proposal = ProposalLine {
        topic: "突合",
        href: "/confirm/ask/match/0123".to_owned(),
        waiting: None,
        day: "2026-08-03".parse().unwrap(),
        place: "PayPay（印刷QR）・市民課 証明窓口1".to_owned(),
        amount: Yen::new(300),
        sentence: SENTENCE.to_owned(),
        members: members(),
    };
    let asked =
        ProposalLine { topic: "振込名義", waiting: Some("/confirm/7".to_owned()), ..proposal.clone() };
    ControlsPage {
        shell: shell(Role::Accountant, Section::Exceptions),
        as_of: "2026-08-04".parse().unwrap(),
        proposals: vec![proposal, asked],
        waiting: vec![wish(RefundState::Waiting)],
        decided: vec![wish(RefundState::Approved), wish(RefundState::Rejected)],
        decided_more: 3,
    }
}

fn ask() -> ControlAskPage {
    ControlAskPage {
        shell: shell(Role::Accountant, Section::Exceptions),
        form: form(2),
        action: "/confirm/ask/alias/0123".to_owned(),
        title: "振込名義の確認".to_owned(),
        sentence: SENTENCE.to_owned(),
        facts: vec![Fact::new("振込名義", "ﾐﾎﾝｶ")],
        members: members(),
        choices: vec![
            ActionChoice {
                code: "confirm",
                label: "この契約の名義として使う",
                hint: "次の照合から突合されます",
            },
            ActionChoice {
                code: "refuse", label: "この契約の名義ではない", hint: "提案は出なくなります"
            },
        ],
        choice: Field::default(),
        valid_from: Some(Field::typed("2026-08-03")),
        reason: Field::default(),
        reason_max: 200,
        refused: None,
    }
}

fn refused() -> ControlAskPage {
    ControlAskPage {
        choice: Field::refused("", "どちらかを選んでください。"),
        valid_from: Some(Field::refused("2027-01-01", "今日までの日にしてください。")),
        reason: Field::refused("", "理由を書いてください。"),
        refused: Some("この件はすでに申請されています。".to_owned()),
        ..ask()
    }
}

fn one(choice: Choice, state: RefundState) -> ControlPage {
    ControlPage {
        shell: saying(shell(Role::Accountant, Section::Exceptions), Tone::Done, "申請しました。"),
        form: form(3),
        wish: wish(state),
        facts: vec![Fact::new("金額", "300円"), Fact::new("理由", "控えと明細を見比べた")],
        members: members(),
        choice,
        decision: Field::default(),
        note: Field::refused("", "差し戻す理由を書いてください。"),
        note_max: 200,
        refused: Some("この申請はすでに決裁されています。".to_owned()),
        revoke: None,
        revoke_hint: "承認されると、提案がまた出ます。",
    }
}

fn periods() -> PeriodsPage {
    let lock = LockLine {
        month: Link::new("令和8年7月", "/month/2026-07"),
        scope: "すべて".to_owned(),
        state: "締め済み",
        badge: Verdict::Agreed,
        by: "kaikei-02 8月4日 9:30".to_owned(),
        run: 12,
        reason: String::new(),
        reopen: Some(("reopen-3".to_owned(), "/periods/3/reopen".to_owned())),
        waiting: None,
    };
    let waiting = LockLine { waiting: Some("/confirm/7".to_owned()), ..lock.clone() };
    let ended =
        LockLine { state: "締めを戻した", badge: Verdict::Pending, reopen: None, ..lock.clone() };
    PeriodsPage {
        shell: shell(Role::Accountant, Section::Month),
        form: form(4),
        reopen_form: form(5),
        month: Field::refused("2026-08", "まだ終わっていない月は締められません。"),
        reason: Field::refused("", "理由を書いてください。"),
        reason_max: 200,
        refused: Some("締めの途中で新しい記録が届きました。".to_owned()),
        reopen_refused: Some("新しい月から順に戻してください。".to_owned()),
        locks: vec![lock, waiting, ended],
    }
}
