//! A device that makes passkeys and shows them, as a browser hands its answers to a page: one key pair, no attestation,
//! a person who always agrees. What it signs is what the standard wants signed, so the program checks it as any other.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use rcgen::{KeyPair, PublicKeyData as _, SigningKey as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Person present and checked.
const CHECKED: u8 = 0b0000_0101;
/// A new key comes along.
const WITH_KEY: u8 = 0b0100_0000;

/// The device.
pub struct Device {
    key: KeyPair,
    id: Vec<u8>,
    origin: String,
    handle: String,
}

impl Device {
    /// A device before its first passkey, on pages of this address.
    pub fn at(origin: &str) -> Self {
        let key = KeyPair::generate().expect("the library makes keys");
        Self {
            id: Sha256::digest(key.der_bytes())[..20].to_vec(),
            key,
            origin: origin.to_owned(),
            handle: String::new(),
        }
    }

    /// Makes a passkey: the credential to send, by the options the program gave.
    pub fn make(&mut self, options: &Value) -> Value {
        let options = &options["publicKey"];
        let handle = options["user"]["id"].as_str().expect("a handle");
        handle.clone_into(&mut self.handle);
        let name = options["rp"]["id"].as_str().expect("a name");
        let mut data = data(name, CHECKED | WITH_KEY);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).expect("a short id").to_be_bytes());
        data.extend(&self.id);
        data.extend(self.public());
        // A map of three: the format, its empty statement, and the data.
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".to_vec();
        object.extend(u16::try_from(data.len()).expect("it is short").to_be_bytes());
        object.extend(data);
        self.credential(&json!({
            "clientDataJSON": text(&self.client("webauthn.create", options)),
            "attestationObject": text(&object),
            "transports": ["internal"],
        }))
    }

    /// Shows the passkey: the credential to send, by the options the program gave.
    pub fn show(&self, options: &Value) -> Value {
        let options = &options["publicKey"];
        let data = data(options["rpId"].as_str().expect("a name"), CHECKED);
        let client = self.client("webauthn.get", options);
        let signed = [data.as_slice(), &Sha256::digest(&client)].concat();
        self.credential(&json!({
            "clientDataJSON": text(&client),
            "authenticatorData": text(&data),
            "signature": text(&self.key.sign(&signed).expect("the key signs")),
            "userHandle": self.handle,
        }))
    }

    fn credential(&self, response: &Value) -> Value {
        let id = text(&self.id);
        json!({"id": id, "rawId": id, "type": "public-key", "response": response, "extensions": {}})
    }

    fn client(&self, kind: &str, options: &Value) -> Vec<u8> {
        let challenge = &options["challenge"];
        json!({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false})
            .to_string()
            .into_bytes()
    }

    /// The public key in COSE: elliptic, ES256, on P-256, its two coordinates.
    fn public(&self) -> Vec<u8> {
        let (x, y) = self.key.der_bytes()[1..].split_at(32);
        let head = [0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
        [&head, x, &[0x22, 0x58, 0x20], y].concat()
    }
}

fn text(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn data(name: &str, flags: u8) -> Vec<u8> {
    let mut data = Sha256::digest(name.as_bytes()).to_vec();
    data.push(flags);
    data.extend(0_u32.to_be_bytes());
    data
}
