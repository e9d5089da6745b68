//! What is wrong at the radio, and the steps that mend it on this very computer.

use std::net::SocketAddr;

use serde::Serialize;

use super::system::{self, System};
use crate::relay::rig::serial::Fault;
use crate::relay::rig::serial::models::{Family, Model};
use crate::relay::rig::{RigError, RigErrorKind};
use crate::relay::settings::{self, Settings, Way};

/// What is wrong, for people.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub(super) struct Trouble {
    /// What happened, and where.
    pub(super) title: String,
    /// More of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) words: Option<String>,
    /// What to do, in this order, or one of it.
    pub(super) steps: Vec<Step>,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Step {
    /// In words.
    pub(super) words: String,
    /// To be typed into a terminal, or elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) command: Option<String>,
}

impl Step {
    /// Words alone.
    pub(super) fn say(words: impl Into<String>) -> Self {
        Self {
            words: words.into(),
            command: None,
        }
    }

    fn run(words: impl Into<String>, command: impl Into<String>) -> Self {
        Self {
            words: words.into(),
            command: Some(command.into()),
        }
    }
}

/// What an error at the radio of these settings means. `shared`: where other programs reach the radio through the
/// relay. Looks at files of the system: not for the runtime's threads.
pub(super) fn of_radio(
    error: &RigError,
    settings: &Settings,
    shared: Option<SocketAddr>,
    system: &System,
) -> Trouble {
    let mut trouble = Trouble {
        title: error.to_string(),
        words: Some(error.help.to_owned()),
        steps: Vec::new(),
    };
    match settings.way {
        Way::Rigctld => at_daemon(&mut trouble, error, settings, system),
        Way::Serial => at_port(&mut trouble, error, settings, shared, system),
    }
    trouble
}

fn at_daemon(trouble: &mut Trouble, error: &RigError, settings: &Settings, system: &System) {
    let address = settings.rigctld.as_str();
    let steps = &mut trouble.steps;
    match error.kind {
        RigErrorKind::Unreachable if !is_here(address) => {
            trouble.words = None;
            steps.push(Step::say(
                "Check that the other computer is on, and that its firewall lets this one through.",
            ));
            steps.push(Step::run(
                "Have rigctld there listen to other computers as well, beside what its radio needs.",
                "rigctld -T 0.0.0.0",
            ));
        }
        RigErrorKind::Unreachable => {
            trouble.title = format!("No rigctld answers at {address}");
            trouble.words = Some(match &system.rigctld {
                Some(_) => {
                    "rigctld is installed on this computer, but does not run at this address.".to_owned()
                }
                None => "rigctld is not installed on this computer.".to_owned(),
            });
            if system.rigctld.is_none() {
                let (words, command) = system.install();
                steps.push(Step {
                    words: words.to_owned(),
                    command: command.map(str::to_owned),
                });
            }
            steps.push(start_daemon(settings, system));
            if settings.locked("way").is_none() {
                steps.push(Step::say(
                    "Or choose Serial port below: the relay speaks to many radios itself and needs no rigctld then.",
                ));
            }
        }
        RigErrorKind::TimedOut | RigErrorKind::Garbled => {
            trouble.words = Some(
                "Something listens there, but it does not answer as rigctld with a radio does: the radio may be off, or \
                 another program has the port."
                    .to_owned(),
            );
            steps.push(Step::say("Switch the radio on and look at what rigctld prints."));
            steps.push(Step::run(
                "Ask it by hand: it should tell a frequency.",
                format!("rigctl -m 2 -r {address} f"),
            ));
        }
        _ => {}
    }
}

/// How rigctld is started for the radio that is chosen, or for one as an example.
fn start_daemon(settings: &Settings, system: &System) -> Step {
    let chosen = settings.model.as_deref().and_then(settings::model);
    let example = chosen.or_else(|| settings::model("IC-7300"));
    let (number, name, baud) = example.map_or((3_073, "Icom IC-7300", 115_200), |model| {
        (model.number, model.name, model.baud)
    });
    let path = settings.serial.as_deref().unwrap_or(system.example_port());
    let baud = settings.baud.unwrap_or(baud);
    let port = settings.rigctld.rsplit_once(':').map_or("4532", |(_, port)| port);
    let elsewhere = if port == "4532" {
        String::new()
    } else {
        format!(" -t {port}")
    };
    let whose = if chosen.is_some() {
        ""
    } else {
        "; rigctld -l lists the numbers of others"
    };
    Step::run(
        format!("Start it for your radio, here for {name} at {path}{whose}."),
        format!("rigctld -m {number} -r {path} -s {baud}{elsewhere}"),
    )
}

/// Whether an address is of this computer.
fn is_here(address: &str) -> bool {
    address.starts_with("127.") || address.starts_with("localhost:") || address.starts_with("[::1]:")
}

fn at_port(
    trouble: &mut Trouble,
    error: &RigError,
    settings: &Settings,
    shared: Option<SocketAddr>,
    system: &System,
) {
    let path = settings.serial.as_deref().unwrap_or_default();
    let model = settings.model.as_deref().and_then(settings::model);
    match error.kind {
        RigErrorKind::PortInUse => in_use(trouble, path, shared),
        RigErrorKind::Unreachable => closed(trouble, path, system),
        RigErrorKind::TimedOut | RigErrorKind::Garbled => {
            trouble.words = Some("The port is open, but no answer of the radio is understood.".to_owned());
            let steps = &mut trouble.steps;
            steps.push(Step::say("Switch the radio on."));
            if let Some(model) = model {
                steps.push(Step::say(menu(model, settings)));
            }
            steps.push(Step::say(
                "Or let the relay look: Find my radio tries all speeds and tells which radio answers.",
            ));
        }
        _ => {}
    }
}

fn in_use(trouble: &mut Trouble, path: &str, shared: Option<SocketAddr>) {
    let holder = system::holder(path);
    let who = holder
        .as_ref()
        .map_or("another program", |(name, _)| name.as_str());
    trouble.words = Some(match &holder {
        Some((name, id)) => format!("{name} (process {id}) holds the port."),
        None => {
            "Another program holds the port, such as WSJT-X, fldigi, flrig, a logger or rigctld.".to_owned()
        }
    });
    if who == "rigctld" {
        trouble.steps.push(Step::say(
            "Choose rigctld as the way to the radio: it serves the radio already, at 127.0.0.1:4532 as a rule.",
        ));
        return;
    }
    if who.starts_with("shackbox") {
        trouble.steps.push(Step::say(
            "Another relay is running on this computer: use its page, or stop it.",
        ));
        return;
    }
    trouble.steps.push(Step::say(format!(
        "Close {who}; the relay connects by itself then."
    )));
    trouble.steps.push(match shared {
        Some(address) => Step::run(
            format!("Start {who} again afterwards, with Hamlib NET rigctl as its radio at this address."),
            address.to_string(),
        ),
        None => Step::say(format!(
            "Start {who} again afterwards, with Hamlib NET rigctl as its radio at the relay's address."
        )),
    });
}

fn closed(trouble: &mut Trouble, path: &str, system: &System) {
    if let Some(group) = system::denied(path) {
        trouble.words = Some(format!(
            "This user may not open {path}: it belongs to the group {group}."
        ));
        let join = format!("sudo usermod -aG {group} $USER");
        trouble.steps.push(Step::run("Join that group.", join));
        trouble
            .steps
            .push(Step::say("Log out and in again, then start the relay again."));
        return;
    }
    // The steps say more than the error's own advice.
    trouble.words = None;
    trouble.steps.push(Step::say(
        "Plug the radio's cable in and switch the radio on: the relay connects by itself.",
    ));
    trouble.steps.push(Step::say(match system.os {
        "windows" => "If the port is not in the list then, install the driver of the radio's maker.",
        "linux" => "If the port has another name now, choose it below. Names under /dev/serial/by-id stay.",
        _ => "If the port has another name now, choose it below.",
    }));
}

/// What to do about a port that could not be looked at.
pub(super) fn of_port(path: &str, fault: &Fault) -> Vec<Step> {
    let mut trouble = Trouble::default();
    match fault.kind() {
        RigErrorKind::PortInUse => in_use(&mut trouble, path, None),
        RigErrorKind::Unreachable if system::denied(path).is_some() => {
            closed(&mut trouble, path, &System::default());
        }
        _ => {}
    }
    trouble.steps
}

/// How the rotator's daemon is started.
pub(super) fn start_rotctld() -> Vec<Step> {
    vec![Step::run(
        "Start it for your rotator, here for a Yaesu GS-232B; rotctld -l lists the numbers of others.",
        "rotctld -m 603 -r /dev/ttyUSB1 -s 9600",
    )]
}

/// What is to be set in the menu of a radio, by its family.
fn menu(model: &Model, settings: &Settings) -> String {
    let baud = settings.baud.unwrap_or(model.baud);
    match model.family {
        Family::Icom { address, .. } => {
            let address = settings.civ_address.unwrap_or(address);
            format!(
                "In its menu, under Set, Connectors, CI-V: speed {baud}, address {address:02X}h; and CI-V USB port \
                 unlinked from REMOTE, where there is such a line."
            )
        }
        Family::Kenwood(_) => format!(
            "In its menu set the speed of the port to {baud}. A cable without RTS and CTS needs flow control left alone."
        ),
        Family::Yaesu(_) => format!(
            "In its menu: CAT RATE {baud}, and CAT RTS off, or flow control on here. Of two ports, the one called \
             Enhanced is for CAT."
        ),
        Family::OldYaesu => format!(
            "In its menu: CAT RATE {baud}; and the socket set to CAT where it serves a tuner or an amplifier as well."
        ),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config;
    use crate::relay::settings::Saved;

    fn settings(changes: serde_json::Value) -> Settings {
        let mut saved = Saved::default();
        saved.merge(&serde_json::from_value(changes).unwrap()).unwrap();
        Settings::effective(&config::defaults(std::path::Path::new("/nonexistent")), &saved)
    }

    fn linux(rigctld: bool) -> System {
        System {
            os: "linux",
            like: vec!["debian".to_owned()],
            rigctld: rigctld.then(|| "/usr/bin/rigctld".into()),
        }
    }

    fn commands(trouble: &Trouble) -> Vec<&str> {
        let steps = trouble.steps.iter();
        steps.filter_map(|step| step.command.as_deref()).collect()
    }

    #[test]
    fn without_hamlib_it_is_installed_first_and_started_for_the_chosen_radio() {
        let settings = settings(json!({ "model": "FT-991", "serial": "/dev/ttyUSB3", "way": "rigctld" }));
        let error = RigError::new(
            RigErrorKind::Unreachable,
            "rigctld at 127.0.0.1:4532",
            "connecting: refused",
        );
        let trouble = of_radio(&error, &settings, None, &linux(false));
        assert_eq!(
            commands(&trouble),
            [
                "sudo apt install libhamlib-utils",
                "rigctld -m 1035 -r /dev/ttyUSB3 -s 38400"
            ]
        );
        let trouble = of_radio(&error, &settings, None, &linux(true));
        assert_eq!(commands(&trouble), ["rigctld -m 1035 -r /dev/ttyUSB3 -s 38400"]);
    }

    #[test]
    fn a_daemon_elsewhere_has_other_remedies() {
        let settings = settings(json!({ "rigctld": "shack-pi:4532" }));
        let error = RigError::new(
            RigErrorKind::Unreachable,
            "rigctld at shack-pi:4532",
            "connecting: refused",
        );
        let trouble = of_radio(&error, &settings, None, &linux(false));
        assert_eq!(commands(&trouble), ["rigctld -T 0.0.0.0"]);
    }

    #[test]
    fn a_port_in_use_is_shared_at_our_address() {
        let settings = settings(json!({ "way": "serial", "serial": "/dev/none", "model": "IC-7300" }));
        let error = RigError::new(
            RigErrorKind::PortInUse,
            "Icom IC-7300 at /dev/none",
            "opening: in use",
        );
        let shared = "127.0.0.1:4532".parse().ok();
        let trouble = of_radio(&error, &settings, shared, &linux(true));
        assert_eq!(commands(&trouble), ["127.0.0.1:4532"]);
    }

    #[test]
    fn a_silent_radio_is_told_what_its_menu_must_say() {
        let settings =
            settings(json!({ "way": "serial", "serial": "/dev/none", "model": "IC-7300", "baud": 19200 }));
        let error = RigError::new(RigErrorKind::TimedOut, "Icom IC-7300 at /dev/none", "no answer");
        let trouble = of_radio(&error, &settings, None, &linux(true));
        assert!(
            trouble.steps[1].words.contains("speed 19200, address 94h"),
            "{trouble:?}"
        );
    }
}
