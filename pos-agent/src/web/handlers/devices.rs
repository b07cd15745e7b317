//! 機器: where each stands; a person may ask for one to be looked for now. Nothing here starts a payment or a print.

use axum::{
    extract::{Path, State},
    response::Response,
};
use domain::id::DeviceId;

use crate::{
    devices::standing::Stage,
    till::DeviceView,
    web::{
        WebState,
        desk::{Desk, see},
        pages::{
            self,
            devices::{DeviceRow, DevicesPage},
        },
        present::stage_tone,
        shell::{Chip, Way},
    },
};

/// 機器.
pub async fn show(State(web): State<WebState>) -> Response {
    let desk = Desk::at(&web);
    let rows = desk.view.devices.iter().map(|(id, device)| row(id, device)).collect();
    let mut shell = desk.shell("機器", "Devices", Way::Devices);
    shell.refresh =
        desk.view.devices.values().any(|device| !matches!(device.stage, Stage::Ready | Stage::Faulted));
    pages::show(&DevicesPage { shell, rows })
}

fn row(id: &DeviceId, device: &DeviceView) -> DeviceRow {
    DeviceRow {
        id: id.to_string(),
        role: device.role.label_ja(),
        state: Chip::new(stage_tone(device.stage), "", device.stage.label_ja()),
        advice: device.attention_ja.clone().unwrap_or_default(),
        button: match device.stage {
            Stage::Faulted => Some("確かめました。つなぎ直す"),
            Stage::Absent | Stage::Lost | Stage::Suspect => Some("今すぐ探す"),
            Stage::Opening | Stage::Recovering | Stage::Ready | Stage::Busy => None,
        },
    }
}

/// A person has looked at a device.
pub async fn look(State(web): State<WebState>, Path(device): Path<String>) -> Response {
    let desk = Desk::at(&web);
    if let Some(id) = device.parse::<DeviceId>().ok().filter(|id| desk.view.devices.contains_key(id)) {
        web.till.board().ask_for_device(&id);
    }
    see("/devices")
}
