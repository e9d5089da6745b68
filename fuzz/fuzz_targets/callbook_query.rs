//! Any text as what stands in the callbook's box.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| shackbox::testkit::callbook_fuzz::query(text));
