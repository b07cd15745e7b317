//! One story over `&dyn Store`, told to both engines: whatever one answers, the other must answer too.
//!
//! Each chapter works in a tenant of its own and reads back everything that it wrote, with as many absent values as the types allow.
//! Include it with `#[path]`; it is no part of the crate.

#![expect(clippy::unwrap_used, reason = "only tests include the story; a failure must stop it")]

mod audits;
mod bulk;
pub mod carried;
mod compared;
mod controls;
mod counters;
mod files;
mod inbox;
mod journals;
pub mod packs;
mod projections;
mod refunds;
mod runs;
pub mod samples;
mod units;
mod users;
mod withdrawn;

use store::Store;

/// Tells the whole story.
pub async fn tell(store: &dyn Store) {
    store.ping().await.unwrap();
    units::drop_and_snapshot(store).await;
    counters::enrolment(store).await;
    journals::append_and_repeat(store).await;
    journals::fork(store).await;
    journals::replacement(store).await;
    projections::everything_is_read_back(store).await;
    projections::a_rebuild_changes_nothing(store).await;
    projections::what_cannot_be_read_is_kept(store).await;
    inbox::numbers_have_no_gaps(store).await;
    files::import_repeat_revise(store).await;
    files::banks_and_refusals(store).await;
    files::a_bank_corrects_a_row(store).await;
    withdrawn::withdraw_and_return(store).await;
    withdrawn::opening_items(store).await;
    bulk::thousands_of_rows(store).await;
    bulk::all_or_nothing(store).await;
    compared::each_row_is_read_once(store).await;
    compared::a_comparison_is_read_back(store).await;
    packs::packs_say_what_rows_say(store).await;
    packs::parts_of_a_file_are_packed(store).await;
    refunds::asked_for_and_decided(store).await;
    refunds::said_once(store).await;
    runs::a_run_is_read_back(store).await;
    runs::settings(store).await;
    audits::a_chain_has_no_gaps(store).await;
    audits::exports_are_counted(store).await;
    controls::asked_for_and_decided(store).await;
    controls::scans(store).await;
    controls::locks_and_papers(store).await;
    users::users_and_sessions(store).await;
    users::one_time_links(store).await;
    users::audit(store).await;
}
