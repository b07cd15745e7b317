//! The story of the store, told to SQLite in a file of its own, through the real `open`.

#[path = "../../store/story/mod.rs"]
mod story;

#[tokio::test]
async fn the_story_is_true() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("centre.db");
    let store = store_sqlite::open(&path).await.unwrap();
    story::tell(&*store).await;
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    let run = async |statement| {
        sqlx::query(statement).execute(&pool).await.unwrap();
    };
    story::packs::missing_packs_are_read_as_rows(&*store, &run).await;
    story::packs::a_damaged_pack_is_named(&*store, &run).await;
}

/// What was committed is there after the store was closed and opened once more, and opening twice is no harm.
#[tokio::test]
async fn it_is_there_after_a_restart() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("centre.db");
    let tenant = "town".parse().unwrap();
    let holiday =
        store::matching::BankHoliday { day: "2026-08-11".parse().unwrap(), name: "山の日".to_owned() };
    {
        let store = store_sqlite::open(&path).await.unwrap();
        let mut unit = store.begin().await.unwrap();
        unit.put_bank_holiday(&tenant, &holiday).await.unwrap();
        unit.commit().await.unwrap();
    }
    let (first, second) =
        (store_sqlite::open(&path).await.unwrap(), store_sqlite::open(&path).await.unwrap());
    for store in [first, second] {
        let mut unit = store.snapshot().await.unwrap();
        let read = unit.bank_holidays(&tenant, holiday.day, holiday.day).await.unwrap();
        assert_eq!(read, std::slice::from_ref(&holiday));
    }
}

/// A store that an older program filled opens, and reads the same.
#[tokio::test]
async fn an_older_store_is_carried_over() {
    let home = tempfile::tempdir().unwrap();
    let (path, migrations) = (home.path().join("centre.db"), tempfile::tempdir().unwrap());
    story::carried::old_migrations("recon-sqlite", migrations.path());
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    sqlx::migrate::Migrator::new(migrations.path()).await.unwrap().run(&pool).await.unwrap();
    for row in story::carried::old_rows(|pair| format!("x'{}'", pair.repeat(32))) {
        sqlx::query(sqlx::AssertSqlSafe(row)).execute(&pool).await.unwrap();
    }
    pool.close().await;
    for _ in 0..2 {
        story::carried::is_carried_over(&*store_sqlite::open(&path).await.unwrap()).await;
    }
}
