//! The basket before it is a sale. It lives in the address of the page (a form sent by GET), never in the server's memory:
//! a reload, the back button and a restart of the agent leave it as it was.
//!
//! Always: the page is a function of its address, so loading it twice changes nothing. Prices, the group rule and the sum are
//! not here: `decide` makes them, so that what is shown is what will be charged.

use domain::{
    command::{GroupOverride, LineRequest},
    id::{GroundCode, ItemCode},
};

use super::{fields::Fields, typed};

/// Most lines of one basket, as `decide` allows.
pub const LINES_MAX: usize = 50;
/// Most copies or persons of one line, as `decide` allows.
pub const QUANTITY_MAX: u32 = 999;

/// What the left side of the page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Panel {
    /// Buttons of the price list.
    #[default]
    Items,
    /// Grounds for ¥0 of one line.
    Grounds(usize),
    /// Override of the group rule.
    Group,
}

/// Lines and the group choice, as the clerk keyed them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Basket {
    /// 明細
    pub lines: Vec<LineRequest>,
    /// 団体 or 個人 by a person's word; none means by the rule.
    pub group: Option<GroupOverride>,
}

impl Basket {
    /// The basket that the fields of a form describe, with the pressed button applied, and what could not be read.
    #[must_use]
    pub fn from_fields(fields: &Fields) -> (Self, Option<String>) {
        let mut problem = None;
        let mut quantities = fields.all("q");
        let mut lines = Vec::new();
        for line in fields.all("line").take(LINES_MAX) {
            let quantity = match typed::pieces(quantities.next().unwrap_or("1")) {
                Ok(quantity) => quantity.min(QUANTITY_MAX),
                Err(why) => {
                    problem = Some(format!("数が読めません。{why}"));
                    1
                }
            };
            let (item, ground) = line.split_once('~').unwrap_or((line, ""));
            let Ok(item) = item.parse::<ItemCode>() else { continue };
            lines.push(LineRequest { item, quantity, exemption: ground.parse::<GroundCode>().ok() });
        }
        let group = match fields.text("group") {
            word @ ("group" | "individual") => {
                Some(GroupOverride { group: word == "group", reason: fields.text("group_reason").to_owned() })
            }
            _ => None,
        };
        let mut basket = Self { lines, group };
        basket.press(fields);
        basket.lines.retain(|line| line.quantity > 0);
        (basket, problem)
    }

    /// Applies the pressed button, if any. A line whose quantity becomes 0 goes away.
    fn press(&mut self, fields: &Fields) {
        if let Ok(item) = fields.text("add").parse::<ItemCode>() {
            self.add(item);
        }
        if let Some(line) = self.line_of(fields.text("plus")) {
            line.quantity = line.quantity.saturating_add(1).min(QUANTITY_MAX);
        }
        if let Some(line) = self.line_of(fields.text("minus")) {
            line.quantity = line.quantity.saturating_sub(1);
        }
        if let Some(line) = self.line_of(fields.text("remove")) {
            line.quantity = 0;
        }
        if let Some(line) = self.line_of(fields.text("paid")) {
            line.exemption = None;
        }
        if let Some((index, ground)) = fields.text("free").split_once('~')
            && let Some(line) = self.line_of(index)
        {
            line.exemption = ground.parse().ok();
        }
    }

    /// One more of an item: a second touch counts up the line that is paid for, or opens one beside a free line.
    pub fn add(&mut self, item: ItemCode) {
        if let Some(line) = self.lines.iter_mut().find(|line| line.item == item && line.exemption.is_none()) {
            line.quantity = line.quantity.saturating_add(1).min(QUANTITY_MAX);
        } else if self.lines.len() < LINES_MAX {
            self.lines.push(LineRequest { item, quantity: 1, exemption: None });
        }
    }

    fn line_of(&mut self, index: &str) -> Option<&mut LineRequest> {
        self.lines.get_mut(index.parse::<usize>().ok()?)
    }

    /// The hidden text of a line: its item and ground.
    #[must_use]
    pub fn line_text(line: &LineRequest) -> String {
        match &line.exemption {
            Some(ground) => format!("{}~{ground}", line.item),
            None => line.item.to_string(),
        }
    }

    /// The word of the group choice in the form.
    #[must_use]
    pub fn group_word(&self) -> &'static str {
        match &self.group {
            None => "",
            Some(choice) if choice.group => "group",
            Some(_) => "individual",
        }
    }
}

impl Panel {
    /// The panel that the pressed button asks for.
    #[must_use]
    pub fn from_fields(fields: &Fields) -> Self {
        match fields.text("show").split_once('~') {
            Some(("grounds", index)) => index.parse().map_or(Self::Items, Self::Grounds),
            _ if fields.text("show") == "group" => Self::Group,
            _ => Self::Items,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Vec<String> {
        let (basket, _) = Basket::from_fields(&Fields::new(pairs.iter().copied()));
        basket.lines.iter().map(|line| format!("{}x{}", Basket::line_text(line), line.quantity)).collect()
    }

    #[test]
    fn touches_count_up_and_free_lines_stand_apart() {
        assert_eq!(read(&[("add", "JUMIN")]), ["JUMINx1"]);
        assert_eq!(read(&[("line", "JUMIN"), ("q", "1"), ("add", "JUMIN")]), ["JUMINx2"]);
        assert_eq!(
            read(&[("line", "JUMIN~LAW1"), ("q", "1"), ("add", "JUMIN")]),
            ["JUMIN~LAW1x1", "JUMINx1"]
        );
        assert_eq!(read(&[("line", "JUMIN"), ("q", "２"), ("free", "0~LAW1")]), ["JUMIN~LAW1x2"]);
        assert_eq!(read(&[("line", "JUMIN"), ("q", "1"), ("minus", "0")]), Vec::<String>::new());
        assert_eq!(read(&[("line", "JUMIN"), ("q", "3"), ("remove", "7")]), ["JUMINx3"]);
    }

    #[test]
    fn an_unreadable_quantity_is_said() {
        let (basket, problem) = Basket::from_fields(&Fields::new([("line", "JUMIN"), ("q", "2.5")]));
        assert_eq!(basket.lines.first().map(|line| line.quantity), Some(1));
        assert!(problem.is_some_and(|text| text.contains("数字だけ")));
    }
}
