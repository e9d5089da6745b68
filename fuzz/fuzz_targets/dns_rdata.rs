//! A type, and any bytes as the text or the wire form of its data.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shackbox::testkit::dns_text::any_data(bytes));
