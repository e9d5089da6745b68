//! A list of one's own: its column map, and what the first rows of a file become by it.

use axum::extract::{FromRequest as _, Multipart, Request};
use axum::response::Response;
use serde::Deserialize;

use super::files::{broken, most_bytes, text};
use super::rows::previewed;
use super::{PAGE, callbook};
use crate::app::pages::fields::Again;
use crate::app::pages::notice::Done;
use crate::app::pages::reader::Reader;
use crate::app::pages::views::{AdminCallbookListPage, PreviewedRow};
use crate::identity::Capability;
use crate::web::{Problem, Query, Result};

/// Bytes of a file that a preview needs; the rest is not kept.
const LOOKED_AT: usize = 256 * 1024;
/// Longest column map, in bytes.
const MOST_MAP: usize = 64 * 1024;
/// What the box holds at first.
const SAMPLE: &str = r#"authority = "our-club"
title = "Our club"
credit = "List of our club"

[file]
separator = ","
dates = "YYYY-MM-DD"

[columns]
call = "Call"
name = "Name"
city = "City"
"#;

/// What was sent.
#[derive(Default)]
struct Sent {
    action: String,
    map: String,
    file: Vec<u8>,
}

/// The list whose map is shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::app::pages) struct Asked {
    authority: String,
}

/// `/admin/callbook/list`
pub(in crate::app::pages) async fn show(reader: Reader, Query(asked): Query<Asked>) -> Result<Response> {
    let actor = &reader.visitor.actor;
    actor.may(Capability::GovernCallbook)?;
    let map = if asked.authority.is_empty() {
        SAMPLE.to_owned()
    } else {
        let of = callbook(&reader).authority(&asked.authority)?;
        callbook(&reader).list(actor, &of).await?
    };
    page(&reader, Again::default(), map, None).await
}

/// Shows what a map makes of a file, or keeps the map.
pub(in crate::app::pages) async fn change(reader: Reader, request: Request) -> Result<Response> {
    let sent = receive(request, most_bytes(&reader)).await?;
    let (book, actor) = (callbook(&reader), &reader.visitor.actor);
    let done = match sent.action.as_str() {
        "save" => match book.put_list(actor, sent.map.clone()).await {
            Ok(of) => return reader.go_on(&format!("{PAGE}#{of}"), Done::ListSaved),
            Err(error) => Err(Problem::from(error)),
        },
        _ if sent.file.is_empty() => Err(Problem::invalid("file", reader.t.s("callbook_admin.no_file"))),
        _ => book
            .preview(actor, &sent.map, sent.file)
            .await
            .map_err(Problem::from),
    };
    match done {
        Ok(rows) => {
            let rows = rows.into_iter().map(previewed).collect();
            page(&reader, Again::default(), sent.map, Some(rows)).await
        }
        Err(problem) => {
            let again = Again::after(problem)?.having(&["map", "file"]);
            page(&reader, again, sent.map, None).await
        }
    }
}

async fn receive(request: Request, limit: u64) -> Result<Sent> {
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|rejection| Problem::bad_request("bad_form", rejection.body_text()))?;
    let mut sent = Sent::default();
    while let Some(mut part) = form.next_field().await.map_err(|error| broken(limit, &error))? {
        match part.name().unwrap_or_default() {
            "do" => sent.action = text(part, MOST_MAP).await?,
            // A form writes line ends of its own.
            "map" => sent.map = text(part, MOST_MAP).await?.replace("\r\n", "\n"),
            "file" => {
                while sent.file.len() < LOOKED_AT
                    && let Some(chunk) = part.chunk().await.map_err(|error| broken(limit, &error))?
                {
                    let room = LOOKED_AT - sent.file.len();
                    sent.file.extend_from_slice(&chunk[..chunk.len().min(room)]);
                }
                whole_lines(&mut sent.file);
            }
            _ => {}
        }
    }
    Ok(sent)
}

/// Leaves out the line in which a long file was cut.
fn whole_lines(file: &mut Vec<u8>) {
    if file.len() == LOOKED_AT
        && let Some(last) = file.iter().rposition(|byte| *byte == b'\n')
    {
        file.truncate(last + 1);
    }
}

async fn page(
    reader: &Reader,
    again: Again,
    map: String,
    preview: Option<Vec<PreviewedRow>>,
) -> Result<Response> {
    let page = AdminCallbookListPage {
        frame: reader.frame_of("admin", "callbook_admin.list").await,
        part: "callbook",
        form: again.form,
        map,
        preview,
    };
    reader.show(again.status, &page)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::callbook::registers::columns::ColumnMap;

    #[test]
    fn the_map_that_stands_in_the_box_can_be_followed() {
        assert!(ColumnMap::parse(SAMPLE).is_ok());
    }

    #[test]
    fn a_file_that_was_cut_ends_with_a_whole_line() {
        let mut file = vec![b'x'; LOOKED_AT];
        file[1_000] = b'\n';
        whole_lines(&mut file);
        assert_eq!(file.len(), 1_001);
        let mut short = b"a\nb".to_vec();
        whole_lines(&mut short);
        assert_eq!(short, b"a\nb");
    }
}
