//! libpq's parameters: from the URL, else the environment, else the defaults
//! (docs: PostgreSQL manual, "Parameter Key Words", "Environment Variables").
//!
//! Errors name parameters, never values.
//!
//! Deliberately absent: service files, and the client certificate that libpq finds by itself in the
//! home directory.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::given::Given;
use crate::passfile::{self, Wanted};
use crate::surroundings::{PrivateFile, Surroundings};
use crate::tls::{ClientCertificate, Roots, SslMode};
use crate::url::Pairs;

/// Where libpq looks for a socket; which one is compiled in depends on who built it.
const SOCKET_DIRECTORIES: [&str; 2] = ["/var/run/postgresql", "/tmp"];

/// One place to try.
// No Debug: it holds a password.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// A name, an address or, beginning with `/`, a directory.
    pub(crate) host: String,
    /// The address to connect to instead of looking the name up.
    pub(crate) address: Option<IpAddr>,
    /// The port.
    pub(crate) port: u16,
    /// The password for this place.
    pub(crate) password: Option<String>,
}

impl Place {
    /// Whether it is a Unix socket.
    pub(crate) fn is_socket(&self) -> bool {
        self.host.starts_with('/')
    }
}

/// What kind of server is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// Whatever answers.
    Any,
    /// One that takes writes.
    ReadWrite,
    /// One that does not.
    ReadOnly,
    /// No standby.
    Primary,
    /// A standby.
    Standby,
    /// A standby if there is one.
    PreferStandby,
}

/// Times of TCP keepalives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Keepalives {
    pub(crate) off: bool,
    pub(crate) idle: Option<Duration>,
    pub(crate) interval: Option<Duration>,
    pub(crate) count: Option<u32>,
    pub(crate) user_timeout: Option<Duration>,
}

/// How to connect.
pub(crate) struct Parameters {
    pub(crate) places: Vec<Place>,
    pub(crate) user: String,
    pub(crate) dbname: String,
    pub(crate) ssl: SslMode,
    pub(crate) roots: Option<Roots>,
    pub(crate) certificate: Option<ClientCertificate>,
    pub(crate) direct_tls: bool,
    pub(crate) application_name: String,
    pub(crate) options: Option<String>,
    /// `None`: the caller's. `Some(None)`: for ever.
    pub(crate) connect_timeout: Option<Option<Duration>>,
    pub(crate) target: Target,
    pub(crate) keepalives: Keepalives,
    /// Something that the user should know if no password is found.
    pub(crate) remark: Option<String>,
}

impl Parameters {
    /// Completes the URL's pairs.
    pub(crate) fn resolve(pairs: Pairs, around: &dyn Surroundings) -> Result<Self, String> {
        let given = Given::new(pairs, around)?;
        given.refuse_the_impossible()?;
        let user = given
            .text("user")
            .or_else(|| around.user())
            .ok_or("the URL names no user, and the operating system does not tell who runs this")?;
        let dbname = given.text("dbname").unwrap_or_else(|| user.clone());
        let mut places = given.places(around)?;
        let remark = given.passwords(&mut places, &user, &dbname, around);
        let (ssl, roots) = given.tls(around)?;
        Ok(Self {
            places,
            ssl,
            roots,
            certificate: given.certificate(around)?,
            direct_tls: given.direct_tls(ssl)?,
            application_name: given
                .text("application_name")
                .or_else(|| given.text("fallback_application_name"))
                .unwrap_or_else(|| "aludel".into()),
            options: given.text("options"),
            connect_timeout: given.connect_timeout()?,
            target: given.target()?,
            keepalives: given.keepalives()?,
            remark,
            user,
            dbname,
        })
    }
}

impl Given {
    fn places(&self, around: &dyn Surroundings) -> Result<Vec<Place>, String> {
        let list = |keyword: &str| -> Vec<String> {
            self.text(keyword)
                .map(|text| text.split(',').map(str::to_owned).collect())
                .unwrap_or_default()
        };
        let (hosts, addresses, ports) = (list("host"), list("hostaddr"), list("port"));
        let count = hosts.len().max(addresses.len()).max(1);
        for (keyword, given) in [("host", hosts.len()), ("hostaddr", addresses.len())] {
            if given != 0 && given != count {
                return Err(format!("`{keyword}` lists {given} places and not {count}"));
            }
        }
        if ports.len() > 1 && ports.len() != count {
            return Err(format!(
                "`port` lists {} ports for {count} hosts",
                ports.len()
            ));
        }
        (0..count)
            .map(|i| {
                let port = ports.get(i).or(ports.first()).map_or("", String::as_str);
                let port = match port {
                    "" => 5432,
                    port => match port.trim().parse() {
                        Ok(0) | Err(_) => return Err("`port` must be from 1 to 65535".into()),
                        Ok(port) => port,
                    },
                };
                let address = match addresses.get(i).filter(|a| !a.is_empty()) {
                    Some(address) => Some(
                        address
                            .parse::<IpAddr>()
                            .map_err(|_| "`hostaddr` must be a numeric address".to_owned())?,
                    ),
                    None => None,
                };
                let host = hosts.get(i).filter(|host| !host.is_empty()).cloned();
                let host = host
                    .or_else(|| address.map(|a| a.to_string()))
                    .unwrap_or_else(|| local(port, around));
                Ok(Place {
                    host,
                    address,
                    port,
                    password: None,
                })
            })
            .collect()
    }

    /// Fills in passwords; says why a password file did not help.
    fn passwords(
        &self,
        places: &mut [Place],
        user: &str,
        dbname: &str,
        around: &dyn Surroundings,
    ) -> Option<String> {
        if let Some(password) = self.text("password") {
            for place in places {
                place.password = Some(password.clone());
            }
            return None;
        }
        let path = match self.text("passfile") {
            Some(path) => PathBuf::from(path),
            None => around.home()?.join(".pgpass"),
        };
        let text = match around.private(&path) {
            PrivateFile::Text(text) => text,
            PrivateFile::Absent => return None,
            PrivateFile::Exposed => {
                return Some(format!(
                    "the password file {} was ignored: others may read it (chmod 600)",
                    path.display()
                ));
            }
        };
        for place in places {
            let host = if SOCKET_DIRECTORIES.contains(&place.host.as_str()) {
                "localhost"
            } else {
                &place.host
            };
            place.password = passfile::find(
                &text,
                Wanted {
                    host,
                    port: place.port,
                    database: dbname,
                    user,
                },
            );
        }
        None
    }

    fn tls(&self, around: &dyn Surroundings) -> Result<(SslMode, Option<Roots>), String> {
        let mode = self.one_of("sslmode", SslMode::NAMES)?;
        let default = || around.home().map(|home| home.join(".postgresql/root.crt"));
        let roots = match self.text("sslrootcert") {
            Some(system) if system == "system" => {
                // Anybody can have a certificate of a public authority: only its name tells.
                if mode.is_some_and(|mode| mode != SslMode::VerifyFull) {
                    return Err("`sslrootcert=system` needs `sslmode=verify-full`".into());
                }
                return Ok((SslMode::VerifyFull, Some(Roots::System)));
            }
            Some(path) => Some(PathBuf::from(path)),
            None => default(),
        };
        let mode = mode.unwrap_or(SslMode::Prefer);
        let there = roots.filter(|path| around.exists(path));
        match (mode, there) {
            (SslMode::VerifyCa | SslMode::VerifyFull, None) => Err(format!(
                "`sslmode={}` needs a root certificate: give `sslrootcert` an existing file, or \
                 `sslrootcert=system` with `sslmode=verify-full`",
                mode.name()
            )),
            // As libpq, for the sake of those who rely on it.
            (SslMode::Require, Some(path)) => Ok((SslMode::VerifyCa, Some(Roots::File(path)))),
            (mode, path) => Ok((mode, path.map(Roots::File))),
        }
    }

    fn certificate(&self, around: &dyn Surroundings) -> Result<Option<ClientCertificate>, String> {
        match (self.text("sslcert"), self.text("sslkey")) {
            (None, None) => Ok(None),
            (Some(chain), Some(key)) => {
                for (keyword, path) in [("sslcert", &chain), ("sslkey", &key)] {
                    if !around.exists(path.as_ref()) {
                        return Err(format!("the file of `{keyword}` does not exist"));
                    }
                }
                Ok(Some(ClientCertificate {
                    chain: chain.into(),
                    key: key.into(),
                }))
            }
            _ => Err("`sslcert` and `sslkey` belong together".into()),
        }
    }

    fn direct_tls(&self, mode: SslMode) -> Result<bool, String> {
        let values = [("postgres", false), ("direct", true)];
        let direct = self.one_of("sslnegotiation", &values)?.unwrap_or(false);
        if direct && mode < SslMode::Require {
            return Err("`sslnegotiation=direct` needs `sslmode=require` or stronger".into());
        }
        Ok(direct)
    }

    fn connect_timeout(&self) -> Result<Option<Option<Duration>>, String> {
        let seconds = self.number("connect_timeout")?;
        Ok(seconds.map(|n| {
            let seconds = u64::try_from(n).ok().filter(|n| *n > 0)?;
            // libpq never waits less.
            Some(Duration::from_secs(seconds.max(2)))
        }))
    }

    fn target(&self) -> Result<Target, String> {
        let values = [
            ("any", Target::Any),
            ("read-write", Target::ReadWrite),
            ("read-only", Target::ReadOnly),
            ("primary", Target::Primary),
            ("standby", Target::Standby),
            ("prefer-standby", Target::PreferStandby),
        ];
        let target = self.one_of("target_session_attrs", &values)?;
        Ok(target.unwrap_or(Target::Any))
    }

    fn keepalives(&self) -> Result<Keepalives, String> {
        let second = Duration::from_secs(1);
        Ok(Keepalives {
            off: self.number("keepalives")? == Some(0),
            idle: self.time("keepalives_idle", second)?,
            interval: self.time("keepalives_interval", second)?,
            count: self
                .number("keepalives_count")?
                .and_then(|n| u32::try_from(n).ok())
                .filter(|n| *n > 0),
            user_timeout: self.time("tcp_user_timeout", Duration::from_millis(1))?,
        })
    }
}

/// The socket of a server on this machine if there is one.
fn local(port: u16, around: &dyn Surroundings) -> String {
    SOCKET_DIRECTORIES
        .into_iter()
        .find(|directory| {
            let socket = format!("{directory}/.s.PGSQL.{port}");
            around.exists(socket.as_ref())
        })
        .unwrap_or("localhost")
        .to_owned()
}

#[cfg(test)]
#[path = "params_tests.rs"]
mod tests;
