//! Administration from the machine itself: the commands of the command line, on a running server and without one.
//!
//! A [`Command`] is plain data. The command line first looks for the server's socket (`admin.sock` in the data
//! directory, mode 0600) and sends it there; when nobody listens it opens the data directory and runs the very same
//! [`execute`]. So a command does the same either way, and whoever may open the data directory may everything.
//! Long content (a log, a backup) is streamed, never held.

mod callbook;
mod command;
mod execute;
#[cfg(unix)]
mod socket;
#[cfg(unix)]
mod wire;
mod zones;

pub(crate) use command::{AccountLine, Command, ExportFormat, Failure, HashText, NewUser, Progress, Reply};
pub(crate) use execute::{Exchange, Executor, Report, execute};
#[cfg(unix)]
pub(crate) use socket::{Reached, call, listen_beside};
