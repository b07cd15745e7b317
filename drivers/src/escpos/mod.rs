//! ESC/POS: the receipt printer.
//!
//! What always holds: a job is one write of one connection, it counts as printed only when the printer's own process id for it
//! comes back, and that id is asked for after the cut (`devices.md` E16). A character which the printer has no glyph for is drawn dot
//! by dot (ADR 0012); one that is not drawn here either is never sent: the job is refused, or the character is replaced and the
//! replacement is marked on the paper (ADR 0007).
//!
//! Deliberately not here: which paper a sale prints (the agent's), the mark 再発行 (the caller decides after [`Unknown`]), and Star's
//! own command set.
//!
//! [`Unknown`]: crate::pos_printer::PrintOutcome::Unknown

pub mod barcode;
mod bars;
pub mod bitmap;
pub mod cell;
pub mod client;
pub mod command;
pub mod config;
pub mod frame;
mod gaiji;
pub mod glyphs;
pub mod layout;
pub mod logo;
pub mod near_end;
mod qr;
pub mod reference;
mod session;
pub mod simulator;
mod sink;
mod svg;
#[cfg(test)]
mod tests;
pub mod text;
mod words;
mod wrap;

pub use client::EscPosPrinter;
pub use config::EscPosConfig;
pub use layout::{Columns, preview};
pub use logo::{Logo, LogoSource};
pub use svg::preview_svg;
pub use text::{Replacements, Unprintable};
