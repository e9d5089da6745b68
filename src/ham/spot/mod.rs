//! What a spot says: somebody was heard there, on that frequency, perhaps in that mode.
//!
//! [`SpotMode`] and [`ModeClass`] name modes in one byte, [`Spotter`] who heard it, [`frequency`] reads the
//! numbers that people and programs write, [`clues`] finds in a comment what it says beside prose, [`plan`]
//! knows what is usual where, [`busted`] which calls are another one copied wrong.
//! Nothing here knows other spots: telling duplicates and finding the mode by what others said is the
//! business of whoever keeps them.

mod busted;
mod call;
mod clues;
pub mod frequency;
mod mode;
pub mod plan;
mod reference;
mod report;
#[cfg(test)]
mod tests;

pub use busted::{distance_one, leading_bust};
pub use call::{SpotCallError, Spotter, SpotterError, is_plausible, spotted};
pub(crate) use clues::grid as grid_word;
pub use clues::{Clues, Propagation, Split, clues};
pub use mode::{ModeClass, SpotMode};
pub use reference::References;
pub use report::{Report, SkimmerKind, report};
