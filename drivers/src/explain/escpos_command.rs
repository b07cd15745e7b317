//! Commands of ESC/POS whose length is fixed, as a table.

/// What a command changes for those behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    None,
    Initialise,
    Kanji(bool),
    RealTime {
        kicks_off: bool,
    },
    /// A character of the host's own has this code now.
    Define([u8; 2]),
    Print,
    Cut,
    ProcessId,
    Clear,
}

/// A command that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    pub length: usize,
    pub words: String,
    pub effect: Effect,
    /// Where its data stands, counted from its first byte.
    pub data: Option<(usize, usize)>,
}

/// What stands at the beginning of some bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Read {
    Known(Known),
    /// A known command of which bytes are missing.
    Cut,
    Unknown,
}

impl Read {
    pub(super) fn known(length: usize, words: impl Into<String>, effect: Effect) -> Self {
        Self::Known(Known { length, words: words.into(), effect, data: None })
    }
}

/// Head, number of parameter bytes, words.
type Row = (&'static [u8], usize, &'static str);

const ROWS: &[Row] = &[
    (&[0x09], 0, "to the next tabulator stop"),
    (&[0x0A], 0, "print the row and feed a line"),
    (&[0x0C], 0, "print the page"),
    (&[0x0D], 0, "carriage return"),
    (&[0x18], 0, "cancel the page"),
    (&[0x1B, 0x20], 1, "space right of each character"),
    (&[0x1B, 0x21], 1, "print mode"),
    (&[0x1B, 0x24], 2, "absolute position"),
    (&[0x1B, 0x2D], 1, "underline"),
    (&[0x1B, 0x32], 0, "usual line spacing"),
    (&[0x1B, 0x33], 1, "line spacing"),
    (&[0x1B, 0x3D], 1, "select the device"),
    (&[0x1B, 0x40], 0, "initialise: all modes as at power-on"),
    (&[0x1B, 0x45], 1, "bold"),
    (&[0x1B, 0x47], 1, "double strike"),
    (&[0x1B, 0x4A], 1, "print and feed dots"),
    (&[0x1B, 0x4D], 1, "font"),
    (&[0x1B, 0x52], 1, "international characters"),
    (&[0x1B, 0x56], 1, "turned by 90 degrees"),
    (&[0x1B, 0x5C], 2, "relative position"),
    (&[0x1B, 0x61], 1, "alignment"),
    (&[0x1B, 0x63, 0x33], 1, "sensors that tell of the paper's end"),
    (&[0x1B, 0x63, 0x34], 1, "sensors that stop printing"),
    (&[0x1B, 0x63, 0x35], 1, "panel keys"),
    (&[0x1B, 0x64], 1, "print and feed lines"),
    (&[0x1B, 0x69], 0, "cut, one point left"),
    (&[0x1B, 0x6D], 0, "cut, three points left"),
    (&[0x1B, 0x70], 3, "open the drawer"),
    (&[0x1B, 0x74], 1, "code page"),
    (&[0x1B, 0x7B], 1, "upside down"),
    (&[0x1C, 0x21], 1, "kanji print mode"),
    (&[0x1C, 0x26], 0, "kanji on"),
    (&[0x1C, 0x2D], 1, "kanji underline"),
    (&[0x1C, 0x2E], 0, "kanji off"),
    (&[0x1C, 0x43], 1, "kanji code"),
    (&[0x1C, 0x53], 2, "kanji space"),
    (&[0x1C, 0x57], 1, "kanji at four times the size"),
    (&[0x1C, 0x70], 2, "print an image of the old memory"),
    (&[0x1D, 0x21], 1, "size"),
    (&[0x1D, 0x42], 1, "white on black"),
    (&[0x1D, 0x48], 1, "place of the digits at a barcode"),
    (&[0x1D, 0x49], 1, "ask for the model"),
    (&[0x1D, 0x4C], 2, "left margin"),
    (&[0x1D, 0x50], 2, "motion units"),
    (&[0x1D, 0x57], 2, "width of the print area"),
    (&[0x1D, 0x61], 1, "automatic status"),
    (&[0x1D, 0x62], 1, "smoothing"),
    (&[0x1D, 0x66], 1, "font of the digits at a barcode"),
    (&[0x1D, 0x68], 1, "height of a barcode"),
    (&[0x1D, 0x72], 1, "ask for a status, in order"),
    (&[0x1D, 0x77], 1, "width of a barcode's bars"),
];

/// Reads a command of fixed length.
pub(super) fn simple(bytes: &[u8]) -> Read {
    for (head, parameters, words) in ROWS {
        if let Some(rest) = bytes.strip_prefix(*head) {
            let Some(values) = rest.get(..*parameters) else { return Read::Cut };
            let shown = match values {
                [] => (*words).to_owned(),
                _ => format!("{words}: {}", meaning(head, values)),
            };
            return Read::known(head.len() + parameters, shown, effect(head, values));
        }
        // The head itself may be cut off.
        if head.starts_with(bytes) {
            return Read::Cut;
        }
    }
    Read::Unknown
}

const fn effect(head: &[u8], values: &[u8]) -> Effect {
    match (head, values) {
        ([0x0A | 0x0C] | [0x1B, 0x4A | 0x64] | [0x1C, 0x70], _) => Effect::Print,
        ([0x1B, 0x40], _) => Effect::Initialise,
        ([0x1B, 0x69 | 0x6D], _) => Effect::Cut,
        ([0x1C, 0x26], _) => Effect::Kanji(true),
        ([0x1C, 0x2E], _) => Effect::Kanji(false),
        ([0x1C, 0x43], [n]) => Effect::Kanji(matches!(*n, 1 | 0x31)),
        _ => Effect::None,
    }
}

fn meaning(head: &[u8], values: &[u8]) -> String {
    let word = match (head, values) {
        ([0x1B, 0x61], [0 | 0x30]) => "left",
        ([0x1B, 0x61], [1 | 0x31]) => "centre",
        ([0x1B, 0x61], [2 | 0x32]) => "right",
        ([0x1B, 0x45] | [0x1D, 0x42], [n]) => match n & 1 {
            0 => "off",
            _ => "on",
        },
        ([0x1B, 0x52], [8]) => "Japan (5C is a yen sign)",
        ([0x1B, 0x74], [1]) => "katakana",
        ([0x1C, 0x43], [0 | 0x30]) => "JIS",
        ([0x1C, 0x43], [1 | 0x31]) => "Shift_JIS",
        ([0x1D, 0x21], [n]) => return format!("{} wide, {} high", (n >> 4) + 1, (n & 0x0F) + 1),
        ([0x1D, 0x61], [0]) => "off",
        ([0x1D, 0x61], [_]) => "drawer, on-line state, errors, paper as the bits say",
        ([0x1B, 0x70], [pin, on, off]) => {
            let pin = if pin & 1 == 0 { 2 } else { 5 };
            return format!("pin {pin}, {} ms on, {} ms off", 2 * u32::from(*on), 2 * u32::from(*off));
        }
        _ => {
            let shown: Vec<String> = values.iter().map(u8::to_string).collect();
            return shown.join(" ");
        }
    };
    word.to_owned()
}
