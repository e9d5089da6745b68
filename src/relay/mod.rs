//! Relay mode: what runs on a radio amateur's computer and joins its radio and its programs to the appliance.

pub(crate) mod logs;
pub(crate) mod rig;
pub(crate) mod settings;
pub(crate) mod wish;
