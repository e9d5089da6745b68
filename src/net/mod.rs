//! Listeners, connections and peer addresses.
//!
//! Invariants: every listener is bound before any is announced; a connection costs a place, and there is a
//! fixed number of places, in all and for one network; a peer's address is what the network says unless a trusted proxy
//! says otherwise, in a header of each request or before the first byte of a connection that it passes through.
//! Stopping lets requests in progress finish within a time limit.
//!
//! Deliberately not here: routes and what a request means. Websockets outlive their HTTP connection and are
//! told to close by whoever runs them; they keep their [`Place`] until then.

#[cfg(feature = "server")]
mod activity;
#[cfg(feature = "server")]
mod announced;
mod bind;
#[cfg(feature = "server")]
mod connection;
#[cfg(feature = "server")]
mod forwarded;
mod paced;
#[cfg(feature = "server")]
mod peer;
#[cfg(feature = "server")]
mod places;
#[cfg(feature = "server")]
mod serve;
#[cfg(feature = "server")]
pub(crate) mod tls;

#[cfg(test)]
mod tests;

pub(crate) use bind::{BindError, Listener, bind, raise_open_files};
pub(crate) use paced::Paced;

#[cfg(feature = "testkit")]
pub(crate) use announced::{Next, parse};
#[cfg(feature = "server")]
pub(crate) use {
    announced::{Announced, take as take_announced},
    connection::plain,
    forwarded::{Forwarded, ForwardedHeaders},
    peer::{Network, Peer, Strangers},
    places::{Place, Places},
    serve::{AskingHost, Door, Served, Server},
    tls::TlsInfo,
};
