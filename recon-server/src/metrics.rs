//! Counters in the Prometheus text form, rendered by `/metrics`; no listener of its own.
//!
//! The facade is one per process: servers that share a process (the town) share the counters. Names are an enum, so that a
//! name cannot be mistyped in two places.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// Entries that are durable here for the first time.
    EntriesAppended,
    /// Entries that were here already.
    EntriesRepeated,
    /// Entries kept aside as a fork.
    EntriesForked,
    /// Agent requests that were not believed.
    SignaturesRefused,
    /// Files taken in.
    FilesAccepted,
    /// Files refused as a whole.
    FilesRefused,
    /// Reconciliation runs.
    RunsMade,
    /// Partitions of the journal and the statements that a run matched; the rest stood as before.
    PartitionsMatched,
    /// Logins that failed.
    LoginsRefused,
}

impl Count {
    const fn name(self) -> &'static str {
        match self {
            Self::EntriesAppended => "recon_entries_appended_total",
            Self::EntriesRepeated => "recon_entries_repeated_total",
            Self::EntriesForked => "recon_entries_forked_total",
            Self::SignaturesRefused => "recon_signatures_refused_total",
            Self::FilesAccepted => "recon_files_accepted_total",
            Self::FilesRefused => "recon_files_refused_total",
            Self::RunsMade => "recon_runs_total",
            Self::PartitionsMatched => "recon_partitions_matched_total",
            Self::LoginsRefused => "recon_logins_refused_total",
        }
    }

    /// Adds `by`.
    pub fn add(self, by: u64) {
        metrics::counter!(self.name()).increment(by);
    }
}

/// The renderer; the first call of the process installs the recorder. None where the process has another recorder.
#[must_use]
pub fn handle() -> Option<PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    HANDLE.get_or_init(|| PrometheusBuilder::new().install_recorder().ok()).clone()
}
