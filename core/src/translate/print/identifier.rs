//! When an identifier needs quotes, and what becomes of one that is too long.

use sha2::{Digest, Sha256};

use crate::schema::Ident;

/// Whether a name can stand without quotes wherever identifiers may stand: lower-case ASCII
/// letters, digits and `_`, beginning with a letter or `_`, and not one of `reserved`.
///
/// `reserved` holds lower-case words in ascending order. It should hold every word that the
/// engine treats specially anywhere: a pair of quotes too many is harmless, one too few is a
/// syntax error in a later version.
pub fn is_plain(name: &str, reserved: &[&str]) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|b| b.is_ascii_lowercase() || b == b'_')
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && reserved.binary_search(&name).is_err()
}

/// A name as it stands if it is [plain](is_plain), else between two of `quote`, those within it
/// doubled.
///
/// ```
/// use aludel::translate::print::quote_if_needed;
///
/// assert_eq!(quote_if_needed("id", &["order"], '"'), "id");
/// assert_eq!(quote_if_needed("order", &["order"], '"'), "\"order\"");
/// assert_eq!(quote_if_needed("Order`s", &["order"], '`'), "`Order``s`");
/// ```
pub fn quote_if_needed(name: &str, reserved: &[&str], quote: char) -> String {
    if is_plain(name, reserved) {
        return name.to_owned();
    }
    let mut text = String::with_capacity(name.len() + 2);
    text.push(quote);
    for c in name.chars() {
        text.push(c);
        if c == quote {
            text.push(quote);
        }
    }
    text.push(quote);
    text
}

/// A name as it stands if it `fits`, else the longest beginning of it that fits with a mark of the
/// whole behind it, so that two long names stay apart.
///
/// ```
/// use aludel::translate::print::shortened;
///
/// let fits = |name: &str| name.len() <= 16;
/// assert_eq!(shortened("users_email", fits), "users_email");
/// assert_eq!(shortened("users_email_address", fits), "users_e_7c2d798f");
/// ```
pub fn shortened(name: &str, fits: impl Fn(&str) -> bool) -> Ident {
    if fits(name) {
        return name.to_owned();
    }
    let digest = Sha256::digest(name.as_bytes());
    let mark: String = digest[..4]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let heads = name.char_indices().rev().map(|(end, _)| &name[..end]);
    let mut short = heads.map(|head| format!("{head}_{mark}"));
    short.find(|name| fits(name)).unwrap_or(mark)
}
