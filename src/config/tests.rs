use std::path::PathBuf;

use proptest::prelude::*;

use super::nearest::{distance, nearest};
use super::schema::Key;
use super::value::{Kind, Value};
use super::*;

/// The built-in defaults with this data directory.
pub(crate) fn defaults(data_dir: &Path) -> Config {
    Config::load(&Sources {
        data_dir: Some(data_dir.to_owned()),
        ..Sources::default()
    })
    .expect("a fresh directory has no file, and the defaults are valid")
}

fn with_file(text: &str) -> (tempfile::TempDir, Sources) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("shackbox.toml"), text).unwrap();
    let sources = Sources {
        data_dir: Some(dir.path().to_owned()),
        ..Sources::default()
    };
    (dir, sources)
}

fn refusal(text: &str) -> String {
    let (dir, sources) = with_file(text);
    let error = Config::load(&sources).unwrap_err().to_string();
    error.replace(&dir.path().display().to_string(), "DIR")
}

#[test]
fn defaults_are_valid_and_local() {
    let config = defaults(&PathBuf::from("/nonexistent"));
    assert_eq!(config.web.listen.to_string(), "127.0.0.1:8073");
    assert_eq!(config.public_origin(), "http://127.0.0.1:8073");
    assert_eq!(config.limits.upload_bytes, 52_428_800);
    assert_eq!(config.backup.dir, PathBuf::from("/nonexistent/backup"));
    assert_eq!(
        Config::source_names().collect::<Vec<_>>(),
        [
            "country", "lotw", "pota", "sota", "wwff", "fcc", "ised", "traficom", "acma", "japan"
        ]
    );
    assert!(config.source("country").unwrap().url.as_str().ends_with('/'));
    assert!(config.source("nowhere").is_none());
    assert!(
        config.source("qrz").is_none(),
        "what is asked on demand has no interval"
    );
    assert!(config.verify.qrz.is_none() && config.verify.hamqth.is_none());
    assert_eq!(config.verify.resolvers.len(), 2);
    assert!(
        config
            .shown()
            .iter()
            .all(|shown| shown.source == "default" && !shown.locked)
    );
}

#[test]
fn later_layers_win_and_each_value_knows_its_source() {
    let (dir, mut sources) =
        with_file("[web]\nlisten = \"127.0.0.1:1\"\n\n[limits]\nupload_bytes = \"2 MiB\"\nin_flight = 7\n");
    sources.environment = vec![
        ("SHACKBOX_WEB__LISTEN".into(), "127.0.0.1:2".into()),
        ("HOME".into(), "/".into()),
    ];
    let config = Config::load(&sources).unwrap();
    assert_eq!(config.web.listen.port(), 2);
    assert_eq!(config.limits.upload_bytes, 2 << 20);
    assert_eq!(config.limits.in_flight, 7);
    let place = |key| {
        config
            .values
            .source(key)
            .unwrap()
            .to_string()
            .replace(&dir.path().display().to_string(), "DIR")
    };
    assert_eq!(place("web.listen"), "environment SHACKBOX_WEB__LISTEN");
    assert_eq!(place("limits.in_flight"), "file DIR/shackbox.toml:6");
    assert_eq!(place("smtp.port"), "default");

    sources.flags = vec![("web.listen".into(), "[::1]:3".into())];
    let config = Config::load(&sources).unwrap();
    assert_eq!(config.web.listen.to_string(), "[::1]:3");
    assert_eq!(config.values.source("web.listen"), Some(&Source::Flag));
}

#[test]
fn a_named_file_must_exist() {
    let sources = Sources {
        environment: vec![("SHACKBOX_CONFIG".into(), "/nowhere/x.toml".into())],
        ..Sources::default()
    };
    let error = Config::load(&sources).unwrap_err().to_string();
    assert!(
        error.starts_with("cannot read the configuration file /nowhere/x.toml"),
        "{error}"
    );
}

#[test]
fn mistakes_name_place_key_and_remedy_all_at_once() {
    insta::assert_snapshot!(
        refusal("[web]\nlissten = \"x\"\nlisten = \"here\"\n[limits]\nupload_bytes = true\nrequest_timeout = 2020-01-01\n"),
        @r#"
    file DIR/shackbox.toml:2: unknown key `web.lissten`; did you mean `web.listen`?
    file DIR/shackbox.toml:3: `web.listen` is "here", but must be an address with port such as 127.0.0.1:8073
    file DIR/shackbox.toml:5: `limits.upload_bytes` is "true", but must be a size such as 50MiB, from 1KiB to 16GiB
    file DIR/shackbox.toml:6: `limits.request_timeout` is a TOML datetime, but must be a time such as 30s, 5m, 12h or 7d, from 1s to 1h
    "#
    );
    insta::assert_snapshot!(refusal("[web\n"), @"DIR/shackbox.toml:1: not valid TOML: unclosed table, expected `]`");
}

#[test]
fn a_secret_is_neither_shown_nor_repeated() {
    let refused = refusal("admin.call = \"K6BP\"\nadmin.password_hash = \"my password\"\n");
    assert!(!refused.contains("my password"), "{refused}");
    let (_dir, sources) =
        with_file("smtp.host = \"m\"\nsmtp.from = \"a@b\"\nsmtp.user = \"u\"\nsmtp.password = \"hush\"\n");
    let config = Config::load(&sources).unwrap();
    assert_eq!(config.smtp.password.as_ref().unwrap().reveal(), "hush");
    let all = format!("{:?} {:?}", config.shown(), config);
    assert!(!all.contains("hush"));
    assert!(all.contains("********"));
}

#[test]
fn keys_that_need_each_other_are_asked_for() {
    assert_eq!(
        refusal("admin.call = \"K6BP\"\n"),
        "`admin.call` needs `admin.password_hash` as well"
    );
}

#[test]
fn what_makes_no_sense_at_the_tls_edge_is_refused_with_the_way_out() {
    let listen = "web.tls.listen = \"127.0.0.1:8443\"\n";
    let public = "web.public_url = \"https://log.example.org\"\n";
    for (text, told) in [
        (
            listen.to_owned(),
            "`web.tls.listen` needs a certificate: set `web.tls.cert` and `web.tls.key`, or `web.tls.acme = true`, or `web.tls.self_signed = true`",
        ),
        (
            "web.tls.self_signed = true\n".to_owned(),
            "`web.tls.self_signed` needs `web.tls.listen` as well",
        ),
        (
            format!("{listen}web.tls.cert = \"c\"\n"),
            "`web.tls.cert` needs `web.tls.key` as well",
        ),
        (
            format!("{listen}{public}web.tls.acme = true\nweb.tls.self_signed = true\n"),
            "`web.tls.acme` and `web.tls.self_signed` are both set; a certificate comes from one place: remove one of them",
        ),
        (
            format!("{listen}web.tls.acme = true\n"),
            "`web.tls.acme` needs a public name in `web.public_url`, such as https://log.example.org, but it is not set; set it, or use `web.tls.self_signed = true`",
        ),
        (
            format!(
                "{listen}{public}web.tls.self_signed = true\nweb.mtls.server_name = \"log.example.org\"\n"
            ),
            "`web.mtls.server_name` \"log.example.org\" is the main host's name too: browsers would ask everybody for a certificate",
        ),
        (
            format!("{listen}{public}web.tls.self_signed = true\nweb.acme.eab_key_id = \"1\"\n"),
            "`web.acme.eab_key_id` needs `web.acme.eab_hmac_key` as well",
        ),
        (
            "web.mtls.server_name = \"auth.example.org\"\n".to_owned(),
            "`web.mtls.server_name` \"auth.example.org\" needs a port: set web.tls.listen to share it, or web.mtls.listen for one of its own",
        ),
        (
            format!(
                "{listen}{public}web.tls.self_signed = true\nweb.mtls.server_name = \"auth.example.com\"\n"
            ),
            "`web.mtls.server_name` is of another domain than log.example.org in web.public_url, so browsers would not bring back who began to sign in; take a name such as auth.log.example.org",
        ),
        (
            format!("{listen}web.tls.self_signed = true\nweb.mtls.server_name = \"auth.example.org\"\n"),
            "`web.mtls.server_name` needs web.public_url, so that the two names can be of one domain",
        ),
        (
            "web.mtls.listen = \"127.0.0.1:1\"\nweb.tls.self_signed = true\n".to_owned(),
            "`web.mtls.listen` needs the main host to be reached by HTTPS: set web.tls.listen, or a web.public_url that starts with https://",
        ),
        (
            format!(
                "{listen}{public}web.tls.self_signed = true\nweb.mtls.server_name = \"auth.log.example.org\"\n\
                 web.mtls.public_url = \"https://auth.other.net\"\n"
            ),
            "`web.mtls.public_url` is of another domain than log.example.org in web.public_url, so browsers would not bring back who began to sign in; take a name such as auth.log.example.org",
        ),
        (
            format!(
                "{public}web.mtls.server_name = \"auth.log.example.org\"\nweb.mtls.forwarded = \"nginx\"\n"
            ),
            "`web.mtls.forwarded` needs `web.trusted_proxies` as well",
        ),
        (
            format!("{listen}web.tls.self_signed = true\nweb.tls.proxy_protocol = true\n"),
            "`web.tls.proxy_protocol` needs `web.trusted_proxies` as well",
        ),
        (
            "web.trusted_proxies = [\"127.0.0.1\"]\nweb.tls.proxy_protocol = true\n".to_owned(),
            "`web.tls.proxy_protocol` needs `web.tls.listen` as well",
        ),
        (
            "cluster.proxy_protocol = true\n".to_owned(),
            "`cluster.proxy_protocol` needs `web.trusted_proxies` as well",
        ),
    ] {
        assert_eq!(refusal(&text), told, "{text}");
    }
    for url in [
        "http://log.example.org",
        "https://192.0.2.7",
        "https://shack.local",
        "https://shack",
        "https://localhost:8443",
    ] {
        let told = refusal(&format!(
            "{listen}web.public_url = \"{url}\"\nweb.tls.acme = true\n"
        ));
        assert!(
            told.starts_with("`web.tls.acme` needs a public name"),
            "{url}: {told}"
        );
    }
}

#[test]
fn a_cluster_node_has_a_call() {
    let told = refusal("cluster.call = \"my node\"\n");
    assert!(
        told.ends_with("`cluster.call` is \"my node\", but must be a callsign such as K1ABC-2"),
        "{told}"
    );
}

#[test]
fn the_tls_edge_is_read() {
    let (_dir, sources) = with_file(
        "web.public_url = \"https://log.example.org\"\n[web.tls]\nlisten = \"0.0.0.0:443\"\nacme = true\nhsts = 0\n\
         [web.acme]\ncontact = \"k6bp@example.org\"\nchallenge = \"http-01\"\neab_key_id = \"7\"\neab_hmac_key = \"hush\"\n\
         [web.mtls]\nlisten = \"off\"\nserver_name = \"Auth.log.example.org.\"\n",
    );
    let config = Config::load(&sources).unwrap();
    let Some(CertificateSource::Acme(acme)) = &config.web.tls.source else {
        panic!("{:?}", config.web.tls.source);
    };
    assert_eq!(
        acme.directory.as_str(),
        "https://acme-v02.api.letsencrypt.org/directory"
    );
    assert_eq!(acme.challenge, Proof::Http);
    assert_eq!(acme.binding.as_ref().unwrap().id, "7");
    assert!(!format!("{config:?}").contains("hush"));
    let hsts = config.web.tls.hsts;
    assert!(hsts.asked && hsts.max_age.is_zero() && config.web.tls.redirect);
    assert_eq!(config.web.mtls.listen, None);
    assert_eq!(
        config.web.mtls.server_name.as_deref(),
        Some("auth.log.example.org")
    );
    assert!(defaults(&PathBuf::from("/nonexistent")).web.tls.source.is_none());
}

#[test]
fn one_underscore_too_few_is_a_mistake() {
    let environment = vec![
        ("SHACKBOX_WEB_LISTEN".into(), "127.0.0.1:2".into()),
        ("SHACKBOX_OTHER".into(), "1".into()),
    ];
    let sources = Sources {
        data_dir: Some("/nonexistent".into()),
        environment,
        ..Sources::default()
    };
    assert_eq!(
        Config::load(&sources).unwrap_err().to_string(),
        "environment SHACKBOX_WEB_LISTEN: unknown key `SHACKBOX_WEB_LISTEN`; did you mean `SHACKBOX_WEB__LISTEN`?"
    );
}

#[test]
fn emptying_a_number_is_a_mistake_but_a_text_becomes_unset() {
    assert!(refusal("smtp.port = \"\"\n").contains("`smtp.port` is \"\""));
    let (_dir, sources) = with_file("web.public_url = \"\"\nclub.name = \"\"\n");
    assert!(Config::load(&sources).unwrap().web.public_url.is_none());
}

#[test]
fn networks_come_as_list_or_text() {
    for text in [
        "web.trusted_proxies = [\"127.0.0.1\", \"10.0.0.0/8\"]",
        "web.trusted_proxies = \"127.0.0.1, 10.0.0.0/8\"",
    ] {
        let (_dir, sources) = with_file(text);
        let config = Config::load(&sources).unwrap();
        assert_eq!(
            config.web.trusted_proxies,
            [
                "127.0.0.1/32".parse().unwrap(),
                "10.0.0.0/8".parse::<ipnet::IpNet>().unwrap()
            ]
        );
    }
}

#[test]
fn sizes_and_times_are_read() {
    let size = Kind::Size {
        least: 0,
        most: u64::MAX,
    };
    for (text, bytes) in [
        ("50MiB", 50 << 20),
        ("1 kb", 1_000),
        ("1_000", 1_000),
        ("3GiB", 3 << 30),
        ("12b", 12),
    ] {
        assert_eq!(size.read(text), Some(Value::Size(bytes)), "{text}");
    }
    for text in ["-1", "1.5MiB", "MiB", "99999999999GiB", "10 furlongs"] {
        assert_eq!(size.read(text), None, "{text}");
    }
    let time = Kind::Duration {
        least: 0,
        most: u64::MAX,
    };
    for (text, seconds) in [
        ("30s", 30),
        ("5m", 300),
        ("12h", 43_200),
        ("7d", 604_800),
        ("45", 45),
    ] {
        assert_eq!(
            time.read(text),
            Some(Value::Duration(Duration::from_secs(seconds))),
            "{text}"
        );
    }
}

#[test]
fn the_documentation_has_a_row_for_every_key() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md");
    let text = std::fs::read_to_string(path).unwrap();
    let row = |key: &Key| {
        let default = if key.default.is_empty() {
            String::new()
        } else {
            format!("`{}`", key.default)
        };
        format!(
            "| `{}` | {default} | {} Takes {}. |",
            key.name,
            key.help,
            key.expects()
        )
    };
    let rows: Vec<String> = KEYS.iter().map(row).collect();
    let missing: Vec<&str> = rows
        .iter()
        .map(String::as_str)
        .filter(|row| !text.contains(row))
        .collect();
    assert!(
        missing.is_empty(),
        "docs/configuration.md lacks:\n{}",
        missing.join("\n")
    );
}

#[test]
fn nearest_key_is_named_only_when_near() {
    let known = ["web.listen", "smtp.host", "limits.in_flight"];
    assert_eq!(nearest("web.lsiten", known), Some("web.listen"));
    assert_eq!(nearest("mail.host", known), Some("smtp.host"));
    assert_eq!(nearest("completely.other", known), None);
    assert_eq!(distance("ab", "ba"), 1);
}

proptest! {
    #[test]
    fn shown_values_read_back_the_same(bytes in 0u64.., seconds in 1u64..1 << 40) {
        let size = Kind::Size { least: 0, most: u64::MAX };
        let value = size.read(&bytes.to_string()).unwrap();
        prop_assert_eq!(size.read(&value.to_string()), Some(value));
        let time = Kind::Duration { least: 0, most: u64::MAX };
        let value = time.read(&seconds.to_string()).unwrap();
        prop_assert_eq!(time.read(&value.to_string()), Some(value));
    }

    #[test]
    fn no_file_makes_it_panic(text in "[a-z.=\\[\\]\"\n0-9 -]{0,80}") {
        let (_dir, sources) = with_file(&text);
        let _ = Config::load(&sources);
    }
}
