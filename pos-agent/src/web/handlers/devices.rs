//! 機器: where each stands; a person may ask for one to be looked for now. Nothing here starts a payment or a print.

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use domain::id::DeviceId;
use serde_json::{Value, json};

use crate::{
    devices::{power::Power, runner::role_word, standing::Stage},
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
    let power = |id: &DeviceId, device: &DeviceView| web.till.board().power(id, device);
    let rows = desk.view.devices.iter().map(|(id, device)| row(id, device, power(id, device))).collect();
    let mut shell = desk.shell("機器", "Devices", Way::Devices);
    shell.refresh =
        desk.view.devices.values().any(|device| !matches!(device.stage, Stage::Ready | Stage::Faulted));
    pages::show(&DevicesPage { shell, rows })
}

fn row(id: &DeviceId, device: &DeviceView, power: Power) -> DeviceRow {
    DeviceRow {
        id: id.to_string(),
        role: device.role.label_ja(),
        state: Chip::new(stage_tone(device.stage), "", device.stage.label_ja()),
        power: format!("{} {}", power.label_ja(), power.code()),
        advice: device.attention_ja.clone().unwrap_or_default(),
        button: match device.stage {
            Stage::Faulted => Some("確かめました。つなぎ直す"),
            Stage::Absent | Stage::Lost | Stage::Suspect => Some("今すぐ探す"),
            Stage::Opening | Stage::Recovering | Stage::Ready | Stage::Busy => None,
        },
    }
}

/// The same for programs: `pos-agent devices list` asks the counter that runs.
pub async fn list(State(web): State<WebState>) -> Response {
    let view = web.till.current();
    let rows: Vec<Value> = view
        .devices
        .iter()
        .map(|(id, device)| {
            let power = web.till.board().power(id, device);
            json!({
                "id": id, "role": role_word(device.role), "stage": device.stage.word(), "resting": device.rests,
                "power_state": power.code(), "power": power, "attention": device.attention_ja,
            })
        })
        .collect();
    Json(rows).into_response()
}

/// A person has looked at a device.
pub async fn look(State(web): State<WebState>, Path(device): Path<String>) -> Response {
    let desk = Desk::at(&web);
    if let Some(id) = device.parse::<DeviceId>().ok().filter(|id| desk.view.devices.contains_key(id)) {
        web.till.board().ask_for_device(&id);
    }
    see("/devices")
}
