//! Getting registers from their authorities: politely, resumably, and never a byte more than needed.
//!
//! A file is asked for only if it changed; a connection that breaks is taken up where it broke, now or at the next
//! attempt; what arrives is checked (whole archive, no web page, SHA-256 other than the last one) before anybody
//! reads it. The [`State`] to ask with next time is handed back and must be stored only when the import committed.
//! A refusal (403) is reported with what can be done, never evaded. Not here: running an import (`jobs`).

pub(crate) mod check;
pub(crate) mod daily;
pub(crate) mod source;
mod spool;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use url::Url;

pub(crate) use source::{Kind, Source};

use super::registers::{Progress, Stage};
use crate::env::{Download, Incoming, OutboundError};
use spool::{Origin, Spool, Writing};

/// Attempts at one file while its parts can be continued.
const MOST_ATTEMPTS: u32 = 4;
/// The largest page that is looked through for a link.
const MOST_PAGE: u64 = 4 << 20;
/// Bytes at the end of an archive in which its directory's end must stand.
const ARCHIVE_END: u64 = 66 * 1024;

/// What is known of the file that was imported last; stored with the import, in one commit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct State {
    /// Where it came from; empty for a file that was handed over.
    pub(crate) url: SmolStr,
    pub(crate) etag: Option<SmolStr>,
    pub(crate) last_modified: Option<SmolStr>,
    /// In hexadecimal; empty when nothing was imported yet.
    pub(crate) sha256: SmolStr,
    pub(crate) bytes: u64,
    /// When the register was made, by its own word (FCC `counts`); of daily files the newest applied.
    pub(crate) stamp: Option<Timestamp>,
    /// Valid calls in it.
    pub(crate) active: u64,
}

/// A file that may be imported. Remove it when the import has ended.
#[derive(Debug)]
pub(crate) struct Fetched {
    pub(crate) path: PathBuf,
    /// To be stored once the import committed, with `stamp` and `active` as the import found them.
    pub(crate) state: State,
}

/// What came of asking.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The server says that the file did not change.
    NotModified,
    /// The file was sent and is the one imported last; the state (with a new `ETag`) may be stored at once.
    Same(State),
    /// Another file.
    New(Fetched),
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    #[error("{0:?} is no address")]
    Address(String),
    /// 401, 403, 429, 451.
    #[error("{host} refuses to answer (status {status})")]
    Refused {
        host: String,
        status: u16,
        retry_after: Option<Duration>,
    },
    /// 404, 410. Of a daily file this is normal: some days have none.
    #[error("there is no such file at {host}")]
    Missing { host: String },
    #[error("{host} answered with status {status}")]
    Status { host: String, status: u16 },
    #[error(transparent)]
    Outbound(OutboundError),
    #[error("the file is larger than {most} bytes")]
    TooLarge { most: u64 },
    #[error("the archive is cut short or damaged")]
    Truncated,
    /// A web page or something else came.
    #[error("what came is {0}, not the register")]
    NotTheFile(&'static str),
    #[error("the download cannot be written: {0}")]
    Io(#[from] io::Error),
    #[error("the download was stopped")]
    Cancelled,
}

impl FetchError {
    /// What an administrator can do, in English; empty where waiting is all.
    pub(crate) fn advice(&self) -> &'static str {
        match self {
            Self::Refused { .. } => {
                "Some hosts refuse whole networks, data centres above all. This is not worked around: download the file \
                 with a browser and hand it over, or name an outbound proxy that may ask."
            }
            Self::Missing { .. } | Self::Address(_) => "Look up the present address of the file and set it.",
            Self::NotTheFile(_) => {
                "Open the address in a browser to see what it shows, and set the present one."
            }
            Self::TooLarge { .. } => "If the register has really grown so much, hand the file over.",
            Self::Io(_) => "Look for room on the disk of the data directory.",
            Self::Status { .. } | Self::Outbound(_) | Self::Truncated | Self::Cancelled => "",
        }
    }

    /// Whether another attempt soon may help.
    fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Outbound(OutboundError::Timeout(_) | OutboundError::Unreachable { .. })
        )
    }
}

/// Told how far a download is; `false` stops it.
pub(crate) type Watch<'w> = &'w mut (dyn FnMut(Progress) -> bool + Send);

/// Asks for the file of a source, unless it is the one of `state`. Files lie in `spool`, which only downloads use.
/// Of [`Kind::FccDaily`] give the source with the day's own address ([`daily::address`]) and the state of that day.
pub(crate) async fn fetch(
    source: &Source,
    state: &State,
    spool: &Path,
    watch: Watch<'_>,
) -> Result<Outcome, FetchError> {
    let url = match source.kind {
        Kind::Japan => newest_link(source).await?,
        _ => address(&source.url)?,
    };
    let spool = Spool::open(spool, &source.spool_name()).await?;
    let mut attempt = 1;
    loop {
        let error = match once(source, &url, state, &spool, watch).await {
            Err(error) if error.is_passing() && attempt < MOST_ATTEMPTS => error,
            done => return done,
        };
        // Only what can be continued is tried again at once: the rest waits for the schedule.
        if spool.left_over(url.as_str()).await.is_none() {
            return Err(error);
        }
        attempt += 1;
    }
}

fn address(text: &str) -> Result<Url, FetchError> {
    let url: Option<Url> = text.parse().ok();
    url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or_else(|| FetchError::Address(text.to_owned()))
}

async fn once(
    source: &Source,
    url: &Url,
    state: &State,
    spool: &Spool,
    watch: Watch<'_>,
) -> Result<Outcome, FetchError> {
    let left_over = spool.left_over(url.as_str()).await;
    let known = left_over.is_none() && state.url == url.as_str();
    let download = Download {
        url,
        form: source.form(),
        etag: state.etag.as_deref().filter(|_| known),
        last_modified: state.last_modified.as_deref().filter(|_| known),
        resume: left_over
            .as_ref()
            .map(|(from, validator)| (*from, validator.as_str())),
        agent: &source.agent,
        proxy: source.proxy.as_ref(),
        patience: source.patience,
    };
    let incoming = download.start().await.map_err(FetchError::Outbound)?;
    let status = incoming.status();
    if status == 304 && known {
        return Ok(Outcome::NotModified);
    }
    let misfit = status == 416 || status == 206 && !continues(&incoming, left_over.as_ref());
    if misfit && left_over.is_some() {
        // The part does not fit what is there now: once more from the start.
        spool.forget().await?;
        return Box::pin(once(source, url, state, spool, watch)).await;
    }
    check_status(url, &incoming, left_over.is_some())?;
    let fresh = State {
        url: url.as_str().into(),
        etag: incoming.header("etag").map(SmolStr::from),
        last_modified: incoming.header("last-modified").map(SmolStr::from),
        ..State::default()
    };
    let writing = if status == 206 {
        spool.go_on().await?
    } else {
        spool.begin(origin(url, &fresh)).await?
    };
    let sha256 = take(source, incoming, writing, watch).await?;
    finish(source, spool, state, fresh, sha256).await
}

/// Whether the server goes on exactly where the part ends.
fn continues(incoming: &Incoming, left_over: Option<&(u64, String)>) -> bool {
    let range = incoming
        .header("content-range")
        .and_then(|range| range.strip_prefix("bytes "));
    let from = range.and_then(|range| range.split('-').next()?.parse::<u64>().ok());
    from.is_some() && from == left_over.map(|(bytes, _)| *bytes)
}

fn check_status(url: &Url, incoming: &Incoming, asked_for_rest: bool) -> Result<(), FetchError> {
    let host = url.host_str().unwrap_or_default().to_owned();
    let retry_after = || {
        incoming
            .header("retry-after")?
            .parse()
            .ok()
            .map(Duration::from_secs)
    };
    match incoming.status() {
        200 => Ok(()),
        // Asked for, and checked to go on where the part ends.
        206 if asked_for_rest => Ok(()),
        status @ (401 | 403 | 429 | 451) => Err(FetchError::Refused {
            host,
            status,
            retry_after: retry_after(),
        }),
        404 | 410 => Err(FetchError::Missing { host }),
        status => Err(FetchError::Status { host, status }),
    }
}

/// By what a part can be continued: not by a weak `ETag`, which promises less than the same bytes.
fn origin(url: &Url, fresh: &State) -> Option<Origin> {
    let strong = fresh.etag.as_ref().filter(|etag| !etag.starts_with("W/"));
    strong.or(fresh.last_modified.as_ref()).map(|validator| Origin {
        url: url.to_string(),
        validator: validator.to_string(),
    })
}

/// Writes the body; its SHA-256. A part stays where it can be continued.
async fn take(
    source: &Source,
    mut incoming: Incoming,
    mut writing: Writing,
    watch: Watch<'_>,
) -> Result<String, FetchError> {
    let of = incoming.length().map(|length| length + writing.bytes);
    let most = source.most_bytes;
    if of.is_some_and(|of| of > most) {
        return Err(FetchError::TooLarge { most });
    }
    loop {
        let piece = match incoming.piece().await {
            Ok(Some(piece)) => piece,
            Ok(None) => return Ok(writing.finish().await?),
            Err(error) => {
                writing.leave().await?;
                return Err(FetchError::Outbound(error));
            }
        };
        if writing.bytes + piece.len() as u64 > most {
            return Err(FetchError::TooLarge { most });
        }
        writing.write(&piece).await?;
        let progress = Progress {
            stage: Stage::Downloading,
            done: writing.bytes,
            of,
        };
        if !watch(progress) {
            writing.leave().await?;
            return Err(FetchError::Cancelled);
        }
    }
}

/// Looks at what came, and gives it its name if it is new.
async fn finish(
    source: &Source,
    spool: &Spool,
    state: &State,
    mut fresh: State,
    sha256: String,
) -> Result<Outcome, FetchError> {
    if let Err(error) = inspect(spool.part(), source.is_archive()).await {
        spool.forget().await?;
        return Err(error);
    }
    fresh.bytes = tokio::fs::metadata(spool.part()).await?.len();
    fresh.sha256 = sha256.into();
    if fresh.sha256 == state.sha256 {
        spool.forget().await?;
        fresh.stamp = state.stamp;
        fresh.active = state.active;
        return Ok(Outcome::Same(fresh));
    }
    let name = format!("{}.{}", source.spool_name(), &fresh.sha256[..12]);
    let path = spool.keep(&name).await?;
    Ok(Outcome::New(Fetched { path, state: fresh }))
}

/// Whether a file is what it should be: an archive with its end, or at least no web page.
async fn inspect(path: &Path, archive: bool) -> Result<(), FetchError> {
    let mut file = tokio::fs::File::open(path).await?;
    let mut begin = vec![0; 512];
    let read = file.read(&mut begin).await?;
    begin.truncate(read);
    let text = String::from_utf8_lossy(&begin).trim_start().to_ascii_lowercase();
    if ["<!doctype html", "<html", "<head"]
        .iter()
        .any(|tag| text.starts_with(tag))
    {
        return Err(FetchError::NotTheFile("a web page"));
    }
    if begin.is_empty() {
        return Err(FetchError::NotTheFile("an empty file"));
    }
    if !archive {
        return Ok(());
    }
    if !begin.starts_with(b"PK") {
        return Err(FetchError::NotTheFile("no zip archive"));
    }
    let bytes = file.metadata().await?.len();
    file.seek(io::SeekFrom::Start(bytes.saturating_sub(ARCHIVE_END)))
        .await?;
    let mut end = Vec::new();
    file.read_to_end(&mut end).await?;
    if memchr::memmem::rfind(&end, b"PK\x05\x06").is_none() {
        return Err(FetchError::Truncated);
    }
    Ok(())
}

/// The address of the newest of Japan's yearly lists, from the page that links them.
async fn newest_link(source: &Source) -> Result<Url, FetchError> {
    let page = address(&source.url)?;
    let download = Download {
        url: &page,
        form: &[],
        etag: None,
        last_modified: None,
        resume: None,
        agent: &source.agent,
        proxy: source.proxy.as_ref(),
        patience: source.patience,
    };
    let mut incoming = download.start().await.map_err(FetchError::Outbound)?;
    check_status(&page, &incoming, false)?;
    let mut body = Vec::new();
    while let Some(piece) = incoming.piece().await.map_err(FetchError::Outbound)? {
        if (body.len() + piece.len()) as u64 > MOST_PAGE {
            return Err(FetchError::TooLarge { most: MOST_PAGE });
        }
        body.extend_from_slice(&piece);
    }
    newest(&page, &String::from_utf8_lossy(&body))
        .ok_or(FetchError::NotTheFile("a page without links to the lists"))
}

/// The link with the latest day in its name, on the page's own host.
fn newest(page: &Url, html: &str) -> Option<Url> {
    const BEGIN: &str = "offline-callbook-ja-";
    const END: &str = "-en.csv";
    let links = html.split(['"', '\'']).filter(|link| link.ends_with(END));
    let dated = links.filter_map(|link| {
        let day = link.rsplit_once(BEGIN)?.1.strip_suffix(END)?;
        let is_day = day.len() == 8 && day.bytes().all(|b| b.is_ascii_digit());
        let url = page.join(link).ok()?;
        (is_day && url.host_str() == page.host_str()).then_some((day, url))
    });
    dated.max_by(|a, b| a.0.cmp(b.0)).map(|(_, url)| url)
}
