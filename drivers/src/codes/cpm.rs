//! The payer's code (CPM): base64 of BER-TLV, shown on a phone and scanned here (`protocols.md` 1.4; EMVCo CPM 1.1; JPQR CPM
//! guideline 1.2).
//!
//! Invariants: a code that breaks a rule is refused whole; what pays (tags 57 and 5A, and the code itself) stays under guard; a tag
//! that stands twice where it may stand once is refused although the BER is sound: which of the two would be paid?
//! Not here: settling the code with an operator.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    Breach, PaymentCode,
    ber::{Object, objects},
};

/// Longest code, in base64 characters: a bound of ours, twice the largest sample that is public.
pub const CPM_LENGTH_MAX_CHARS: usize = 1_024;
/// How every code of EMVCo begins.
pub const EMV_HEAD: &str = "hQVDUFYwMW";
/// How every code of JPQR begins.
pub const JPQR_HEAD: &str = "hQVKUFFS";
/// Longest operator code, in bytes.
const OPERATOR_MAX_BYTES: usize = 32;

/// A rule of the payer's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rule {
    /// A bound of ours.
    #[error("a payer's code has at most {CPM_LENGTH_MAX_CHARS} characters")]
    TooLong,
    /// RFC 4648.
    #[error("the code is base64 with padding (RFC 4648)")]
    Base64,
    /// ISO/IEC 8825-1.
    #[error("a tag has one to three bytes and ends within its template (ISO/IEC 8825-1)")]
    Tag,
    /// ISO/IEC 8825-1.
    #[error("a length is 00 to 7F, 81 nn or 82 nn nn (ISO/IEC 8825-1)")]
    Length,
    /// ISO/IEC 8825-1.
    #[error("a value ends within its template (ISO/IEC 8825-1)")]
    PastEnd,
    /// EMVCo CPM 1.1.
    #[error("the first object is 85 with five bytes (EMVCo CPM 1.1)")]
    FormatFirst,
    /// EMVCo CPM 1.1; JPQR.
    #[error("the format is CPV01 (EMVCo) or JPQR1 (JPQR)")]
    Format,
    /// EMVCo CPM 1.1.
    #[error("at least one application template (61) is present (EMVCo CPM 1.1)")]
    NoApplication,
    /// JPQR.
    #[error("a JPQR1 code has one application template (61) and nothing beside it (JPQR CPM guideline 1.2)")]
    JpqrTemplates,
    /// EMVCo CPM 1.1; JPQR.
    #[error("4F (application, or operator code) is present in each 61 (EMVCo CPM 1.1)")]
    NoApplicationName,
    /// JPQR.
    #[error("4F is an operator code of 1 to 32 letters and digits (JPQR CPM guideline 1.2)")]
    Operator,
    /// JPQR.
    #[error("57 (settlement ID) is present (JPQR CPM guideline 1.2)")]
    NoSettlement,
    /// JPQR.
    #[error("57 is printable text (JPQR CPM guideline 1.2)")]
    Settlement,
    /// Policy.
    #[error("a tag stands once, counting the application and the common templates together (policy)")]
    Repeated,
}

/// A payer's code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cpm {
    /// `JPQR1`
    Jpqr(JpqrCpm),
    /// `CPV01`
    Emv(EmvCpm),
}

/// A code of JPQR.
#[derive(Clone, PartialEq, Eq)]
pub struct JpqrCpm {
    /// 事業者識別コード (4F): whose code it is, by the brand table.
    pub operator: String,
    /// 57: what is sent to the operator.
    pub settlement: PaymentCode,
    /// 99: free use.
    pub free: Option<Vec<u8>>,
}

/// The free area may hold anything, a name too.
impl fmt::Debug for JpqrCpm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JpqrCpm")
            .field("operator", &self.operator)
            .field("settlement", &self.settlement)
            .field("free_bytes", &self.free.as_ref().map(Vec::len))
            .finish()
    }
}

/// A code of EMVCo: the whole code goes to the terminal or gateway; here it is only told which applications it offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmvCpm {
    /// In the order of the payer's preference.
    pub applications: Vec<EmvApplication>,
}

/// One application of an EMVCo code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmvApplication {
    /// 4F: its AID.
    pub aid: Vec<u8>,
    /// 50: its label.
    pub label: Option<String>,
}

/// Whether a text begins as a payer's code does; such a text is decoded or refused, never taken for something else.
#[must_use]
pub fn looks_like(text: &str) -> bool {
    text.starts_with(EMV_HEAD) || text.starts_with(JPQR_HEAD)
}

/// Reads a payer's code.
///
/// # Errors
/// The first rule that it breaks; the place counts characters for base64, else decoded bytes.
pub fn decode(code: &PaymentCode) -> Result<Cpm, Breach<Rule>> {
    let bytes = bytes(code.expose())?;
    let outer = objects(&bytes, 0)?;
    let format = check_format(&outer)?;
    let templates = outer.get(1..).unwrap_or_default();
    if format == b"JPQR1" { jpqr(templates, bytes.len()) } else { emv(templates, bytes.len()) }
}

/// The decoded bytes of a code.
pub(crate) fn bytes(text: &str) -> Result<Vec<u8>, Breach<Rule>> {
    if text.len() > CPM_LENGTH_MAX_CHARS {
        return Err(Breach { offset: CPM_LENGTH_MAX_CHARS, rule: Rule::TooLong });
    }
    STANDARD.decode(text).map_err(|error| {
        let offset = match error {
            base64::DecodeError::InvalidByte(at, _) | base64::DecodeError::InvalidLastSymbol(at, _) => at,
            _ => text.len(),
        };
        Breach { offset, rule: Rule::Base64 }
    })
}

fn check_format<'a>(outer: &[Object<'a>]) -> Result<&'a [u8], Breach<Rule>> {
    let first = outer.first().filter(|first| first.tag == 0x85 && first.value.len() == 5);
    let first = first.ok_or(Breach { offset: 0, rule: Rule::FormatFirst })?;
    match first.value {
        b"CPV01" | b"JPQR1" => Ok(first.value),
        _ => Err(Breach { offset: first.value_offset, rule: Rule::Format }),
    }
}

fn jpqr(templates: &[Object<'_>], end: usize) -> Result<Cpm, Breach<Rule>> {
    let [application] = templates else {
        let offset = templates.get(1).map_or(end, |second| second.offset);
        return Err(Breach { offset, rule: Rule::JpqrTemplates });
    };
    if application.tag != 0x61 {
        return Err(Breach { offset: application.offset, rule: Rule::JpqrTemplates });
    }
    let parts = once_each(objects(application.value, application.value_offset)?, &[])?;
    let part = |tag| parts.iter().find(|part| part.tag == tag);
    let absent = |rule| Breach { offset: application.value_offset, rule };
    let operator = part(0x4F).ok_or(absent(Rule::NoApplicationName))?;
    let named = (1..=OPERATOR_MAX_BYTES).contains(&operator.value.len())
        && operator.value.iter().all(u8::is_ascii_alphanumeric);
    if !named {
        return Err(Breach { offset: operator.value_offset, rule: Rule::Operator });
    }
    let settlement = part(0x57).ok_or(absent(Rule::NoSettlement))?;
    let printable = settlement.value.iter().all(|byte| (0x20..=0x7E).contains(byte));
    let guarded = PaymentCode::new(String::from_utf8_lossy(settlement.value)).ok().filter(|_| printable);
    Ok(Cpm::Jpqr(JpqrCpm {
        operator: String::from_utf8_lossy(operator.value).into_owned(),
        settlement: guarded.ok_or(Breach { offset: settlement.value_offset, rule: Rule::Settlement })?,
        free: part(0x99).map(|part| part.value.to_vec()),
    }))
}

fn emv(templates: &[Object<'_>], end: usize) -> Result<Cpm, Breach<Rule>> {
    let mut common = Vec::new();
    for template in templates.iter().filter(|template| template.tag == 0x62) {
        common.extend(objects(template.value, template.value_offset)?);
    }
    let common = once_each(common, &[])?;
    let mut applications = Vec::new();
    for template in templates.iter().filter(|template| template.tag == 0x61) {
        let parts = once_each(objects(template.value, template.value_offset)?, &common)?;
        let name = parts.iter().find(|part| part.tag == 0x4F && !part.value.is_empty());
        let name = name.ok_or(Breach { offset: template.value_offset, rule: Rule::NoApplicationName })?;
        let label = parts.iter().find(|part| part.tag == 0x50);
        applications.push(EmvApplication {
            aid: name.value.to_vec(),
            label: label.map(|label| String::from_utf8_lossy(label.value).into_owned()),
        });
    }
    if applications.is_empty() {
        return Err(Breach { offset: end, rule: Rule::NoApplication });
    }
    Ok(Cpm::Emv(EmvCpm { applications }))
}

/// Each tag once, also against the tags of `beside`. 63 and 64 are templates and may repeat.
fn once_each<'a>(parts: Vec<Object<'a>>, beside: &[Object<'_>]) -> Result<Vec<Object<'a>>, Breach<Rule>> {
    for (at, part) in parts.iter().enumerate() {
        let same = |other: &Object<'_>| other.tag == part.tag;
        let template = matches!(part.tag, 0x63 | 0x64);
        if !template && (parts[..at].iter().any(same) || beside.iter().any(same)) {
            return Err(Breach { offset: part.offset, rule: Rule::Repeated });
        }
    }
    Ok(parts)
}
