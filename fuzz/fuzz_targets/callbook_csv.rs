//! Any bytes as lists of callsigns.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shackbox::testkit::lists_fuzz::callbook_csv(bytes));
