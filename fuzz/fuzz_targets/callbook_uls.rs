//! Any bytes as the files of the FCC's register.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shackbox::testkit::callbook_fuzz::uls(bytes));
