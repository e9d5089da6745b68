//! Words of the node that nobody asked for: the greeting, the help.
//!
//! No line here may hold what programs take for a question at sign-in; a test looks.

use jiff::SignedDuration;

use super::session::Session;
use crate::ham::cluster::filter::Kind;

/// Words after which programs send a call or a password.
const QUESTIONS: [&str; 4] = ["login", "password", "call:", "callsign:"];

/// What stands between signing in and the first prompt.
pub(super) fn greeting(session: &Session) -> Vec<String> {
    let node = &session.node;
    let mut lines = vec![
        format!(
            "Hello {}, this is {} in {}",
            session.call,
            node.call(),
            node.qth()
        ),
        format!(
            "running Shackbox V{} as DXSpider nodes do",
            env!("CARGO_PKG_VERSION")
        ),
        "Capabilities: ve7cc rbn".to_owned(),
    ];
    let motd = node.settings().motd.as_deref().unwrap_or_default();
    lines.extend(motd.lines().filter(|line| !is_question(line)).map(str::to_owned));
    let (now, most) = (node.directory().len(), node.directory().most());
    let up = uptime(node.now().duration_since(node.since()));
    lines.push(format!(
        "Nodes: 0/1 Users [Loc/Clr]: {now}/{now} Max: {most}/{most} - Uptime: {up}"
    ));
    let settings = &session.settings;
    if session.speaker().is_none() {
        lines.push("This session only reads".to_owned());
        return lines;
    }
    for (value, hint) in [
        (&settings.name, "Please enter your name, set/name <your name>"),
        (&settings.qth, "Please enter your QTH, set/qth <your qth>"),
        (
            &settings.grid,
            "Please enter your location with set/location or set/qra",
        ),
    ] {
        if value.is_empty() {
            lines.push(hint.to_owned());
        }
    }
    lines
}

/// Whether programs would answer a line as if it asked who they are.
pub(super) fn is_question(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    QUESTIONS.iter().any(|word| lower.contains(word))
}

/// ` 41s`, `3m 20s`, `2d 4h 10m`.
pub(super) fn uptime(since: SignedDuration) -> String {
    let seconds = since.as_secs().max(0);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds:>3}s"),
        (0, 0, _) => format!("{minutes}m {}s", seconds % 60),
        (0, _, _) => format!("{hours}h {minutes}m"),
        _ => format!("{days}d {hours}h {minutes}m"),
    }
}

/// Commands with what they do, in groups.
const HELP: &[(&str, &str)] = &[
    (
        "dx <kHz> <call> <remarks>",
        "send a spot; kHz and call in either order",
    ),
    (
        "sh/dx [n] [on 20m] [by g] [call] [info text]",
        "spots of the last hours, newest first; also cw, ft8, dxcc g, zone 14, info",
    ),
    (
        "sh/mydx, sh/fdx",
        "the same through your filters; in the layout of live spots",
    ),
    ("sh/dxcc <prefix>", "spots of an entity"),
    ("sh/wwv, sh/wcy, sh/ann", "figures of the sun, announcements"),
    (
        "sh/prefix, sh/heading, sh/sun <prefix>",
        "where a prefix is, the way there, its sun",
    ),
    ("sh/users, who, sh/station <call>", "who is here"),
    (
        "sh/cluster, sh/time, sh/bands, sh/hfstats, sh/version",
        "about the node, the time, the bands",
    ),
    (
        "accept/spots, reject/spots [0-9] <filter>",
        "on <band|range>, by, call, zone, dxcc, info, mode, and/or/not/( )",
    ),
    (
        "accept/rbn, reject/rbn, .../ann /wwv /wcy",
        "the same for machines' spots and the rest",
    ),
    ("sh/filter, clear/spots <n|all>", "what is set; take it away"),
    (
        "set/dx/filter <expression>, set/dx/mode open|filter",
        "AR-Cluster's form: band=20 and unique>1 and not skimmer",
    ),
    ("set/filter dxbm/pass hf,6-cw", "CC Cluster's form; set/nofilter"),
    (
        "set/skimmer [cw ft rtty psk bcn], unset/skimmer",
        "spots of machines",
    ),
    ("set/ft8, set/noft8, ft4, cw, rtty", "modes"),
    ("set/dxgrid, set/dxcq, set/dxitu", "what stands behind the time"),
    ("set/ve7cc, unset/ve7cc", "CC11 records in place of lines"),
    ("set/beep, set/width, set/page, set/utf8", "how lines look"),
    ("set/name, set/qth, set/qra, set/location", "about you"),
    (
        "set/ann, wx, wwv, wcy, talk, here, own",
        "what you want told; unset/... for not",
    ),
    (
        "set/allow <address>, unset/allow, sh/allow",
        "from where your sessions may spot at once",
    ),
    (
        "ann [full] <text>, wx <text>, talk <call> <text>",
        "say something",
    ),
    ("bye", "leave"),
];

/// The help, or the part of it that is about a topic.
pub(super) fn help(topic: &str) -> Vec<String> {
    let line = |(command, meaning): &(&str, &str)| format!("{command:<50} {meaning}");
    let about = |(command, _): &&(&str, &str)| {
        let topic = topic.trim().replace("show/", "sh/").replace(' ', "/");
        command.contains(topic.as_str())
    };
    let found: Vec<String> = HELP.iter().filter(about).map(line).collect();
    if found.is_empty() {
        vec![format!(
            "No help available for {}",
            topic.chars().take(30).collect::<String>()
        )]
    } else {
        found
    }
}

/// What is filtered, as `sh/filter` tells it.
pub(super) fn filters(session: &Session, wanted: Option<Kind>) -> Vec<String> {
    let mut lines = Vec::new();
    for (kind, rules) in Kind::ALL.into_iter().zip(&session.settings.rules) {
        if wanted.is_some_and(|wanted| wanted != kind) || rules.is_empty() {
            continue;
        }
        lines.push(format!("{} : {}", session.call, kind.as_str()));
        for (number, action, text) in rules.numbered_rules() {
            let action = format!("{action:?}").to_lowercase();
            lines.push(format!(" filter{number} {action} {text}"));
        }
        if let Some(text) = rules.expression() {
            let resting = if rules.is_resting() { " (resting)" } else { "" };
            lines.push(format!(" filter  {text}{resting}"));
        }
        for list in rules.lists() {
            let action = if list.pass { "pass" } else { "reject" };
            lines.push(format!(" filter  {}/{action} {}", list.subject, list.items));
        }
    }
    if lines.is_empty() {
        lines.push(format!("No filters defined for {}", session.call));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_we_say_is_taken_for_a_question() {
        for line in help("") {
            assert!(!is_question(&line), "{line}");
        }
        assert!(
            is_question("Login: here") && is_question("your PASSWORD") && is_question("Enter your call:")
        );
        assert_eq!(help("set/beep").len(), 1);
        assert!(help("no such thing")[0].starts_with("No help"));
    }

    #[test]
    fn times_are_short() {
        let text = |seconds| uptime(SignedDuration::from_secs(seconds));
        assert_eq!(text(38), " 38s");
        assert_eq!(text(200), "3m 20s");
        assert_eq!(text(7_260), "2h 1m");
        assert_eq!(text(180_000), "2d 2h 0m");
    }
}
