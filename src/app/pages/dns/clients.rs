//! What to paste into routers and certificate clients, ready for one name; the token's place stays open.
//!
//! The same lines are in `docs/dns.md` with what each part means. Each text is cut where the token belongs, so that the
//! page can put a new one there without searching.

use crate::app::pages::views::ClientLines;

/// What stands where the token belongs.
const PLACE: &str = "TOKEN";

/// Whom the lines are for.
pub(super) struct Client<'a> {
    /// `https://club.example`
    pub(super) origin: &'a str,
    /// The whole name.
    pub(super) name: &'a str,
    /// The user name, which may be anything.
    pub(super) user: &'a str,
}

impl Client<'_> {
    /// Programs that say their address.
    pub(super) fn dyndns(&self) -> Vec<ClientLines> {
        let Self { origin, name, user } = self;
        let (scheme, host) = self.parts();
        let (ssl, https) = if scheme == "https" {
            ("yes", "1")
        } else {
            ("no", "0")
        };
        let plain = if scheme == "https" {
            ""
        } else {
            "\n    ssl = false"
        };
        vec![
            lines(
                "curl",
                "curl",
                "",
                &format!("curl -u {user}:TOKEN '{origin}/nic/update?hostname={name}'"),
            ),
            lines(
                "fritzbox",
                "FRITZ!Box",
                "Internet › Permit Access › DynDNS › User-defined",
                &format!(
                    "Update-URL:  {origin}/nic/update?hostname=<domain>&myip=<ipaddr>&myipv6=<ip6addr>\n\
                 Domain name: {name}\nUser name:   {user}\nPassword:    TOKEN"
                ),
            ),
            lines(
                "ddclient",
                "ddclient",
                "/etc/ddclient.conf",
                &format!(
                    "protocol=dyndns2\nserver={host}\nssl={ssl}\nuse=web, web={origin}/checkip\n\
                 login={user}\npassword='TOKEN'\n{name}"
                ),
            ),
            lines(
                "inadyn",
                "inadyn",
                "/etc/inadyn.conf",
                &format!(
                    "custom shackbox:1 {{\n    hostname       = \"{name}\"\n    username       = \"{user}\"\n    \
                 password       = \"TOKEN\"\n    checkip-server = \"{host}\"\n    checkip-path   = \"/ip\"\n    \
                 ddns-server    = \"{host}\"\n    ddns-path      = \"/nic/update?hostname=%h&myip=%i\"{plain}\n}}"
                ),
            ),
            lines(
                "openwrt",
                "OpenWrt",
                "/etc/config/ddns",
                &format!(
                    "config service 'shackbox'\n    option enabled '1'\n    option lookup_host '{name}'\n    \
                 option domain '{name}'\n    option username '{user}'\n    option password 'TOKEN'\n    \
                 option use_https '{https}'\n    option update_url \
                 '{scheme}://[USERNAME]:[PASSWORD]@{host}/nic/update?hostname=[DOMAIN]&myip=[IP]'"
                ),
            ),
        ]
    }

    /// Programs that get certificates.
    pub(super) fn acme(&self) -> Vec<ClientLines> {
        let Self { origin, name, user } = self;
        let hook = |call: &str| {
            format!(
                "'curl -fsS -u :TOKEN -d \"domain=$CERTBOT_DOMAIN\" -d \"value=$CERTBOT_VALIDATION\" {origin}/{call}'"
            )
        };
        vec![
            lines(
                "lego",
                "lego",
                "",
                &format!(
                    "HTTPREQ_ENDPOINT={origin} HTTPREQ_USERNAME={user} HTTPREQ_PASSWORD=TOKEN \\\n\
                 lego --email you@example.org --dns httpreq --domains {name} --domains '*.{name}' run"
                ),
            ),
            lines(
                "acmesh",
                "acme.sh",
                "",
                &format!(
                    "export ACMEPROXY_ENDPOINT={origin} ACMEPROXY_USERNAME={user} ACMEPROXY_PASSWORD=TOKEN\n\
                 acme.sh --issue --dns dns_acmeproxy -d {name} -d '*.{name}'"
                ),
            ),
            lines(
                "caddy",
                "Caddy",
                "Caddyfile",
                &format!(
                    "{name}, *.{name} {{\n    tls {{\n        dns acmeproxy {origin} {{\n            username {user}\n            \
                 password TOKEN\n        }}\n    }}\n}}"
                ),
            ),
            lines(
                "certbot",
                "certbot",
                "",
                &format!(
                    "certbot certonly --manual --preferred-challenges dns -d {name} -d '*.{name}' \\\n  \
                 --manual-auth-hook {} \\\n  --manual-cleanup-hook {}",
                    hook("present"),
                    hook("cleanup")
                ),
            ),
        ]
    }

    /// Scheme and host of the origin.
    fn parts(&self) -> (&str, &str) {
        self.origin.split_once("://").unwrap_or(("https", self.origin))
    }
}

fn lines(id: &'static str, title: &'static str, place: &'static str, text: &str) -> ClientLines {
    ClientLines {
        id,
        title,
        place,
        pieces: text.split(PLACE).map(str::to_owned).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: Client<'_> = Client {
        origin: "https://club.example",
        name: "home.k6bp.club.example",
        user: "k6bp",
    };

    #[test]
    fn every_text_has_a_place_for_the_token_and_names_the_host() {
        for client in CLIENT.dyndns().into_iter().chain(CLIENT.acme()) {
            assert!(client.pieces.len() > 1, "{client:?}");
            let whole = client.pieces.join("sbd_x");
            assert!(
                whole.contains("club.example") && whole.contains("home.k6bp.club.example"),
                "{whole}"
            );
        }
    }

    #[test]
    fn a_server_without_https_is_told_so() {
        let plain = Client {
            origin: "http://192.0.2.1:8073",
            ..CLIENT
        };
        let text: String = plain
            .dyndns()
            .iter()
            .flat_map(|client| client.pieces.clone())
            .collect();
        assert!(
            text.contains("ssl=no") && text.contains("use_https '0'") && text.contains("ssl = false"),
            "{text}"
        );
    }
}
