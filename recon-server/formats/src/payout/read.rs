//! Reads a file of payouts by profile: whole or refused.
//!
//! Invariant: each row's arithmetic is proven before it is taken.

use crate::{
    Digest, mix,
    refusal::{Notice, Refusal, shown},
    sheet::{
        cell,
        date::Dates,
        table::{Column, Row, Table, table},
    },
    zengin::occurrences::Occurrences,
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
    let columns = Columns::of(&table, profile);
    let mut reader = Reader { profile, columns, dates: Dates::new(patterns, options.reference_date), file };
    let mut rows = Vec::with_capacity(table.rows_at_most());
    let (mut seen, mut totals) = (Occurrences::default(), PayoutTotals::default());
    let mut cut = table.rows(&spec, file);
    while let Some(row) = cut.next()? {
        let content = row.cells.digest(delimiter, &mut written);
        let mut read = reader.row(row, content)?;
        read.occurrence = seen.next_of(mix::hash(read.record_key.as_bytes()));
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

/// Where each field stands.
struct Columns<'a> {
    from: Column<'a>,
    to: Column<'a>,
    paid_on: Column<'a>,
    gross: Column<'a>,
    fees: Vec<Column<'a>>,
    transfer_fee: Column<'a>,
    carried_in: Column<'a>,
    carried_out: Column<'a>,
    net: Column<'a>,
    count: Column<'a>,
    payout_id: Column<'a>,
    brand: Column<'a>,
    shop: Column<'a>,
    status: Column<'a>,
    /// Parts of the key.
    key: Vec<Column<'a>>,
}

impl<'a> Columns<'a> {
    fn of(table: &Table, profile: &'a PayoutProfile) -> Self {
        let fields = &profile.fields;
        let optional = |name: &'a Option<String>| table.column(name.as_deref());
        let required = |name: &'a str| table.column(Some(name));
        let named = fields.columns();
        let part = |part: &String| {
            named.iter().find(|(field, _)| field == part).map(|(_, column)| table.column(Some(*column)))
        };
        Self {
            from: required(&fields.from),
            to: optional(&fields.to),
            paid_on: optional(&fields.paid_on),
            gross: required(&fields.gross),
            fees: fields.fees.iter().map(|name| required(name)).collect(),
            transfer_fee: optional(&fields.transfer_fee),
            carried_in: optional(&fields.carried_in),
            carried_out: optional(&fields.carried_out),
            net: required(&fields.net),
            count: optional(&fields.count),
            payout_id: optional(&fields.payout_id),
            brand: optional(&fields.brand),
            shop: optional(&fields.shop),
            status: optional(&fields.status),
            key: profile.key.iter().filter_map(part).collect(),
        }
    }
}

struct Reader<'a> {
    profile: &'a PayoutProfile,
    columns: Columns<'a>,
    dates: Dates,
    file: &'a str,
}

impl Reader<'_> {
    fn refuse(&self, row: Row<'_>, field: &str, found: &str, remedy: impl Into<String>) -> Refusal {
        Refusal::new(self.file, Some(row.row), field, found, remedy)
    }

    fn row(&mut self, row: Row<'_>, content_hash: Digest) -> Result<PayoutRow, Refusal> {
        let Columns { from, to, paid_on, .. } = self.columns;
        let from = self.date(row, from)?.ok_or_else(|| {
            let remedy = "日付が空です。決済会社の画面からもう一度ダウンロードしてください。";
            self.refuse(row, &self.profile.fields.from, "", remedy)
        })?;
        let mut fee = Yen::ZERO;
        for column in &self.columns.fees {
            let one = self.fee(row, *column)?;
            let too_much = |_| self.refuse(row, column.name.unwrap_or_default(), "", "合計が大きすぎます。");
            fee = fee.checked_add(one).map_err(too_much)?;
        }
        let (record_key, to, paid_on) = (self.key(row)?, self.date(row, to)?, self.date(row, paid_on)?);
        let columns = &self.columns;
        let text = |column: Column<'_>| row.cell(column).to_owned();
        let read = PayoutRow {
            row: row.row,
            record_key,
            occurrence: 1,
            content_hash,
            from,
            to: to.unwrap_or(from),
            paid_on,
            gross: self.required(row, columns.gross)?,
            fee,
            transfer_fee: self.fee(row, columns.transfer_fee)?,
            carried_in: self.yen(row, columns.carried_in)?.unwrap_or_default(),
            carried_out: self.yen(row, columns.carried_out)?.unwrap_or_default(),
            net: self.required(row, columns.net)?,
            count: self.count(row)?,
            payout_id: Some(text(columns.payout_id)).filter(|id| !id.is_empty()),
            brand_word: text(columns.brand),
            shop: text(columns.shop),
            standing: self.standing(row.cell(columns.status)),
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

    /// The amount of a cell; none where it is blank or there is no such column.
    fn yen(&self, row: Row<'_>, column: Column<'_>) -> Result<Option<Yen>, Refusal> {
        let text = row.cell(column);
        cell::amount(text).map_err(|remedy| self.refuse(row, column.name.unwrap_or_default(), text, remedy))
    }

    fn required(&self, row: Row<'_>, column: Column<'_>) -> Result<Yen, Refusal> {
        self.yen(row, column)?.ok_or_else(|| {
            let remedy = "金額が空です。決済会社の画面からもう一度ダウンロードしてください。";
            self.refuse(row, column.name.unwrap_or_default(), "", remedy)
        })
    }

    /// A fee as a positive amount; a blank is none.
    fn fee(&self, row: Row<'_>, column: Column<'_>) -> Result<Yen, Refusal> {
        let yen = self.yen(row, column)?.unwrap_or_default();
        match self.profile.fee_sign {
            FeeSign::Positive => Ok(yen),
            FeeSign::Negative => yen
                .checked_neg()
                .map_err(|_| self.refuse(row, column.name.unwrap_or_default(), "", "金額が大きすぎます。")),
        }
    }

    fn count(&self, row: Row<'_>) -> Result<Option<u32>, Refusal> {
        let column = self.columns.count;
        let Some(yen) = self.yen(row, column)? else { return Ok(None) };
        u32::try_from(yen.get()).map(Some).map_err(|_| {
            let remedy = "件数として読めません。列の取り違えがないか確かめてください。";
            self.refuse(row, column.name.unwrap_or_default(), &yen.to_string(), remedy)
        })
    }

    /// The date of a cell; none where it is blank or there is no such column.
    fn date(&mut self, row: Row<'_>, column: Column<'_>) -> Result<Option<CivilDate>, Refusal> {
        let text = row.cell(column);
        if text.is_empty() || text == "-" {
            return Ok(None);
        }
        let read = self.dates.read(text);
        read.map(Some).ok_or_else(|| {
            let forms = self.profile.dates.join(" か ");
            let remedy = format!("日付は {forms} の形です。元のファイルか様式の設定を確かめてください。");
            self.refuse(row, column.name.unwrap_or_default(), text, remedy)
        })
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
        let parts: Vec<&str> = self.columns.key.iter().map(|column| row.cell(*column)).collect();
        if parts.iter().all(|part| part.is_empty()) {
            let remedy = "支払を見分ける列がすべて空です。元のファイルを確かめてください。";
            return Err(self.refuse(row, "支払を見分ける列", "", remedy));
        }
        Ok(parts.join("/"))
    }

    /// The row of totals, where it has amounts under sales and payment.
    fn check_totals(&self, end: Row<'_>, totals: &PayoutTotals) -> Result<(), Refusal> {
        for (column, ours) in [(self.columns.gross, totals.gross), (self.columns.net, totals.net)] {
            if let Some(declared) = self.yen(end, column)?.filter(|declared| *declared != ours) {
                let remedy = format!(
                    "数え直すと{ours}円です。明細と合計が合いません。決済会社の画面からもう一度ダウンロードしてください。"
                );
                let field = column.name.unwrap_or_default();
                return Err(self.refuse(end, field, &declared.to_string(), remedy));
            }
        }
        Ok(())
    }
}
