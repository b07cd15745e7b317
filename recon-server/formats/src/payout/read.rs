//! Reads a file of payouts by profile: whole or refused.
//!
//! Invariant: each row's arithmetic is proven before it is taken.

use std::collections::BTreeMap;

use crate::{
    Digest,
    refusal::{Notice, Refusal, shown},
    sheet::{
        cell,
        date::DatePattern,
        table::{Row, Table, table},
    },
};
use domain::{
    money::{Yen, YenOverflow},
    time::CivilDate,
};

use super::{
    model::{PayoutFile, PayoutReadOptions, PayoutRow, PayoutStanding, PayoutTotals},
    profile::{FeeSign, PayoutProfile},
};

/// Most notices that are listed.
const NOTICES_MAX: usize = 200;

/// Reads a whole file.
///
/// # Errors
/// The first refusal, with file, row, field and remedy; nothing of the file is taken then.
pub fn read(
    bytes: &[u8],
    profile: &PayoutProfile,
    options: &PayoutReadOptions,
) -> Result<PayoutFile, Refusal> {
    let file = options.file_name.as_str();
    let spec = profile.spec();
    let mut table = table(bytes, &spec, file)?;
    let patterns = profile.patterns().map_err(|e| {
        Refusal::new(file, None, "様式", &profile.id, format!("様式の日付の形が正しくありません: {e}"))
    })?;
    let mut notices = std::mem::take(&mut table.notices);
    let delimiter = u8::try_from(profile.delimiter).unwrap_or(b',');
    let mut written = String::new();
    let reader =
        Reader { profile, table: &table, patterns: &patterns, reference: options.reference_date, file };
    let mut rows = Vec::new();
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    let mut totals = PayoutTotals::default();
    let mut cut = table.rows(&spec, file);
    while let Some(row) = cut.next()? {
        let content = row.cells.digest(delimiter, &mut written);
        let mut read = reader.row(row, content)?;
        let occurrence = seen.entry(read.record_key.clone()).or_default();
        *occurrence = occurrence.saturating_add(1);
        read.occurrence = *occurrence;
        if let (PayoutStanding::Unlisted(word), true) = (&read.standing, notices.len() < NOTICES_MAX) {
            let sentence_ja =
                format!("状態「{}」は様式にない言葉です。支払われたかどうかは分かりません。", shown(word));
            let field = profile.fields.status.clone().unwrap_or_default();
            notices.push(Notice { row: Some(row.row), field, sentence_ja });
        }
        totals = totals
            .with(&read)
            .map_err(|_| reader.refuse(row, &profile.fields.net, "", "合計が大きすぎます。"))?;
        rows.push(read);
    }
    if let Some(end) = cut.end() {
        reader.check_totals(end, &totals)?;
    }
    Ok(PayoutFile { profile: profile.id.clone(), rows, totals, notices })
}

struct Reader<'a> {
    profile: &'a PayoutProfile,
    table: &'a Table,
    patterns: &'a [DatePattern],
    reference: CivilDate,
    file: &'a str,
}

impl Reader<'_> {
    fn refuse(&self, row: Row<'_>, field: &str, found: &str, remedy: impl Into<String>) -> Refusal {
        Refusal::new(self.file, Some(row.row), field, found, remedy)
    }

    fn row(&self, row: Row<'_>, content_hash: Digest) -> Result<PayoutRow, Refusal> {
        let fields = &self.profile.fields;
        let text = |column: &Option<String>| self.table.cell(row, column.as_deref()).to_owned();
        let from = self.date(row, &fields.from)?.ok_or_else(|| {
            self.refuse(
                row,
                &fields.from,
                "",
                "日付が空です。決済会社の画面からもう一度ダウンロードしてください。",
            )
        })?;
        let optional_date =
            |column: &Option<String>| column.as_deref().map_or(Ok(None), |column| self.date(row, column));
        let optional_yen = |column: &Option<String>| {
            column.as_deref().map_or(Ok(Yen::ZERO), |column| Ok(self.yen(row, column)?.unwrap_or_default()))
        };
        let mut fee = Yen::ZERO;
        for column in &fields.fees {
            let one = self.fee(row, column)?;
            fee = fee.checked_add(one).map_err(|_| self.refuse(row, column, "", "合計が大きすぎます。"))?;
        }
        let read = PayoutRow {
            row: row.row,
            record_key: self.key(row)?,
            occurrence: 1,
            content_hash,
            from,
            to: optional_date(&fields.to)?.unwrap_or(from),
            paid_on: optional_date(&fields.paid_on)?,
            gross: self.required(row, &fields.gross)?,
            fee,
            transfer_fee: fields
                .transfer_fee
                .as_deref()
                .map_or(Ok(Yen::ZERO), |column| self.fee(row, column))?,
            carried_in: optional_yen(&fields.carried_in)?,
            carried_out: optional_yen(&fields.carried_out)?,
            net: self.required(row, &fields.net)?,
            count: self.count(row)?,
            payout_id: Some(text(&fields.payout_id)).filter(|id| !id.is_empty()),
            brand_word: text(&fields.brand),
            shop: text(&fields.shop),
            standing: self.standing(&text(&fields.status)),
        };
        self.adds_up(row, &read)?;
        Ok(read)
    }

    /// gross − fees − transfer fee + carried in − carried out = net.
    fn adds_up(&self, row: Row<'_>, read: &PayoutRow) -> Result<(), Refusal> {
        let field = self.profile.fields.net.as_str();
        let net = (|| {
            read.gross
                .checked_sub(read.fee)?
                .checked_sub(read.transfer_fee)?
                .checked_add(read.carried_in)?
                .checked_sub(read.carried_out)
        })()
        .map_err(|_: YenOverflow| self.refuse(row, field, "", "合計が大きすぎます。"))?;
        if net == read.net {
            return Ok(());
        }
        let remedy = format!(
            "売上−手数料−振込手数料＋繰越−次回繰越は{net}円です。列の取り違えがないか、様式の列と符号を確かめてください。"
        );
        Err(self.refuse(row, field, &read.net.to_string(), remedy))
    }

    fn yen(&self, row: Row<'_>, column: &str) -> Result<Option<Yen>, Refusal> {
        let text = self.table.cell(row, Some(column));
        cell::amount(text).map_err(|remedy| self.refuse(row, column, text, remedy))
    }

    fn required(&self, row: Row<'_>, column: &str) -> Result<Yen, Refusal> {
        self.yen(row, column)?.ok_or_else(|| {
            self.refuse(row, column, "", "金額が空です。決済会社の画面からもう一度ダウンロードしてください。")
        })
    }

    /// A fee as a positive amount; a blank is none.
    fn fee(&self, row: Row<'_>, column: &str) -> Result<Yen, Refusal> {
        let yen = self.yen(row, column)?.unwrap_or_default();
        match self.profile.fee_sign {
            FeeSign::Positive => Ok(yen),
            FeeSign::Negative => {
                yen.checked_neg().map_err(|_| self.refuse(row, column, "", "金額が大きすぎます。"))
            }
        }
    }

    fn count(&self, row: Row<'_>) -> Result<Option<u32>, Refusal> {
        let Some(column) = self.profile.fields.count.as_deref() else { return Ok(None) };
        let Some(yen) = self.yen(row, column)? else { return Ok(None) };
        u32::try_from(yen.get()).map(Some).map_err(|_| {
            self.refuse(
                row,
                column,
                &yen.to_string(),
                "件数として読めません。列の取り違えがないか確かめてください。",
            )
        })
    }

    fn date(&self, row: Row<'_>, column: &str) -> Result<Option<CivilDate>, Refusal> {
        let text = self.table.cell(row, Some(column));
        if text.is_empty() || text == "-" {
            return Ok(None);
        }
        self.patterns.iter().find_map(|pattern| pattern.read(text, self.reference)).map(Some).ok_or_else(
            || {
                let forms = self.profile.dates.join(" か ");
                self.refuse(
                    row,
                    column,
                    text,
                    format!("日付は {forms} の形です。元のファイルか様式の設定を確かめてください。"),
                )
            },
        )
    }

    fn standing(&self, word: &str) -> PayoutStanding {
        let Some(statuses) = &self.profile.statuses else { return PayoutStanding::Unsaid };
        let listed = |list: &[String]| list.iter().any(|entry| entry == word);
        if listed(&statuses.paid) {
            PayoutStanding::Paid
        } else if listed(&statuses.scheduled) {
            PayoutStanding::Scheduled
        } else {
            PayoutStanding::Unlisted(word.to_owned())
        }
    }

    /// The key of a row; its parts must not all be empty.
    fn key(&self, row: Row<'_>) -> Result<String, Refusal> {
        let columns = self.profile.fields.columns();
        let parts = self.profile.key.iter().filter_map(|part| {
            let column = columns.iter().find(|(field, _)| field == part).map(|(_, column)| *column)?;
            Some(self.table.cell(row, Some(column)))
        });
        let parts: Vec<&str> = parts.collect();
        if parts.iter().all(|part| part.is_empty()) {
            let remedy = "支払を見分ける列がすべて空です。元のファイルを確かめてください。";
            return Err(self.refuse(row, "支払を見分ける列", "", remedy));
        }
        Ok(parts.join("/"))
    }

    /// The row of totals, where it has amounts under sales and payment.
    fn check_totals(&self, end: Row<'_>, totals: &PayoutTotals) -> Result<(), Refusal> {
        let fields = &self.profile.fields;
        for (column, ours) in [(&fields.gross, totals.gross), (&fields.net, totals.net)] {
            if let Some(declared) = self.yen(end, column)?.filter(|declared| *declared != ours) {
                let remedy = format!(
                    "数え直すと{ours}円です。明細と合計が合いません。決済会社の画面からもう一度ダウンロードしてください。"
                );
                return Err(self.refuse(end, column, &declared.to_string(), remedy));
            }
        }
        Ok(())
    }
}
