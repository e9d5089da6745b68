//! A rotator by Hamlib's daemon `rotctld`.
//!
//! The daemon says that a turn was accepted, not that it was made: the position is asked until it is there, or until
//! nothing has moved for five seconds. A rotator with overlap is turned the short way.

use std::time::Duration;

use serde::Serialize;
use smol_str::{SmolStr, format_smolstr};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until, timeout};

use super::error::{RigError, RigErrorKind};
use super::rigctld::link::{Link, LinkError};

const ANSWER: Duration = Duration::from_secs(2);
const POLL: Duration = Duration::from_secs(1);
const RETRY: Duration = Duration::from_secs(2);
/// How near is there, in degrees.
const NEAR: f64 = 1.0;
/// No movement for so long: it will not get there.
const STUCK: Duration = Duration::from_secs(5);

/// Where a rotator points.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub(crate) struct RotatorState {
    /// Whether the daemon answers.
    pub(crate) connected: bool,
    /// Degrees clockwise from north, 0 to 360.
    pub(crate) azimuth: Option<f64>,
    /// Degrees above the horizon.
    pub(crate) elevation: Option<f64>,
    /// Where it turns to, while it turns.
    pub(crate) target: Option<f64>,
    /// Why it is not connected, or did not arrive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<RigError>,
}

/// How far a rotator turns, in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Reach {
    min_az: f64,
    max_az: f64,
    min_el: f64,
    max_el: f64,
}

impl Default for Reach {
    fn default() -> Self {
        Self {
            min_az: 0.0,
            max_az: 360.0,
            min_el: 0.0,
            max_el: 90.0,
        }
    }
}

impl Reach {
    /// Reads the lines of the daemon's `dump_state`; what is missing is as usual.
    pub(crate) fn parse(lines: &[String]) -> Self {
        let mut reach = Self::default();
        for line in lines {
            let Some((name, value)) = line.split_once('=') else {
                continue;
            };
            let Some(value) = value.trim().parse::<f64>().ok().filter(|v| v.abs() <= 1_000.0) else {
                continue;
            };
            match name {
                "min_az" => reach.min_az = value,
                "max_az" => reach.max_az = value,
                "min_el" => reach.min_el = value,
                "max_el" => reach.max_el = value,
                _ => {}
            }
        }
        reach
    }

    /// The rotator's own number for an azimuth: of those within reach the one nearest to where it stands.
    fn nearest(&self, azimuth: f64, from: f64) -> Option<f64> {
        let azimuth = azimuth.rem_euclid(360.0);
        let candidates = [azimuth - 360.0, azimuth, azimuth + 360.0];
        let within = candidates
            .into_iter()
            .filter(|az| (self.min_az..=self.max_az).contains(az));
        within.min_by(|a, b| (a - from).abs().total_cmp(&(b - from).abs()))
    }
}

type Done = oneshot::Sender<Result<(), RigError>>;

#[derive(Debug)]
enum Wish {
    Turn(f64, Option<f64>, Done),
    Stop(Done),
    Park(Done),
}

/// A rotator. Clones are the same one; it is left where it is when the last is gone.
#[derive(Debug, Clone)]
pub(crate) struct Rotator {
    wishes: mpsc::Sender<Wish>,
    state: watch::Receiver<RotatorState>,
    device: SmolStr,
}

impl Rotator {
    /// Starts the owner of a rotator on the present runtime; it connects by itself.
    pub(crate) fn start(address: &str) -> Self {
        let (wishes, incoming) = mpsc::channel(16);
        let (out, state) = watch::channel(RotatorState::default());
        let device = format_smolstr!("rotctld at {address}");
        let owner = Owner {
            address: address.to_owned(),
            device: device.clone(),
            link: None,
            reach: Reach::default(),
            raw_azimuth: 0.0,
            moved_at: Instant::now(),
            out,
        };
        tokio::spawn(owner.run(incoming));
        Self {
            wishes,
            state,
            device,
        }
    }

    /// Turns to an azimuth, and to an elevation if given. Done when the turn has begun; the state tells of the rest.
    pub(crate) async fn turn(&self, azimuth: f64, elevation: Option<f64>) -> Result<(), RigError> {
        let sane = azimuth.is_finite() && elevation.is_none_or(f64::is_finite);
        if !sane || !(-360.0..=720.0).contains(&azimuth) {
            let what = "there is no such direction";
            return Err(RigError::new(RigErrorKind::OutOfRange, &self.device, what));
        }
        self.ask(|done| Wish::Turn(azimuth, elevation, done)).await
    }

    /// Stops where it is.
    pub(crate) async fn stop(&self) -> Result<(), RigError> {
        self.ask(Wish::Stop).await
    }

    /// Turns to its resting position.
    pub(crate) async fn park(&self) -> Result<(), RigError> {
        self.ask(Wish::Park).await
    }

    /// Where it points.
    pub(crate) fn state(&self) -> watch::Receiver<RotatorState> {
        self.state.clone()
    }

    async fn ask(&self, wish: impl FnOnce(Done) -> Wish) -> Result<(), RigError> {
        let (done, answer) = oneshot::channel();
        let stopped = || RigError::new(RigErrorKind::Stopped, &self.device, "the relay is ending");
        self.wishes.send(wish(done)).await.map_err(|_| stopped())?;
        answer.await.unwrap_or_else(|_| Err(stopped()))
    }
}

struct Owner {
    address: String,
    device: SmolStr,
    link: Option<Link>,
    reach: Reach,
    raw_azimuth: f64,
    moved_at: Instant,
    out: watch::Sender<RotatorState>,
}

impl Owner {
    async fn run(mut self, mut wishes: mpsc::Receiver<Wish>) {
        loop {
            let pause = if self.link.is_some() { POLL } else { RETRY };
            let result = match &self.link {
                None => self.connect().await,
                Some(_) => self.look().await,
            };
            if let Err(error) = result {
                self.lost(error);
            }
            let next = Instant::now() + pause;
            // Wishes do not wait for the next look.
            loop {
                tokio::select! {
                    wish = wishes.recv() => match wish {
                        Some(wish) => self.carry_out(wish).await,
                        None => return,
                    },
                    () = sleep_until(next) => break,
                }
            }
        }
    }

    async fn connect(&mut self) -> Result<(), RigError> {
        match timeout(ANSWER, Link::open(&self.address)).await {
            Ok(Ok(link)) => self.link = Some(link),
            Ok(Err(error)) => return Err(self.error(&error)),
            Err(_) => return Err(self.error(&LinkError::TimedOut)),
        }
        let lines = self
            .exchange(r"\dump_state", |line| line == "done" || line.starts_with("RPRT"))
            .await?;
        self.reach = Reach::parse(&lines);
        self.look().await
    }

    async fn look(&mut self) -> Result<(), RigError> {
        let lines = self.exchange("+p", |line| line.starts_with("RPRT")).await?;
        let field = |name: &str| {
            let line = lines.iter().find_map(|line| line.strip_prefix(name))?;
            line.trim().parse::<f64>().ok().filter(|value| value.is_finite())
        };
        let (Some(azimuth), elevation) = (field("Azimuth:"), field("Elevation:")) else {
            // Refused for now, as some controllers do while they turn.
            return Ok(());
        };
        if (azimuth - self.raw_azimuth).abs() > 0.05 {
            self.moved_at = Instant::now();
        }
        self.raw_azimuth = azimuth;
        let stuck = self.moved_at.elapsed() > STUCK;
        let device = self.device.clone();
        self.out.send_if_modified(|state| {
            let before = state.clone();
            state.connected = true;
            state.error = None;
            state.azimuth = Some(azimuth.rem_euclid(360.0));
            state.elevation = elevation;
            if let Some(target) = state.target {
                let off = (target - azimuth).rem_euclid(360.0);
                if off.min(360.0 - off) <= NEAR {
                    state.target = None;
                } else if stuck {
                    state.target = None;
                    let what =
                        format!("the rotator stopped at {azimuth:.0} degrees on its way to {target:.0}");
                    state.error = Some(RigError::new(RigErrorKind::NotTaken, &device, what));
                }
            } else if before.connected && before.error.is_some() {
                state.error.clone_from(&before.error);
            }
            *state != before
        });
        Ok(())
    }

    async fn carry_out(&mut self, wish: Wish) {
        let mut target = None;
        let (command, done) = match wish {
            Wish::Turn(azimuth, elevation, done) => {
                let Some(raw) = self.reach.nearest(azimuth, self.raw_azimuth) else {
                    let what = format!("the rotator does not reach {azimuth:.0} degrees");
                    let _ = done.send(Err(RigError::new(RigErrorKind::OutOfRange, &self.device, what)));
                    return;
                };
                let known = self.out.borrow().elevation.unwrap_or(0.0);
                let elevation = elevation
                    .unwrap_or(known)
                    .clamp(self.reach.min_el, self.reach.max_el);
                target = Some(raw);
                (format!("+P {raw:.1} {elevation:.1}"), done)
            }
            Wish::Stop(done) => ("+S".to_owned(), done),
            Wish::Park(done) => ("+K".to_owned(), done),
        };
        let result = self.exchange(&command, |line| line.starts_with("RPRT")).await;
        let result = result.and_then(|lines| {
            let last = lines.last().map_or("", String::as_str);
            let code = last
                .strip_prefix("RPRT ")
                .and_then(|code| code.trim().parse::<i32>().ok());
            match code {
                Some(0) => Ok(()),
                Some(code) => Err(RigError::from_rprt(&self.device, "turning", code)),
                None => Err(RigError::new(
                    RigErrorKind::Garbled,
                    &self.device,
                    "the answer has no end",
                )),
            }
        });
        if result.is_ok() {
            self.moved_at = Instant::now();
            self.out.send_modify(|state| {
                state.target = target;
                state.error = None;
            });
        } else if let Err(error) = &result
            && self.link.is_none()
        {
            self.lost(error.clone());
        }
        let _ = done.send(result);
    }

    /// Sends a line and reads lines up to the last one, which is given too.
    async fn exchange(&mut self, line: &str, last: impl Fn(&str) -> bool) -> Result<Vec<String>, RigError> {
        let deadline = Instant::now() + ANSWER;
        let Some(mut link) = self.link.take() else {
            return Err(self.error(&LinkError::Closed));
        };
        let result = async {
            link.send(line, deadline).await?;
            let mut lines = Vec::new();
            while lines.len() < 64 {
                let line = link.line(deadline).await?;
                let ended = last(&line);
                lines.push(line);
                if ended {
                    return Ok(lines);
                }
            }
            Err(LinkError::TooMuch)
        };
        match result.await {
            Ok(lines) => {
                // Only a connection in step is kept.
                self.link = Some(link);
                Ok(lines)
            }
            Err(error) => Err(self.error(&error)),
        }
    }

    fn error(&self, error: &LinkError) -> RigError {
        let kind = match error {
            LinkError::TimedOut => RigErrorKind::TimedOut,
            LinkError::Closed | LinkError::Io(_) => RigErrorKind::Unreachable,
            LinkError::TooMuch | LinkError::Unexpected(_) => RigErrorKind::Garbled,
        };
        RigError {
            help: "Check that rotctld runs and that the rotator's controller is on.",
            ..RigError::new(kind, &self.device, format!("asking the rotator: {error}"))
        }
    }

    fn lost(&mut self, error: RigError) {
        self.link = None;
        self.out.send_if_modified(|state| {
            let news = state.connected || state.error.as_ref() != Some(&error);
            state.connected = false;
            state.target = None;
            state.error = Some(error);
            news
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overlap_is_used_for_the_short_way() {
        let wide = Reach {
            min_az: -180.0,
            max_az: 450.0,
            ..Reach::default()
        };
        assert_eq!(wide.nearest(10.0, 350.0), Some(370.0));
        assert_eq!(wide.nearest(10.0, 20.0), Some(10.0));
        assert_eq!(wide.nearest(350.0, 10.0), Some(-10.0));
        let plain = Reach::default();
        assert_eq!(plain.nearest(10.0, 350.0), Some(10.0));
        assert_eq!(plain.nearest(-10.0, 0.0), Some(350.0));
        let half = Reach {
            max_az: 180.0,
            ..plain
        };
        assert_eq!(half.nearest(270.0, 0.0), None);
    }

    #[test]
    fn the_reach_is_read_and_nonsense_is_left_out() {
        let lines = [
            "1",
            "min_az=-180.000000",
            "max_az=450.000000",
            "max_el=abc",
            "done",
        ]
        .map(str::to_owned);
        let reach = Reach::parse(&lines);
        assert_eq!((reach.min_az, reach.max_az, reach.max_el), (-180.0, 450.0, 90.0));
    }
}
