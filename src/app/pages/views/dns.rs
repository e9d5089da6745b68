//! Pages of names and zones.

use askama::Template;

use super::{Form, Frame, When};

/// A zone, or a member's name that is shown as one.
#[derive(Debug, Clone)]
pub(crate) struct ZoneRow {
    /// Its name, without the dot at its end.
    pub(crate) name: String,
    /// `name`, `members` or `zone`.
    pub(crate) kind: &'static str,
    /// Whether it is the reader's own name, not one that was granted.
    pub(crate) own: bool,
    /// The zone whose serial it is.
    pub(crate) zone: String,
    /// The serial.
    pub(crate) serial: u32,
    /// When what is shown was changed last.
    pub(crate) changed: When,
    /// How long ago that was.
    pub(crate) ago: String,
    /// Sets of records.
    pub(crate) sets: u64,
    /// `live`, `pending`, `suspended` or `released`.
    pub(crate) state: &'static str,
    /// Why it is suspended, else empty.
    pub(crate) reason: String,
}

/// A member's name as administrators see it.
#[derive(Debug, Clone)]
pub(crate) struct NameRow {
    /// The whole name.
    pub(crate) name: String,
    /// The call it was given for; empty once its holder is erased.
    pub(crate) call: String,
    /// The holder's account, where there is one.
    pub(crate) account: Option<u32>,
    /// `live`, `suspended` or `released`.
    pub(crate) state: &'static str,
    /// Why it is suspended, else empty.
    pub(crate) reason: String,
    /// Since when it is in this state.
    pub(crate) since: When,
    /// Whether its holder may delegate it.
    pub(crate) delegates: bool,
    /// Whether another account waits for it.
    pub(crate) wanted: bool,
}

/// `/dns`. Plain GET with `q` and `state` for members' names, plain POST with `do`.
#[derive(Debug, Template)]
#[template(path = "dns.html")]
pub(crate) struct DnsPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// What was typed and refused.
    pub(crate) form: Form,
    /// Names and zones that the reader has a hand in.
    pub(crate) own: Vec<ZoneRow>,
    /// `none`: no domain is configured; `proof`: the call is not proven; `listener`; `coming`: the name is not there
    /// though it should be; `has`.
    pub(crate) standing: &'static str,
    /// The name that the reader would have, may be empty.
    pub(crate) would: String,
    /// Whether the reader governs names.
    pub(crate) governs: bool,
    /// All zones, for whoever governs.
    pub(crate) zones: Vec<ZoneRow>,
    /// Other name servers of the zones, as they are configured; may be empty.
    pub(crate) secondaries: String,
    /// Members' names that were looked for.
    pub(crate) names: Vec<NameRow>,
    /// How many of them there are in all.
    pub(crate) count: u64,
    /// The search for members' names.
    pub(crate) q: String,
    /// The state that was looked for, may be empty.
    pub(crate) state: String,
    /// Address of the next names, empty on the last page.
    pub(crate) more: String,
}

/// A type of records that can be chosen.
#[derive(Debug, Clone)]
pub(crate) struct TypeChoice {
    /// `MX`
    pub(crate) kind: String,
    /// What it is for.
    pub(crate) title: &'static str,
    /// What to know about it.
    pub(crate) text: &'static str,
    /// An example: name and content.
    pub(crate) example: (&'static str, &'static str),
    /// Whether it is among those that most people need.
    pub(crate) usual: bool,
    /// Its fields, each with what it says.
    pub(crate) fields: Vec<(&'static str, &'static str)>,
}

/// A time that records may be kept by others.
#[derive(Debug, Clone)]
pub(crate) struct Span {
    /// Seconds.
    pub(crate) seconds: u32,
    /// In words.
    pub(crate) words: String,
}

/// A remark about a record.
#[derive(Debug, Clone)]
pub(crate) struct Remark {
    /// The remark as a sentence.
    pub(crate) text: String,
    /// Whether it is something to look at.
    pub(crate) warning: bool,
}

/// A record as a row.
#[derive(Debug, Clone)]
pub(crate) struct RecordRow {
    /// Its id.
    pub(crate) id: String,
    /// Relative name.
    pub(crate) name: String,
    /// With letters of other alphabets, where it has any.
    pub(crate) shown: String,
    /// The whole name, to be asked for.
    pub(crate) whole: String,
    /// The same name as in the row before.
    pub(crate) again: bool,
    /// The type.
    pub(crate) kind: String,
    /// Canonical content.
    pub(crate) content: String,
    /// The content for the eye: texts without their escapes.
    pub(crate) told: String,
    /// How long others keep it.
    pub(crate) ttl: Span,
    /// When it goes by itself.
    pub(crate) until: Option<When>,
    /// Remarks.
    pub(crate) notes: Vec<Remark>,
    /// Whether it is being edited.
    pub(crate) edited: bool,
}

/// A record of an answer.
#[derive(Debug, Clone)]
pub(crate) struct AnswerRow {
    /// The whole name.
    pub(crate) name: String,
    /// The type.
    pub(crate) kind: String,
    /// How long it is kept.
    pub(crate) ttl: Span,
    /// Canonical content.
    pub(crate) content: String,
}

/// What the name server answered.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// The whole name that was asked for.
    pub(crate) name: String,
    /// The type.
    pub(crate) kind: String,
    /// `NOERROR`, `NXDOMAIN` and so on.
    pub(crate) status: String,
    /// The same in plain words.
    pub(crate) meaning: String,
    /// `good`, `warn` or `bad`.
    pub(crate) colour: &'static str,
    /// Whether the answer is this server's own.
    pub(crate) authoritative: bool,
    /// Octets.
    pub(crate) size: usize,
    /// The records of the answer.
    pub(crate) rows: Vec<AnswerRow>,
    /// What came beside it: whom to ask, addresses.
    pub(crate) beside: Vec<AnswerRow>,
    /// How long others remember that there is nothing, empty where there is something.
    pub(crate) nothing_for: String,
    /// When it was asked.
    pub(crate) at: When,
    /// The line that asks the same from a shell.
    pub(crate) line: String,
}

/// The panel that asks the name server.
#[derive(Debug, Clone, Default)]
pub(crate) struct Looking {
    /// The name as it was typed.
    pub(crate) name: String,
    /// The type.
    pub(crate) kind: String,
    /// What was answered, where something was asked.
    pub(crate) answer: Option<Answer>,
    /// What is wrong with the question.
    pub(crate) error: String,
}

/// A token as its owner sees it.
#[derive(Debug, Clone)]
pub(crate) struct TokenLine {
    /// Its public id.
    pub(crate) id: String,
    /// `dyndns` or `acme`.
    pub(crate) scope: &'static str,
    /// What that is in words.
    pub(crate) scope_word: String,
    /// The whole name it is for.
    pub(crate) name: String,
    /// Its owner's words.
    pub(crate) label: String,
    /// How long what it set stays, empty for always.
    pub(crate) lasts: String,
    /// When it was made.
    pub(crate) made: When,
    /// When it changed something last.
    pub(crate) used: Option<When>,
    /// Whether its lines are shown.
    pub(crate) chosen: bool,
}

/// What to paste into a program.
#[derive(Debug, Clone)]
pub(crate) struct ClientLines {
    /// For the script: `ddclient`.
    pub(crate) id: &'static str,
    /// The program.
    pub(crate) title: &'static str,
    /// Where the lines go.
    pub(crate) place: &'static str,
    /// The lines in pieces; between two of them stands the token.
    pub(crate) pieces: Vec<String>,
}

/// A set in a line of the history.
#[derive(Debug, Clone)]
pub(crate) struct Turn {
    /// Relative name.
    pub(crate) name: String,
    /// The type.
    pub(crate) kind: String,
    /// Records that went.
    pub(crate) gone: Vec<String>,
    /// Records that came.
    pub(crate) come: Vec<String>,
    /// `1 h → 5 min` where only that changed too, else empty.
    pub(crate) ttl: String,
}

/// A change that was made.
#[derive(Debug, Clone)]
pub(crate) struct HistoryRow {
    /// By which it is taken back.
    pub(crate) version: u64,
    /// When.
    pub(crate) at: When,
    /// Who.
    pub(crate) by: String,
    /// What kind of change, in words.
    pub(crate) what: String,
    /// The sets that differ.
    pub(crate) turns: Vec<Turn>,
    /// How many more there are than are shown.
    pub(crate) more: usize,
    /// Whether it can be taken back.
    pub(crate) undo: bool,
}

/// `/dns/{name}`. Plain GET with `q`, `after`, `edit`, `look`, `type`, `token`, `before`; plain POST with `do`.
#[derive(Debug, Template)]
#[template(path = "dns_name.html")]
pub(crate) struct DnsNamePage {
    /// The frame.
    pub(crate) frame: Frame,
    /// What was typed and refused.
    pub(crate) form: Form,
    /// Which form that was: `do` of it.
    pub(crate) refused: String,
    /// The name.
    pub(crate) zone: ZoneRow,
    /// Its address: the path of this page.
    pub(crate) path: String,
    /// Whether records can be changed.
    pub(crate) may_edit: bool,
    /// Of a member's name, for whoever governs names.
    pub(crate) held: Option<NameRow>,
    /// The records.
    pub(crate) records: Vec<RecordRow>,
    /// What the records are looked through for.
    pub(crate) q: String,
    /// Address of the next records, empty on the last page.
    pub(crate) more: String,
    /// Types to choose from.
    pub(crate) types: Vec<TypeChoice>,
    /// Times to choose from.
    pub(crate) ttls: Vec<Span>,
    /// The panel that asks the name server.
    pub(crate) looking: Looking,
    /// Types that one may ask for.
    pub(crate) asked_types: &'static [&'static str],
    /// The reader's tokens.
    pub(crate) tokens: Vec<TokenLine>,
    /// A token just made, shown this once.
    pub(crate) new_token: String,
    /// The name that the lines are for.
    pub(crate) lines_for: String,
    /// What to paste into programs.
    pub(crate) lines: Vec<ClientLines>,
    /// Times that a heartbeat may last.
    pub(crate) lasting: Vec<Span>,
    /// The grid that LOC is made of, may be empty.
    pub(crate) grid: String,
    /// The history.
    pub(crate) history: Vec<HistoryRow>,
    /// Address of older changes, empty where there are none.
    pub(crate) older: String,
}

impl DnsNamePage {
    /// The value of a field, where this form was refused.
    fn kept(&self, form: &str, field: &str) -> &str {
        if self.refused == form {
            self.form.value(field)
        } else {
            ""
        }
    }

    /// What is wrong with a field, where this form was refused.
    fn wrong(&self, form: &str, field: &str) -> &str {
        if self.refused == form {
            self.form.error(field)
        } else {
            ""
        }
    }

    /// What is wrong with a form as a whole.
    fn fault(&self, form: &str) -> &str {
        if self.refused == form {
            &self.form.message
        } else {
            ""
        }
    }

    /// Whether a type was asked for that is not among the usual ones.
    fn asks_another(&self) -> bool {
        !self.asked_types.iter().any(|kind| *kind == self.looking.kind)
    }

    /// The type chosen in the form for new records.
    fn is_chosen(&self, kind: &str) -> bool {
        let kept = self.kept("add", "type");
        kind == if kept.is_empty() { "A" } else { kept }
    }
}

/// `/dns/{name}/file`. Plain POST with `text`, `replace` and `do`.
#[derive(Debug, Template)]
#[template(path = "dns_file.html")]
pub(crate) struct DnsFilePage {
    /// The frame.
    pub(crate) frame: Frame,
    /// What was wrong.
    pub(crate) form: Form,
    /// The name.
    pub(crate) name: String,
    /// The page of its records.
    pub(crate) path: String,
    /// Where the file is fetched.
    pub(crate) export: String,
    /// Whether the whole zone is replaced.
    pub(crate) whole: bool,
    /// What was typed.
    pub(crate) text: String,
    /// Whether records that the file does not have are to go.
    pub(crate) replace: bool,
    /// What would be taken.
    pub(crate) found: Option<Found>,
    /// What was wrong, by line.
    pub(crate) faults: Vec<(String, String)>,
    /// Whether the zone may be removed here.
    pub(crate) removable: bool,
}

/// What a master file has.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// Records.
    pub(crate) records: usize,
    /// Names and types.
    pub(crate) sets: usize,
    /// Left out.
    pub(crate) skipped: usize,
    /// Lines taken, perhaps not as they were meant.
    pub(crate) notes: Vec<(u32, String)>,
}
