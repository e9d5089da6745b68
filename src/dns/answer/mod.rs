//! From a packet to its answer: every rule of an authoritative server, without any input or output.
//!
//! [`Responder::respond`] reads the packet, looks the name up in a [`Catalogue`] and writes the answer. What most ask
//! (records that are there, names or types that are not) is copied together from pieces that the zones hold ready;
//! aliases, delegations and name servers are composed by [`follow`]. Answers are minimal (no authority section for
//! data) and repeat the question byte for byte. What is malformed gets a defined answer and never costs more than
//! reading it once. Whether an answer is sent at all, the rates and the counters are the business of `serve`.

mod calls;
mod cookie;
mod edns;
mod follow;
mod inquiry;
mod lookup;
mod message;
mod query;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;

pub(crate) use calls::Calls;
pub(crate) use cookie::Cookies;
use edns::{Edns, Opt};
pub(crate) use inquiry::Inquiry;
use lookup::Found;
use message::{Full, Message, Section, flag};
use query::{Header, Question};

use super::rr::{RecordType, Ttl};
use super::zone::{Catalogue, HEADER, Zone};

/// Outcomes (RFC 1035 4.1.1 and later).
mod rcode {
    pub(super) const NOERROR: u8 = 0;
    pub(super) const FORMERR: u8 = 1;
    pub(super) const NXDOMAIN: u8 = 3;
    pub(super) const NOTIMP: u8 = 4;
    pub(super) const REFUSED: u8 = 5;
    pub(super) const YXDOMAIN: u8 = 6;
    pub(super) const NOTAUTH: u8 = 9;
    /// Upper and lower part of 16 and 23.
    pub(super) const BADVERS: (u8, u8) = (1, 0);
    pub(super) const BADCOOKIE: (u8, u8) = (1, 7);
}

const NOTIFY: u8 = 4;
const CLASS_IN: u16 = 1;
const CLASS_CHAOS: u16 = 3;
const CLASS_ANY: u16 = 255;
/// The most octets of a message by TCP.
const MOST: usize = 65535;
/// Octets of a record of the question's name before its data.
const OWN_RECORD: usize = 12;
/// "Not Authoritative" (RFC 8914).
const NOT_OURS: u16 = 20;

/// Who asks, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asker {
    /// From where.
    pub(crate) peer: SocketAddr,
    /// By what.
    pub(crate) transport: Transport,
}

/// How packets come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    /// One by one; who sent them is not known for sure.
    Udp,
    /// In a stream.
    Tcp,
    /// In an encrypted stream.
    Tls,
}

/// What became of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It gets no answer: it is one itself, or is no packet.
    Drop,
    /// The answer was written.
    Reply(Told),
}

/// What was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Told {
    /// What kind of answer it is.
    pub(crate) class: Class,
    /// What it is about, for counting: the same for the same records, or the same zone.
    pub(crate) subject: u64,
    /// What the asker's cookie is worth.
    pub(crate) cookie: Cookie,
    /// Whether the answer is to be asked for again by TCP.
    pub(crate) truncated: bool,
    /// Octets of header and question.
    pub(crate) question_end: usize,
}

/// Kinds of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Records.
    Data,
    /// The name is there, the type is not.
    Empty,
    /// The name is not there.
    Missing,
    /// Others are responsible.
    Referral,
    /// We are not responsible, or do not do this.
    Refused,
    /// The packet was wrong.
    Malformed,
}

/// What an asker's cookie is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// It has none.
    Absent,
    /// It has its own part only, or one that is not ours.
    Fresh,
    /// It was here before: its address is true.
    Valid,
}

/// Answers packets.
#[derive(Debug, Clone)]
pub(crate) struct Responder {
    /// Who is known.
    pub(crate) cookies: Cookies,
    /// What is told of the program in class CHAOS, if anything.
    pub(crate) version: Option<String>,
    /// What is told of the server in class CHAOS and as NSID, if anything.
    pub(crate) identity: Option<String>,
    /// For how many tenths of a second an idle connection is kept.
    pub(crate) patience: u16,
    /// Callsigns that are asked for by name, where that is on.
    pub(crate) calls: Option<Calls>,
}

impl Responder {
    /// Answers a packet, appending to `out`. `now` in seconds since 1970, of which the lower 32 bits count.
    pub(crate) fn respond(
        &self,
        catalogue: &Catalogue,
        packet: &[u8],
        asker: Asker,
        now: u32,
        out: &mut Vec<u8>,
    ) -> Outcome {
        match Header::read(packet) {
            Some(header) if !header.is_answer() && asker.peer.port() != 0 => {
                let exchange = Exchange {
                    responder: self,
                    catalogue,
                    packet,
                    header,
                    asker,
                    now,
                    out,
                };
                Outcome::Reply(exchange.answer())
            }
            _ => Outcome::Drop,
        }
    }

    /// Rewrites an answer of which only header and question are to be sent: the asker may come again by TCP.
    pub(crate) fn cut_short(out: &mut Vec<u8>, start: usize, told: Told) {
        out.truncate(start + told.question_end);
        out[start + 2] |= 0x02;
        out[start + 6..start + HEADER].fill(0);
    }

    /// Answers with BADCOOKIE: the asker has to show that its address is true.
    pub(crate) fn ask_for_cookie(&self, packet: &[u8], asker: Asker, now: u32, out: &mut Vec<u8>) {
        let Some(header) = Header::read(packet) else {
            return;
        };
        let Some(question) = Question::read(packet) else {
            return;
        };
        let Ok(Some(edns)) = query::read_edns(header, packet, question.end) else {
            return;
        };
        let mut opt = Opt::to(&edns);
        opt.extended = rcode::BADCOOKIE.0;
        opt.cookie = edns
            .cookie
            .map(|cookie| self.cookies.judge(cookie, asker.peer.ip(), now).answer);
        let flags = flag::ANSWER | header.flags & flag::COPIED | u16::from(rcode::BADCOOKIE.1);
        let message = Message::begin(out, header.id, &packet[HEADER..question.end], MOST);
        message.finish(flags, Some(&opt), MOST);
    }
}

/// One packet and what is needed to answer it.
struct Exchange<'x> {
    responder: &'x Responder,
    catalogue: &'x Catalogue,
    packet: &'x [u8],
    header: Header,
    asker: Asker,
    now: u32,
    out: &'x mut Vec<u8>,
}

/// What holds for the whole answer.
struct Frame<'x> {
    opt: Option<Opt<'x>>,
    most: usize,
    cookie: Cookie,
    /// AA where we are responsible; not for questions of any class.
    authoritative: u16,
}

impl<'x> Exchange<'x> {
    fn answer(self) -> Told {
        let bare = Frame {
            opt: None,
            most: MOST,
            cookie: Cookie::Absent,
            authoritative: 0,
        };
        let question = match self.header.questions() {
            1 => Question::read(self.packet),
            _ => None,
        };
        if self.header.opcode() != 0 {
            let code = if self.header.opcode() == NOTIFY {
                rcode::NOTAUTH
            } else {
                rcode::NOTIMP
            };
            return self.refuse(question.as_ref(), bare, code, Class::Refused);
        }
        let Some(question) = question else {
            return self.answer_without_question(bare);
        };
        let Ok(edns) = query::read_edns(self.header, self.packet, question.end) else {
            return self.refuse(None, bare, rcode::FORMERR, Class::Malformed);
        };
        let mut frame = self.frame(edns.as_ref());
        if edns.is_some_and(|edns| edns.version > 0) {
            if let Some(opt) = &mut frame.opt {
                opt.extended = rcode::BADVERS.0;
            }
            return self.refuse(Some(&question), frame, rcode::BADVERS.1, Class::Malformed);
        }
        match question.class {
            CLASS_IN => frame.authoritative = flag::AUTHORITATIVE,
            CLASS_ANY => {}
            CLASS_CHAOS => return self.answer_chaos(&question, frame),
            _ => return self.refuse(Some(&question), frame, rcode::REFUSED, Class::Refused),
        }
        self.answer_question(&question, frame)
    }

    /// Nothing asked: right only for somebody who wants a cookie (RFC 7873 5.4).
    fn answer_without_question(self, bare: Frame<'x>) -> Told {
        if self.header.questions() == 0
            && let Ok(Some(edns)) = query::read_edns(self.header, self.packet, HEADER)
            && edns.cookie.is_some()
        {
            let frame = self.frame(Some(&edns));
            return self.refuse(None, frame, rcode::NOERROR, Class::Empty);
        }
        self.refuse(None, bare, rcode::FORMERR, Class::Malformed)
    }

    /// What the OPT record changes.
    fn frame(&self, edns: Option<&Edns<'_>>) -> Frame<'x> {
        let by_udp = self.asker.transport == Transport::Udp;
        let Some(edns) = edns else {
            let most = if by_udp { edns::most_octets_without() } else { MOST };
            return Frame {
                opt: None,
                most,
                cookie: Cookie::Absent,
                authoritative: 0,
            };
        };
        let mut opt = Opt::to(edns);
        let responder = self.responder;
        let judged = edns
            .cookie
            .map(|cookie| responder.cookies.judge(cookie, self.asker.peer.ip(), self.now));
        opt.cookie = judged.map(|judged| judged.answer);
        opt.nsid = responder.identity.as_deref().filter(|_| edns.nsid);
        opt.keepalive = (edns.keepalive && !by_udp).then_some(responder.patience);
        opt.padded = edns.padded && self.asker.transport == Transport::Tls;
        let cookie = match judged {
            None => Cookie::Absent,
            Some(judged) if judged.valid => Cookie::Valid,
            Some(_) => Cookie::Fresh,
        };
        let most = if by_udp { edns.most_octets() } else { MOST };
        Frame {
            opt: Some(opt),
            most,
            cookie,
            authoritative: 0,
        }
    }

    fn answer_question(self, question: &Question, mut frame: Frame<'x>) -> Told {
        let (path, kind) = (&question.path, question.kind);
        let zone = lookup::zone_of(self.catalogue, path, kind);
        if matches!(kind, RecordType::AXFR | RecordType::IXFR) {
            let is_apex = zone.is_some_and(|zone| zone.labels() == path.labels());
            let code = match kind {
                RecordType::AXFR if self.asker.transport == Transport::Udp => rcode::NOTIMP,
                _ if is_apex => rcode::REFUSED,
                _ => rcode::NOTAUTH,
            };
            return self.refuse(Some(question), frame, code, Class::Refused);
        }
        let Some(zone) = zone else {
            if let Some(opt) = &mut frame.opt {
                opt.error = Some(NOT_OURS);
            }
            return self.refuse(Some(question), frame, rcode::REFUSED, Class::Refused);
        };
        let nothing = (Section::Authority, zone.negative(), zone.id());
        let (class, (section, piece, subject)) = match lookup::walk(zone, path, kind) {
            Found::Exact(node) | Found::Wildcard(node) => match follow::pick(node, kind) {
                Some(set) if set.records.kind() != RecordType::NS => {
                    (Class::Data, (Section::Answer, &set.piece, set.id))
                }
                None if node.get(RecordType::CNAME).is_none() => (Class::Empty, nothing),
                _ => return self.answer_composed(zone, question, frame),
            },
            Found::Missing => {
                let calls = self.responder.calls.as_ref();
                if let Some(data) = calls.and_then(|calls| calls.at(zone, path)) {
                    return self.answer_call(zone, question, frame, &data);
                }
                (Class::Missing, nothing)
            }
            Found::Cut(..) | Found::Redirect(..) => return self.answer_composed(zone, question, frame),
        };
        let code = if class == Class::Missing {
            rcode::NXDOMAIN
        } else {
            rcode::NOERROR
        };
        let header = self.header;
        let mut message = self.begin(Some(question), &frame);
        let written = message.piece(section, piece);
        let flags = frame.authoritative | u16::from(code);
        header.finish(message, frame, flags, written).told(class, subject)
    }

    /// What is known of a call, or that its name has no other records.
    fn answer_call(self, zone: &Zone, question: &Question, frame: Frame<'x>, data: &[u8]) -> Told {
        let wanted = matches!(question.kind, RecordType::TXT | RecordType::ANY) && !data.is_empty();
        let opt = frame.opt.map_or(0, |opt| opt.len());
        let fits = question.end + opt + OWN_RECORD + data.len() <= frame.most;
        let header = self.header;
        let mut message = self.begin(Some(question), &frame);
        let (written, class) = match (wanted, fits) {
            (true, true) => {
                message.record(Section::Answer, (RecordType::TXT, CLASS_IN, Ttl::DEFAULT), data);
                (Ok(()), Class::Data)
            }
            (true, false) => (Err(Full), Class::Data),
            (false, _) => (message.piece(Section::Authority, zone.negative()), Class::Empty),
        };
        let flags = frame.authoritative | u16::from(rcode::NOERROR);
        header
            .finish(message, frame, flags, written)
            .told(class, zone.id())
    }

    fn answer_composed(self, zone: &Zone, question: &Question, frame: Frame<'x>) -> Told {
        let composed = follow::compose(self.catalogue, zone, &question.path, question.kind);
        let header = self.header;
        let mut message = self.begin(Some(question), &frame);
        message.know_question();
        let needed = [
            (Section::Answer, &composed.answers),
            (Section::Authority, &composed.authority),
            (Section::Additional, &composed.glue),
        ];
        let mut parts = needed
            .into_iter()
            .flat_map(|(section, parts)| parts.iter().map(move |part| (section, part)));
        let written = parts.try_for_each(|(section, part)| message.part(section, part));
        if written.is_ok() {
            // What does not fit of the rest is not missed.
            for part in &composed.extra {
                drop(message.part(Section::Additional, part));
            }
        }
        let authoritative = if composed.authoritative {
            frame.authoritative
        } else {
            0
        };
        let flags = authoritative | u16::from(composed.rcode);
        header
            .finish(message, frame, flags, written)
            .told(composed.class, composed.subject)
    }

    /// The few names of class CHAOS by which servers are told apart.
    fn answer_chaos(self, question: &Question, frame: Frame<'x>) -> Told {
        let responder = self.responder;
        let text = match question.path.wire() {
            b"\x07version\x04bind\x00" | b"\x07version\x06server\x00" => &responder.version,
            b"\x08hostname\x04bind\x00" | b"\x02id\x06server\x00" => &responder.identity,
            _ => &None,
        };
        let text = text
            .as_deref()
            .filter(|_| matches!(question.kind, RecordType::TXT | RecordType::ANY));
        let Some(text) = text else {
            return self.refuse(Some(question), frame, rcode::REFUSED, Class::Refused);
        };
        let text = &text.as_bytes()[..text.len().min(255)];
        let mut data = vec![u8::try_from(text.len()).expect("cut to 255")];
        data.extend_from_slice(text);
        let header = self.header;
        let mut message = self.begin(Some(question), &frame);
        let ttl = Ttl::from_wire(0);
        message.record(Section::Answer, (RecordType::TXT, CLASS_CHAOS, ttl), &data);
        header
            .finish(message, frame, u16::from(rcode::NOERROR), Ok(()))
            .told(Class::Data, 0)
    }

    /// An answer without records.
    fn refuse(self, question: Option<&Question>, frame: Frame<'x>, code: u8, class: Class) -> Told {
        let header = self.header;
        let message = self.begin(question, &frame);
        header
            .finish(message, frame, u16::from(code), Ok(()))
            .told(class, 0)
    }

    fn begin(self, question: Option<&Question>, frame: &Frame<'x>) -> Message<'x> {
        let question = question.map_or(&[][..], |question| &self.packet[HEADER..question.end]);
        let opt = frame.opt.map_or(0, |opt| opt.len());
        Message::begin(self.out, self.header.id, question, frame.most - opt)
    }
}

/// An answer that is written.
struct Finished {
    cookie: Cookie,
    truncated: bool,
    question_end: usize,
}

impl Header {
    /// Ends a message; one that did not fit goes without records and says so.
    fn finish(
        self,
        mut message: Message<'_>,
        frame: Frame<'_>,
        flags: u16,
        written: Result<(), Full>,
    ) -> Finished {
        let truncated = written.is_err();
        let mut flags = flag::ANSWER | self.flags & flag::COPIED | flags;
        if truncated {
            message.clear();
            flags |= flag::TRUNCATED;
        }
        let question_end = message.question_end();
        message.finish(flags, frame.opt.as_ref(), frame.most);
        Finished {
            cookie: frame.cookie,
            truncated,
            question_end,
        }
    }
}

impl Finished {
    fn told(self, class: Class, subject: u64) -> Told {
        let Self {
            cookie,
            truncated,
            question_end,
        } = self;
        Told {
            class,
            subject,
            cookie,
            truncated,
            question_end,
        }
    }
}
