//! Rebuilds this crate when a statement, a migration or a cached check of one changes. Without it the macros do not notice
//! every change of a `.sql` file.

const WATCHED_PATHS: [&str; 4] = ["../sql", "../../migrations/recon-sqlite", ".sqlx", "sqlx.toml"];
const WATCHED_VARIABLES: [&str; 3] = ["RECON_SQLITE_URL", "SQLX_OFFLINE", "SQLX_OFFLINE_DIR"];

fn main() {
    for path in WATCHED_PATHS {
        println!("cargo:rerun-if-changed={path}");
    }
    for variable in WATCHED_VARIABLES {
        println!("cargo:rerun-if-env-changed={variable}");
    }
}
