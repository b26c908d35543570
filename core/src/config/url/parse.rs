//! Taking a database URL apart.
//!
//! The checks come in the order in which an unencoded password would otherwise be misread: a `#`,
//! then an `@` on the wrong side of a `/` or `?`, then the escapes, then the port.

use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use super::authority::Authority;
use super::{DatabaseUrl, MASK, UrlError};

/// What a path must escape so that it reads back as it was.
const PATH: &AsciiSet = &CONTROLS.add(b'%').add(b'?');

/// Schemes that are always followed by `//`.
const NETWORK: [&str; 4] = ["postgres", "postgresql", "mysql", "mariadb"];

pub(super) fn parse(value: &str, base: &Path) -> Result<DatabaseUrl, UrlError> {
    let value = value.trim();
    if value.is_empty() {
        return Err(UrlError::Empty);
    }
    let Some((scheme, rest)) = split_scheme(value) else {
        return file_without_scheme(value, base);
    };
    if scheme == "sqlite" {
        return sqlite(rest, base);
    }
    match rest.strip_prefix("//") {
        Some(rest) => network(scheme, rest),
        None if NETWORK.contains(&scheme.as_str()) => Err(UrlError::NoAuthority),
        None => opaque(scheme, rest),
    }
}

/// Splits at the first colon, if a scheme stands before it. One letter is a Windows drive.
fn split_scheme(value: &str) -> Option<(String, &str)> {
    let (scheme, rest) = value.split_once(':')?;
    let valid = scheme.len() > 1
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.' | b'-'));
    valid.then(|| (scheme.to_ascii_lowercase(), rest))
}

fn file_without_scheme(value: &str, base: &Path) -> Result<DatabaseUrl, UrlError> {
    let suffix = [".db", ".sqlite", ".sqlite3"]
        .iter()
        .any(|suffix| value.ends_with(suffix));
    if value == ":memory:" || suffix || base.join(value).is_file() {
        if holds_user(value) {
            return Err(UrlError::UserInPath);
        }
        Ok(sqlite_url(value, Vec::new(), "", "", base))
    } else {
        Err(UrlError::NoScheme)
    }
}

fn sqlite(rest: &str, base: &Path) -> Result<DatabaseUrl, UrlError> {
    let authority = rest.strip_prefix("//");
    let (path, query) = split_query(authority.unwrap_or(rest));
    // `sqlite://u@h/x` is somebody's who thinks of a server; without the slashes it is a name.
    let first = path.split('/').next().unwrap_or_default();
    if (authority.is_some() && first.contains('@')) || holds_user(rest) {
        return Err(UrlError::UserInPath);
    }
    let path = decode(path)?;
    if path.is_empty() {
        return Err(UrlError::NoPath);
    }
    // As a path it would be shown, password and all.
    if path.contains("://") {
        return Err(UrlError::UrlInPath);
    }
    let (params, masked) = parameters(query)?;
    let known = |(name, value): &(String, String)| {
        name == "mode" && matches!(value.as_str(), "rwc" | "rw" | "ro" | "memory")
    };
    if params.len() > 1 || !params.iter().all(known) {
        return Err(UrlError::SqliteParameter);
    }
    Ok(sqlite_url(&path, params, query, &masked, base))
}

/// Whether a relative path begins like `user:password@host`. A drive has a slash after its colon.
fn holds_user(path: &str) -> bool {
    let path = path.strip_prefix("//").unwrap_or(path);
    let Some((user, rest)) = path.split_once(':') else {
        return false;
    };
    !user.is_empty()
        && !user.contains(['/', '@'])
        && !rest.starts_with(['/', '\\'])
        && rest.contains('@')
}

fn sqlite_url(
    path: &str,
    params: Vec<(String, String)>,
    query: &str,
    masked: &str,
    base: &Path,
) -> DatabaseUrl {
    // `:memory:` and `file:` are SQLite's own words, not paths.
    let path = if path == ":memory:" || path.starts_with("file:") {
        path.to_owned()
    } else {
        let joined: PathBuf = base.join(path);
        joined.to_str().unwrap_or(path).to_owned()
    };
    let encoded = utf8_percent_encode(&path, PATH);
    let with = |query: &str| match query {
        "" => format!("sqlite:{encoded}"),
        query => format!("sqlite:{encoded}?{query}"),
    };
    DatabaseUrl {
        raw: with(query),
        masked: with(masked),
        scheme: "sqlite".into(),
        user: None,
        password: None,
        hosts: Vec::new(),
        path,
        params,
    }
}

fn network(scheme: String, rest: &str) -> Result<DatabaseUrl, UrlError> {
    if rest.contains('#') {
        return Err(UrlError::Fragment);
    }
    if rest.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(UrlError::WhiteSpace);
    }
    let (authority, tail) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    if tail.contains('@') {
        return Err(UrlError::AtAfterHost);
    }
    let authority = Authority::parse(authority)?;
    let (path, query) = split_query(tail);
    let (params, masked_query) = parameters(query)?;
    let mark = if query.is_empty() { "" } else { "?" };
    Ok(DatabaseUrl {
        raw: format!("{scheme}://{rest}"),
        masked: format!("{scheme}://{}{path}{mark}{masked_query}", authority.masked),
        path: decode(path.strip_prefix('/').unwrap_or(path))?,
        scheme,
        user: authority.user,
        password: authority.password,
        hosts: authority.hosts,
        params,
    })
}

/// A plugin's URL without `//`. Where its secret would stand is unknown, so all of it is masked.
fn opaque(scheme: String, rest: &str) -> Result<DatabaseUrl, UrlError> {
    let (path, query) = split_query(rest);
    let (params, _) = parameters(query)?;
    Ok(DatabaseUrl {
        raw: format!("{scheme}:{rest}"),
        masked: format!("{scheme}:{MASK}"),
        path: decode(path)?,
        scheme,
        user: None,
        password: None,
        hosts: Vec::new(),
        params,
    })
}

fn split_query(text: &str) -> (&str, &str) {
    text.split_once('?').unwrap_or((text, ""))
}

/// Decoded parameters, and the query with the secret ones masked.
fn parameters(query: &str) -> Result<(Vec<(String, String)>, String), UrlError> {
    let mut params = Vec::new();
    let mut masked = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').ok_or(UrlError::Parameter)?;
        let name = decode(key)?;
        if is_secret(&name) {
            masked.push(format!("{key}={MASK}"));
        } else {
            masked.push(pair.to_owned());
        }
        params.push((name, decode(value)?));
    }
    Ok((params, masked.join("&")))
}

/// Parameters of libpq, MySQL's and SQLite's clients that hold no secret; paths of key files do not.
const PLAIN: &[&str] = &[
    "application_name",
    "cache",
    "channel_binding",
    "charset",
    "client_encoding",
    "collation",
    "connect_timeout",
    "dbname",
    "fallback_application_name",
    "gssencmode",
    "host",
    "hostaddr",
    "immutable",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "krbsrvname",
    "load_balance_hosts",
    "mode",
    "nolock",
    "options",
    "passfile",
    "port",
    "require_auth",
    "requirepeer",
    "service",
    "socket",
    "ssl-ca",
    "ssl-mode",
    "ssl_ca",
    "ssl_max_protocol_version",
    "ssl_min_protocol_version",
    "ssl_mode",
    "sslcert",
    "sslcrl",
    "sslcrldir",
    "sslkey",
    "sslmode",
    "sslnegotiation",
    "sslrootcert",
    "sslsni",
    "target_session_attrs",
    "tcp_user_timeout",
    "user",
    "vfs",
];

/// Whether a parameter of this name may hold a secret: all but those that are known not to, for the
/// word may be mistyped.
fn is_secret(name: &str) -> bool {
    !PLAIN.contains(&name.to_ascii_lowercase().as_str())
}

/// Percent-decodes strictly: a `%` that begins no escape, a NUL and non-UTF-8 are refused.
pub(super) fn decode(text: &str) -> Result<String, UrlError> {
    let bytes = text.as_bytes();
    let is_escape = |at: usize| {
        bytes
            .get(at + 1..at + 3)
            .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    if (0..bytes.len()).any(|at| bytes[at] == b'%' && !is_escape(at)) {
        return Err(UrlError::Percent);
    }
    match percent_decode_str(text).decode_utf8() {
        Ok(decoded) if !decoded.contains('\0') => Ok(decoded.into_owned()),
        _ => Err(UrlError::NotUtf8),
    }
}
