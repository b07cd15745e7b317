//! One `Ntry` to one entry of the common model.
//!
//! Invariants: the amount of the entry is the money of the account, whatever its details say; details that do not add up are said, not
//! refused, because charges and other currencies may stand between them.

use std::sync::Arc;

use domain::{money::Yen, time::CivilDate};

use crate::{
    Digest, Text,
    bank::{Detail, Entry},
    digest,
    refusal::{Notice, Refusal},
    zengin::{Common, TransactionClass, kana},
};

use super::{edi, node::Node, value};

/// Whether the money has moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Booked,
    Pending,
}

/// Reads an entry; key and occurrence are settled by the caller. `row` is its ordinal in the file, from 1.
pub(super) fn entry(
    node: &Node,
    row: u32,
    file: &str,
    notices: &mut Vec<Notice>,
) -> Result<(Standing, Entry), Refusal> {
    let yen = money(node, row, file)?;
    let standing = standing(node, row, file)?;
    let (booked_on, value_on) = days(node, row, file)?;
    let transactions: Vec<&Node> = node.all("NtryDtls").flat_map(|details| details.all("TxDtls")).collect();
    let incoming = !yen.is_negative();
    let mut edi_payloads = Vec::new();
    let mut details = Vec::new();
    for transaction in &transactions {
        let (detail, payloads) = detail(transaction, incoming, row, file)?;
        edi_payloads.extend(payloads);
        details.push(detail);
    }
    say(yen, &details, &edi_payloads, row, notices);
    let party = one(details.iter().map(|detail| detail.party.as_deref())).unwrap_or_default();
    let remitter_kana_raw = if incoming { party.clone() } else { String::new() };
    let agent = |path: &[&str]| one(transactions.iter().map(|t| t.text_at(path))).unwrap_or_default();
    let mut parts = Vec::new();
    node.flatten(&mut parts);
    let summary = node.text_at(&["AddtlNtryInf"]).map(str::to_owned);
    let common = Common {
        of_which_cheques: None,
        remitter_kana: kana::normalise(&remitter_kana_raw).into(),
        remitter_kana_raw: remitter_kana_raw.into(),
        sending_bank: agent(&["RltdAgts", "DbtrAgt", "FinInstnId", "Nm"]).into(),
        sending_branch: agent(&["RltdAgts", "DbtrAgt", "BrnchId", "Nm"]).into(),
        summary: summary
            .or_else(|| one(transactions.iter().map(|t| t.text_at(&["AddtlTxInf"]))))
            .unwrap_or_default()
            .into(),
        contract_number: None,
        payee: (!incoming && !party.is_empty()).then(|| party.into()),
    };
    let entry = Entry {
        row,
        record_key: Digest::default(),
        occurrence: 0,
        content_hash: digest::of_parts(parts),
        booked_on,
        value_on,
        amount: yen,
        class: class(node),
        remitter_code: None,
        common: Arc::new(common),
        edi: one(details.iter().map(|detail| detail.remittance.first().map(String::as_str)))
            .unwrap_or_default()
            .into(),
        inquiry_no: node
            .text_at(&["AcctSvcrRef"])
            .map(str::to_owned)
            .or_else(|| one(details.iter().map(|detail| detail.servicer_ref.as_deref())))
            .or_else(|| node.text_at(&["NtryRef"]).map(str::to_owned))
            .map(Text::from),
        reversal: node.text_at(&["RvslInd"]).is_some_and(|text| matches!(text, "true" | "1")),
        balance_after: None,
        details,
        edi_payloads,
    };
    Ok((standing, entry))
}

/// The signed amount of the entry.
fn money(node: &Node, row: u32, file: &str) -> Result<Yen, Refusal> {
    let refuse = |field: &str, found: &str, remedy: &str| Refusal::new(file, Some(row), field, found, remedy);
    let amount = node
        .at(&["Amt"])
        .ok_or_else(|| refuse("金額（Amt）", "", "金額がありません。銀行に確かめてください。"))?;
    let yen = value::yen(amount).map_err(|remedy| refuse("金額（Amt）", amount.text(), remedy))?;
    let indicator = node.text_at(&["CdtDbtInd"]);
    value::signed(yen, indicator)
        .map_err(|remedy| refuse("入払区分（CdtDbtInd）", indicator.unwrap_or_default(), remedy))
}

/// Booking date (the value date where there is none) and value date.
fn days(node: &Node, row: u32, file: &str) -> Result<(CivilDate, Option<CivilDate>), Refusal> {
    let refuse = |field: &str, found: &str, remedy: &str| Refusal::new(file, Some(row), field, found, remedy);
    let day = |name: &str, field: &str| {
        let read = |date: &Node| {
            value::date(date)
                .ok_or_else(|| refuse(field, date.text(), "日付として読めません。銀行に確かめてください。"))
        };
        node.at(&[name]).map(read).transpose()
    };
    let value_on = day("ValDt", "起算日（ValDt）")?;
    let booked_on = day("BookgDt", "記帳日（BookgDt）")?.or(value_on).ok_or_else(|| {
        refuse("記帳日（BookgDt）", "", "記帳日も起算日もありません。銀行に確かめてください。")
    })?;
    Ok((booked_on, value_on))
}

/// `Sts`: a code from version 08 on stands in `Cd`.
fn standing(node: &Node, row: u32, file: &str) -> Result<Standing, Refusal> {
    let status = node.text_at(&["Sts", "Cd"]).or_else(|| node.text_at(&["Sts"]));
    match status {
        Some("BOOK") => Ok(Standing::Booked),
        Some("PDNG" | "FUTR" | "INFO") => Ok(Standing::Pending),
        _ => {
            let remedy = "記帳済み（BOOK）か未記帳（PDNG）かが分かりません。お金が動いたか決められないので、銀行に確かめてください。";
            Err(Refusal::new(file, Some(row), "状態（Sts）", status.unwrap_or_default(), remedy))
        }
    }
}

/// 取引区分: the bank's own two digits, else from the ISO family, else the code as it stands.
fn class(node: &Node) -> TransactionClass {
    let own = node.text_at(&["BkTxCd", "Prtry", "Cd"]);
    if let Some(code) = own.filter(|code| code.len() == 2) {
        return TransactionClass::from_code(code);
    }
    let domain = |path: &[&str]| node.at(&["BkTxCd", "Domn"]).and_then(|domain| domain.text_at(path));
    match (domain(&["Cd"]), domain(&["Fmly", "Cd"])) {
        (Some("PMNT"), Some("RCDT" | "ICDT" | "RRCT" | "IRCT")) => TransactionClass::Transfer,
        (Some(code), family) => {
            let sub = domain(&["Fmly", "SubFmlyCd"]);
            let parts: Vec<&str> = [Some(code), family, sub].into_iter().flatten().collect();
            TransactionClass::Unlisted(parts.join("-"))
        }
        (None, _) => TransactionClass::Unlisted(own.unwrap_or_default().to_owned()),
    }
}

/// One `TxDtls` and the EDI payloads in it.
fn detail(
    node: &Node,
    incoming: bool,
    row: u32,
    file: &str,
) -> Result<(Detail, Vec<crate::bank::EdiPayload>), Refusal> {
    // Another currency in a detail is no amount of ours; the entry has the yen.
    let amount = node
        .at(&["Amt"])
        .or_else(|| node.at(&["AmtDtls", "TxAmt", "Amt"]))
        .filter(|amount| amount.currency.as_deref().is_none_or(|currency| currency == "JPY"));
    let amount = amount
        .map(|amount| {
            value::yen(amount).map_err(|remedy| {
                Refusal::new(file, Some(row), "内訳の金額（TxDtls）", amount.text(), remedy)
            })
        })
        .transpose()?;
    let own = node.text_at(&["CdtDbtInd"]);
    let debit = own.map_or(!incoming, |indicator| indicator == "DBIT");
    let party = |roles: [&str; 2]| {
        let roles = roles.into_iter().filter_map(|role| node.at(&["RltdPties", role]));
        roles.filter_map(|party| party.text_at(&["Nm"]).or_else(|| party.text_at(&["Pty", "Nm"]))).next()
    };
    let party = if incoming { party(["Dbtr", "UltmtDbtr"]) } else { party(["Cdtr", "UltmtCdtr"]) };
    let remittance: Vec<&Node> = node.all("RmtInf").collect();
    let (mut plain, payloads) =
        edi::part(remittance.iter().flat_map(|info| info.all("Ustrd")).map(Node::text));
    let structured = remittance.iter().flat_map(|info| info.all("Strd"));
    plain.extend(structured.filter_map(|s| s.text_at(&["CdtrRefInf", "Ref"])).map(str::to_owned));
    Ok((
        Detail {
            amount: amount.map(|yen| if debit { Yen::new(-yen.get()) } else { yen }),
            servicer_ref: node.text_at(&["Refs", "AcctSvcrRef"]).map(str::to_owned),
            end_to_end_id: node
                .text_at(&["Refs", "EndToEndId"])
                .filter(|id| *id != "NOTPROVIDED")
                .map(str::to_owned),
            party: party.map(str::to_owned),
            remittance: plain,
        },
        payloads,
    ))
}

/// The one text that all details share; none where they differ or have none.
fn one<'t>(mut texts: impl Iterator<Item = Option<&'t str>>) -> Option<String> {
    let first = texts.next()??;
    texts.all(|text| text == Some(first)).then(|| first.to_owned())
}

/// Says details that do not add up and payloads that cannot be decoded.
fn say(
    amount: Yen,
    details: &[Detail],
    payloads: &[crate::bank::EdiPayload],
    row: u32,
    notices: &mut Vec<Notice>,
) {
    let amounts: Option<Vec<Yen>> = details.iter().map(|detail| detail.amount).collect();
    let sum = amounts.filter(|amounts| !amounts.is_empty()).map(Yen::try_sum);
    if let Some(sum) = sum.filter(|sum| *sum != Ok(amount)) {
        let shown = sum.map_or_else(|_| "計算できない額".to_owned(), |sum| format!("{sum}円"));
        notices.push(Notice {
            row: Some(row),
            field: "内訳（TxDtls）".to_owned(),
            sentence_ja: format!("内訳の合計{shown}が明細の金額{amount}円と違います。明細の金額を使います。"),
        });
    }
    if payloads.iter().any(|payload| payload.decoded_bytes.is_none()) {
        notices.push(Notice {
            row: Some(row),
            field: "EDI情報".to_owned(),
            sentence_ja: "金融EDI情報をBase64として読めません。届いたままの形で残しました。".to_owned(),
        });
    }
}
