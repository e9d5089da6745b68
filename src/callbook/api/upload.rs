//! Taking in the files of a register: streamed to a folder of the spool, synced, then named by a job.

use std::io::Write as _;
use std::path::{Path as FilePath, PathBuf};

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest as _, Multipart, Request, State};
use axum::http::header;
use axum::response::Response;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _};
use serde::Deserialize;
use utoipa::IntoParams;

use super::CallbookState;
use super::sources::accepted;
use crate::callbook::model::Authority;
use crate::callbook::settings::LARGEST;
use crate::identity::api::gate::Who;
use crate::identity::{Actor, Capability};
use crate::jobs::JobId;
use crate::web::{Pace, Path, Problem, ProblemBody, Query, Result};

/// Longest name of a file that is kept.
const LONGEST_NAME: usize = 80;
/// Files of one register at most.
const MOST_FILES: usize = 16;

/// How a file is taken.
#[derive(Debug, Default, Deserialize, IntoParams)]
pub(super) struct HandParams {
    /// Take it even if it is older, or much smaller, than what is in use.
    #[serde(default)]
    force: bool,
    /// The file's name; a multipart body names it itself. A daily file of the FCC is known by it: `l_am_mon.zip`.
    #[serde(default)]
    filename: Option<String>,
}

/// A register that was handed over.
#[derive(Debug)]
pub(crate) struct Handed {
    pub(crate) job: JobId,
}

/// Imports a register's file: raw, or as parts of a multipart form; zipped as it comes, or unpacked.
#[utoipa::path(post, path = "/api/v1/callbook/sources/{authority}/file", tag = "callbook",
    params(("authority" = String, Path), HandParams),
    request_body(content = String, content_type = "application/octet-stream"), responses(
    (status = 202, description = "the job that imports it"), (status = 404, body = ProblemBody),
    (status = 413, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(super) async fn hand_over(
    State(state): State<CallbookState>,
    Who(actor): Who,
    Path(authority): Path<String>,
    Query(params): Query<HandParams>,
    request: Request,
) -> Result<Response> {
    let authority = state.callbook.authority(&authority)?;
    let name = params.filename.unwrap_or_default();
    let handed = take_in(&state, &actor, &authority, (&name, params.force), request).await?;
    Ok(accepted(handed.job))
}

/// Takes files in and asks for the job that imports them.
pub(crate) async fn take_in(
    state: &CallbookState,
    actor: &Actor,
    authority: &Authority,
    (name, force): (&str, bool),
    request: Request,
) -> Result<Handed> {
    actor.may(Capability::GovernCallbook)?;
    let folder = state.callbook.handed_over()?;
    let taken = receive(&folder, name, request).await;
    let handed = match taken {
        Ok(Sent { forced }) => state
            .callbook
            .hand_over(actor, authority, folder.clone(), force || forced)
            .await
            .map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    if handed.is_err() {
        drop(tokio::fs::remove_dir_all(&folder).await);
    }
    Ok(Handed { job: handed? })
}

/// What a request brought.
struct Sent {
    /// The form's own field `force` was checked.
    forced: bool,
}

async fn receive(folder: &FilePath, name: &str, request: Request) -> Result<Sent> {
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    if !kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
        let body = Body::into_data_stream(request.into_body());
        let body = body.map_err(|error| Problem::unread_body(LARGEST, &error));
        let bytes = keep(folder.join(plain(name)), body).await?;
        return if bytes == 0 {
            Err(no_file())
        } else {
            Ok(Sent { forced: false })
        };
    }
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|rejection| Problem::bad_request("bad_form", rejection.body_text()))?;
    let (mut files, mut forced) = (0, false);
    while let Some(part) = form
        .next_field()
        .await
        .map_err(|error| Problem::unread_body(LARGEST, &error))?
    {
        match (part.name(), part.file_name()) {
            (Some("force"), None) => forced = true,
            // A form whose file field was left alone still has that part, with no name and nothing in it.
            (_, None | Some("")) => {}
            (_, Some(name)) => {
                files += 1;
                if files > MOST_FILES {
                    return Err(Problem::invalid("file", "at most 16 files"));
                }
                let path = folder.join(plain(name));
                keep(path, part.map_err(|error| Problem::unread_body(LARGEST, &error))).await?;
            }
        }
    }
    if files == 0 {
        Err(no_file())
    } else {
        Ok(Sent { forced })
    }
}

fn no_file() -> Problem {
    Problem::unprocessable("no_file", "choose a file").field("file", "choose a file")
}

/// A name that is nothing but a name.
fn plain(name: &str) -> String {
    let last = name.rsplit(['/', '\\', ':']).next().unwrap_or_default();
    let fits = |c: &char| c.is_ascii_alphanumeric() || "._-".contains(*c);
    let plain: String = last.chars().filter(fits).take(LONGEST_NAME).collect();
    match plain.trim_matches('.') {
        "" => "file".to_owned(),
        plain => plain.to_owned(),
    }
}

/// Writes a stream to a file and syncs it; how many bytes it had.
async fn keep(path: PathBuf, stream: impl Stream<Item = std::result::Result<Bytes, Problem>>) -> Result<u64> {
    let failed = |error: std::io::Error| {
        if error.kind() == std::io::ErrorKind::StorageFull {
            let wait = std::time::Duration::from_mins(1);
            return Problem::unavailable("storage_unavailable", "there is no room for the file", wait);
        }
        Problem::internal(format!("spool: {error}"))
    };
    let created = tokio::fs::File::create(&path).await.map_err(failed)?;
    let mut file = created.into_std().await;
    let mut stream = std::pin::pin!(stream.ready_chunks(16));
    let (pace, mut bytes) = (Pace::begin(), 0);
    while let Some(chunks) = stream.next().await {
        let chunks: Vec<Bytes> = chunks.into_iter().collect::<Result<_>>()?;
        bytes += chunks.iter().map(|chunk| chunk.len() as u64).sum::<u64>();
        if pace.is_too_slow(bytes) {
            return Err(Problem::body_stalled());
        }
        if bytes > LARGEST {
            return Err(Problem::too_large(LARGEST));
        }
        let written = tokio::task::spawn_blocking(move || {
            chunks
                .iter()
                .try_for_each(|chunk| file.write_all(chunk))
                .map(|()| file)
        });
        file = written.await.map_err(Problem::internal)?.map_err(failed)?;
    }
    let synced = tokio::task::spawn_blocking(move || file.sync_all()).await;
    synced.map_err(Problem::internal)?.map_err(failed)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn names_of_files_are_nothing_but_names() {
        for (sent, kept) in [
            ("l_am_mon.zip", "l_am_mon.zip"),
            ("..\\..\\EN.dat", "EN.dat"),
            ("/etc/passwd", "passwd"),
            ("..", "file"),
            ("", "file"),
            ("list (1).csv", "list1.csv"),
        ] {
            assert_eq!(plain(sent), kept, "{sent}");
        }
    }
}
