//! `relay`: the program beside the radio.

use std::net::SocketAddr;
use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::json;

use super::output::{self, Failure, Outcome};
use super::place::{Json, Place, runtime, sources, tell};
use crate::config::Config;
use crate::env::Clock;
use crate::logging::Log;
use crate::relay::{self, RunError};

/// How long threads may still take when everything else has ended.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// How the relay runs.
#[derive(Debug, Clone, Default, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Relay {
    /// Address and port of its page and API, instead of relay.listen
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// Where Hamlib's rigctld with the radio is, instead of relay.rigctld
    #[arg(long, value_name = "HOST:PORT", conflicts_with_all = ["serial", "model"])]
    rigctld: Option<String>,
    /// Serial port of the radio, instead of relay.serial
    #[arg(long, value_name = "PORT", requires = "model")]
    serial: Option<String>,
    /// Which radio is at the serial port, instead of relay.model
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// Where Hamlib's rotctld with the rotator is, instead of relay.rotctld
    #[arg(long, value_name = "HOST:PORT")]
    rotctld: Option<String>,
    /// The Shackbox server, instead of relay.server
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// What is logged: error, warn, info, debug, trace, or directives; instead of log.level
    #[arg(long, value_name = "LEVEL")]
    log_level: Option<String>,
    #[command(subcommand)]
    list: Option<List>,
}

#[derive(Debug, Clone, Subcommand)]
enum List {
    /// Radios that can be at a serial port
    Models {
        #[command(flatten)]
        json: Json,
    },
    /// Serial ports of this computer
    Ports {
        #[command(flatten)]
        json: Json,
    },
}

/// Runs the relay until told to stop, or lists what it knows.
pub(super) fn run(place: &Place, given: Relay) -> Outcome {
    match given.list {
        Some(List::Models { json }) => models(json),
        Some(List::Ports { json }) => ports(json),
        None => start(place, given),
    }
}

fn start(place: &Place, given: Relay) -> Outcome {
    let flags = [
        ("relay.listen", given.listen.map(|address| address.to_string())),
        ("relay.rigctld", given.rigctld),
        ("relay.serial", given.serial),
        ("relay.model", given.model),
        ("relay.rotctld", given.rotctld),
        ("relay.server", given.server),
        ("log.level", given.log_level),
    ];
    let flags = flags
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), value?)));
    let config = Config::load(&sources(place, flags.collect()))?;
    Log::start(&config.log.level, config.log.json, Clock::system())?;
    let runtime = runtime()?;
    let ran = runtime.block_on(async {
        let running = Box::pin(relay::run(&config, |line| output::say(line)));
        running.await.map_err(about_start)
    });
    // What blocks a thread by then would keep the program from ending.
    runtime.shutdown_timeout(LAST_WORDS);
    ran
}

fn about_start(error: RunError) -> Failure {
    match error {
        RunError::Bind(error) => Failure::from(error)
            .hint("if a relay is running already, open its page; else choose another address with --listen"),
        other => Failure::from(other),
    }
}

fn models(json: Json) -> Outcome {
    let models = relay::models();
    let list: Vec<_> = models
        .iter()
        .map(|model| json!({ "number": model.number, "name": model.name, "baud": model.baud }))
        .collect();
    tell(json.json, &list, || {
        let rows: Vec<Vec<String>> = models
            .iter()
            .map(|model| {
                vec![
                    model.number.to_string(),
                    model.name.to_owned(),
                    model.baud.to_string(),
                ]
            })
            .collect();
        output::table(&["NUMBER", "NAME", "BAUD"], &rows);
        output::hint("rigctld of Hamlib knows many more: start it and use relay.rigctld");
    })
}

fn ports(json: Json) -> Outcome {
    let ports = relay::ports();
    let list: Vec<_> = ports
        .iter()
        .map(|port| json!({ "path": port.path, "label": port.label, "hint": port.hint }))
        .collect();
    tell(json.json, &list, || {
        let rows: Vec<Vec<String>> = ports
            .iter()
            .map(|port| {
                vec![
                    port.path.clone(),
                    port.label.clone(),
                    port.hint.unwrap_or_default().to_owned(),
                ]
            })
            .collect();
        output::table(&["PORT", "WHAT IT SAYS", "USUALLY"], &rows);
    })
}
