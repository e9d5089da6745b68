//! The TLS edge of the real binary: what is told before it starts, other people's clients, SIGHUP.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{Box_, Serving, skipped, text, wait_until, write};
use crate::tls::{TestAuthority, put};

/// A port that was free a moment ago.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

fn configure(shack: &Box_, tls: &str) {
    std::fs::create_dir_all(shack.data()).unwrap();
    write(&shack.data().join("shackbox.toml"), tls);
}

fn with_files(shack: &Box_, port: u16, pem: &(String, String)) {
    let (cert, key) = put(shack.dir.path(), pem);
    configure(
        shack,
        &format!("[web.tls]\nlisten = \"127.0.0.1:{port}\"\ncert = {cert:?}\nkey = {key:?}\n"),
    );
}

/// What a program of the machine says, if it is there.
fn tool(program: &str, args: &[&str]) -> Option<String> {
    let out = Command::new(program).args(args).stdin(Stdio::null()).output();
    let Ok(out) = out else {
        skipped(&format!("{program} is not there"));
        return None;
    };
    Some(text(&out.stdout) + &text(&out.stderr))
}

#[test]
fn files_that_cannot_be_used_are_told_before_the_start_and_by_it() {
    let authority = TestAuthority::new("Club CA");
    let good = authority.certify(&["localhost"], (2025, 1, 1), (2099, 1, 1));
    let other = authority.certify(&["localhost"], (2025, 1, 1), (2099, 1, 1));
    let over = authority.certify(&["localhost"], (2024, 1, 1), (2025, 1, 1));
    let mixed = (good.0.clone(), other.1);
    let no_key = (good.0.clone(), String::new());
    for (pem, words) in [
        (mixed, "does not belong to the certificate in"),
        (over, "ran out on 2025-01-01 00:00 UTC; renew it"),
        (no_key, "there is no private key in"),
    ] {
        let shack = Box_::empty();
        with_files(&shack, free_port(), &pem);
        for command in [&["config", "check"][..], &["serve", "--listen", "127.0.0.1:0"]] {
            let out = shack.run(command);
            assert_eq!(out.status.code(), Some(1), "{command:?}");
            let told = text(&out.stderr);
            let lines: Vec<&str> = told.lines().filter(|line| line.contains("web.tls.")).collect();
            assert!(
                lines.len() == 1 && lines[0].contains(words),
                "{command:?}: {told}"
            );
        }
    }
    let shack = Box_::empty();
    with_files(&shack, free_port(), &good);
    assert!(shack.run(&["config", "check"]).status.success());
    std::fs::remove_file(shack.dir.path().join("key.pem")).unwrap();
    let told = text(&shack.run(&["config", "check"]).stderr);
    assert!(
        told.contains("web.tls.key: ") && told.contains("cannot be read: No such file"),
        "{told}"
    );
}

#[test]
fn a_taken_port_of_https_is_named() {
    let shack = Box_::empty();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    configure(
        &shack,
        &format!("[web.tls]\nlisten = \"127.0.0.1:{port}\"\nself_signed = true\n"),
    );
    let out = shack.run(&["serve", "--listen", "127.0.0.1:0"]);
    let told = text(&out.stderr);
    assert!(
        told.contains(&format!("web.tls.listen: port {port} on 127.0.0.1 is taken")),
        "{told}"
    );
}

#[test]
fn curl_and_openssl_get_in() {
    let shack = Box_::with_admin();
    let port = free_port();
    let authority = TestAuthority::new("Club CA");
    let pem = authority.certify(&["localhost"], (2025, 1, 1), (2099, 1, 1));
    with_files(&shack, port, &pem);
    let serving = shack.serve();
    let root = shack.dir.path().join("root.pem");
    // The chain ends in the authority's own certificate.
    let own = pem.0.rfind("-----BEGIN").unwrap();
    write(&root, &pem.0[own..]);
    let root = root.to_str().unwrap();
    let url = format!("https://localhost:{port}/healthz");
    for more in [
        &["--tlsv1.3"][..],
        &["--tls-max", "1.2"],
        &["--http1.1"],
        &["--http2"],
    ] {
        let common = ["-sS", "-m", "20", "--cacert", root, "-w", " %{http_version}"];
        let args: Vec<&str> = common.iter().chain(more).copied().chain([url.as_str()]).collect();
        let Some(said) = tool("curl", &args) else { break };
        assert!(said.contains(r#""status":"ok""#), "{more:?}: {said}");
    }
    let plain = serving.url("/logbook?call=K6BP");
    if let Some(said) = tool(
        "curl",
        &[
            "-sS",
            "-m",
            "20",
            "-o",
            "/dev/null",
            "-w",
            "%{http_code} %{redirect_url}",
            &plain,
        ],
    ) {
        assert_eq!(said, format!("308 https://127.0.0.1:{port}/logbook?call=K6BP"));
    }
    let address = format!("localhost:{port}");
    let args = [
        "s_client",
        "-connect",
        &address,
        "-servername",
        "localhost",
        "-CAfile",
        root,
        "-verify_return_error",
    ];
    if let Some(said) = tool("openssl", &args) {
        assert!(said.contains("Verify return code: 0 (ok)"), "{said}");
        assert!(said.contains("No client certificate CA names sent"), "{said}");
    }
    assert_eq!(serving.stop(), Some(0));
}

#[test]
fn sighup_shows_the_new_certificate_and_keeps_the_old_before_a_broken_one() {
    let shack = Box_::with_admin();
    let authority = TestAuthority::new("Club CA");
    let pem = |year| authority.certify(&["localhost"], (2025, 1, 1), (year, 1, 1));
    let port = free_port();
    with_files(&shack, port, &pem(2098));
    let serving = shack.serve();
    put(shack.dir.path(), &(String::new(), String::new()));
    hang_up(
        &serving,
        "the certificate stays as it is: web.tls.cert: there is no certificate in",
    );
    put(shack.dir.path(), &pem(2099));
    hang_up(
        &serving,
        "a new certificate is shown, for localhost, until 2099-01-01",
    );
    assert_eq!(serving.stop(), Some(0));
}

fn hang_up(serving: &Serving, words: &str) {
    serving.signal("HUP");
    wait_until(words, || serving.output().contains(words));
}

#[test]
fn what_is_kept_of_tls_is_private() {
    let shack = Box_::with_admin();
    let port = free_port();
    configure(
        &shack,
        &format!("[web.tls]\nlisten = \"127.0.0.1:{port}\"\nself_signed = true\n"),
    );
    let serving = shack.serve();
    // It is ready a moment before it says where.
    let address = format!("https://127.0.0.1:{port}");
    wait_until("announced", || serving.output().contains(&address));
    assert_eq!(serving.stop(), Some(0));
    #[cfg(unix)]
    assert_eq!(mode(&shack.data().join("tls/self-signed.pem")), 0o600);
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}
