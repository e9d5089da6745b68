//! `config show`, `config check`, `hash-password`.

use std::io::IsTerminal as _;

use super::args::{Json, Place};
use super::output::{self, Failure, Outcome};
use super::password;
use super::reach::{runtime, sources, tell};
use crate::app::refusals;
use crate::config::Config;
use crate::env::Entropy;
use crate::identity::PasswordHash;

/// `config show`
pub(super) fn show(place: &Place, json: Json) -> Outcome {
    let config = Config::load(&sources(place, Vec::new()))?;
    let shown = config.shown();
    tell(json.json, &shown, || {
        let rows: Vec<_> = shown
            .iter()
            .map(|key| vec![key.key.to_owned(), key.value.clone(), key.source.clone()])
            .collect();
        output::table(&["KEY", "VALUE", "SOURCE"], &rows);
    })
}

/// `config check`
pub(super) fn check(place: &Place) -> Outcome {
    let config = Config::load(&sources(place, Vec::new()))?;
    let refusals = runtime()?.block_on(async { refusals(&config) });
    if !refusals.is_empty() {
        return Err(Failure::new(refusals.join("\n")));
    }
    match &config.file {
        Some(file) => output::say(format_args!("{} is fine", file.display())),
        None => output::say("there is no configuration file; defaults and environment are fine"),
    }
    Ok(())
}

/// `hash-password`
pub(super) fn hash_password() -> Outcome {
    let password = password::any()?;
    if let Err(weak) = password.clone().for_use() {
        output::say(format_args!("warning: {weak}"));
    }
    output::result(PasswordHash::for_configuration(
        &password,
        Entropy::system().bytes(),
    ));
    if std::io::stdout().is_terminal() {
        output::hint("set it as admin.password_hash, beside admin.call");
    }
    Ok(())
}
