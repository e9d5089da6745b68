//! Any bytes as lines of a cluster node, cut anywhere.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shackbox::testkit::cluster_fuzz::read_lines(bytes));
