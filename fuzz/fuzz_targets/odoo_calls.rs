//! Any bytes as a call of a feed that was written for Odoo.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shackbox::testkit::odoo_fuzz::read_calls(bytes));
