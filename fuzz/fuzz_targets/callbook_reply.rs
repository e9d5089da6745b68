//! Any bytes as a callbook's reply.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shackbox::testkit::ladder_fuzz::callbook_reply(bytes));
