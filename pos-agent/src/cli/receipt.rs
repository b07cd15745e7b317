//! `pos-agent receipt render`: the receipt of a sale as text, folded from the journal as it was when the sale was completed.

use std::path::Path;

use clap::{Subcommand, ValueEnum};
use domain::{
    event::{Event, Paper},
    evolve::evolve,
    id::{PrintJobId, SaleId},
    state::State,
};
use drivers::{
    escpos::{Columns, preview},
    pos_printer::Document,
};
use journal::payload;

use super::{Exit, failed, journal::visit};
use crate::{config::Config, paper};

/// Papers.
#[derive(Debug, Subcommand)]
pub(super) enum Receipt {
    /// Show the receipt of a sale.
    Render {
        /// Id of the sale.
        #[arg(long)]
        sale: SaleId,
        /// What to make of it.
        #[arg(long, value_enum, default_value = "text")]
        to: Target,
        /// Columns of the paper.
        #[arg(long, default_value_t = 48)]
        columns: u8,
    },
}

/// What a receipt can be made into.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Target {
    /// The rows as the printer gets them.
    Text,
}

impl Receipt {
    pub(super) fn run(&self, config: &Config) -> Exit {
        let Self::Render { sale, to: Target::Text, columns } = self;
        let Ok(columns) = Columns::try_from(*columns) else {
            eprintln!("--columns {columns}: 16 から 64 までにしてください。");
            return Exit::Usage;
        };
        match find(&config.journal_path(), *sale) {
            Ok(Some(document)) => {
                preview(&document, columns).iter().for_each(|row| println!("{row}"));
                Exit::Done
            }
            Ok(None) => failed(&"その取引の完了した記録がありません。"),
            Err(error) => failed(&format!("記録を読めません: {error}")),
        }
    }
}

fn find(path: &Path, sale: SaleId) -> Result<Option<Document>, String> {
    let (mut state, mut found, mut damaged) = (State::default(), None, None);
    visit(path, |entry| {
        match payload::read(&entry) {
            Ok(recorded) => {
                evolve(&mut state, &recorded);
                if matches!(&recorded.event, Event::SaleCompleted { sale: done, .. } if *done == sale) {
                    found = paper::document(&Paper::Receipt { sale, copy: 0 }, PrintJobId(0), &state);
                }
            }
            Err(error) => damaged = Some(error.to_string()),
        }
        found.is_none() && damaged.is_none()
    })?;
    damaged.map_or(Ok(found), Err)
}
