//! `config show`, `config check`.

use super::output::{self, Failure, Outcome};
use super::place::{Json, Place, runtime, sources, tell};
use crate::config::Config;

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

/// `config check`; `refusals` says what else would keep the program from starting, and has a runtime.
pub(super) fn check(place: &Place, refusals: fn(&Config) -> Vec<String>) -> Outcome {
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
