//! Passkeys: signing in with a key pair that a device keeps, after its own check of the person.
//!
//! Credentials are discoverable, so nothing is typed, and user verification is demanded. What a ceremony began with
//! stays here for five minutes and is used once. A passkey belongs to a host name, which is that of the public
//! address; a number cannot be one, so on this machine alone it is `localhost`. Counters are logged, not judged:
//! synchronised passkeys have none.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use smol_str::SmolStr;
use url::{Host, Url};
use uuid::Uuid;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Webauthn, WebauthnBuilder,
};

use super::actor::Actor;
use super::error::Error;
use super::memory::Touched;
use super::model::{AccountId, DisplayName};
use super::read;
use super::second_factor::{Ceremony, HalfOpen};
use super::service::{Browser, Identity, lock, own_digest};
use super::sign_in::Proven;
use super::tables::{StoredAccount, StoredPasskey};
use super::token::SessionToken;
use super::write;

/// How long a ceremony may take.
const LIFE: SignedDuration = SignedDuration::from_mins(5);
/// Ceremonies under way at once; beyond them new ones wait.
const MOST_PENDING: usize = 8_192;
/// Doors of one account that wait half open for their passkey.
const MOST_HALF_OPEN: usize = 10;

/// The passkeys' side of the accounts.
pub(super) struct Passkeys {
    party: Option<Party>,
    pending: Mutex<HashMap<String, (Timestamp, Pending)>>,
}

/// Whom the passkeys are for.
struct Party {
    webauthn: Webauthn,
    id: String,
    origin: String,
}

enum Pending {
    Registration(AccountId, Box<PasskeyRegistration>),
    Authentication(Box<DiscoverableAuthentication>),
    /// After the account's password.
    Second(HalfOpen, Box<DiscoverableAuthentication>),
}

impl Passkeys {
    /// Passkeys for an installation reached under this address.
    pub(super) fn of(public: &str) -> Self {
        Self {
            party: Party::of(public),
            pending: Mutex::default(),
        }
    }

    /// Host name and address that passkeys work under; none where the installation has only a number.
    pub(super) fn place(&self) -> Option<(&str, &str)> {
        let party = self.party.as_ref()?;
        Some((&party.id, &party.origin))
    }

    fn party(&self) -> Result<&Webauthn, Error> {
        let party = self.party.as_ref().ok_or(Error::NoPasskeys)?;
        Ok(&party.webauthn)
    }

    fn keep(&self, token: &str, pending: Pending, now: Timestamp) -> Result<(), Error> {
        let mut all = lock(&self.pending);
        if all.len() >= MOST_PENDING {
            all.retain(|_, (until, _)| *until > now);
        }
        if all.len() >= MOST_PENDING {
            return Err(Error::Busy);
        }
        let until = now.checked_add(LIFE).unwrap_or(Timestamp::MAX);
        all.insert(token.to_owned(), (until, pending));
        Ok(())
    }

    /// Whether one more half-open door of an account fits: whoever knows the password must not take all places.
    fn room_for(&self, account: AccountId) -> Result<(), Error> {
        let all = lock(&self.pending);
        let held = |pending: &Pending| matches!(pending, Pending::Second(half, _) if half.account == account);
        if all.values().filter(|(_, pending)| held(pending)).count() >= MOST_HALF_OPEN {
            return Err(Error::Busy);
        }
        Ok(())
    }

    fn take(&self, token: &str, now: Timestamp) -> Result<Pending, Error> {
        let found = lock(&self.pending).remove(token);
        let found = found.filter(|(until, _)| now < *until);
        found.map(|(_, pending)| pending).ok_or(Error::SlowPasskey)
    }
}

impl Party {
    fn of(public: &str) -> Option<Self> {
        let mut url = Url::parse(public).ok()?;
        let id = match url.host()? {
            Host::Domain(name) => name.to_owned(),
            // A number is no name; but this machine has one.
            Host::Ipv4(address) => local(address.into())?,
            Host::Ipv6(address) => local(address.into())?,
        };
        url.set_host(Some(&id)).ok()?;
        let builder = WebauthnBuilder::new(&id, &url).ok()?;
        let built = builder
            .rp_name("Shackbox")
            .allow_any_port(id == "localhost")
            .build();
        let webauthn = built
            .inspect_err(|error| tracing::warn!(?error, "passkeys cannot be used under {public}"))
            .ok()?;
        Some(Self {
            webauthn,
            origin: url.as_str().trim_end_matches('/').to_owned(),
            id,
        })
    }
}

fn local(address: IpAddr) -> Option<String> {
    (address.is_loopback() || address.is_unspecified()).then(|| "localhost".to_owned())
}

impl Identity {
    /// Begins the registration of a passkey of the actor's own.
    pub(crate) async fn begin_passkey(&self, actor: &Actor) -> Result<Ceremony, Error> {
        let id = actor.confirmed()?.account;
        let account = self.account(id)?;
        let known = self
            .inner
            .store
            .read(move |rows| read::passkeys(rows, id))
            .await?;
        let known = known.iter().filter_map(|(_, passkey)| stored(passkey));
        let name = account.call.as_str();
        let person = Some(account.name.as_str()).filter(|person| !person.is_empty());
        let (options, state) = self
            .inner
            .passkeys
            .party()?
            .start_passkey_registration(
                handle(id, &account),
                name,
                person.unwrap_or(name),
                Some(known.map(|passkey| passkey.cred_id().clone()).collect()),
            )
            .map_err(refused)?;
        let mut options = serde_json::to_value(&options).map_err(|_| Error::NoPasskeys)?;
        // Discoverable, so that signing in needs no name; the library leaves that to the device.
        if let Some(choice) = options.pointer_mut("/publicKey/authenticatorSelection") {
            choice["residentKey"] = "required".into();
            choice["requireResidentKey"] = true.into();
        }
        self.pending(options, Pending::Registration(id, Box::new(state)))
    }

    /// Keeps the passkey that the actor's device made.
    pub(crate) async fn add_passkey(
        &self,
        actor: &Actor,
        token: &str,
        name: DisplayName,
        shown: &RegisterPublicKeyCredential,
    ) -> Result<SmolStr, Error> {
        let now = self.inner.clock.now();
        let account = actor.confirmed()?.account;
        let Pending::Registration(owner, state) = self.inner.passkeys.take(token, now)? else {
            return Err(Error::SlowPasskey);
        };
        if owner != account {
            return Err(Error::SlowPasskey);
        }
        let made = self
            .inner
            .passkeys
            .party()?
            .finish_passkey_registration(shown, &state);
        let made = made.map_err(refused)?;
        let id = SmolStr::new(BASE64_URL_SAFE_NO_PAD.encode(made.cred_id()));
        let stored = StoredPasskey {
            account,
            name,
            credential: serde_json::to_string(&made).map_err(|_| Error::BadPasskey)?,
            created: now,
            last_used: None,
        };
        let (actor, key) = (actor.clone(), id.clone());
        self.change(move |tx, now| {
            write::add_passkey(tx, &actor, (&key, &stored), now)?;
            Ok(((), Touched::default()))
        })
        .await?;
        Ok(id)
    }

    /// Begins a sign-in, or a confirmation, with whichever passkey the person chooses.
    pub(crate) fn ask_passkey(&self) -> Result<Ceremony, Error> {
        self.ask_any(Pending::Authentication)
    }

    /// Asks for the passkey of somebody who has shown the password. What the browser is told is what it is told
    /// without one: no passkey is named.
    pub(super) fn ask_passkey_of(&self, half: HalfOpen) -> Result<Ceremony, Error> {
        self.inner.passkeys.room_for(half.account)?;
        self.ask_any(|state| Pending::Second(half, state))
    }

    fn ask_any(
        &self,
        pending: impl FnOnce(Box<DiscoverableAuthentication>) -> Pending,
    ) -> Result<Ceremony, Error> {
        let started = self.inner.passkeys.party()?.start_discoverable_authentication();
        let (options, state) = started.map_err(refused)?;
        let options = serde_json::to_value(&options).map_err(|_| Error::NoPasskeys)?;
        self.pending(options, pending(Box::new(state)))
    }

    /// Whose password came before the passkey that answers this, and what the passkey was asked. Good for one answer.
    pub(super) fn half_opened(
        &self,
        token: &str,
    ) -> Result<(HalfOpen, Box<DiscoverableAuthentication>), Error> {
        match self.inner.passkeys.take(token, self.inner.clock.now())? {
            Pending::Second(half, state) => Ok((half, state)),
            Pending::Registration(..) | Pending::Authentication(_) => Err(Error::SlowPasskey),
        }
    }

    /// Signs in whoever showed a passkey.
    pub(crate) async fn sign_in_by_passkey(
        &self,
        token: &str,
        shown: &PublicKeyCredential,
        remember: bool,
        browser: &Browser,
    ) -> Result<SessionToken, Error> {
        let account = self.passkey_owner(token, shown).await?;
        self.enter(account, remember, Proven::Passkey, browser).await
    }

    /// Takes a passkey of the signed-in person for proof that they sit there.
    pub(crate) async fn confirm_by_passkey(
        &self,
        actor: &Actor,
        token: &str,
        shown: &PublicKeyCredential,
    ) -> Result<(), Error> {
        let member = actor.in_person()?;
        let digest = own_digest(member).ok_or(Error::UnknownSession)?;
        if self.passkey_owner(token, shown).await? != member.account {
            return Err(Error::BadPasskey);
        }
        self.confirm_by(digest, Proven::Passkey).await
    }

    async fn passkey_owner(&self, token: &str, shown: &PublicKeyCredential) -> Result<AccountId, Error> {
        let now = self.inner.clock.now();
        let Pending::Authentication(state) = self.inner.passkeys.take(token, now)? else {
            return Err(Error::SlowPasskey);
        };
        self.passkey_shown(shown, state).await
    }

    /// Whose passkey answers what was asked.
    pub(super) async fn passkey_shown(
        &self,
        shown: &PublicKeyCredential,
        state: Box<DiscoverableAuthentication>,
    ) -> Result<AccountId, Error> {
        let party = self.inner.passkeys.party()?;
        let (user, raw) = party
            .identify_discoverable_authentication(shown)
            .map_err(refused)?;
        let id = SmolStr::new(BASE64_URL_SAFE_NO_PAD.encode(raw));
        let key = id.clone();
        let found = self
            .inner
            .store
            .read(move |rows| read::passkey(rows, &key))
            .await?;
        let found = found.ok_or(Error::BadPasskey)?;
        let account = self.account(found.account).map_err(|_| Error::BadPasskey)?;
        if account.disabled || handle(found.account, &account) != user {
            return Err(Error::BadPasskey);
        }
        let mut passkey = stored(&found).ok_or(Error::BadPasskey)?;
        let seen = party.finish_discoverable_authentication_v2(shown, *state, &passkey);
        let seen = seen.map_err(refused)?;
        let changed = passkey.update_credential(&seen) == Some(true);
        let credential = changed.then(|| serde_json::to_string(&passkey).ok()).flatten();
        tracing::debug!(account = %found.account, counter = seen.counter(), "a passkey was used");
        self.change(move |tx, now| {
            write::note_passkey(tx, &id, credential, now)?;
            Ok(((), Touched::default()))
        })
        .await?;
        Ok(found.account)
    }

    fn pending(&self, options: Value, pending: Pending) -> Result<Ceremony, Error> {
        let token = self.inner.entropy.token(24);
        self.inner
            .passkeys
            .keep(&token, pending, self.inner.clock.now())?;
        Ok(Ceremony { token, options })
    }
}

/// What the device knows the account by: says nothing about the person, and is the same for all their passkeys.
fn handle(id: AccountId, account: &StoredAccount) -> Uuid {
    let text = format!("shackbox account {id} of {}", account.created);
    let digest: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    let (head, _) = digest.split_first_chunk().expect("a digest has 32 bytes");
    uuid::Builder::from_custom_bytes(*head).into_uuid()
}

fn stored(passkey: &StoredPasskey) -> Option<Passkey> {
    serde_json::from_str(&passkey.credential).ok()
}

fn refused(error: webauthn_rs::prelude::WebauthnError) -> Error {
    tracing::info!(?error, "a passkey was refused: {error}");
    Error::BadPasskey
}
