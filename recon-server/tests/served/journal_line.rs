//! Journals arrive: signed, repeated, gone back, forked, with gaps, too large, from an old incarnation, of an unknown kind.

use journal::{
    entry::Entry,
    frames::{self, BATCH_LENGTH_MAX_BYTES},
    signature::sign,
    wire::HeadReply,
};
use recon_server::{counters::Purpose, jobs::verify::verify};

use crate::support::{Centre, Counter, batch, get, gzip, problem, read};

async fn started(centre: &Centre, entries: u64) -> Counter {
    let mut counter = centre.counter().await;
    for _ in 1..entries {
        counter.write_start(centre.now());
    }
    counter
}

#[tokio::test]
async fn a_signed_batch_is_kept_and_answered_with_the_head() {
    let centre = Centre::set_up().await;
    let counter = started(&centre, 5).await;
    let head: HeadReply = read(centre.deliver(&counter, &counter.entries).await).await;
    assert_eq!(head.head(), Some(counter.head));
    assert_eq!(head.server_time, centre.now().as_seconds());
    let asked: HeadReply = read(centre.head(&counter).await).await;
    assert_eq!(asked, head);
    let verified = verify(centre.state()).await.unwrap();
    assert!(verified.whole());
    assert_eq!(verified.journals[0].entries, 5);
}

#[tokio::test]
async fn entries_that_are_here_already_change_nothing() {
    let centre = Centre::set_up().await;
    let mut counter = started(&centre, 6).await;
    assert_eq!(centre.deliver(&counter, &counter.entries[..4]).await.status(), 200);
    // The agent believes less than the centre has: it goes back and sends again, with more behind.
    let head: HeadReply = read(centre.deliver(&counter, &counter.entries[1..]).await).await;
    assert_eq!(head.sequence_number, 6);
    let head: HeadReply = read(centre.deliver(&counter, &counter.entries[..2]).await).await;
    assert_eq!(head.head(), Some(counter.head));
    counter.write_start(centre.now());
    let head: HeadReply = read(centre.deliver(&counter, &counter.entries[6..]).await).await;
    assert_eq!(head.sequence_number, 7);
    assert!(verify(centre.state()).await.unwrap().whole());
}

#[tokio::test]
async fn a_changed_request_is_not_believed() {
    let centre = Centre::set_up().await;
    let counter = started(&centre, 2).await;
    let body = gzip(&frames::join(counter.entries.iter().map(Entry::bytes)));
    let request = batch(&body);
    let good = counter.sign(centre.now(), &request);
    let other_body = gzip(&frames::join([counter.entries[0].bytes()]));
    let mut foreign = counter.clone();
    foreign.key_id = "city/shimin-2/1".to_owned();
    let mut other_tenant = counter.clone();
    other_tenant.key_id = "town/shimin-1/1".to_owned();
    let mut unsigned = good.clone();
    unsigned.signature = String::new();
    let mut bent = good.clone();
    bent.signature.replace_range(12..13, if &bent.signature[12..13] == "A" { "B" } else { "A" });
    for (sent, headers) in [
        (batch(&other_body), good.clone()),
        (request, foreign.sign(centre.now(), &request)),
        (request, other_tenant.sign(centre.now(), &request)),
        (request, unsigned),
        (request, bent),
    ] {
        let (status, code, _) = problem(centre.send(sent, headers).await).await;
        assert_eq!((status, code.as_str()), (401, "bad_signature"));
    }
    let asked: HeadReply = read(centre.head(&counter).await).await;
    assert_eq!(asked.sequence_number, 0, "nothing was kept");
}

#[tokio::test]
async fn a_clock_that_is_off_is_told_the_time() {
    let centre = Centre::set_up().await;
    let counter = started(&centre, 1).await;
    let body = gzip(&frames::join(counter.entries.iter().map(Entry::bytes)));
    let request = batch(&body);
    for off_ms in [-301_000, 301_000] {
        let headers = counter.sign(centre.now().plus_ms(off_ms), &request);
        let (status, code, document) = problem(centre.send(request, headers).await).await;
        assert_eq!((status, code.as_str()), (401, "clock_off"));
        let server_time = document["server_time"].as_i64().unwrap();
        let headers = sign(&counter.key, &counter.key_id, server_time, &request);
        assert_eq!(centre.send(request, headers).await.status(), 200);
    }
    let late = counter.sign(centre.now().plus_ms(-299_000), &request);
    assert_eq!(centre.send(request, late).await.status(), 200);
}

#[tokio::test]
async fn a_gap_keeps_what_comes_before_it() {
    let centre = Centre::set_up().await;
    let counter = started(&centre, 6).await;
    let with_gap = [&counter.entries[..2], &counter.entries[3..]].concat();
    let (status, code, document) = problem(centre.deliver(&counter, &with_gap).await).await;
    assert_eq!((status, code.as_str()), (409, "chain_gap"));
    assert_eq!(document["head"]["sequence_number"], 2);
    let head: HeadReply = read(centre.deliver(&counter, &counter.entries[2..]).await).await;
    assert_eq!(head.sequence_number, 6);
}

#[tokio::test]
async fn a_fork_is_kept_aside_and_told_with_the_head() {
    let centre = Centre::set_up().await;
    let mut counter = started(&centre, 3).await;
    let mut forked = counter.clone();
    counter.write_start(centre.now());
    centre.deliver(&counter, &counter.entries).await;
    forked.write_start(centre.now().plus_ms(1));
    forked.write_start(centre.now().plus_ms(2));
    let (status, code, document) = problem(centre.deliver(&forked, &forked.entries).await).await;
    assert_eq!((status, code.as_str()), (409, "fork"));
    assert_eq!(document["head"]["hash"], counter.head.hash.to_hex());
    let verified = verify(centre.state()).await.unwrap();
    assert!(verified.whole(), "the journal itself is not touched");
    assert_eq!((verified.journals[0].entries, verified.aside), (4, 2));
    // A new incarnation ends the fork.
    let second = centre.counter_for(Purpose::Replace).await;
    assert_eq!(centre.deliver(&second, &second.entries).await.status(), 200);
}

#[tokio::test]
async fn an_old_incarnation_delivers_its_tail() {
    let centre = Centre::set_up().await;
    let old = started(&centre, 8).await;
    centre.deliver(&old, &old.entries[..3]).await;
    centre.clock.set(centre.now().plus_ms(3_600_000));
    let new = centre.counter_for(Purpose::Replace).await;
    assert_eq!(centre.deliver(&new, &new.entries).await.status(), 200);
    let head: HeadReply = read(centre.deliver(&old, &old.entries[3..]).await).await;
    assert_eq!((head.incarnation.0, head.sequence_number), (1, 8));
    let verified = verify(centre.state()).await.unwrap();
    assert_eq!(verified.journals.iter().map(|j| j.entries).collect::<Vec<_>>(), [8, 1]);
    // What it makes after its end is kept, not counted.
    let mut extended = old;
    centre.clock.set(centre.now().plus_ms(3_600_000));
    extended.write_start(centre.now());
    let (status, code, _) = problem(centre.deliver(&extended, &extended.entries[8..]).await).await;
    assert_eq!((status, code.as_str()), (409, "wrong_journal"));
    assert_eq!(verify(centre.state()).await.unwrap().aside, 1);
}

#[tokio::test]
async fn unknown_kinds_and_versions_are_kept_and_shown() {
    let centre = Centre::set_up().await;
    let mut counter = started(&centre, 1).await;
    let meta = serde_json::json!({ "meta": counter.meta(centre.now()), "news": 1 }).to_string();
    counter.write_raw(9_999, 1, meta.as_bytes());
    counter.write_raw(2, 7, meta.as_bytes());
    counter.write_raw(20, 1, b"{\"damaged\":");
    let head: HeadReply = read(centre.deliver(&counter, &counter.entries).await).await;
    assert_eq!(head.sequence_number, 4);
    assert_eq!(verify(centre.state()).await.unwrap().unread, 3);
}

#[tokio::test]
async fn bodies_have_bounds() {
    let centre = Centre::set_up().await;
    let counter = started(&centre, 1).await;
    let bomb = gzip(&vec![0; 256 << 20]);
    let too_long = vec![7; BATCH_LENGTH_MAX_BYTES + (128 << 10)];
    let claims = gzip(&u32::MAX.to_be_bytes());
    let short = gzip(&[0, 0, 0, 9, 1]);
    for (body, status, code) in [
        (bomb, 413, "too_large"),
        (too_long, 413, "too_large"),
        (claims, 413, "too_large"),
        (short, 400, "bad_request"),
        (b"no gzip".to_vec(), 400, "bad_request"),
    ] {
        let request = batch(&body);
        let (seen, word, _) = problem(centre.send(request, counter.sign(centre.now(), &request)).await).await;
        assert_eq!((seen, word.as_str()), (status, code));
    }
    let mut plain = batch(b"");
    plain.content_type = "text/plain";
    let (status, _, _) = problem(centre.send(plain, counter.sign(centre.now(), &plain)).await).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn entries_of_another_counter_are_refused_whole() {
    let centre = Centre::set_up().await;
    let counter = started(&centre, 2).await;
    let second = centre.counter_for(Purpose::Replace).await;
    let (status, code, _) = problem(centre.deliver(&second, &counter.entries).await).await;
    assert_eq!((status, code.as_str()), (409, "wrong_journal"));
    let head: HeadReply = read(centre.head(&second).await).await;
    assert_eq!(head.sequence_number, 0);
}

#[tokio::test]
async fn an_incarnation_that_was_never_granted_is_no_journal() {
    let centre = Centre::set_up().await;
    let mut counter = started(&centre, 1).await;
    counter.id.incarnation.0 = 9;
    counter.key_id = "city/shimin-1/9".to_owned();
    counter.key = centre.state().master_key.counter_key(&counter.id);
    let request = get(journal::wire::PATH_HEAD, None);
    let (status, code, _) = problem(centre.send(request, counter.sign(centre.now(), &request)).await).await;
    assert_eq!((status, code.as_str()), (409, "wrong_journal"));
}
