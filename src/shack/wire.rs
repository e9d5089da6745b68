//! The messages of the outbound link: JSON texts, one object each.

use serde::{Deserialize, Serialize};

use super::model::{
    Meters, QueueSums, RelayFault, RigFacts, RigState, RotateWish, RotatorState, TuneWish, Tuned,
};

/// The version of these messages.
pub(super) const VERSION: u32 = 1;

/// What a relay says.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Said {
    /// First of all: who it is.
    Hello(Hello),
    /// The radio's state has changed.
    State(Box<RigState>),
    /// What the radio can do has become known.
    Facts {
        /// What it can do.
        facts: RigFacts,
    },
    /// The meters.
    Meters(Meters),
    /// The queue of contacts has changed.
    Queue(QueueSums),
    /// The rotator has moved.
    Rotator(RotatorState),
    /// A wish was carried out.
    Done(Done),
    /// A wish was not carried out.
    Fault(Failed),
    /// Something of a later version.
    #[serde(other)]
    Other,
}

/// A relay's first words.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Hello {
    /// Version of the messages.
    pub(super) v: u32,
    /// Version of the program.
    #[serde(default)]
    pub(super) version: String,
    /// Name of the radio at this account.
    pub(super) name: String,
    /// What the radio can do.
    #[serde(default)]
    pub(super) facts: RigFacts,
}

/// The answer to a wish.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Done {
    /// Which wish.
    pub(super) id: u64,
    /// What was read back; nothing after a turn of the rotator.
    #[serde(flatten)]
    pub(super) tuned: Tuned,
}

/// The failure of a wish.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Failed {
    /// Which wish.
    pub(super) id: u64,
    /// What went wrong.
    #[serde(flatten)]
    pub(super) fault: RelayFault,
}

/// What a relay is told.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Told<'a> {
    /// It is taken in.
    Welcome {
        /// Whose radio it is.
        account: &'a str,
        /// When this was sent, in milliseconds since the link began.
        sent_ms: u64,
    },
    /// Move the radio.
    Tune {
        /// Names the wish in its answer.
        id: u64,
        /// When this was sent.
        sent_ms: u64,
        /// Where to.
        #[serde(flatten)]
        wish: &'a TuneWish,
    },
    /// Turn the rotator.
    Rotate {
        /// Names the wish in its answer.
        id: u64,
        /// When this was sent.
        sent_ms: u64,
        /// Where to.
        #[serde(flatten)]
        wish: &'a RotateWish,
    },
    /// Whether anybody looks at the radio now.
    Watch {
        /// Whether a page shows it.
        visible: bool,
        /// When this was sent.
        sent_ms: u64,
    },
}

impl Told<'_> {
    /// The message as it is sent.
    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
