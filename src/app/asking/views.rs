//! The one page of the host that asks for certificates, in its three forms: who somebody is, why not, and other faults.

use askama::Template;

use crate::web::Text;

/// What every form of the page shows.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) t: Text<'static>,
    /// Language of the page.
    pub(super) lang: String,
    /// Name of the club or station.
    pub(super) club_name: String,
    /// Where the style sheets are.
    pub(super) asset_base: String,
    /// Origin of the main host; empty where it is not known.
    pub(super) main: String,
}

/// A certificate that proves a call.
#[derive(Debug, Template)]
#[template(path = "certificate_good.html")]
pub(super) struct GoodPage {
    pub(super) frame: Frame,
    /// The call in the certificate.
    pub(super) call: String,
    /// The holder's name; may be empty.
    pub(super) name: String,
    /// When the certificate expires; empty where that is not known.
    pub(super) until: String,
    /// Its number; empty where it is not known.
    pub(super) serial: String,
    /// Takes the browser home; empty where it was not sent from there.
    pub(super) token: String,
}

/// A certificate that proves nothing, or another fault.
#[derive(Debug, Template)]
#[template(path = "certificate_bad.html")]
pub(super) struct BadPage {
    pub(super) frame: Frame,
    /// That it did not work, in three words.
    pub(super) heading: String,
    /// What is wrong, a sentence without its full stop.
    pub(super) what: String,
    /// What to do about it; may be empty.
    pub(super) help: String,
    /// The case in one word, for the administrator.
    pub(super) code: String,
    /// Whether it is a certificate that was refused, for which there are other ways.
    pub(super) refused: bool,
}
