//! The integration tests: one binary, files mirror flows. They reach the program as its users do, through
//! `testkit::TestApp` (in process) or the built binary (`process`).

#![expect(
    clippy::unwrap_used,
    reason = "what cannot be had fails the test that needs it"
)]

mod authority;
mod callbooks;
mod flows;
mod kit;
mod nameserver;
mod process;
mod relay;
mod security;
mod tidy;
mod tls;
mod words;
