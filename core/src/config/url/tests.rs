use super::*;
use proptest::prelude::*;

fn parse(value: &str) -> Result<DatabaseUrl, UrlError> {
    DatabaseUrl::parse(value)
}

#[test]
fn network_urls_come_apart() {
    let url = parse("PostgreSQL://a%2Fb:p:w%40%25@db.example:5433/my%20db?sslmode=require&x=1+2")
        .expect("valid");
    assert_eq!(url.scheme(), "postgresql");
    assert_eq!(url.user(), Some("a/b"));
    assert_eq!(url.password(), Some("p:w@%"));
    assert_eq!(url.host(), Some("db.example"));
    assert_eq!(url.port(), Some(5433));
    assert_eq!(url.path(), "my db");
    assert_eq!(url.param("sslmode"), Some("require"));
    assert_eq!(url.param("x"), Some("1+2"));
    assert_eq!(
        url.secret(),
        "postgresql://a%2Fb:p:w%40%25@db.example:5433/my%20db?sslmode=require&x=1+2"
    );
}

#[test]
fn every_form_of_a_host_parses() {
    let host = |name: &str, port| Host {
        name: name.into(),
        port,
    };
    for (value, expected) in [
        (
            "postgres://h1:1,h2:2/d",
            vec![host("h1", Some(1)), host("h2", Some(2))],
        ),
        (
            "postgres://u@h1,h2:5432",
            vec![host("h1", None), host("h2", Some(5432))],
        ),
        ("postgres://%2Fvar%2Frun/d", vec![host("/var/run", None)]),
        ("postgres://u:p@[::1]:5432/d", vec![host("::1", Some(5432))]),
        (
            "postgres://[fe80::1%25eth0]",
            vec![host("fe80::1%eth0", None)],
        ),
        ("postgres:///d?host=/run/pg", vec![]),
        ("postgres://u@/d", vec![]),
        ("foo+bar://h.x", vec![host("h.x", None)]),
    ] {
        assert_eq!(parse(value).expect(value).hosts(), expected, "{value}");
    }
}

#[test]
fn sqlite_urls_are_paths() {
    let base = Path::new("/base");
    for (value, path) in [
        ("sqlite:a.db", "/base/a.db"),
        ("sqlite:a b@c#d:e.db", "/base/a b@c#d:e.db"),
        ("sqlite:a%20b.db", "/base/a b.db"),
        ("sqlite:a%3Fmode=rwc", "/base/a?mode=rwc"),
        ("sqlite:///home/u:x@corp/a.db", "/home/u:x@corp/a.db"),
        ("sqlite:C:\\a@b.db", "/base/C:\\a@b.db"),
        ("sqlite:../a.db?mode=ro", "/base/../a.db"),
        ("sqlite:/abs/a.db", "/abs/a.db"),
        ("sqlite:///abs/a.db", "/abs/a.db"),
        ("sqlite://rel/a.db", "/base/rel/a.db"),
        ("SQLITE:x", "/base/x"),
        ("sqlite::memory:", ":memory:"),
        ("sqlite://:memory:", ":memory:"),
        (":memory:", ":memory:"),
        ("x.db", "/base/x.db"),
        ("100%.sqlite", "/base/100%.sqlite"),
        ("C:\\x.sqlite3", "/base/C:\\x.sqlite3"),
        (" x.db\n", "/base/x.db"),
    ] {
        let url = DatabaseUrl::parse_in(value, base).expect(value);
        assert_eq!((url.scheme(), url.path()), ("sqlite", path), "{value}");
        assert_eq!(parse(url.secret()).as_ref(), Ok(&url), "{value} reads back");
    }
    assert_eq!(
        parse("sqlite:a.db").map(|u| u.path().to_owned()),
        Ok("a.db".into())
    );
    assert!(parse("sqlite::memory:").expect("valid").is_sqlite_memory());
}

#[test]
fn a_value_without_a_scheme_is_a_path_if_the_file_exists() {
    let directory = tempfile::tempdir().expect("a directory");
    let in_directory = |value| DatabaseUrl::parse_in(value, directory.path());
    assert_eq!(in_directory("store"), Err(UrlError::NoScheme));
    std::fs::write(directory.path().join("store"), "").expect("written");
    assert_eq!(in_directory("store").expect("a path").scheme(), "sqlite");
}

#[test]
fn what_can_be_read_in_two_ways_is_refused() {
    for (value, expected) in [
        ("", UrlError::Empty),
        ("  ", UrlError::Empty),
        ("hunter2", UrlError::NoScheme),
        ("sqlite:", UrlError::NoPath),
        ("sqlite://u:hunter2@h/x", UrlError::UserInPath),
        ("sqlite://hunter2@h/x", UrlError::UserInPath),
        ("sqlite://u:hunt/er2@h/x", UrlError::UserInPath),
        ("sqlite:u:hunter2@h/x", UrlError::UserInPath),
        ("sqlite:u:hunter?2@h/x", UrlError::UserInPath),
        ("u:hunter2@h/x.db", UrlError::UserInPath),
        ("sqlite:a.db?mode=rx", UrlError::SqliteParameter),
        ("sqlite:a.db?cache=shared", UrlError::SqliteParameter),
        ("sqlite:a.db?mode=rw&mode=ro", UrlError::SqliteParameter),
        ("sqlite:a.db?key=hunter2", UrlError::SqliteParameter),
        ("sqlite:a.db?rwc", UrlError::Parameter),
        ("sqlite:100%.db", UrlError::Percent),
        ("postgres:h/d", UrlError::NoAuthority),
        ("postgres://u:p@ss@h/d", UrlError::ManyAt),
        ("postgres://u:p/ss@h/d", UrlError::AtAfterHost),
        ("postgres://u:1/ss@h/d", UrlError::AtAfterHost),
        ("postgres://u:p@1/ss@h/d", UrlError::AtAfterHost),
        ("postgres://u:1?ss@h/d", UrlError::AtAfterHost),
        ("postgres://u:p#ss@h/d", UrlError::Fragment),
        ("postgres://u:p%@h/d", UrlError::Percent),
        ("postgres://u:p%4@h/d", UrlError::Percent),
        ("postgres://u:p%FF@h/d", UrlError::NotUtf8),
        ("postgres://u:p%00@h/d", UrlError::NotUtf8),
        ("postgres://u:p ss@h/d", UrlError::WhiteSpace),
        ("postgres://u:pass", UrlError::Port),
        ("postgres://u:?x=y", UrlError::Port),
        ("postgres://u:p@!s", UrlError::Host),
        ("postgres://h:0/d", UrlError::Port),
        ("postgres://h:65536/d", UrlError::Port),
        ("postgres://h:+1/d", UrlError::Port),
        ("postgres://::1/d", UrlError::Port),
        ("postgres://[::1/d", UrlError::Bracket),
        ("postgres://[x]/d", UrlError::Bracket),
        ("postgres://[::1]5432/d", UrlError::Port),
        ("postgres://h/d?password=a&b", UrlError::Parameter),
    ] {
        assert_eq!(parse(value), Err(expected), "{value}");
    }
}

#[test]
fn secrets_are_masked_and_the_rest_is_shown() {
    for (value, shown) in [
        ("mysql://u:p@h/d", "mysql://u:***@h/d"),
        ("mysql://u:@h/d", "mysql://u:***@h/d"),
        ("mysql://u@h/d", "mysql://u@h/d"),
        (
            "postgres:///d?PassWord=x&sslpassword=y&sslkey=/k&user=u",
            "postgres:///d?PassWord=***&sslpassword=***&sslkey=/k&user=u",
        ),
        ("postgres:///d?p%61ssword=x", "postgres:///d?p%61ssword=***"),
        ("sqlite:a.db?mode=rw", "sqlite:a.db?mode=rw"),
        // Mistyped.
        ("postgres:///d?pasword=x", "postgres:///d?pasword=***"),
        ("user:p@h/d", "user:***"),
    ] {
        let url = parse(value).expect(value);
        assert_eq!(url.to_string(), shown);
        assert_eq!(format!("{url:?}"), format!("DatabaseUrl({shown:?})"));
        assert_eq!(serde_json::to_value(&url).expect("text"), shown);
    }
}

proptest! {
    #[test]
    fn a_password_never_shows(secret in "[!-~]{8,24}|\\PC{8,24}", form in 0..6_usize) {
        // A query ends a parameter at `&`: what follows is a parameter of its own if it has a
        // name, which no reader can tell from an intended one.
        let secret = if matches!(form, 2 | 5) { secret.replace('&', "+") } else { secret };
        let value = match form {
            0 => format!("postgres://user:{secret}@host/db"),
            1 => format!("mysql://user:{secret}@host:3306/db?a=b"),
            2 => format!("postgres://host/db?password={secret}"),
            3 => format!("mariadb://user:{secret}"),
            4 => format!("user:{secret}@host"),
            _ => format!("sqlite:x.db?key={secret}"),
        };
        let shown = match parse(&value) {
            Ok(url) => format!("{url} {url:?}"),
            Err(error) => format!("{error} {error:?}"),
        };
        // Without the `@` of the host, digits after a colon are a port, and an `@` of the password
        // begins a host: no reader can tell.
        prop_assume!(form != 3 || !secret.starts_with(|c: char| c.is_ascii_digit()));
        prop_assume!(form != 3 || secret.matches('@').count() != 1);
        // `user://x@h` is a scheme and a user.
        prop_assume!(form != 4 || !secret.starts_with("//"));
        let secret: Vec<char> = secret.chars().collect();
        for window in secret.windows(6) {
            let window: String = window.iter().collect();
            prop_assert!(!shown.contains(&window), "{window:?} of {value:?} in {shown:?}");
        }
    }

    #[test]
    fn an_encoded_password_comes_back(secret in "\\PC{0,24}") {
        let encoded =
            percent_encoding::utf8_percent_encode(&secret, percent_encoding::NON_ALPHANUMERIC);
        let url = parse(&format!("postgres://u:{encoded}@h/d")).expect("encoded");
        prop_assert_eq!(url.password(), Some(secret.as_str()));
        prop_assert_eq!(url.to_string(), "postgres://u:***@h/d");
    }
}
