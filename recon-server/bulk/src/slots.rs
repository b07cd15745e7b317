//! Where the heads of a partition are found: a table with twice as many slots as heads, in which a head stands in the first free slot from
//! the place on that its mixed key says.
//!
//! Invariants: at least half of the slots are free, so that a search ends, nearly always at the first or second slot; nothing is ever taken
//! out. A slot is two bytes wide as long as the places of the partition allow: the table of a usual partition then fits into the
//! first-level cache.

use crate::record::Record;

/// The place of a head, or none, in as few bytes as it takes.
trait Slot: Copy {
    /// Of no head.
    const FREE: Self;

    /// Of a place that it can say.
    fn of(place: usize) -> Self;

    /// The place, where there is one.
    fn place(self) -> Option<usize>;
}

impl Slot for u16 {
    const FREE: Self = Self::MAX;

    fn of(place: usize) -> Self {
        Self::try_from(place).unwrap_or(Self::FREE)
    }

    #[inline(always)]
    fn place(self) -> Option<usize> {
        (self != Self::FREE).then(|| usize::from(self))
    }
}

impl Slot for u32 {
    const FREE: Self = Self::MAX;

    fn of(place: usize) -> Self {
        Self::try_from(place).unwrap_or(Self::FREE)
    }

    #[inline(always)]
    fn place(self) -> Option<usize> {
        if self == Self::FREE { None } else { usize::try_from(self).ok() }
    }
}

/// The table of a partition.
pub(crate) enum Slots {
    /// Of fewer heads than 16 bits can count.
    Short(Vec<u16>),
    Long(Vec<u32>),
}

impl Default for Slots {
    fn default() -> Self {
        Self::Short(vec![Slot::FREE])
    }
}

impl Slots {
    /// For sales in any order, of which the first of each key and date are left in `sales`, as heads; the others are handed to
    /// `repeated`, each with the place of its head. `bits`: how many of the mixed key chose the partition.
    pub fn new(sales: &mut Vec<Record>, bits: u32, repeated: impl FnMut(usize, Record)) -> Self {
        if sales.len() < usize::from(u16::MAX) {
            Self::Short(fill(sales, bits, repeated))
        } else {
            Self::Long(fill(sales, bits, repeated))
        }
    }

    /// Hands each record to `found` with the place of the head that has its key and date, where there is one.
    pub fn find(
        &self,
        heads: &[Record],
        records: &[Record],
        bits: u32,
        found: impl FnMut(&Record, Option<usize>),
    ) {
        match self {
            Self::Short(slots) => find_each(slots, heads, records, bits, found),
            Self::Long(slots) => find_each(slots, heads, records, bits, found),
        }
    }

    /// Brings the table into the cache; what it returns says nothing.
    pub fn fetch(&self, line_bytes: usize) -> i32 {
        match self {
            Self::Short(slots) => fetch(slots, line_bytes),
            Self::Long(slots) => fetch(slots, line_bytes),
        }
    }
}

fn fill<T: Slot>(sales: &mut Vec<Record>, bits: u32, mut repeated: impl FnMut(usize, Record)) -> Vec<T> {
    let mut slots = vec![T::FREE; 2 * sales.len() + 1];
    let mut heads = 0;
    for place in 0..sales.len() {
        let sale = sales[place];
        match find(&slots, sales, &sale, bits) {
            Ok(head) => repeated(head, sale),
            Err(free) => {
                slots[free] = T::of(heads);
                sales[heads] = sale;
                heads += 1;
            }
        }
    }
    sales.truncate(heads);
    slots
}

fn find_each(
    slots: &[impl Slot],
    heads: &[Record],
    records: &[Record],
    bits: u32,
    mut found: impl FnMut(&Record, Option<usize>),
) {
    for record in records {
        found(record, find(slots, heads, record, bits).ok());
    }
}

/// The place of the head, or the slot in which it would stand. The 32 bits below those that chose the partition say where to begin, in
/// proportion.
#[inline(always)]
fn find(slots: &[impl Slot], heads: &[Record], record: &Record, bits: u32) -> Result<usize, usize> {
    let rest = record.mixed() << bits >> 32;
    let length = u64::try_from(slots.len()).unwrap_or(u64::MAX);
    let mut at = usize::try_from((rest * length) >> 32).unwrap_or_default();
    while let Some(place) = slots[at].place() {
        if heads[place].joins(record) {
            return Ok(place);
        }
        at += 1;
        if at == slots.len() {
            at = 0;
        }
    }
    Err(at)
}

fn fetch<T: Slot>(slots: &[T], line_bytes: usize) -> i32 {
    let lines = slots.iter().step_by(line_bytes / size_of::<T>());
    lines.fold(0, |all, slot| all ^ i32::from(slot.place().is_none()))
}
