//! Questions the program puts to itself: packet in, packet out, by the rules and from the zones that serve everybody.
//!
//! Asked as in a stream, so that nothing is cut off, and as nobody in particular: no cookie, no pace.

use std::net::{Ipv4Addr, SocketAddr};

use super::{Asker, Cookies, Outcome, Responder, Transport};
use crate::dns::name::Name;
use crate::dns::rr::RecordType;
use crate::dns::zone::Catalogue;

/// The header of a question: no flags, one question.
const HEADER: [u8; 12] = [0x53, 0x42, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
/// The class of the network.
const INTERNET: [u8; 2] = [0, 1];

/// One who asks; the same one can ask many questions.
pub(crate) struct Inquiry {
    responder: Responder,
    question: Vec<u8>,
    answer: Vec<u8>,
}

impl Inquiry {
    /// Somebody who has asked nothing yet.
    pub(crate) fn new() -> Self {
        Self {
            responder: Responder {
                cookies: Cookies::new(&[0; 16]),
                version: None,
                identity: None,
                patience: 0,
                calls: None,
            },
            question: Vec::new(),
            answer: Vec::new(),
        }
    }

    /// The answer's packet; `None` where the question is met with silence.
    pub(crate) fn ask(&mut self, catalogue: &Catalogue, name: &Name, kind: RecordType) -> Option<&[u8]> {
        self.question.clear();
        self.question.extend_from_slice(&HEADER);
        self.question.extend_from_slice(name.wire());
        self.question.extend_from_slice(&kind.0.to_be_bytes());
        self.question.extend_from_slice(&INTERNET);
        self.answer.clear();
        let asker = Asker {
            peer: SocketAddr::from((Ipv4Addr::LOCALHOST, 53_535)),
            transport: Transport::Tcp,
        };
        let told = self
            .responder
            .respond(catalogue, &self.question, asker, 0, &mut self.answer);
        (told != Outcome::Drop).then_some(&self.answer)
    }
}
