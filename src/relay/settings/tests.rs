use std::fs;

use serde_json::{Map, Value, json};

use super::*;
use crate::config::Sources;

fn config(flags: &[(&str, &str)]) -> Config {
    let sources = Sources {
        data_dir: Some("/nonexistent".into()),
        flags: flags
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect(),
        ..Sources::default()
    };
    Config::load(&sources).unwrap()
}

fn changes(value: Value) -> Map<String, Value> {
    serde_json::from_value(value).unwrap()
}

fn saved(value: Value) -> Saved {
    let mut saved = Saved::default();
    saved.merge(&changes(value)).unwrap();
    saved
}

#[test]
fn what_was_saved_counts_where_the_configuration_says_nothing() {
    let saved = saved(json!({
        "way": "serial", "serial": "/dev/ttyUSB0", "model": "IC-7300", "civ_address": "94h",
        "server": "https://shack.example.org/", "key": "abc", "limits": "warn", "region": 2, "licence": "us_general",
        "programs": [], "serve": "127.0.0.1:4600",
    }));
    let settings = Settings::effective(&config(&[]), &saved);
    let BackendSettings::Serial(serial) = settings.backend().unwrap() else {
        panic!("serial was chosen");
    };
    assert_eq!((serial.model.number, serial.civ_address), (3_073, Some(0x94)));
    assert_eq!(settings.limits().class, LicenceClass::UsGeneral);
    assert_eq!(settings.limits().rule, LimitRule::Warn);
    assert!(settings.programs.is_empty());
    let shown = settings.shown();
    assert_eq!(shown["key"].value, json!(true));
    assert_eq!(shown["server"].value, json!("https://shack.example.org"));
    assert_eq!(
        (shown["way"].source.as_str(), shown["name"].source.as_str()),
        ("page", "default")
    );
}

#[test]
fn what_the_configuration_gives_is_locked() {
    let saved =
        saved(json!({ "way": "serial", "serial": "/dev/ttyUSB0", "model": 1020, "name": "portable" }));
    let config = config(&[("relay.rigctld", "127.0.0.1:4599"), ("relay.name", "main")]);
    let settings = Settings::effective(&config, &saved);
    let BackendSettings::Rigctld(address) = settings.backend().unwrap() else {
        panic!("rigctld is named by a flag");
    };
    assert_eq!(
        (address.as_str(), settings.name.as_str()),
        ("127.0.0.1:4599", "main")
    );
    assert_eq!(settings.locked("way"), Some("flag"));
    assert_eq!(settings.locked("serial"), None);
    assert!(settings.shown()["rigctld"].locked);
}

#[test]
fn what_is_taken_back_is_as_the_configuration_has_it() {
    let config = config(&[("relay.name", "main")]);
    let first = Settings::effective(
        &config,
        &saved(json!({ "rigctld": "127.0.0.1:4599", "name": "portable" })),
    );
    let second = first.renewed(&saved(json!({ "transmit": true })));
    assert_eq!(
        (second.rigctld.as_str(), second.name.as_str()),
        ("127.0.0.1:4532", "main")
    );
    assert!(second.transmit && second.shown()["name"].locked);
}

#[test]
fn a_serial_port_needs_a_radio() {
    let of = |value| {
        Settings::effective(&config(&[]), &saved(value))
            .backend()
            .unwrap_err()
    };
    assert_eq!(of(json!({ "way": "serial" })), SettingsError::NoPort);
    let error = of(json!({ "way": "serial", "serial": "/dev/ttyUSB0" }));
    assert_eq!(
        (error.field(), error),
        ("model", SettingsError::NoModel("/dev/ttyUSB0".to_owned()))
    );
}

#[test]
fn what_cannot_be_is_told_field_by_field_and_nothing_is_kept_of_it() {
    let mut all = Saved::default();
    let wrong = all
        .merge(&changes(json!({
            "rigctld": "14.074 MHz", "serial": "ttyUSB0\nT 1", "model": "Toaster 3000", "baud": 12,
            "civ_address": "E0", "server": "ftp://x", "key": "two words", "logbook": "!", "programs": ["nowhere"],
            "serve": "0.0.0.0:4532", "region": 4, "licence": "pirate", "limits": "none", "name": "a/b",
            "transmit": "yes", "colour": "green", "rotctld": "127.0.0.1:0",
        })))
        .unwrap_err();
    assert_eq!(wrong.len(), 17, "{wrong:?}");
    assert!(wrong.iter().all(|unfit| !unfit.words.is_empty()));
}

#[test]
fn addresses_may_lack_their_port_and_null_takes_a_value_back() {
    let mut one = saved(json!({ "rigctld": "shack-pi", "programs": ["2237", "239.255.0.1:2237", "2237"] }));
    assert_eq!(one.rigctld.as_deref(), Some("shack-pi:4532"));
    assert_eq!(one.programs.as_ref().map(Vec::len), Some(2));
    one.merge(&changes(json!({ "rigctld": null, "programs": null })))
        .unwrap();
    assert_eq!(one.rigctld, None);
    assert!(one.programs.is_none());
}

#[test]
fn a_key_is_not_told_to_another_server() {
    let mut one = saved(json!({ "server": "http://shack.example.org", "key": "abc" }));
    one.merge(&changes(json!({ "server": "https://shack.example.org:8443/" })))
        .unwrap();
    assert_eq!(one.key.as_deref(), Some("abc"));
    one.merge(&changes(json!({ "server": "https://other.example" })))
        .unwrap();
    assert_eq!(one.key, None);
    one.merge(&changes(
        json!({ "server": "https://third.example", "key": "def" }),
    ))
    .unwrap();
    assert_eq!(one.key.as_deref(), Some("def"));
}

#[test]
fn radios_are_found_by_name_with_and_without_maker_and_by_number() {
    for name in ["3073", "Icom IC-7300", "ic-7300", " IC-7300 "] {
        assert_eq!(model(name).map(|model| model.number), Some(3_073), "{name}");
    }
    assert!(model("").is_none() && model("Icom").is_none() && model("99").is_none());
}

#[test]
fn the_file_comes_back_as_it_was_and_a_damaged_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep").join(FILE);
    assert!(Saved::load(&path).unwrap() == Saved::default());
    let one = saved(json!({ "serial": "/dev/ttyUSB0", "key": "secret", "programs": ["127.0.0.1:2237"] }));
    one.save(&path).unwrap();
    assert!(Saved::load(&path).unwrap() == one);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    fs::write(&path, "{\"serial\":").unwrap();
    let error = Saved::load(&path).err().map(|error| error.to_string()).unwrap();
    assert!(error.contains(FILE) && error.contains("move it away"), "{error}");
}
