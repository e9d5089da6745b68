//! Who publishes: a node of the cluster that Shackbox is signed in to, a program that posts spots to it, or a websocket
//! client of another server.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::subscribe::{STAMP, micros, open};
use crate::{Failure, Options};

/// The connection that messages are published over.
pub(crate) async fn connect(options: &Options) -> Result<TcpStream, Failure> {
    match (options.named.get("feed"), &options.key) {
        (Some(address), _) => signed_in(&TcpListener::bind(address).await?).await,
        (None, Some(_)) => Ok(TcpStream::connect(&options.address).await?),
        (None, None) => open(options).await,
    }
}

/// Publishes at the rate over one connection, and reads the answers as they come; how many were taken.
pub(crate) async fn run(
    stream: TcpStream,
    options: &Options,
    rate: u64,
    seconds: u64,
) -> Result<u64, Failure> {
    let fed = options.named.contains_key("feed");
    stream.set_nodelay(true)?;
    let (mut reader, mut writer) = stream.into_split();
    let refused = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&refused);
    tokio::spawn(async move {
        let mut bytes = vec![0; 64 << 10];
        while let Ok(read @ 1..) = reader.read(&mut bytes).await {
            let text = String::from_utf8_lossy(&bytes[..read]);
            let bad = text.matches("HTTP/1.1 4").count() + text.matches("HTTP/1.1 5").count();
            counted.fetch_add(bad as u64, Ordering::Relaxed);
        }
    });
    let together = options.number("together", 1)?.max(1);
    let published = rate * seconds / together * together;
    let mut tick = tokio::time::interval(Duration::from_micros(1_000_000 * together / rate.max(1)));
    for first in (0..published).step_by(usize::try_from(together)?) {
        tick.tick().await;
        let numbers = first..first + together;
        let bytes = match &options.key {
            _ if fed => numbers.flat_map(|number| line(number).into_bytes()).collect(),
            Some(key) if together == 1 => post(options, key, "/api/v1/dx/spots", &spot(first)),
            Some(key) => {
                let spots: Vec<String> = numbers.map(spot).collect();
                let body = format!(r#"{{"vals":[{}]}}"#, spots.join(","));
                post(options, key, "/json/2/ham.dx.spot/push_spot", &body)
            }
            None => numbers.flat_map(frame).collect(),
        };
        writer.write_all(&bytes).await?;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    Ok(published - refused.load(Ordering::Relaxed))
}

/// Waits until Shackbox has signed in, as a user of the node that this is.
async fn signed_in(node: &TcpListener) -> Result<TcpStream, Failure> {
    let (mut stream, _) = node.accept().await?;
    stream.write_all(b"login: ").await?;
    let mut call = [0; 64];
    let _ = stream.read(&mut call).await?;
    stream
        .write_all(b"Hello, this is N0CALL-9 running a bench\r\nN0CALL de N0CALL-9 >\r\n")
        .await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    Ok(stream)
}

/// A spot as a node tells it.
fn line(number: u64) -> String {
    let hertz = 14_000_000 + number % 700 * 100;
    let kilohertz = format!("{}.{}", hertz / 1_000, hertz % 1_000 / 100);
    let now = micros();
    let minutes = now / 60_000_000 % 1_440;
    format!(
        "DX de W1AW-9:  {kilohertz:>9}  {:<12} {STAMP}{now:016}       {:02}{:02}Z\r\n",
        call(number),
        minutes / 60,
        minutes % 60,
    )
}

/// A spot that none before repeats.
fn spot(number: u64) -> String {
    format!(
        r#"{{"call":"{}","freq_hz":{},"mode":"CW","comment":"{STAMP}{:016} CQ up 2 loud in Europe"}}"#,
        call(number),
        14_000_000 + number % 700 * 100,
        micros(),
    )
}

fn post(options: &Options, key: &str, path: &str, body: &str) -> Vec<u8> {
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {key}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        options.address,
        body.len(),
    );
    request.into_bytes()
}

/// A message as long as Shackbox makes of such a spot, in one frame with a mask of zeros.
fn frame(number: u64) -> Vec<u8> {
    let text = format!(
        r#"{{"seq":{number:016},"type":"spot","spot":{{"call":"{}","comment":"{STAMP}{:016}"}}}}"#,
        call(number),
        micros(),
    );
    let text = format!("{text:width$}", width = usize::from(LENGTH));
    let mut bytes = vec![0x81, 0x80 | 0x7e];
    bytes.extend(LENGTH.to_be_bytes());
    bytes.extend([0; 4]);
    bytes.extend(text.into_bytes());
    bytes
}

/// Bytes of a spot's message.
const LENGTH: u16 = 580;

fn call(number: u64) -> String {
    let letter = |number: u64| char::from(b'A' + u8::try_from(number % 26).unwrap_or_default());
    let letters: String = [number / 676, number / 26, number].map(letter).iter().collect();
    format!("K{}{letters}", number % 10)
}
