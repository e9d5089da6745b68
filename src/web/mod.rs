//! The toolkit every page and JSON route is made with.
//!
//! Invariants: an error leaves as `application/problem+json` built from a [`Problem`]; a list pages by an
//! authenticated [`Cursor`]; a route exists only with a declared [`Access`] and rate class ([`Routes`]);
//! one place sets the security headers; text for people comes from the catalogues ([`Text`]).
//!
//! Deliberately not here: any domain. Who is asking arrives as a [`Caller`] that the accounts' own
//! middleware puts into the request; what a request may do is decided behind the handlers.

mod arriving;
mod assets;
mod caller;
mod cursor;
mod extract;
mod headers;
mod health;
mod hosts;
mod https;
mod idempotency;
mod limit;
mod metrics;
mod openapi;
mod origin;
pub(crate) mod personal;
mod problem;
mod render;
mod route;
mod seal;
mod sign;
mod stack;
mod system;
mod text;
mod ws;

#[cfg(test)]
mod tests;

pub(crate) use crate::net::Network;
pub(crate) use arriving::{Arriving, MOST_AT_ONCE, Pace};
pub(crate) use assets::{asset_base, asset_routes};
pub(crate) use caller::Caller;
pub(crate) use cursor::Cursor;
pub(crate) use extract::{BodyLimit, Json, Path, Query, Whole, parse_json};
pub(crate) use headers::Policy;
pub(crate) use health::{Health, Part};
pub(crate) use hosts::Hosts;
pub(crate) use https::Onward;
pub(crate) use idempotency::{Idempotency, tables};
pub(crate) use limit::Limiter;
pub(crate) use metrics::Metrics;
pub(crate) use openapi::Document;
pub(crate) use origin::{same_origin, same_site};
pub(crate) use problem::{FieldError, Problem, ProblemBody, Result};
pub(crate) use render::{html, render};
pub(crate) use route::{Access, Class, Declared, Guard, Kind, Routes};
pub(crate) use seal::Sealer;
pub(crate) use sign::Signer;
pub(crate) use stack::{Edge, EdgeParts, Sensitive, inner_layers, outer_layers};
pub(crate) use system::system_routes;
pub(crate) use text::{Catalogue, Text};
pub(crate) use ws::{Closing, Frames, Remote, Sight, Socket, SocketStart, Sockets, Voice};
