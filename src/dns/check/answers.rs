//! Asking the live zones as the world does: a packet for each set, and a look at what comes back.

use super::{Compared, MOST};
use crate::dns::answer::Inquiry;
use crate::dns::zone::{Catalogue, Zone};

/// Sets asked for in one zone; of larger ones every so-manieth.
const ASKED: usize = 20_000;
/// The server speaks for the name itself.
const AUTHORITATIVE: u8 = 0x04;

/// Asks for the sets of a zone; those that are denied are told.
pub(super) fn ask(catalogue: &Catalogue, zone: &Zone, compared: &mut Compared) {
    let step = zone.len().div_ceil(ASKED).max(1);
    let mut inquiry = Inquiry::new();
    for set in zone.sets().step_by(step) {
        let answer = inquiry.ask(catalogue, set.name(), set.kind()).unwrap_or_default();
        compared.asked += 1;
        if is_denied(answer) && compared.findings.len() < MOST {
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
