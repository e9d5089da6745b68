//! Commands: everything that changes logbooks, each one transaction.

pub(crate) mod ahead;
pub(crate) mod books;
pub(crate) mod edit;
mod fields;
pub(crate) mod import;
mod index;
pub(crate) mod log;
pub(crate) mod merge;
pub(crate) mod replace;
pub(crate) mod undo;

#[cfg(test)]
mod tests;

pub(crate) use index::{COUNT_WORKED, Changes};
