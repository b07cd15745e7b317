//! A private PostgreSQL for tests: own directory, own port on loopback, ended with the test.
//!
//! Always holds: a missing or broken PostgreSQL is an error, never a skipped test; only the process that was started here is ended,
//! by its own id; nothing outside the temporary directory is written. PostgreSQL refuses to run as root: then it runs as the system
//! user `postgres`.

use std::{
    fs::File,
    io,
    net::TcpListener,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

/// Longest wait for the server to listen, in polls of [`POLL_MILLISECONDS`].
const START_POLLS_MAX: u32 = 300;
/// Longest wait for the server to end, in polls of [`POLL_MILLISECONDS`].
const END_POLLS_MAX: u32 = 50;
/// Time between two looks, in milliseconds.
const POLL_MILLISECONDS: u64 = 100;
/// Where Debian and its kin put the server's programs.
const DEBIAN_PROGRAMS: &str = "/usr/lib/postgresql";
/// The system user that runs PostgreSQL where the tests run as root.
const SERVER_USER: &str = "postgres";

/// A running server; dropped, it is ended and its files are removed.
pub struct Cluster {
    server: Child,
    port: u16,
    home: tempfile::TempDir,
}

impl Cluster {
    /// Makes a database cluster and starts its server.
    ///
    /// # Errors
    /// When PostgreSQL's programs are not there, or it does not start; the text ends with the server's log.
    pub fn start() -> io::Result<Self> {
        let programs = programs()?;
        let home = tempfile::Builder::new().prefix("madoguchi-postgres-").tempdir()?;
        std::fs::set_permissions(home.path(), std::fs::Permissions::from_mode(0o777))?;
        let data = home.path().join("data");
        let made = as_server_user(&programs.join("initdb"), home.path())?
            .args(["-A", "trust", "-U", SERVER_USER, "-E", "UTF8", "--locale=C", "-D"])
            .arg(&data)
            .stdin(Stdio::null())
            .output()?;
        if !made.status.success() {
            return Err(io::Error::other(format!("initdb: {}", String::from_utf8_lossy(&made.stderr))));
        }
        // The port is free now and may be taken a moment later; then the server does not start, and says so.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let log = File::create(home.path().join("log"))?;
        let server = as_server_user(&programs.join("postgres"), home.path())?
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(home.path())
            .args(["-c", "listen_addresses=127.0.0.1", "-c", &format!("port={port}"), "-c", "fsync=off"])
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let mut cluster = Self { server, port, home };
        cluster.wait_until_ready()?;
        Ok(cluster)
    }

    /// The address of the database that every new cluster has.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://{SERVER_USER}@127.0.0.1:{}/postgres", self.port)
    }

    /// The last line of the server's own id file is `ready` once it takes connections.
    fn wait_until_ready(&mut self) -> io::Result<()> {
        let id_file = self.home.path().join("data/postmaster.pid");
        for _ in 0..START_POLLS_MAX {
            if let Some(status) = self.server.try_wait()? {
                return Err(io::Error::other(format!("postgres ended with {status}: {}", self.log())));
            }
            let said = std::fs::read_to_string(&id_file).unwrap_or_default();
            if said.lines().last().is_some_and(|line| line.trim() == "ready") {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(POLL_MILLISECONDS));
        }
        Err(io::Error::other(format!("postgres is not ready: {}", self.log())))
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.home.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Cluster {
    /// Asks for a fast end, which frees the server's shared memory; a server that does not listen is killed.
    fn drop(&mut self) {
        // `setpriv` becomes the server by exec, so the child's id is the server's own.
        let _ = Command::new("kill").args(["-INT", &self.server.id().to_string()]).status();
        for _ in 0..END_POLLS_MAX {
            if !matches!(self.server.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(POLL_MILLISECONDS));
        }
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The directory of `initdb` and `postgres`: in PATH, or where Debian puts them, the newest first.
fn programs() -> io::Result<PathBuf> {
    let in_path = std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir(DEBIAN_PROGRAMS)
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin")))
        })
        .collect();
    versions.sort_unstable();
    let debian = versions.into_iter().rev().map(|(_, path)| path);
    in_path
        .into_iter()
        .flatten()
        .chain(debian)
        .find(|directory| directory.join("initdb").is_file() && directory.join("postgres").is_file())
        .ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::NotFound,
                "PostgreSQL's initdb and postgres are neither in PATH nor in /usr/lib/postgresql/*/bin; install them: this test does not pass without a server",
            )
        })
}

/// A command that runs `program` directly, or as [`SERVER_USER`] where this process is root.
fn as_server_user(program: &Path, home: &Path) -> io::Result<Command> {
    let root = std::fs::metadata("/proc/self")?.uid() == 0;
    let mut command = if root {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", SERVER_USER, "--regid", SERVER_USER, "--init-groups", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir(home);
    Ok(command)
}
