//! A small certificate authority that speaks RFC 8555, on a port of the system's choice.
//!
//! It checks what a real one checks: nonces are used once, signatures and the account behind them hold, names are
//! proven by really fetching the file or shaking hands, the request names what was ordered. What it refuses can be
//! chosen, so that tests see what a station does about it.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, head, post};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, CertifiedIssuer, DnType, IsCa,
    KeyPair,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::tls::Client;

/// A running authority.
#[derive(Clone)]
pub(crate) struct Authority {
    base: String,
    world: Arc<Mutex<World>>,
    /// Where the station listens: names are looked up nowhere.
    station: watch::Sender<Option<Station>>,
}

#[derive(Debug, Clone, Copy)]
struct Station {
    http: SocketAddr,
    tls: SocketAddr,
}

/// What it does wrong, or insists on.
#[derive(Debug, Clone)]
pub(crate) struct Manners {
    /// So many messages are refused for their nonce.
    pub(crate) bad_nonces: u32,
    /// Orders are refused, with this many seconds to wait.
    pub(crate) limited: Option<u64>,
    /// Every proof is found wrong.
    pub(crate) sees_nothing: bool,
    /// Accounts need a binding with this key.
    pub(crate) binding: Option<(String, Vec<u8>)>,
    /// The ways it offers.
    pub(crate) ways: Vec<&'static str>,
    /// What the directory answers instead.
    pub(crate) broken: Option<(u16, &'static str)>,
    /// Until when its certificates are valid.
    pub(crate) until: (i32, u8, u8),
}

impl Default for Manners {
    fn default() -> Self {
        Self {
            bad_nonces: 0,
            limited: None,
            sees_nothing: false,
            binding: None,
            ways: vec!["http-01", "dns-01", "tls-alpn-01"],
            broken: None,
            until: (2027, 2, 1),
        }
    }
}

struct World {
    manners: Manners,
    issuer: CertifiedIssuer<'static, KeyPair>,
    nonces: HashSet<String>,
    count: u64,
    /// Public key and thumbprint by account address.
    accounts: HashMap<String, Account>,
    orders: Vec<Order>,
    /// How names were proven, in order.
    proven: Vec<&'static str>,
}

#[derive(Clone)]
struct Account {
    point: Vec<u8>,
    thumbprint: String,
    contact: Value,
}

struct Order {
    account: String,
    names: Vec<Name>,
    chain: Option<String>,
}

struct Name {
    host: String,
    token: String,
    state: &'static str,
    /// The way that was tried, and what went wrong.
    tried: Option<(&'static str, Option<String>)>,
}

/// A message that was understood: who sent it, and what.
struct Message {
    account: String,
    payload: Value,
}

impl Authority {
    /// Starts one.
    pub(crate) async fn start(manners: Manners) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::OrganizationName, "Test Authority");
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let authority = Self {
            base: format!("http://{}", listener.local_addr().unwrap()),
            world: Arc::new(Mutex::new(World {
                manners,
                issuer,
                nonces: HashSet::new(),
                count: 0,
                accounts: HashMap::new(),
                orders: Vec::new(),
                proven: Vec::new(),
            })),
            station: watch::Sender::new(None),
        };
        let router = Router::new()
            .route("/directory", get(directory))
            .route("/nonce", head(nonce))
            .route("/account", post(new_account))
            .route("/order", post(new_order))
            .route("/order/{order}", post(order))
            .route("/authz/{order}/{name}", post(authorization))
            .route("/challenge/{order}/{name}/{way}", post(challenge))
            .route("/finalize/{order}", post(finalize))
            .route("/certificate/{order}", post(certificate))
            .with_state(authority.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        authority
    }

    /// What `web.acme.directory` is set to.
    pub(crate) fn directory(&self) -> String {
        format!("{}/directory", self.base)
    }

    /// Says where the station is; nothing is checked before.
    pub(crate) fn knows(&self, http: SocketAddr, tls: SocketAddr) {
        self.station.send_replace(Some(Station { http, tls }));
    }

    /// Changes its manners.
    pub(crate) fn behave(&self, change: impl FnOnce(&mut Manners)) {
        change(&mut self.world().manners);
    }

    /// How names were proven, in order.
    pub(crate) fn proven(&self) -> Vec<&'static str> {
        self.world().proven.clone()
    }

    /// How many orders were placed.
    pub(crate) fn orders(&self) -> usize {
        self.world().orders.len()
    }

    /// The contacts of its accounts.
    pub(crate) fn contacts(&self) -> Vec<Value> {
        self.world()
            .accounts
            .values()
            .map(|account| account.contact.clone())
            .collect()
    }

    /// Forgets its accounts, as staging servers do.
    pub(crate) fn forget_accounts(&self) {
        self.world().accounts.clear();
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    /// An answer with a fresh nonce.
    fn reply(&self, status: u16, body: Value) -> Response {
        let nonce = self.world().fresh("nonce");
        self.world().nonces.insert(nonce.clone());
        let kind = if status < 400 {
            "application/json"
        } else {
            "application/problem+json"
        };
        let headers = [("replay-nonce", nonce), ("content-type", kind.to_owned())];
        (StatusCode::from_u16(status).unwrap(), headers, body.to_string()).into_response()
    }

    fn problem(&self, status: u16, kind: &str, detail: &str) -> Response {
        let kind = format!("urn:ietf:params:acme:error:{kind}");
        self.reply(status, json!({"type": kind, "detail": detail, "status": status}))
    }

    /// Reads a message (RFC 8555 6.2): its nonce, its address, its signature.
    fn read(&self, path: &str, body: &[u8]) -> Result<Message, Box<Response>> {
        let refuse = |status, kind, detail: &str| Box::new(self.problem(status, kind, detail));
        let malformed = |detail: &str| refuse(400, "malformed", detail);
        let jws: Value = serde_json::from_slice(body).map_err(|_| malformed("no JSON"))?;
        let part = |name: &str| jws[name].as_str().unwrap_or_default().to_owned();
        let decoded = |name: &str| BASE64.decode(part(name)).map_err(|_| malformed("no base64url"));
        let protected: Value =
            serde_json::from_slice(&decoded("protected")?).map_err(|_| malformed("header"))?;
        let bad = {
            let mut world = self.world();
            let known = world
                .nonces
                .remove(protected["nonce"].as_str().unwrap_or_default());
            let spoilt = world.manners.bad_nonces > 0;
            world.manners.bad_nonces = world.manners.bad_nonces.saturating_sub(1);
            !known || spoilt
        };
        if bad {
            return Err(refuse(400, "badNonce", "this nonce was not given, or is used"));
        }
        if protected["url"] != format!("{}{path}", self.base) {
            return Err(refuse(403, "unauthorized", "the message is for another address"));
        }
        let (account, point) = match protected["kid"].as_str() {
            Some(kid) => {
                let known = self.world().accounts.get(kid).cloned();
                let unknown = || refuse(400, "accountDoesNotExist", "no such account");
                (kid.to_owned(), known.ok_or_else(unknown)?.point)
            }
            None => (String::new(), point(&protected["jwk"])),
        };
        let signed = format!("{}.{}", part("protected"), part("payload"));
        if !holds(&point, signed.as_bytes(), &decoded("signature")?) {
            return Err(refuse(403, "unauthorized", "the signature does not hold"));
        }
        let payload = decoded("payload")?;
        let mut payload = serde_json::from_slice(&payload).unwrap_or(Value::Null);
        if account.is_empty() {
            payload["jwk"] = protected["jwk"].clone();
        }
        Ok(Message { account, payload })
    }

    /// Looks whether a name is proven this way, as the authority does it: from outside.
    async fn look(&self, name: &str, token: &str, way: &'static str, thumbprint: &str) -> Result<(), String> {
        let mut knows = self.station.subscribe();
        let station = knows.wait_for(Option::is_some).await.unwrap().unwrap();
        if self.world().manners.sees_nothing {
            return Err(format!("{name}: Connection refused"));
        }
        let wanted = format!("{token}.{thumbprint}");
        if way == "http-01" {
            let http = crate::process::http();
            let address = format!("http://{}/.well-known/acme-challenge/{token}", station.http);
            let reply = http
                .get(address)
                .header("host", name)
                .send()
                .await
                .map_err(|error| error.to_string())?;
            let got = reply.text().await.map_err(|error| error.to_string())?;
            return if got.trim_end() == wanted {
                Ok(())
            } else {
                Err(format!("{name} answered {got:?}"))
            };
        }
        let client = Client {
            alpn: vec!["acme-tls/1"],
            ..Client::default()
        };
        let stream = client
            .connect(station.tls, name)
            .await
            .map_err(|error| error.to_string())?;
        let session = stream.get_ref().1;
        assert_eq!(session.alpn_protocol(), Some(&b"acme-tls/1"[..]));
        let shown = session.peer_certificates().unwrap()[0].clone();
        let (_, shown) = X509Certificate::from_der(&shown).unwrap();
        let names = shown
            .subject_alternative_name()
            .unwrap()
            .unwrap()
            .value
            .general_names
            .clone();
        let only = [x509_parser::extensions::GeneralName::DNSName(name)];
        // RFC 8737 3: an octet string of the digest, in an extension that must be understood.
        let mut digest = vec![4, 32];
        digest.extend(Sha256::digest(wanted));
        let proof = shown
            .extensions()
            .iter()
            .find(|own| own.oid.to_id_string() == "1.3.6.1.5.5.7.1.31");
        let held = proof.is_some_and(|proof| proof.critical && proof.value == digest);
        if names == only && held {
            Ok(())
        } else {
            Err(format!("{name} showed another certificate"))
        }
    }
}

impl World {
    fn fresh(&mut self, what: &str) -> String {
        self.count += 1;
        format!("{what}-{}", self.count)
    }
}

async fn directory(State(own): State<Authority>) -> Response {
    if let Some((status, body)) = own.world().manners.broken {
        return (StatusCode::from_u16(status).unwrap(), body).into_response();
    }
    let at = |path: &str| format!("{}/{path}", own.base);
    let body = json!({"newNonce": at("nonce"), "newAccount": at("account"), "newOrder": at("order")});
    own.reply(200, body)
}

async fn nonce(State(own): State<Authority>) -> Response {
    own.reply(200, Value::Null)
}

async fn new_account(State(own): State<Authority>, body: Bytes) -> Response {
    let message = match own.read("/account", &body) {
        Ok(message) => message,
        Err(refused) => return *refused,
    };
    let wanted = own.world().manners.binding.clone();
    if let Some((id, key)) = wanted {
        let binding = &message.payload["externalAccountBinding"];
        if binding.is_null() {
            return own.problem(
                400,
                "externalAccountRequired",
                "this authority knows its customers",
            );
        }
        let text = |part: &str| binding[part].as_str().unwrap().to_owned();
        let protected: Value = serde_json::from_slice(&BASE64.decode(text("protected")).unwrap()).unwrap();
        let bound: Value = serde_json::from_slice(&BASE64.decode(text("payload")).unwrap()).unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(format!("{}.{}", text("protected"), text("payload")).as_bytes());
        let signed = mac
            .verify_slice(&BASE64.decode(text("signature")).unwrap())
            .is_ok();
        let same_key = bound["x"] == message.payload["jwk"]["x"];
        if protected["kid"] != id || !signed || !same_key {
            return own.problem(403, "unauthorized", "the binding does not hold");
        }
    }
    let jwk = &message.payload["jwk"];
    let canonical = format!(
        r#"{{"crv":"P-256","kty":"EC","x":{},"y":{}}}"#,
        jwk["x"], jwk["y"]
    );
    let account = Account {
        point: point(jwk),
        thumbprint: BASE64.encode(Sha256::digest(canonical)),
        contact: message.payload["contact"].clone(),
    };
    let url = format!("{}/{}", own.base, own.world().fresh("account"));
    own.world().accounts.insert(url.clone(), account);
    with_location(own.reply(201, json!({"status": "valid"})), &url)
}

async fn new_order(State(own): State<Authority>, body: Bytes) -> Response {
    let message = match own.read("/order", &body) {
        Ok(message) => message,
        Err(refused) => return *refused,
    };
    let limited = own.world().manners.limited;
    if let Some(seconds) = limited {
        let mut refused = own.problem(429, "rateLimited", "too many certificates for this name");
        refused.headers_mut().insert("retry-after", seconds.into());
        return refused;
    }
    let mut world = own.world();
    let wanted = message.payload["identifiers"].as_array().unwrap();
    let names = wanted.iter().map(|wanted| Name {
        host: wanted["value"].as_str().unwrap().to_owned(),
        token: world.fresh("token"),
        state: "pending",
        tried: None,
    });
    let order = Order {
        account: message.account,
        names: names.collect(),
        chain: None,
    };
    world.orders.push(order);
    let number = world.orders.len() - 1;
    drop(world);
    let url = format!("{}/order/{number}", own.base);
    with_location(own.reply(201, order_view(&own, number)), &url)
}

fn order_view(own: &Authority, number: usize) -> Value {
    let world = own.world();
    let order = &world.orders[number];
    let all = |state: &str| order.names.iter().all(|name| name.state == state);
    let any = |state: &str| order.names.iter().any(|name| name.state == state);
    let state = match &order.chain {
        Some(_) => "valid",
        None if any("invalid") => "invalid",
        None if all("valid") => "ready",
        None => "pending",
    };
    let identifiers = order
        .names
        .iter()
        .map(|name| json!({"type": "dns", "value": name.host}));
    let authorizations = (0..order.names.len()).map(|name| format!("{}/authz/{number}/{name}", own.base));
    json!({
        "status": state,
        "identifiers": identifiers.collect::<Vec<_>>(),
        "authorizations": authorizations.collect::<Vec<_>>(),
        "finalize": format!("{}/finalize/{number}", own.base),
        "certificate": order.chain.as_ref().map(|_| format!("{}/certificate/{number}", own.base)),
    })
}

async fn order(State(own): State<Authority>, Path(number): Path<usize>, body: Bytes) -> Response {
    match own.read(&format!("/order/{number}"), &body) {
        Ok(_) => own.reply(200, order_view(&own, number)),
        Err(refused) => *refused,
    }
}

async fn authorization(
    State(own): State<Authority>,
    Path((number, name)): Path<(usize, usize)>,
    body: Bytes,
) -> Response {
    if let Err(refused) = own.read(&format!("/authz/{number}/{name}"), &body) {
        return *refused;
    }
    let view = {
        let world = own.world();
        let wanted = &world.orders[number].names[name];
        let ways = world
            .manners
            .ways
            .iter()
            .map(|way| challenge_view(&own.base, (number, name), wanted, way));
        json!({
            "status": wanted.state,
            "identifier": {"type": "dns", "value": wanted.host},
            "challenges": ways.collect::<Vec<_>>(),
        })
    };
    own.reply(200, view)
}

fn challenge_view(base: &str, (number, name): (usize, usize), wanted: &Name, way: &str) -> Value {
    let tried = wanted.tried.as_ref().filter(|(tried, _)| *tried == way);
    let mut view = json!({
        "type": way,
        "url": format!("{base}/challenge/{number}/{name}/{way}"),
        "token": wanted.token,
        "status": if tried.is_some() { wanted.state } else { "pending" },
    });
    if let Some((_, Some(detail))) = tried {
        view["error"] =
            json!({"type": "urn:ietf:params:acme:error:connection", "detail": detail, "status": 400});
    }
    view
}

async fn challenge(
    State(own): State<Authority>,
    Path((number, name, way)): Path<(usize, usize, String)>,
    body: Bytes,
) -> Response {
    let message = match own.read(&format!("/challenge/{number}/{name}/{way}"), &body) {
        Ok(message) => message,
        Err(refused) => return *refused,
    };
    let way = if way == "http-01" {
        "http-01"
    } else {
        "tls-alpn-01"
    };
    let (thumbprint, wanted, token, view) = {
        let world = own.world();
        let wanted = &world.orders[number].names[name];
        let thumbprint = world.accounts[&message.account].thumbprint.clone();
        let mut view = challenge_view(&own.base, (number, name), wanted, way);
        view["status"] = json!("processing");
        (thumbprint, wanted.host.clone(), wanted.token.clone(), view)
    };
    let looking = own.clone();
    tokio::spawn(async move {
        let found = looking.look(&wanted, &token, way, &thumbprint).await;
        let mut world = looking.world();
        if found.is_ok() {
            world.proven.push(way);
        }
        let wanted = &mut world.orders[number].names[name];
        wanted.state = if found.is_ok() { "valid" } else { "invalid" };
        wanted.tried = Some((way, found.err()));
    });
    own.reply(200, view)
}

async fn finalize(State(own): State<Authority>, Path(number): Path<usize>, body: Bytes) -> Response {
    let message = match own.read(&format!("/finalize/{number}"), &body) {
        Ok(message) => message,
        Err(refused) => return *refused,
    };
    let csr = BASE64.decode(message.payload["csr"].as_str().unwrap()).unwrap();
    let mut request = CertificateSigningRequestParams::from_der(&csr.into()).unwrap();
    {
        let mut world = own.world();
        let ordered: Vec<String> = world.orders[number]
            .names
            .iter()
            .map(|name| name.host.clone())
            .collect();
        let named: Vec<String> = request
            .params
            .subject_alt_names
            .iter()
            .map(|name| match name {
                rcgen::SanType::DnsName(name) => name.as_str().to_owned(),
                other => format!("{other:?}"),
            })
            .collect();
        assert_eq!(named, ordered, "the request is for what was ordered");
        assert!(
            world.orders[number]
                .names
                .iter()
                .all(|name| name.state == "valid")
        );
        assert_eq!(world.orders[number].account, message.account);
        let (year, month, day) = world.manners.until;
        request.params.not_before = rcgen::date_time_ymd(2026, 11, 1);
        request.params.not_after = rcgen::date_time_ymd(year, month, day);
        let made = request.signed_by(&world.issuer).unwrap();
        let chain = format!("{}{}", made.pem(), world.issuer.pem());
        world.orders[number].chain = Some(chain);
    }
    own.reply(200, order_view(&own, number))
}

async fn certificate(State(own): State<Authority>, Path(number): Path<usize>, body: Bytes) -> Response {
    if let Err(refused) = own.read(&format!("/certificate/{number}"), &body) {
        return *refused;
    }
    let chain = own.world().orders[number].chain.clone().unwrap();
    let mut headers = HeaderMap::new();
    headers.insert(
        "content-type",
        "application/pem-certificate-chain".parse().unwrap(),
    );
    (headers, chain).into_response()
}

fn with_location(mut response: Response, url: &str) -> Response {
    response.headers_mut().insert("location", url.parse().unwrap());
    response
}

/// A public key as the library below wants it.
fn point(jwk: &Value) -> Vec<u8> {
    let mut point = vec![4];
    for part in ["x", "y"] {
        point.extend(BASE64.decode(jwk[part].as_str().unwrap_or_default()).unwrap());
    }
    point
}

/// Whether an ES256 signature holds (RFC 7518 3.4).
fn holds(point: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let algorithms = rustls::crypto::ring::default_provider().signature_verification_algorithms;
    let p256 = algorithms.all.iter().find(|own| {
        own.public_key_alg_id() == rustls::pki_types::alg_id::ECDSA_P256
            && own.signature_alg_id() == rustls::pki_types::alg_id::ECDSA_SHA256
    });
    signature.len() == 64
        && p256
            .unwrap()
            .verify_signature(point, message, &as_der(signature))
            .is_ok()
}

/// The two numbers of a signature as ASN.1 has them.
fn as_der(signature: &[u8]) -> Vec<u8> {
    let number = |bytes: &[u8]| {
        let start = bytes
            .iter()
            .position(|byte| *byte != 0)
            .unwrap_or(bytes.len() - 1);
        let mut digits = bytes[start..].to_vec();
        if digits[0] & 0x80 != 0 {
            digits.insert(0, 0);
        }
        let mut out = vec![2, u8::try_from(digits.len()).unwrap()];
        out.extend(digits);
        out
    };
    let body = [number(&signature[..32]), number(&signature[32..])].concat();
    let mut out = vec![0x30, u8::try_from(body.len()).unwrap()];
    out.extend(body);
    out
}
