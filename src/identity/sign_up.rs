//! Signing up: an operator with a call that nobody has checked yet, or a listener under a name of their own.
//!
//! Whatever is typed, the answer depends on what was typed alone, never on which accounts there are: a name that is
//! taken looks like one that is free, takes the same work, and the owner hears of it by mail. Robots are met by a
//! field nobody sees, three questions, and work for the browser or a mail to answer. An account made so has proven
//! nothing, and gives way to whoever proves the call.

use std::sync::Arc;

use smol_str::format_smolstr;

use crate::config::SignUp;
use crate::ham::grid::Grid;
use crate::web::{Catalogue, Network};

use super::actor::Actor;
use super::error::Error;
use super::letters::Letters;
use super::login::Login;
use super::memory::Touched;
use super::model::{AccountId, DisplayName, MailAddress};
use super::password::Password;
use super::quiz::{self, Challenge, GateQuestion};
use super::service::{Browser, Identity, lock};
use super::tables::Person;
use super::ticket::{Purpose, Wish};
use super::token;
use super::write::{self, Admission, Postage};

/// Random bytes of a link's token.
const TOKEN: usize = 32;

/// What a person who signs up filled in.
#[derive(Debug, Clone)]
pub(crate) struct SignUpForm {
    pub(crate) login: Login,
    pub(crate) name: DisplayName,
    pub(crate) grid: Option<Grid>,
    /// What a listener tells of themselves; none for an operator.
    pub(crate) person: Option<Person>,
    pub(crate) email: Option<MailAddress>,
    pub(crate) password: Password,
    /// The token of the questions.
    pub(crate) token: String,
    /// Chosen answers, by their places.
    pub(crate) answers: Vec<usize>,
    /// What the page's script found; empty without it.
    pub(crate) proof: String,
    /// The field that people do not see.
    pub(crate) trap: String,
}

/// What a person who signed up is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignedUp {
    /// They can sign in.
    Ready,
    /// They can sign in once an administrator has let them in.
    Waiting,
    /// They have mail to answer first.
    CheckMail,
}

/// What a link from a mail did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Confirmed {
    SignUp(SignedUp),
    Mail,
}

impl Identity {
    /// Who may make an account here.
    pub(crate) fn sign_up_policy(&self) -> SignUp {
        self.inner.sign_up
    }

    /// Fresh questions for somebody who signs up.
    pub(crate) fn sign_up_questions(&self) -> Challenge {
        let bank = self.questions();
        let now = self.inner.clock.now();
        self.inner.quiz.ask(self.inner.entropy.bytes(), &bank, now)
    }

    /// Signs somebody up.
    pub(crate) async fn sign_up(
        &self,
        actor: &Actor,
        form: SignUpForm,
        browser: &Browser,
    ) -> Result<SignedUp, Error> {
        if self.inner.sign_up == SignUp::Closed {
            return Err(Error::SignUpClosed);
        }
        if let Some(call) = form.login.call().filter(|call| call.as_str() != call.base()) {
            return Err(Error::NotAHomeCall(call.clone(), call.base().to_owned()));
        }
        let proven = quiz::is_proven(&form.token, &form.proof);
        if !form.trap.is_empty() {
            tracing::info!(peer.ip = %browser.address, "a robot signed up from {}", browser.address);
            return Ok(self.told(proven));
        }
        if !proven && form.email.is_none() {
            return Err(Error::MailNeeded);
        }
        self.pass_gate(&form, Network::of(browser.address))?;
        let hash = self.hash(form.password).await;
        let wish = Wish {
            login: form.login,
            name: form.name,
            grid: form.grid,
            person: form.person,
            password: format_smolstr!("{hash}"),
        };
        let network = Network::of(browser.address);
        match (proven, form.email) {
            (true, email) => self.join(actor, wish, email, network).await?,
            (false, Some(email)) => self.ask_by_mail(actor, wish, email, network).await?,
            (false, None) => return Err(Error::MailNeeded),
        }
        Ok(self.told(proven))
    }

    /// Uses a link from a mail: finishes a sign-up, or makes an address the account's.
    pub(crate) async fn confirm_link(&self, shown: &str) -> Result<Confirmed, Error> {
        let digest = token::digest(shown);
        match self.link(shown).await?.0 {
            Purpose::SignUp => {
                let admission = self.admission();
                self.change(move |tx, now| {
                    let made = write::confirm_sign_up(tx, &digest, admission, now)?;
                    Ok(((), made.map(Touched::account).unwrap_or_default()))
                })
                .await?;
                Ok(Confirmed::SignUp(self.told(true)))
            }
            Purpose::Mail => {
                self.confirm_mail(digest).await?;
                Ok(Confirmed::Mail)
            }
            Purpose::Recovery | Purpose::Unknown => Err(Error::SpentLink),
        }
    }

    fn questions(&self) -> Arc<[GateQuestion]> {
        Arc::clone(&self.memory().questions)
    }

    fn admission(&self) -> Admission {
        match self.inner.sign_up {
            SignUp::Approval => Admission::Approved,
            SignUp::Open | SignUp::Closed => Admission::AtOnce,
        }
    }

    /// What is said, whatever was done.
    fn told(&self, proven: bool) -> SignedUp {
        match self.inner.sign_up {
            _ if !proven => SignedUp::CheckMail,
            SignUp::Approval => SignedUp::Waiting,
            SignUp::Open | SignUp::Closed => SignedUp::Ready,
        }
    }

    /// Counts the try, then looks at the answers: of parallel tries none gets in before it counts.
    fn pass_gate(&self, form: &SignUpForm, network: Network) -> Result<(), Error> {
        let now = self.inner.clock.now();
        lock(&self.inner.quotas.sign_ups).check(network, now)?;
        lock(&self.inner.quotas.answers).take(network, now)?;
        let quiz = &self.inner.quiz;
        let shown = quiz
            .take(&form.token, now)
            .map_err(|quiz::Stale| Error::StaleQuestions)?;
        // A listener need not know radio yet.
        if form.login.call().is_some() && !quiz.right(&shown, &self.questions(), &form.answers) {
            return Err(Error::WrongAnswers);
        }
        lock(&self.inner.quotas.sign_ups).take(network, now)?;
        Ok(())
    }

    /// Makes the account at once; the address becomes its own when its mail is answered.
    async fn join(
        &self,
        actor: &Actor,
        wish: Wish,
        email: Option<MailAddress>,
        network: Network,
    ) -> Result<(), Error> {
        let (actor, admission) = (actor.clone(), self.admission());
        let link = self.inner.entropy.token(TOKEN);
        let (digest, login, to) = (token::digest(&link), wish.login.clone(), email.clone());
        let (made, paid) = self
            .change(move |tx, now| {
                let made = write::sign_up(tx, &actor, &wish, admission, now)?;
                let paid = match &email {
                    Some(_) => write::count_mail(tx, email.as_ref(), network, now)?,
                    None => Postage::Held,
                };
                if let (Some(account), Some(email), Postage::Paid) = (made, email, paid) {
                    write::ask_first_mail(tx, digest, (account, email), now)?;
                }
                Ok(((made, paid), made.map(Touched::account).unwrap_or_default()))
            })
            .await?;
        if let (Some(to), Postage::Paid) = (to, paid) {
            let letters = self.letters(None);
            self.inner.mailer.post(match made {
                Some(_) => letters.address(&to, login.as_str(), &link),
                None => letters.taken(&to, login.as_str()),
            });
        }
        Ok(())
    }

    /// Sends the link that makes the account; where the name is taken, a mail that says so.
    async fn ask_by_mail(
        &self,
        actor: &Actor,
        wish: Wish,
        email: MailAddress,
        network: Network,
    ) -> Result<(), Error> {
        let actor = actor.clone();
        let link = self.inner.entropy.token(TOKEN);
        let (digest, login, to) = (token::digest(&link), wish.login.clone(), email.clone());
        let (taken, paid) = self
            .change(move |tx, now| {
                let taken = super::read::account_named(tx, &wish.login)?.is_some();
                let paid = write::count_mail(tx, Some(&email), network, now)?;
                if paid == Postage::Paid && !taken {
                    write::hold_sign_up(tx, &actor, digest, (wish, email), now)?;
                }
                Ok(((taken, paid), Touched::default()))
            })
            .await?;
        if paid == Postage::Paid {
            let letters = self.letters(None);
            self.inner.mailer.post(if taken {
                letters.taken(&to, login.as_str())
            } else {
                letters.sign_up(&to, login.as_str(), &link)
            });
        }
        Ok(())
    }

    /// Mails in the language of an account, else in English.
    pub(super) fn letters(&self, account: Option<AccountId>) -> Letters<'_> {
        let account = account.and_then(|id| self.account(id).ok());
        let wanted = account
            .as_ref()
            .map(|account| account.preferences.language.as_str());
        let catalogue = Catalogue::shared();
        let language = catalogue.languages().find(|known| Some(*known) == wanted);
        Letters {
            t: catalogue.choose(language),
            public: &self.inner.public,
        }
    }
}
