//! The walls of the house: who may import whom, and the habits that every room keeps.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace holds this package").to_path_buf()
}

/// Every arrow that the design allows. Anything else is a wall.
const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("journal", &["domain"]),
    ("drivers", &["domain"]),
    ("pos-agent", &["drivers", "journal", "domain"]),
    ("engine", &["domain"]),
    ("formats", &["domain"]),
    ("documents", &["domain"]),
    ("bulk", &["domain"]),
    ("store", &["journal", "domain"]),
    ("store-sqlite", &["store", "journal", "domain"]),
    ("store-postgres", &["store", "journal", "domain"]),
    (
        "recon-server",
        &[
            "engine",
            "formats",
            "bulk",
            "documents",
            "store",
            "store-sqlite",
            "store-postgres",
            "journal",
            "domain",
        ],
    ),
    (
        "town",
        &[
            "domain",
            "journal",
            "drivers",
            "pos-agent",
            "recon-server",
            "engine",
            "formats",
            "documents",
            "bulk",
            "store",
            "store-sqlite",
            "store-postgres",
        ],
    ),
];

/// Package → packages of the workspace that it depends on, in any role but a test's own helpers.
fn arrows_in_the_manifests() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo metadata runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let names: BTreeSet<String> =
        packages.iter().filter_map(|p| p["name"].as_str().map(str::to_owned)).collect();
    packages
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().expect("dependencies");
            let ours = dependencies
                .iter()
                .filter_map(|dependency| dependency["name"].as_str())
                .filter(|name| names.contains(*name))
                .map(str::to_owned)
                .collect();
            (package["name"].as_str().expect("name").to_owned(), ours)
        })
        .collect()
}

#[test]
fn nobody_imports_through_a_wall() {
    let found = arrows_in_the_manifests();
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    assert_eq!(
        found.keys().map(String::as_str).collect::<BTreeSet<_>>(),
        allowed.keys().copied().collect::<BTreeSet<_>>(),
        "a new package needs its arrows here and in ARCHITECTURE.md"
    );
    for (package, imports) in &found {
        for import in imports {
            assert!(allowed[package.as_str()].contains(&import.as_str()), "{package} imports {import}");
        }
    }
}

/// Rust sources of the house, this package included.
fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = ["domain", "journal", "drivers", "pos-agent", "recon-server", "tests"]
        .iter()
        .map(|name| root().join(name))
        .collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("folder is readable") {
            let path = entry.expect("entry is readable").path();
            if path.is_dir() {
                if path.file_name().is_none_or(|name| name != "target" && name != "testdata") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(found.len() > 50, "the walk found the sources");
    found
}

fn check_each(rule: &str, breaks: impl Fn(&Path, &str) -> bool) {
    let broken: Vec<_> = sources()
        .into_iter()
        .filter(|path| breaks(path, &fs::read_to_string(path).expect("source is UTF-8")))
        .map(|path| path.strip_prefix(root()).expect("inside the house").display().to_string())
        .collect();
    assert!(broken.is_empty(), "{rule}: {broken:#?}");
}

#[test]
fn every_room_says_what_it_is_for() {
    check_each("modules open with //!", |_, text| !text.starts_with("//!"));
}

#[test]
fn no_room_is_a_hall() {
    const ROOM_LINES_MAX: usize = 500;
    check_each("files have at most 500 lines", |_, text| text.lines().count() > ROOM_LINES_MAX);
}

#[test]
fn no_float_stands_near_money() {
    let near = [
        "domain/src",
        "journal/src",
        "recon-server/engine/src",
        "recon-server/formats/src",
        "recon-server/bulk/src",
        "recon-server/store",
    ];
    check_each("no f32 or f64 near money", |path, text| {
        let inside = near.iter().any(|folder| path.starts_with(root().join(folder)));
        let word = |line: &str| {
            line.split(|c: char| !c.is_alphanumeric() && c != '_')
                .any(|token| token == "f32" || token == "f64")
        };
        inside && text.lines().filter(|line| !line.trim_start().starts_with("//")).any(word)
    });
}

#[test]
fn nothing_is_left_for_later() {
    let marks = [
        concat!("to", "do!("),
        concat!("unimplemented", "!("),
        concat!("FIX", "ME"),
        concat!("#[ig", "nore"),
    ];
    check_each("nothing unfinished", |_, text| marks.iter().any(|mark| text.contains(mark)));
}

#[test]
fn a_simulator_never_imports_the_codec_it_tests() {
    check_each("simulators decode with code of their own", |path, text| {
        let is_simulator =
            path.to_string_lossy().contains("simulator") && path.starts_with(root().join("drivers/src"));
        let imports = |line: &str| {
            let line = line.trim_start();
            line.starts_with("use ")
                && (line.contains("::frame") || line.contains("::command"))
                && !line.contains("simulator")
        };
        // Tests of a simulator may drive it with the real codec.
        let production = text.split("#[cfg(test)]").next().unwrap_or_default();
        is_simulator && !path.ends_with("tests.rs") && production.lines().any(imports)
    });
}

#[test]
fn both_stores_have_the_same_migrations() {
    let names = |folder: &str| -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(root().join("migrations").join(folder))
            .expect("folder is there")
            .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    assert!(!names("recon-sqlite").is_empty());
    assert_eq!(names("recon-sqlite"), names("recon-postgres"));
}
