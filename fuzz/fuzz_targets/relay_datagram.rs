//! Any bytes as what a local program sends.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shackbox::testkit::relay_fuzz::datagram(bytes));
