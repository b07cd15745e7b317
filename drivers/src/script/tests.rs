//! Scripts as a table: one rule, the messages, the steps.

use super::*;

fn engine(rule: &str) -> Engine {
    let text = format!("device = \"zvt\"\nrule = [{rule}]");
    Engine::new(&Script::parse(&text).unwrap_or_else(|error| panic!("{rule}: {error}")))
}

fn pass(bytes: &[u8]) -> Step {
    Step::Pass(bytes.to_vec())
}

#[test]
fn each_action_does_what_it_says() {
    let ms = Duration::from_millis;
    for (rule, steps) in [
        ("do = \"drop\"", vec![]),
        ("do = \"double\"", vec![pass(&[1, 2, 3]), pass(&[1, 2, 3])]),
        ("do = \"delay\", ms = 7", vec![Step::Wait(ms(7)), pass(&[1, 2, 3])]),
        ("do = \"split\", at_byte = 1", vec![pass(&[1]), Step::Wait(ms(0)), pass(&[2, 3])]),
        ("do = \"corrupt\", at_byte = 2", vec![pass(&[1, 2, 0xFC])]),
        ("do = \"replace\", with = \"0A 0b\"", vec![pass(&[10, 11])]),
        ("do = \"insert\", with = \"11\"", vec![pass(&[0x11, 1, 2, 3])]),
        ("do = \"insert\", with = \"11\", at_byte = 3", vec![pass(&[1, 2, 3, 0x11])]),
        ("do = \"cut\", at_byte = 2, reconnect_ms = 9", vec![pass(&[1, 2]), Step::Cut(ms(9))]),
        ("do = \"cut\"", vec![Step::Cut(ms(0))]),
        ("do = \"power\", reconnect_ms = 5", vec![Step::Power(ms(5))]),
        ("do = \"stall\"", vec![Step::Stall]),
        ("do = \"book\", truth = \"charged\"", vec![Step::Truth("charged".into()), pass(&[1, 2, 3])]),
        ("do = \"drop\", truth = \"charged\"", vec![Step::Truth("charged".into())]),
    ] {
        let mut engine = engine(&format!("{{ tx = \"01 ??\", {rule} }}"));
        assert_eq!(engine.on_message(Direction::Tx, &[1, 2, 3]), steps, "{rule}");
        assert_eq!(engine.on_message(Direction::Rx, &[1, 2, 3]), vec![pass(&[1, 2, 3])], "{rule}: other way");
        assert_eq!(engine.on_message(Direction::Tx, &[2]), vec![pass(&[2])].into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn a_rule_waits_for_its_time_and_for_what_came_before() {
    let mut engine = engine("{ rx = \"80\", after = \"04 0F\", nth = 2, do = \"drop\" }");
    let mut exchange = |sent: &[u8]| {
        let _ = engine.on_message(Direction::Tx, sent);
        engine.on_message(Direction::Rx, &[0x80, 0, 0]).len()
    };
    assert_eq!(exchange(&[4, 0x0F, 1]), 1, "first match passes");
    assert_eq!(exchange(&[4, 0xFF]), 1, "another message before it is no match");
    assert_eq!(exchange(&[4, 0x0F, 1]), 0, "second match is dropped");
    assert_eq!(exchange(&[4, 0x0F, 1]), 1, "third passes");
}

#[test]
fn merge_holds_back_and_repeat_sends_again() {
    let mut merging = engine("{ tx = \"01\", nth = 1, do = \"merge\" }");
    assert_eq!(merging.on_message(Direction::Tx, &[1, 1]), vec![]);
    assert_eq!(merging.on_message(Direction::Tx, &[2]), vec![pass(&[1, 1, 2])]);
    assert_eq!(merging.on_message(Direction::Tx, &[3]), vec![pass(&[3])]);

    let mut repeating = engine("{ tx = \"09\", do = \"repeat\", of = \"01\" }");
    for sent in [[1, 7], [2, 0], [1, 8], [3, 0]] {
        let _ = repeating.on_message(Direction::Tx, &sent);
    }
    assert_eq!(repeating.on_message(Direction::Tx, &[9]), vec![pass(&[9]), pass(&[1, 8])]);
}

#[test]
fn patterns_look_at_the_message_and_bytes_at_the_frame() {
    let mut engine = engine("{ tx = \"04\", do = \"cut\", at_byte = 3 }");
    let steps = engine.on_framed(Direction::Tx, &[4, 0x0F], &[0x10, 2, 4, 0x0F, 0x10, 3]);
    assert_eq!(steps, vec![pass(&[0x10, 2, 4]), Step::Cut(Duration::ZERO)]);
}

#[test]
fn a_state_is_a_point_too() {
    let mut engine = engine("{ state = \"paper\", nth = 2, do = \"power\", reconnect_ms = 1 }");
    assert_eq!(engine.on_state("paper"), vec![]);
    assert_eq!(engine.on_state("cutter"), vec![]);
    assert_eq!(engine.on_state("paper"), vec![Step::Power(Duration::from_millis(1))]);
}

#[test]
fn a_bad_script_says_where() {
    for (text, says) in [
        ("device = 1", "not a fault script"),
        ("device = \"a\"\nrules = []", "not a fault script"),
        ("device = \"a\"\nrule = [{ do = \"drop\" }]", "rule 1: exactly one of"),
        ("device = \"a\"\nrule = [{ rx = \"1\", do = \"drop\" }]", "rule 1: \"1\" is not hex"),
        ("device = \"a\"\nrule = [{ rx = \"01\", do = \"explode\" }]", "rule 1: no action \"explode\""),
        ("device = \"a\"\nrule = [{ rx = \"01\", do = \"delay\" }]", "rule 1: the action needs ms"),
        ("device = \"a\"\nrule = [{ rx = \"01\", do = \"replace\", with = \"??\" }]", "is not hex"),
        (
            "device = \"a\"\nrule = [{ rx = \"01\", do = \"delay\", ms = 600001 }]",
            "waiting time is out of bounds",
        ),
        ("device = \"a\"\nrule = [{ rx = \"01\", do = \"drop\", nth = 0 }]", "count from 1"),
        ("device = \"a\"\nrule = [{ rx = \"01\", do = \"drop\", attempt = 0 }]", "count from 1"),
        ("device = \"a\"\nrule = [{ after_ms = 1, tx = \"01\", do = \"cut\" }]", "rule 1: exactly one of"),
        ("device = \"a\"\nrule = [{ after_ms = 600001, do = \"cut\" }]", "after_ms is out of bounds"),
        ("device = \"a\"\nrule = [{ after_ms = 1, nth = 1, do = \"cut\" }]", "a time comes once"),
        ("device = \"a\"\nrule = [{ rx = \"''\", do = \"drop\" }]", "is not hex bytes"),
    ] {
        let error = Script::parse(text).expect_err(text).to_string();
        assert!(error.contains(says), "{text}: {error}");
    }
}

#[test]
fn the_runner_finds_its_own_tables() {
    let script = Script::parse(
        "device = \"zvt\"\nclerk = { cancel_on_status = \"04\" }\nexpect = { book = { charged = [300] } }",
    )
    .unwrap();
    assert_eq!(script.clerk["cancel_on_status"].as_str(), Some("04"));
    assert_eq!(script.expect["book"]["charged"][0].as_integer(), Some(300));
}

#[test]
fn a_rule_can_wait_for_its_time() {
    let ms = Duration::from_millis;
    let mut engine = engine(
        "{ after_ms = 30, do = \"cut\", reconnect_ms = 5 }, { after_ms = 10, do = \"insert\", with = \"07\" }, \
         { after_ms = 20, attempt = 2, do = \"book\", truth = \"reversed\" }",
    );
    assert_eq!((engine.due_ms(), engine.on_time(9)), (Some(10), vec![]));
    assert_eq!(engine.on_time(10), vec![pass(&[7])]);
    assert_eq!((engine.due_ms(), engine.on_time(10)), (Some(30), vec![]), "each once");
    engine.begin_attempt(100);
    assert_eq!(engine.on_time(200), vec![Step::Cut(ms(5))]);
    assert_eq!(engine.due_ms(), None);
    engine.begin_attempt(300);
    assert_eq!(engine.due_ms(), Some(320));
    assert_eq!(engine.on_time(321), vec![Step::Truth("reversed".to_owned())]);
    assert_eq!((engine.due_ms(), engine.on_time(999)), (None, vec![]));
}

#[test]
fn a_rule_can_wait_for_its_attempt_and_match_a_word() {
    let mut engine = engine(
        "{ tx = \"'result'\", attempt = 2, do = \"drop\" }, { state = \"line\", attempt = 1, do = \"stall\" }",
    );
    let result = |engine: &mut Engine| engine.on_message(Direction::Tx, b"result 00").len();
    assert_eq!((result(&mut engine), engine.on_state("line")), (1, vec![]), "before the first");
    engine.begin_attempt(0);
    assert_eq!((result(&mut engine), engine.on_state("line")), (1, vec![Step::Stall]));
    engine.begin_attempt(0);
    assert_eq!((result(&mut engine), engine.on_state("line")), (0, vec![]));
    engine.begin_attempt(0);
    assert_eq!(result(&mut engine), 1);
}
