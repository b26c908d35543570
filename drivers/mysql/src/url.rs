//! What a URL says, as options of the client. No text here shows a value.

use std::path::PathBuf;

use aludel::config::DatabaseUrl;
use aludel::driver::{Failure, FailureKind};
use mysql_async::{OptsBuilder, SslOpts};

/// What the protocol allows, in bytes. What the server takes is asked when a session opens, and kept
/// to by `message`; the client below would ask once more, in a round trip of its own.
const LONGEST_PACKET: usize = 1 << 30;

/// In seconds; it counts for pools of connections alone, and would be asked too.
const IDLE: usize = 28_800;

/// How much of TLS is asked for, with the MySQL client's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tls {
    /// None.
    Disabled,
    /// If the server offers it, without verifying it.
    Preferred,
    /// Without verifying it.
    Required,
    /// Issued by a known authority. The client below checks the name all the same (it looks for
    /// words in an error that its TLS library no longer writes), which is stricter and never laxer.
    VerifyCa,
    /// Issued by a known authority, for this host.
    VerifyIdentity,
}

/// The options of a URL.
#[derive(Debug, Clone)]
pub(crate) struct Parsed {
    pub(crate) options: OptsBuilder,
    pub(crate) tls: Tls,
    pub(crate) authority: Option<PathBuf>,
    /// Where the server is, for messages.
    pub(crate) place: String,
}

/// The database that a URL names.
pub(crate) fn database(url: &DatabaseUrl) -> Option<String> {
    let name = url.path().trim_start_matches('/');
    (!name.is_empty()).then(|| name.to_owned())
}

fn refused(message: impl Into<String>) -> Failure {
    Failure::new(FailureKind::Connect, message)
}

/// Reads a URL.
pub(crate) fn parse(url: &DatabaseUrl) -> Result<Parsed, Failure> {
    let database = database(url).ok_or_else(|| {
        refused("the MySQL URL names no database: write `mysql://user@host/database`")
    })?;
    let (host, port) = (
        url.host().unwrap_or("127.0.0.1"),
        url.port().unwrap_or(3306),
    );
    let mut place = format!("{host} port {port}");
    let mut options = OptsBuilder::default()
        .ip_or_hostname(host)
        .tcp_port(port)
        .user(url.user())
        .pass(url.password())
        .db_name(Some(database))
        // The client would move from TCP to a socket that the server names.
        .prefer_socket(false)
        .stmt_cache_size(0)
        .max_allowed_packet(Some(LONGEST_PACKET))
        .wait_timeout(Some(IDLE))
        .client_found_rows(true);
    let mut tls = Tls::Preferred;
    let mut authority = None;
    let mut unknown = Vec::new();
    for (name, value) in url.params() {
        match name.as_str() {
            "socket" => {
                place.clone_from(value);
                options = options.socket(Some(value.as_str()));
            }
            "ssl-mode" | "sslmode" | "ssl_mode" => tls = mode(value)?,
            "ssl-ca" | "sslrootcert" | "ssl_ca" => authority = Some(PathBuf::from(value)),
            other => unknown.push(format!("`{other}`")),
        }
    }
    if !unknown.is_empty() {
        return Err(refused(format!(
            "the MySQL URL has parameters that mean nothing: {} (known: socket, ssl-mode, ssl-ca)",
            unknown.join(", ")
        )));
    }
    Ok(Parsed {
        options,
        tls,
        authority,
        place,
    })
}

fn mode(value: &str) -> Result<Tls, Failure> {
    match value.to_ascii_lowercase().replace('-', "_").as_str() {
        "disabled" | "disable" => Ok(Tls::Disabled),
        "preferred" | "prefer" => Ok(Tls::Preferred),
        "required" | "require" => Ok(Tls::Required),
        "verify_ca" => Ok(Tls::VerifyCa),
        "verify_identity" | "verify_full" => Ok(Tls::VerifyIdentity),
        _ => Err(refused(
            "`ssl-mode` is disabled, preferred, required, verify_ca or verify_identity",
        )),
    }
}

impl Parsed {
    /// The client's TLS options for a mode.
    pub(crate) fn ssl(&self, tls: Tls) -> Option<SslOpts> {
        let mut ssl = SslOpts::default();
        if let Some(authority) = &self.authority {
            ssl = ssl.with_root_certs(vec![authority.clone().into()]);
        }
        match tls {
            Tls::Disabled => None,
            Tls::Preferred | Tls::Required => Some(
                ssl.with_danger_accept_invalid_certs(true)
                    .with_danger_skip_domain_validation(true),
            ),
            Tls::VerifyCa => Some(ssl.with_danger_skip_domain_validation(true)),
            Tls::VerifyIdentity => Some(ssl),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> DatabaseUrl {
        DatabaseUrl::parse(text).expect("a URL")
    }

    #[test]
    fn the_path_is_the_database() {
        assert_eq!(database(&url("mysql://u@h/shop")), Some("shop".into()));
        assert_eq!(database(&url("mariadb://u@h")), None);
    }

    #[test]
    fn modes_and_unknown_parameters() {
        let parsed = parse(&url("mysql://u:p@h/d?ssl-mode=VERIFY_CA")).expect("known");
        assert_eq!(parsed.tls, Tls::VerifyCa);
        let error = parse(&url("mysql://u:p@h/d?colour=hunter2")).expect_err("unknown");
        assert!(error.message.contains("`colour`") && !error.message.contains("hunter2"));
        assert!(parse(&url("mysql://u:p@h")).is_err());
    }
}
