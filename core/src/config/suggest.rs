//! "Did you mean": the nearest known word, if it is near enough to be a slip of the fingers.

/// The known word nearest to `word`, or none if all are farther than a third of its length.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = word.chars().count() / 3;
    known
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance, without regard to case and with `-` equal to `_`.
fn distance(left: &str, right: &str) -> usize {
    let fold = |text: &str| -> Vec<char> {
        text.chars()
            .flat_map(char::to_lowercase)
            .map(|c| if c == '-' { '_' } else { c })
            .collect()
    };
    let (left, right) = (fold(left), fold(right));
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_near_words_are_suggested() {
        let known = ["migrations", "url", "ledger_table", "protected"];
        for (word, expected) in [
            ("migration", Some("migrations")),
            ("ledger-table", Some("ledger_table")),
            ("URL", Some("url")),
            ("ulr", None),
            ("uri", Some("url")),
            ("protcted", Some("protected")),
            ("colour", None),
            ("u", None),
        ] {
            assert_eq!(nearest(word, known), expected, "{word}");
        }
    }
}
