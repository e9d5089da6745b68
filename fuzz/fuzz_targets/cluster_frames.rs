//! Any bytes as frames of another cluster node.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shackbox::testkit::cluster_fuzz::read_frames(bytes));
