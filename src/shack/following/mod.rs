//! Following: whose going on the air a member is told of, on whatever page is open.

pub(crate) mod personal;
mod tables;
pub(crate) mod write;

pub(crate) use tables::{CHECKS, tables};
