//! One-time codes, incarnations, and who is believed.

use journal::wire::{EnrolReply, HeadReply, ProblemCode};
use recon_server::counters::{CodeError, Purpose, make_code};

use crate::support::{COUNTER, Centre, problem, read};

#[tokio::test]
async fn a_code_enrols_once_and_gives_key_and_profile() {
    let centre = Centre::set_up().await;
    let code = centre.code(Purpose::Enrol).await;
    let typed = code.to_lowercase().replace('-', " ");
    let granted: EnrolReply = read(centre.try_enrol(&typed).await).await;
    assert_eq!(granted.counter.as_str(), COUNTER);
    assert_eq!((granted.incarnation.0, granted.first_receipt), (1, 1));
    assert_eq!(granted.key_id, "city/shimin-1/1");
    assert_eq!(granted.server_time, centre.now().as_seconds());
    assert_eq!(granted.profile.counter_label, "市民課 証明窓口1");

    let (status, word, document) = problem(centre.try_enrol(&code).await).await;
    assert_eq!((status, word.as_str()), (403, "bad_enrolment_code"));
    assert!(document["detail"].as_str().unwrap().contains("使用済み"), "{document}");
}

#[tokio::test]
async fn unknown_and_expired_codes_are_refused_and_guessing_ends() {
    let centre = Centre::set_up().await;
    let code = centre.code(Purpose::Enrol).await;
    centre.clock.set(centre.now().plus_ms(25 * 3_600_000));
    let (_, word, document) = problem(centre.try_enrol(&code).await).await;
    assert_eq!(word, "bad_enrolment_code");
    assert!(document["detail"].as_str().unwrap().contains("期限"), "{document}");
    for _ in 0..10 {
        let (_, _, document) = problem(centre.try_enrol("AAAA-BBBB-CCCC").await).await;
        assert!(document["detail"].as_str().unwrap().contains("ありません"), "{document}");
    }
    let fresh = centre.code(Purpose::Enrol).await;
    let (_, _, document) = problem(centre.try_enrol(&fresh).await).await;
    assert!(document["detail"].as_str().unwrap().contains("続けて間違えた"), "{document}");
    centre.clock.set(centre.now().plus_ms(16 * 60_000));
    assert_eq!(centre.try_enrol(&fresh).await.status(), 200);
}

#[tokio::test]
async fn replacing_needs_its_own_command_and_grants_the_next_incarnation() {
    let centre = Centre::set_up().await;
    let counter = COUNTER.parse().unwrap();
    let early = make_code(centre.state(), "test", &counter, Purpose::Replace).await;
    assert!(matches!(early, Err(CodeError::NotEnrolled(_))));
    let first = centre.counter().await;
    let again = make_code(centre.state(), "test", &counter, Purpose::Enrol).await;
    assert!(matches!(again, Err(CodeError::Enrolled(_))));
    let second = centre.counter_for(Purpose::Replace).await;
    assert_eq!((first.id.incarnation.0, second.id.incarnation.0), (1, 2));
    assert_ne!(first.key, second.key);
    let head: HeadReply = read(centre.head(&second).await).await;
    assert_eq!((head.incarnation.0, head.sequence_number), (2, 0));
}

#[tokio::test]
async fn a_body_that_is_no_enrolment_is_a_bad_request() {
    let centre = Centre::empty().await;
    let url = centre.url(journal::wire::PATH_ENROLMENTS);
    for (body, code) in [
        ("{}".to_owned(), ProblemCode::BadRequest),
        ("{\"code\":\"x\",\"more\":1}".to_owned(), ProblemCode::BadRequest),
        ("x".repeat(5_000), ProblemCode::TooLarge),
    ] {
        let (_, word, _) = problem(centre.http.post(&url).body(body).send().await.unwrap()).await;
        assert_eq!(serde_json::json!(word), serde_json::json!(code));
    }
}
