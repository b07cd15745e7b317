//! The bars of JAN-13 and Code 128 (ISO/IEC 15420, 15417), for the preview, and the choice of code sets, for both.
//!
//! Invariant: each symbol of Code 128 has eleven modules and an even number of black ones. Not here: the printer's commands.

/// Modules of a symbol of Code 128.
pub(super) const SYMBOL_MODULES: usize = 11;
/// Modules of its stop pattern.
pub(super) const CODE128_STOP_MODULES: usize = 13;
/// Modules of a JAN-13.
pub(super) const JAN13_MODULES: usize = 95;

const START_B: usize = 104;
const START_C: usize = 105;
const TO_B: usize = 100;
const TO_C: usize = 99;
const CHECK_MODULUS: usize = 103;
const STOP: &str = "2331112";
/// Fewest digits in a row for which pairs save symbols.
const PAIRS_FROM_DIGITS: usize = 4;

/// Widths of bars and spaces of the symbols 0 to 105, six digits each.
const WIDTHS: &str = "\
212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222123122\
123221223211221132221231213212223112312131311222321122321221312212322112322211212123212321232121111323\
131123131321112313132113132311211313231113231311112133112331132131113123113321133121313121211331231131\
213113213311213131311123311321331121312113312311332111314111221411431111111224111422121124121421141122\
141221112214112412122114122411142112142211241211221114413111241112134111111242121142121241114212124112\
124211411212421112421211212141214121412121111143111341131141114113114311411113411311113141114131311141\
411131211412211214211232";

/// A part of a Code 128 in one code set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Run<'a> {
    /// Code set B, one symbol a character.
    Letters(&'a str),
    /// Code set C, one symbol for two digits.
    Pairs(&'a str),
}

/// Splits a text into code sets: runs of at least four digits become pairs. `None` for what is not printable ASCII.
pub(super) fn code128_plan(text: &str) -> Option<Vec<Run<'_>>> {
    if !text.bytes().all(|byte| (0x20..=0x7E).contains(&byte)) {
        return None;
    }
    let mut plan = Vec::new();
    let mut letters_from = 0;
    let mut at = 0;
    while at < text.len() {
        let digits = text[at..].bytes().take_while(u8::is_ascii_digit).count();
        let even = digits - digits % 2;
        if even >= PAIRS_FROM_DIGITS {
            // An odd digit stays with the letters before it.
            let start = at + digits % 2;
            if start > letters_from {
                plan.push(Run::Letters(&text[letters_from..start]));
            }
            plan.push(Run::Pairs(&text[start..start + even]));
            letters_from = start + even;
        }
        at += digits.max(1);
    }
    if letters_from < text.len() {
        plan.push(Run::Letters(&text[letters_from..]));
    }
    Some(plan)
}

/// The values of pairs of digits.
pub(super) fn pairs(digits: &str) -> impl Iterator<Item = u8> + '_ {
    digits.as_bytes().chunks_exact(2).map(|pair| (pair[0] - b'0') * 10 + (pair[1] - b'0'))
}

/// The modules of a Code 128, true for black. `None` for what it does not carry.
pub(super) fn code128(text: &str) -> Option<Vec<bool>> {
    let mut values = Vec::new();
    for (at, run) in code128_plan(text)?.into_iter().enumerate() {
        match run {
            Run::Letters(text) => {
                values.push(if at == 0 { START_B } else { TO_B });
                values.extend(text.bytes().map(|byte| usize::from(byte) - 0x20));
            }
            Run::Pairs(digits) => {
                values.push(if at == 0 { START_C } else { TO_C });
                values.extend(pairs(digits).map(usize::from));
            }
        }
    }
    let first = *values.first()?;
    let weighted = values.iter().enumerate().skip(1).map(|(place, value)| place * value);
    values.push((first + weighted.sum::<usize>()) % CHECK_MODULUS);
    let widths: String = values.iter().filter_map(|value| WIDTHS.get(value * 6..value * 6 + 6)).collect();
    Some(modules(&format!("{widths}{STOP}")))
}

/// Widths, a bar first, as modules.
fn modules(widths: &str) -> Vec<bool> {
    let widths = widths.chars().filter_map(|width| width.to_digit(10)).zip([true, false].into_iter().cycle());
    widths.flat_map(|(width, black)| (0..width).map(move |_| black)).collect()
}

/// Left-hand digits with odd parity; the other two sets are its complement and its mirror.
const LEFT: [&str; 10] = [
    "0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111",
    "0001011",
];
/// Which of the six left-hand digits have even parity, by the first digit.
const EVEN: [u8; 10] = [
    0b00_0000, 0b00_1011, 0b00_1101, 0b00_1110, 0b01_0011, 0b01_1001, 0b01_1100, 0b01_0101, 0b01_0110,
    0b01_1010,
];

/// The modules of thirteen digits, true for black. `None` when there are not thirteen.
pub(super) fn jan13(digits: &str) -> Option<Vec<bool>> {
    let values: Vec<usize> = digits
        .chars()
        .map(|digit| digit.to_digit(10).and_then(|digit| usize::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    let [first, digits @ ..] = values.as_slice() else { return None };
    let (left, right) = digits.split_at_checked(6).filter(|(_, right)| right.len() == 6)?;
    let black = |pattern: &str| pattern.bytes().map(|bit| bit == b'1').collect::<Vec<_>>();
    let mut modules = black("101");
    for (place, digit) in left.iter().enumerate() {
        let mut pattern = black(LEFT[*digit]);
        if EVEN[*first] & (0b10_0000 >> place) != 0 {
            pattern.reverse();
            pattern.iter_mut().for_each(|module| *module = !*module);
        }
        modules.extend(pattern);
    }
    modules.extend(black("01010"));
    for digit in right {
        modules.extend(black(LEFT[*digit]).into_iter().map(|module| !module));
    }
    modules.extend(black("101"));
    Some(modules)
}
