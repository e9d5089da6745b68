//! Any bytes as a log.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shackbox::testkit::adif_fuzz::read_write_read(bytes));
