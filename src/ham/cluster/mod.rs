//! What the telnet world of DX clusters says, and how it is said.
//!
//! [`Splitter`] turns bytes in any segmentation into lines, [`decode`] a line into text, [`Line::parse`] a line
//! into what it means: a spot, an announcement, a prompt. [`write`] writes the same in the layouts of the
//! `DXSpider` family, column by column. [`command`] reads what a user types, [`filter`] his wishes in three
//! dialects, [`pc`] the frames between nodes.
//! Everything here takes any bytes without panicking, in bounded memory; what is not understood is
//! [`Line::Other`]. Sockets and what is done with a spot are not here.

pub mod command;
pub mod filter;
mod line;
pub mod pc;
mod solar;
mod splitter;
mod spot_line;
#[cfg(test)]
mod tests;
mod text;
mod time;
pub mod write;

pub use line::{Announce, Line, Talk};
pub use solar::{Wcy, Wwv};
pub use splitter::{LONGEST_LINE, Piece, Splitter};
pub use spot_line::{Cc11, SpotLine};
pub use text::{decode, encode};
pub use time::{HourMinute, date, date_text};
