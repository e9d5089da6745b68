//! Who a request is counted for: what rate classes and idempotency need to know of an account.
//!
//! The accounts' middleware fills it in; a request without it is a guest from its network. Rights are not
//! decided by it.

use std::net::{IpAddr, Ipv6Addr};

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

/// The network that strangers are counted by: an IPv4 address, or an IPv6 /56.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Network(IpAddr);

impl Network {
    /// The network of an address; IPv4 written as IPv6 counts as IPv4.
    pub(crate) fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(v6) => {
                let mask = u128::MAX << (128 - 56);
                IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & mask))
            }
            v4 @ IpAddr::V4(_) => v4,
        })
    }
}
