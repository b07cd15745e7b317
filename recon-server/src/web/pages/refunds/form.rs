//! The request of a refund as it is typed, and which field a refusal belongs to.
//!
//! Invariant: what was typed is shown again; line breaks of a text area become spaces, full-width digits are digits.

use domain::{id::SaleId, method::Method, money::Yen};
use serde::Deserialize;
use store::refunds::{RefundId, RefundWay};

use super::super::second_person::one_line;
use crate::{
    jobs::refund::{NewRefund, RefundRefusal},
    web::view::{
        form::Field,
        refunds::{RefundFormPage, RefundPage, WayChoice},
    },
};

/// The request.
#[derive(Debug, Deserialize)]
pub struct RequestForm {
    /// Id of the form and of the refund.
    pub form_id: String,
    #[serde(default)]
    amount: String,
    #[serde(default)]
    ground: String,
    #[serde(default)]
    way: String,
    #[serde(default)]
    refunded_on: String,
}

/// The request's fields with what is wrong with them.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Fields {
    amount: Field,
    ground: Field,
    way: Field,
    refunded_on: Field,
    whole: Option<String>,
}

impl Fields {
    /// Puts them on the page.
    pub fn show(self, page: &mut RefundFormPage) {
        page.amount = self.amount;
        page.ground = self.ground;
        page.way = self.way;
        page.refunded_on = self.refunded_on;
        page.refused = self.whole;
    }
}

impl RequestForm {
    /// What is asked for, or the fields that cannot be read.
    pub fn read(&self, refund: RefundId, sale: SaleId) -> Result<NewRefund, Box<Fields>> {
        let amount = yen(&self.amount);
        let way = RefundWay::from_code(&self.way);
        let refunded_on = self.refunded_on.parse();
        if let (Some(amount), Some(way), Ok(refunded_on)) = (amount, way, &refunded_on) {
            let ground = one_line(&self.ground);
            return Ok(NewRefund { refund, sale, amount, ground, way, refunded_on: *refunded_on });
        }
        let mut fields = self.fields();
        if amount.is_none() {
            fields.amount.error = Some("金額を数字で書いてください（例: 450）。".to_owned());
        }
        if way.is_none() {
            fields.way.error = Some("返金方法を選んでください。".to_owned());
        }
        if refunded_on.is_err() {
            fields.refunded_on.error = Some("還付日を選んでください。".to_owned());
        }
        Err(Box::new(fields))
    }

    /// The fields with the job's refusal beside the one that it is about.
    pub fn refused(&self, refusal: &RefundRefusal) -> Fields {
        let mut fields = self.fields();
        let sentence = Some(refusal.to_string());
        match refusal {
            RefundRefusal::Amount(_) | RefundRefusal::NothingLeft => fields.amount.error = sentence,
            RefundRefusal::Ground | RefundRefusal::CardNumber => fields.ground.error = sentence,
            RefundRefusal::NoAcquirer(_) => fields.way.error = sentence,
            RefundRefusal::BeforePayment(_) | RefundRefusal::InFuture(_) => {
                fields.refunded_on.error = sentence;
            }
            _ => fields.whole = sentence,
        }
        fields
    }

    fn fields(&self) -> Fields {
        Fields {
            amount: Field::typed(&self.amount),
            ground: Field::typed(&self.ground),
            way: Field::typed(&self.way),
            refunded_on: Field::typed(&self.refunded_on),
            whole: None,
        }
    }
}

/// Puts the job's refusal of a decision beside its field.
pub fn refuse_decision(page: &mut RefundPage, refusal: &RefundRefusal) {
    let sentence = Some(refusal.to_string());
    match refusal {
        RefundRefusal::Note | RefundRefusal::CardNumber => page.note.error = sentence,
        _ => page.refused = sentence,
    }
}

/// The ways by which money of a method can go back; the usual one first.
pub fn ways(method: Method) -> Vec<WayChoice> {
    let choice = |way: RefundWay, hint| WayChoice { code: way.code(), label: way.label_ja(), hint };
    let transfer = choice(RefundWay::BankTransfer, "市の口座から振り込みます。会社の明細には出ません");
    match method {
        Method::Cash | Method::Voucher | Method::Deferred | Method::PostalOrder => vec![transfer],
        Method::Credit
        | Method::ElectronicMoney
        | Method::CodeStatic
        | Method::CodeDynamic
        | Method::CodeConsumerPresented => vec![
            choice(RefundWay::Acquirer, "会社の明細に返金の行が出て、次の支払から差し引かれます"),
            transfer,
        ],
    }
}

/// Yen as people type them: `450`, `1,200円`, `４５０`.
fn yen(text: &str) -> Option<Yen> {
    let mut digits = String::new();
    for c in text.trim().trim_end_matches('円').chars() {
        match c {
            '0'..='9' => digits.push(c),
            '０'..='９' => digits.push(char::from_digit(u32::from(c) - u32::from('０'), 10)?),
            ',' | '，' | ' ' | '　' => {}
            _ => return None,
        }
    }
    digits.parse().ok().map(Yen::new)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn typed(amount: &str, way: &str, day: &str) -> RequestForm {
        RequestForm {
            form_id: "f".into(),
            amount: amount.into(),
            ground: "二重決済\r\nのため".into(),
            way: way.into(),
            refunded_on: day.into(),
        }
    }

    #[test]
    fn amounts_are_read_as_people_type_them() {
        for (text, yen_read) in [
            ("450", Some(450)),
            ("1,200円", Some(1_200)),
            (" ４５０ ", Some(450)),
            ("", None),
            ("円", None),
            ("-450", None),
            ("4.5", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(yen(text), yen_read.map(Yen::new), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_stands_beside_its_field() {
        let (refund, sale) = (RefundId(Uuid::from_u128(1)), SaleId(Uuid::from_u128(2)));
        let read = typed("450", "acquirer", "2026-05-20").read(refund, sale).unwrap();
        assert_eq!(read.ground, "二重決済 のため");
        let fields = typed("x", "", "5/20").read(refund, sale).unwrap_err();
        assert!(fields.amount.error.is_some() && fields.way.error.is_some());
        assert!(fields.refunded_on.error.is_some() && fields.ground.error.is_none());
    }

    #[test]
    fn a_refusal_finds_its_field() {
        let form = typed("450", "acquirer", "2026-05-20");
        let fields = form.refused(&RefundRefusal::Amount(Yen::new(300)));
        assert!(fields.amount.error.unwrap().contains("300円以下"));
        assert!(form.refused(&RefundRefusal::NoAcquirer("現金")).way.error.is_some());
        assert!(form.refused(&RefundRefusal::CardNumber).ground.error.is_some());
        assert!(form.refused(&RefundRefusal::Voided).whole.is_some());
    }

    #[test]
    fn an_acquirer_gives_back_only_what_it_took() {
        assert_eq!(ways(Method::Cash).len(), 1);
        assert_eq!(ways(Method::Credit)[0].code, "acquirer");
    }
}
