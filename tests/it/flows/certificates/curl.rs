//! What a real `curl --cert` with a key of 1024 bits is told. Passed over where there is no curl.

use std::process::Command;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use shackbox::testkit::lotw::{Digest, Key, Template};

use super::*;

/// OpenSSL's usual level refuses to load keys that short.
const OPENSSL: &str = "openssl_conf = init\n[init]\nssl_conf = ssl\n[ssl]\nsystem_default = all\n[all]\nCipherString = DEFAULT@SECLEVEL=0\n";

struct Curl {
    dir: tempfile::TempDir,
}

impl Curl {
    fn find() -> Option<Self> {
        let version = Command::new("curl").arg("--version").output().ok()?;
        let text = String::from_utf8_lossy(&version.stdout).into_owned();
        if !text.contains("OpenSSL") {
            return None;
        }
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("openssl.cnf"), OPENSSL).unwrap();
        Some(Self { dir })
    }

    /// Status and body of what curl gets with these certificates.
    fn ask(&self, station: &Station, card: &Card) -> (String, String) {
        let (cert, key) = (self.dir.path().join("cert.pem"), self.dir.path().join("key.pem"));
        std::fs::write(&cert, card.chain.iter().map(|der| pem(der)).collect::<String>()).unwrap();
        let body = BASE64_STANDARD.encode(card.key.pkcs8());
        let lines: Vec<&str> = body
            .as_bytes()
            .chunks(64)
            .map(|line| std::str::from_utf8(line).unwrap())
            .collect();
        let text = format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            lines.join("\n")
        );
        std::fs::write(&key, text).unwrap();
        let port = station.app.tls_address().port();
        let done = Command::new("curl")
            .env("OPENSSL_CONF", self.dir.path().join("openssl.cnf"))
            .args([
                "-sk",
                "-w",
                "\n%{http_code}",
                "--resolve",
                &format!("{AUTH}:{port}:127.0.0.1"),
            ])
            .arg("--cert")
            .arg(&cert)
            .arg("--key")
            .arg(&key)
            .args(["-H", &format!("Host: {AUTH}"), &format!("https://{AUTH}:{port}/")])
            .output()
            .unwrap();
        assert!(
            done.status.success(),
            "{:?} {}",
            done.status,
            String::from_utf8_lossy(&done.stderr)
        );
        let text = String::from_utf8(done.stdout).unwrap();
        let (body, status) = text.rsplit_once('\n').unwrap();
        (status.to_owned(), body.to_owned())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_is_told_the_call_or_the_reason() {
    let Some(curl) = Curl::find() else { return };
    let station = Station::start().await;
    let (status, body) = curl.ask(&station, &Card::of("N0CALL"));
    assert_eq!(status, "200", "{body}");
    assert!(body.contains("\"call\":\"N0CALL\""), "{body}");
    let with = |change: fn(&mut Template)| {
        let mut template = Template::user("N0CALL");
        change(&mut template);
        Card::made(template)
    };
    let forged = vec![Template::user("N0CALL").signed_by(Key::Forger)];
    for (card, wanted) in [
        (
            with(|t| (t.not_before, t.not_after) = ("2025-07-01".into(), "2026-11-20".into())),
            "expired",
        ),
        (with(|t| t.digest = Digest::Sha1), "sha-1"),
        (Card::chain(forged), "unknown-authority"),
        (
            with(|t| t.not_before = "2025-01-01".into()),
            "issued-before-authority",
        ),
    ] {
        let (status, body) = curl.ask(&station, &card);
        assert_eq!(status, "403", "{body}");
        assert!(
            body.contains(&format!("\"refusal\":\"{wanted}\"")),
            "{wanted}: {body}"
        );
    }
}
