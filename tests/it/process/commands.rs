//! The command line: every command answers `--help`, results stand on stdout, words on stderr.

use super::{ADMIN, Box_, PASSWORD, text, write};

const COMMANDS: &[&[&str]] = &[
    &[],
    &["serve"],
    &["user"],
    &["user", "add"],
    &["user", "list"],
    &["user", "passwd"],
    &["user", "disable"],
    &["apikey"],
    &["apikey", "create"],
    &["adif"],
    &["adif", "check"],
    &["adif", "import"],
    &["adif", "export"],
    &["hash-password"],
    &["backup"],
    &["restore"],
    &["check"],
    &["health"],
    &["lotw"],
    &["lotw", "roots"],
    &["lotw", "trust"],
    &["config"],
    &["config", "show"],
    &["config", "check"],
];

const LOG: &str = "made by hand <ADIF_VER:5>3.1.4 <EOH>\n\
    <CALL:6>JA1XYZ <QSO_DATE:8>20240102 <TIME_ON:4>0304 <BAND:3>20m <MODE:2>CW <APP_TEST_WORD:5>hello <EOR>\n\
    <CALL:5>DL1AB <QSO_DATE:8>20240102 <TIME_ON:4>0310 <BAND:3>20m <MODE:3>FT8 <NAME:4>Otto <EOR>\n\
    <CALL:5>DL2AB <QSO_DATE:8>20241302 <TIME_ON:4>0310 <BAND:3>20m <MODE:3>FT8 <EOR>\n";

#[test]
fn every_command_has_help() {
    let shack = Box_::empty();
    for command in COMMANDS {
        let mut args = command.to_vec();
        args.push("--help");
        let out = shack.run(&args);
        assert_eq!(out.status.code(), Some(0), "{command:?}");
        assert!(text(&out.stdout).contains("Usage:"), "{command:?}");
    }
}

#[test]
fn wrong_usage_exits_with_two() {
    let shack = Box_::empty();
    assert_eq!(shack.run(&["no-such-command"]).status.code(), Some(2));
    assert_eq!(
        shack
            .run(&["apikey", "create", ADMIN, "--scope", "no.such"])
            .status
            .code(),
        Some(2)
    );
}

#[test]
fn licence_events_are_applied_on_a_stopped_data_directory_and_on_a_running_server() {
    let shack = Box_::with_admin();
    let added = shack.run(&["user", "add", "W6OLD", "--verified"]);
    assert!(added.status.success(), "{}", text(&added.stderr));
    let file = shack.dir.path().join("events.json");
    let apply = |from: &str, to: &str| {
        let licensee = r#"{"id": "0011111111"}"#;
        let events = format!(
            r#"[{{"event": "call_changed", "from": "{from}", "to": "{to}", "licensee": {licensee}}}]"#
        );
        write(&file, &events);
        let out = shack.run(&["licence", "apply", file.to_str().unwrap(), "--json"]);
        assert!(out.status.success(), "{}", text(&out.stderr));
        let told: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
        assert_eq!(told["outcomes"][0]["effect"], "renamed", "{told}");
    };
    apply("W6OLD", "K6NEW");
    let serving = shack.serve();
    apply("K6NEW", "K6NXT");
    drop(serving);
    write(&file, r#"[{"event": "granted"}]"#);
    let wrong = shack.run(&["licence", "apply", file.to_str().unwrap()]);
    assert!(!wrong.status.success());
    assert!(
        text(&wrong.stderr).contains("missing field"),
        "{}",
        text(&wrong.stderr)
    );
}

#[test]
fn a_log_goes_in_and_comes_out_on_a_stopped_data_directory() {
    let shack = Box_::with_admin();
    let file = shack.dir.path().join("log.adi");
    write(&file, LOG);
    let name = file.to_str().unwrap();

    let check = shack.run(&["adif", "check", name, "--json"]);
    let report: serde_json::Value = serde_json::from_slice(&check.stdout).unwrap();
    assert_eq!(report["accepted"], 2, "{report}");
    assert_eq!(report["rejected"], 1, "{report}");

    let import = shack.run(&["adif", "import", name, "--callsign", ADMIN, "--json"]);
    assert!(import.status.success(), "{}", text(&import.stderr));
    let result: serde_json::Value = serde_json::from_slice(&import.stdout).unwrap();
    assert_eq!(
        (&result["added"], &result["rejected"]),
        (&2.into(), &1.into()),
        "{result}"
    );

    let again = shack.run(&["adif", "import", name, "--callsign", ADMIN, "--json"]);
    let result: serde_json::Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(
        (&result["added"], &result["duplicates"]),
        (&0.into(), &2.into()),
        "{result}"
    );

    let export = text(&shack.run(&["adif", "export", "--callsign", ADMIN]).stdout);
    assert!(export.contains("<APP_TEST_WORD:5>hello"), "{export}");
    assert!(export.contains("<NAME:4>Otto"), "{export}");
}

#[test]
fn commands_reach_a_running_server_through_its_socket() {
    let shack = Box_::with_admin();
    let serving = shack.serve();
    let out = shack.run_with_input(&["user", "add", "W1AW", "--password-stdin"], PASSWORD);
    assert!(out.status.success(), "{}", text(&out.stderr));
    assert!(text(&shack.run(&["user", "list"]).stdout).contains("W1AW"));
    assert!(shack.run(&["health"]).status.success());
    let file = shack.dir.path().join("log.adi");
    write(&file, LOG);
    let import = shack.run(&[
        "adif",
        "import",
        file.to_str().unwrap(),
        "--callsign",
        ADMIN,
        "--json",
    ]);
    assert!(import.status.success(), "{}", text(&import.stderr));
    assert!(text(&shack.run(&["adif", "export", "--callsign", ADMIN]).stdout).contains("JA1XYZ"));
    assert_eq!(serving.stop(), Some(0));
    assert!(!shack.run(&["health"]).status.success(), "nobody there");
}

#[test]
fn a_backup_made_while_serving_restores_elsewhere() {
    let shack = Box_::with_admin();
    let file = shack.dir.path().join("log.adi");
    write(&file, LOG);
    assert!(
        shack
            .run(&["adif", "import", file.to_str().unwrap(), "--callsign", ADMIN])
            .status
            .success()
    );
    let serving = shack.serve();
    let backup = shack.dir.path().join("box.backup");
    let out = shack.run(&["backup", backup.to_str().unwrap()]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    assert_eq!(serving.stop(), Some(0));

    let other = Box_::empty();
    let out = other.run(&["restore", backup.to_str().unwrap()]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    assert!(text(&other.run(&["adif", "export", "--callsign", ADMIN]).stdout).contains("JA1XYZ"));
    assert!(other.run(&["check"]).status.success());
    let twice = other.run(&["restore", backup.to_str().unwrap()]);
    assert_eq!(twice.status.code(), Some(1), "a directory with data is refused");

    let mut bytes = std::fs::read(&backup).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x20;
    std::fs::write(&backup, bytes).unwrap();
    let third = Box_::empty();
    let damaged = third.run(&["restore", backup.to_str().unwrap()]);
    assert_eq!(damaged.status.code(), Some(1), "a damaged file is refused");
    assert!(
        !third.data().join("store.redb").exists(),
        "and leaves nothing behind"
    );
}

#[test]
fn refusals_before_any_page_are_pages_for_people_and_problems_for_programs() {
    let shack = Box_::with_admin();
    let serving = shack.serve();
    let ask = |path: &str, host: &str, accept: &str| {
        serving.send(&format!(
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: {accept}\r\nConnection: close\r\n\r\n"
        ))
    };
    for (path, host, status) in [("/", "evil.example", "421"), ("/nowhere", "localhost", "404")] {
        let page = ask(path, host, "text/html");
        assert!(page.starts_with(&format!("HTTP/1.1 {status}")), "{page}");
        assert!(page.contains("<!doctype html>"), "{page}");
        assert!(page.contains("content-security-policy"), "{page}");
        let problem = ask(path, host, "application/json");
        assert!(problem.contains("application/problem+json"), "{problem}");
    }
    let stale = "csrf=stale&do=account";
    let reply = serving.send(&format!(
        "POST /login HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\nAccept: text/html\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{stale}",
        stale.len()
    ));
    assert!(
        reply.starts_with("HTTP/1.1 403") && reply.contains("<!doctype html>"),
        "{reply}"
    );
    assert_eq!(serving.stop(), Some(0));
}

#[test]
fn what_serve_would_refuse_config_check_refuses() {
    let shack = Box_::empty();
    for (key, value) in [
        ("SHACKBOX_LOG__LEVEL", "shackbox=louder"),
        ("SHACKBOX_ADMIN__PASSWORD_HASH", "$argon2id$v=19$half"),
        ("SHACKBOX_SMTP__FROM", "nobody at all"),
    ] {
        let check = |command: &[&str]| {
            shack
                .command(command)
                .env("SHACKBOX_ADMIN__CALL", ADMIN)
                .env("SHACKBOX_SMTP__HOST", "mail.example.org")
                .env(key, value)
                .stdin(std::process::Stdio::null())
                .output()
                .unwrap()
        };
        let refused = check(&["config", "check"]);
        assert_eq!(refused.status.code(), Some(1), "{key}");
        let served = check(&["serve", "--listen", "127.0.0.1:0"]);
        assert_eq!(served.status.code(), Some(1), "{key}");
        let words = |bytes: &[u8]| text(bytes).lines().next().unwrap_or_default().to_owned();
        assert_eq!(words(&refused.stderr), words(&served.stderr), "{key}");
    }
    let fine = shack.run(&["config", "check"]);
    assert!(fine.status.success(), "{}", text(&fine.stderr));
}

/// A command's JSON.
fn json_of(shack: &Box_, args: &[&str]) -> serde_json::Value {
    let out = shack.run(args);
    assert!(out.status.success(), "{args:?}: {}", text(&out.stderr));
    serde_json::from_slice(&out.stdout)
        .unwrap_or_else(|error| panic!("{args:?}: {error}: {}", text(&out.stdout)))
}

/// The names that a JSON object has, in their order.
fn names(value: &serde_json::Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn commands_say_the_same_with_and_without_a_server() {
    let shack = Box_::with_admin();
    let file = shack.dir.path().join("log.adi");
    write(&file, LOG);
    let log = file.to_str().unwrap();
    let round = |shack: &Box_, tag: &str| {
        let added = shack.run_with_input(
            &["user", "add", &format!("W{tag}AW"), "--password-stdin", "--json"],
            PASSWORD,
        );
        assert!(added.status.success(), "{}", text(&added.stderr));
        let account: serde_json::Value = serde_json::from_slice(&added.stdout).unwrap();
        let key = json_of(shack, &["apikey", "create", ADMIN, "--scope", "full", "--json"]);
        let import = json_of(shack, &["adif", "import", log, "--callsign", ADMIN, "--json"]);
        let check = json_of(shack, &["check", "--json"]);
        let backup = shack.dir.path().join(format!("{tag}.backup"));
        let backup = json_of(shack, &["backup", backup.to_str().unwrap(), "--json"]);
        let users = json_of(shack, &["user", "list", "--json"]);
        assert_eq!(check["findings"], serde_json::json!([]));
        [&account, &key, &import, &check, &backup, &users[0]].map(|value| format!("{:?}", names(value)))
    };
    let stopped = round(&shack, "1");
    let export = text(&shack.run(&["adif", "export", "--callsign", ADMIN]).stdout);
    let serving = shack.serve();
    let running = round(&shack, "2");
    assert_eq!(stopped, running);
    let live = text(&shack.run(&["adif", "export", "--callsign", ADMIN]).stdout);
    let body = |adif: &str| adif.split("<EOH>").nth(1).map(str::to_owned);
    assert!(body(&export).is_some());
    assert_eq!(body(&export), body(&live));
    let health = json_of(&shack, &["health", "--json"]);
    assert_eq!(health["ready"], true, "{health}");
    let compact = shack.run(&["check", "--compact"]);
    assert_eq!(compact.status.code(), Some(1), "not while serving");
    assert_eq!(serving.stop(), Some(0));
    let compact = shack.run(&["check", "--compact"]);
    assert!(compact.status.success(), "{}", text(&compact.stderr));
    let config = json_of(&shack, &["config", "show", "--json"]);
    assert!(config.to_string().contains("web.listen"), "{config}");
}

#[test]
fn what_is_not_there_is_a_failure_with_one_line() {
    let shack = Box_::with_admin();
    for args in [
        &["user", "passwd", "W9XYZ", "--password-stdin"][..],
        &["user", "disable", "W9XYZ"],
        &["apikey", "create", "W9XYZ", "--scope", "full"],
        &["adif", "export", "--callsign", "W9XYZ"],
        &["adif", "check", "no-such-file.adi"],
        &["restore", "no-such-file"],
        &["user", "add", ADMIN, "--password-stdin"],
    ] {
        let out = shack.run_with_input(args, PASSWORD);
        assert_eq!(out.status.code(), Some(1), "{args:?}");
        let said = text(&out.stderr);
        let errors = said.lines().filter(|line| line.starts_with("error:")).count();
        assert_eq!(errors, 1, "{args:?}: {said}");
        assert!(out.stdout.is_empty(), "{args:?}: results only on stdout");
    }
}

#[test]
fn a_disabled_account_is_shut_out_at_once_and_let_in_again() {
    let shack = Box_::with_admin();
    let out = shack.run_with_input(&["user", "add", "W1AW", "--password-stdin"], PASSWORD);
    assert!(out.status.success());
    let key = shack.run(&["apikey", "create", "W1AW", "--scope", "full"]);
    let key = text(&key.stdout).trim().to_owned();
    let serving = shack.serve();
    let status = || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let request = super::http().get(serving.url("/api/v1/logbook/qsos"));
            request.bearer_auth(&key).send().await.unwrap().status().as_u16()
        })
    };
    assert_eq!(status(), 200);
    assert!(shack.run(&["user", "disable", "W1AW"]).status.success());
    assert_eq!(status(), 401);
    assert!(shack.run(&["user", "disable", "W1AW", "--undo"]).status.success());
    assert_eq!(status(), 200);
    let out = shack.run_with_input(
        &["user", "passwd", "W1AW", "--password-stdin"],
        "another long pass phrase",
    );
    assert!(out.status.success(), "{}", text(&out.stderr));
    assert_eq!(serving.stop(), Some(0));
}

#[test]
fn a_password_s_hash_makes_an_administrator_by_configuration() {
    let shack = Box_::empty();
    let out = shack.run_with_input(&["hash-password"], PASSWORD);
    assert!(out.status.success(), "{}", text(&out.stderr));
    let hash = text(&out.stdout).trim().to_owned();
    assert!(hash.starts_with("$pbkdf2-sha512$"), "{hash}");
    let mut command = shack.command(&["user", "list", "--json"]);
    command
        .env("SHACKBOX_ADMIN__CALL", ADMIN)
        .env("SHACKBOX_ADMIN__PASSWORD_HASH", &hash);
    let out = command.output().unwrap();
    assert!(out.status.success(), "{}", text(&out.stderr));
    let users: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(
        (&users[0]["call"], &users[0]["role"]),
        (&ADMIN.into(), &"administrator".into())
    );
}

#[test]
fn authorities_are_looked_at_before_they_are_trusted() {
    use shackbox::testkit::lotw::{Key, Template, pem, production, root};
    let shack = Box_::empty();
    let chain = shack.dir.path().join("chain.pem");
    let name = chain.to_str().unwrap();
    let user = Template::user("N0CALL").signed_by(Key::Production);
    write(
        &chain,
        &[user, production(), root()].map(|der| pem(&der)).concat(),
    );
    let none = shack.run(&["lotw", "roots", "--json"]);
    assert_eq!(
        serde_json::from_slice::<serde_json::Value>(&none.stdout).unwrap(),
        serde_json::json!([])
    );

    let seen = shack.run(&["lotw", "roots", name, "--json"]);
    let lines: serde_json::Value = serde_json::from_slice(&seen.stdout).unwrap();
    assert_eq!(
        (lines[0]["root"].as_bool(), lines[1]["root"].as_bool()),
        (Some(false), Some(true)),
        "{lines}"
    );
    assert_eq!(lines[1]["not_after"], "2033-06-25");
    assert!(
        text(&seen.stderr).contains("not an authority's certificate"),
        "{}",
        text(&seen.stderr)
    );

    let trusted = shack.run(&["lotw", "trust", name]);
    assert!(trusted.status.success(), "{}", text(&trusted.stderr));
    assert!(text(&trusted.stdout).contains(lines[1]["sha256"].as_str().unwrap()));
    let now = shack.run(&["lotw", "roots"]);
    assert!(
        text(&now.stdout).contains("2023-06-28 to 2033-06-25"),
        "{}",
        text(&now.stdout)
    );

    write(&chain, "no certificate");
    let refused = shack.run(&["lotw", "trust", name]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        text(&refused.stderr).contains("openssl pkcs12"),
        "{}",
        text(&refused.stderr)
    );
}
