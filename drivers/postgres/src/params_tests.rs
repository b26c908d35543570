//! Tests of libpq's defaults, with made-up surroundings.

use super::*;
use crate::surroundings::fake::Fake;
use crate::url;

fn resolved(url: &str, around: &Fake) -> Result<Parameters, String> {
    Parameters::resolve(url::parse(url)?, around)
}

fn text(path: &str) -> PrivateFile {
    PrivateFile::Text(path.to_owned())
}

#[test]
fn defaults() {
    let p = resolved("postgres://", &Fake::default()).unwrap();
    assert_eq!((p.user.as_str(), p.dbname.as_str()), ("eve", "eve"));
    assert_eq!(p.places[0].host, "localhost");
    assert_eq!(p.places[0].port, 5432);
    assert_eq!(p.ssl, SslMode::Prefer);
    assert_eq!(p.application_name, "aludel");
    assert_eq!(p.connect_timeout, None);
    assert_eq!(p.target, Target::Any);
}

#[test]
fn a_local_socket_is_preferred() {
    let around = Fake::with(&[("PGPORT", "6000")]).file("/tmp/.s.PGSQL.6000", text(""));
    let p = resolved("postgres:///app", &around).unwrap();
    assert_eq!(p.places[0].host, "/tmp");
    assert!(p.places[0].is_socket());
}

#[test]
fn the_environment_fills_gaps() {
    let around = Fake::with(&[
        ("PGHOST", "elsewhere"),
        ("PGPORT", "6000"),
        ("PGUSER", "bob"),
        ("PGPASSWORD", "hunter2"),
        ("PGDATABASE", "other"),
        ("PGSSLMODE", "require"),
        ("PGAPPNAME", "app"),
        ("PGOPTIONS", "-c a=b"),
        ("PGCONNECT_TIMEOUT", "1"),
        ("PGTARGETSESSIONATTRS", "read-write"),
    ]);
    let p = resolved("postgres://db/app", &around).unwrap();
    assert_eq!(p.places[0].host, "db");
    assert_eq!(p.places[0].port, 6000);
    assert_eq!(p.places[0].password.as_deref(), Some("hunter2"));
    assert_eq!((p.user.as_str(), p.dbname.as_str()), ("bob", "app"));
    assert_eq!(p.ssl, SslMode::Require);
    assert_eq!(p.application_name, "app");
    assert_eq!(p.options.as_deref(), Some("-c a=b"));
    assert_eq!(p.connect_timeout, Some(Some(Duration::from_secs(2))));
    assert_eq!(p.target, Target::ReadWrite);
}

#[test]
fn passwords_come_from_the_file_by_place() {
    let around = Fake::default().file(
        "/home/eve/.pgpass",
        text("a:5432:app:eve:one\nb:*:*:*:two\nlocalhost:*:*:*:three"),
    );
    let p = resolved("postgres://a,b,c/app", &around).unwrap();
    let passwords: Vec<_> = p.places.iter().map(|p| p.password.as_deref()).collect();
    assert_eq!(passwords, [Some("one"), Some("two"), None]);
    let p = resolved("postgres:///app?host=/tmp", &around).unwrap();
    assert_eq!(p.places[0].password.as_deref(), Some("three"));
    let p = resolved("postgres://eve:mine@a/app", &around).unwrap();
    assert_eq!(p.places[0].password.as_deref(), Some("mine"));
}

#[test]
fn an_exposed_password_file_is_ignored_with_a_remark() {
    let around = Fake::default().file("/x", PrivateFile::Exposed);
    let p = resolved("postgres://a/app?passfile=/x", &around).unwrap();
    assert_eq!(p.places[0].password, None);
    assert!(p.remark.unwrap().contains("chmod 600"));
}

#[test]
fn ports_belong_to_hosts() {
    let p = resolved("postgres://a:1,b/app?port=7", &Fake::default()).unwrap();
    let ports: Vec<_> = p.places.iter().map(|p| p.port).collect();
    assert_eq!(ports, [7, 7]);
    let p = resolved("postgres://a:1,b:2/app", &Fake::default()).unwrap();
    assert_eq!(p.places[1].port, 2);
    assert!(resolved("postgres://a,b,c/app?port=1,2", &Fake::default()).is_err());
    assert!(resolved("postgres://a:70000/app", &Fake::default()).is_err());
}

#[test]
fn an_address_stands_in_for_a_name() {
    let p = resolved("postgres:///app?hostaddr=127.0.0.1", &Fake::default()).unwrap();
    assert_eq!(p.places[0].host, "127.0.0.1");
    let around = Fake::with(&[("PGHOSTADDR", "10.0.0.1")]);
    let p = resolved("postgres://db/app", &around).unwrap();
    assert_eq!(p.places[0].address, None);
}

#[test]
fn root_certificates() {
    let around = Fake::default().file("/ca.crt", text(""));
    let tls = |query: &str| {
        resolved(&format!("postgres://db/app?{query}"), &around).map(|p| (p.ssl, p.roots))
    };
    let file = Some(Roots::File("/ca.crt".into()));
    assert_eq!(tls("sslmode=require"), Ok((SslMode::Require, None)));
    assert_eq!(
        tls("sslmode=require&sslrootcert=/ca.crt"),
        Ok((SslMode::VerifyCa, file.clone()))
    );
    assert_eq!(
        tls("sslmode=verify-full&sslrootcert=/ca.crt"),
        Ok((SslMode::VerifyFull, file))
    );
    assert_eq!(
        tls("sslrootcert=system"),
        Ok((SslMode::VerifyFull, Some(Roots::System)))
    );
    assert!(tls("sslmode=verify-ca&sslrootcert=system").is_err());
    assert!(tls("sslmode=verify-full&sslrootcert=/none").is_err());
    assert!(tls("sslmode=verify-full").is_err());
    let around = Fake::default().file("/home/eve/.postgresql/root.crt", text(""));
    let p = resolved("postgres://db/app?sslmode=verify-full", &around).unwrap();
    assert!(matches!(p.roots, Some(Roots::File(_))));
}

#[test]
fn what_cannot_be_is_refused_with_its_name() {
    for (query, named) in [
        ("hunter2_param=hunter2", "hunter2_param"),
        ("sslmode=hunter2", "sslmode"),
        ("channel_binding=require", "channel_binding"),
        ("gssencmode=require", "gssencmode"),
        ("client_encoding=LATIN1", "client_encoding"),
        ("connect_timeout=soon", "connect_timeout"),
        ("target_session_attrs=best", "target_session_attrs"),
        ("sslnegotiation=direct", "sslnegotiation"),
        ("sslcert=/x", "sslkey"),
        ("service=x", "service"),
        ("sslcrl=x", "sslcrl"),
    ] {
        let url = format!("postgres://eve:hunter3@db/app?{query}");
        let Err(error) = resolved(&url, &Fake::default()) else {
            panic!("{query} was taken");
        };
        assert!(error.contains(named), "{error}");
        assert!(!error.contains("hunter3"), "{error}");
        assert!(!error.contains("`hunter2`"), "{error}");
    }
}

#[test]
fn times() {
    let p = resolved(
        "postgres://db/app?connect_timeout=0&keepalives=0&keepalives_idle=30&keepalives_count=4\
         &tcp_user_timeout=1500",
        &Fake::default(),
    )
    .unwrap();
    assert_eq!(p.connect_timeout, Some(None));
    assert!(p.keepalives.off);
    assert_eq!(p.keepalives.idle, Some(Duration::from_secs(30)));
    assert_eq!(p.keepalives.count, Some(4));
    assert_eq!(p.keepalives.user_timeout, Some(Duration::from_millis(1500)));
}
