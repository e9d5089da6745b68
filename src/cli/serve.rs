//! `serve`: configuration with its flags, the log, the runtime, and the throw-away directory of `--demo`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::args::Serve;
use super::output::{self, Failure, Outcome};
use super::place::{Place, runtime, sources};
use crate::app::StartError;
use crate::app::{self, Options};
use crate::config::Config;
use crate::env::{Clock, Entropy};
use crate::logging::Log;

/// How long threads may still take when everything else has ended.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// Serves until told to stop.
pub(super) fn serve(place: &Place, given: Serve) -> Outcome {
    let scratch = if given.demo {
        Some(Scratch::create()?)
    } else {
        None
    };
    let place = match &scratch {
        // The demo never touches a directory that holds anything.
        Some(scratch) => Place {
            data_dir: Some(scratch.0.clone()),
            ..place.clone()
        },
        None => place.clone(),
    };
    let mut flags = Vec::new();
    flags.extend(
        given
            .listen
            .map(|listen| ("web.listen".to_owned(), listen.to_string())),
    );
    flags.extend(given.log_level.map(|level| ("log.level".to_owned(), level)));
    let mut sources = sources(&place, flags);
    let mut config = Config::load(&sources)?;
    if given.demo && config.dns.base_domain.is_none() {
        let own = app::DEMO_SETTINGS.map(|(key, value)| (key.to_owned(), value.to_owned()));
        sources.flags.extend(own);
        config = Config::load(&sources)?;
    }
    let log = Log::start(&config.log.level, config.log.json, Clock::system())?;
    let options = Options {
        sources,
        demo: given.demo,
    };
    let runtime = runtime()?;
    let served = runtime.block_on(async {
        let serving = Box::pin(app::serve(config, options, log, |line| output::say(line)));
        serving.await.map_err(about_start)
    });
    // What blocks a thread by then would keep the program from ending.
    runtime.shutdown_timeout(LAST_WORDS);
    served
}

fn about_start(error: StartError) -> Failure {
    match error {
        StartError::Bind(error) => {
            Failure::from(error).hint("choose another address with --listen, or set web.listen")
        }
        other => Failure::from_start(other),
    }
}

/// The demo's data directory: gone when the program ends.
struct Scratch(PathBuf);

impl Scratch {
    fn create() -> Outcome<Self> {
        let path = std::env::temp_dir().join(format!("shackbox-demo-{}", Entropy::system().token(9)));
        create_private(&path)?;
        Ok(Self(path))
    }
}

#[cfg(unix)]
fn create_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().mode(0o700).create(path)
}

#[cfg(not(unix))]
fn create_private(path: &Path) -> std::io::Result<()> {
    std::fs::create_dir(path)
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            output::say(format_args!("{} could not be removed: {error}", self.0.display()));
        }
    }
}
