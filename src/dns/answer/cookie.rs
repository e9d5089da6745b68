//! Cookies (RFC 7873) in the form that servers agree on (RFC 9018): who comes back with one we made is not spoofed.
//!
//! A cookie is bound to the client's part and address by a keyed hash with a time in it; nothing is kept. The key lives
//! as long as the process: a client with an older cookie is answered all the same and gets a new one.

use std::net::IpAddr;

use siphasher::sip::SipHasher24;

/// Octets of the client's part.
pub(super) const CLIENT: usize = 8;
/// Octets of ours.
pub(super) const SERVER: usize = 16;
const VERSION: u8 = 1;
/// How far in the past a cookie's time may be, in seconds.
const PAST: u32 = 3600;
/// How far in the future.
const FUTURE: u32 = 300;
/// From what age on the client gets a new one.
const RENEW: u32 = 1800;

/// Makes and knows cookies.
#[derive(Clone)]
pub(crate) struct Cookies {
    key: SipHasher24,
}

/// What a client's cookie is worth, and what it gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Judged {
    /// Whether the server's part is one of ours, for this address, and not too old.
    pub(super) valid: bool,
    /// Both parts for the answer.
    pub(super) answer: [u8; CLIENT + SERVER],
}

impl Cookies {
    /// Cookies under this secret.
    pub(crate) fn new(secret: &[u8; 16]) -> Self {
        Self {
            key: SipHasher24::new_with_key(secret),
        }
    }

    /// Judges what a client at this address sent. `now` in seconds since 1970; its lower 32 bits count.
    pub(super) fn judge(&self, (client, server): (&[u8; CLIENT], &[u8]), from: IpAddr, now: u32) -> Judged {
        let held = <&[u8; SERVER]>::try_from(server).ok();
        let age = held.and_then(|server| {
            let time = u32::from_be_bytes([server[4], server[5], server[6], server[7]]);
            let age = now.wrapping_sub(time);
            let ahead = time.wrapping_sub(now);
            let in_time = age <= PAST || ahead <= FUTURE;
            let ours = server[0] == VERSION && self.make(client, time, from)[8..] == server[8..];
            (in_time && ours).then_some(if age <= PAST { age } else { 0 })
        });
        let mut answer = [0; CLIENT + SERVER];
        answer[..CLIENT].copy_from_slice(client);
        let own = match (age, held) {
            (Some(age), Some(server)) if age < RENEW => *server,
            _ => self.make(client, now, from),
        };
        answer[CLIENT..].copy_from_slice(&own);
        Judged {
            valid: age.is_some(),
            answer,
        }
    }

    fn make(&self, client: &[u8; CLIENT], time: u32, from: IpAddr) -> [u8; SERVER] {
        let mut made = [0; SERVER];
        made[0] = VERSION;
        made[4..8].copy_from_slice(&time.to_be_bytes());
        let mut hashed = [0; CLIENT + 8 + 16];
        hashed[..CLIENT].copy_from_slice(client);
        hashed[CLIENT..16].copy_from_slice(&made[..8]);
        let length = match from.to_canonical() {
            IpAddr::V4(address) => {
                hashed[16..20].copy_from_slice(&address.octets());
                20
            }
            IpAddr::V6(address) => {
                hashed[16..32].copy_from_slice(&address.octets());
                32
            }
        };
        made[8..].copy_from_slice(&self.key.hash(&hashed[..length]).to_le_bytes());
        made
    }
}

impl std::fmt::Debug for Cookies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cookies")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: [u8; 16] = 0xe5e9_73e5_a6b2_a43f_48e7_dc84_9e37_bfcf_u128.to_be_bytes();
    const CLIENT_PART: [u8; 8] = 0x2464_c4ab_cf10_c957_u64.to_be_bytes();

    /// RFC 9018 A.1.
    #[test]
    fn the_cookie_is_the_one_all_servers_make() {
        let cookies = Cookies::new(&SECRET);
        let made = cookies.make(&CLIENT_PART, 1_559_731_985, "198.51.100.100".parse().unwrap());
        assert_eq!(made, 0x0100_0000_5cf7_9f11_1f81_30c3_eee2_9480_u128.to_be_bytes());
    }

    /// RFC 9018 A.4.
    #[test]
    fn addresses_of_the_sixth_version_count_whole() {
        let cookies = Cookies::new(&0x4455_36bc_d251_3298_075a_5d37_9663_c962_u128.to_be_bytes());
        let from = "2001:db8:220:1:59de:d0f4:8769:82b8".parse().unwrap();
        let made = cookies.make(&0x2268_1ab9_7d52_c298_u64.to_be_bytes(), 1_559_741_961, from);
        assert_eq!(made, 0x0100_0000_5cf7_c609_a6bb_79d1_6625_507a_u128.to_be_bytes());
    }

    #[test]
    fn a_cookie_holds_for_its_client_and_address_and_an_hour() {
        let cookies = Cookies::new(&SECRET);
        let from: IpAddr = "192.0.2.1".parse().unwrap();
        let made = cookies.judge((&CLIENT_PART, &[]), from, 1000);
        assert!(!made.valid);
        let server = &made.answer[CLIENT..];
        let valid = |client: &[u8; 8], from: IpAddr, now| cookies.judge((client, server), from, now).valid;
        assert!(
            valid(&CLIENT_PART, from, 1000)
                && valid(&CLIENT_PART, from, 4600)
                && valid(&CLIENT_PART, from, 700)
        );
        assert!(!valid(&CLIENT_PART, from, 4601) && !valid(&CLIENT_PART, from, 699));
        assert!(!valid(&[0; 8], from, 1000) && !valid(&CLIENT_PART, "192.0.2.2".parse().unwrap(), 1000));
        let young = cookies.judge((&CLIENT_PART, server), from, 2799);
        assert_eq!(
            young,
            Judged {
                valid: true,
                answer: made.answer
            }
        );
        let old = cookies.judge((&CLIENT_PART, server), from, 2800);
        assert!(
            old.valid && old.answer != made.answer,
            "renewed after half an hour"
        );
    }
}
