//! The outside world as the configuration describes it.

use std::time::Duration;

use url::Url;

use crate::callbook::upstream::Site;
use crate::config::{Callbook, Config, SmtpTls};
use crate::env::{Clock, Entropy, Env, MailError, Mailer, Outbound, Service, SmtpSecurity, SmtpSettings};

/// The real clock, randomness, services and mail server.
pub(crate) fn outside(config: &Config) -> Result<Env, MailError> {
    let clock = Clock::system();
    Ok(Env {
        mailer: mailer(config, clock.clone())?,
        outbound: outbound(config),
        entropy: Entropy::system(),
        clock,
    })
}

pub(crate) fn mailer(config: &Config, clock: Clock) -> Result<Mailer, MailError> {
    let smtp = &config.smtp;
    let Some(host) = smtp.host.clone() else {
        return Ok(Mailer::off(clock));
    };
    let login = smtp
        .user
        .clone()
        .zip(smtp.password.as_ref().map(|secret| secret.reveal().to_owned()));
    let settings = SmtpSettings {
        from: smtp.from.clone().unwrap_or_else(|| format!("shackbox@{host}")),
        host,
        port: Some(smtp.port),
        security: match smtp.tls {
            SmtpTls::Tls => SmtpSecurity::Tls,
            SmtpTls::Starttls => SmtpSecurity::StartTls,
            SmtpTls::None => SmtpSecurity::Plain,
        },
        login,
    };
    Mailer::smtp(&settings, clock)
}

fn outbound(config: &Config) -> Outbound {
    let enabled = Config::source_names().filter_map(|name| {
        let source = config.source(name).filter(|source| source.enabled)?;
        let service = Service {
            // Lists that are asked for every minute or two are short, and the next one is as good.
            timeout: if matches!(name, "pota" | "sota" | "wwff") {
                Duration::from_secs(10)
            } else {
                Duration::from_mins(1)
            },
            ..Service::at(source.url)
        };
        Some((name.to_owned(), service))
    });
    Outbound::new(
        enabled
            .chain(super::tls::authority(config))
            .chain(callbooks(config))
            .chain(elsewhere(config)),
    )
}

/// The callbooks that are asked whether a token stands in somebody's biography. People wait for their answers.
pub(crate) fn callbooks(config: &Config) -> impl Iterator<Item = (String, Service)> {
    let verify = &config.verify;
    let xml = |callbook: &Callbook| callbook.url.clone();
    let service = |(name, base): (&str, Option<Url>)| {
        let service = Service {
            pause: Duration::from_millis(200),
            timeout: Duration::from_secs(8),
            most_bytes: 2 << 20,
            homebound: true,
            ..Service::at(base?)
        };
        Some((name.to_owned(), service))
    };
    let named = [
        ("qrz", verify.qrz.as_ref().map(xml)),
        ("hamqth", verify.hamqth.as_ref().map(xml)),
        ("qrz_page", verify.qrz_page.clone()),
    ];
    named.into_iter().filter_map(service)
}

/// The callbooks that members ask for calls, by their own accounts or the station's.
fn elsewhere(config: &Config) -> impl Iterator<Item = (String, Service)> {
    let asked = &config.elsewhere;
    let urls = [
        (Site::Qrz, &asked.qrz),
        (Site::Hamqth, &asked.hamqth),
        (Site::Hamdb, &asked.hamdb),
        (Site::Callook, &asked.callook),
    ];
    urls.into_iter().filter_map(|(site, url)| {
        let service = Service {
            pause: Duration::from_millis(100),
            timeout: Duration::from_secs(5),
            most_bytes: 256 << 10,
            homebound: site.needs_account(),
            ..Service::at(url.clone()?)
        };
        Some((site.outbound().to_owned(), service))
    })
}
