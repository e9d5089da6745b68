//! Any bytes as a message of WSJT-X.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shackbox::testkit::relay_fuzz::wsjtx(bytes));
