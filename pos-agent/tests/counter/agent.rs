//! The whole agent in one process: start, page, stop, start again.

use std::{net::SocketAddr, sync::Arc};

use domain::{command::Command, id::SaleId, money::Yen, state::SaleState};
use pos_agent::{
    agent::{Agent, Options, StartError},
    config::Config,
    till::{Envelope, TillHandle},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{HandClock, clerk, enrol, lines, open_day};

/// An agent over a folder, with a clock that is moved by hand and a printer that is a file.
fn options(folder: &std::path::Path, clock: &Arc<HandClock>) -> Options {
    let printer = format!(
        "[[device]]\nid = \"printer-1\"\nrole = \"printer\"\ndriver = \"escpos\"\ntransport = \"file://{}\"\n",
        folder.join("paper.bin").display()
    );
    let mut config = Config::parse(&printer).unwrap();
    config.data_dir = folder.join("data");
    config.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    Options { clock: Arc::clone(clock) as _, ticks: false, ..Options::new(config) }
}

async fn wish(till: &TillHandle, command: Command) -> uuid::Uuid {
    let id = pos_agent::edge::Entropy::command_id(&pos_agent::edge::SystemEntropy);
    till.submit(Envelope { actor: clerk(), id, command }).await.unwrap();
    id.0
}

async fn ask(address: SocketAddr, host: &str) -> String {
    let mut line = TcpStream::connect(address).await.unwrap();
    let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    line.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    line.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_day_survives_a_stop_and_prints_to_a_file() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), HandClock::new());
    let running = Agent::start(options(folder.path(), &clock)).await.unwrap();
    wish(running.till(), enrol()).await;
    wish(running.till(), open_day(&clock)).await;
    let sale = SaleId(wish(running.till(), lines(&[("jumin", 1)])).await);
    wish(running.till(), Command::TakeCash { sale, tendered: Yen::new(300) }).await;
    let mut view = running.till().view();
    view.wait_for(|view| view.state.prints.values().all(|job| job.state.ended())).await.unwrap();
    running.stop().await;
    assert!(std::fs::metadata(folder.path().join("paper.bin")).unwrap().len() > 100);
    let again = Agent::start(options(folder.path(), &clock)).await.unwrap();
    assert_eq!(again.till().current().state.sales[&sale].state, SaleState::Completed);
    again.stop().await;
}

#[tokio::test]
async fn the_page_answers_this_machine_only() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), HandClock::new());
    let running = Agent::start(options(folder.path(), &clock)).await.unwrap();
    let address = running.address();
    let own = ask(address, &address.to_string()).await;
    assert!(own.starts_with("HTTP/1.1 200") || own.starts_with("HTTP/1.1 303"), "{own}");
    assert!(ask(address, "counter.example.jp").await.starts_with("HTTP/1.1 403"));
    running.stop().await;
}

#[tokio::test]
async fn one_folder_has_one_agent() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), HandClock::new());
    let running = Agent::start(options(folder.path(), &clock)).await.unwrap();
    let second = Agent::start(options(folder.path(), &clock)).await;
    assert!(matches!(second, Err(StartError::Open(_))));
    running.stop().await;
    Agent::start(options(folder.path(), &clock)).await.unwrap().stop().await;
}
