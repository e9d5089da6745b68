//! The questions of the knowledge gate, as the domain that knows examinations fills them in.

use jiff::Timestamp;
use smol_str::{SmolStr, format_smolstr};

use super::audit;
use crate::identity::actor::Actor;
use crate::identity::authority::Capability;
use crate::identity::error::Error;
use crate::identity::quiz::GateQuestion;
use crate::identity::tables::{AuditLine, GATE_QUESTION};
use crate::store::{Span, Write};

/// Questions of one set that are kept; more make nothing harder to learn.
const MOST_QUESTIONS: usize = 2_000;

/// Puts a set of questions in the place of the one of the same name; an empty one takes it away. While all sets
/// together are too few, the built-in questions are asked.
pub(crate) fn replace_gate_questions(
    tx: &mut Write<'_>,
    actor: &Actor,
    set: &str,
    questions: &[GateQuestion],
    now: Timestamp,
) -> Result<(), Error> {
    actor.may(Capability::SetQuestions)?;
    let set = SmolStr::new(set);
    tx.remove_span(GATE_QUESTION, Span::prefix(&(set.clone(),)), usize::MAX)?;
    for (place, question) in (0_u32..).zip(questions.iter().take(MOST_QUESTIONS)) {
        tx.put(GATE_QUESTION, &(set.clone(), place), question)?;
    }
    let line = AuditLine {
        who: actor.audit_name().into(),
        action: "questions.replaced".into(),
        account: None,
        detail: format_smolstr!("{set}: {}", questions.len()),
    };
    audit(tx, &line, now)?;
    Ok(())
}
