//! Words of a command: verb, subject, rest, each by any unambiguous beginning.
//!
//! Tables are in order of what people mean: the first entry that a beginning fits is it, if the beginning has
//! at least as many letters as the entry asks for.

/// Verbs: name and fewest letters.
const VERBS: &[(&str, usize)] = &[
    ("show", 2),
    ("set", 3),
    ("unset", 3),
    ("accept", 3),
    ("reject", 3),
    ("clear", 3),
    ("dx", 1),
    ("announce", 1),
    ("announce-full", 9),
    ("wx", 2),
    ("who", 1),
    ("talk", 1),
    ("help", 1),
    ("bye", 1),
    ("quit", 1),
    ("exit", 1),
    ("logoff", 4),
    ("dxtest", 3),
    ("skimmer", 7),
    ("conference", 4),
    ("ping", 4),
    ("echo", 2),
    ("?", 1),
];

/// Verbs that another word means.
const SAME: &[(&str, &str)] = &[("quit", "bye"), ("exit", "bye"), ("logoff", "bye"), ("?", "help")];

/// Verbs that a subject follows.
const WITH_SUBJECT: &[&str] = &["show", "set", "unset", "accept", "reject", "clear"];

/// What can be shown.
pub(super) const SHOW: &[(&str, usize)] = &[
    ("dx", 1),
    ("dxcc", 3),
    ("fdx", 2),
    ("mydx", 2),
    ("wwv", 2),
    ("wcy", 2),
    ("announcements", 2),
    ("users", 1),
    ("cluster", 2),
    ("configuration", 1),
    ("node", 1),
    ("links", 2),
    ("prefix", 1),
    ("station", 3),
    ("qrz", 1),
    ("heading", 1),
    ("sun", 2),
    ("skimmer", 2),
    ("time", 1),
    ("date", 2),
    ("bands", 1),
    ("hfstats", 2),
    ("vhfstats", 2),
    ("filter", 2),
    ("version", 1),
    ("set", 3),
    ("motd", 2),
    ("allow", 3),
];

/// What can be set to a value.
pub(super) const VALUE: &[(&str, usize)] = &[
    ("name", 2),
    ("qth", 2),
    ("qra", 3),
    ("grid", 4),
    ("locator", 4),
    ("location", 3),
    ("homenode", 3),
    ("width", 3),
    ("page", 2),
    ("skimmer", 2),
    ("wantrbn", 5),
    ("filter", 3),
    ("utf8", 3),
    ("allow", 3),
    ("email", 2),
    ("language", 2),
    ("prompt", 3),
    ("startup", 3),
    ("login", 5),
    ("bbs", 3),
    ("usdb", 4),
    ("buddy", 3),
];

/// What can be switched.
pub(super) const SWITCH: &[(&str, usize)] = &[
    ("dx", 2),
    ("beep", 2),
    ("ve7cc", 2),
    ("here", 2),
    ("announce", 2),
    ("talk", 2),
    ("wx", 2),
    ("wwv", 2),
    ("wcy", 2),
    ("logininfo", 6),
    ("self", 4),
    ("own", 3),
    ("ft8", 3),
    ("ft4", 3),
    ("cw", 2),
    ("rtty", 2),
    ("dxgrid", 3),
    ("dxcq", 3),
    ("dxitu", 3),
    ("usstate", 3),
    ("skimmer", 2),
    ("filter", 3),
];

/// A line taken apart.
pub(super) struct Words<'a> {
    /// The whole name of the verb; empty if it is none.
    pub(super) verb: &'static str,
    /// As typed.
    pub(super) subject: &'a str,
    /// As typed, without blanks or slash in front.
    pub(super) rest: &'a str,
}

impl<'a> Words<'a> {
    pub(super) fn of(line: &'a str) -> Self {
        let is_gap = |c: char| c.is_whitespace() || c == '/';
        let (first, rest) = line.split_at(line.find(is_gap).unwrap_or(line.len()));
        let verb = subject(first, VERBS).unwrap_or_default();
        let verb = SAME
            .iter()
            .find(|(other, _)| *other == verb)
            .map_or(verb, |(_, same)| same);
        // Only what the verb has glued on is its subject, unless the verb always has one.
        if !rest.starts_with('/') && !WITH_SUBJECT.contains(&verb) {
            return Self {
                verb,
                subject: "",
                rest: rest.trim(),
            };
        }
        let rest = rest.trim_start_matches(is_gap);
        // The numbers and lists of a subject come behind a blank or another slash: `sh/dx/50`.
        let (subject, rest) = rest.split_at(rest.find(is_gap).unwrap_or(rest.len()));
        Self {
            verb,
            subject,
            rest: rest.trim_start_matches(is_gap).trim_end(),
        }
    }

    /// Subject and rest together, for verbs that take a text.
    pub(super) fn whole_rest(&self) -> String {
        match (self.subject, self.rest) {
            ("", rest) => rest.to_owned(),
            (subject, "") => subject.to_owned(),
            (subject, rest) => format!("{subject} {rest}"),
        }
    }
}

/// The entry that a beginning means.
pub(super) fn subject(word: &str, table: &'static [(&'static str, usize)]) -> Option<&'static str> {
    let word = word.to_ascii_lowercase();
    table
        .iter()
        .find(|(name, fewest)| word == *name || (word.len() >= *fewest && name.starts_with(&word)))
        .map(|(name, _)| *name)
}
