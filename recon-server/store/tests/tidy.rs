//! Rules of the shared SQL that no compiler checks.
//!
//! Every output column says whether it may be absent (an engine's own guess differs from the other's); no statement uses what only
//! one engine understands; the two folders of migrations carry the same numbers, names and tables.

#![expect(clippy::unwrap_used, reason = "a file that cannot be read must stop the test")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

/// Every `.sql` file below a folder, by its path.
fn statements(root: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "sql") {
                let text = fs::read_to_string(&path).unwrap();
                found.insert(path, text);
            }
        }
    }
    assert!(!found.is_empty(), "{}", root.display());
    found
}

/// What a statement gives back: between SELECT and FROM, or after RETURNING; brackets count as one.
fn output_columns(statement: &str) -> Vec<String> {
    let list = if let Some((_, after)) = statement.split_once("RETURNING ") {
        after
    } else if let Some(after) = statement.strip_prefix("SELECT") {
        after
    } else {
        return Vec::new();
    };
    let (mut columns, mut column, mut depth) = (Vec::new(), String::new(), 0_usize);
    for word in list.split_inclusive([' ', '\n', ',', '(', ')']) {
        if depth == 0 && word.trim() == "FROM" {
            break;
        }
        depth += word.matches('(').count();
        depth = depth.saturating_sub(word.matches(')').count());
        column.push_str(word);
        if depth == 0 && word.ends_with(',') {
            columns.push(std::mem::take(&mut column));
        }
    }
    columns.push(column);
    columns
}

/// `… AS "name!"`, `… AS "name?: type"`.
fn says_whether_absent(column: &str) -> bool {
    let alias = column.trim().trim_end_matches(',').rsplit_once(" AS \"").map(|(_, alias)| alias);
    let name = alias.and_then(|alias| alias.strip_suffix('"'));
    name.is_some_and(|name| name.split_once(": ").map_or(name, |(name, _)| name).ends_with(['!', '?']))
}

#[test]
fn every_output_column_says_whether_it_may_be_absent() {
    let mut seen = 0;
    for (path, text) in statements(&folder("sql")) {
        for column in output_columns(&text) {
            assert!(says_whether_absent(&column), "{}: {column:?}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 200, "only {seen} columns found: the test no longer reads the statements");
}

#[test]
fn the_reader_of_columns_finds_what_it_should() {
    let columns = output_columns("SELECT a AS \"a!\",\n    (SELECT MAX(x) FROM t) AS \"b?: i64\", c\nFROM t");
    let said: Vec<_> = columns.iter().map(|column| says_whether_absent(column)).collect();
    assert_eq!(said, [true, true, false], "{columns:?}");
    assert_eq!(output_columns("UPDATE t SET a = $1"), Vec::<String>::new());
    assert!(!says_whether_absent("a AS \"a\""));
}

#[test]
fn no_statement_is_for_one_engine_only() {
    const FOREIGN: [&str; 8] =
        ["::", " ANY", "GREATEST", "FOR UPDATE", "ILIKE", "GLOB", "datetime(", "AUTOINCREMENT"];
    for (path, text) in statements(&folder("sql")) {
        for word in FOREIGN {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
        // `?` is a placeholder of SQLite only; in an alias it marks a column that may be absent.
        let bare = text.split('"').step_by(2).any(|outside| outside.contains('?'));
        assert!(!bare, "{}: ?", path.display());
    }
}

/// Names of tables, columns and indexes in the order of a migration, without types and checks. What is carried over from one table to
/// the next is said in each engine's own words: of such a statement only the first line counts.
fn shape(migration: &str) -> Vec<String> {
    let first_words = |line: &str| line.split_whitespace().take(3).map(str::to_owned).collect::<Vec<_>>();
    let mut carrying = false;
    migration
        .lines()
        .filter(|line| {
            let within = carrying;
            carrying = (carrying || line.starts_with("INSERT INTO ")) && !line.ends_with(';');
            !within
        })
        .filter(|line| !line.starts_with("--") && !line.trim().is_empty() && !line.starts_with(')'))
        // Where PostgreSQL puts long values is no part of what there is.
        .filter(|line| !line.ends_with(" SET STORAGE EXTERNAL;"))
        .map(|line| {
            let words = first_words(line);
            let keyword = words.first().is_some_and(|word| word.chars().all(|c| c.is_ascii_uppercase()));
            let not_null = if line.contains(" NOT NULL") { " NOT NULL" } else { "" };
            // Order of text by bytes is SQLite's own and has to be said to PostgreSQL; the type of whole numbers is theirs.
            if keyword {
                line.trim().replace(" COLLATE \"C\"", "").replace(" BIGINT ", " INTEGER ")
            } else {
                format!("{}{not_null}", words[0])
            }
        })
        .collect()
}

#[test]
fn both_engines_have_the_same_schema() {
    let names = |engine: &str| {
        let root = folder("../migrations").join(engine);
        let names = statements(&root).into_keys().map(|path| path.file_name().unwrap().to_owned());
        names.collect::<BTreeSet<_>>()
    };
    let (sqlite, postgres) = (names("recon-sqlite"), names("recon-postgres"));
    assert_eq!(sqlite, postgres);
    for name in sqlite {
        let read =
            |engine: &str| fs::read_to_string(folder("../migrations").join(engine).join(&name)).unwrap();
        assert_eq!(shape(&read("recon-sqlite")), shape(&read("recon-postgres")), "{name:?}");
    }
}

#[test]
fn every_table_is_strict_and_begins_its_key_with_the_tenant() {
    for (path, text) in statements(&folder("../migrations/recon-sqlite")) {
        let tables = text.matches("CREATE TABLE").count();
        assert_eq!(text.matches("\n) STRICT;").count(), tables, "{}", path.display());
        assert_eq!(text.matches("PRIMARY KEY (tenant_id, ").count(), tables, "{}", path.display());
    }
    for (path, text) in statements(&folder("../migrations/recon-postgres")) {
        let texts = text.matches(" TEXT").count();
        assert_eq!(text.matches(" TEXT COLLATE \"C\"").count(), texts, "{}", path.display());
    }
}
