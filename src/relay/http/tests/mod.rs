//! The relay's HTTP over real connections, with a radio in memory.

mod bounds;
mod gate;
pub(in crate::relay::http) mod house;
mod socket;
mod transmit;
