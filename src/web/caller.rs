//! Who a request is counted for: what rate classes and idempotency need to know of an account.
//!
//! The accounts' middleware fills it in; a request without it is a guest from its network. Rights are not
//! decided by it.

/// The account, key or network behind a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The signed-in account's number.
    pub(crate) account: Option<u32>,
    /// The API key's number, when the request came with one.
    pub(crate) key: Option<u64>,
    /// Whether it is an administrator, for the figures of the whole program.
    pub(crate) administrator: bool,
}

impl Caller {
    /// Nobody in particular.
    pub(crate) const GUEST: Self = Self {
        account: None,
        key: None,
        administrator: false,
    };
}
