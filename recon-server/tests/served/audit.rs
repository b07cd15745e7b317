//! A result can be made again from its raw inputs, and whatever was changed is named.

use std::path::Path;

use domain::money::Yen;
use recon_server::jobs::{
    audit::{
        Asked,
        bundle::{self, BundleError, Written},
        check::{BundleCheck, Part, check},
    },
    import::{Upload, import},
    reconcile::reconcile,
    report, verify,
};

use crate::{
    journal_day::{close, day, open, sell, wallet},
    reports::{take, take_for},
    support::{Centre, TODAY, date},
    support_files::{at, bank, paypay},
};

/// A closed day with three files, one of them refused, after midnight of the next day.
async fn played() -> Centre {
    let centre = Centre::set_up().await;
    day(&centre, true).await;
    take(&centre, "paypay", "paypay.csv", paypay(TODAY)).await;
    let half = Upload {
        source: "bank".parse().unwrap(),
        name: "half.txt".to_owned(),
        bytes: bank(TODAY, &[(1, "ﾔﾏﾀﾞ")])[..250].to_vec(),
        period: None,
        uploader: "test".to_owned(),
    };
    import(centre.state(), half).await.unwrap();
    centre.clock.set(at("2026-11-19", 9, 0, 0));
    take(&centre, "bank", "bank.txt", bank(TODAY, &[(5_000, "ﾔﾏﾀﾞ")])).await;
    centre
}

async fn bundled(centre: &Centre, folder: &Path) -> Written {
    let asked = Asked::Day(date(TODAY));
    bundle::write(centre.state(), folder, asked, date("2026-11-19"), "test").await.unwrap()
}

async fn checked(folder: &Path) -> BundleCheck {
    check(folder).await.unwrap()
}

#[tokio::test]
async fn a_bundle_is_made_again_byte_for_byte() {
    let centre = played().await;
    let folder = centre.folder.path().join("bundle");
    let written = bundled(&centre, &folder).await;
    assert_eq!((written.files, written.outputs[0].title_ja.as_str()), (3, "照合結果"));
    let found = checked(&folder).await;
    assert!(found.whole() && found.done_again, "{found:?}");
    assert_eq!((found.run, found.manifest_sha256.as_str()), (Some(written.run), written.sha256.as_str()));

    // The papers of the bundle are those of the centre.
    let day = report::daily_as_of(centre.state(), date(TODAY), Some(date("2026-11-19"))).await.unwrap();
    let of_centre = report::to_csv(&day, formats::csv_out::CsvEncoding::Utf8Bom).unwrap();
    assert_eq!(std::fs::read(folder.join("outputs/daily.csv")).unwrap(), of_centre);
    assert!(std::fs::read(folder.join("inputs/files.json")).unwrap().len() > 100);

    let again = bundle::write(centre.state(), &folder, Asked::Day(date(TODAY)), date(TODAY), "test").await;
    assert!(matches!(again, Err(BundleError::Folder(_))), "a folder that holds something is left alone");
    let found = verify::verify(centre.state()).await.unwrap();
    assert!(found.whole() && found.manifests >= 2 && found.files == 3, "{found:?}");
}

#[tokio::test]
async fn a_month_is_bundled_too() {
    let centre = played().await;
    let folder = centre.folder.path().join("month");
    let asked = Asked::Month("2026-11".to_owned());
    let written = bundle::write(centre.state(), &folder, asked, date("2026-11-19"), "test").await.unwrap();
    let files: Vec<&str> = written.outputs.iter().map(|output| output.file.as_str()).collect();
    assert_eq!(files, ["outcome.json", "monthly.json", "monthly.csv"]);
    assert!(checked(&folder).await.whole());
}

/// Every raw file, every journal, the settings, the manifest: one byte at its beginning, in its middle, at its end.
#[tokio::test]
async fn one_changed_byte_of_an_input_is_found_and_named() {
    let centre = played().await;
    let folder = centre.folder.path().join("bundle");
    bundled(&centre, &folder).await;
    let mut names: Vec<String> =
        ["manifest.json", "inputs/settings.json", "inputs/files.json"].map(ToOwned::to_owned).into();
    for below in ["inputs/files", "inputs/journals"] {
        let entries = std::fs::read_dir(folder.join(below)).unwrap();
        names.extend(entries.map(|one| format!("{below}/{}", one.unwrap().file_name().to_str().unwrap())));
    }
    assert_eq!(names.len(), 3 + 3 + 1);
    for name in names {
        let path = folder.join(&name);
        let whole = std::fs::read(&path).unwrap();
        for at in [0, whole.len() / 2, whole.len() - 1] {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            std::fs::write(&path, &changed).unwrap();
            let found = checked(&folder).await;
            assert!(!found.whole() && !found.done_again, "{name} at {at}: {found:?}");
            assert_eq!(found.differences[0].file, name, "{found:?}");
        }
        std::fs::write(&path, &whole).unwrap();
    }
    assert!(checked(&folder).await.whole(), "everything is as it was");
}

#[tokio::test]
async fn a_changed_missing_or_added_paper_is_named() {
    let centre = played().await;
    let folder = centre.folder.path().join("bundle");
    bundled(&centre, &folder).await;
    for (name, title, part) in [
        ("outputs/day-sheet.csv", "収納日計表", Part::Paper),
        ("outputs/daily.json", "収納日報", Part::Paper),
        ("outputs/outcome.json", "照合結果", Part::Result),
    ] {
        let path = folder.join(name);
        let whole = std::fs::read(&path).unwrap();
        let mut changed = whole.clone();
        *changed.last_mut().unwrap() ^= 1;
        std::fs::write(&path, &changed).unwrap();
        let found = checked(&folder).await;
        let first = &found.differences[0];
        assert_eq!((first.file.as_str(), first.title_ja.as_str(), first.part), (name, title, part));
        assert!(found.done_again && found.differences.len() == 1, "the paper alone differs: {found:?}");
        std::fs::remove_file(&path).unwrap();
        assert!(checked(&folder).await.differences[0].sentence_ja.contains("ありません"));
        std::fs::write(&path, &whole).unwrap();
    }
    std::fs::write(folder.join("outputs/extra.csv"), b"x").unwrap();
    let found = checked(&folder).await;
    assert_eq!((found.differences.len(), found.differences[0].part), (1, Part::Stray));
}

/// A manifest whose papers are not those of its inputs: even where every digest fits, the work done once more gives it away.
#[tokio::test]
async fn a_forged_manifest_does_not_survive_the_work_done_again() {
    let centre = played().await;
    let folder = centre.folder.path().join("bundle");
    let written = bundled(&centre, &folder).await;
    let paper = folder.join("outputs/day-sheet.csv");
    let forged = std::fs::read_to_string(&paper).unwrap().replace("600", "900");
    std::fs::write(&paper, &forged).unwrap();
    let true_sha = &written.outputs.iter().find(|one| one.file == "day-sheet.csv").unwrap().digest;
    let manifest = std::fs::read_to_string(folder.join("manifest.json")).unwrap();
    let forged_sha = formats::sha256_hex(forged.as_bytes());
    let manifest = manifest
        .replace(&true_sha.sha256, &forged_sha)
        .replace(&format!("\"count\": {}", true_sha.count), &format!("\"count\": {}", forged.len()));
    std::fs::write(folder.join("manifest.json"), &manifest).unwrap();
    let digest = format!("{}  manifest.json\n", formats::sha256_hex(manifest.as_bytes()));
    std::fs::write(folder.join("manifest.sha256"), digest).unwrap();
    let found = checked(&folder).await;
    let first = &found.differences[0];
    assert_eq!((first.title_ja.as_str(), first.part), ("収納日計表", Part::Paper), "{found:?}");
    assert!(first.sentence_ja.contains("計算し直す"));
}

/// Each recorded run leaves a manifest over the one before; the centre finds what was changed underneath it.
#[tokio::test]
async fn the_centre_walks_its_own_manifests_and_files() {
    let centre = played().await;
    let first = reconcile(centre.state(), date("2026-11-19"), "test").await.unwrap();
    take_for(&centre, "paypay", "paypay-2.csv", paypay("2026-11-19"), ("2026-11-19", "2026-11-19")).await;
    let second = reconcile(centre.state(), date("2026-11-19"), "test").await.unwrap();
    let mut unit = centre.state().store.snapshot().await.unwrap();
    let tenant = centre.state().tenant();
    let chain = unit.manifests(tenant, 0, 100).await.unwrap();
    assert!(chain.windows(2).all(|pair| pair[1].place.previous == pair[0].sha256));
    assert!(chain.iter().any(|row| row.run == first.run) && chain.iter().any(|row| row.run == second.run));
    drop(unit);
    assert!(verify::verify(centre.state()).await.unwrap().whole());

    let database = centre.folder.path().join("recon.db");
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", database.display())).await.unwrap();
    for (change, back, words) in [
        (
            "UPDATE audit_manifest SET document = document || ' ' WHERE manifest_number = 1",
            "UPDATE audit_manifest SET document = rtrim(document, ' ') WHERE manifest_number = 1",
            "監査記録 1 の内容が書き換えられています",
        ),
        (
            "UPDATE match_run SET output_sha256 = zeroblob(32) WHERE run_number = 2",
            "UPDATE match_run SET output_sha256 = zeroblob(32) WHERE run_number = 0",
            "照合 2 の記録が一致しません",
        ),
        (
            "UPDATE file_bytes SET bytes = CAST(bytes || 'x' AS BLOB)",
            "UPDATE file_bytes SET bytes = substr(bytes, 1, length(bytes) - 1)",
            "の内容が書き換えられています",
        ),
    ] {
        sqlx::query(change).execute(&pool).await.unwrap();
        let found = verify::verify(centre.state()).await.unwrap();
        assert!(!found.whole() && found.broken.iter().any(|one| one.contains(words)), "{change}: {found:?}");
        sqlx::query(back).execute(&pool).await.unwrap();
    }
}

/// A pack is a second copy: where it is damaged, gone, or not what its rows say, file or counter, day and first row are named.
#[tokio::test]
async fn a_pack_that_is_not_its_rows_is_named() {
    let centre = Centre::set_up().await;
    let mut counter = day(&centre, true).await;
    let begun = counter.entries.len();
    take(&centre, "paypay", "paypay.csv", paypay(TODAY)).await;
    open(&mut counter, "2026-11-19");
    sell(&mut counter, "2026-11-19", 20, 5, wallet(Yen::new(300), "4821"));
    close(&mut counter, "2026-11-19");
    centre.clock.set(at("2026-11-19", 20, 0, 0));
    assert_eq!(centre.deliver(&counter, &counter.entries[begun..]).await.status(), 200);
    take_for(&centre, "paypay", "paypay-2.csv", paypay("2026-11-19"), ("2026-11-19", "2026-11-19")).await;
    let found = verify::verify(centre.state()).await.unwrap();
    assert!(found.whole() && found.packed_rows >= 3, "{found:?}");
    let database = centre.folder.path().join("recon.db");
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", database.display())).await.unwrap();
    let run = async |statement: &'static str| {
        let done = sqlx::query(statement).execute(&pool).await;
        done.unwrap_or_else(|error| panic!("{statement}: {error}"));
    };
    run("CREATE TABLE kept_line AS SELECT * FROM statement_pack").await;
    run("CREATE TABLE kept_sale AS SELECT * FROM sale_pack").await;
    for (change, words) in [
        (
            "UPDATE statement_pack SET body = substr(body, 2) WHERE file_number = 1",
            "受付番号 1 の突合用の写し（1番目）が壊れていて",
        ),
        ("UPDATE sale_pack SET body = substr(body, 2)", "までの突合用の写しが壊れていて"),
        ("DELETE FROM statement_pack WHERE file_number = 2", "受付番号 2 の突合用の写しがありません"),
        (
            "DELETE FROM sale_pack WHERE last_sequence = (SELECT MAX(last_sequence) FROM kept_sale)",
            "令和8年11月19日(木)の締めの突合用の写しがありません",
        ),
        (
            "DELETE FROM sale_pack WHERE last_sequence = (SELECT MIN(last_sequence) FROM kept_sale)",
            "の締めの突合用の写しがありません（はじめの行: 窓口 shimin-1 世代1 の記録",
        ),
        (
            "UPDATE statement_pack SET body = (SELECT body FROM kept_line WHERE file_number = 1) WHERE file_number = 2",
            "令和8年11月19日(木)の突合用の写しに、受付番号 2 の",
        ),
        (
            "UPDATE statement_line SET amount = amount + 1 WHERE file_number = 2",
            "の内容がもとの記録と違います",
        ),
        ("UPDATE sale SET total = total + 1 WHERE method <> 'cash'", "の内容がもとの記録と違います"),
    ] {
        run(change).await;
        let found = verify::verify(centre.state()).await.unwrap();
        let named = found.broken.iter().any(|one| one.contains(words));
        assert!(!found.whole() && named, "{change}: {:?}", found.broken);
        run("UPDATE statement_line SET amount = amount - 1 WHERE file_number = 2 AND amount % 10 = 1").await;
        run("UPDATE sale SET total = total - 1 WHERE method <> 'cash' AND total % 10 = 1").await;
        run("DELETE FROM statement_pack").await;
        run("INSERT INTO statement_pack SELECT * FROM kept_line").await;
        run("DELETE FROM sale_pack").await;
        run("INSERT INTO sale_pack SELECT * FROM kept_sale").await;
        let back = verify::verify(centre.state()).await.unwrap();
        assert!(back.whole(), "{change}: {back:?}");
    }
}
