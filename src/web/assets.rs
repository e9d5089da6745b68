//! Style sheets, scripts, images and map data, served from inside the program under `/a/<build hash>/`.
//!
//! The hash covers all files, so relative imports keep it and a file can be cached for ever. A page from
//! before an upgrade may still ask under the old hash: it gets the present file, which nobody may keep.
//! Compressed forms are made once per process, at first use. Debug builds read the files from disk.
//! Templates and catalogues are embedded as well but never served.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write as _;
use std::sync::{LazyLock, Mutex, PoisonError};

use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::{Embed, EmbeddedFile};

use super::{Access, Class, Problem, Routes};

#[derive(Embed)]
#[folder = "assets/"]
struct Files;

/// The top folders that are served.
const SERVED: [&str; 4] = ["css/", "js/", "img/", "geo/"];

static HASH: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<Cow<'static, str>> = Files::iter().filter(|name| served(name)).collect();
    names.sort();
    let mut hasher = blake3::Hasher::new();
    for name in names {
        if let Some(file) = Files::get(&name) {
            hasher
                .update(name.as_bytes())
                .update(&[0])
                .update(&file.metadata.sha256_hash());
        }
    }
    hasher.finalize().to_hex()[..16].to_owned()
});

static PACKED: LazyLock<Mutex<HashMap<(String, Coding), Packed>>> = LazyLock::new(Mutex::default);

/// A compressed file, with the hash of what it was made from (on disk it may change in debug builds).
#[derive(Clone)]
struct Packed {
    of: [u8; 32],
    bytes: Bytes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Coding {
    Brotli,
    Gzip,
}

/// The hash that is part of every asset's address in this build.
pub(crate) fn build_hash() -> &'static str {
    &HASH
}

/// The address that relative asset names hang under, with the final slash.
pub(crate) fn asset_base() -> String {
    format!("/a/{}/", build_hash())
}

/// The routes that serve them.
pub(crate) fn asset_routes() -> Routes {
    Routes::new()
        .page(Access::Public.class(Class::Free), "/a/{hash}/{*name}", get(serve))
        .page(Access::Public.class(Class::Free), "/favicon.ico", get(favicon))
}

/// The text of every catalogue, by language.
pub(super) fn catalogues() -> Vec<(String, String)> {
    let language = |name: &str| Some(name.strip_prefix("i18n/")?.strip_suffix(".toml")?.to_owned());
    Files::iter()
        .filter_map(|name| {
            let language = language(&name)?;
            let file = Files::get(&name)?;
            Some((language, String::from_utf8_lossy(&file.data).into_owned()))
        })
        .collect()
}

async fn serve(Path((hash, name)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let Some(file) = Some(&name)
        .filter(|name| served(name))
        .and_then(|name| Files::get(name))
    else {
        return Problem::not_found(format!("there is no asset {name}")).into_response();
    };
    let lasting = hash == build_hash() && !cfg!(debug_assertions);
    respond(name, file, lasting, headers).await
}

async fn favicon(headers: HeaderMap) -> Response {
    let name = "img/favicon.ico";
    match Files::get(name) {
        Some(file) => respond(name.to_owned(), file, false, headers).await,
        None => StatusCode::NO_CONTENT.into_response(),
    }
}

async fn respond(name: String, file: EmbeddedFile, lasting: bool, headers: HeaderMap) -> Response {
    let sha = file.metadata.sha256_hash();
    let etag = format!("\"{}\"", &blake3::hash(&sha).to_hex()[..20]);
    let keep = if lasting {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let base = [
        (header::CACHE_CONTROL, keep.to_owned()),
        (header::ETAG, etag.clone()),
        (header::VARY, "accept-encoding".to_owned()),
    ];
    if headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .any(|value| value.as_bytes() == etag.as_bytes())
    {
        return (StatusCode::NOT_MODIFIED, base).into_response();
    }
    let mime = content_type(&name);
    let coding = accepted(&headers).filter(|_| compressible(mime) && file.data.len() > 512);
    let (bytes, encoding) = match coding {
        Some(coding) => match packed(name, file, sha, coding).await {
            Ok(bytes) => (bytes, Some(coding.name())),
            Err(problem) => return problem.into_response(),
        },
        None => (bytes_of(file.data), None),
    };
    let mut response = (base, Body::from(bytes)).into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(mime));
    if let Some(encoding) = encoding {
        response
            .headers_mut()
            .insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

async fn packed(name: String, file: EmbeddedFile, of: [u8; 32], coding: Coding) -> Result<Bytes, Problem> {
    let key = (name, coding);
    let known = PACKED
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&key)
        .cloned();
    if let Some(packed) = known.filter(|packed| packed.of == of) {
        return Ok(packed.bytes);
    }
    // Two first visitors may both compress; the second result replaces an equal one.
    let bytes = tokio::task::spawn_blocking(move || coding.pack(&file.data))
        .await
        .map_err(Problem::internal)?;
    let entry = Packed {
        of,
        bytes: bytes.clone(),
    };
    PACKED
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(key, entry);
    Ok(bytes)
}

impl Coding {
    fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    fn pack(self, data: &[u8]) -> Bytes {
        match self {
            Self::Brotli => {
                let params = brotli::enc::BrotliEncoderParams {
                    quality: 10,
                    lgwin: 22,
                    ..Default::default()
                };
                let mut out = Vec::new();
                brotli::BrotliCompress(&mut &data[..], &mut out, &params).expect("memory takes every write");
                out.into()
            }
            Self::Gzip => {
                let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
                writer
                    .write_all(data)
                    .and_then(|()| writer.finish())
                    .expect("memory takes every write")
                    .into()
            }
        }
    }
}

fn accepted(headers: &HeaderMap) -> Option<Coding> {
    let accepts = |wanted: &str| {
        let values = headers
            .get_all(header::ACCEPT_ENCODING)
            .iter()
            .filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|part| {
            let mut pieces = part.split(';').map(str::trim);
            pieces.next() == Some(wanted)
                && !pieces.any(|piece| matches!(piece, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
        })
    };
    if accepts("br") {
        Some(Coding::Brotli)
    } else {
        accepts("gzip").then_some(Coding::Gzip)
    }
}

fn served(name: &str) -> bool {
    let in_place =
        SERVED.iter().any(|folder| name.starts_with(folder)) && !name.split('/').any(|part| part == "..");
    in_place && !name.ends_with(".test.js")
}

fn bytes_of(data: Cow<'static, [u8]>) -> Bytes {
    match data {
        Cow::Borrowed(fixed) => Bytes::from_static(fixed),
        Cow::Owned(read) => read.into(),
    }
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wav" => "audio/wav",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn compressible(mime: &str) -> bool {
    !matches!(mime, "image/png" | "image/jpeg" | "image/webp" | "font/woff2")
}
