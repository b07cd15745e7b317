//! Around the routes: what takes too long ends, what is not there says so, a restart forgets nothing.

use std::{path::Path, sync::Arc};

use journal::wire::{HeadReply, PATH_BATCHES, PATH_ENROLMENTS};
use recon_server::{
    config::{Config, Overrides},
    jobs::backup::backup,
    random::SystemRandom,
    server::{Options, Server},
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{Centre, StepClock, get, problem, read};

/// Serves what lies in a data folder.
async fn serve_again(data_dir: &Path, clock: Arc<StepClock>) -> Server {
    let overrides = Overrides { data_dir: Some(data_dir.to_owned()), ..Overrides::default() };
    let config = Config::from_toml("", overrides).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    Server::start(Options { config, listener, clock, random: Arc::new(SystemRandom) }).await.unwrap()
}

#[tokio::test]
async fn a_body_that_never_ends_is_ended() {
    let centre = Centre::configured("[server]\nrequest_timeout_seconds = 1").await;
    let mut line = tokio::net::TcpStream::connect(centre.server.address()).await.unwrap();
    let half = format!("POST {PATH_ENROLMENTS} HTTP/1.1\r\nhost: recon\r\ncontent-length: 100\r\n\r\n{{");
    line.write_all(half.as_bytes()).await.unwrap();
    let mut answer = vec![0; 4_096];
    let read = line.read(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer[..read]);
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.contains(r#""code":"unavailable""#), "{answer}");
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_document() {
    let centre = Centre::empty().await;
    for path in ["/api/v1/nothing", "/api/x"] {
        let (status, code, _) = problem(centre.http.get(centre.url(path)).send().await.unwrap()).await;
        assert_eq!((status, code.as_str()), (404, "not_found"), "{path}");
    }
    let (_, code, _) = problem(centre.http.get(centre.url(PATH_BATCHES)).send().await.unwrap()).await;
    assert_eq!(code, "not_found", "a route of another method");
}

#[tokio::test]
async fn a_restart_knows_journals_keys_and_people() {
    let centre = Centre::set_up().await;
    let counter = centre.counter().await;
    assert_eq!(centre.deliver(&counter, &counter.entries).await.status(), 200);
    let Centre { server, clock, http, folder } = centre;
    server.stop().await.unwrap();
    let server = serve_again(folder.path(), clock.clone()).await;
    let again = Centre { server, clock, http, folder };
    let request = get(journal::wire::PATH_HEAD, None);
    let head: HeadReply = read(again.send(request, counter.sign(again.now(), &request)).await).await;
    assert_eq!(head.head(), Some(counter.head));
}

/// The centre is restored from a backup: its head goes back, the counter sends again, nothing is lost.
#[tokio::test]
async fn a_restored_centre_takes_the_entries_again() {
    let centre = Centre::set_up().await;
    let mut counter = centre.counter().await;
    assert_eq!(centre.deliver(&counter, &counter.entries).await.status(), 200);
    let copy = centre.folder.path().join("copy.db");
    backup(&centre.state().config, &copy).await.unwrap();
    for _ in 0..3 {
        counter.write_start(centre.now());
    }
    assert_eq!(centre.deliver(&counter, &counter.entries[1..]).await.status(), 200);
    let Centre { server, clock, http, folder } = centre;
    server.stop().await.unwrap();

    let restored = tempfile::tempdir().unwrap();
    std::fs::copy(&copy, restored.path().join("recon.db")).unwrap();
    std::fs::copy(folder.path().join("master.key"), restored.path().join("master.key")).unwrap();
    let server = serve_again(restored.path(), clock.clone()).await;
    let again = Centre { server, clock, http, folder: restored };
    let head: HeadReply = read(again.head(&counter).await).await;
    assert_eq!(head.sequence_number, 1, "it went back");
    let head: HeadReply = read(again.deliver(&counter, &counter.entries[1..]).await).await;
    assert_eq!(head.head(), Some(counter.head));
}
