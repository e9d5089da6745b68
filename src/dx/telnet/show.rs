//! What `show` shows.
//!
//! Lists come in order, before the next prompt: what looks through the history is waited for.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::facts::{self, Atlas, Facts, Layout};
use super::session::Session;
use super::texts;
use crate::dx::Query;
use crate::dx::event::Spot;
use crate::dx::node::Bulletin;
use crate::dx::upstream::UpstreamState;
use crate::ham::band::Band;
use crate::ham::cluster::command::{Command, ShowDx, Skimmers};
use crate::ham::cluster::filter::{Expr, spider};
use crate::ham::cluster::{HourMinute, date_text};
use crate::ham::geo::{LatLon, bearing, distance_km};
use crate::ham::grid::Grid;
use crate::ham::sun::{Daylight, daylight};

/// Kilometres of a mile.
const MILE: f64 = 1.609_344;

/// Shows what a command asks for.
pub(super) async fn answer(session: &mut Session, command: Command) {
    let lines = match command {
        Command::ShowDx(asked) => spots(session, asked).await,
        Command::ShowDxcc(prefix) => {
            let prefix = prefix
                .split_whitespace()
                .next()
                .unwrap_or_default()
                .to_lowercase();
            match Command::parse(&format!("show/dx dxcc {prefix}")) {
                Command::ShowDx(asked) if !prefix.is_empty() => spots(session, asked).await,
                _ => vec!["Sorry, no prefix was given".to_owned()],
            }
        }
        Command::ShowWwv(count) => wwv(session, count),
        Command::ShowWcy(count) => wcy(session, count),
        Command::ShowAnnounce(count) => announcements(session, count),
        Command::ShowUsers => users(session),
        Command::Who => who(session),
        Command::ShowCluster => cluster(session),
        Command::ShowPrefix(text) => each(&text, |call| prefix(session, call)),
        Command::ShowHeading(text) => each(&text, |call| heading(session, call)),
        Command::ShowSun(text) => sun(session, &text),
        Command::ShowStation(text) => each(&text, |call| station(session, call)),
        Command::ShowTime => vec![format!("{} UTC", stamp(session.node.now()))],
        Command::ShowBands => bands(),
        Command::ShowCounts { hf } => counts(session, hf),
        Command::ShowFilter(kind) => texts::filters(session, kind),
        Command::ShowVersion => vec![format!(
            "Shackbox {}, a node as DXSpider's are",
            env!("CARGO_PKG_VERSION")
        )],
        Command::ShowSettings => settings(session),
        Command::ShowMotd => {
            let motd = session.node.settings().motd.clone().unwrap_or_default();
            motd.lines()
                .filter(|line| !texts::is_question(line))
                .map(str::to_owned)
                .collect()
        }
        _ => vec!["Invalid command".to_owned()],
    };
    session.give(lines);
}

async fn spots(session: &Session, asked: ShowDx) -> Vec<String> {
    let places = Atlas(session.node.cluster().table());
    let expr = if asked.filter.is_empty() {
        Expr::All
    } else {
        match spider::parse(&asked.filter, &places) {
            Ok(expr) => expr,
            Err(error) => return vec![format!("Sorry, {error}")],
        }
    };
    // Machines' spots would push people's out of every list; who wants them, or asks for them, gets them.
    let machines = session.settings.skimmers != Skimmers::NONE || asked.filter.contains("skimmer");
    let query = Query {
        skimmer: (!machines).then_some(false),
        ..Query::newest(asked.count + asked.skip)
    };
    let mine = asked
        .filtered
        .then(|| (session.settings.clone(), session.own.clone()));
    let wanted = move |spot: &Spot| {
        let of_mine = mine
            .as_ref()
            .is_none_or(|(settings, own)| settings.wants(spot, own));
        of_mine && expr.matches(&Facts(spot))
    };
    let found = session.node.search(query, wanted).await;
    let layout = if asked.live { Layout::Live } else { Layout::Past };
    let line = |spot: &Spot| facts::line(spot, &session.settings, session.node.call(), layout);
    found.iter().skip(asked.skip).map(line).collect()
}

fn stamp(at: Timestamp) -> String {
    format!(
        "{} {}",
        date_text(at.to_zoned(TimeZone::UTC).date()),
        HourMinute::of(at)
    )
}

fn day(at: Timestamp) -> String {
    date_text(at.to_zoned(TimeZone::UTC).date())
}

fn wwv(session: &Session, count: usize) -> Vec<String> {
    let mut lines =
        vec!["Date        Hour   SFI   A   K Forecast                              Logger".to_owned()];
    let kept = session
        .node
        .bulletins()
        .newest(count, |one| matches!(one, Bulletin::Wwv(_)));
    for (at, bulletin) in kept {
        if let Bulletin::Wwv(one) = bulletin {
            let line = format!(
                "{:<11} {:>4} {:>5} {:>3} {:>3} {:<37} <{}>",
                day(at),
                format!("{:02}", one.hour),
                one.sfi,
                one.a,
                one.k,
                one.forecast,
                one.logger
            );
            lines.push(line);
        }
    }
    lines
}

fn wcy(session: &Session, count: usize) -> Vec<String> {
    let mut lines = vec!["Date        Hour   SFI   A   K Exp.K   R SA    GMF   Aurora   Logger".to_owned()];
    let kept = session
        .node
        .bulletins()
        .newest(count, |one| matches!(one, Bulletin::Wcy(_)));
    for (at, bulletin) in kept {
        if let Bulletin::Wcy(one) = bulletin {
            lines.push(format!(
                "{:<11} {:>4} {:>5} {:>3} {:>3} {:>5} {:>3} {:<5} {:<5} {:<6} <{}>",
                day(at),
                format!("{:02}", one.hour),
                one.sfi,
                one.a,
                one.k,
                one.exp_k,
                one.r,
                one.sa,
                one.gmf,
                one.aurora,
                one.logger
            ));
        }
    }
    lines
}

fn announcements(session: &Session, count: usize) -> Vec<String> {
    let wanted = |one: &Bulletin| matches!(one, Bulletin::Announce(_) | Bulletin::Weather(_));
    let kept = session.node.bulletins().newest(count, wanted);
    kept.iter()
        .map(|(at, one)| format!("{} {}", stamp(*at), one.line()))
        .collect()
}

fn users(session: &Session) -> Vec<String> {
    let mut lines = vec![format!("Callsigns connected to {}", session.node.call())];
    let all = session.node.directory().all();
    let shown: Vec<String> = all
        .iter()
        .map(|present| {
            if present.here {
                present.call.to_string()
            } else {
                format!("({})", present.call)
            }
        })
        .collect();
    lines.extend(shown.chunks(6).map(|row| {
        let cells: Vec<String> = row.iter().map(|call| format!("{call:<12}")).collect();
        cells.join(" ").trim_end().to_owned()
    }));
    lines
}

fn who(session: &Session) -> Vec<String> {
    let mut lines = vec!["Callsign    Started           Name".to_owned()];
    lines.extend(session.node.directory().all().iter().map(|present| {
        let reads = if present.known { "" } else { "(reads)" };
        let line = format!(
            "{:<11} {} {} {reads}",
            present.call,
            stamp(present.since),
            present.name
        );
        line.trim_end().to_owned()
    }));
    lines
}

fn cluster(session: &Session) -> Vec<String> {
    let node = &session.node;
    let up = texts::uptime(node.now().duration_since(node.since()));
    let (now, most) = (node.directory().len(), node.directory().most());
    let mut lines = vec![format!(
        "{}: {now} users, most {most}, uptime {}",
        node.call(),
        up.trim()
    )];
    let all = node.upstreams().all();
    if session.is_administrator() {
        lines.extend(all.iter().map(upstream_in_full));
    } else {
        lines.extend(all.iter().map(|state| {
            format!(
                "  {:<24} {:<12} {} spots",
                state.name,
                state.phase.as_str(),
                state.spots
            )
        }));
    }
    lines
}

/// What an administrator sees of an upstream.
fn upstream_in_full(state: &UpstreamState) -> String {
    let at = |what: &str, at: Option<Timestamp>| {
        at.map(|at| format!(", {what} {}", stamp(at))).unwrap_or_default()
    };
    let error = state
        .last_error
        .as_deref()
        .map(|error| format!(": {error}"))
        .unwrap_or_default();
    format!(
        "  {} at {} {}{}{}{}: {} lines, {} spots, {} duplicates, {} refused, {} too long, connection {}{error}",
        state.name,
        state.host,
        state.phase.as_str(),
        at("since", state.since),
        at("heard", state.heard),
        at("again", state.retry),
        state.lines,
        state.spots,
        state.duplicates,
        state.rejected,
        state.too_long,
        state.connections,
    )
}

/// An answer for each of a few calls or prefixes.
fn each(text: &str, answer: impl Fn(&str) -> String) -> Vec<String> {
    let calls: Vec<String> = text.split_whitespace().take(10).map(str::to_uppercase).collect();
    if calls.is_empty() {
        return vec!["Sorry, no prefix or callsign was given".to_owned()];
    }
    calls
        .iter()
        .map(|call| answer(&call.chars().take(20).collect::<String>()))
        .collect()
}

/// Where a prefix or call is, and the name of that.
fn place(session: &Session, call: &str) -> Option<(String, LatLon, Vec<String>)> {
    let table = session.node.cluster().table();
    let now = session.node.now();
    let tried = [call.to_owned(), format!("{call}AA"), format!("{call}1AA")];
    tried.iter().find_map(|call| {
        let found = table.resolve(call, now);
        let dxcc = found.dxcc().filter(|number| *number > 0)?;
        let zone = |zone: Option<u8>| zone.map_or_else(|| "-".to_owned(), |zone| zone.to_string());
        let numbers = vec![dxcc.to_string(), zone(found.itu_zone), zone(found.cq_zone)];
        Some((found.name.to_owned(), found.position?, numbers))
    })
}

fn prefix(session: &Session, call: &str) -> String {
    match place(session, call) {
        Some((name, at, numbers)) => format!(
            "{call:<8} CC: {:>3} IZ: {:>2} CZ: {:>2} LL: {:>5.1} {:>6.1} {name}",
            numbers[0],
            numbers[1],
            numbers[2],
            at.lat(),
            at.lon()
        ),
        None => format!("{call:<8} is not known"),
    }
}

/// Where the user is: his locator, or his call's entity.
fn home(session: &Session) -> Option<LatLon> {
    let grid = session.settings.grid.parse::<Grid>().ok();
    grid.map(|grid| grid.centre())
        .or_else(|| place(session, &session.own).map(|(_, at, _)| at))
}

fn heading(session: &Session, call: &str) -> String {
    let Some((name, at, _)) = place(session, call) else {
        return format!("{call} is not known");
    };
    let Some(home) = home(session) else {
        return "Please enter your location with set/location or set/qra".to_owned();
    };
    let km = distance_km(home, at);
    format!(
        "{call} {name}: {:.0} degs - dist: {:.0} mi, {km:.0} km Reciprocal heading: {:.0} degs",
        bearing(home, at),
        km / MILE,
        bearing(at, home)
    )
}

fn sun(session: &Session, text: &str) -> Vec<String> {
    let line = |name: &str, at: LatLon| {
        let today = session.node.now().to_zoned(TimeZone::UTC).date();
        let time = |at: Timestamp| HourMinute::of(at).to_string();
        let words = match daylight(today, at) {
            Daylight::Normal { sunrise, sunset } => format!("rise {}  set {}", time(sunrise), time(sunset)),
            Daylight::PolarDay => "the sun does not set".to_owned(),
            Daylight::PolarNight => "the sun does not rise".to_owned(),
        };
        format!("{name:<30} {words}")
    };
    if text.trim().is_empty() {
        return match home(session) {
            Some(at) => vec![line(&session.call, at)],
            None => vec!["Please enter your location with set/location or set/qra".to_owned()],
        };
    }
    each(text, |call| match place(session, call) {
        Some((name, at, _)) => line(&format!("{call} {name}"), at),
        None => format!("{call} is not known"),
    })
}

/// What a user who is here has told of himself.
fn station(session: &Session, call: &str) -> String {
    let all = session.node.directory().all();
    let found = all
        .iter()
        .find(|present| present.call == call || facts::base(&present.call) == call);
    found.map_or_else(
        || format!("{call} is not signed in here"),
        |present| {
            let told = |what: &str, text: &str| {
                if text.is_empty() {
                    String::new()
                } else {
                    format!("  {what}: {text}")
                }
            };
            let line = [
                told("Name", &present.name),
                told("QTH", &present.qth),
                told("QRA", &present.grid),
            ]
            .concat();
            format!("User: {}{line}  since {}", present.call, stamp(present.since))
        },
    )
}

fn bands() -> Vec<String> {
    let row = |band: &Band| {
        let khz = |at| crate::ham::spot::frequency::to_khz_text(at);
        format!(
            "{:<8} {:>12} - {}",
            band.name(),
            khz(band.lower()),
            khz(band.upper())
        )
    };
    Band::ALL
        .iter()
        .filter(|band| band.upper().get() <= 81_000_000_000)
        .map(row)
        .collect()
}

/// How many spots there were of each band.
fn counts(session: &Session, hf: bool) -> Vec<String> {
    const HOURS: usize = 4;
    let mut lines = vec![format!("{:<8} {:>9} {:>13}", "Band", "last hour", "last 4 hours")];
    let all = session.node.cluster().activity(60 * HOURS, None);
    let wanted = all
        .iter()
        .filter(|one| (one.band.upper().get() < 30_000_000) == hf);
    lines.extend(wanted.map(|one| {
        let hour: u32 = one.minutes.iter().rev().take(60).sum();
        let whole: u32 = one.minutes.iter().sum();
        format!("{:<8} {hour:>9} {whole:>13}", one.band.name())
    }));
    lines
}

fn settings(session: &Session) -> Vec<String> {
    let settings = &session.settings;
    let on = |on: bool| if on { "on" } else { "off" };
    vec![
        format!(
            "Name: {}  QTH: {}  QRA: {}",
            settings.name, settings.qth, settings.grid
        ),
        format!(
            "Spots: {}  Skimmers: {}  CC11: {}",
            on(settings.dx),
            settings.skimmers.text(),
            on(settings.ve7cc)
        ),
        format!(
            "FT8: {}  FT4: {}  CW: {}  RTTY: {}  Own: {}",
            on(settings.ft8),
            on(settings.ft4),
            on(settings.cw),
            on(settings.rtty),
            on(settings.own_spots)
        ),
        format!(
            "Announce: {}  Talk: {}  WX: {}  WWV: {}  WCY: {}",
            on(settings.announce),
            on(settings.talk),
            on(settings.weather),
            on(settings.wwv),
            on(settings.wcy)
        ),
        format!(
            "Beep: {}  Width: {}  Page: {}",
            on(settings.beep),
            settings.width,
            settings.page
        ),
    ]
}

/// `51 30 N 0 10 W`.
pub(super) fn position(text: &str) -> Option<LatLon> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [degrees, minutes, side, east, more, other] = words.as_slice() else {
        return None;
    };
    let angle = |degrees: &str, minutes: &str, negative: bool| {
        let (degrees, minutes): (u16, u16) = (degrees.parse().ok()?, minutes.parse().ok()?);
        let angle = f64::from(degrees) + f64::from(minutes) / 60.0;
        (minutes < 60).then_some(if negative { -angle } else { angle })
    };
    let lat = angle(degrees, minutes, side.eq_ignore_ascii_case("s"))?;
    let lon = angle(east, more, other.eq_ignore_ascii_case("w"))?;
    LatLon::new(lat, lon).ok()
}
