//! The line's rules, one case a line.

use domain::{
    id::{Incarnation, SequenceNumber},
    time::Timestamp,
};
use journal::{
    chain::Head,
    entry::EntryHash,
    frames::BATCH_ENTRIES_MAX,
    wire::{HeadReply, ProblemCode},
};

use proptest::prelude::*;

use super::*;

const PACE: Pace = Pace { inbox_interval_ms: 10_000, back_off_max_ms: 60_000 };
const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

fn hash(byte: u8) -> EntryHash {
    EntryHash([byte; 32])
}

fn own(at: u64) -> Own {
    let head = Head { sequence_number: SequenceNumber(at), hash: hash(u8::try_from(at).unwrap()) };
    Own { incarnation: Incarnation(1), head, inbox_number: 3 }
}

fn says(at: u64, byte: u8, ours: Option<u8>) -> Heard {
    let reply = HeadReply {
        incarnation: Incarnation(1),
        sequence_number: at,
        hash: hash(byte).to_hex(),
        server_time: NOW.as_seconds() + 120,
    };
    Heard::Head { reply, ours: ours.map(hash) }
}

fn problem(status: u16, code: ProblemCode) -> Heard {
    Heard::Problem { status, code: Some(code), server_time: None }
}

/// A line that believes the centre to have `delivered`.
fn talking(delivered: u64) -> Plan {
    let mut plan = Plan::new(PACE, delivered, NOW);
    let byte = u8::try_from(delivered).unwrap();
    plan.heard(NOW, &own(delivered), Ask::Head, says(delivered, byte, Some(byte)), 0);
    plan
}

fn batch(after: u64) -> Ask {
    Ask::Batch { after: SequenceNumber(after), entries_max: BATCH_ENTRIES_MAX }
}

#[test]
fn asks_for_the_head_then_sends_then_looks_into_the_inbox() {
    let mut plan = Plan::new(PACE, 0, NOW);
    assert_eq!(plan.next(NOW, &own(7)), Next::Ask(Ask::Head));
    plan.heard(NOW, &own(7), Ask::Head, says(4, 4, Some(4)), 0);
    assert_eq!(plan.next(NOW, &own(7)), Next::Ask(batch(4)));
    plan.heard(NOW, &own(7), batch(4), says(7, 7, Some(7)), 0);
    assert_eq!((plan.delivered(), plan.alarm()), (7, None));
    assert_eq!(plan.next(NOW, &own(7)), Next::Ask(Ask::Inbox { after: 3 }));
    plan.heard(NOW, &own(7), Ask::Inbox { after: 3 }, Heard::Inbox { journalled: 0 }, 0);
    assert_eq!(plan.next(NOW, &own(7)), Next::Wait(NOW.plus_ms(10_000)));
    assert_eq!(plan.next(NOW, &own(8)), Next::Ask(batch(7)), "a new entry does not wait for the inbox");
}

#[test]
fn a_head_that_went_back_is_believed_where_the_hash_is_ours() {
    let mut plan = talking(9);
    plan.heard(NOW, &own(10), batch(9), says(4, 4, Some(4)), 0);
    assert_eq!(plan.alarm(), Some(&Alarm::WentBack { from: 9, to: 4 }));
    assert_eq!(plan.delivered(), 4);
    let later = NOW.plus_ms(120_000);
    assert_eq!(plan.next(later, &own(10)), Next::Ask(batch(4)));
    plan.heard(later, &own(10), batch(4), says(10, 10, Some(10)), 0);
    assert_eq!(plan.delivered(), 10);
    assert!(plan.alarm().is_some(), "sending again takes moments; a person must still see it");
    let tomorrow = NOW.plus_ms(WENT_BACK_SHOWN_MS);
    plan.heard(tomorrow, &own(10), Ask::Head, says(10, 10, Some(10)), 0);
    assert_eq!(plan.alarm(), None);
}

#[test]
fn a_head_is_not_believed_where_the_hash_differs() {
    for (heard, alarm) in [
        (says(4, 99, Some(4)), Alarm::Forked { at: 4 }),
        (says(12, 12, None), Alarm::Forked { at: 12 }),
        (problem(409, ProblemCode::Fork), Alarm::Forked { at: 6 }),
        (problem(409, ProblemCode::WrongJournal), Alarm::WrongJournal),
        (problem(401, ProblemCode::BadSignature), Alarm::NotBelieved),
        (Heard::Problem { status: 404, code: None, server_time: None }, Alarm::Refused { status: 404 }),
    ] {
        let mut plan = talking(5);
        plan.heard(NOW, &own(10), batch(5), heard.clone(), 1_000);
        assert_eq!(plan.alarm(), Some(&alarm), "{heard:?}");
        assert_eq!(plan.delivered(), 5, "{heard:?}");
        assert_eq!(plan.next(NOW, &own(10)), Next::Wait(NOW.plus_ms(60_000)), "{heard:?}");
        assert!(
            matches!(plan.next(NOW.plus_ms(60_000), &own(10)), Next::Ask(_)),
            "never gives up: {heard:?}"
        );
    }
}

#[test]
fn another_incarnations_head_is_no_acknowledgement() {
    let mut plan = talking(5);
    let Heard::Head { reply, ours } = says(5, 5, Some(5)) else { panic!() };
    let other = Heard::Head { reply: HeadReply { incarnation: Incarnation(2), ..reply }, ours };
    plan.heard(NOW, &own(10), batch(5), other, 0);
    assert_eq!(plan.alarm(), Some(&Alarm::WrongJournal));
}

#[test]
fn pauses_grow_to_their_bound_and_spread() {
    for (jitter, expected) in [
        (0_u16, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]),
        (1_000, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]),
    ] {
        let (mut plan, mut now) = (talking(5), NOW);
        for pause in expected {
            plan.heard(now, &own(10), batch(5), Heard::Silence, jitter);
            assert_eq!(plan.next(now, &own(10)), Next::Wait(now.plus_ms(pause)));
            now = now.plus_ms(pause);
        }
        assert_eq!(plan.next(now, &own(10)), Next::Ask(Ask::Head), "after a silence the head is asked first");
        plan.heard(now, &own(10), Ask::Head, says(5, 5, Some(5)), 0);
        assert_eq!((plan.failures(), plan.next(now, &own(10))), (0, Next::Ask(batch(5))));
    }
}

#[test]
fn the_centres_clock_signs_and_nothing_else() {
    let mut plan = talking(5);
    assert_eq!(plan.signing_time(NOW), NOW.as_seconds() + 120, "learned from the head");
    let off = Heard::Problem {
        status: 401,
        code: Some(ProblemCode::ClockOff),
        server_time: Some(NOW.as_seconds() - 900),
    };
    plan.heard(NOW, &own(10), batch(5), off.clone(), 0);
    assert_eq!(plan.signing_time(NOW), NOW.as_seconds() - 900);
    assert_eq!(plan.next(NOW, &own(10)), Next::Ask(batch(5)), "signed again at once");
    plan.heard(NOW, &own(10), batch(5), off, 0);
    assert!(matches!(plan.next(NOW, &own(10)), Next::Wait(_)), "but not in a loop");
}

#[test]
fn a_batch_that_is_too_large_gets_smaller_and_grows_again() {
    let mut plan = talking(5);
    plan.heard(NOW, &own(10), batch(5), problem(413, ProblemCode::TooLarge), 0);
    let later = NOW.plus_ms(60_000);
    let Next::Ask(half @ Ask::Batch { entries_max: 250, .. }) = plan.next(later, &own(10)) else { panic!() };
    plan.heard(later, &own(10), half, says(6, 6, Some(6)), 0);
    assert_eq!(plan.next(later, &own(10)), Next::Ask(batch(6)));
}

#[test]
fn a_gap_asks_for_the_head_and_a_busy_centre_is_no_alarm() {
    for heard in [problem(409, ProblemCode::ChainGap), problem(503, ProblemCode::Unavailable)] {
        let mut plan = talking(5);
        plan.heard(NOW, &own(10), batch(5), heard.clone(), 0);
        assert_eq!(plan.alarm(), None, "{heard:?}");
        let asks_head = plan.next(NOW.plus_ms(60_000), &own(10)) == Next::Ask(Ask::Head);
        assert_eq!(asks_head, heard == problem(409, ProblemCode::ChainGap));
    }
}

#[test]
fn a_chain_that_the_centre_does_not_follow_is_sent_all_the_same_once() {
    let mut plan = Plan::new(PACE, 5, NOW);
    let mut now = NOW;
    plan.heard(now, &own(10), Ask::Head, says(7, 7, Some(1)), 0);
    assert_eq!(plan.alarm(), Some(&Alarm::Forked { at: 7 }));
    for after in [5, 10] {
        now = now.plus_ms(60_000);
        let next = plan.next(now, &own(10));
        if after == 5 {
            assert_eq!(next, Next::Ask(batch(5)), "what the centre does not have is kept aside there");
            plan.heard(now, &own(10), batch(5), problem(409, ProblemCode::Fork), 0);
        } else {
            assert_eq!(next, Next::Ask(Ask::Head), "and not sent again");
        }
    }
    let more = plan.next(now, &own(12));
    assert!(
        matches!(more, Next::Ask(Ask::Batch { after, .. }) if after.0 == 10),
        "what is made later follows: {more:?}"
    );
    assert_eq!(plan.delivered(), 5, "nothing of it counts as delivered");
}

#[test]
fn an_answer_without_progress_is_no_hot_loop() {
    let mut plan = talking(5);
    plan.heard(NOW, &own(10), batch(5), says(5, 5, Some(5)), 0);
    assert!(matches!(plan.next(NOW, &own(10)), Next::Wait(_)));
}

/// Any answer: what the centre says, at which position, with which hash.
fn any_answer() -> impl Strategy<Value = Heard> {
    let head = (0..14_u8, 0..14_u8, proptest::option::of(0..14_u8))
        .prop_map(|(at, theirs, ours)| says(u64::from(at), theirs, ours));
    let code = prop_oneof![
        Just(ProblemCode::Fork),
        Just(ProblemCode::ChainGap),
        Just(ProblemCode::TooLarge),
        Just(ProblemCode::Unavailable),
        Just(ProblemCode::ClockOff),
    ];
    prop_oneof![
        4 => head,
        2 => code.prop_map(|code| problem(409, code)),
        1 => Just(Heard::Silence),
        1 => (0..3_usize).prop_map(|journalled| Heard::Inbox { journalled }),
    ]
}

proptest! {
    #[test]
    fn only_a_head_with_our_hash_moves_the_cursor(answers in prop::collection::vec(any_answer(), 0..60)) {
        let (mut plan, mut now) = (talking(5), NOW);
        for heard in answers {
            let before = plan.delivered();
            plan.heard(now, &own(10), batch(before), heard.clone(), 1_000);
            let proved = matches!(&heard, Heard::Head { reply, ours } if reply.head().map(|head| head.hash) == *ours);
            prop_assert!(plan.delivered() == before || proved, "{heard:?} moved {before} to {}", plan.delivered());
            match plan.next(now, &own(10)) {
                Next::Wait(until) => {
                    prop_assert!(until <= now.plus_ms(PACE.back_off_max_ms), "a pause has its bound");
                    now = until;
                    let then = plan.next(now, &own(10));
                    prop_assert!(matches!(then, Next::Ask(_)) || plan.delivered() >= 10, "it never gives up: {then:?}");
                }
                Next::Ask(Ask::Batch { after, entries_max }) => {
                    prop_assert!(after.0 == plan.delivered() || plan.fork_sent.is_some());
                    prop_assert!((1..=BATCH_ENTRIES_MAX).contains(&entries_max));
                }
                Next::Ask(_) => {}
            }
        }
    }
}
