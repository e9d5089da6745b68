//! Any bytes as the times of a key.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shackbox::testkit::morse_fuzz::judge_any(bytes));
