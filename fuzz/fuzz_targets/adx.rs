//! Any bytes inside the records of an XML log.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let log = [
        &b"<?xml version=\"1.0\"?><ADX><RECORDS><RECORD>"[..],
        bytes,
        b"</RECORD></RECORDS></ADX>",
    ]
    .concat();
    shackbox::testkit::adif_fuzz::read_write_read(&log);
});
