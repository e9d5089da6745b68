//! The toolkit every page and JSON route is made with.
//!
//! Invariants: an error leaves as `application/problem+json` built from a [`Problem`]; a list pages by an
//! authenticated [`Cursor`]; a route exists only with a declared [`Access`] and rate class ([`Routes`]);
//! one place sets the security headers; text for people comes from the catalogues ([`Text`]).
//!
//! Deliberately not here: any domain. Who is asking arrives as a [`Caller`] that the accounts' own
//! middleware puts into the request; what a request may do is decided behind the handlers.

#[cfg(feature = "server")]
mod arriving;
#[cfg(feature = "server")]
mod assets;
#[cfg(feature = "server")]
mod caller;
#[cfg(feature = "server")]
mod cursor;
mod extract;
#[cfg(feature = "server")]
mod headers;
#[cfg(feature = "server")]
mod health;
#[cfg(feature = "server")]
mod hosts;
#[cfg(feature = "server")]
mod https;
#[cfg(feature = "server")]
mod idempotency;
#[cfg(feature = "server")]
mod limit;
#[cfg(feature = "server")]
mod metrics;
#[cfg(feature = "server")]
mod openapi;
#[cfg(feature = "server")]
mod origin;
#[cfg(feature = "server")]
pub(crate) mod personal;
mod policy;
mod problem;
#[cfg(feature = "server")]
mod render;
#[cfg(feature = "server")]
mod route;
#[cfg(feature = "server")]
mod seal;
#[cfg(feature = "server")]
mod sign;
#[cfg(feature = "server")]
mod stack;
#[cfg(feature = "server")]
mod system;
#[cfg(feature = "server")]
mod text;
#[cfg(feature = "server")]
mod ws;

#[cfg(test)]
mod tests;

pub(crate) use extract::{BodyLimit, Json, Path, Query, Whole, parse_json};
pub(crate) use policy::Policy;
pub(crate) use problem::{FieldError, Problem, ProblemBody, Result};

#[cfg(feature = "server")]
pub(crate) use {
    crate::net::Network,
    arriving::{Arriving, MOST_AT_ONCE, Pace},
    assets::{asset_base, asset_routes},
    caller::Caller,
    cursor::Cursor,
    headers::Sensitive,
    health::{Health, Part},
    hosts::Hosts,
    https::Onward,
    idempotency::{Idempotency, tables},
    limit::Limiter,
    metrics::Metrics,
    openapi::Document,
    origin::{same_origin, same_site},
    render::{html, render},
    route::{Access, Class, Declared, Guard, Kind, Routes},
    seal::Sealer,
    sign::Signer,
    stack::{Edge, EdgeParts, inner_layers, outer_layers},
    system::system_routes,
    text::{Catalogue, Text},
    ws::{Allowance, Closing, Frames, Remote, Sight, Socket, SocketStart, Sockets, Voice},
};
