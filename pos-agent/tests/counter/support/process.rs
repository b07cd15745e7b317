//! The real program under a hand that can kill it, and the clerk's browser before it.

use std::{
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use pos_agent::config::JOURNAL_FILE;
use rusqlite::{Connection, OpenFlags};

use crate::program::program;

/// The configuration in the folder of such a counter.
pub const CONFIG_FILE: &str = "agent.toml";

/// The program, and whoever kills it.
pub struct Process {
    child: Arc<Mutex<Child>>,
    pub address: Option<SocketAddr>,
    watcher: Option<(Arc<AtomicBool>, JoinHandle<bool>)>,
}

/// Kills as soon as the journal holds so many entries; says whether it did.
fn watch(journal: &Path, kill_at: i64, child: Arc<Mutex<Child>>, done: Arc<AtomicBool>) -> JoinHandle<bool> {
    let connection = Connection::open_with_flags(journal, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    std::thread::spawn(move || {
        while !done.load(Ordering::SeqCst) {
            let count: Result<i64, _> =
                connection.query_row("SELECT MAX(sequence_number) FROM entry", [], |row| row.get(0));
            if count.is_ok_and(|count| count >= kill_at) {
                child.lock().unwrap().kill().unwrap();
                return true;
            }
            std::thread::sleep(Duration::from_micros(300));
        }
        false
    })
}

impl Process {
    pub fn start(folder: &Path, kill_at: Option<i64>) -> Self {
        let mut command = program(folder);
        command.arg("--config").arg(folder.join(CONFIG_FILE)).arg("serve");
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let child = Arc::new(Mutex::new(child));
        let watcher = kill_at.map(|at| {
            let done = Arc::new(AtomicBool::new(false));
            (Arc::clone(&done), watch(&folder.join(JOURNAL_FILE), at, Arc::clone(&child), done))
        });
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let address = line.trim().rsplit('/').nth(1).and_then(|address| address.parse().ok());
        Self { child, address, watcher }
    }

    /// Ends it and says whether it had been killed before.
    pub fn end(mut self) -> bool {
        let killed = self.watcher.take().is_some_and(|(done, watcher)| {
            done.store(true, Ordering::SeqCst);
            watcher.join().unwrap()
        });
        let mut child = self.child.lock().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        killed
    }
}

/// A form that was filled in and perhaps not answered.
#[derive(Clone)]
pub struct Form {
    path: String,
    body: String,
}

pub struct Page {
    pub location: Option<String>,
    pub body: String,
}

impl Page {
    pub fn shows(&self, text: &str) -> bool {
        self.body.contains(text)
    }

    pub fn after(&self, mark: &str) -> Option<&str> {
        self.body.split_once(mark)?.1.split('"').next()
    }
}

pub fn form(path: &str, fields: &[(&str, &str)]) -> Form {
    let coded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", coded(value))).collect();
    Form { path: path.to_owned(), body: pairs.join("&") }
}

pub struct Browser {
    client: reqwest::Client,
    address: SocketAddr,
}

impl Browser {
    pub fn at(address: SocketAddr) -> Self {
        let policy = reqwest::redirect::Policy::none();
        let client = reqwest::Client::builder().redirect(policy).no_proxy().build().unwrap();
        Self { client, address }
    }

    async fn page(&self, request: reqwest::RequestBuilder) -> reqwest::Result<Page> {
        let answer = request.send().await?;
        let location = answer.headers().get("location").and_then(|to| to.to_str().ok()).map(str::to_owned);
        Ok(Page { location, body: answer.text().await? })
    }

    pub async fn get(&self, path: &str) -> reqwest::Result<Page> {
        self.page(self.client.get(format!("http://{}{path}", self.address))).await
    }

    pub async fn post(&self, form: &Form) -> reqwest::Result<Page> {
        let request = self.client.post(format!("http://{}{}", self.address, form.path));
        let request = request.header("origin", format!("http://{}", self.address));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        self.page(request.body(form.body.clone())).await
    }
}
