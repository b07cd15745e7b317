//! The morning on which the files of the outside world are here: imported twice (the second time changes nothing), reconciled, reported.

use std::{fs, path::Path};

use anyhow::{Result, ensure};
use domain::time::CivilDate;
use recon_server::jobs::{
    import::{self, Outcome, Upload},
    reconcile,
    report::{self, DailyReport},
};

use crate::demo_day::Day;

/// Writes the world's files to `folder`, hands them in, reconciles, and gives the report of the day.
///
/// # Errors
/// When a file is not taken or the centre fails.
pub async fn settle(day: &Day, folder: &Path) -> Result<DailyReport> {
    let state = day.centre.server()?.state();
    let july = ("2026-07-01".parse::<CivilDate>()?, "2026-07-31".parse::<CivilDate>()?);
    fs::create_dir_all(folder)?;
    for (name, source, bytes) in day.world_reports()?.files {
        fs::write(folder.join(name), &bytes)?;
        let period = (source != "bank").then_some(july);
        let upload =
            Upload { source: source.parse()?, name: name.to_owned(), bytes, period, uploader: "demo".into() };
        let taken = import::import(state, upload.clone()).await?;
        ensure!(matches!(taken, Outcome::Accepted { .. }), "{name} was not taken: {taken:?}");
        let again = import::import(state, upload).await?;
        ensure!(matches!(again, Outcome::SeenBefore { .. }), "{name} was taken twice");
    }
    reconcile::reconcile(state, state.today(), "demo").await?;
    Ok(report::daily(state, "2026-07-31".parse()?).await?)
}
