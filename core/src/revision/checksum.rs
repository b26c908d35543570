//! The checksum of a script.
//!
//! It is taken over a canonical form: without a byte-order mark, and with CRLF as LF, because Git
//! changes those between platforms. A lone CR stays: no tool writes one by itself, so it is data.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use sha2::{Digest, Sha256};

const SHA256: &str = "sha256";

/// A digest with the tag of its algorithm, shown as `sha256:<hex>`.
///
/// A ledger may hold tags that this version does not know; they are kept, and compare as
/// [`Comparison::Unverifiable`].
///
/// ```
/// use aludel::revision::{Checksum, Comparison};
///
/// let unix = Checksum::of_script("SELECT 1;\n");
/// let windows = Checksum::of_script("\u{feff}SELECT 1;\r\n");
/// assert_eq!(unix, windows);
/// let newer: Checksum = "blake9:00ff".parse()?;
/// assert_eq!(unix.compare(&newer), Comparison::Unverifiable);
/// # Ok::<(), aludel::revision::InvalidChecksum>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Checksum {
    algorithm: Arc<str>,
    digest: Arc<str>,
}

/// What comparing two checksums says of their scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// They are the same.
    Same,
    /// They differ.
    Different,
    /// The algorithms differ, so nobody can say.
    Unverifiable,
}

/// Why a text is not a checksum.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidChecksum {
    /// There is no `algorithm:` before the digest.
    #[error("`{text}` is not a checksum of the form `algorithm:digest`")]
    Form {
        /// The text.
        text: String,
    },
    /// The digest is not one that the algorithm gives.
    #[error("`{text}` is not a {SHA256} digest: it must be 64 hexadecimal digits")]
    Digest {
        /// The digest.
        text: String,
    },
}

impl Checksum {
    /// The checksum of a script's text.
    pub fn of_script(text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut hash = Sha256::new();
        for (i, line) in text.split("\r\n").enumerate() {
            if i > 0 {
                hash.update(b"\n");
            }
            hash.update(line);
        }
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut digest = String::with_capacity(64);
        for byte in hash.finalize() {
            for digit in [byte >> 4, byte & 15] {
                digest.push(char::from(DIGITS[usize::from(digit)]));
            }
        }
        Self {
            algorithm: SHA256.into(),
            digest: digest.into(),
        }
    }

    /// A checksum from the two columns of a journal.
    ///
    /// # Errors
    ///
    /// If a part is empty, or the algorithm is known and never gives this digest.
    pub fn from_parts(algorithm: &str, digest: &str) -> Result<Self, InvalidChecksum> {
        let valid_tag = !algorithm.is_empty()
            && algorithm
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !valid_tag || digest.is_empty() {
            return Err(InvalidChecksum::Form {
                text: format!("{algorithm}:{digest}"),
            });
        }
        let is_sha256 = digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit());
        if algorithm == SHA256 && !is_sha256 {
            return Err(InvalidChecksum::Digest {
                text: digest.to_owned(),
            });
        }
        Ok(Self {
            algorithm: algorithm.into(),
            digest: digest.to_ascii_lowercase().into(),
        })
    }

    /// The tag of the algorithm.
    pub fn algorithm(&self) -> &str {
        &self.algorithm
    }

    /// The digest, without the tag.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// What this and another checksum say of their scripts.
    pub fn compare(&self, other: &Self) -> Comparison {
        if self.algorithm != other.algorithm {
            Comparison::Unverifiable
        } else if self.digest == other.digest {
            Comparison::Same
        } else {
            Comparison::Different
        }
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm, self.digest)
    }
}

impl FromStr for Checksum {
    type Err = InvalidChecksum;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            Some((algorithm, digest)) => Self::from_parts(algorithm, digest),
            None => Err(InvalidChecksum::Form { text: text.into() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_digest_is_sha256_of_the_canonical_form() {
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Checksum::of_script("").to_string(), empty);
        assert_eq!(Checksum::of_script("\u{feff}").to_string(), empty);
        let abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Checksum::of_script("abc").to_string(), abc);
        assert_eq!(
            abc.to_uppercase().replace("SHA", "sha").parse(),
            Ok(Checksum::of_script("abc"))
        );
        assert_ne!(Checksum::of_script("a\rb"), Checksum::of_script("a\nb"));
    }

    #[test]
    fn what_is_no_checksum_is_refused() {
        for text in ["", "abc", ":abc", "sha256:", "sha256:abc", "SHA 1:ab"] {
            assert!(text.parse::<Checksum>().is_err(), "{text}");
        }
    }

    #[test]
    fn unknown_algorithms_are_unverifiable() {
        let known = Checksum::of_script("a");
        let unknown: Checksum = "md9:00".parse().expect("well-formed");
        assert_eq!(known.compare(&unknown), Comparison::Unverifiable);
        assert_eq!(known.compare(&known), Comparison::Same);
        assert_eq!(
            known.compare(&Checksum::of_script("b")),
            Comparison::Different
        );
    }

    proptest! {
        #[test]
        fn line_ends_and_marks_do_not_count(lines in prop::collection::vec("[^\r\n\u{feff}]*", 0..8)) {
            let expected = Checksum::of_script(&lines.join("\n"));
            prop_assert_eq!(&Checksum::of_script(&lines.join("\r\n")), &expected);
            prop_assert_eq!(&Checksum::of_script(&format!("\u{feff}{}", lines.join("\r\n"))), &expected);
            prop_assert_eq!(expected.to_string().parse::<Checksum>(), Ok(expected));
        }
    }
}
