//! Commands on the callbook: registers from files, lookups and searches with everything that is known.

use std::io::{Read, Write as _};
use std::path::Path;
use std::sync::Arc;

use super::command::{Failure, Progress, Reply};
use super::execute::{ACTOR, Exchange, Executor};
use crate::callbook::Ask;
use crate::callbook::model::Authority;
use crate::callbook::registers::{Progress as Step, Stage};

/// A register to be imported.
pub(super) struct Import {
    pub(super) authority: String,
    /// A column map, of a list.
    pub(super) map: Option<String>,
    pub(super) force: bool,
    /// Names and lengths of the files that follow.
    pub(super) files: Vec<(String, u64)>,
}

/// Imports files that follow as content, one behind the other.
pub(super) async fn import(on: &Executor, wanted: Import, mut exchange: Exchange) -> Result<Reply, Failure> {
    let book = &on.services.callbook;
    let authority = authority(on, &wanted).await?;
    let folder = book.handed_over()?;
    let (to, files) = (folder.clone(), wanted.files);
    let received = tokio::task::spawn_blocking(move || {
        let received = receive(&to, &files, &mut exchange.input);
        received.map(|()| exchange.report)
    });
    let done = match received.await? {
        Ok(report) => {
            let watch = Arc::new(move |step: Step| {
                report(told(step));
                true
            });
            let imported = book.import_now(&ACTOR, &authority, &folder, wanted.force, watch);
            imported.await.map_err(|error| {
                let advice = error.advice();
                let failure = Failure::new(format!("{authority}: {error}"));
                match advice {
                    "" => failure.hint("the register in use was not changed"),
                    advice => failure.hint(advice),
                }
            })
        }
        Err(error) => Err(Failure::from(error)),
    };
    drop(tokio::fs::remove_dir_all(&folder).await);
    let mut told = done?.to_json();
    told["authority"] = authority.to_string().into();
    Ok(Reply::Callbook(told))
}

/// The register that is meant; `csv` is the list of the map.
async fn authority(on: &Executor, wanted: &Import) -> Result<Authority, Failure> {
    let book = &on.services.callbook;
    if let Some(map) = &wanted.map {
        let named = book.put_list(&ACTOR, map.clone()).await?;
        if wanted.authority != "csv" && wanted.authority != named.as_str() {
            let text = format!("the map is of `{named}`, not of `{}`", wanted.authority);
            return Err(Failure::new(text));
        }
        return Ok(named);
    }
    if wanted.authority == "csv" {
        let failure = Failure::new("a list needs a column map");
        return Err(failure.hint("name its file with --map; docs/callbook.md tells what stands in it"));
    }
    book.authority(&wanted.authority).map_err(|error| {
        Failure::from(error)
            .hint("the registers are fcc, ised, traficom, acma, japan, and lists by their names")
    })
}

fn receive(
    folder: &Path,
    files: &[(String, u64)],
    input: &mut (dyn Read + Send),
) -> Result<(), std::io::Error> {
    for (name, length) in files {
        let base = Path::new(name).file_name();
        let base = base.ok_or_else(|| std::io::Error::other(format!("{name:?} names no file")))?;
        let mut file = std::fs::File::create(folder.join(base))?;
        let copied = std::io::copy(&mut input.take(*length), &mut file)?;
        if copied != *length {
            return Err(std::io::Error::other(format!("{name} came cut short")));
        }
        file.flush()?;
    }
    Ok(())
}

fn told(step: Step) -> Progress {
    let unit = match step.stage {
        Stage::Downloading | Stage::Reading => "bytes",
        Stage::Joining => "licences joined",
        Stage::Writing => "licences written",
        Stage::Indexing => "calls indexed",
        Stage::Comparing => "differences",
    };
    Progress {
        done: step.done,
        total: step.of.unwrap_or(0),
        unit: unit.to_owned(),
    }
}

/// Everything that is known of a call.
pub(super) async fn lookup(on: &Executor, call: &str) -> Result<Reply, Failure> {
    let found = on.services.callbook.lookup(&ACTOR, call).await?;
    let Some(record) = found else {
        let failure = Failure::new(format!("no register here has {call}"));
        return Err(failure.hint("shackbox callbook sources tells which registers there are"));
    };
    Ok(Reply::Callbook(serde_json::to_value(record)?))
}

/// The first hits of a query.
pub(super) async fn search(on: &Executor, q: String, limit: usize) -> Result<Reply, Failure> {
    let ask = Ask {
        q,
        cursor: None,
        limit,
    };
    let found = on.services.callbook.search(&ACTOR, ask).await?;
    Ok(Reply::Callbook(serde_json::to_value(found)?))
}

/// All registers and how they are.
pub(super) async fn sources(on: &Executor) -> Result<Reply, Failure> {
    let sources = on.services.callbook.sources(&ACTOR).await?;
    Ok(Reply::Callbook(serde_json::json!({ "items": sources })))
}
