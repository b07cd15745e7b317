//! The stream, cut into small trees: one for each child of an account block, handed on and dropped.
//!
//! Invariants: depth, text and number of elements are bounded; only text inside such a tree is ever kept, so the header of the
//! business message never reaches memory of ours; an error says where, never what was there.

use quick_xml::{Reader, escape::resolve_xml_entity, events::Event};

use crate::refusal::Refusal;

/// Deepest nesting of a file.
const DEPTH_MAX: usize = 48;
/// Most elements of one tree.
const ELEMENTS_MAX: usize = 200_000;
/// Most text of one tree, in bytes.
const TEXT_LENGTH_MAX_BYTES: usize = 16 * 1024 * 1024;
const REMEDY_AGAIN: &str = "銀行からもう一度取り込み、加工せずに入れ直してください。";

/// One element: name without prefix, currency, text, children.
#[derive(Default)]
pub(super) struct Node {
    /// Local name.
    pub name: String,
    /// The attribute `Ccy`, where there is one.
    pub currency: Option<String>,
    /// Its own text, trimmed when read.
    text: String,
    /// Children in their order.
    pub children: Vec<Node>,
}

impl Node {
    /// Its own text without blanks around it.
    pub fn text(&self) -> &str {
        self.text.trim()
    }

    /// Children of a name.
    pub fn all<'n>(&'n self, name: &'n str) -> impl Iterator<Item = &'n Node> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first child along a path.
    pub fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, name| node.children.iter().find(|child| child.name == *name))
    }

    /// The text along a path, where it is not empty.
    pub fn text_at(&self, path: &[&str]) -> Option<&str> {
        self.at(path).map(Node::text).filter(|text| !text.is_empty())
    }

    /// Names and texts in document order: what a content hash is made of.
    pub fn flatten<'n>(&'n self, into: &mut Vec<&'n str>) {
        into.extend([self.name.as_str(), self.text(), self.currency.as_deref().unwrap_or_default()]);
        for child in &self.children {
            child.flatten(into);
        }
        into.push("");
    }
}

/// What the walk hands on.
pub(super) enum Step<'n> {
    /// `Document` with its namespace.
    Document(&'n str),
    /// The element that names the message.
    Message(&'n str),
    /// An account block begins (`Rpt`, `Stmt`, `Ntfctn`).
    BlockBegins,
    /// A child of an account block, whole.
    Child(&'n Node),
    /// The block ends.
    BlockEnds,
}

/// Where the walk is and what it has collected.
struct Walk<'f> {
    file: &'f str,
    path: Vec<String>,
    open: Vec<Node>,
    elements: usize,
    text_bytes: usize,
}

/// Walks through a file.
pub(super) fn walk(
    text: &str,
    file: &str,
    mut on: impl FnMut(Step<'_>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let mut reader = Reader::from_str(text);
    let mut walk = Walk { file, path: Vec::new(), open: Vec::new(), elements: 0, text_bytes: 0 };
    loop {
        let event = reader.read_event();
        let at = reader.buffer_position();
        let broken = || malformed(file, at);
        match event.map_err(|_| broken())? {
            Event::Start(tag) => walk.start(&tag, at, &mut on)?,
            Event::Empty(tag) => {
                walk.start(&tag, at, &mut on)?;
                walk.end(&mut on)?;
            }
            Event::End(_) => walk.end(&mut on)?,
            Event::Text(part) => walk.text(&part, at)?,
            Event::CData(part) => walk.text(&part, at)?,
            Event::GeneralRef(name) => {
                let c = name.resolve_char_ref().map_err(|_| broken())?;
                let known = c.map(String::from).or_else(|| resolve_xml_entity(&name).map(str::to_owned));
                walk.text(&known.ok_or_else(broken)?, at)?;
            }
            Event::DocType(_) => {
                let remedy = "DTD（DOCTYPE）のあるXMLは、安全のため読みません。銀行から受け取ったままのファイルを入れてください。";
                return Err(Refusal::new(file, None, "DOCTYPE", "", remedy));
            }
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof => break,
        }
    }
    if walk.path.is_empty() && walk.open.is_empty() {
        return Ok(());
    }
    let remedy = format!("XMLが途中で切れています。{REMEDY_AGAIN}");
    Err(Refusal::new(file, None, "ファイルの終わり", "", remedy))
}

/// Not XML, or an entity that only a DTD could explain.
fn malformed(file: &str, at: u64) -> Refusal {
    let remedy = format!("XMLとして読めません。{REMEDY_AGAIN}");
    Refusal::new(file, None, "XMLの書式", format!("{at}バイト目の近く"), remedy)
}

impl Walk<'_> {
    /// Elements of the path under `Document`, when the walk is inside one: 0 for `Document` itself.
    fn depth_in_document(&self) -> Option<usize> {
        let document = self.path.iter().position(|name| name == "Document")?;
        Some(self.path.len() - 1 - document)
    }

    fn start(
        &mut self,
        tag: &quick_xml::events::BytesStart<'_>,
        at: u64,
        on: &mut impl FnMut(Step<'_>) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let local = tag.local_name();
        let name = local.as_ref();
        if self.path.len() + self.open.len() >= DEPTH_MAX {
            let remedy = format!("要素が深すぎます。{REMEDY_AGAIN}");
            return Err(Refusal::new(self.file, None, "XMLの深さ", DEPTH_MAX.to_string(), remedy));
        }
        let depth = self.depth_in_document();
        if !self.open.is_empty() || depth == Some(2) {
            return self.open(tag, name, at);
        }
        match depth {
            None if name == "Document" => {
                let space = attribute(tag, |key| key == "xmlns" || key.starts_with("xmlns:"), self.file, at)?;
                on(Step::Document(space.as_deref().unwrap_or_default()))?;
            }
            Some(0) => on(Step::Message(name))?,
            Some(1) if is_block(name) => on(Step::BlockBegins)?,
            _ => {}
        }
        self.path.push(name.to_owned());
        Ok(())
    }

    /// An element whose content is kept: a child of an account block, or inside one.
    fn open(&mut self, tag: &quick_xml::events::BytesStart<'_>, name: &str, at: u64) -> Result<(), Refusal> {
        // Children of `GrpHdr` say nothing about money; they are walked over.
        if self.open.is_empty() && !self.path.last().is_some_and(|parent| is_block(parent)) {
            self.path.push(name.to_owned());
            return Ok(());
        }
        self.elements += 1;
        if self.elements > ELEMENTS_MAX {
            let remedy = "1件の明細の要素が多すぎます。期間を分けて取り込んでください。";
            return Err(Refusal::new(self.file, None, "XMLの要素の数", self.elements.to_string(), remedy));
        }
        let currency = attribute(tag, |key| key == "Ccy", self.file, at)?;
        self.open.push(Node { name: name.to_owned(), currency, ..Node::default() });
        Ok(())
    }

    fn text(&mut self, part: &str, at: u64) -> Result<(), Refusal> {
        let Some(node) = self.open.last_mut() else { return Ok(()) };
        self.text_bytes += part.len();
        if self.text_bytes > TEXT_LENGTH_MAX_BYTES {
            let remedy = "1件の明細の文字が多すぎます。期間を分けて取り込んでください。";
            return Err(Refusal::new(
                self.file,
                None,
                "XMLの文字の量",
                format!("{at}バイト目の近く"),
                remedy,
            ));
        }
        node.text.push_str(part);
        Ok(())
    }

    fn end(&mut self, on: &mut impl FnMut(Step<'_>) -> Result<(), Refusal>) -> Result<(), Refusal> {
        if let Some(node) = self.open.pop() {
            if let Some(parent) = self.open.last_mut() {
                parent.children.push(node);
                return Ok(());
            }
            self.elements = 0;
            self.text_bytes = 0;
            return on(Step::Child(&node));
        }
        let block = self.depth_in_document() == Some(2);
        let name = self.path.pop();
        if block && name.as_deref().is_some_and(is_block) { on(Step::BlockEnds) } else { Ok(()) }
    }
}

/// The elements that hold one account each.
fn is_block(name: &str) -> bool {
    matches!(name, "Rpt" | "Stmt" | "Ntfctn")
}

/// The value of the first attribute that `wanted` names.
fn attribute(
    tag: &quick_xml::events::BytesStart<'_>,
    wanted: impl Fn(&str) -> bool,
    file: &str,
    at: u64,
) -> Result<Option<String>, Refusal> {
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|_| malformed(file, at))?;
        if wanted(attribute.key.into_inner()) {
            let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0);
            return value.map(|text| Some(text.into_owned())).map_err(|_| malformed(file, at));
        }
    }
    Ok(None)
}
