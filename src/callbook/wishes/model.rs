//! What a holder wants shown in the place of the register's words, and to whom.
//!
//! Pure values. An [`Override`] is made by its form alone (`wishes::form`), so what is here has been checked. It never
//! changes a register's record: both are put together when somebody looks (`view`). Whose wish it is and until when,
//! the tables say.

use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

use super::super::model::Licence;
use crate::ham::grid::Grid;

/// How a holder confirms contacts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct QslWays {
    /// A manager's call, or the way in the holder's words; empty for none.
    pub(crate) via: SmolStr,
    pub(crate) bureau: Option<bool>,
    pub(crate) direct: Option<bool>,
    pub(crate) lotw: Option<bool>,
    pub(crate) eqsl: Option<bool>,
}

/// What a holder wants shown in the place of the register's words; empty texts leave those as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Override {
    pub(crate) name: SmolStr,
    /// City or place of the station.
    pub(crate) qth: SmolStr,
    pub(crate) grid: Option<Grid>,
    pub(crate) qsl: QslWays,
    /// Address of a picture, HTTPS.
    pub(crate) picture: SmolStr,
    /// Address of the holder's own page.
    pub(crate) web: SmolStr,
    pub(crate) email: SmolStr,
    /// Plain text in the holder's words, line breaks kept.
    pub(crate) bio: SmolStr,
}

/// What a holder opened. All of it is closed at first.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own, and older records lack some"
)]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub(crate) struct Consent {
    /// Members see street, post-office box and the whole postcode.
    pub(crate) street: bool,
    /// Members see the position as exactly as it is known.
    pub(crate) position: bool,
    /// Members see the mail address.
    pub(crate) email: bool,
    /// Whoever has not signed in sees what members see.
    pub(crate) public: bool,
}

/// Everything that was wished for a call by who holds it now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wishes {
    pub(crate) own: Override,
    pub(crate) consent: Consent,
    /// The holder asked not to be listed.
    pub(crate) opted_out: bool,
}

/// Who holds a licence, as far as its register tells holders apart: the licensee's number, else the person's, else a
/// digest of the name. Wishes are bound to it, so that they outlive imports and end with the holder.
pub(crate) fn holder_of(licence: &Licence) -> SmolStr {
    let holder = &licence.holder;
    if !holder.licensee.is_empty() {
        return holder.licensee.clone();
    }
    if !holder.person.is_empty() {
        return holder.person.clone();
    }
    let parts = [&holder.name, &holder.first, &holder.middle, &holder.last];
    let words = parts.into_iter().flat_map(|part| part.split_whitespace());
    let words: Vec<String> = words.map(str::to_lowercase).collect();
    if words.is_empty() {
        // A register without names tells nobody from anybody.
        return SmolStr::default();
    }
    let digest = blake3::hash(words.join(" ").as_bytes()).to_hex();
    format_smolstr!("name:{}", &digest[..24])
}

/// Whether a wish of `then` is still one of the present holder's. A register that tells nothing ends nothing.
pub(crate) fn is_same_holder(then: &str, now: &str) -> bool {
    then.is_empty() || now.is_empty() || then == now
}
