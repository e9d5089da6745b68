//! The program put together: what is built from the domains, in which order it starts and stops, all routes with
//! their layers, the pages that show several domains, and the demo.
//!
//! Nothing here knows a rule of a domain; a rule that two domains share belongs to the lower of them.

pub(crate) mod admin;
mod api;
mod asking;
#[cfg(test)]
mod authority;
mod country;
mod demo;
mod files;
mod keyfile;
mod live;
mod names;
mod nameserver;
mod nightly;
mod outside;
mod overview;
mod pages;
mod personal;
mod preflight;
mod reactors;
mod routes;
mod running;
mod serve;
mod services;
mod spots;
mod tls;

pub(crate) use demo::SETTINGS as DEMO_SETTINGS;

#[cfg(feature = "testkit")]
pub(crate) use outside::{callbooks, mailer};
pub(crate) use preflight::refusals;
#[cfg(feature = "testkit")]
pub(crate) use routes::table;
pub(crate) use running::App;
#[cfg(feature = "testkit")]
pub(crate) use serve::{Addresses, Doors, Listening, listen};
pub(crate) use serve::{Options, serve};
pub(crate) use services::{Services, StartError, registry};
#[cfg(feature = "testkit")]
pub(crate) use tls::authority;
