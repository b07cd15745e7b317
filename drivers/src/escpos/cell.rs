//! Text as cells: a character with the variation selector behind it, which together are one shape on paper.
//!
//! Invariant: every character of a text is in exactly one cell. Deliberately not here: combining marks, which no receipt printer
//! joins; each is a cell of its own, without a glyph.

use super::{
    glyphs::{Dots, dots},
    text::{Glyph, glyph},
};

/// One character, or one variation sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// The character.
    pub base: char,
    /// VS1 to VS256, where one stands behind it.
    pub selector: Option<char>,
}

/// How a cell comes to paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// By the printer's own font.
    Font(Glyph),
    /// Dot by dot, full width.
    Dots(Dots),
}

impl Cell {
    /// How it is printed, or `None` where neither the printer nor the asset has it.
    ///
    /// A variation sequence is never left to the printer's font: which of the shapes that font shows is not known.
    #[must_use]
    pub fn shape(self) -> Option<Shape> {
        let own = if self.selector.is_none() { glyph(self.base) } else { None };
        own.map(Shape::Font).or_else(|| dots(self).map(Shape::Dots))
    }
}

/// The cells of a text, each with the place of its first character, in characters.
pub fn cells(text: &str) -> impl Iterator<Item = (usize, Cell)> {
    let mut characters = text.chars().enumerate().peekable();
    std::iter::from_fn(move || {
        let (offset, base) = characters.next()?;
        let selector = match characters.peek() {
            Some((_, next)) if !is_selector(base) && is_selector(*next) => characters.next(),
            _ => None,
        };
        Some((offset, Cell { base, selector: selector.map(|(_, selector)| selector) }))
    })
}

/// VS1 to VS16 and VS17 to VS256: they have no width of their own.
pub(super) const fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<(usize, char, Option<char>)> {
        cells(text).map(|(at, cell)| (at, cell.base, cell.selector)).collect()
    }

    #[test]
    fn a_selector_belongs_to_the_character_before_it() {
        let (first, second) = ('\u{e0100}', '\u{fe00}');
        assert_eq!(split("辻\u{e0100}一"), [(0, '辻', Some(first)), (2, '一', None)]);
        assert_eq!(split("\u{e0100}辻"), [(0, first, None), (1, '辻', None)]);
        assert_eq!(split("辻\u{fe00}\u{e0100}"), [(0, '辻', Some(second)), (2, first, None)]);
        assert_eq!(split(""), []);
    }

    #[test]
    fn a_shape_is_the_printers_own_or_drawn() {
        let shape = |base, selector| Cell { base, selector }.shape();
        assert_eq!(shape('辻', None), Some(Shape::Font(Glyph::Full([0x92, 0xd2]))));
        for (base, selector) in
            [('𠮟', None), ('麵', None), ('髙', None), ('辻', Some('\u{e0100}')), ('辻', Some('\u{e0101}'))]
        {
            assert!(matches!(shape(base, selector), Some(Shape::Dots(_))), "{base}{selector:?}");
        }
        for (base, selector) in [('辻', Some('\u{e01ef}')), ('\u{e0100}', None), ('é', None), ('🍣', None)]
        {
            assert_eq!(shape(base, selector), None, "{base}{selector:?}");
        }
    }
}
