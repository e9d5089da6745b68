//! Commands on zones: the comparison, and whole zones as master files.

use std::io::Read as _;

use super::command::{Failure, Reply};
use super::execute::{ACTOR, Exchange, Executor};
use crate::dns::check;
use crate::dns::error::Error;
use crate::dns::master::{self, Options};
use crate::dns::name::Name;
use crate::dns::{grants, read};

/// Largest master file taken: a million records.
const MOST: u64 = 128 << 20;
/// Defects told; a file of another kind has one in each line.
const TOLD: usize = 50;

/// Compares records with answers, where the server runs.
pub(super) async fn compare(on: &Executor) -> Result<Reply, Failure> {
    let dns = on.services.dns.clone();
    let answered = on.health.is_some();
    let compared = tokio::task::spawn_blocking(move || check::compare(&dns, answered)).await??;
    let mut report = serde_json::to_value(compared)?;
    report["answered"] = answered.into();
    Ok(Reply::Checked(report))
}

/// Writes a zone as it is answered.
pub(super) async fn export(on: &Executor, zone: &str, mut exchange: Exchange) -> Result<Reply, Failure> {
    let origin = origin(zone)?;
    let whole = on
        .services
        .store
        .read(move |r| {
            let opened = grants::open(r, &ACTOR, &origin)?;
            if !opened.is_whole() {
                return Err(Error::NoZone(origin));
            }
            read::whole(r, opened.zone)?.ok_or(Error::NoZone(origin))
        })
        .await
        .map_err(hinted)?;
    let written = tokio::task::spawn_blocking(move || {
        let text = master::write(&whole.origin, &whole.sets);
        exchange.output.write_all(text.as_bytes())?;
        exchange.output.flush()?;
        let records: usize = whole.sets.iter().map(|set| set.data().len()).sum();
        let summary = serde_json::json!({"records": records, "serial": whole.version.serial()});
        Ok::<_, std::io::Error>(summary)
    });
    Ok(Reply::Zone(written.await??))
}

/// Has a zone be what a master file says; what is wrong in the file is told by line, column and field.
pub(super) async fn import(on: &Executor, zone: &str, mut exchange: Exchange) -> Result<Reply, Failure> {
    let origin = origin(zone)?;
    let of = origin.clone();
    let contents = tokio::task::spawn_blocking(move || {
        let mut text = Vec::new();
        let length = exchange.input.by_ref().take(MOST + 1).read_to_end(&mut text)?;
        if length as u64 > MOST {
            return Err(Failure::new(format!("the file is larger than {MOST} bytes")));
        }
        Ok(master::contents(&text, &Options::of(of)))
    });
    let contents = contents.await??;
    if !contents.is_whole() {
        let defects = contents.defects.iter().filter(|defect| defect.is_error());
        let mut lines: Vec<String> = defects.take(TOLD).map(ToString::to_string).collect();
        let errors = contents.defects.iter().filter(|defect| defect.is_error()).count();
        let more = errors + contents.more_defects - lines.len();
        if more > 0 {
            lines.push(format!("… and {more} more"));
        }
        return Err(Failure::new(lines.join("\n")).hint("nothing was changed"));
    }
    let notes: Vec<String> = contents
        .defects
        .iter()
        .take(TOLD)
        .map(ToString::to_string)
        .collect();
    let applied = on.services.dns.import_zone(&ACTOR, origin, contents.sets).await;
    let applied = applied.map_err(hinted)?;
    Ok(Reply::Zone(serde_json::json!({
        "records": contents.records,
        "serial": applied.version.serial(),
        "notes": notes,
    })))
}

fn origin(zone: &str) -> Result<Name, Failure> {
    zone.parse()
        .map_err(|error| Failure::new(format!("{zone:?} is not the name of a zone: {error}")))
}

/// A failure with a line for each broken rule.
fn hinted(error: Error) -> Failure {
    match &error {
        Error::Rules(faults) => {
            let lines = faults.iter().take(TOLD).map(|fault| {
                let of = fault
                    .of
                    .as_ref()
                    .map(|(name, kind)| format!("{name} {kind}: "))
                    .unwrap_or_default();
                format!("{of}{}: {}", fault.field, fault.text)
            });
            Failure::new(lines.collect::<Vec<_>>().join("\n")).hint("nothing was changed")
        }
        Error::NoZone(_) => Failure::from(error).hint("shackbox dns check tells which zones there are"),
        _ => Failure::from(error),
    }
}
