//! Repeatable chance for made-up data: the same seed, the same numbers everywhere. Of no use for anything secret.

/// `SplitMix64` (Steele, Lea, Flood 2014), by its state.
#[derive(Debug, Clone)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// The next number.
    pub(crate) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below the limit; 0 below 0.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.roll() % limit.max(1)
    }

    /// One of a list.
    pub(crate) fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        let index = usize::try_from(self.below(list.len() as u64)).unwrap_or_default();
        list[index]
    }

    /// One of the first so many capital letters.
    pub(crate) fn letter(&mut self, count: u64) -> char {
        char::from(b'A' + u8::try_from(self.below(count)).unwrap_or_default())
    }
}
