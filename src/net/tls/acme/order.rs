//! One order: the names are proven, a new key is certified.

use std::time::Duration;

use instant_acme::{
    Account, AuthorizationHandle, AuthorizationStatus, Challenge, ChallengeType, Error, Identifier, NewOrder,
    Order, OrderStatus, Problem, RetryPolicy,
};
use jiff::Timestamp;

use super::super::own;
use super::super::shown::Offered;
use super::Acme;
use super::error::{AcmeError, detail, is};
use crate::config::Proof;

/// How long an authority may take to check names, and then to certify.
const PATIENCE: Duration = Duration::from_mins(2);

impl Acme {
    /// Places an order and sees it through; chain and key, as PEM text.
    pub(super) async fn place(
        &self,
        account: &Account,
        proof: Proof,
        now: Timestamp,
    ) -> Result<String, AcmeError> {
        let names: Vec<Identifier> = self.names.iter().cloned().map(Identifier::Dns).collect();
        let mut order = account.new_order(&NewOrder::new(&names)).await?;
        let offered = self.prove(&mut order, proof, now).await?;
        let checked = order.poll_ready(&self.retries()).await;
        drop(offered);
        match checked {
            Ok(OrderStatus::Ready) => {}
            Ok(_) => return Err(why(&mut order).await),
            Err(error) => return Err(error.into()),
        }
        let (key, request) = own::request(&self.names)?;
        order.finalize_csr(&request).await?;
        let chain = order.poll_certificate(&self.retries()).await?;
        Ok(format!("{}{chain}", key.serialize_pem()))
    }

    /// Offers a proof for every name that is not proven yet.
    async fn prove(
        &self,
        order: &mut Order,
        proof: Proof,
        now: Timestamp,
    ) -> Result<Vec<Offered>, AcmeError> {
        let mut offered = Vec::new();
        let mut authorizations = order.authorizations();
        while let Some(authorization) = authorizations.next().await {
            let authorization = authorization?;
            match authorization.status {
                AuthorizationStatus::Valid => {}
                AuthorizationStatus::Pending => {
                    offered.push(self.offer(authorization, proof, now).await?);
                }
                _ => return Err(unproven(&authorization)),
            }
        }
        Ok(offered)
    }

    async fn offer(
        &self,
        mut authorization: AuthorizationHandle<'_>,
        proof: Proof,
        now: Timestamp,
    ) -> Result<Offered, AcmeError> {
        let name = authorization.identifier().to_string();
        let offers = |kind: &ChallengeType| authorization.challenges.iter().any(|own| own.r#type == *kind);
        let mut ways = vec![kind(proof)];
        if self.settings.challenge == Proof::Any {
            // Not every authority knows both.
            ways.extend([ChallengeType::Http01, ChallengeType::TlsAlpn01]);
        }
        let no_way = || AcmeError::NoWay { name: name.clone() };
        let way = ways.into_iter().find(offers).ok_or_else(no_way)?;
        let mut challenge = authorization.challenge(way).ok_or_else(no_way)?;
        let authority = challenge.key_authorization();
        let offered = if challenge.r#type == ChallengeType::TlsAlpn01 {
            let shown = own::proof(&name, authority.digest().as_ref(), now)?;
            self.proofs.offer_tls(&name, shown)
        } else {
            self.proofs.offer_http(&challenge.token, authority.as_str())
        };
        match challenge.set_ready().await {
            Ok(()) => Ok(offered),
            // Some look at once, and tell in the answer.
            Err(Error::Api(problem)) if challenge_failed(&problem) => Err(AcmeError::Unproven {
                proof: proof_of(&challenge.r#type),
                detail: detail(&problem),
                name,
            }),
            Err(error) => Err(error.into()),
        }
    }

    fn retries(&self) -> RetryPolicy {
        RetryPolicy::new().initial_delay(self.pause).timeout(PATIENCE)
    }
}

/// Why an order came to nothing: the first name that could not be proven.
async fn why(order: &mut Order) -> AcmeError {
    let mut authorizations = order.authorizations();
    while let Some(Ok(mut authorization)) = authorizations.next().await {
        let invalid = match authorization.refresh().await {
            Ok(state) => state.status != AuthorizationStatus::Valid,
            Err(error) => return error.into(),
        };
        if invalid {
            return unproven(&authorization);
        }
    }
    AcmeError::Useless("the order was given up, and no name is to blame".to_owned())
}

fn unproven(authorization: &AuthorizationHandle<'_>) -> AcmeError {
    let failed = |own: &&Challenge| own.error.is_some();
    let failed = authorization.challenges.iter().find(failed);
    let problem = failed.and_then(|own| own.error.as_ref());
    AcmeError::Unproven {
        name: authorization.identifier().to_string(),
        proof: failed.map_or(Proof::Http, |own| proof_of(&own.r#type)),
        detail: problem.map_or_else(|| "it does not say why".to_owned(), detail),
    }
}

/// Whether a problem is about what the authority saw when it looked (RFC 8555 6.7), not about the message.
fn challenge_failed(problem: &Problem) -> bool {
    let seen = ["connection", "dns", "incorrectResponse", "tls", "unauthorized"];
    seen.into_iter().any(|kind| is(problem, kind))
}

fn proof_of(kind: &ChallengeType) -> Proof {
    match kind {
        ChallengeType::TlsAlpn01 => Proof::TlsAlpn,
        _ => Proof::Http,
    }
}

fn kind(proof: Proof) -> ChallengeType {
    match proof {
        Proof::TlsAlpn => ChallengeType::TlsAlpn01,
        Proof::Http | Proof::Any => ChallengeType::Http01,
    }
}
