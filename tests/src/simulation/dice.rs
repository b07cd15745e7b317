//! The only source of chance in a run.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// Seeded dice. After [`Dice::end_trouble`] nothing goes wrong any more.
#[derive(Debug)]
pub struct Dice {
    rng: ChaCha8Rng,
    trouble: bool,
}

impl Dice {
    /// Dice of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { rng: ChaCha8Rng::seed_from_u64(seed), trouble: true }
    }

    /// From now on [`Dice::trouble`] is always false.
    pub const fn end_trouble(&mut self) {
        self.trouble = false;
    }

    /// 0 to `sides − 1`.
    pub fn below(&mut self, sides: u32) -> u32 {
        self.rng.random_range(0..sides.max(1))
    }

    /// True once in `sides` throws, on average.
    pub fn one_in(&mut self, sides: u32) -> bool {
        self.below(sides) == 0
    }

    /// Like [`Dice::one_in`], and never after the trouble has ended.
    pub fn trouble(&mut self, one_in: u32) -> bool {
        let thrown = self.one_in(one_in);
        self.trouble && thrown
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let index = usize::try_from(self.below(u32::try_from(of.len()).unwrap_or(u32::MAX))).unwrap_or(0);
        &of[index]
    }

    /// One of several, to be changed.
    pub fn pick_mut<'a, T>(&mut self, of: &'a mut [T]) -> &'a mut T {
        let index = usize::try_from(self.below(u32::try_from(of.len()).unwrap_or(u32::MAX))).unwrap_or(0);
        &mut of[index]
    }
}
