//! `pos-agent enrol`: a one-time code becomes this counter's key, identity and profile.

use clap::Args;
use domain::id::BootId;
use serde_json::json;

use super::{Exit, Format, failed, print_json, runtime};
use crate::{
    agent::VERSION,
    config::Config,
    edge::{Entropy, SystemClock, SystemEntropy},
    journal_store::sqlite::SqliteStore,
    till::{Core, Envelope},
    uplink::{enrol::enrol, grant::Grant, http::HttpWire},
};
use domain::{event::Actor, time::Clock};

/// Enrol this counter.
#[derive(Debug, Args)]
pub(super) struct Enrol {
    /// Base address of the centre.
    #[arg(long)]
    server: String,
    /// One-time code, as the administrator read it out.
    #[arg(long)]
    code: String,
}

impl Enrol {
    pub(super) fn run(&self, config: &Config, format: Format) -> Exit {
        match self.enrol(config) {
            Ok(grant) => {
                say(&grant, format);
                Exit::Done
            }
            Err(message) => failed(&format!("登録できませんでした: {message}")),
        }
    }

    /// The journal is opened first: a code is used up only where its grant can be kept.
    fn enrol(&self, config: &Config) -> Result<Grant, String> {
        let text = |error: &dyn std::fmt::Display| error.to_string();
        let entropy = SystemEntropy;
        let store = SqliteStore::open(&config.journal_path()).map_err(|e| text(&e))?;
        let mut core = Core::open(store, BootId(entropy.uuid())).map_err(|e| text(&e))?;
        if core.journal().is_some() {
            return Err("この窓口は登録済みです。入替のときは新しいフォルダを使ってください。".into());
        }
        let grant = match Grant::read(&config.data_dir).map_err(|e| text(&e))? {
            // A grant without a journal: the power went between the two. It is used, the code is not sent again.
            Some(grant) => grant,
            None => {
                let wire = HttpWire::new(&self.server).map_err(|e| text(&e))?;
                let runtime = runtime().map_err(|e| text(&e))?;
                let server = self.server.trim_end_matches('/');
                let grant = runtime.block_on(enrol(&wire, server, &self.code)).map_err(|e| text(&e))?;
                grant.write(&config.data_dir).map_err(|e| text(&e))?;
                grant
            }
        };
        let id = entropy.command_id();
        let envelope = Envelope { actor: Actor::Agent, id, command: grant.enrol_command() };
        let handled = core.handle(SystemClock.now(), envelope).map_err(|e| text(&e))?;
        handled.answer.map_err(|error| error.message_ja())?;
        tracing::info!(version = VERSION, "enrolled");
        Ok(grant)
    }
}

fn say(grant: &Grant, format: Format) {
    let reply = &grant.reply;
    match format {
        Format::Text => println!(
            "登録しました: {} {}（{}）世代 {}",
            reply.profile.facility, reply.profile.counter_label, reply.counter, reply.incarnation.0
        ),
        Format::Json => print_json(&json!({
            "tenant": reply.tenant, "counter": reply.counter, "incarnation": reply.incarnation,
            "server": grant.server, "first_receipt": reply.first_receipt,
        })),
    }
}
