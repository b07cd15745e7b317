//! The terminal's cases on the configured machine, with a person beside it.
//!
//! Invariants: without the person's yes nothing is asked that takes or gives back money, and the day is never closed; what was
//! taken for the kit is given back by a void; a doubt is shown, never hidden behind a pass.

use std::{sync::Arc, time::Duration};

use domain::{
    id::AttemptId,
    money::Yen,
    payment::{Approval, Outcome},
};
use drivers::{
    cat::{Cat, CatKind, CatRequest, LinkState, Recorder},
    zvt::{ZvtConfig, ZvtTerminal},
};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    Person,
    ledger::{Ledger, Moment, Trip},
    report::Check,
    trial::{TERMINAL, Trial},
};

/// What the kit takes, in yen.
const AMOUNT_YEN: i64 = 1;
/// How long the machine is left alone, in milliseconds.
const REST_MS: u64 = 5_000;
/// Cases that need faults on the line or a book that can be read: name and title.
const SIMULATOR_ONLY: [(&str, &str); 6] = [
    ("terminal.amounts", "1円・99,999円・85,834円が正確に通る"),
    ("terminal.decline", "断られた決済は不成立になる"),
    ("terminal.totals", "日計の合計が記録と一致する"),
    ("terminal.cut", "線が切れても二重に課金しない"),
    ("terminal.kill", "窓口機が止まっても二重に課金しない"),
    ("terminal.splits", "電文がどのバイトで分かれても同じに読む"),
];

/// Every case.
pub(super) async fn checks(device: &ZvtConfig, person: &dyn Person) -> Vec<Check> {
    let mut checks = vec![wrong_tid(device).await];
    let ledger = Arc::new(Ledger::default());
    let terminal: Arc<dyn Cat> =
        ZvtTerminal::with_recorder(device.clone(), Arc::clone(&ledger) as Arc<dyn Recorder>);
    let mut trial = Trial::new("terminal.identify", TERMINAL, "接続し、端末番号を確かめる");
    let link = terminal.connect().await;
    trial.seen(format!("{link:?}"));
    let there = link == LinkState::Ready;
    trial.must(there, "the terminal is not ready as it was enrolled");
    checks.push(trial.done());
    checks.push(rest(&terminal, there).await);
    let (sale, taken) = sale(&terminal, &ledger, person, there).await;
    checks.push(sale);
    checks.push(void(&terminal, &ledger, person, taken).await);
    checks.push(cancel(&terminal, &ledger, person, there).await);
    for (name, title) in SIMULATOR_ONLY {
        let trial = Trial::new(name, TERMINAL, title);
        checks.push(trial.skipped("実機では行いません。--live を付けない試験で確かめます。"));
    }
    checks
}

/// The line opens, the terminal says who it is, nothing else is asked.
async fn wrong_tid(device: &ZvtConfig) -> Check {
    let mut trial = Trial::new("terminal.wrong-tid", TERMINAL, "登録と違う端末番号は使わない");
    let other = if device.terminal_id.as_deref() == Some("00000001") { "00000002" } else { "00000001" };
    let config = ZvtConfig { terminal_id: Some(other.to_owned()), ..device.clone() };
    let terminal = ZvtTerminal::new(config);
    let link = terminal.connect().await;
    trial.seen(format!("{link:?}"));
    match link {
        LinkState::Ready | LinkState::Busy => {
            return trial.skipped("端末が自分の番号を言わないため、確かめられません。");
        }
        other => trial.must(matches!(other, LinkState::Faulted(_)), format!("the link is {other:?}")),
    }
    drop(terminal);
    trial.done()
}

async fn rest(terminal: &Arc<dyn Cat>, there: bool) -> Check {
    let mut trial = Trial::new("terminal.idle", TERMINAL, "置いておくだけでは何も送らず、線が保たれる");
    if !there {
        return trial.skipped("端末とつながっていません。");
    }
    sleep(Duration::from_millis(REST_MS)).await;
    trial.seen(format!("{:?}", terminal.link()));
    trial.must(terminal.link() == LinkState::Ready, "the line was lost while nothing was asked");
    trial.done()
}

fn request(number: u128, kind: CatKind, original: Option<Approval>) -> CatRequest {
    CatRequest {
        attempt: AttemptId(Uuid::from_u128(number)),
        sequence_number: u32::try_from(number).unwrap_or(1),
        amount: Yen::new(AMOUNT_YEN),
        kind,
        original,
        code: None,
    }
}

async fn sale(
    terminal: &Arc<dyn Cat>,
    ledger: &Arc<Ledger>,
    person: &dyn Person,
    there: bool,
) -> (Check, Option<(AttemptId, Approval)>) {
    let mut trial = Trial::new("terminal.sale", TERMINAL, "1円の決済が正確に通る");
    if !there {
        return (trial.skipped("端末とつながっていません。"), None);
    }
    if !person
        .agrees("1円を実際に決済します（このあと取り消します）。テスト用のカードを用意しましたか。")
        .await
    {
        return (trial.skipped("立会者が行わないことを選びました。"), None);
    }
    let request = request(1, CatKind::Sales, None);
    let recorder = Arc::clone(ledger) as Arc<dyn Recorder>;
    let outcome = terminal.authorize(request.clone(), recorder, CancellationToken::new()).await;
    trial.sent(format!("{AMOUNT_YEN} yen"));
    trial.seen(format!("{outcome:?}"));
    let mut taken = None;
    match outcome {
        Outcome::Approved(approval) => {
            let settled = approval.settled_amount;
            trial.must(settled.is_none_or(|yen| yen == request.amount), format!("settled {settled:?}"));
            taken = Some((request.attempt, approval));
        }
        Outcome::Unknown(_) => trial
            .must(false, "結果不明です。端末の画面と控えを見て、課金されていれば端末で取り消してください。"),
        other => trial.must(false, format!("it ended as {}", other.word())),
    }
    (trial.done(), taken)
}

async fn void(
    terminal: &Arc<dyn Cat>,
    ledger: &Arc<Ledger>,
    person: &dyn Person,
    taken: Option<(AttemptId, Approval)>,
) -> Check {
    let mut trial = Trial::new("terminal.void", TERMINAL, "直前の決済を取り消し、二重の取消は断られる");
    let Some((original, approval)) = taken else {
        return trial.skipped("取り消す決済がありません。");
    };
    if !person.agrees("いまの1円を取り消します。よいですか。").await {
        return trial.skipped("立会者が行わないことを選びました。1円は端末に残っています。");
    }
    for (number, wanted) in [(2, true), (3, false)] {
        let request = request(number, CatKind::Void { original }, Some(approval.clone()));
        let recorder = Arc::clone(ledger) as Arc<dyn Recorder>;
        let outcome = terminal.authorize(request, recorder, CancellationToken::new()).await;
        trial.sent(format!("void of slip {}", approval.slip_number.as_deref().unwrap_or("-")));
        trial.seen(format!("{outcome:?}"));
        let approved = matches!(outcome, Outcome::Approved(_));
        trial.must(approved == wanted, format!("void {} ended as {}", number - 1, outcome.word()));
    }
    trial.done()
}

async fn cancel(terminal: &Arc<dyn Cat>, ledger: &Arc<Ledger>, person: &dyn Person, there: bool) -> Check {
    let mut trial = Trial::new("terminal.cancel.card", TERMINAL, "カード待ちでの中止は端末の結果と一致する");
    if !there {
        return trial.skipped("端末とつながっていません。");
    }
    if !person
        .agrees("1円を頼み、カード待ちで中止します。カードを出さないでください。始めてよいですか。")
        .await
    {
        return trial.skipped("立会者が行わないことを選びました。");
    }
    let stop = CancellationToken::new();
    ledger.at(Moment::Status(0x0A), Trip::Cancel(stop.clone()));
    let recorder = Arc::clone(ledger) as Arc<dyn Recorder>;
    let outcome = terminal.authorize(request(4, CatKind::Sales, None), recorder, stop).await;
    trial.seen(format!("{outcome:?}"));
    let ended = matches!(outcome, Outcome::Declined(_) | Outcome::NotStarted { .. });
    trial.must(ended, format!("it ended as {}", outcome.word()));
    trial.done()
}
