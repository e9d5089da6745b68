//! Any bytes as what a user types at the cluster's prompt.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shackbox::testkit::cluster_fuzz::read_commands(bytes));
