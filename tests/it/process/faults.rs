//! What goes wrong around the program gets one clear line and the right exit code.

use super::{ADMIN, Box_, http, text, write};

fn one_clear_line(stderr: &[u8], needles: &[&str]) {
    let said = text(stderr);
    for needle in needles {
        assert!(said.contains(needle), "{needle:?} missing in: {said}");
    }
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn an_unknown_configuration_key_names_the_nearest_and_its_line() {
    let shack = Box_::empty();
    let file = shack.dir.path().join("my.toml");
    write(&file, "[web]\nlisten = \"127.0.0.1:0\"\nlissten = \"x\"\n");
    let out = shack.run(&["config", "check", "--config", file.to_str().unwrap()]);
    assert_eq!(out.status.code(), Some(1));
    one_clear_line(&out.stderr, &["web.lissten", "web.listen", "my.toml:3"]);
}

#[test]
fn a_taken_port_is_named_with_what_to_do() {
    let shack = Box_::with_admin();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let out = shack.run(&["serve", "--listen", &address.to_string()]);
    assert_eq!(out.status.code(), Some(1));
    one_clear_line(&out.stderr, &[&format!("port {}", address.port()), "web.listen"]);
}

#[test]
fn a_data_directory_belongs_to_one_process() {
    let shack = Box_::with_admin();
    let serving = shack.serve();
    let out = shack.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(out.status.code(), Some(1));
    one_clear_line(&out.stderr, &[&serving.id().to_string()]);
    assert_eq!(serving.stop(), Some(0));
}

#[test]
fn config_show_names_each_source_and_masks_secrets() {
    let shack = Box_::empty();
    let mut command = shack.command(&["config", "show"]);
    command
        .env("SHACKBOX_SMTP__PASSWORD", "hunter2secret")
        .env("SHACKBOX_WEB__LISTEN", "127.0.0.1:8099");
    let out = command.output().unwrap();
    let shown = text(&out.stdout);
    assert!(
        shown.contains("SHACKBOX_WEB__LISTEN") && shown.contains("127.0.0.1:8099"),
        "{shown}"
    );
    assert!(!shown.contains("hunter2secret"), "{shown}");
}

#[tokio::test]
async fn an_upload_beyond_the_limit_is_refused_and_leaves_nothing() {
    let shack = Box_::with_admin();
    let key = shack.key();
    let serving = shack.serve();
    let reply = http()
        .post(serving.url(&format!("/api/v1/logbook/adif?callsign={ADMIN}")))
        .bearer_auth(&key)
        .body(vec![b' '; 51 * 1024 * 1024])
        .send()
        .await;
    // The server may close before it has read all: both ways the client learns of it.
    if let Ok(reply) = reply {
        assert_eq!(reply.status(), 413);
        assert_eq!(reply.headers()["content-type"], "application/problem+json");
    }
    let spool = shack.data().join("spool");
    let left = std::fs::read_dir(&spool).map_or(0, Iterator::count);
    assert_eq!(left, 0, "nothing stays in the spool");
    assert_eq!(serving.stop(), Some(0));
}
