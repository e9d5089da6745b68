//! The command line of the small program: the relay alone, without the appliance.

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use super::output::Outcome;
use super::place::{Config, Place};
use super::relay::Relay;
use super::{relay, settings};
use crate::config;
use crate::logging;

/// Joins a radio and the programs beside it to a Shackbox.
#[derive(Debug, Parser)]
#[command(
    name = "shackbox",
    version,
    about,
    long_about = "Joins a radio and the programs beside it to a Shackbox.\n\nThis is the small program: it has the \
relay, and no appliance. The whole program has both.",
    after_help = "Results stand on stdout, words on stderr. Exit code 0: done, 1: failed, 2: wrong usage.",
    max_term_width = 100
)]
struct Cli {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the relay, beside the radio
    Relay(Box<Relay>),
    /// The configuration in force
    #[command(subcommand)]
    Config(Config),
}

/// Carries out what this process's arguments say; without a command, says which there are.
pub(super) fn run() -> Outcome<ExitCode> {
    let Cli { place, command } = Cli::parse();
    match command {
        None => Cli::command().print_long_help()?,
        Some(Command::Relay(given)) => relay::run(&place, *given)?,
        Some(Command::Config(Config::Show { json })) => settings::show(&place, json)?,
        Some(Command::Config(Config::Check)) => settings::check(&place, refusals)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What a configuration whose every key reads would still be refused for.
fn refusals(config: &config::Config) -> Vec<String> {
    let level = logging::check_level(&config.log.level).err();
    level.iter().map(ToString::to_string).collect()
}
