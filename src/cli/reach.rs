//! Getting a command carried out: by the running server where there is one, else on the data directory itself.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;

use super::output::{Failure, Outcome};
use super::place::{Place, runtime, sources};
use super::progress::Meter;
use crate::app::Services;
use crate::app::admin::{self, Command, Exchange, Executor, Reply, Report};
use crate::config::Config;
use crate::env::Clock;
use crate::logging::Log;
use crate::store::OpenError;

/// The configuration in force.
pub(super) fn config(place: &Place) -> Outcome<Config> {
    let config = Config::load(&sources(place, Vec::new()))?;
    // A command on the data logs only what is wrong; the server has its own log.
    Log::start("warn", false, Clock::system())?;
    Ok(config)
}

/// Content that a command takes or gives.
pub(super) struct Content {
    pub(super) input: Box<dyn Read + Send>,
    pub(super) output: Box<dyn Write + Send>,
}

impl Content {
    /// None at all.
    pub(super) fn none() -> Self {
        Self {
            input: Box::new(std::io::empty()),
            output: Box::new(std::io::sink()),
        }
    }

    /// What is read.
    pub(super) fn from(input: Box<dyn Read + Send>) -> Self {
        Self {
            input,
            ..Self::none()
        }
    }

    /// What is written.
    pub(super) fn to(output: Box<dyn Write + Send>) -> Self {
        Self {
            output,
            ..Self::none()
        }
    }
}

/// Carries out a command that takes and gives no content.
pub(super) fn ask(place: &Place, command: Command) -> Outcome<Reply> {
    run(config(place)?, command, Content::none(), None)
}

/// Carries out a command, showing its progress.
pub(super) fn run(
    config: Config,
    command: Command,
    content: Content,
    meter: Option<Arc<Meter>>,
) -> Outcome<Reply> {
    let report: Report = match &meter {
        Some(meter) => {
            let meter = Arc::clone(meter);
            Arc::new(move |progress| meter.show(&progress))
        }
        None => Arc::new(drop),
    };
    let exchange = Exchange {
        input: content.input,
        output: content.output,
        report,
    };
    let outcome = match by_server(&config.data_dir, &command, exchange)? {
        Tried::Done(outcome) => outcome,
        Tried::Nobody(exchange) => by_hand(config, command, exchange)?,
    };
    if let Some(meter) = meter {
        meter.clear();
    }
    outcome.map_err(Failure::from_command)
}

/// The running server's answer; a failure where none runs.
pub(super) fn server_only(data_dir: &Path, command: &Command) -> Outcome<Option<Reply>> {
    let Content { input, output } = Content::none();
    match by_server(
        data_dir,
        command,
        Exchange {
            input,
            output,
            report: Arc::new(drop),
        },
    )? {
        Tried::Done(outcome) => outcome.map(Some).map_err(Failure::from_command),
        Tried::Nobody(_) => Ok(None),
    }
}

enum Tried {
    Done(Result<Reply, admin::Failure>),
    Nobody(Exchange),
}

#[cfg(unix)]
fn by_server(data_dir: &Path, command: &Command, exchange: Exchange) -> Outcome<Tried> {
    match admin::call(data_dir, command, exchange) {
        Ok(admin::Reached::Server(outcome)) => Ok(Tried::Done(outcome)),
        Ok(admin::Reached::Nobody(exchange)) => Ok(Tried::Nobody(exchange)),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            let text = format!("{}: another user's server runs here", data_dir.display());
            Err(Failure::new(text)
                .hint("run this as the user that the server runs as, for example with sudo -u shackbox"))
        }
        Err(error) => Err(Failure::new(format!(
            "talking to the running server failed: {error}"
        ))),
    }
}

#[cfg(not(unix))]
fn by_server(_: &Path, _: &Command, exchange: Exchange) -> Outcome<Tried> {
    Ok(Tried::Nobody(exchange))
}

fn by_hand(config: Config, command: Command, exchange: Exchange) -> Outcome<Result<Reply, admin::Failure>> {
    runtime()?.block_on(async {
        let services = Services::open(config).await.map_err(Failure::from_start)?;
        let executor = Executor {
            services: services.clone(),
            health: None,
        };
        let outcome = admin::execute(&executor, command, exchange).await;
        services.close().await;
        Ok(outcome)
    })
}

impl Failure {
    fn from_command(failure: admin::Failure) -> Self {
        let plain = Self::new(failure.message);
        match failure.hint {
            Some(hint) => plain.hint(hint),
            None => plain,
        }
    }

    /// A start that failed, with what helps where something does.
    pub(super) fn from_start(error: crate::app::StartError) -> Self {
        use crate::app::StartError;
        let hint = match &error {
            StartError::Store(OpenError::HeldByAnother { .. }) => {
                Some("stop that process first, or name another directory with --data-dir")
            }
            StartError::Store(OpenError::NewerSchema { .. }) => {
                Some("install the newer version again; nothing was changed")
            }
            _ => None,
        };
        let failure = Self::from(error);
        match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }

    /// A reply that does not belong to the command: two versions talk to each other.
    pub(super) fn odd_reply() -> Self {
        Self::new("the running server is of another version and answered something else")
            .hint("restart the server")
    }
}
