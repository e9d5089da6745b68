//! Any bytes as a master file.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shackbox::testkit::dns_text::any_master_file(bytes));
