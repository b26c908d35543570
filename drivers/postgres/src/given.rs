//! The parameters that were given, in the URL or else by a variable of the environment.
//!
//! A parameter that is libpq's and not known here is refused rather than ignored: it may be about
//! security. Errors name parameters, never values.

use std::collections::HashMap;
use std::time::Duration;

use crate::surroundings::Surroundings;
use crate::url::Pairs;

/// Every parameter that is understood, with the variable that stands in for it.
const KNOWN: &[(&str, Option<&str>)] = &[
    ("host", Some("PGHOST")),
    ("hostaddr", Some("PGHOSTADDR")),
    ("port", Some("PGPORT")),
    ("dbname", Some("PGDATABASE")),
    ("user", Some("PGUSER")),
    ("password", Some("PGPASSWORD")),
    ("passfile", Some("PGPASSFILE")),
    ("sslmode", Some("PGSSLMODE")),
    ("sslrootcert", Some("PGSSLROOTCERT")),
    ("sslcert", Some("PGSSLCERT")),
    ("sslkey", Some("PGSSLKEY")),
    ("sslnegotiation", Some("PGSSLNEGOTIATION")),
    ("channel_binding", Some("PGCHANNELBINDING")),
    ("gssencmode", Some("PGGSSENCMODE")),
    ("application_name", Some("PGAPPNAME")),
    ("fallback_application_name", None),
    ("client_encoding", Some("PGCLIENTENCODING")),
    ("connect_timeout", Some("PGCONNECT_TIMEOUT")),
    ("options", Some("PGOPTIONS")),
    ("target_session_attrs", Some("PGTARGETSESSIONATTRS")),
    ("keepalives", None),
    ("keepalives_idle", None),
    ("keepalives_interval", None),
    ("keepalives_count", None),
    ("tcp_user_timeout", None),
];

/// Values by parameter; none is empty.
pub(crate) struct Given(HashMap<String, String>);

impl Given {
    /// Collects them; of the URL and the environment the URL counts.
    pub(crate) fn new(pairs: Pairs, around: &dyn Surroundings) -> Result<Self, String> {
        let mut given = HashMap::new();
        for (keyword, variable) in KNOWN {
            if let Some(value) = variable.and_then(|v| around.variable(v)) {
                given.insert((*keyword).to_owned(), value);
            }
        }
        let host_in_url = pairs.iter().any(|(k, _)| k == "host" || k == "hostaddr");
        if host_in_url {
            // Of another host than the URL's.
            given.remove("hostaddr");
        }
        for (keyword, value) in pairs {
            if !KNOWN.iter().any(|(known, _)| *known == keyword) {
                return Err(format!(
                    "the URL's parameter `{}` is not known or not supported (known: {})",
                    keyword.escape_debug(),
                    known_names()
                ));
            }
            given.insert(keyword, value);
        }
        given.retain(|_, value| !value.is_empty());
        Ok(Self(given))
    }

    /// A value as it stands.
    pub(crate) fn text(&self, keyword: &str) -> Option<String> {
        self.0.get(keyword).cloned()
    }

    /// A value that must be one of some names.
    pub(crate) fn one_of<T: Copy>(
        &self,
        keyword: &str,
        values: &[(&str, T)],
    ) -> Result<Option<T>, String> {
        let Some(given) = self.0.get(keyword) else {
            return Ok(None);
        };
        match values.iter().find(|(name, _)| name == given) {
            Some((_, value)) => Ok(Some(*value)),
            None => {
                let names: Vec<_> = values.iter().map(|(name, _)| *name).collect();
                Err(format!("`{keyword}` must be one of {}", names.join(", ")))
            }
        }
    }

    /// A whole number.
    pub(crate) fn number(&self, keyword: &str) -> Result<Option<i64>, String> {
        let number = |value: &String| {
            let number = value.trim().parse::<i64>();
            number.map_err(|_| format!("`{keyword}` must be a whole number"))
        };
        self.0.get(keyword).map(number).transpose()
    }

    /// A time of which 0 and less mean the system's default.
    pub(crate) fn time(&self, keyword: &str, unit: Duration) -> Result<Option<Duration>, String> {
        let times = self.number(keyword)?.and_then(|n| u32::try_from(n).ok());
        Ok(times.filter(|n| *n > 0).map(|n| unit * n))
    }

    /// Refuses what would be promised and not kept.
    pub(crate) fn refuse_the_impossible(&self) -> Result<(), String> {
        let values = [("disable", true), ("prefer", true), ("require", false)];
        if self.one_of("channel_binding", &values)? == Some(false) {
            return Err("`channel_binding=require` is not supported: \
                        use `sslmode=verify-full`, which excludes a server in between as well"
                .into());
        }
        if self.one_of("gssencmode", &values)? == Some(false) {
            return Err("`gssencmode=require` is not supported: there is no GSSAPI here".into());
        }
        let encoding = self.text("client_encoding").unwrap_or_default();
        let plain: String = encoding
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        match plain.to_ascii_lowercase().as_str() {
            "" | "auto" | "utf8" | "unicode" => Ok(()),
            _ => Err("`client_encoding` must be UTF8: scripts are".into()),
        }
    }
}

fn known_names() -> String {
    let names: Vec<_> = KNOWN.iter().map(|(name, _)| *name).collect();
    names.join(", ")
}
