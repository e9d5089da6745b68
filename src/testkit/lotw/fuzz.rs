//! Entry points of the fuzz targets on certificates and signed logs: any bytes, no panic.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::identity::lotw::{Challenge, Circumstances, Roots, SignedLog, forwarded};

use super::{BUILT, Digest, Key, NOW, pem, production, root, roots, sign};

/// Reads any bytes as a certificate, as the signed part of one, and as what a proxy forwards.
pub fn certificate(bytes: &[u8]) {
    let pinned = [root(), production()];
    // Signed, so that the checks behind the signature are reached; most input is far shorter than the bound.
    let signed = (bytes.len() < 8192).then(|| sign(bytes, Digest::Sha256, Key::Production));
    for der in [Some(bytes.to_vec()), signed].into_iter().flatten() {
        let _: Result<_, _> = super::examine(&pinned, std::slice::from_ref(&der));
        let _: Result<_, _> = super::examine(&pinned, &[production(), der.clone()]);
        let mut roots = Roots::default();
        let _: Result<_, _> = roots.pin(&pem(&der));
        roots.learn(&der);
        roots.hint_subjects();
    }
    let text = String::from_utf8_lossy(bytes);
    let _: Result<_, _> = Roots::default().pin(&text);
    let _: Result<_, _> = forwarded::client_cert(&text);
    let _: Result<_, _> = forwarded::client_cert_chain(&text);
    let _: Result<_, _> = forwarded::escaped_pem(&text);
    let _: Result<_, _> = forwarded::callsign_of_name(&text);
}

/// Reads any bytes as an uploaded signed log, and as the text in one.
pub fn tq8(bytes: &[u8]) {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).expect("memory takes all");
    let packed = packed.finish().expect("memory takes all");
    let challenge = Challenge::from_random([0; 6]);
    let circumstances = Circumstances {
        now: NOW.parse().expect("a time"),
        built: BUILT.parse().expect("a time"),
        superseded: &|_| false,
    };
    for file in [bytes, &packed] {
        if let Ok(log) = SignedLog::read(file) {
            let _: Result<_, _> = log.prove(&challenge, &roots(&[root(), production()]), &circumstances);
        }
    }
}
