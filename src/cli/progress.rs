//! How far long work is: a bar on a terminal, a plain line now and then elsewhere.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use tokio::time::Instant;

use super::output;
use crate::app::admin::Progress;

/// Plain lines come no closer together than this.
const EVERY: Duration = Duration::from_secs(5);

/// Shows progress on stderr.
pub(super) struct Meter {
    /// What the whole is, where the command knows it beforehand.
    total: u64,
    shows: Shows,
}

enum Shows {
    /// For people.
    Bar(ProgressBar),
    /// For logs; holds when the last line was said.
    Lines(Mutex<Instant>),
}

impl Meter {
    /// A meter fit for where stderr goes; `total` is 0 where the work itself knows it.
    pub(super) fn of(total: u64) -> Self {
        if !output::is_watched() {
            return Self {
                total,
                shows: Shows::Lines(Mutex::new(Instant::now())),
            };
        }
        let style = ProgressStyle::with_template("{wide_bar} {msg}").expect("the template is a constant");
        Self {
            total,
            shows: Shows::Bar(ProgressBar::new(total).with_style(style)),
        }
    }

    /// Shows the present state.
    pub(super) fn show(&self, progress: &Progress) {
        let total = if progress.total == 0 {
            self.total
        } else {
            progress.total
        };
        match &self.shows {
            Shows::Bar(bar) => {
                bar.set_length(total.max(progress.done));
                bar.set_position(progress.done);
                bar.set_message(words(progress, total));
            }
            Shows::Lines(last) => {
                let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
                if last.elapsed() >= EVERY {
                    *last = Instant::now();
                    output::say(words(progress, total));
                }
            }
        }
    }

    /// Takes the bar away, so that the result stands alone.
    pub(super) fn clear(&self) {
        if let Shows::Bar(bar) = &self.shows {
            bar.finish_and_clear();
        }
    }
}

fn words(progress: &Progress, total: u64) -> String {
    let (done, whole) = if progress.unit == "bytes" {
        (
            HumanBytes(progress.done).to_string(),
            HumanBytes(total).to_string(),
        )
    } else {
        (format!("{} {}", progress.done, progress.unit), total.to_string())
    };
    if total == 0 {
        done
    } else {
        format!("{done} of {whole}")
    }
}
