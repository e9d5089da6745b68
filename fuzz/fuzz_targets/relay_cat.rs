//! Any bytes as what a radio at a serial port, a radio daemon or a daemon's client sends.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((which, bytes)) = bytes.split_first() else {
        return;
    };
    match which % 4 {
        0 => shackbox::testkit::relay_cat_fuzz::pieces(bytes),
        1 => shackbox::testkit::relay_cat_fuzz::daemon(bytes),
        2 => shackbox::testkit::relay_cat_fuzz::client(bytes),
        _ => shackbox::testkit::relay_cat_fuzz::radio(bytes),
    }
});
