//! What a request shows: the certificates of its own connection, or what a proxy forwards of its client's.

use crate::config::ForwardedForm;
use crate::identity::certificates::Chain;
use crate::identity::lotw::Refusal;
use crate::identity::lotw::forwarded::{
    BadForward, callsign_of_name, client_cert, client_cert_chain, escaped_pem,
};
use crate::net::{Forwarded, TlsInfo};
use crate::web::Problem;

/// Longest verdict of a proxy that is repeated.
const LONGEST_VERDICT: usize = 80;

/// The certificates of a request.
pub(super) fn shown(
    tls: Option<&TlsInfo>,
    forwarded: Option<&Forwarded>,
    form: Option<ForwardedForm>,
) -> Result<Chain, Problem> {
    // A connection that was asked itself speaks for itself, whatever headers come with it.
    if let Some(tls) = tls.filter(|tls| tls.asked) {
        let peer = tls.peer.as_ref().ok_or(Refusal::NoCertificate)?;
        let others = peer.others().map(<[u8]>::to_vec);
        return Ok(Chain::Certificates(
            [peer.own().to_vec()].into_iter().chain(others).collect(),
        ));
    }
    let said = forwarded.zip(form);
    let (said, form) = said.ok_or(Refusal::NoCertificate)?;
    let Some(certificate) = &said.certificate else {
        return Err(Refusal::NoCertificate.into());
    };
    read(form, certificate, said)
}

fn read(form: ForwardedForm, certificate: &str, said: &Forwarded) -> Result<Chain, Problem> {
    let bad = |bad: BadForward| match bad {
        BadForward::Callsign(refusal) => refusal.into(),
        other => Problem::bad_request("bad_forward", other.to_string()),
    };
    match form {
        ForwardedForm::Rfc9440 => {
            let mut chain = vec![client_cert(certificate).map_err(bad)?];
            if let Some(others) = &said.chain {
                chain.extend(client_cert_chain(others).map_err(bad)?);
            }
            Ok(Chain::Certificates(chain))
        }
        ForwardedForm::Nginx => Ok(Chain::Certificates(vec![escaped_pem(certificate).map_err(bad)?])),
        ForwardedForm::Dn => match said.verdict.as_deref().map(str::trim) {
            Some("SUCCESS") => callsign_of_name(certificate).map(Chain::Name).map_err(bad),
            None | Some("NONE") => Err(Refusal::NoCertificate.into()),
            Some(verdict) => {
                let verdict: String = verdict.chars().take(LONGEST_VERDICT).collect();
                let detail = format!("The proxy in front has not accepted the certificate: {verdict}");
                Err(Problem::forbidden("certificate_refused", detail).with("refusal", "proxy"))
            }
        },
    }
}
