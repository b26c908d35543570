//! One connection after libpq's rules: each place in turn, with and without TLS as `sslmode` says.
//!
//! Deliberately not left to tokio-postgres's own list of hosts: passwords differ by place, and
//! `allow` and `prefer` try a place twice (docs: PostgreSQL manual, "Protection Provided in
//! Different Modes").

use std::future::Future;
use std::io;
use std::time::Duration;

use aludel::driver::{ConnectOptions, Failure, FailureKind, Server, Session, SessionState};
use tokio_postgres::config::{Host, SslNegotiation};
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::{Config, NoTls, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::cancel::Canceller;
use crate::failure;
use crate::params::{Parameters, Place, Target};
use crate::pooler::Origin;
use crate::session::{PostgresSession, Pump};
use crate::surroundings::Process;
use crate::tls::{self, SslMode};
use crate::url;

/// `invalid_authorization_specification`: pg_hba.conf has no entry for a connection of this kind.
const NOT_LIKE_THIS: &str = "28000";

/// What a URL and its surroundings say, and the TLS that they ask for.
pub(crate) fn parameters(url: &str) -> Result<(Parameters, Option<MakeRustlsConnect>), String> {
    let parameters = Parameters::resolve(url::parse(url)?, &Process)?;
    let tls = match parameters.ssl {
        SslMode::Disable => None,
        mode => Some(tls::connector(
            mode,
            parameters.roots.as_ref(),
            parameters.certificate.as_ref(),
            parameters.direct_tls,
        )?),
    };
    Ok((parameters, tls))
}

/// Opens a session.
pub(crate) async fn connect(
    url: &str,
    options: &ConnectOptions,
) -> Result<PostgresSession, Failure> {
    let (parameters, tls) =
        parameters(url).map_err(|text| Failure::new(FailureKind::Connect, text))?;
    let limit = parameters.connect_timeout.unwrap_or(Some(options.timeout));
    let passes: &[Target] = match parameters.target {
        Target::PreferStandby => &[Target::Standby, Target::Any],
        Target::Any => &[Target::Any],
        Target::ReadWrite => &[Target::ReadWrite],
        Target::ReadOnly => &[Target::ReadOnly],
        Target::Primary => &[Target::Primary],
        Target::Standby => &[Target::Standby],
    };
    let mut failures: Vec<Failure> = Vec::new();
    for target in passes {
        failures.clear();
        for place in &parameters.places {
            let attempt = attempt(&parameters, place, tls.as_ref(), limit);
            let failure = match within(limit, attempt).await {
                Ok(mut session) => match check(&mut session, *target).await {
                    Ok(()) => return Ok(session),
                    Err(failure) => {
                        Box::new(session).close().await;
                        failure
                    }
                },
                Err(failure) => failure,
            };
            failures.push(at(place, failure));
        }
    }
    Err(summary(failures, parameters.remark))
}

async fn within<T>(
    limit: Option<Duration>,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    match limit {
        None => work.await,
        Some(limit) => match tokio::time::timeout(limit, work).await {
            Ok(done) => done,
            Err(_) => Err(Failure::new(
                FailureKind::Connect,
                format!("no answer within {} s", limit.as_secs_f64()),
            )),
        },
    }
}

/// One place, up to twice.
async fn attempt(
    parameters: &Parameters,
    place: &Place,
    tls: Option<&MakeRustlsConnect>,
    limit: Option<Duration>,
) -> Result<PostgresSession, Failure> {
    use tokio_postgres::config::SslMode as Wire;

    let plain = (Wire::Disable, None);
    let ways = match (parameters.ssl, tls) {
        // TLS is not spoken over a Unix socket; libpq ignores the mode there.
        _ if place.is_socket() => vec![plain],
        (SslMode::Disable, _) | (_, None) => vec![plain],
        (SslMode::Allow, tls) => vec![plain, (Wire::Require, tls)],
        (SslMode::Prefer, tls) => vec![(Wire::Prefer, tls), plain],
        (_, tls) => vec![(Wire::Require, tls)],
    };
    let mut told: Option<Failure> = None;
    for (wire, tls) in ways {
        let mut config = configuration(parameters, place, limit);
        config.ssl_mode(wire);
        match again(&config, tls).await {
            Ok(session) => return Ok(session),
            Err(error) => {
                let failure = refusal(&error, place);
                let again = may_differ(&error);
                let repeated = told.as_ref().is_some_and(|t| t.message == failure.message);
                told = Some(match told {
                    Some(first) if !repeated => both(first, &failure),
                    _ => failure,
                });
                if !again {
                    break;
                }
            }
        }
    }
    Err(told.unwrap_or_else(|| Failure::new(FailureKind::Connect, "there is no way to connect")))
}

fn configuration(parameters: &Parameters, place: &Place, limit: Option<Duration>) -> Config {
    let mut config = Config::new();
    config
        .user(&parameters.user)
        .dbname(&parameters.dbname)
        .application_name(&parameters.application_name)
        .port(place.port)
        .host(&place.host);
    if let Some(address) = place.address.filter(|_| !place.is_socket()) {
        config.hostaddr(address);
    }
    if let Some(password) = &place.password {
        config.password(password);
    }
    if let Some(options) = &parameters.options {
        config.options(options);
    }
    if let Some(limit) = limit {
        config.connect_timeout(limit);
    }
    if parameters.direct_tls {
        config.ssl_negotiation(SslNegotiation::Direct);
    }
    let alive = &parameters.keepalives;
    config.keepalives(!alive.off);
    if let Some(idle) = alive.idle {
        config.keepalives_idle(idle);
    }
    if let Some(interval) = alive.interval {
        config.keepalives_interval(interval);
    }
    if let Some(count) = alive.count {
        config.keepalives_retries(count);
    }
    if let Some(timeout) = alive.user_timeout {
        config.tcp_user_timeout(timeout);
    }
    debug_assert!(matches!(
        (config.get_hosts(), place.is_socket()),
        ([Host::Tcp(_)], false) | ([Host::Unix(_)], true)
    ));
    config
}

async fn open<T>(
    config: &Config,
    with: T,
    tls: Option<&MakeRustlsConnect>,
) -> Result<PostgresSession, tokio_postgres::Error>
where
    T: MakeTlsConnect<Socket>,
    T::Stream: Send + 'static,
    T::TlsConnect: Send,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
{
    let (client, connection) = config.connect(with).await?;
    let server = server_of(connection.parameter("server_version").unwrap_or_default());
    let pump: Pump = tokio::spawn(connection);
    let token = client.cancel_token();
    let origin = Origin::new(&token, config, tls);
    let canceller = Canceller::new(token, tls.cloned());
    Ok(PostgresSession::new(
        server, client, pump, canceller, origin,
    ))
}

/// Another connection like an earlier one.
pub(crate) async fn again(
    config: &Config,
    tls: Option<&MakeRustlsConnect>,
) -> Result<PostgresSession, tokio_postgres::Error> {
    match tls {
        Some(tls) => open(config, tls.clone(), Some(tls)).await,
        None => open(config, NoTls, None).await,
    }
}

/// The server of a `server_version`: `15.14 (Debian 15.14-0)`, `18beta1`.
pub fn server_of(text: &str) -> Server {
    let mut numbers = text
        .split(|c: char| !c.is_ascii_digit())
        .map(|digits| digits.parse().unwrap_or(0));
    let major = numbers.next().unwrap_or(0);
    let minor = match text.as_bytes().get(major.to_string().len()) {
        Some(b'.') => numbers.next().unwrap_or(0),
        _ => 0,
    };
    Server::new("postgres", major, minor)
}

/// Whether a server that refused may agree with or without TLS.
fn may_differ(error: &tokio_postgres::Error) -> bool {
    use std::error::Error as _;

    if let Some(db) = error.as_db_error() {
        return db.code().code() == NOT_LIKE_THIS;
    }
    let cause = error.source().and_then(|e| e.downcast_ref::<io::Error>());
    cause.is_none_or(|cause| {
        !matches!(
            cause.kind(),
            io::ErrorKind::ConnectionRefused | io::ErrorKind::TimedOut | io::ErrorKind::NotFound
        )
    })
}

fn refusal(error: &tokio_postgres::Error, place: &Place) -> Failure {
    let mut failure = failure::of(error).failure;
    failure.kind = FailureKind::Connect;
    failure.session = SessionState::Dead;
    // The server asked and there was nothing to say; that is no answer of the server's.
    if failure.code.is_none() && place.password.is_none() && failure.message.contains("password") {
        failure.message = "the server asks for a password and none was given".into();
        failure.hint = Some(
            "give it in the URL, in PGPASSWORD or in the password file (~/.pgpass, mode 600)"
                .into(),
        );
    }
    failure
}

fn both(mut first: Failure, second: &Failure) -> Failure {
    first.message = format!("{}; the other way: {}", first.message, second.message);
    if second.code.is_some() {
        first.code.clone_from(&second.code);
    }
    first
}

/// Says where.
fn at(place: &Place, mut failure: Failure) -> Failure {
    let port = place.port;
    let place = match (place.is_socket(), place.address) {
        (true, _) => format!("{}/.s.PGSQL.{port}", place.host),
        (false, Some(address)) if address.to_string() != place.host => {
            format!("{} ({address}) port {port}", place.host)
        }
        _ => format!("{} port {port}", place.host),
    };
    let why = failure
        .message
        .trim_start_matches("error connecting to server: ");
    failure.message = format!("cannot connect to {place}: {why}");
    failure
}

fn summary(mut failures: Vec<Failure>, remark: Option<String>) -> Failure {
    let mut messages: Vec<_> = failures.iter().map(|f| f.message.clone()).collect();
    messages.dedup();
    let mut failure = failures
        .pop()
        .unwrap_or_else(|| Failure::new(FailureKind::Connect, "there is no host to connect to"));
    if !messages.is_empty() {
        failure.message = messages.join("\n");
    }
    // The remark is about passwords.
    failure.hint = remark.or(failure.hint);
    failure
}

/// Whether the server is of the kind that is wanted; one round trip if it matters.
async fn check(session: &mut PostgresSession, target: Target) -> Result<(), Failure> {
    if target == Target::Any {
        return Ok(());
    }
    let found = session
        .rows("SELECT pg_is_in_recovery(), current_setting('transaction_read_only') = 'on'")
        .await?;
    let truth = |i: usize| {
        let cell = found.rows.first().and_then(|row| row.get(i));
        cell.and_then(Option::as_deref) == Some("t")
    };
    let (standby, read_only) = (truth(0), truth(1));
    let wrong = match target {
        Target::ReadWrite if read_only => "it takes no writes",
        Target::ReadOnly if !read_only => "it takes writes",
        Target::Primary if standby => "it is a standby",
        Target::Standby if !standby => "it is no standby",
        _ => return Ok(()),
    };
    Err(Failure::new(FailureKind::Connect, wrong))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        let of = |text: &str| server_of(text).version();
        assert_eq!(of("15.14 (Debian 15.14-0+deb12u1)"), (15, 14));
        assert_eq!(of("18beta1"), (18, 0));
        assert_eq!(of("18"), (18, 0));
        assert_eq!(of(""), (0, 0));
    }
}
