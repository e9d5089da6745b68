//! Pages about proofs of callsigns: one's own ladder, and an account as administrators see it.

use askama::Template;

use super::{Form, Frame};

/// A proof in the list.
#[derive(Debug, Clone)]
pub(crate) struct ProofRow {
    /// Its number.
    pub(crate) number: u64,
    /// The call that was proven.
    pub(crate) call: String,
    /// How, in words.
    pub(crate) method: String,
    /// What it is worth, in words.
    pub(crate) trust: String,
    /// What was shown.
    pub(crate) evidence: String,
    /// When, RFC 3339.
    pub(crate) at_iso: String,
    /// When, in words.
    pub(crate) at: String,
    /// Who accepted it.
    pub(crate) by: String,
    /// What they wrote beside it.
    pub(crate) note: String,
    /// Until when it counts, RFC 3339; empty where that is open.
    pub(crate) until_iso: String,
    /// The same in words.
    pub(crate) until: String,
    /// `stands`, `over` or `ended`.
    pub(crate) state: &'static str,
    /// When, why and by whom it was ended, in words.
    pub(crate) ended: String,
}

/// A way of proving a call.
#[derive(Debug, Clone)]
pub(crate) struct WayRow {
    /// Its name for the form.
    pub(crate) id: &'static str,
    /// Its name in words.
    pub(crate) name: String,
    /// What it proves.
    pub(crate) proves: String,
    /// How long it takes, and what one needs.
    pub(crate) takes: String,
    /// What it is worth, in words.
    pub(crate) trust_word: String,
    /// Why it cannot be taken now; empty where it can.
    pub(crate) off: String,
    /// The page where it is done, empty for here or for nowhere.
    pub(crate) href: String,
    /// Where the token is to be put by hand, empty where no page is known.
    pub(crate) edit: String,
}

/// A code on its way.
#[derive(Debug, Clone)]
pub(crate) struct CodeRow {
    /// The call it is for.
    pub(crate) call: String,
    /// Where it went.
    pub(crate) to: String,
    /// Until when it works, RFC 3339.
    pub(crate) until_iso: String,
    /// The same in words.
    pub(crate) until: String,
    /// Tries left.
    pub(crate) left: u32,
}

/// A token given out.
#[derive(Debug, Clone)]
pub(crate) struct TokenRow {
    /// The token.
    pub(crate) token: String,
    /// The text record that holds it.
    pub(crate) record: String,
    /// Where that record stands at the radio network's name.
    pub(crate) ampr: String,
    /// The label for any other name.
    pub(crate) label: &'static str,
    /// Until when it works, RFC 3339.
    pub(crate) until_iso: String,
    /// The same in words.
    pub(crate) until: String,
}

/// `/verify`. Plain POST with `do=code|try|token|renew|check` and `call`, `mailbox`, `code`, `place`, `domain`.
#[derive(Debug, Template)]
#[template(path = "verify.html")]
pub(crate) struct VerifyPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// What was typed before.
    pub(crate) form: Form,
    /// The call to be proven, empty where a listener has named none.
    pub(crate) call: String,
    /// Since when it is proven, RFC 3339; empty where it is not.
    pub(crate) since_iso: String,
    /// The same in words.
    pub(crate) since: String,
    /// The code on its way.
    pub(crate) code: Option<CodeRow>,
    /// The token given out for this call.
    pub(crate) token: Option<TokenRow>,
    /// Mailboxes that a code can be sent to.
    pub(crate) mailboxes: Vec<WayRow>,
    /// Places where a token can stand.
    pub(crate) places: Vec<WayRow>,
    /// Ways with pages of their own, and administrators.
    pub(crate) others: Vec<WayRow>,
    /// The proofs, newest first.
    pub(crate) proofs: Vec<ProofRow>,
    /// Changes when something here does, so that the page's script need not look closer.
    pub(crate) stamp: String,
}

/// `/admin/users/{id}`. Plain POST with `do=vouch|claim|end` and `method`, `note`, `call`, `number`, `why`.
#[derive(Debug, Template)]
#[template(path = "admin_user.html")]
pub(crate) struct AdminUserPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// `users`.
    pub(crate) part: &'static str,
    /// What was typed before.
    pub(crate) form: Form,
    /// The account's number.
    pub(crate) id: u32,
    /// Its call, or a listener's name.
    pub(crate) call: String,
    /// The person's name.
    pub(crate) name: String,
    /// Role in words.
    pub(crate) role_word: String,
    /// Whether a passkey is asked for after the password.
    pub(crate) second_factor: bool,
    /// Whether it is a listener's.
    pub(crate) listener: bool,
    /// Made, RFC 3339.
    pub(crate) made_iso: String,
    /// Made, in words.
    pub(crate) made: String,
    /// Since when the call is proven, RFC 3339; empty where it is not.
    pub(crate) since_iso: String,
    /// The same in words.
    pub(crate) since: String,
    /// The proofs, newest first.
    pub(crate) proofs: Vec<ProofRow>,
}
