//! The program's log: to stderr as text or JSON, and the last lines in memory for the administrator's page.
//!
//! The level can be changed while running. Messages read alone; what identifies a thing is a field beside it.
//! Passwords, tokens, mail addresses and request bodies are never logged, wherever the line comes from.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer, Registry, reload};

use crate::env::Clock;

/// Lines kept for the administrator's page.
const KEPT: usize = 1000;
/// Characters kept of one line.
const LINE_LENGTH: usize = 2000;

/// A line of the log.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// When it was written.
    pub(crate) at: Timestamp,
    /// How much it matters.
    pub(crate) level: Level,
    /// The module that spoke.
    pub(crate) target: String,
    /// What it said, with its fields.
    pub(crate) text: String,
}

/// The running log. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Log {
    recent: Recent,
    level: Option<reload::Handle<Targets, Registry>>,
}

#[derive(Clone)]
struct Recent {
    lines: Arc<Mutex<VecDeque<Line>>>,
    clock: Clock,
}

/// A level or filter that does not read, as `log.level` explains it.
#[derive(Debug, thiserror::Error)]
#[error("log.level: {0:?} is no level; use error, warn, info, debug or trace")]
pub(crate) struct BadLevel(String);

impl Log {
    /// Starts logging for the whole process; only the first call has an effect on stderr.
    pub(crate) fn start(level: &str, json: bool, clock: Clock) -> Result<Self, BadLevel> {
        let recent = Recent {
            lines: Arc::default(),
            clock,
        };
        let (filter, handle) = reload::Layer::new(filter(level)?);
        let stderr = tracing_subscriber::fmt::layer()
            .with_writer(std::io::stderr)
            .with_target(false);
        let stderr = if json {
            stderr.json().boxed()
        } else {
            stderr.compact().boxed()
        };
        let started = tracing_subscriber::registry()
            .with(filter)
            .with(stderr)
            .with(recent.clone())
            .try_init();
        Ok(Self {
            recent,
            level: started.is_ok().then_some(handle),
        })
    }

    /// Changes the level from now on.
    pub(crate) fn set_level(&self, level: &str) -> Result<(), BadLevel> {
        let filter = filter(level)?;
        if let Some(handle) = &self.level {
            handle.reload(filter).map_err(|_| BadLevel(level.to_owned()))?;
        }
        Ok(())
    }

    /// The last lines, newest first.
    pub(crate) fn recent(&self) -> Vec<Line> {
        let lines = self.recent.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().rev().cloned().collect()
    }
}

/// Refuses a level that does not read.
pub(crate) fn check_level(level: &str) -> Result<(), BadLevel> {
    filter(level).map(drop)
}

/// Our own modules at the level asked for, other people's at most at `warn` unless named.
fn filter(level: &str) -> Result<Targets, BadLevel> {
    let directives = if level.contains(['=', ',']) {
        level.to_owned()
    } else {
        format!("warn,shackbox={level}")
    };
    directives.parse().map_err(|_| BadLevel(level.to_owned()))
}

impl<S: Subscriber> Layer<S> for Recent {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut text = Text::default();
        event.record(&mut text);
        let line = Line {
            at: self.clock.now(),
            level: *event.metadata().level(),
            target: event.metadata().target().to_owned(),
            text: text.finish(),
        };
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() >= KEPT {
            lines.pop_front();
        }
        lines.push_back(line);
    }
}

/// Puts the message first and the fields behind it.
#[derive(Default)]
struct Text {
    message: String,
    fields: String,
}

impl Text {
    fn finish(mut self) -> String {
        self.message.push_str(&self.fields);
        if let Some((at, _)) = self.message.char_indices().nth(LINE_LENGTH) {
            self.message.truncate(at);
        }
        self.message
    }
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        // Writing to a String cannot fail.
        let _ = if field.name() == "message" {
            write!(self.message, "{value:?}")
        } else {
            write!(self.fields, " {}={value:?}", field.name())
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_that_is_none_is_named() {
        let error = filter("shackbox=louder").unwrap_err().to_string();
        assert!(error.contains("louder") && error.contains("debug"), "{error}");
        assert!(filter("info").is_ok());
        assert!(filter("warn,shackbox::dns=debug").is_ok());
    }

    #[test]
    fn the_last_lines_are_kept_newest_first_and_bounded() {
        let clock = Clock::fake("2026-11-21T09:32:00Z".parse().unwrap());
        let recent = Recent {
            lines: Arc::default(),
            clock,
        };
        let log = Log {
            recent: recent.clone(),
            level: None,
        };
        let subscriber = tracing_subscriber::registry().with(recent);
        tracing::subscriber::with_default(subscriber, || {
            for number in 0..KEPT + 5 {
                tracing::info!(number, "line {number}");
            }
        });
        let lines = log.recent();
        assert_eq!(lines.len(), KEPT);
        assert_eq!(lines[0].text, format!("line {0} number={0}", KEPT + 4));
    }
}
