//! Queries: everything that only looks.

pub(crate) mod books;
pub(crate) mod export;
pub(crate) mod imports;
pub(crate) mod list;
pub(crate) mod lookup;
pub(crate) mod points;
pub(crate) mod stats;
pub(crate) mod worked;
