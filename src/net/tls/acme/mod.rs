//! A certificate from an authority that speaks RFC 8555: account, order, proof of the names, certificate.
//!
//! Account key and certificate live in the data directory. One attempt is one [`Acme::obtain`]; when to try, and when to
//! try again, is remembered in a file beside them, so that a program that is restarted over and over does not use up
//! what the authority allows. The authority is asked through `env::Outbound` like every other service outside.

mod attempts;
mod error;
mod messenger;
mod order;

use std::time::Duration;

use instant_acme::{Account, AccountCredentials, ExternalAccountKey, HttpClient, NewAccount};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::certificate::{Certificate, Facts};
use super::keep::Keep;
use super::shown::Proofs;
use crate::config::{self, Proof};
use crate::env::Outbound;

pub(crate) use attempts::Attempts;
pub(crate) use error::AcmeError;
use messenger::{Messenger, Mood};

/// The name the authority has among the services outside.
pub(crate) const SERVICE: &str = "acme";
const ACCOUNT: &str = "account.json";
const CERTIFICATE: &str = "certificate.pem";

/// Gets certificates.
pub(super) struct Acme {
    pub(super) settings: config::Acme,
    /// The names to be certified.
    pub(super) names: Vec<String>,
    /// Which proof is tried first where any will do.
    pub(super) first: Proof,
    pub(super) keep: Keep,
    pub(super) outbound: Outbound,
    pub(super) proofs: Proofs,
    /// Between two questions whether the authority is done.
    pub(super) pause: Duration,
}

/// The account, as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    directory: String,
    contact: Option<String>,
    binding: Option<String>,
    account: AccountCredentials,
}

impl Acme {
    /// The certificate that was got before, where there is a usable one.
    pub(super) fn kept(&self) -> std::io::Result<Option<Certificate>> {
        let pem = self.keep.get(CERTIFICATE)?;
        Ok(pem.and_then(|pem| Certificate::from_pem(&pem, &pem).ok()))
    }

    /// Whether the certificate in use should be replaced.
    pub(super) fn wants(&self, facts: &Facts, now: Timestamp) -> bool {
        facts.self_signed || facts.is_ageing(now) || !self.names.iter().all(|name| facts.is_for(name))
    }

    /// Gets a certificate, keeps it, and gives it out.
    pub(super) async fn obtain(&self, failures: u32, now: Timestamp) -> Result<Certificate, AcmeError> {
        let mood = Mood::default();
        let got = Box::pin(self.order(&mood, self.proof(failures), now)).await;
        let pem = got.map_err(|error| error.in_the_mood(&mood, now))?;
        let certificate = Certificate::from_pem(pem.as_bytes(), pem.as_bytes())
            .map_err(|unusable| AcmeError::Useless(format!("{unusable:?}")))?;
        if let Some(name) = self.names.iter().find(|name| !certificate.facts.is_for(name)) {
            return Err(AcmeError::Useless(format!("it is not for {name}")));
        }
        self.keep.put(CERTIFICATE, pem.as_bytes())?;
        Ok(certificate)
    }

    /// Chain and key, as PEM text.
    async fn order(&self, mood: &Mood, proof: Proof, now: Timestamp) -> Result<String, AcmeError> {
        let account = match self.restored(mood).await? {
            Some(account) => account,
            None => self.registered(mood).await?,
        };
        match self.place(&account, proof, now).await {
            Err(AcmeError::Api(problem)) if error::is(&problem, "accountDoesNotExist") => {
                // The authority has forgotten us: staging servers do.
                let account = self.registered(mood).await?;
                self.place(&account, proof, now).await
            }
            placed => placed,
        }
    }

    async fn restored(&self, mood: &Mood) -> Result<Option<Account>, AcmeError> {
        let Some(bytes) = self.keep.get(ACCOUNT)? else {
            return Ok(None);
        };
        let kept: Kept = serde_json::from_slice(&bytes).map_err(|_| {
            AcmeError::Account(format!(
                "{} is damaged; remove it, and an account is made anew",
                self.keep.path(ACCOUNT).display()
            ))
        })?;
        if kept.directory != self.settings.directory.as_str()
            || kept.contact != self.settings.contact
            || kept.binding != self.binding_id()
        {
            return Ok(None);
        }
        let builder = Account::builder_with_http(self.messenger(mood));
        Ok(Some(builder.from_credentials(kept.account).await?))
    }

    async fn registered(&self, mood: &Mood) -> Result<Account, AcmeError> {
        let contact = self.settings.contact.as_ref();
        let contact: Vec<String> = contact.map(|mail| format!("mailto:{mail}")).into_iter().collect();
        let contact: Vec<&str> = contact.iter().map(String::as_str).collect();
        let new = NewAccount {
            contact: &contact,
            terms_of_service_agreed: true,
            only_return_existing: false,
        };
        let directory = self.settings.directory.to_string();
        let binding = self.binding()?;
        let builder = Account::builder_with_http(self.messenger(mood));
        let (account, credentials) = builder.create(&new, directory.clone(), binding.as_ref()).await?;
        let kept = Kept {
            directory,
            contact: self.settings.contact.clone(),
            binding: self.binding_id(),
            account: credentials,
        };
        let bytes =
            serde_json::to_vec_pretty(&kept).map_err(|error| AcmeError::Account(error.to_string()))?;
        self.keep.put(ACCOUNT, &bytes)?;
        Ok(account)
    }

    fn binding_id(&self) -> Option<String> {
        self.settings.binding.as_ref().map(|binding| binding.id.clone())
    }

    fn binding(&self) -> Result<Option<ExternalAccountKey>, AcmeError> {
        use base64::Engine as _;
        let Some(binding) = &self.settings.binding else {
            return Ok(None);
        };
        let text = binding.key.reveal().trim_end_matches('=');
        let key = base64::prelude::BASE64_URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| AcmeError::Account("web.acme.eab_hmac_key is not base64url".to_owned()))?;
        Ok(Some(ExternalAccountKey::new(binding.id.clone(), &key)))
    }

    fn messenger(&self, mood: &Mood) -> Box<dyn HttpClient> {
        Box::new(Messenger::new(self.outbound.clone(), mood.clone()))
    }

    /// The proof for an attempt after so many that failed: where any will do, the other one than before.
    fn proof(&self, failures: u32) -> Proof {
        match (self.settings.challenge, self.first) {
            (Proof::Any, first) if failures.is_multiple_of(2) => first,
            (Proof::Any, Proof::Http) => Proof::TlsAlpn,
            (Proof::Any, _) => Proof::Http,
            (fixed, _) => fixed,
        }
    }
}
