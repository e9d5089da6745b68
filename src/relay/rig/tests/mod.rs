//! The whole: our backends, our server and our owner against radios of our own, and against Hamlib where it is there.

pub(crate) mod daemon;
pub(crate) mod fake;
#[cfg(unix)]
mod hamlib;
mod keying;
mod radios;
mod server;
mod speed;
mod wire;
