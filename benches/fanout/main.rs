//! A load client for websocket fan-out: many subscribers, messages published at a rate, what arrived and when.
//!
//! `fanout HOST:PORT [--key KEY | --peer] [--subs 1000] [--rate 100] [--seconds 20] [--stalled 0] [--feed ADDRESS] [--pid SERVER]`
//!
//! With a key it subscribes to `/ws/firehose` of Shackbox and posts spots, one by one over REST or, with `--together N`,
//! as lists over `/json/2`; with `--feed ADDRESS` it is the cluster node there that Shackbox signs in to; with `--peer` it publishes messages of the same size on a websocket, which the server is to
//! hand on to everybody. Each message carries the time it was sent at: all subscribers count, a tenth read that time.
//! See `benches/fanout.sh`.

mod publish;
mod subscribe;

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use subscribe::Seen;
use tokio::time::Instant;

/// Why the run could not be made.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What the command line asks for.
pub(crate) struct Options {
    address: String,
    /// The API key of Shackbox; none with another server.
    key: Option<String>,
    named: HashMap<String, String>,
}

impl Options {
    fn read() -> Result<Self, Failure> {
        let (mut addresses, mut named) = (Vec::new(), HashMap::new());
        let mut given = std::env::args().skip(1);
        while let Some(word) = given.next() {
            match word.strip_prefix("--") {
                Some("peer") => {}
                Some(name) => {
                    named.insert(name.to_owned(), given.next().ok_or("a value is missing")?);
                }
                None => addresses.push(word),
            }
        }
        let [address] = <[String; 1]>::try_from(addresses).map_err(|_| "HOST:PORT is needed")?;
        let key = named.remove("key");
        Ok(Self { address, key, named })
    }

    fn number(&self, name: &str, usual: u64) -> Result<u64, Failure> {
        Ok(self.named.get(name).map_or(Ok(usual), |text| text.parse())?)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let options = Options::read()?;
    let (subscribers, stalled) = (options.number("subs", 1_000)?, options.number("stalled", 0)?);
    let (rate, seconds) = (options.number("rate", 100)?, options.number("seconds", 20)?);
    let server = Process::new(options.named.get("pid").cloned());
    let seen = Arc::new(Seen::default());

    let publisher = publish::connect(&options).await?;
    let before = server.memory();
    let mut silent = Vec::new();
    for number in 0..subscribers + stalled {
        let stream = subscribe::open(&options).await?;
        if number < subscribers {
            tokio::spawn(subscribe::listen(stream, Arc::clone(&seen), number % 10 == 0));
        } else {
            silent.push(stream);
        }
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let per_connection = server.memory().saturating_sub(before) / (subscribers + stalled).max(1);

    seen.begin();
    let (cpu_before, begun) = (server.cpu(), Instant::now());
    let published = publish::run(publisher, &options, rate, seconds).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (used, wall) = (server.cpu() - cpu_before, begun.elapsed().as_secs_f64());

    let got = seen.count();
    let delays = seen.delays();
    writeln!(
        std::io::stdout(),
        "{subscribers} subscribers, {rate}/s: {got} of {} delivered, {} gaps, {} closed, {} bytes each; \
         p50 {:.1} ms, p99 {:.1} ms, max {:.1} ms; {:.2} CPU s per million, {:.1} % of a core; \
         {per_connection} bytes of memory per connection, {} MB in all",
        published * subscribers,
        seen.gaps(),
        seen.ended(),
        seen.bytes() / got.max(1),
        delays.at(50),
        delays.at(99),
        delays.at(100),
        used * 1e6 / ratio(got.max(1)),
        used / wall * 100.0,
        server.memory() >> 20,
    )?;
    drop(silent);
    Ok(())
}

/// A whole number as a divisor; exact below 2^52.
#[expect(clippy::cast_precision_loss, reason = "counts of a run are far below 2^52")]
fn ratio(number: u64) -> f64 {
    number as f64
}

/// The server as Linux sees it; all zero without its number.
struct Process {
    id: Option<String>,
}

impl Process {
    fn new(id: Option<String>) -> Self {
        Self { id }
    }

    fn read(&self, file: &str) -> String {
        let path = self.id.as_ref().map(|id| format!("/proc/{id}/{file}"));
        path.and_then(|path| std::fs::read_to_string(path).ok())
            .unwrap_or_default()
    }

    /// Seconds of user and system time; a hundred ticks are one.
    fn cpu(&self) -> f64 {
        let stat = self.read("stat");
        let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        let ticks = fields.split_whitespace().skip(11).take(2);
        ticks.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
    }

    /// Bytes of memory in use.
    fn memory(&self) -> u64 {
        let status = self.read("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        kilobytes.unwrap_or(0) << 10
    }
}
