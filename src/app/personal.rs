//! Everything the program holds about people: all parts, the archive of one's own, and the job that erases.
//!
//! Whoever adds a table says here, by the part it belongs to, what becomes of a person's rows in it, or why it has
//! none: the tests below read the list of all tables and fail otherwise.

use std::io::{self, Write};
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::mpsc;
use utoipa_axum::routes;

use super::running::App;
use super::services::Services;
use crate::callbook;
use crate::dns;
use crate::dx;
use crate::identity::api::gate::Who;
use crate::identity::{self, AccountId, Actor, Error, Service};
use crate::jobs::{self, Done, Job, JobCx, JobError, JobsBuilder, Rhythm, Schedule};
use crate::logbook;
use crate::privacy::{Archive, Erased, ExportError, Holdings, Impersonal, Part, Subject};
use crate::shack;
use crate::web::{self, Access, Class, ProblemBody, Result, Routes};

/// How often accounts whose week is over are looked for.
const LOOK_EVERY: Duration = Duration::from_hours(1);
/// Pieces of an archive on their way to the reader: what the writer may be ahead.
const AHEAD: usize = 8;
/// Bytes of a piece.
const PIECE: usize = 64 << 10;

/// All parts, in the order they are erased: the account last, so that a stop in between is seen.
pub(super) const PARTS: [Part; 10] = [
    dns::personal::PART,
    callbook::personal::PART,
    dx::alerts::personal::PART,
    shack::following::personal::PART,
    callbook::upstream::personal::PART,
    logbook::personal::PART,
    dx::telnet::personal::PART,
    web::personal::PART,
    jobs::personal::PART,
    identity::personal::PART,
];

/// The tables that hold nothing of a person.
pub(super) const IMPERSONAL: [Impersonal; 13] = [
    Impersonal {
        table: "callbook.source",
        why: "which registers of licences are kept, and how",
    },
    Impersonal {
        table: "callbook.list",
        why: "column maps of lists",
    },
    Impersonal {
        table: "callbook.pending",
        why: "what registers say of licences, for the minutes until accounts were told",
    },
    Impersonal {
        table: "dns.zone.by_origin",
        why: "names of zones",
    },
    Impersonal {
        table: "dns.base",
        why: "which zone is the members'",
    },
    Impersonal {
        table: "dns.restored",
        why: "the mark of a restore",
    },
    Impersonal {
        table: "identity.gate_question",
        why: "questions of examinations",
    },
    Impersonal {
        table: "identity.lotw.authority",
        why: "certificates of authorities",
    },
    Impersonal {
        table: "identity.lotw.superseded",
        why: "numbers of certificates that do not count any more, with fingerprints of calls",
    },
    Impersonal {
        table: "jobs.last_run",
        why: "times of schedules",
    },
    Impersonal {
        table: "jobs.last_done",
        why: "times of kinds of jobs",
    },
    Impersonal {
        table: "logbook.next",
        why: "the next number in each logbook",
    },
    Impersonal {
        table: "logbook.settled",
        why: "the mark of the table of entities",
    },
];

/// Erases the accounts whose week is over.
#[derive(Debug, Serialize, Deserialize)]
struct EraseJob {}

impl Job for EraseJob {
    const KIND: &'static str = "account.erase";
    const QUEUE: &'static str = "account.erase";
    const UNIQUE: bool = true;
    const CANCELLABLE: bool = false;
}

/// Registers the job and its schedule.
pub(super) fn register(builder: JobsBuilder, services: &Services, salt: u64) -> JobsBuilder {
    let worker = services.clone();
    let rhythm = Rhythm::Every(LOOK_EVERY);
    builder
        .register(move |_: EraseJob, cx| run(worker.clone(), cx))
        .schedule(Schedule::new("account.erase", rhythm, salt, || EraseJob {}))
}

async fn run(services: Services, cx: JobCx) -> std::result::Result<Done, JobError> {
    let erased = erase_due(&services).await.map_err(JobError::retry)?;
    drop(cx);
    Ok(if erased == 0 {
        Done::quietly()
    } else {
        Done::with(json!({"accounts": erased}))
    })
}

/// Erases all accounts whose week is over; how many. What cannot go is left, with the reason in the log.
pub(super) async fn erase_due(services: &Services) -> std::result::Result<usize, Error> {
    let eraser = Actor::Service(Service::Eraser);
    let mut erased = 0;
    for id in services.identity.due_erasures(&eraser).await? {
        match erase(services, &eraser, id).await {
            Ok(()) => erased += 1,
            Err(error @ (Error::LastAdministrator | Error::Configured(_))) => {
                tracing::warn!(%error, "account {id} is not erased: {error}");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(erased)
}

async fn erase(services: &Services, eraser: &Actor, id: AccountId) -> std::result::Result<(), Error> {
    let identity = &services.identity;
    let erasure = identity.begin_erasure(eraser, id).await?;
    let subject = identity.subject(id, erasure.logs)?;
    identity.erase_documents(eraser, id).await?;
    for part in PARTS {
        let mut at = None;
        loop {
            let (erased, next) = identity.erase_piece(eraser, &subject, (part.erase, at)).await?;
            at = next;
            if erased == Erased::All {
                break;
            }
        }
    }
    tracing::info!("account {id} is erased");
    Ok(())
}

/// The routes that need all parts.
pub(super) fn routes(app: &App) -> Routes {
    Routes::new()
        .api(Access::Session.class(Class::Login), routes!(export))
        .with_state(app.clone())
}

/// Everything that is held about oneself, as a ZIP archive: JSON by part, and the own logs as ADIF.
#[utoipa::path(get, path = "/api/v1/account/export", tag = "account", responses(
    (status = 200, description = "a ZIP archive", content_type = "application/zip"),
    (status = 401, body = ProblemBody), (status = 429, body = ProblemBody)))]
async fn export(State(app): State<App>, Who(actor): Who) -> Result<Response> {
    archive(&app, &actor).await
}

/// The archive of whoever asks, as it is written.
pub(super) async fn archive(app: &App, actor: &Actor) -> Result<Response> {
    let id = actor.in_person()?.account;
    app.services.identity.note_export(actor, id).await?;
    let subject = app.services.identity.subject(id, false)?;
    let name = file_name(&subject);
    let (to, pieces) = mpsc::channel(AHEAD);
    let (store, files) = (app.services.store.clone(), app.services.identity.sealed_files());
    tokio::task::spawn_blocking(move || {
        let out = Pieces {
            to: to.clone(),
            piece: Vec::with_capacity(PIECE),
        };
        let held = Holdings {
            store: &store,
            files: &files,
        };
        let written = write_archive(held, &subject, out);
        if let Err(error) = written {
            tracing::warn!(%error, "an archive was cut off: {error}");
            // The connection is cut: half an archive must not look whole.
            drop(to.blocking_send(Err(io::Error::other(error))));
        }
    });
    let body = stream::unfold(pieces, async |mut pieces: mpsc::Receiver<io::Result<Bytes>>| {
        pieces.recv().await.map(|piece| (piece, pieces))
    });
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{name}\""));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/zip")),
        (
            header::CONTENT_DISPOSITION,
            disposition.expect("names of files are plain"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, Body::from_stream(body)).into_response())
}

/// Writes what all parts hold about a person; blocking.
pub(super) fn write_archive(
    held: Holdings<'_>,
    subject: &Subject,
    out: impl Write,
) -> std::result::Result<(), ExportError> {
    let mut archive = Archive::new(out, subject.now);
    let parts = PARTS
        .iter()
        .map(|part| json!({"part": part.name, "tables": part.tables}));
    let parts: Vec<_> = parts.collect();
    let others = IMPERSONAL
        .iter()
        .map(|other| json!({"table": other.table, "holds": other.why}));
    let others: Vec<_> = others.collect();
    let about = json!({"program": "Shackbox", "version": env!("CARGO_PKG_VERSION"), "made": subject.now, "parts": parts, "nothing_of_you": others,
        "note": "Passwords, keys and other secrets are not in it: the program keeps them so that it cannot read them, or \
        they would let in whoever finds this file."});
    archive.json("about.json", &about)?;
    for part in PARTS {
        (part.export)(held, subject, &mut archive)?;
    }
    Ok(archive.finish()?)
}

fn file_name(subject: &Subject) -> String {
    let name = subject.names.first().map_or("account", |name| name.as_str());
    let plain: String = name
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '-'
            }
        })
        .collect();
    format!("shackbox-{plain}-{}.zip", subject.now.strftime("%Y%m%d"))
}

/// Hands what is written on in pieces, and waits while the reader is behind.
struct Pieces {
    to: mpsc::Sender<io::Result<Bytes>>,
    piece: Vec<u8>,
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = Bytes::from(std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE)));
        self.to
            .blocking_send(Ok(piece))
            .map_err(|_| io::Error::other("the reader is gone"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::app::services::registry;

    #[test]
    fn every_table_is_one_parts_or_holds_nothing_of_a_person() {
        let mut claims: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for table in registry().tables {
            claims.insert(table.name(), Vec::new());
        }
        let parts = PARTS
            .iter()
            .flat_map(|part| part.tables.iter().map(|table| (*table, part.name)));
        let impersonal = IMPERSONAL.iter().map(|impersonal| {
            assert!(!impersonal.why.is_empty());
            (impersonal.table, "nobody")
        });
        for (table, by) in parts.chain(impersonal) {
            let known = claims.get_mut(table);
            known
                .unwrap_or_else(|| panic!("{by} answers for {table}, which there is not"))
                .push(by);
        }
        for (table, by) in claims {
            assert_eq!(
                by.len(),
                1,
                "{table} is answered for by {by:?}: name it in one part's PART (export and erase its rows there), or in IMPERSONAL"
            );
        }
    }

    #[test]
    fn parts_have_names_of_their_own_and_the_account_goes_last() {
        let names: std::collections::BTreeSet<_> = PARTS.iter().map(|part| part.name).collect();
        assert_eq!(names.len(), PARTS.len());
        assert_eq!(PARTS.last().unwrap().name, identity::personal::PART.name);
    }
}
