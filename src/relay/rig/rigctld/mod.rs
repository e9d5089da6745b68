//! The client of Hamlib's daemon.
//!
//! One connection, one command under way, every line built from typed values. After a time-out or an answer that does
//! not belong to the question the connection is closed: that is the only way back into step.

pub(crate) mod answer;
mod dump;
pub(crate) mod link;

use std::time::Duration;

use smol_str::{SmolStr, format_smolstr};
use tokio::time::{Instant, timeout};

pub(crate) use dump::Dump;

use super::backend::Push;
use super::error::{RigError, RigErrorKind};
use super::lease::PttInput;
use super::mode::RigMode;
use super::model::{Level, Part, Reading, RigFacts};
use crate::ham::freq::Hertz;
use answer::Answer;
use link::{Link, LinkError};

/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(2);
/// How long a list without an end may pause before it is taken as complete.
const PAUSE: Duration = Duration::from_millis(300);

/// A connection to a daemon.
#[derive(Debug)]
pub(crate) struct Client {
    address: String,
    device: SmolStr,
    link: Option<Link>,
    /// A command was sent whose answer has not been read to its end.
    busy: bool,
    /// Whether answers end with RPRT on wish. Programs that imitate the daemon do not know how.
    extended: bool,
    /// What commands about a VFO have before their arguments.
    vfo: &'static str,
    can_read_tx: bool,
}

const WHOLE: &[Part] = &[Part::Frequency, Part::Mode, Part::Ptt, Part::Split];
const QUICK: &[Part] = &[Part::Frequency, Part::Mode, Part::Ptt];

#[expect(clippy::unused_self, reason = "the ways to a radio have one face")]
impl Client {
    /// A client that is not connected yet.
    pub(crate) fn new(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            device: format_smolstr!("rigctld at {address}"),
            link: None,
            busy: false,
            extended: true,
            vfo: "",
            can_read_tx: false,
        }
    }

    /// The device in words.
    pub(crate) fn device(&self) -> &str {
        &self.device
    }

    /// Whether it is connected.
    pub(crate) fn is_open(&self) -> bool {
        self.link.is_some()
    }

    /// Closes the connection without a word: what the daemon's `\halt` or `q` do differs by version.
    pub(crate) async fn close(&mut self) {
        self.link = None;
    }

    /// Connects and asks what the radio is.
    pub(crate) async fn connect(&mut self) -> Result<RigFacts, RigError> {
        self.open().await?;
        let dump = self.dump().await?;
        self.can_read_tx = dump.targetable_frequency;
        if dump.is_hamlib && self.extended {
            match self.get(r"\get_powerstat", 1).await {
                Ok(values) if values.first().is_some_and(|value| value == "0") => {
                    let what = "the radio is switched off";
                    return Err(RigError::new(RigErrorKind::PowerOff, &self.device, what));
                }
                Err(error) if error.is_unreachable() => return Err(error),
                _ => {}
            }
        }
        Ok(dump.facts())
    }

    async fn open(&mut self) -> Result<(), RigError> {
        self.link = None;
        self.busy = false;
        self.vfo = "";
        self.extended = true;
        let link = match timeout(ANSWER, Link::open(&self.address)).await {
            Ok(Ok(link)) => link,
            Ok(Err(error)) => {
                let what = format!("no connection: {error}");
                return Err(RigError::new(RigErrorKind::Unreachable, &self.device, what));
            }
            Err(_) => {
                let what = "no connection within 2 s";
                return Err(RigError::new(RigErrorKind::Unreachable, &self.device, what));
            }
        };
        self.link = Some(link);
        let line = self.exchange_line(r"\chk_vfo").await?;
        if !line.starts_with("RPRT") && line.trim_end().ends_with('1') {
            self.vfo = "currVFO ";
        }
        // A daemon answers in three lines or more; an imitation in one, or with an error.
        let command = format!("+{}", self.command("f", ""));
        let first = self.exchange_line(&command).await?;
        if first.ends_with(':') || first.starts_with("get_freq:") {
            self.skip_to_code().await?;
        } else {
            self.extended = false;
        }
        Ok(())
    }

    /// The abilities of the radio; an old or imitated daemon tells less.
    async fn dump(&mut self) -> Result<Dump, RigError> {
        let link = self.start(r"\dump_state").await?;
        let mut lines = Vec::new();
        let deadline = Instant::now() + ANSWER;
        let result = loop {
            let next = if lines.is_empty() {
                deadline
            } else {
                deadline.min(Instant::now() + PAUSE)
            };
            match link.line(next).await {
                Ok(line) if line == "done" => break Ok(()),
                Ok(line) if line.starts_with("RPRT") && lines.is_empty() => break Ok(()),
                Ok(line) if lines.len() < 512 => lines.push(line),
                Ok(_) => break Err(LinkError::TooMuch),
                Err(LinkError::TimedOut) if !lines.is_empty() => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        self.finish(result, "asking what it can do")?;
        Ok(Dump::parse(&lines))
    }

    /// What has to be asked for a picture.
    pub(crate) fn parts(&self, whole: bool) -> &'static [Part] {
        if whole { WHOLE } else { QUICK }
    }

    /// Asks one part.
    pub(crate) async fn read(&mut self, part: Part) -> Result<Reading, RigError> {
        let mut reading = Reading::default();
        match part {
            Part::Frequency => {
                let values = self.get(&self.command("f", ""), 1).await?;
                reading.frequency = Some(self.hertz(&values)?);
            }
            Part::Mode => {
                let values = self.get(&self.command("m", ""), 2).await?;
                reading.mode = values.first().and_then(|name| RigMode::parse(name));
                reading.passband = values
                    .get(1)
                    .and_then(|width| width.parse().ok())
                    .filter(|w| *w > 0);
            }
            Part::Ptt => {
                let values = self.get(&self.command("t", ""), 1).await?;
                reading.ptt = values.first().map(|value| value != "0");
            }
            Part::Split => {
                let values = self.get(&self.command("s", ""), 2).await?;
                let split = values.first().is_some_and(|value| value == "1");
                reading.split = Some(split);
                // Where the transmit VFO cannot be read in place, Hamlib would flip VFOs to read it.
                if split && self.can_read_tx {
                    let values = self.get(&self.command("i", ""), 1).await?;
                    reading.tx_frequency = self.hertz(&values).ok();
                }
            }
        }
        Ok(reading)
    }

    /// Sets the frequency and reads it back.
    pub(crate) async fn set_frequency(&mut self, frequency: Hertz) -> Result<Reading, RigError> {
        let command = self.command("F", &frequency.get().to_string());
        self.set(&command, "tuning").await?;
        self.read(Part::Frequency).await
    }

    /// Sets the mode and reads it back. Without a width the operator's filter stays.
    pub(crate) async fn set_mode(&mut self, mode: RigMode, width: Option<u32>) -> Result<Reading, RigError> {
        let width = width.map_or(-1, i64::from);
        let command = self.command("M", &format!("{} {width}", mode.name()));
        self.set(&command, "setting the mode").await?;
        self.read(Part::Mode).await
    }

    /// Split to a transmit frequency, or off.
    pub(crate) async fn set_split(&mut self, to: Option<Option<Hertz>>) -> Result<Reading, RigError> {
        let arguments = if to.is_some() { "1 VFOB" } else { "0 VFOA" };
        self.set(&self.command("S", arguments), "setting split").await?;
        if let Some(Some(frequency)) = to {
            let command = self.command("I", &frequency.get().to_string());
            self.set(&command, "tuning the transmitter").await?;
        }
        let mut reading = self.read(Part::Split).await?;
        if to.is_some() && reading.tx_frequency.is_none() {
            reading.tx_frequency = to.flatten();
        }
        Ok(reading)
    }

    /// Keys or unkeys.
    pub(crate) async fn set_ptt(&mut self, input: Option<PttInput>) -> Result<(), RigError> {
        // Unkeying does not wait for an answer that may never come.
        if self.busy {
            self.open().await?;
        }
        let (value, doing) = match input {
            None => ("0", "unkeying"),
            Some(PttInput::Any) => ("1", "keying"),
            Some(PttInput::Mic) => ("2", "keying"),
            Some(PttInput::Data) => ("3", "keying"),
        };
        self.set(&self.command("T", value), doing).await
    }

    /// Reads a level.
    pub(crate) async fn level(&mut self, level: Level) -> Result<f64, RigError> {
        let values = self.get(&self.command("l", level.name()), 1).await?;
        let value = values
            .first()
            .and_then(|value| value.parse::<f64>().ok())
            .filter(|v| v.is_finite());
        value.ok_or_else(|| self.garbled("a level that is no number"))
    }

    /// Sets a level.
    pub(crate) async fn set_level(&mut self, level: Level, value: f64) -> Result<(), RigError> {
        if !level.accepts(value) {
            let what = format!("{} cannot be set to {value}", level.name());
            return Err(RigError::new(RigErrorKind::Unsupported, &self.device, what));
        }
        let value = if level == Level::KeySpeed {
            format!("{value:.0}")
        } else {
            format!("{value:.3}")
        };
        let command = self.command("L", &format!("{} {value}", level.name()));
        self.set(&command, "setting a level").await
    }

    /// The daemon tells nothing unasked: waits until the connection breaks.
    pub(crate) async fn idle(&mut self) -> Push {
        let Some(link) = &mut self.link else {
            return std::future::pending().await;
        };
        let error = link.broken().await;
        self.link = None;
        Push::Lost(self.link_error(error, "waiting"))
    }

    fn command(&self, letter: &str, arguments: &str) -> String {
        let vfo = if arguments.is_empty() {
            self.vfo.trim_end()
        } else {
            self.vfo
        };
        let blank = if vfo.is_empty() && arguments.is_empty() {
            ""
        } else {
            " "
        };
        format!("{letter}{blank}{vfo}{arguments}")
    }

    fn hertz(&self, values: &[String]) -> Result<Hertz, RigError> {
        let text = values.first().map_or("", |value| value.as_str());
        let whole = text.split('.').next().unwrap_or(text);
        let hertz = whole
            .parse::<u64>()
            .map_err(|_| self.garbled("a frequency that is no number"))?;
        Ok(Hertz::new(hertz))
    }

    /// Sends a command that changes something.
    async fn set(&mut self, command: &str, doing: &str) -> Result<(), RigError> {
        let answer = self.transact(command, 0, doing).await?;
        match answer.code {
            0 => Ok(()),
            code => Err(RigError::from_rprt(&self.device, doing, code)),
        }
    }

    /// Asks for so many values.
    async fn get(&mut self, command: &str, values: usize) -> Result<Vec<String>, RigError> {
        let doing = "reading the radio";
        let answer = self.transact(command, values, doing).await?;
        if answer.code != 0 {
            return Err(RigError::from_rprt(&self.device, doing, answer.code));
        }
        if answer.values.len() < values {
            self.link = None;
            return Err(self.garbled("too few lines"));
        }
        Ok(answer.values)
    }

    async fn transact(&mut self, command: &str, values: usize, doing: &str) -> Result<Answer, RigError> {
        if self.busy && self.link.is_some() {
            self.open().await?;
        }
        let extended = self.extended;
        let sent = if extended {
            format!("+{command}")
        } else {
            command.to_owned()
        };
        let link = self.start(&sent).await?;
        let deadline = Instant::now() + ANSWER;
        let result = if extended {
            answer::extended(link, deadline, command).await
        } else {
            answer::plain(link, deadline, values).await
        };
        self.finish(result, doing)
    }

    /// Sends a command and reads the first line of what comes.
    async fn exchange_line(&mut self, command: &str) -> Result<String, RigError> {
        let link = self.start(command).await?;
        let result = link.line(Instant::now() + ANSWER).await;
        self.finish(result, "saying hello")
    }

    async fn skip_to_code(&mut self) -> Result<(), RigError> {
        let deadline = Instant::now() + ANSWER;
        let device = self.device.clone();
        let lost = || RigError::new(RigErrorKind::Unreachable, &device, "the connection is closed");
        self.busy = true;
        let link = self.link.as_mut().ok_or_else(lost)?;
        let result = answer::to_code(link, deadline).await;
        self.finish(result, "saying hello").map(|_| ())
    }

    async fn start(&mut self, line: &str) -> Result<&mut Link, RigError> {
        let sent = match &mut self.link {
            Some(link) => {
                self.busy = true;
                link.send(line, Instant::now() + ANSWER).await
            }
            None => Err(LinkError::Closed),
        };
        if let Err(error) = sent {
            self.link = None;
            self.busy = false;
            return Err(self.link_error(error, "sending"));
        }
        let closed = || {
            RigError::new(
                RigErrorKind::Unreachable,
                &self.device,
                "the connection is closed",
            )
        };
        self.link.as_mut().ok_or_else(closed)
    }

    /// Ends a command: out of step after anything unexpected, so the connection is closed then.
    fn finish<T>(&mut self, result: Result<T, LinkError>, doing: &str) -> Result<T, RigError> {
        self.busy = false;
        result.map_err(|error| {
            self.link = None;
            self.link_error(error, doing)
        })
    }

    fn link_error(&self, error: LinkError, doing: &str) -> RigError {
        let kind = match error {
            LinkError::TimedOut => RigErrorKind::TimedOut,
            LinkError::Closed | LinkError::Io(_) => RigErrorKind::Unreachable,
            LinkError::TooMuch | LinkError::Unexpected(_) => RigErrorKind::Garbled,
        };
        RigError::new(kind, &self.device, format!("{doing}: {error}"))
    }

    fn garbled(&self, what: &str) -> RigError {
        RigError::new(
            RigErrorKind::Garbled,
            &self.device,
            format!("the answer was {what}"),
        )
    }
}
