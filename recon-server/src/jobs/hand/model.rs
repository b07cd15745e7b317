//! 手入力票: what is typed from paper, as it is kept with the wish and as the bytes of its file.
//!
//! Invariants: fees and refunds are positive and stand beside the sales; a slip is canonical JSON, so that the same entry is the same
//! bytes; names and free texts are guarded before they come in ([`super::check`]).

use domain::{
    id::ContractId,
    money::Yen,
    time::{CivilDate, Timestamp},
};
use serde::{Deserialize, Serialize};

/// Form of the slips that this program writes.
pub const SLIP_FORMAT: u32 = 1;

/// A payment notice of an acquirer that sends paper or PDF only (papers.md 3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandPayout {
    /// 契約
    pub contract: ContractId,
    /// 締め期間 自
    pub from: CivilDate,
    /// 締め期間 至
    pub to: CivilDate,
    /// 売上件数
    pub count: u32,
    /// 売上, positive.
    pub sales: Yen,
    /// 返金, positive.
    pub refunds: Yen,
    /// 手数料, positive, without tax.
    pub fee: Yen,
    /// 消費税 on the fee, positive.
    pub tax: Yen,
    /// 振込手数料, positive.
    pub transfer_fee: Yen,
    /// そのほかの加減: added, or (negative) taken off beside these.
    pub adjustment: Yen,
    /// 支払額
    pub net: Yen,
    /// 支払日
    pub paid_on: CivilDate,
}

impl HandPayout {
    /// Sales less refunds.
    #[must_use]
    pub const fn gross(&self) -> Yen {
        self.sales.saturating_sub(self.refunds)
    }
}

/// A deposit of a passbook or a paper 入金通知.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandDeposit {
    /// Key of the account.
    pub account: String,
    /// 勘定日
    pub booked_on: CivilDate,
    /// 金額, positive.
    pub amount: Yen,
    /// 名義カナ in comparison form.
    pub kana: String,
    /// 摘要; may be empty.
    pub summary: String,
}

/// What is entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case")]
pub enum HandFact {
    /// 支払通知
    Payout(HandPayout),
    /// 入金
    Deposit(HandDeposit),
}

impl HandFact {
    /// Its word on screens.
    #[must_use]
    pub const fn label_ja(&self) -> &'static str {
        match self {
            Self::Payout(_) => "支払通知",
            Self::Deposit(_) => "入金",
        }
    }

    /// The day to which it belongs: of a notice the last day of its sales.
    #[must_use]
    pub const fn day(&self) -> CivilDate {
        match self {
            Self::Payout(payout) => payout.to,
            Self::Deposit(deposit) => deposit.booked_on,
        }
    }

    /// Yen that are paid.
    #[must_use]
    pub const fn amount(&self) -> Yen {
        match self {
            Self::Payout(payout) => payout.net,
            Self::Deposit(deposit) => deposit.amount,
        }
    }

    /// In one Japanese sentence; `name` gives a contract's name on papers, so that nobody has to know its id.
    #[must_use]
    pub fn sentence_ja(&self, name: impl Fn(&ContractId) -> String) -> String {
        match self {
            Self::Payout(payout) => format!(
                "{}の支払通知: {}〜{}の売上 {}件 {}円、支払額 {}円({}支払)。",
                name(&payout.contract),
                payout.from,
                payout.to,
                payout.count,
                payout.sales,
                payout.net,
                payout.paid_on.to_japanese()
            ),
            Self::Deposit(deposit) => format!(
                "口座 {} への入金: {} {}円 {}。",
                deposit.account,
                deposit.booked_on.to_japanese(),
                deposit.amount,
                deposit.kana
            ),
        }
    }
}

/// What a scan is, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScanKind {
    /// PDF
    Pdf,
    /// PNG
    Png,
    /// JPEG
    Jpeg,
}

impl ScanKind {
    /// The kind of bytes by how they begin; none for anything else, whatever its name says.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let kinds: [(&[u8], Self); 3] =
            [(b"%PDF-", Self::Pdf), (b"\x89PNG\r\n\x1a\n", Self::Png), (b"\xff\xd8\xff", Self::Jpeg)];
        kinds.into_iter().find(|(head, _)| bytes.starts_with(head)).map(|(_, kind)| kind)
    }

    /// The media type under which it is handed out.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }

    /// End of a file's name.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Png => "png",
            Self::Jpeg => "jpg",
        }
    }
}

/// 証ひょう: which bytes are kept with the wish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanRef {
    /// What it is.
    pub kind: ScanKind,
    /// SHA-256, hex.
    pub sha256: String,
    /// Length in bytes.
    pub length: u64,
}

/// What an accountant hands in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandEntry {
    /// What was typed.
    pub fact: HandFact,
    /// The scan, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scan: Option<ScanRef>,
}

/// Who did a step and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// User id.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// 来歴: who entered, who approved, and who took it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Id of the entry: that of the first wish.
    pub entry: String,
    /// 入力者
    pub entered: Step,
    /// 承認者
    pub approved: Step,
    /// 証ひょう
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scan: Option<ScanRef>,
    /// Who asked to take it back and who approved that; none while it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<(Step, Step)>,
}

impl Provenance {
    /// `手入力(入力 kaikei-1、承認 kaikei-2、11月20日 10:03、証ひょうあり)`.
    #[must_use]
    pub fn words_ja(&self) -> String {
        let (at, scan) =
            (self.approved.at, if self.scan.is_some() { "証ひょうあり" } else { "証ひょうなし" });
        let taken_back = match &self.withdrawn {
            Some((_, approved)) => format!("、取消 {}", approved.by),
            None => String::new(),
        };
        format!(
            "手入力(入力 {}、承認 {}、{} {}、{scan}{taken_back})",
            self.entered.by,
            self.approved.by,
            at.date(),
            at.hour_minute()
        )
    }
}

/// The bytes of the file that an approved entry becomes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slip {
    /// Form of this document.
    pub format: u32,
    /// Where it comes from.
    pub provenance: Provenance,
    /// What was typed.
    pub fact: HandFact,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scan_is_what_its_bytes_say() {
        for (bytes, kind) in [
            (&b"%PDF-1.7\n"[..], Some(ScanKind::Pdf)),
            (&b"\x89PNG\r\n\x1a\nrest"[..], Some(ScanKind::Png)),
            (&b"\xff\xd8\xff\xe0"[..], Some(ScanKind::Jpeg)),
            (&b"<html>%PDF-"[..], None),
            (&b"GIF89a"[..], None),
            (&b""[..], None),
        ] {
            assert_eq!(ScanKind::of(bytes), kind, "{bytes:?}");
        }
    }
}
