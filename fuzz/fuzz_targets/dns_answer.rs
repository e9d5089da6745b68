//! Any bytes as a name server's answer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shackbox::testkit::ladder_fuzz::dns_answer(bytes));
