//! The story of the store, told to a private PostgreSQL. Without PostgreSQL's programs these tests fail; they never skip.

#[path = "support/cluster.rs"]
mod cluster;
#[path = "../../store/story/mod.rs"]
mod story;

use std::sync::Arc;

use domain::id::Incarnation;
use story::samples::{Diary, at, counter, enrol, opened, tenant};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_story_is_true() {
    let cluster = cluster::Cluster::start().unwrap();
    let store = store_postgres::open(&cluster.url()).await.unwrap();
    story::tell(&*store).await;
    let pool = sqlx::PgPool::connect(&cluster.url()).await.unwrap();
    let run = async |statement| {
        sqlx::query(statement).execute(&pool).await.unwrap();
    };
    story::packs::missing_packs_are_read_as_rows(&*store, &run).await;
    story::packs::a_damaged_pack_is_named(&*store, &run).await;
}

/// Two server processes take the same batch at the same moment, many times: each entry is stored once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_never_fork_a_journal() {
    let cluster = cluster::Cluster::start().unwrap();
    let url = cluster.url();
    let (one, two) = tokio::join!(store_postgres::open(&url), store_postgres::open(&url));
    let stores = [one.unwrap(), two.unwrap()];
    let tenant = tenant("two-servers");
    enrol(&*stores[0], &tenant, "m1", 1, at(0)).await;
    let mut diary = Diary::new(&tenant, &counter("m1"), Incarnation(1), at(10));
    let mut entries = vec![diary.write(opened(1))];
    for sale in 1..=40 {
        entries.push(diary.cash_sale(sale, 300));
    }
    let entries = Arc::new(entries);
    let mut uploads = Vec::new();
    for upload in 0..8_usize {
        let (store, entries, id) = (Arc::clone(&stores[upload % 2]), Arc::clone(&entries), diary.id.clone());
        uploads.push(tokio::spawn(async move {
            let mut unit = store.begin().await.unwrap();
            let appended = unit.append_entries(&id, &entries, at(20)).await.unwrap().unwrap();
            unit.commit().await.unwrap();
            appended
        }));
    }
    let mut stored = 0;
    for upload in uploads {
        let appended = upload.await.unwrap();
        stored += appended.stored;
        assert_eq!((appended.aside, appended.gap, appended.head), (0, None, diary.head));
    }
    assert_eq!(stored, 41);
}

/// A store that an older program filled opens, and reads the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_store_is_carried_over() {
    let cluster = cluster::Cluster::start().unwrap();
    let migrations = tempfile::tempdir().unwrap();
    story::carried::old_migrations("recon-postgres", migrations.path());
    let pool = sqlx::PgPool::connect(&cluster.url()).await.unwrap();
    sqlx::migrate::Migrator::new(migrations.path()).await.unwrap().run(&pool).await.unwrap();
    for row in story::carried::old_rows(|pair| format!("decode('{}', 'hex')", pair.repeat(32))) {
        sqlx::query(sqlx::AssertSqlSafe(row)).execute(&pool).await.unwrap();
    }
    pool.close().await;
    for _ in 0..2 {
        story::carried::is_carried_over(&*store_postgres::open(&cluster.url()).await.unwrap()).await;
    }
}
