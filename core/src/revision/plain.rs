//! `metadata.toml` as nearly every one is written, read without a parser of TOML.
//!
//! Each revision of a project names its parent, so that no two files are equal, and parsing was most
//! of what reading twenty thousand of them cost. Here a line is a known key, ` = ` and a value on
//! that line: `true` or `false`, strings without escapes, a list of them, a time. Whatever else a
//! file holds, a mistake or a comment, is left to the parser, which tells where it stands. What is
//! read here is what the parser reads; a test holds the two against each other.

use super::{Metadata, RevisionId};

/// What a text says; nothing if it holds anything that is odd.
pub(super) fn read(text: &str) -> Option<Metadata> {
    let mut metadata = Metadata::default();
    let mut seen = Vec::with_capacity(8);
    // A last line without its end is the file's end all the same.
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        let (key, value) = line.split_once(" = ")?;
        if seen.contains(&key) {
            return None;
        }
        seen.push(key);
        match key {
            "run_in_transaction" => metadata.run_in_transaction = Some(boolean(value)?),
            "down_revision" => metadata.down_revision = Some(parents(value)?),
            "depends_on" => metadata.depends_on = strings(value)?,
            "branch_labels" => metadata.branch_labels = strings(value)?,
            "variables" => metadata.variables = strings(value)?,
            "message" => metadata.message = Some(string(value)?),
            "created" => metadata.created = Some(time(value)?),
            _ => return None,
        }
    }
    // A file that does not say it is warned of.
    metadata.run_in_transaction.map(|_| metadata)
}

fn boolean(value: &str) -> Option<bool> {
    match value {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// Names that give ids.
fn parents(value: &str) -> Option<Vec<String>> {
    let names = strings(value)?;
    let are_ids = names
        .iter()
        .all(|name| RevisionId::of_directory(name).is_ok());
    are_ids.then_some(names)
}

/// `"one"`, `[]` or `["one", "two"]`.
fn strings(value: &str) -> Option<Vec<String>> {
    let Some(list) = value.strip_prefix('[') else {
        return Some(vec![string(value)?]);
    };
    match list.strip_suffix(']')? {
        "" => Some(Vec::new()),
        // A comma within a string divides it into what is no string.
        items => items.split(", ").map(string).collect(),
    }
}

/// `"one"`: without a quote or an escape in it, and without what must be escaped.
fn string(value: &str) -> Option<String> {
    let text = value.strip_prefix('"')?.strip_suffix('"')?;
    let stands_for_itself = |byte: u8| !matches!(byte, b'"' | b'\\' | 0..=0x1f | 0x7f);
    text.bytes().all(stands_for_itself).then(|| text.to_owned())
}

/// `2026-01-05T10:15:00Z` as it is written by `revision`; of the days of a month only those that
/// every month has.
fn time(value: &str) -> Option<String> {
    const FORM: &[u8; 20] = b"0000-00-00T00:00:00Z";
    let bytes: &[u8; 20] = value.as_bytes().try_into().ok()?;
    let in_form = bytes.iter().zip(FORM).all(|(byte, form)| match form {
        b'0' => byte.is_ascii_digit(),
        sign => byte == sign,
    });
    let below = |at: usize, limit: &[u8; 2]| bytes[at..at + 2] < limit[..];
    let is_there = |at: usize| bytes[at..at + 2] > b"00"[..];
    let exists = below(5, b"13") && is_there(5) && below(8, b"29") && is_there(8);
    let is_time = below(11, b"24") && below(14, b"60") && below(17, b"60");
    (in_form && exists && is_time).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;

    /// What the parser makes of a text, if it has nothing to say about it.
    fn parsed(text: &str) -> Option<Metadata> {
        match Metadata::parse_whole(Path::new("m.toml"), text) {
            Ok((metadata, warnings)) if warnings.is_empty() => Some(metadata),
            _ => None,
        }
    }

    #[test]
    fn what_is_usually_written_is_read() {
        for text in [
            "run_in_transaction = true",
            "run_in_transaction = false\n",
            "run_in_transaction = true\ndown_revision = []\n",
            "run_in_transaction = true\ndown_revision = [\"20260101000001\"]\nmessage = \"it's this\"\n\
             created = 2026-01-05T10:15:00Z\n",
            "run_in_transaction = true\ndown_revision = [\"2026-01-01-000001_a\", \"b\"]\n\
             depends_on = \"c\"\nbranch_labels = [\"l\"]\nvariables = [\"x\", \"y\"]\n",
        ] {
            let read = read(text);
            assert!(read.is_some(), "{text}");
            assert_eq!(read, parsed(text), "{text}");
        }
    }

    #[test]
    fn what_is_odd_is_left_to_the_parser() {
        for text in [
            "",
            "\n",
            "message = \"m\"\n",
            "run_in_transaction = true\n\n",
            "run_in_transaction = true\r\n",
            "run_in_transaction = true # why\n",
            "run_in_transaction = true\nrun_in_transaction = true\n",
            "run_in_transaction = true\ncolour = \"red\"\n",
            "run_in_transaction = true\nmessage = \"a\\tb\"\n",
            "run_in_transaction = true\nmessage = \"a\tb\"\n",
            "run_in_transaction = true\nmessage = \"\"\"a\"\"\"\n",
            "run_in_transaction = true\ndown_revision = [\"a b\"]\n",
            "run_in_transaction = true\ndown_revision = [\"a\",]\n",
            "run_in_transaction = true\ncreated = 2026-13-05T10:15:00Z\n",
            "run_in_transaction = true\ncreated = 2026-02-30T10:15:00Z\n",
            "run_in_transaction = true\ncreated = 2026-02-00T10:15:00Z\n",
            "run_in_transaction = true\ncreated = 2026-02-03T24:15:00Z\n",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        /// Whatever is put together of such parts: where there is an answer it is the parser's.
        #[test]
        fn an_answer_is_the_parsers(
            lines in prop::collection::vec(
                (
                    prop::sample::select(vec![
                        "run_in_transaction", "down_revision", "depends_on", "branch_labels",
                        "message", "created", "variables", "other", "\"message\"", "a.b", "",
                    ]),
                    prop::sample::select(vec![" = ", "=", " =  ", " "]),
                    prop::sample::select(vec![
                        "true", "false", "[]", "[\"a\"]", "[\"a\", \"b\"]", "[\"a\",\"b\"]", "[\"a, b\"]",
                        "[\"a\", [\"b\"]]", "[true]", "\"\"", "\"m\"", "\"a] b\"", "\"\\\"\"", "'m'", "\"é\"",
                        "2026-01-05T10:15:00Z", "2026-02-29T23:59:59Z", "2026-01-05 10:15:00Z", "1", "\"m\" ",
                    ]),
                ),
                0..5,
            ),
            end in prop::sample::select(vec!["", "\n", "\r\n", "\n\n"]),
        ) {
            let lines: Vec<_> = lines.iter().map(|(key, equals, value)| format!("{key}{equals}{value}")).collect();
            let text = lines.join("\n") + end;
            if let Some(metadata) = read(&text) {
                prop_assert_eq!(Some(metadata), parsed(&text), "{}", text);
            }
        }
    }
}
