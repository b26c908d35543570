//! How MySQL prints an expression, brought to how one is written.

use std::borrow::Cow;

/// An expression of MySQL's information schema: texts there have the character set before them,
/// the whole is escaped once more (`_utf8mb4\'it\\\'s\'`), and its bytes are shown as if each were
/// a character (`Ã©` is an `é`).
pub(super) fn plain(text: &str) -> String {
    let decoded = decoded(text);
    let mut plain = String::with_capacity(decoded.len());
    let mut chars = decoded.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => plain.extend(chars.next()),
            _ => plain.push(c),
        }
    }
    without_introducers(&plain)
}

/// A text whose characters are the bytes of another; itself if they are not.
fn decoded(text: &str) -> Cow<'_, str> {
    let bytes: Result<Vec<u8>, _> = text.chars().map(u8::try_from).collect();
    let decoded = bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok());
    decoded.map_or(Cow::Borrowed(text), Cow::Owned)
}

/// A text without the character sets that stand before its literals.
fn without_introducers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('_') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let begins_word = !before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '`');
        let end = from[1..]
            .find(|c: char| !(c.is_ascii_alphanumeric()))
            .map_or(from.len(), |end| end + 1);
        if begins_word && from[end..].starts_with('\'') && end > 1 {
            rest = &from[end..];
            // What stands in the literal is left alone.
            let close = literal_end(rest);
            out.push_str(&rest[..close]);
            rest = &rest[close..];
        } else {
            out.push_str(&from[..end]);
            rest = &from[end..];
        }
    }
    out.push_str(rest);
    out
}

/// Where the literal ends with which a text begins.
fn literal_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'\'' if bytes.get(at + 1) == Some(&b'\'') => at += 2,
            b'\'' => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

/// A view's query without the name of its own database.
pub(super) fn without_database(text: &str, database: &str) -> String {
    text.replace(&format!("`{}`.", database.replace('`', "``")), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_lose_their_character_set_and_nothing_else() {
        assert_eq!(plain(r"(`a_b` <> _utf8mb4\'x_y\')"), "(`a_b` <> 'x_y')");
        assert_eq!(plain(r"concat(_latin1\'_a\',`_b`)"), "concat('_a',`_b`)");
        assert_eq!(plain("(`a` > 0)"), "(`a` > 0)");
    }

    #[test]
    fn an_expression_is_what_was_escaped_and_shown_byte_by_byte() {
        assert_eq!(plain(r"_utf8mb4\'it\\\'s\'"), r"'it\'s'");
        assert_eq!(plain(r"_utf8mb4\'a\\\\b\\n\'"), r"'a\\b\n'");
        assert_eq!(plain("`Ñ\u{8e}`"), "`ю`");
        assert_eq!(plain("`ю`"), "`ю`");
    }
}
