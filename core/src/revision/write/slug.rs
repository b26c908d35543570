//! The readable part of a directory's name.

use super::NewRevision;

const MAX: usize = 40;

/// Makes `[a-z0-9_]` of a message, at most 40 characters, cut between words where it can be.
/// Empty if the message has no letter or digit of ASCII.
///
/// ```
/// use aludel::revision::write::slug;
///
/// assert_eq!(slug("Add `email` to Accounts!"), "add_email_to_accounts");
/// ```
pub fn slug(message: &str) -> String {
    let lower = message.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let whole = words.join("_");
    if whole.len() <= MAX {
        return whole;
    }
    let cut = match (whole.as_bytes()[MAX], whole[..MAX].rfind('_')) {
        (b'_', _) | (_, None) => MAX,
        (_, Some(boundary)) => boundary,
    };
    whole[..cut].to_owned()
}

/// The slug of a revision, which is never empty.
pub(super) fn of_revision(new: &NewRevision) -> String {
    let slug = slug(new.message.as_deref().unwrap_or_default());
    match (slug.is_empty(), new.merge) {
        (false, _) => slug,
        (true, true) => "merge".into(),
        (true, false) => "revision".into(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn slugs_are_readable() {
        let forty = "a".repeat(40);
        for (message, expected) in [
            ("", ""),
            ("Create Accounts", "create_accounts"),
            ("  --a//b__c..  ", "a_b_c"),
            ("日本語", ""),
            (&"a".repeat(50), forty.as_str()),
            (
                "a long message that does not fit into forty characters",
                "a_long_message_that_does_not_fit_into",
            ),
            (&format!("{forty} b"), forty.as_str()),
        ] {
            assert_eq!(slug(message), expected, "{message}");
        }
    }

    proptest! {
        #[test]
        fn slugs_are_names(message in "\\PC*") {
            let slug = slug(&message);
            prop_assert!(slug.len() <= MAX);
            prop_assert!(slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'));
        }
    }
}
