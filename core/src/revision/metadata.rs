//! `metadata.toml`: Diesel's one key and aludel's own.

use std::path::Path;

use super::{LoadProblem, RevisionId, TomlProblem, Warning, plain};
use crate::config::{Document, nearest};

const KEYS: [&str; 7] = [
    "run_in_transaction",
    "down_revision",
    "depends_on",
    "branch_labels",
    "message",
    "created",
    "variables",
];

/// What a revision's `metadata.toml` says; all of it is optional.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metadata {
    /// Whether the scripts run in a transaction.
    pub run_in_transaction: Option<bool>,
    /// The parents as written; `[]` is a root.
    pub down_revision: Option<Vec<String>>,
    /// What must be applied before, without being an ancestor.
    pub depends_on: Vec<String>,
    /// The labels of the line that begins here.
    pub branch_labels: Vec<String>,
    /// What the revision is for.
    pub message: Option<String>,
    /// When it was made.
    pub created: Option<String>,
    /// The variables that its scripts use: `${name}`.
    pub variables: Vec<String>,
}

impl Metadata {
    /// Whether the scripts run in a transaction when nothing else says so: a missing key is true.
    pub fn runs_in_transaction(&self) -> bool {
        self.run_in_transaction.unwrap_or(true)
    }

    /// Reads the text of a `metadata.toml`. What is odd and harmless comes as warnings.
    ///
    /// # Errors
    ///
    /// Every problem of the text at once.
    pub fn parse(file: &Path, text: &str) -> Result<(Self, Vec<Warning>), Vec<LoadProblem>> {
        match plain::read(text) {
            Some(metadata) => Ok((metadata, Vec::new())),
            None => Self::parse_whole(file, text),
        }
    }

    /// The same by a parser of TOML, whatever the text holds.
    pub(super) fn parse_whole(
        file: &Path,
        text: &str,
    ) -> Result<(Self, Vec<Warning>), Vec<LoadProblem>> {
        let document = Document::new(file, text);
        let table = document
            .parse()
            .map_err(|problems| problems.into_iter().map(Into::into).collect::<Vec<_>>())?;
        let mut metadata = Self::default();
        let (mut problems, mut warnings) = (Vec::new(), Vec::new());
        for entry in document.entries("", &table) {
            if !KEYS.contains(&entry.name) {
                warnings.push(Warning::UnknownKey {
                    place: entry.place(),
                    key: entry.key.clone(),
                    suggestion: nearest(entry.name, KEYS).map(str::to_owned),
                });
                continue;
            }
            let mut set = || -> Result<(), TomlProblem> {
                match entry.name {
                    "run_in_transaction" => metadata.run_in_transaction = Some(entry.boolean()?),
                    "down_revision" => {
                        let parents = entry.strings()?;
                        if let Some(bad) = parents
                            .iter()
                            .find_map(|parent| RevisionId::of_directory(parent).err())
                        {
                            return Err(entry.invalid(format!("names no revision: {bad}")));
                        }
                        metadata.down_revision = Some(parents);
                    }
                    "depends_on" => metadata.depends_on = entry.strings()?,
                    "branch_labels" => metadata.branch_labels = entry.strings()?,
                    "variables" => metadata.variables = entry.strings()?,
                    "message" => metadata.message = Some(entry.string()?),
                    _ => metadata.created = Some(entry.string_or_datetime()?),
                }
                Ok(())
            };
            if let Err(problem) = set() {
                problems.push(problem.into());
            }
        }
        if !table.iter().any(|(key, _)| key.get_ref() == KEYS[0]) {
            warnings.push(Warning::TransactionUnsaid {
                file: file.to_path_buf(),
            });
        }
        if problems.is_empty() {
            Ok((metadata, warnings))
        } else {
            Err(problems)
        }
    }

    /// The ids of the parents, if they are given. A parent may be written as an id, as a dated
    /// prefix or as a directory's name: all of them give the same id.
    pub(super) fn parents(&self) -> Option<Vec<RevisionId>> {
        let written = self.down_revision.as_ref()?;
        let mut parents: Vec<RevisionId> = Vec::with_capacity(written.len());
        for written in written {
            if let Ok(id) = RevisionId::of_directory(written)
                && !parents.contains(&id)
            {
                parents.push(id);
            }
        }
        Some(parents)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<(Metadata, Vec<String>), Vec<String>> {
        match Metadata::parse(Path::new("m.toml"), text) {
            Ok((metadata, warnings)) => {
                Ok((metadata, warnings.iter().map(ToString::to_string).collect()))
            }
            Err(problems) => Err(problems.iter().map(ToString::to_string).collect()),
        }
    }

    #[test]
    fn every_key_is_read() {
        let (metadata, warnings) = parse(
            "run_in_transaction = false\ndown_revision = ['1', '2026-01-02-030405_x']\n\
             depends_on = 'a'\nbranch_labels = ['l']\nmessage = 'm'\ncreated = 2026-01-05T10:15:00Z\n",
        )
        .expect("valid");
        assert_eq!(warnings, [""; 0]);
        assert!(!metadata.runs_in_transaction());
        let parents = metadata.parents().expect("given");
        let parents: Vec<_> = parents.iter().map(RevisionId::as_str).collect();
        assert_eq!(parents, ["1", "20260102030405"]);
        assert_eq!(metadata.depends_on, ["a"]);
        assert_eq!(metadata.branch_labels, ["l"]);
        assert_eq!(metadata.message.as_deref(), Some("m"));
        assert_eq!(metadata.created.as_deref(), Some("2026-01-05T10:15:00Z"));
    }

    #[test]
    fn a_string_is_a_list_of_one_and_an_empty_list_a_root() {
        for (text, parents) in [
            ("down_revision = '1'", Some(vec!["1".to_owned()])),
            ("down_revision = []", Some(vec![])),
            ("", None),
        ] {
            assert_eq!(
                parse(text).expect("valid").0.down_revision,
                parents,
                "{text}"
            );
        }
    }

    #[test]
    fn oddities_are_warnings() {
        let (metadata, warnings) = parse("colour = 1\ndown_revisions = []\n").expect("valid");
        assert!(metadata.runs_in_transaction());
        assert_eq!(
            warnings,
            [
                "m.toml:1:1: unknown key `colour`",
                "m.toml:2:1: unknown key `down_revisions`, did you mean `down_revision`?",
                "`m.toml` has no `run_in_transaction`: Diesel reads that as false, aludel takes true",
            ]
        );
    }

    #[test]
    fn wrong_values_are_problems_with_places() {
        assert_eq!(
            parse("run_in_transaction = 1\ndown_revision = ['a b']\nmessage = []")
                .expect_err("refused"),
            [
                "m.toml:1:22: `run_in_transaction` must be true or false, not an integer",
                "m.toml:2:17: `down_revision` names no revision: the revision id `a b` holds ' ', which targets give a meaning",
                "m.toml:3:11: `message` must be a string, not a list",
            ]
        );
        assert!(parse("x =").expect_err("refused")[0].starts_with("m.toml:1:"));
    }
}
