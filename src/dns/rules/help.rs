//! The types that members can have: what each is for, its fields, an example. The page and the API read this table.
//!
//! Every example is read by a test, and is its own normal form.

use super::super::rr::RecordType;

/// The help for one type.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TypeHelp {
    /// The type.
    pub(crate) kind: RecordType,
    /// What it is for, in a few words.
    pub(crate) title: &'static str,
    /// What to know about it.
    pub(crate) text: &'static str,
    /// The owner of the example, relative to the member's name.
    pub(crate) owner: &'static str,
    /// The data of the example.
    pub(crate) example: &'static str,
    /// Each field in order, and what it says.
    pub(crate) fields: &'static [(&'static str, &'static str)],
    /// Whether it is among those that most people need.
    pub(crate) usual: bool,
}

/// The help for a type, if members can have it.
#[cfg(test)]
pub(crate) fn of(kind: RecordType) -> Option<&'static TypeHelp> {
    TYPES.iter().find(|help| help.kind == kind)
}

const fn usual(kind: RecordType, title: &'static str) -> TypeHelp {
    TypeHelp {
        kind,
        title,
        text: "",
        owner: "@",
        example: "",
        fields: &[],
        usual: true,
    }
}

const fn rare(kind: RecordType, title: &'static str) -> TypeHelp {
    TypeHelp {
        usual: false,
        ..usual(kind, title)
    }
}

const TARGET: (&str, &str) = ("target", "a name; one without a dot at its end is below yours");
const ANY_TEXT: (&str, &str) = ("text", "text in double quotes; the form puts them there for you");

/// All types that members can have, the usual ones first.
pub(crate) const TYPES: &[TypeHelp] = &[
    TypeHelp {
        text: "The machine's IPv4 address. Several records share the visitors between machines. Addresses of a home \
               network (192.168…) are reachable only from within it; those beginning with 44 are the amateurs' own.",
        example: "192.0.2.1",
        fields: &[("address", "four numbers from 0 to 255 with dots")],
        ..usual(RecordType::A, "IPv4 address")
    },
    TypeHelp {
        text: "The machine's IPv6 address. A name can have A and AAAA records; visitors take what they can reach.",
        example: "2001:db8::1",
        fields: &[("address", "groups of hexadecimal digits with colons")],
        ..usual(RecordType::AAAA, "IPv6 address")
    },
    TypeHelp {
        text: "Another name for a machine: whoever asks gets the other name's records. An alias stands alone at its \
               name, so it cannot be at @ when there are other records.",
        owner: "www",
        example: "host.example.org.",
        fields: &[TARGET],
        ..usual(RecordType::CNAME, "alias of another name")
    },
    TypeHelp {
        text: "Where mail for the name goes; the lowest preference first. A single record 0 . says that there is no mail.",
        example: "10 mail.example.org.",
        fields: &[("preference", "0 to 65535, the lowest first"), TARGET],
        ..usual(RecordType::MX, "mail server")
    },
    TypeHelp {
        text: "Any text: proofs of ownership, SPF and DKIM of mail, remarks. Longer texts are split into pieces of 255 \
               octets, which readers put together again.",
        example: "\"v=spf1 mx -all\"",
        fields: &[ANY_TEXT],
        ..usual(RecordType::TXT, "text")
    },
    TypeHelp {
        text: "Where a service is: AllStar, SIP, XMPP and others ask for it. The owner begins with the service and the \
               protocol; a target . says that there is none.",
        owner: "_sip._udp",
        example: "10 20 5060 sip.example.org.",
        fields: &[
            ("priority", "0 to 65535, the lowest first"),
            ("weight", "0 to 65535, the share among equals"),
            ("port", "0 to 65535"),
            TARGET,
        ],
        ..usual(RecordType::SRV, "service")
    },
    TypeHelp {
        text: "Where the station stands. The page fills it in from your grid square.",
        example: "37 46 15.000 N 122 27 30.000 W 52.00m 1.00m 20000.00m 10.00m",
        fields: &[
            ("latitude", "degrees, minutes, seconds, N or S"),
            ("longitude", "degrees, minutes, seconds, E or W"),
            ("altitude", "metres above the sea, roughly"),
            ("size", "metres; one digit and zeros"),
            ("horizontal precision", "metres"),
            ("vertical precision", "metres"),
        ],
        ..usual(RecordType::LOC, "place on the Earth")
    },
    TypeHelp {
        text: "Which authorities may give out certificates for the name and all below it.",
        example: "0 issue \"letsencrypt.org\"",
        fields: &[
            (
                "flags",
                "0, or 128: an authority that does not know the tag must refuse",
            ),
            ("tag", "issue, issuewild, issuemail or iodef"),
            ("value", "the authority's name in quotes, \";\" for none"),
        ],
        ..usual(RecordType::CAA, "certificate authorities")
    },
    TypeHelp {
        text: "The equipment, as a word each in quotes. Hams write the rig and the antenna or the mode.",
        example: "\"IC-7300\" \"100 W, dipole\"",
        fields: &[("hardware", "the rig"), ("system", "what it runs")],
        ..usual(RecordType::HINFO, "equipment")
    },
    TypeHelp {
        text: "Who is responsible: a mailbox with a dot in place of the @, and a name with a TXT record, or a dot.",
        example: "op.example.org. .",
        fields: &[
            ("mailbox", "op.example.org. for op@example.org"),
            ("text", "a name, or ."),
        ],
        ..usual(RecordType::RP, "responsible person")
    },
    TypeHelp {
        text: "How browsers reach the web server of the name: protocols, port, address hints. A name's own server is .",
        example: "1 . alpn=h2,h3",
        fields: &[
            ("priority", "1 and up, the lowest first; 0 makes it an alias"),
            ("target", "the server's name, or ."),
            (
                "parameters",
                "alpn=, port=, ipv4hint=, ipv6hint=, ech=, no-default-alpn, mandatory=",
            ),
        ],
        ..usual(RecordType::HTTPS, "web server's abilities")
    },
    TypeHelp {
        text: "What an SSH client compares a host's key with. ssh-keygen -r prints these records.",
        owner: "shack",
        example: "4 2 0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
        fields: &[
            ("algorithm", "1 RSA, 2 DSA, 3 ECDSA, 4 Ed25519, 6 Ed448"),
            ("type", "1 SHA-1, 2 SHA-256"),
            ("fingerprint", "hexadecimal"),
        ],
        ..rare(RecordType::SSHFP, "SSH host key")
    },
    TypeHelp {
        text: "What a TLS client compares a server's certificate with (DANE). The owner begins with port and protocol.",
        owner: "_443._tcp",
        example: "3 1 1 0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
        fields: &[
            ("usage", "0 to 3; 3 is the server's own certificate"),
            ("selector", "0 whole certificate, 1 its key"),
            ("matching", "0 all of it, 1 SHA-256, 2 SHA-512"),
            ("data", "hexadecimal"),
        ],
        ..rare(RecordType::TLSA, "TLS certificate")
    },
    TypeHelp {
        text: "What a mail program compares a sender's certificate with.",
        owner: "c93f1e400f26708f98cb19d936620da35eec8f72e57f9eec01c1afd6._smimecert",
        example: "3 0 0 3082",
        fields: &[
            ("usage", "0 to 3; 3 is the sender's own certificate"),
            ("selector", "0 whole certificate, 1 its key"),
            ("matching", "0 all of it, 1 SHA-256, 2 SHA-512"),
            ("data", "hexadecimal"),
        ],
        ..rare(RecordType::SMIMEA, "mail certificate")
    },
    TypeHelp {
        text: "Rules for telephone numbers and SIP: the next name or address to ask.",
        example: "100 10 \"u\" \"E2U+sip\" \"!^.*$!sip:info@example.org!\" .",
        fields: &[
            ("order", "0 to 65535, the lowest first"),
            ("preference", "0 to 65535, the lowest first among equals"),
            ("flags", "u, s, a, p, or nothing"),
            ("service", "such as E2U+sip"),
            ("regexp", "a substitution, or \"\""),
            ("replacement", "the next name, or . with a regexp"),
        ],
        ..rare(RecordType::NAPTR, "rules for telephone numbers")
    },
    TypeHelp {
        text: "The address of a service as a whole URI.",
        owner: "_http._tcp",
        example: "10 1 \"https://example.org/\"",
        fields: &[
            ("priority", "0 to 65535, the lowest first"),
            ("weight", "0 to 65535, the share among equals"),
            ("target", "the URI in quotes"),
        ],
        ..rare(RecordType::URI, "address of a service")
    },
    TypeHelp {
        text: "As HTTPS, for other services. The owner begins with the service.",
        owner: "_dns",
        example: "1 dns.example.org. alpn=dot",
        fields: &[
            ("priority", "1 and up, the lowest first; 0 makes it an alias"),
            ("target", "the server's name, or ."),
            (
                "parameters",
                "alpn=, port=, ipv4hint=, ipv6hint=, ech=, mandatory=",
            ),
        ],
        ..rare(RecordType::SVCB, "service's abilities")
    },
    TypeHelp {
        text: "The name of an address, in zones below in-addr.arpa and ip6.arpa.",
        owner: "1",
        example: "host.example.org.",
        fields: &[TARGET],
        ..rare(RecordType::PTR, "name of an address")
    },
    TypeHelp {
        text: "Gives the name and all below it to other name servers. Servers below the name need their addresses here.",
        owner: "sub",
        example: "ns1.example.org.",
        fields: &[("target", "the name of a server, not an address")],
        ..rare(RecordType::NS, "delegation to other servers")
    },
    TypeHelp {
        text: "The digest of the key that a delegated zone is signed with; stands beside its NS records.",
        owner: "sub",
        example: "12345 13 2 0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
        fields: &[
            ("tag", "0 to 65535"),
            ("algorithm", "13 is the usual one"),
            ("digest type", "2 SHA-256, 4 SHA-384"),
            ("digest", "hexadecimal"),
        ],
        ..rare(RecordType::DS, "key of a delegated zone")
    },
    TypeHelp {
        text: "Sends all names below this one to the same names below another. Nothing else can stand below it.",
        owner: "old",
        example: "new.example.org.",
        fields: &[TARGET],
        ..rare(RecordType::DNAME, "alias of all names below")
    },
    TypeHelp {
        text: "A PGP key for the mailbox whose digest the owner begins with.",
        owner: "c93f1e400f26708f98cb19d936620da35eec8f72e57f9eec01c1afd6._openpgpkey",
        example: "mQENBAAAAAA=",
        fields: &[("key", "base64")],
        ..rare(RecordType::OPENPGPKEY, "PGP key")
    },
    TypeHelp {
        text: "A certificate of any kind.",
        example: "1 0 0 MIIB",
        fields: &[
            ("type", "1 PKIX, 3 PGP, and others"),
            ("key tag", "0 to 65535"),
            ("algorithm", "0 to 255"),
            ("certificate", "base64"),
        ],
        ..rare(RecordType::CERT, "certificate")
    },
    TypeHelp {
        text: "A server of the Andrew file system (1) or of DCE (2).",
        example: "1 afs.example.org.",
        fields: &[("preference", "1 AFS, 2 DCE"), TARGET],
        ..rare(RecordType::AFSDB, "file server")
    },
    TypeHelp {
        text: "The hardware address of a network card.",
        owner: "shack",
        example: "00-00-5e-00-53-2a",
        fields: &[("address", "six pairs of hexadecimal digits with hyphens")],
        ..rare(RecordType::EUI48, "hardware address")
    },
    TypeHelp {
        text: "The long hardware address of a network card or radio module.",
        owner: "shack",
        example: "00-00-5e-ef-10-00-00-2a",
        fields: &[("address", "eight pairs of hexadecimal digits with hyphens")],
        ..rare(RecordType::EUI64, "long hardware address")
    },
    TypeHelp {
        text: "What a DHCP server knows its own entries by.",
        owner: "shack",
        example: "AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=",
        fields: &[("identifier", "base64")],
        ..rare(RecordType::DHCID, "DHCP identifier")
    },
    TypeHelp {
        text: "A list of networks.",
        example: "1:192.0.2.0/24 !1:192.0.2.64/28 2:2001:db8::/32",
        fields: &[("prefixes", "1: for IPv4, 2: for IPv6, ! for not")],
        ..rare(RecordType::APL, "list of networks")
    },
];
