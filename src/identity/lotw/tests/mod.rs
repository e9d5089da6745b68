//! Tests of certificates, each with certificates made for it.

mod acceptance;
mod forwarded;
mod hostile;
mod refusals;
mod roots;
mod samples;
mod tls;
mod tq8;
