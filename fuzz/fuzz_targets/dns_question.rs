//! Any bytes as a question to the name server.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shackbox::testkit::names::any_question(bytes));
