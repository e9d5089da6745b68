//! What both programs' commands share: where data and configuration are, results for people and programs, a runtime.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use tokio::runtime::Runtime;

use super::output::{self, Outcome};
use crate::config::Sources;

/// Where the data and the configuration are.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Place {
    /// Where everything is kept [default: ./shackbox-data; environment: `SHACKBOX_DATA_DIR`]
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) data_dir: Option<PathBuf>,
    /// Configuration file [default: shackbox.toml in the data directory; environment: `SHACKBOX_CONFIG`]
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
}

/// Machine-readable results.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(super) struct Json {
    /// Print the result as JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Config {
    /// Print every key with its value and where that came from; secrets are masked
    Show {
        #[command(flatten)]
        json: Json,
    },
    /// Read the configuration and say what is wrong with it
    Check,
}

/// Where the configuration comes from, flags included.
pub(super) fn sources(place: &Place, flags: Vec<(String, String)>) -> Sources {
    Sources {
        data_dir: place.data_dir.clone(),
        file: place.config.clone(),
        environment: std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect(),
        flags,
    }
}

/// A runtime for one command.
pub(super) fn runtime() -> Outcome<Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

/// Says what was done, or prints it as JSON.
pub(super) fn tell<T: serde::Serialize>(json: bool, value: &T, words: impl FnOnce()) -> Outcome {
    if json {
        return output::json(value);
    }
    words();
    Ok(())
}
