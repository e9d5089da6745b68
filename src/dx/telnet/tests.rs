//! What a user has set is there the next time.

use super::facts::Atlas;
use super::settings::Settings;
use super::tables::StoredUser;
use crate::ham::cluster::command::{Skimmers, Switch, TailKind};
use crate::ham::cluster::filter::{Action, Kind, cc};

fn atlas() -> Atlas {
    Atlas(std::sync::Arc::new(crate::logbook::place::Table::embedded()))
}

#[test]
fn settings_survive_being_stored() {
    let places = atlas();
    let mut settings = Settings {
        name: "Bob".to_owned(),
        grid: "FN42gg".to_owned(),
        tail: Some(TailKind::Cq),
        skimmers: Skimmers {
            cw: true,
            ft: true,
            ..Skimmers::NONE
        },
        width: 100,
        ..Settings::default()
    };
    for switch in [Switch::Beep, Switch::Ve7cc, Switch::Wwv] {
        let value = settings.switch(switch);
        *value = !*value;
    }
    let rules = settings.rules(Kind::Spots);
    rules.set(3, Action::Reject, "on 40m", &places).unwrap();
    rules.set_expression("band=20", &places).unwrap();
    rules
        .set_list(cc::list("dxbm/pass hf").unwrap(), &places)
        .unwrap();
    let stored = settings.stored();
    let mut again = Settings::of(stored.clone(), &places);
    assert_eq!(again.stored(), stored);
    assert!(again.beep && again.ve7cc && !again.wwv && again.wcy);
    assert_eq!(
        (again.tail, again.width, again.skimmers),
        (Some(TailKind::Cq), 100, settings.skimmers)
    );
    assert_eq!(again.rules(Kind::Spots).numbered_rules().count(), 1);
}

#[test]
fn records_of_other_versions_are_read_as_far_as_they_go() {
    let stored = StoredUser {
        skimmers: "telepathy".to_owned(),
        changed: vec!["no such switch".to_owned(), "beep".to_owned()],
        ..StoredUser::default()
    };
    let settings = Settings::of(stored, &atlas());
    assert!(settings.beep && settings.dx);
    assert_eq!((settings.width, settings.skimmers), (80, Skimmers::NONE));
}

#[test]
fn all_skimmers_are_stored_as_such() {
    let settings = Settings {
        skimmers: Skimmers::ALL,
        ..Settings::default()
    };
    assert_eq!(Settings::of(settings.stored(), &atlas()).skimmers, Skimmers::ALL);
}
