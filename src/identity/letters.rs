//! What the accounts write by mail: plain text, no secret in the subject, no link that acts when it is merely opened.

use crate::env::Mail;
use crate::web::Text;

use super::licence::{Effect, Outcome};
use super::model::MailAddress;
use super::review::{Matter, Remark};

/// The words of all mails, with where the installation is reached.
pub(super) struct Letters<'a> {
    pub(super) t: Text<'static>,
    /// Scheme, host and port of the pages.
    pub(super) public: &'a str,
}

impl Letters<'_> {
    /// The link that finishes a sign-up.
    pub(super) fn sign_up(&self, to: &MailAddress, login: &str, token: &str) -> Mail {
        let link = format!("{}/confirm?token={token}", self.public);
        let text = self.t.f("mail.signup_text", &[("call", login), ("link", &link)]);
        mail(to, self.t.s("mail.signup_subject"), text)
    }

    /// Somebody, perhaps the owner, signed up under a name that has an account.
    pub(super) fn taken(&self, to: &MailAddress, login: &str) -> Mail {
        let link = format!("{}/recover", self.public);
        let text = self.t.f("mail.taken_text", &[("call", login), ("link", &link)]);
        mail(to, self.t.s("mail.signup_subject"), text)
    }

    /// The link that makes an address the account's.
    pub(super) fn address(&self, to: &MailAddress, login: &str, token: &str) -> Mail {
        let link = format!("{}/confirm?token={token}", self.public);
        let text = self.t.f("mail.address_text", &[("call", login), ("link", &link)]);
        mail(to, self.t.s("mail.address_subject"), text)
    }

    /// The link that sets a new password.
    pub(super) fn recovery(&self, to: &MailAddress, login: &str, token: &str) -> Mail {
        let link = format!("{}/recover/set?token={token}", self.public);
        let text = self
            .t
            .f("mail.recovery_text", &[("call", login), ("link", &link)]);
        mail(to, self.t.s("mail.recovery_subject"), text)
    }

    /// A code for the mailbox of a call that somebody says is theirs.
    pub(super) fn code(&self, to: &MailAddress, call: &str, login: &str, code: &str) -> Mail {
        let link = format!("{}/verify", self.public);
        let words = [("call", call), ("login", login), ("code", code), ("link", &link)];
        mail(
            to,
            self.t.s("mail.code_subject"),
            self.t.f("mail.code_text", &words),
        )
    }

    /// A new password was set.
    pub(super) fn password_changed(&self, to: &MailAddress, login: &str) -> Mail {
        let link = format!("{}/recover", self.public);
        let text = self
            .t
            .f("mail.password_text", &[("call", login), ("link", &link)]);
        mail(to, self.t.s("mail.password_subject"), text)
    }

    /// Whether a passkey is asked for after the password was changed.
    pub(super) fn second_factor(&self, to: &MailAddress, login: &str, on: bool) -> Mail {
        let link = format!("{}/recover", self.public);
        let text = if on { "mail.second_on" } else { "mail.second_off" };
        let text = self.t.f(text, &[("call", login), ("link", &link)]);
        mail(to, self.t.s("mail.second_subject"), text)
    }

    /// What an administrator decided about the account.
    pub(super) fn decided(
        &self,
        to: &MailAddress,
        login: &str,
        matter: &Matter,
        (accepted, reason): (bool, &Remark),
    ) -> Mail {
        let call = matter.call().map(ToString::to_string).unwrap_or_default();
        let text = match (matter, accepted) {
            (Matter::SignUp {}, true) => "mail.review_let_in",
            (Matter::SignUp {}, false) => "mail.review_not_let_in",
            (Matter::Document { .. }, true) => "mail.review_document_accepted",
            (Matter::Document { .. }, false) => "mail.review_document_refused",
            (_, true) => "mail.review_call_given",
            (_, false) => "mail.review_call_refused",
        };
        let text = self
            .t
            .f(text, &[("login", login), ("call", &call), ("link", self.public)]);
        let reason = if reason.is_empty() {
            String::new()
        } else {
            let label = self.t.s("mail.review_reason");
            format!("\n\n{label}\n{}", reason.as_str())
        };
        mail(to, self.t.s("mail.review_subject"), text + &reason)
    }

    /// What the register says of the call changed something.
    pub(super) fn licence(&self, to: &MailAddress, outcome: &Outcome, now: &str) -> Option<Mail> {
        let key = match outcome.effect {
            Effect::Upgraded => "mail.licence_upgraded",
            Effect::Renamed => "mail.licence_renamed",
            Effect::Displaced => "mail.licence_displaced",
            Effect::ProofsEnded => "mail.licence_proofs_ended",
            Effect::Told => "mail.licence_expired",
            Effect::SetAside | Effect::Waits => return None,
        };
        let words = [
            ("call", outcome.call.as_str()),
            ("before", outcome.before.as_str()),
            ("now", now),
            ("link", self.public),
        ];
        let text = self.t.f(key, &words);
        Some(mail(to, self.t.s("mail.licence_subject"), text))
    }

    /// The account has another address now: to the one before.
    pub(super) fn address_changed(&self, to: &MailAddress, login: &str) -> Mail {
        let text = self
            .t
            .f("mail.moved_text", &[("call", login), ("link", self.public)]);
        mail(to, self.t.s("mail.moved_subject"), text)
    }
}

fn mail(to: &MailAddress, subject: &str, text: String) -> Mail {
    Mail {
        to: to.as_str().to_owned(),
        subject: subject.to_owned(),
        text,
    }
}
