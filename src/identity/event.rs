//! What happens among accounts, sessions and keys.

/// Something that happened among accounts, sessions and keys.
#[derive(Debug, Clone)]
pub(crate) enum IdentityEvent {}
