//! What `serve` would refuse of a configuration whose every key reads, found without opening anything.
//!
//! It calls what starting calls, so the two cannot differ; all mistakes are told at once. Not here: whether a port is
//! free or the data directory can be opened, which is so only at a moment.

use super::{outside, services};
use crate::config::Config;
use crate::env::Clock;
use crate::logging;
use crate::net::tls;

/// Every reason why `serve` would not start with this configuration, in words. Needs a runtime.
pub(crate) fn refusals(config: &Config) -> Vec<String> {
    let level = logging::check_level(&config.log.level).err();
    let admin = services::configured_admin(config).err();
    let mail = outside::outside(config).map_err(services::StartError::from).err();
    let source = config.web.tls.source.as_ref();
    let certificate = source.and_then(|source| tls::check(source, Clock::system().now()).err());
    let said = level.map(|error| error.to_string());
    let said = said.into_iter().chain(admin.map(|error| error.to_string()));
    let said = said.chain(mail.map(|error| error.to_string()));
    said.chain(certificate.map(|error| error.to_string())).collect()
}
