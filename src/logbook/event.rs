//! What happens in logbooks.

/// Something that happened in a logbook.
#[derive(Debug, Clone)]
pub(crate) enum LogbookEvent {}
