//! The one place that builds the content security policy.
//!
//! Nothing on a page is inline, so the policy needs neither nonces nor hashes; every exception is a field of a [`Policy`].

/// Exceptions from the content security policy for one response.
#[derive(Debug, Clone, Default)]
pub(crate) struct Policy {
    /// Further origins the page's script may connect to.
    pub(crate) connect: Vec<String>,
    /// Nothing may run, load or be sent from it: for what people uploaded.
    pub(crate) sandbox: bool,
    /// Origins that may embed the page; none by default.
    pub(crate) ancestors: Vec<String>,
    /// Where the page's forms may lead, also by a redirect; only to its own origin by default.
    pub(crate) forms: Vec<String>,
    /// Whether the page runs no script at all.
    pub(crate) without_script: bool,
}

impl Policy {
    /// The header's value for a page served under `host` (with port).
    pub(crate) fn render(&self, host: Option<&str>) -> String {
        if self.sandbox {
            return "default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
                .to_owned();
        }
        let mut connect = String::from("'self'");
        // Older Safari does not count ws: of the same host as 'self'.
        if let Some(host) = host.filter(|host| plain_host(host)) {
            connect.push_str(&format!(" ws://{host} wss://{host}"));
        }
        for origin in &self.connect {
            connect.push(' ');
            connect.push_str(origin);
        }
        let ancestors = if self.ancestors.is_empty() {
            "'none'".to_owned()
        } else {
            self.ancestors.join(" ")
        };
        let forms = if self.forms.is_empty() {
            "'self'".to_owned()
        } else {
            self.forms.join(" ")
        };
        if self.without_script {
            return format!(
                "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; \
                 form-action {forms}; frame-ancestors {ancestors}"
            );
        }
        format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
             connect-src {connect}; font-src 'self'; manifest-src 'self'; worker-src 'self'; \
             base-uri 'none'; form-action {forms}; frame-ancestors {ancestors}"
        )
    }
}

/// A host that cannot break out of the policy.
fn plain_host(host: &str) -> bool {
    !host.is_empty()
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-:[]_".contains(&byte))
}
