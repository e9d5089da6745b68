//! `backup`, `restore`, `check`, `health`.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::adif::Aside;
use super::output::{self, Failure, Outcome};
use super::place::{Json, Place, tell};
use super::progress::Meter;
use super::reach::{self, Content, config};
use crate::app::admin::{Command, Reply};
use crate::app::registry;
use crate::config::Config;
use crate::store::{CheckError, OpenError, StoreConfig, check_data_dir, restore as restore_store};

/// How long the server may take to say how it is.
const PATIENCE: Duration = Duration::from_secs(5);

/// `backup`
pub(super) fn backup(place: &Place, file: &Path, with_keys: bool, json: Json) -> Outcome {
    let config = config(place)?;
    if file.exists() {
        return Err(Failure::new(format!("{} exists already", file.display()))
            .hint("a backup never replaces another"));
    }
    let aside = Aside::create(file)?;
    let to = Content::to(aside.writer()?);
    let reply = reach::run(
        config,
        Command::Backup { with_keys },
        to,
        Some(Arc::new(Meter::of(0))),
    )?;
    let Reply::Backup(mut report) = reply else {
        return Err(Failure::odd_reply());
    };
    aside.keep(false)?;
    report["path"] = Value::from(file.display().to_string());
    tell(json.json, &report, || {
        output::say(format_args!(
            "{} rows and {} files in {} ({} bytes)",
            report["rows"],
            report["files"],
            file.display(),
            report["bytes"]
        ));
        if with_keys {
            output::hint("this backup holds the key file: whoever has it can read every secret");
        }
    })
}

/// `restore`
pub(super) fn restore(place: &Place, file: &Path, json: Json) -> Outcome {
    let config = config(place)?;
    let report = restore_store(file, &config.data_dir, &registry())?;
    // Opening it as any other also migrates what is older, and the check reads all of it.
    let checked = check_data_dir(&store_config(&config), false)?;
    if !checked.is_sound() {
        return Err(Failure::new(checked.findings.join("\n")));
    }
    tell(json.json, &report, || {
        output::say(format_args!(
            "{} rows of {} restored into {}",
            report.rows,
            report.header.time,
            config.data_dir.display()
        ));
        if !report.header.with_keys {
            output::hint("the backup had no key file: a new one is made at the next start");
        }
    })
}

/// `check`
pub(super) fn check(place: &Place, compact: bool, json: Json) -> Outcome<ExitCode> {
    let config = config(place)?;
    let report = match reach::server_only(&config.data_dir, &Command::Health)? {
        Some(_) if compact => {
            return Err(
                Failure::new("compacting needs the data directory for itself").hint("stop the server first")
            );
        }
        Some(_) => match reach::server_only(&config.data_dir, &Command::Check)? {
            Some(Reply::Checked(report)) => report,
            _ => return Err(Failure::odd_reply()),
        },
        None => serde_json::to_value(check_data_dir(&store_config(&config), compact).map_err(about_check)?)?,
    };
    let findings: Vec<&str> = report["findings"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    tell(json.json, &report, || {
        for finding in &findings {
            output::result(finding);
        }
        output::say(format_args!(
            "{} rows in {} tables, {} indexes: {}",
            report["rows"],
            report["tables"],
            report["indexes"],
            if findings.is_empty() {
                "all is well"
            } else {
                "something is wrong"
            }
        ));
        if let Some(freed) = report["freed"].as_u64() {
            output::say(format_args!("{freed} bytes given back"));
        }
    })?;
    Ok(if findings.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn about_check(error: CheckError) -> Failure {
    match error {
        CheckError::Open(error @ OpenError::HeldByAnother { .. }) => {
            Failure::from(error).hint("stop that process first, or name another directory with --data-dir")
        }
        other => Failure::from(other),
    }
}

fn store_config(config: &Config) -> StoreConfig {
    StoreConfig {
        registry: registry(),
        cache_bytes: config.store.cache_bytes,
        ..StoreConfig::new(&config.data_dir)
    }
}

/// `health`
pub(super) fn health(place: &Place, json: Json) -> Outcome<ExitCode> {
    let config = config(place)?;
    let (ready, report) = match reach::server_only(&config.data_dir, &Command::Health) {
        Ok(Some(Reply::Health {
            ready,
            version,
            parts,
            remarks,
        })) => {
            let report = json!({"ready": ready, "version": version, "parts": parts, "remarks": remarks});
            (ready, report)
        }
        Ok(Some(_)) => return Err(Failure::odd_reply()),
        // Without the right to the socket, or from another container, the port still answers.
        Ok(None) | Err(_) => {
            let ready = is_ready(config.web.listen)?;
            (ready, json!({"ready": ready}))
        }
    };
    tell(json.json, &report, || {
        output::result(if ready { "ready" } else { "not ready" });
        for (part, trouble) in report["parts"].as_object().into_iter().flatten() {
            if let Some(trouble) = trouble.as_str() {
                output::result(format_args!("{part}: {trouble}"));
            }
        }
        for remark in report["remarks"].as_array().into_iter().flatten() {
            output::result(remark.as_str().unwrap_or_default());
        }
    })?;
    Ok(if ready {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Asks `/readyz` where the configuration says that the server listens.
fn is_ready(listen: SocketAddr) -> Outcome<bool> {
    let address = match listen {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => (Ipv4Addr::LOCALHOST, v4.port()).into(),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => (Ipv6Addr::LOCALHOST, v6.port()).into(),
        named => named,
    };
    let nobody = |error: std::io::Error| {
        Failure::new(format!("no server answers on {address}: {error}"))
            .hint("is it running? shackbox serve starts it")
    };
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).map_err(nobody)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )
    .map_err(nobody)?;
    let mut head = [0; 12];
    stream.read_exact(&mut head).map_err(nobody)?;
    Ok(head.ends_with(b" 200"))
}
