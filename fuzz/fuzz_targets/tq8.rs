//! Any bytes as a signed log.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shackbox::testkit::lotw::fuzz::tq8(bytes));
