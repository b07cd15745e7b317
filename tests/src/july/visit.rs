//! One visit to a counter as the plan has it: who comes, what they pay and by what, and what is odd about it.
//!
//! Invariant: the amount is computed here by the price list's rules, without the product, so that the two can be compared.

use domain::{
    id::{BrandCode, NotAnId},
    time::CivilDate,
};
use drivers::zvt::simulator::Card;

/// People from whom the group price holds.
const GROUP_PEOPLE_MIN: u32 = 20;

/// Tickets: code, price, group price where there is one. `town::july` tests it against the set-up file.
pub const TICKETS: [(&str, i64, Option<i64>); 5] = [
    ("adult", 300, Some(240)),
    ("high", 200, Some(160)),
    ("child", 100, Some(80)),
    ("adult-yutai", 270, None),
    ("child-yutai", 90, None),
];

/// Tickets of one party: code (`adult/techo` for a free one) and number.
pub type Party = Vec<(&'static str, u32)>;

/// A desk of the month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Desk {
    /// 本館 受付, open every day.
    Main,
    /// 2号館 受付, open at weekends and on 18 July.
    Second,
}

impl Desk {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Main, Self::Second];

    /// 窓口 of the set-up.
    #[must_use]
    pub const fn counter(self) -> &'static str {
        match self {
            Self::Main => "meirin-1",
            Self::Second => "meirin-2",
        }
    }

    /// Who works there.
    #[must_use]
    pub const fn operator(self) -> &'static str {
        match self {
            Self::Main => "uketsuke-1",
            Self::Second => "uketsuke-2",
        }
    }

    /// TID of the card terminal.
    #[must_use]
    pub const fn card_terminal(self) -> &'static str {
        match self {
            Self::Main => "72000001",
            Self::Second => "72000002",
        }
    }

    /// 端末番号 of the electronic money terminal, which is not linked.
    #[must_use]
    pub const fn touch_terminal(self) -> &'static str {
        match self {
            Self::Main => "E-30011",
            Self::Second => "E-30012",
        }
    }

    /// Number of the printed JPQR sheet.
    #[must_use]
    pub const fn sheet(self) -> &'static str {
        match self {
            Self::Main => "710011",
            Self::Second => "710012",
        }
    }
}

/// A wallet on the printed sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wallet {
    /// PayPay
    PayPay,
    /// LINE Pay
    LinePay,
}

impl Wallet {
    /// Both.
    pub const ALL: [Self; 2] = [Self::PayPay, Self::LinePay];

    /// The brand.
    ///
    /// # Errors
    /// Never.
    pub fn brand(self) -> Result<BrandCode, NotAnId> {
        match self {
            Self::PayPay => "paypay".parse(),
            Self::LinePay => "linepay".parse(),
        }
    }
}

/// How a party pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Nothing to pay.
    Free,
    /// 現金
    Cash,
    /// A card on the linked terminal.
    Card(Card),
    /// Electronic money of a brand, on the terminal that is not linked.
    Touch(&'static str),
    /// A wallet, on the printed sheet.
    Scan(Wallet),
    /// A travel agent's coupon; its number.
    Coupon(&'static str),
    /// 後納; the number of the approval.
    Invoice(&'static str),
}

/// What is odd about a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oddity {
    /// Nothing.
    None,
    /// Taken back the same day, for this reason.
    Voided(&'static str),
    /// The terminal's answer is lost after the card was charged.
    AnswerLost,
    /// 処理未了: the clerk cannot tell; the citizen leaves with the held certificate. It was charged.
    CannotTell,
    /// The screen only looks paid.
    OnlyLooksPaid,
    /// Given back after the close.
    RefundedLater,
    /// The wallet charges it twice.
    ChargedTwice,
    /// The phone typed this many yen; the clerk believed the sale's amount.
    TypedTooLittle(i64),
}

/// A visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// The day.
    pub day: CivilDate,
    /// Minutes after midnight.
    pub minute: u16,
    /// Where.
    pub desk: Desk,
    /// Who.
    pub party: Party,
    /// How they pay.
    pub way: Way,
    /// What is odd.
    pub oddity: Oddity,
}

impl Visit {
    /// What the party owes, in yen.
    #[must_use]
    pub fn amount(&self) -> i64 {
        amount(&self.party)
    }

    /// What of it stands in the month's sums: nothing where it was taken back the same day.
    #[must_use]
    pub fn counted(&self) -> i64 {
        if matches!(self.oddity, Oddity::Voided(_)) { 0 } else { self.amount() }
    }
}

/// What a party owes, in yen; zero for a code that is no ticket.
#[must_use]
pub fn amount(party: &Party) -> i64 {
    let ticket = |code: &str| TICKETS.iter().find(|(known, ..)| *known == code);
    let in_group = |(code, people): &&(&str, u32)| {
        ticket(code).is_some_and(|(_, _, group)| group.is_some()) && *people > 0
    };
    let people: u32 = party.iter().filter(in_group).map(|(_, people)| people).sum();
    let group = people >= GROUP_PEOPLE_MIN;
    let owed = party.iter().filter_map(|(code, people)| {
        let (_, price, group_price) = ticket(code)?;
        Some(i64::from(*people) * group_price.filter(|_| group).unwrap_or(*price))
    });
    owed.sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::masters::JULY_SET_UP_TOML;

    #[test]
    fn the_tickets_are_those_of_the_set_up() {
        let set_up = recon_server::set_up::read(JULY_SET_UP_TOML).unwrap();
        for profile in &set_up.counters {
            let list = profile.price_list("2022-07-01".parse().unwrap()).unwrap();
            let listed: Vec<(&str, i64, Option<i64>)> = list
                .items
                .iter()
                .map(|item| (item.code.as_str(), item.price.get(), item.group_price.map(|price| price.get())))
                .collect();
            assert_eq!(listed, TICKETS);
            assert_eq!(list.group_minimum_people, Some(GROUP_PEOPLE_MIN));
        }
        let desks: Vec<&str> = set_up.counters.iter().map(|profile| profile.counter.as_str()).collect();
        assert_eq!(desks, Desk::ALL.map(Desk::counter));
    }

    #[test]
    fn groups_pay_less() {
        for (party, owed) in [
            (vec![("adult", 2), ("child", 1)], 700),
            (vec![("adult", 19)], 5_700),
            (vec![("adult", 18), ("child", 2)], 18 * 240 + 160),
            (vec![("adult", 19), ("adult-yutai", 3)], 5_700 + 810),
            (vec![("adult/techo", 1), ("adult/escort", 1)], 0),
        ] {
            assert_eq!(amount(&party), owed, "{party:?}");
        }
    }
}
