//! The whole program's command line carried out: which function does what.

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use super::args::{Adif, Apikey, Callbook, Cli, Command, Dns, Licence, Lotw, Other, User};
use super::output::Outcome;
use super::place::Config;
use super::{accounts, adif, callbook, data, dns, licence, lotw, password, serve, settings};

/// Carries out what this process's arguments say.
pub(super) fn run() -> Outcome<ExitCode> {
    dispatch(Cli::parse())
}

fn dispatch(cli: Cli) -> Outcome<ExitCode> {
    let Cli {
        place,
        serve,
        command,
    } = cli;
    let command = match command {
        None => return done(serve::serve(&place, serve)),
        Some(Command::Serve(given)) => return done(serve::serve(&place, given.or(serve))),
        Some(Command::Other(command)) => command,
    };
    if serve.is_given() {
        let text = "--demo, --listen and --log-level belong to serve";
        Cli::command()
            .error(clap::error::ErrorKind::ArgumentConflict, text)
            .exit();
    }
    match command {
        #[cfg(feature = "relay")]
        Other::Relay(given) => done(super::relay::run(&place, *given)),
        Other::User(user) => done(match user {
            User::Add(new) => accounts::add(&place, new),
            User::List { json } => accounts::list(&place, json),
            User::Passwd { call, password_stdin } => accounts::passwd(&place, call, password_stdin),
            User::Disable { call, undo } => accounts::disable(&place, call, undo),
        }),
        Other::Apikey(Apikey::Create {
            call,
            scopes,
            name,
            json,
        }) => done(accounts::create_key(&place, call, &scopes, name, json)),
        Other::Licence(Licence::Apply { file, json }) => done(licence::apply(&place, &file, json)),
        Other::Adif(Adif::Check { file, json }) => adif::check(&file, json),
        Other::Adif(Adif::Import { file, callsign, json }) => {
            done(adif::import(&place, &file, callsign, json))
        }
        Other::Adif(Adif::Export {
            callsign,
            output,
            format,
        }) => done(adif::export(&place, callsign, &output, format)),
        Other::Callbook(Callbook::Import {
            authority,
            files,
            map,
            force,
            json,
        }) => done(callbook::import(
            &place,
            &authority,
            (&files, map.as_deref()),
            force,
            json,
        )),
        Other::Callbook(Callbook::Lookup { call, json }) => done(callbook::lookup(&place, &call, json)),
        Other::Callbook(Callbook::Search { query, limit, json }) => {
            done(callbook::search(&place, &query.join(" "), limit, json))
        }
        Other::Callbook(Callbook::Sources { json }) => done(callbook::sources(&place, json)),
        Other::Dns(Dns::Check { json }) => dns::check(&place, json),
        Other::Dns(Dns::Export { zone, output }) => done(dns::export(&place, &zone, &output)),
        Other::Dns(Dns::Import { zone, file, json }) => done(dns::import(&place, &zone, &file, json)),
        Other::HashPassword => done(password::hash()),
        Other::Backup {
            file,
            with_keys,
            json,
        } => done(data::backup(&place, &file, with_keys, json)),
        Other::Restore { file, json } => done(data::restore(&place, &file, json)),
        Other::Check { compact, json } => data::check(&place, compact, json),
        Other::Health { json } => data::health(&place, json),
        Other::Config(Config::Show { json }) => done(settings::show(&place, json)),
        Other::Lotw(Lotw::Roots { file, json }) => done(lotw::roots(&place, file.as_deref(), json)),
        Other::Lotw(Lotw::Trust { file }) => done(lotw::trust(&place, &file)),
        Other::Config(Config::Check) => done(settings::check(&place, crate::app::refusals)),
    }
}

fn done(outcome: Outcome) -> Outcome<ExitCode> {
    outcome.map(|()| ExitCode::SUCCESS)
}
