//! Reviews on the bus: administrators hear that the queue changed, owners that something about them was decided.

use serde_json::json;

use crate::bus::{Audience, Outgoing};
use crate::event::Event;
use crate::identity::event::IdentityEvent;

/// Tells administrators, on channel `reviews`.
pub(crate) fn encode(event: &Event) -> Option<Outgoing> {
    told(event, "reviews", |_| Audience::Administrators)
}

/// Tells the account's owner, on channel `notifications`.
pub(crate) fn encode_own(event: &Event) -> Option<Outgoing> {
    told(event, "notifications", |account| {
        Audience::Accounts([account].into())
    })
}

fn told(event: &Event, topic: &'static str, audience: fn(u32) -> Audience) -> Option<Outgoing> {
    let Event::Identity(IdentityEvent::ReviewChanged {
        review,
        kind,
        account,
        state,
    }) = event
    else {
        return None;
    };
    Some(Outgoing {
        topic: topic.into(),
        kind: "review".into(),
        audience: audience(account.0),
        payload: json!({"id": review, "kind": kind, "state": state}),
    })
}
