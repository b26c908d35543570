//! Regular expressions that GLOB can say: anchored runs of one class of characters, and sequences
//! of fixed length. SQLite has no others.

use aludel::schema::{BinaryOp, Expr, Literal};
use aludel::translate::Refusal;
use aludel::translate::rewrite::Rewriter;

use super::Meaning;
use super::build::{and, between, call, is_stable, not, number};
use super::like::push_glob;

impl Meaning {
    pub(super) fn regex(
        &self,
        rw: &mut Rewriter<'_>,
        left: &Expr,
        right: &Expr,
        any_case: bool,
        negated: bool,
    ) -> Expr {
        self.texts(rw, [left]);
        let value = rw.expr(left);
        let matches = match right {
            Expr::Literal(Literal::Text(pattern)) if !any_case && is_stable(&value) => {
                matches(pattern, &value)
            }
            _ => None,
        };
        match matches {
            Some(matches) if negated => not(matches),
            Some(matches) => matches,
            None => rw.refuse(
                Refusal::new(
                    "regex",
                    "sqlite has no regular expressions, and this one cannot be said by GLOB",
                )
                .help("simple ones as '^[a-z0-9_]+$' or '^[0-9]{4}-[0-9]{2}$' are translated"),
            ),
        }
    }
}

/// One item of a pattern: a class as GLOB writes it, and how often it stands.
struct Item {
    class: String,
    /// The inside of the class, if it is one.
    inside: Option<String>,
    least: u32,
    most: Option<u32>,
}

/// So many characters a pattern may be long once its repetitions are written out.
const LONGEST: u32 = 200;

fn matches(pattern: &str, value: &Expr) -> Option<Expr> {
    let (begins, rest) = match pattern.strip_prefix('^') {
        Some(rest) => (true, rest),
        None => (false, pattern),
    };
    let (ends, rest) = match rest.strip_suffix('$') {
        Some(rest) if !rest.ends_with('\\') => (true, rest),
        _ => (false, rest),
    };
    let items = items(rest)?;
    // `^[class]+$`: nothing else in it, and a length.
    if let [
        Item {
            inside: Some(inside),
            least,
            most,
            ..
        },
    ] = items.as_slice()
        && begins
        && ends
        && *most != Some(*least)
    {
        let complement = match inside.strip_prefix('^') {
            Some(inside) => format!("*[{inside}]*"),
            None => format!("*[^{inside}]*"),
        };
        let only = not(call("glob", [Expr::text(complement), value.clone()]));
        let length = call("length", [value.clone()]);
        let length = match (*least, *most) {
            (0, None) => return Some(only),
            (least, None) => Expr::binary(length, BinaryOp::GtEq, number(i64::from(least))),
            (least, Some(most)) => between(length, i64::from(least), i64::from(most)),
        };
        return Some(and(only, length));
    }
    let mut glob = String::from(if begins { "" } else { "*" });
    let mut long = 0;
    for item in &items {
        if item.most != Some(item.least) {
            return None;
        }
        long += item.least;
        if long > LONGEST {
            return None;
        }
        for _ in 0..item.least {
            glob.push_str(&item.class);
        }
    }
    if !ends {
        glob.push('*');
    }
    Some(call("glob", [Expr::text(glob), value.clone()]))
}

fn items(pattern: &str) -> Option<Vec<Item>> {
    let mut result: Vec<Item> = Vec::new();
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        let (class, inside) = match c {
            '[' => {
                // A bracket that is first would be a member.
                let end = rest
                    .find(']')
                    .filter(|end| *end > 0 && rest[..*end] != *"^")?;
                let inside = class(&rest[..end])?;
                rest = &rest[end + 1..];
                (format!("[{inside}]"), Some(inside))
            }
            '.' => ("?".to_owned(), None),
            '\\' => {
                let c = rest.chars().next()?;
                rest = &rest[c.len_utf8()..];
                match c {
                    'd' => ("[0-9]".to_owned(), Some("0-9".to_owned())),
                    c if c.is_ascii_punctuation() => (literal(c), None),
                    _ => return None,
                }
            }
            '(' | ')' | '|' | '*' | '+' | '?' | '{' | '}' | '^' | '$' => return None,
            c => (literal(c), None),
        };
        let (least, most) = repetition(&mut rest)?;
        result.push(Item {
            class,
            inside,
            least,
            most,
        });
    }
    Some(result)
}

fn literal(c: char) -> String {
    let mut text = String::new();
    push_glob(&mut text, c);
    text
}

/// The inside of a class, as GLOB reads it: ranges and characters, with a hyphen at the end.
fn class(inside: &str) -> Option<String> {
    let (negated, body) = match inside.strip_prefix('^') {
        Some(body) => ("^", body),
        None => ("", inside),
    };
    // Escapes, named classes and ranges of anything but letters and digits are not for here.
    if body.contains(['\\', '[', '^']) || !body.is_ascii() {
        return None;
    }
    let bytes = body.as_bytes();
    let mut result = String::from(negated);
    let mut hyphen = false;
    let mut i = 0;
    while i < bytes.len() {
        let c = char::from(bytes[i]);
        if c == '-' {
            if i != 0 && i + 1 != bytes.len() {
                return None;
            }
            hyphen = true;
            i += 1;
        } else if bytes.get(i + 1) == Some(&b'-') && i + 2 < bytes.len() {
            let end = char::from(bytes[i + 2]);
            let alike = (c.is_ascii_digit() && end.is_ascii_digit())
                || (c.is_ascii_lowercase() && end.is_ascii_lowercase())
                || (c.is_ascii_uppercase() && end.is_ascii_uppercase());
            if !alike || c > end {
                return None;
            }
            result.extend([c, '-', end]);
            i += 3;
        } else {
            result.push(c);
            i += 1;
        }
    }
    if hyphen {
        result.push('-');
    }
    Some(result)
}

fn repetition(rest: &mut &str) -> Option<(u32, Option<u32>)> {
    let (taken, range) = match rest.chars().next() {
        Some('+') => (1, (1, None)),
        Some('*') => (1, (0, None)),
        Some('?') => (1, (0, Some(1))),
        Some('{') => {
            let end = rest.find('}')?;
            let inside = &rest[1..end];
            let range = match inside.split_once(',') {
                None => (inside.parse().ok()?, Some(inside.parse().ok()?)),
                Some((least, "")) => (least.parse().ok()?, None),
                Some((least, most)) => (least.parse().ok()?, Some(most.parse().ok()?)),
            };
            (end + 1, range)
        }
        _ => return Some((1, Some(1))),
    };
    *rest = &rest[taken..];
    // `+?` is another thing.
    (!rest.starts_with(['?', '+', '*', '{'])).then_some(range)
}

#[cfg(test)]
mod tests {
    use aludel::schema::Expr;
    use aludel::translate::print::print;

    fn glob(pattern: &str) -> Option<String> {
        let matches = super::matches(pattern, &Expr::column("s"))?;
        Some(print(&crate::target::spelling::Sqlite, |p| p.expr(&matches)).expect("sqlite has it"))
    }

    #[test]
    fn what_glob_can_say() {
        let cases = [
            (
                "^[a-z0-9-]+$",
                "NOT glob('*[^a-z0-9-]*', s) AND length(s) >= 1",
            ),
            ("^[A-Za-z_]*$", "NOT glob('*[^A-Za-z_]*', s)"),
            (
                "^[0-9]{3,5}$",
                "NOT glob('*[^0-9]*', s) AND length(s) BETWEEN 3 AND 5",
            ),
            ("^[^ ]+$", "NOT glob('*[ ]*', s) AND length(s) >= 1"),
            (
                r"^\d{4}-\d{2}$",
                "glob('[0-9][0-9][0-9][0-9]-[0-9][0-9]', s)",
            ),
            ("^https://", "glob('https://*', s)"),
            (r"@example\.com$", "glob('*@example.com', s)"),
            ("^#[0-9a-f]{3}$", "glob('#[0-9a-f][0-9a-f][0-9a-f]', s)"),
        ];
        for (pattern, expected) in cases {
            assert_eq!(glob(pattern).as_deref(), Some(expected), "{pattern}");
        }
    }

    #[test]
    fn what_it_cannot() {
        for pattern in [
            "^(a|b)$",
            "^a+b$",
            "^[[:alpha:]]+$",
            "^[]a]$",
            r"^\w+$",
            "a*",
            "^[a-Z]+$",
            "^a+?$",
            r"^[\d]+$",
        ] {
            assert_eq!(glob(pattern), None, "{pattern}");
        }
    }
}
