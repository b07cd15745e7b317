//! 機器: where each device stands and what the clerk can do.

use askama::Template;

use crate::web::shell::{Chip, Shell};

/// 機器.
#[derive(Debug, Clone, Template)]
#[template(path = "devices.html")]
pub struct DevicesPage {
    /// Around the page.
    pub shell: Shell,
    /// One row for each device of the configuration.
    pub rows: Vec<DeviceRow>,
}

/// One device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRow {
    /// Its name in the configuration.
    pub id: String,
    /// What it is for.
    pub role: &'static str,
    /// Where it stands.
    pub state: Chip,
    /// UnifiedPOS power state in words, with its number.
    pub power: String,
    /// What the clerk should do.
    pub advice: String,
    /// Word of the button that looks for it now, where that can help.
    pub button: Option<&'static str>,
}

#[cfg(test)]
impl DevicesPage {
    pub(crate) fn samples() -> Vec<Self> {
        use crate::web::shell::{Tone, Way};
        let row = |id: &str, tone, word: &str, button| DeviceRow {
            id: id.into(),
            role: "決済端末",
            state: Chip::new(tone, "", word),
            power: "オンライン 2001".into(),
            advice: "電源とケーブルを見てください。".into(),
            button,
        };
        let page = Self {
            shell: Shell::sample("機器", "Devices", Way::Devices),
            rows: vec![
                row("terminal-1", Tone::Good, "使えます", None),
                row("terminal-2", Tone::Bad, "確認が必要", Some("確かめました。つなぎ直す")),
            ],
        };
        vec![Self { rows: Vec::new(), ..page.clone() }, page]
    }
}
