//! The password file: lines of `host:port:database:user:password`, the first that matches counts
//! (docs: PostgreSQL manual, "The Password File").

/// What a password is looked up for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// The host as it is named in the URL; `localhost` for a default socket.
    pub(crate) host: &'a str,
    /// The port.
    pub(crate) port: u16,
    /// The database.
    pub(crate) database: &'a str,
    /// The user.
    pub(crate) user: &'a str,
}

/// The password of the first line that matches.
pub(crate) fn find(text: &str, wanted: Wanted<'_>) -> Option<String> {
    let port = wanted.port.to_string();
    let keys = [wanted.host, &port, wanted.database, wanted.user];
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .find_map(|line| {
            let mut fields = Fields(Some(line));
            for key in keys {
                let (raw, field) = fields.next()?;
                if raw != "*" && field != key {
                    return None;
                }
            }
            // The rest of the line; colons in it should be escaped, but libpq stops at one as well.
            Some(fields.next()?.1).filter(|password| !password.is_empty())
        })
}

/// Fields between colons; a backslash takes the next character as it is.
struct Fields<'a>(Option<&'a str>);

impl<'a> Iterator for Fields<'a> {
    type Item = (&'a str, String);

    fn next(&mut self) -> Option<Self::Item> {
        let text = self.0?;
        let mut field = String::new();
        let mut characters = text.char_indices();
        while let Some((at, c)) = characters.next() {
            match c {
                ':' => {
                    self.0 = Some(&text[at + 1..]);
                    return Some((&text[..at], field));
                }
                '\\' => field.extend(characters.next().map(|(_, c)| c)),
                c => field.push(c),
            }
        }
        self.0 = None;
        Some((text, field))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WANTED: Wanted<'static> = Wanted {
        host: "db",
        port: 5432,
        database: "app",
        user: "eve",
    };

    #[test]
    fn the_first_match_counts() {
        let text = "# comment\nother:5432:app:eve:a\ndb:*:*:eve:b\ndb:5432:app:eve:c\n";
        assert_eq!(find(text, WANTED).as_deref(), Some("b"));
    }

    #[test]
    fn escapes() {
        assert_eq!(
            find("*:*:*:*:a\\:b\\\\c", WANTED).as_deref(),
            Some("a:b\\c")
        );
        let wanted = Wanted {
            host: "::1",
            ..WANTED
        };
        assert_eq!(find("\\:\\:1:5432:app:eve:x", wanted).as_deref(), Some("x"));
        // An escaped star is a name.
        assert_eq!(find("\\*:*:*:*:x", WANTED), None);
    }

    #[test]
    fn nothing_matches() {
        assert_eq!(find("db:5433:app:eve:x\n\ndb:5432:app", WANTED), None);
        assert_eq!(find("db:5432:app:eve:", WANTED), None);
    }
}
