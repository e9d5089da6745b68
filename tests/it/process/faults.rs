//! What goes wrong around the program gets one clear line and the right exit code.

use super::{ADMIN, Box_, http, text, wait_until, write};

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

#[test]
fn a_configuration_file_that_does_not_read_is_said_with_its_place() {
    let shack = Box_::empty();
    let file = shack.dir.path().join("my.toml");
    let name = file.to_str().unwrap();
    for (content, needles) in [
        ("[web\nlisten = 1\n", &["my.toml"][..]),
        (
            "[web]\nlisten = \"nowhere\"\n",
            &["web.listen", "nowhere", "my.toml:2"],
        ),
        (
            "[limits]\nupload_bytes = \"many\"\n",
            &["limits.upload_bytes", "many"],
        ),
        ("[admin]\npassword_hash = \"plain\"\n", &["admin.password_hash"]),
    ] {
        write(&file, content);
        for command in [&["config", "check"][..], &["serve"], &["user", "list"]] {
            let mut args = command.to_vec();
            args.extend(["--config", name]);
            let out = shack.run(&args);
            assert_eq!(out.status.code(), Some(1), "{command:?} {content:?}");
            one_clear_line(&out.stderr, needles);
            assert!(!text(&out.stderr).contains("plain"), "{}", text(&out.stderr));
        }
    }
    let out = shack.run(&["config", "check", "--config", "no-such-file.toml"]);
    assert_eq!(out.status.code(), Some(1));
    one_clear_line(&out.stderr, &["no-such-file.toml"]);
}

/// Makes the records look as if a later program had written them.
fn of_a_later_program(file: &std::path::Path) {
    use redb::ReadableTable as _;

    const MARK: redb::TableDefinition<'_, &[u8], &[u8]> = redb::TableDefinition::new("store.schema");
    let database = redb::Database::open(file).unwrap();
    let write = database.begin_write().unwrap();
    {
        let mut table = write.open_table(MARK).unwrap();
        let mut value = table.get(&b""[..]).unwrap().unwrap().value().to_vec();
        let at = value.windows(6).position(|part| part == b"number").unwrap() + 6;
        value[at] = 99;
        table.insert(&b""[..], value.as_slice()).unwrap();
    }
    write.commit().unwrap();
}

#[test]
fn records_of_a_later_program_are_left_alone() {
    let shack = Box_::with_admin();
    let file = shack.data().join("store.redb");
    of_a_later_program(&file);
    let before = std::fs::read(&file).unwrap();
    for command in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["user", "list"],
        &["check"],
    ] {
        let out = shack.run(command);
        assert_eq!(out.status.code(), Some(1), "{command:?}");
        one_clear_line(&out.stderr, &["99", env!("CARGO_PKG_VERSION")]);
    }
    assert!(before == std::fs::read(&file).unwrap(), "byte for byte");
}

#[test]
fn a_damaged_file_is_said() {
    let shack = Box_::with_admin();
    let file = shack.data().join("store.redb");
    std::fs::write(&file, b"this is no database").unwrap();
    for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["check"]] {
        let out = shack.run(command);
        assert_eq!(out.status.code(), Some(1), "{command:?}");
        one_clear_line(&out.stderr, &["store.redb"]);
    }
}

#[test]
fn sighup_takes_over_what_can_change_and_says_what_cannot() {
    let shack = Box_::with_admin();
    let file = shack.data().join("shackbox.toml");
    write(&file, "[log]\nlevel = \"info\"\n");
    let serving = shack.serve();
    write(&file, "[log]\nlevel = \"debug\"\n");
    serving.signal("HUP");
    wait_until("the level changes", || {
        serving.output().contains("log level debug")
    });
    write(&file, "[log]\nlevel = \"debug\"\n[limits]\nconnections = 100\n");
    serving.signal("HUP");
    wait_until("a restart is asked for", || {
        serving
            .output()
            .contains("a restart is needed for limits.connections")
    });
    write(&file, "[log]\nlevle = \"debug\"\n");
    serving.signal("HUP");
    wait_until("the mistake is said", || serving.output().contains("log.levle"));
    write(&file, "");
    assert!(shack.run(&["health"]).status.success(), "it goes on");
    assert_eq!(serving.stop(), Some(0));
}
