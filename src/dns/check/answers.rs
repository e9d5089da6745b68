//! Asking the live zones as the world does: a packet for each set, and a look at what comes back.

use std::net::{Ipv4Addr, SocketAddr};

use super::{Compared, MOST};
use crate::dns::answer::{Asker, Cookies, Responder, Transport};
use crate::dns::zone::{Catalogue, Zone};

/// Sets asked for in one zone; of larger ones every so-manieth.
const ASKED: usize = 20_000;
/// The header of a question: no flags, one question.
const HEADER: [u8; 12] = [0x53, 0x42, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
/// The server speaks for the name itself.
const AUTHORITATIVE: u8 = 0x04;

/// Asks for the sets of a zone; those that are denied are told.
pub(super) fn ask(catalogue: &Catalogue, zone: &Zone, compared: &mut Compared) {
    let responder = Responder {
        cookies: Cookies::new(&[0; 16]),
        version: None,
        identity: None,
        patience: 0,
    };
    let asker = Asker {
        peer: SocketAddr::from((Ipv4Addr::LOCALHOST, 5353)),
        // In a stream, so that no answer is cut.
        transport: Transport::Tcp,
    };
    let step = zone.len().div_ceil(ASKED).max(1);
    let (mut question, mut answer) = (Vec::new(), Vec::new());
    for set in zone.sets().step_by(step) {
        question.clear();
        question.extend_from_slice(&HEADER);
        question.extend_from_slice(set.name().wire());
        question.extend_from_slice(&set.kind().0.to_be_bytes());
        question.extend_from_slice(&[0, 1]);
        answer.clear();
        responder.respond(catalogue, &question, asker, 0, &mut answer);
        compared.asked += 1;
        if is_denied(&answer) && compared.findings.len() < MOST {
            let finding = format!(
                "{} {} {} is denied in answers",
                zone.origin(),
                set.name(),
                set.kind()
            );
            compared.findings.push(finding);
        }
    }
}

/// Whether an answer says, in the server's own name, that there is nothing. What is below a delegation is another's.
fn is_denied(answer: &[u8]) -> bool {
    let Some(header) = answer.first_chunk::<12>() else {
        return true;
    };
    let code = header[3] & 0x0f;
    let answers = u16::from_be_bytes([header[6], header[7]]);
    code != 0 || header[2] & AUTHORITATIVE != 0 && answers == 0
}
