//! Listeners, connections and peer addresses.
//!
//! Invariants: every listener is bound before any is announced; a connection costs a place, and there is a
//! fixed number of places, in all and for one network; a peer's address is what the network says unless a trusted proxy
//! says otherwise, in a header of each request or before the first byte of a connection that it passes through.
//! Stopping lets requests in progress finish within a time limit.
//!
//! Deliberately not here: routes and what a request means. Websockets outlive their HTTP connection and are
//! told to close by whoever runs them; they keep their [`Place`] until then.

mod activity;
mod announced;
mod bind;
mod connection;
mod forwarded;
mod paced;
mod peer;
mod places;
mod serve;
pub(crate) mod tls;

#[cfg(test)]
mod tests;

pub(crate) use announced::{Announced, take as take_announced};
#[cfg(feature = "testkit")]
pub(crate) use announced::{Next, parse};
pub(crate) use bind::{BindError, Listener, bind, raise_open_files};
pub(crate) use connection::plain;
pub(crate) use forwarded::{Forwarded, ForwardedHeaders};
pub(crate) use paced::Paced;
pub(crate) use peer::{Network, Peer, Strangers};
pub(crate) use places::{Place, Places};
pub(crate) use serve::{AskingHost, Door, Served, Server};
pub(crate) use tls::TlsInfo;
