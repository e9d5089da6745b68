//! Lists that are read by a column map, for administrators.

use axum::extract::{FromRequest as _, Multipart, Request, State};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::CallbookState;
use crate::callbook::lists::PreviewRow;
use crate::callbook::settings::LARGEST;
use crate::identity::api::gate::Who;
use crate::web::{Json, Path, Problem, ProblemBody, Result};

/// Bytes of a list that a preview looks at.
const LOOKED_AT: usize = 1 << 20;

/// A column map.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CallbookMap)]
pub(super) struct MapBody {
    /// TOML: what the columns of the list are.
    map: String,
}

/// What a map makes of the first 20 rows.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallbookPreview)]
pub(crate) struct Preview {
    pub(crate) rows: Vec<PreviewRow>,
}

/// The column map of a list.
#[utoipa::path(get, path = "/api/v1/callbook/lists/{authority}", tag = "callbook",
    params(("authority" = String, Path)), responses(
    (status = 200, body = MapBody), (status = 404, body = ProblemBody)))]
pub(super) async fn show(
    State(state): State<CallbookState>,
    Who(actor): Who,
    Path(authority): Path<String>,
) -> Result<Json<MapBody>> {
    let authority = state.callbook.authority(&authority)?;
    let map = state.callbook.list(&actor, &authority).await?;
    Ok(Json(MapBody { map }))
}

/// Keeps the column map of a list, which makes the list a register to hand files over for.
#[utoipa::path(put, path = "/api/v1/callbook/lists/{authority}", tag = "callbook",
    params(("authority" = String, Path)), request_body = MapBody, responses(
    (status = 200, body = MapBody), (status = 422, body = ProblemBody, description = "no column map")))]
pub(super) async fn put(
    State(state): State<CallbookState>,
    Who(actor): Who,
    Path(authority): Path<String>,
    Json(body): Json<MapBody>,
) -> Result<Json<MapBody>> {
    let named = crate::callbook::registers::columns::ColumnMap::parse(&body.map)
        .map_err(crate::callbook::error::Error::from)?;
    if named.authority.as_str() != authority {
        let text = format!(
            "the map is of `{}`, the address of `{authority}`",
            named.authority
        );
        return Err(Problem::invalid("map", text));
    }
    state.callbook.put_list(&actor, body.map.clone()).await?;
    Ok(Json(body))
}

/// Says what a map makes of a list: a form with `map` and `file`. Nothing is stored.
#[utoipa::path(post, path = "/api/v1/callbook/lists/preview", tag = "callbook",
    request_body(content = String, content_type = "multipart/form-data"), responses(
    (status = 200, body = Preview), (status = 422, body = ProblemBody)))]
pub(super) async fn preview(
    State(state): State<CallbookState>,
    Who(actor): Who,
    request: Request,
) -> Result<impl IntoResponse> {
    let (map, bytes) = read(request).await?;
    let rows = state.callbook.preview(&actor, &map, bytes).await?;
    Ok(Json(Preview { rows }))
}

async fn read(request: Request) -> Result<(String, Vec<u8>)> {
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|rejection| Problem::bad_request("bad_form", rejection.body_text()))?;
    let (mut map, mut bytes) = (None, Vec::new());
    while let Some(mut part) = form
        .next_field()
        .await
        .map_err(|error| Problem::unread_body(LARGEST, &error))?
    {
        let is_map = part.name() == Some("map");
        let mut content = Vec::new();
        while let Some(piece) = part
            .chunk()
            .await
            .map_err(|error| Problem::unread_body(LARGEST, &error))?
        {
            // What is behind the first rows is read and let go.
            let room = LOOKED_AT.saturating_sub(content.len());
            content.extend_from_slice(&piece[..piece.len().min(room)]);
        }
        if is_map {
            map = Some(String::from_utf8(content).map_err(|_| Problem::invalid("map", "this is no text"))?);
        } else if bytes.is_empty() {
            bytes = content;
        }
    }
    // A line that was cut is no row.
    if bytes.len() == LOOKED_AT
        && let Some(end) = memchr::memrchr(b'\n', &bytes)
    {
        bytes.truncate(end + 1);
    }
    let map = map.ok_or_else(|| Problem::invalid("map", "the form has no column map"))?;
    Ok((map, bytes))
}
