//! Logbooks: contacts, their indexes and imports.

pub(crate) mod event;
