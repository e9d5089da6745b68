//! Who may reach a radio: the one place that decides.

use crate::identity::{AccountId, Actor, Credential, Denied, Identity, Role, Scope};

/// The account whose radios the actor may reach: a licensed operator, proven, themselves or by a key of theirs.
pub(super) fn operator(identity: &Identity, actor: &Actor) -> Result<AccountId, Denied> {
    // Refuses listeners, whatever their key says.
    actor.require(Scope::Rig)?;
    let member = actor.member()?;
    if member.behind.is_some() {
        return Err(Denied::LookingIn);
    }
    let proven = |account: AccountId| {
        let account = identity.account(account).ok()?;
        (account.verified.is_some() || account.role == Role::Administrator).then_some(())
    };
    if proven(member.account).is_none() {
        return Err(Denied::Forbidden(
            "your call is not proven yet: prove it in your settings before you connect a radio",
        ));
    }
    Ok(member.account)
}

/// The account that a relay connects for: by a key, which ends when it is revoked, and not by a browser's session.
pub(super) fn relay(identity: &Identity, actor: &Actor) -> Result<AccountId, Denied> {
    let account = operator(identity, actor)?;
    match actor.member()?.credential {
        Credential::Key(_) => Ok(account),
        _ => Err(Denied::Forbidden(
            "a relay connects with an API key of scope rig: make one in your settings",
        )),
    }
}
