//! The part of a URL between `//` and its path: user, password, hosts and ports.

use super::parse::decode;
use super::{Host, MASK, UrlError};

/// User, password and hosts, and the text to show for them.
#[derive(Default)]
pub(super) struct Authority {
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    pub(super) hosts: Vec<Host>,
    pub(super) masked: String,
}

impl Authority {
    /// Reads `[user[:password]@][host[:port][,host[:port]]…]`.
    pub(super) fn parse(text: &str) -> Result<Self, UrlError> {
        let mut authority = Self::default();
        let hosts = match text.split_once('@') {
            Some((_, hosts)) if hosts.contains('@') => return Err(UrlError::ManyAt),
            Some((user, hosts)) => {
                authority.read_user(user)?;
                hosts
            }
            None => text,
        };
        authority.masked.push_str(hosts);
        if !hosts.is_empty() {
            authority.hosts = hosts.split(',').map(host).collect::<Result<_, _>>()?;
        }
        Ok(authority)
    }

    fn read_user(&mut self, text: &str) -> Result<(), UrlError> {
        // A `:` after the first is part of the password, as in RFC 3986 and libpq.
        let (user, password) = match text.split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (text, None),
        };
        self.masked.push_str(user);
        if !user.is_empty() {
            self.user = Some(decode(user)?);
        }
        if let Some(password) = password {
            self.masked.push(':');
            self.masked.push_str(MASK);
            self.password = Some(decode(password)?);
        }
        self.masked.push('@');
        Ok(())
    }
}

fn host(text: &str) -> Result<Host, UrlError> {
    let (name, port) = if let Some(rest) = text.strip_prefix('[') {
        let (address, rest) = rest.split_once(']').ok_or(UrlError::Bracket)?;
        // The zone of a link-local address follows a `%`, which a URL writes `%25`.
        let decoded = decode(address)?;
        let bare = decoded.split('%').next().unwrap_or_default();
        if bare.parse::<std::net::Ipv6Addr>().is_err() {
            return Err(UrlError::Bracket);
        }
        match rest.strip_prefix(':') {
            Some(port) => (decoded, Some(port)),
            None if rest.is_empty() => (decoded, None),
            None => return Err(UrlError::Port),
        }
    } else {
        if text.contains(['[', ']']) {
            return Err(UrlError::Bracket);
        }
        match text.split_once(':') {
            Some((name, port)) => (host_name(name)?, Some(port)),
            None => (host_name(text)?, None),
        }
    };
    let port = match port {
        None => None,
        // An empty port too: `user:?…` without an `@` would else show a password as parameters.
        Some(digits) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => {
            match digits.parse() {
                Ok(0) | Err(_) => return Err(UrlError::Port),
                Ok(port) => Some(port),
            }
        }
        Some(_) => return Err(UrlError::Port),
    };
    Ok(Host { name, port })
}

/// A host that is no bracketed address. Its characters are checked before it is decoded, because
/// a rest of an unencoded password would stand here and be shown.
fn host_name(text: &str) -> Result<String, UrlError> {
    if text
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '-' | '.' | '_' | '%'))
    {
        decode(text)
    } else {
        Err(UrlError::Host)
    }
}
