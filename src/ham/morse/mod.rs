//! Morse code: the table of characters, and what somebody keyed by hand.
//!
//! [`Keying`] is a series of marks that can be one: in order, none absurdly short or long. [`Keying::read`] tells
//! marks and spaces apart without knowing what was meant; [`judge`] compares that with a call, element by element.
//! Nothing here counts the longest marks as the dashes: that accepts almost any fist. Keying proves little, for a
//! program can do it; what a program does without effort, perfectly even marks, is refused all the same.

mod judge;
mod keying;
mod table;
#[cfg(test)]
mod tests;

pub use judge::{FASTEST, Refusal, SLOWEST, Sent, judge};
pub use keying::{Bad, Heard, Key, Keying, MOST_MARKS};
pub use table::{Element, character, pattern, pattern_of};
