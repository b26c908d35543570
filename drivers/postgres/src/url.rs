//! A URL as libpq's keywords and values.
//!
//! `postgresql://[user[:password]@][host[:port],...][/dbname][?keyword=value&...]`, each part
//! percent-encoded (docs: PostgreSQL manual, "Connection URIs"). Errors name keywords, never
//! values: any value may hold a secret, also in a URL that was written wrongly.

use percent_encoding::percent_decode_str;

/// Keywords and values in the order in which they stand; of two the later one counts.
pub(crate) type Pairs = Vec<(String, String)>;

/// Takes a URL apart.
pub(crate) fn parse(url: &str) -> Result<Pairs, String> {
    let rest = url
        .strip_prefix("postgresql:")
        .or_else(|| url.strip_prefix("postgres:"))
        .ok_or("a PostgreSQL URL begins with `postgres://` or `postgresql://`")?;
    let rest = rest
        .strip_prefix("//")
        .ok_or("a PostgreSQL URL begins with `postgres://` or `postgresql://`")?;

    let mut pairs = Pairs::new();
    let mut rest = rest;
    // As libpq: an `@` before the first `/` ends the credentials, also behind a `?`.
    if let Some(at) = rest.find(['@', '/'])
        && rest[at..].starts_with('@')
    {
        let (user, password) = match rest[..at].split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (&rest[..at], None),
        };
        push(&mut pairs, "user", user)?;
        push(&mut pairs, "password", password.unwrap_or_default())?;
        rest = &rest[at + 1..];
    }

    let (before, query) = match rest.split_once('?') {
        Some((before, query)) => (before, Some(query)),
        None => (rest, None),
    };
    let (hosts, database) = match before.split_once('/') {
        Some((hosts, database)) => (hosts, database),
        None => (before, ""),
    };
    if hosts.contains('@') {
        return Err(
            "the URL's user name or password holds an `@`: write it as `%40` (and `/` as `%2F`)"
                .into(),
        );
    }
    let (names, ports) = split_hosts(hosts)?;
    push(&mut pairs, "host", &names)?;
    push(&mut pairs, "port", &ports)?;
    push(&mut pairs, "dbname", database)?;
    for pair in query.unwrap_or_default().split('&') {
        if pair.is_empty() {
            continue;
        }
        let (keyword, value) = pair
            .split_once('=')
            .ok_or("a parameter of the URL has no `=`")?;
        let keyword = decode("a parameter's name", keyword)?;
        // JDBC's way to ask for TLS, which libpq takes too.
        if keyword == "ssl" && value == "true" {
            push(&mut pairs, "sslmode", "require")?;
        } else {
            let value = decode(&keyword, value)?;
            pairs.push((keyword, value));
        }
    }
    Ok(pairs)
}

fn push(pairs: &mut Pairs, keyword: &str, value: &str) -> Result<(), String> {
    if !value.is_empty() {
        pairs.push((keyword.to_owned(), decode(keyword, value)?));
    }
    Ok(())
}

/// `a:1,[::1],c` as `a,::1,c` and `1,,`; nothing if all are empty.
fn split_hosts(hosts: &str) -> Result<(String, String), String> {
    let mut names = Vec::new();
    let mut ports = Vec::new();
    for host in hosts.split(',') {
        let (name, port) = match host.strip_prefix('[') {
            Some(v6) => {
                let (name, after) = v6
                    .split_once(']')
                    .ok_or("an IPv6 address in the URL lacks its `]`")?;
                let port = match after.strip_prefix(':') {
                    Some(port) => port,
                    None if after.is_empty() => "",
                    None => return Err("only a port may follow an IPv6 address in the URL".into()),
                };
                (name, port)
            }
            None => host.split_once(':').unwrap_or((host, "")),
        };
        names.push(name);
        ports.push(port);
    }
    let join = |parts: Vec<&str>| {
        if parts.iter().all(|part| part.is_empty()) {
            String::new()
        } else {
            parts.join(",")
        }
    };
    Ok((join(names), join(ports)))
}

fn decode(keyword: &str, value: &str) -> Result<String, String> {
    let bytes = value.as_bytes();
    let broken = bytes.iter().enumerate().any(|(at, byte)| {
        *byte == b'%'
            && !bytes
                .get(at + 1..at + 3)
                .is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
    });
    let decoded = percent_decode_str(value).decode_utf8();
    match decoded {
        Ok(text) if !broken && !text.contains('\0') => Ok(text.into_owned()),
        _ => Err(format!(
            "`{keyword}` in the URL is wrongly percent-encoded (a `%` itself is written `%25`)"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(url: &str) -> Vec<(String, String)> {
        parse(url).unwrap()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    }

    #[test]
    fn every_part() {
        assert_eq!(
            parsed("postgres://eve:p%40ss@db:6432/app?sslmode=require&options=-c%20a=b"),
            pairs(&[
                ("user", "eve"),
                ("password", "p@ss"),
                ("host", "db"),
                ("port", "6432"),
                ("dbname", "app"),
                ("sslmode", "require"),
                ("options", "-c a=b"),
            ])
        );
    }

    #[test]
    fn nothing_at_all() {
        assert!(parsed("postgresql://").is_empty());
        assert!(parsed("postgres:///").is_empty());
    }

    #[test]
    fn sockets() {
        let expected = pairs(&[("host", "/run/pg"), ("dbname", "app")]);
        assert_eq!(parsed("postgres://%2Frun%2Fpg/app"), expected);
        let expected = pairs(&[("dbname", "app"), ("host", "/run/pg")]);
        assert_eq!(parsed("postgres:///app?host=/run/pg"), expected);
    }

    #[test]
    fn host_lists_and_addresses() {
        assert_eq!(
            parsed("postgres://a:1,[::1]:2,c/app"),
            pairs(&[("host", "a,::1,c"), ("port", "1,2,"), ("dbname", "app")])
        );
    }

    #[test]
    fn a_question_mark_in_a_password() {
        assert_eq!(
            parsed("postgres://eve:a?b@db/app")[1],
            ("password".to_owned(), "a?b".to_owned())
        );
    }

    #[test]
    fn errors_name_no_value() {
        for url in [
            "postgres://eve:hunter2@more@db/app",
            "postgres://eve:hunter2%zz@db/app",
            "postgres://eve:hunter2@[::1/app",
            "postgres://eve:hunter2@db/app?hunter2",
            "mysql://eve:hunter2@db/app",
        ] {
            let error = parse(url).unwrap_err();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
