//! Any bytes as what a proxy announces a client by.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shackbox::testkit::net_fuzz::proxy_header(bytes));
