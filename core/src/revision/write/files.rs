//! The files of a new revision, and putting them in place at once.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::clock::Civil;
use super::{NewRevision, WriteProblem};

/// The names and texts of a revision's files.
pub(super) fn contents(new: &NewRevision, created: Civil) -> [(&'static str, String); 3] {
    let (up, down) = if new.merge {
        let parents: Vec<_> = new.parents.iter().map(ToString::to_string).collect();
        let parents = parents.join(" and ");
        // Diesel and MySQL refuse a script without a statement.
        (
            format!("-- Joins {parents}; there is nothing to do\nSELECT 1;\n"),
            format!("-- Parts {parents}; there is nothing to do\nSELECT 1;\n"),
        )
    } else {
        (
            "-- Your SQL goes here\n".to_owned(),
            "-- This file should undo anything in `up.sql`\n".to_owned(),
        )
    };
    [
        ("up.sql", up),
        ("down.sql", down),
        ("metadata.toml", metadata(new, created)),
    ]
}

fn metadata(new: &NewRevision, created: Civil) -> String {
    let parents: Vec<String> = new.parents.iter().map(ToString::to_string).collect();
    let mut lines = vec![
        "run_in_transaction = true".to_owned(),
        format!("down_revision = {}", list(&parents)),
    ];
    for (key, values) in [
        ("depends_on", &new.depends_on),
        ("branch_labels", &new.branch_labels),
    ] {
        if !values.is_empty() {
            lines.push(format!("{key} = {}", list(values)));
        }
    }
    if let Some(message) = &new.message {
        lines.push(format!("message = {}", text(message)));
    }
    lines.push(format!("created = {}", text(&created.rfc3339())));
    lines.join("\n") + "\n"
}

fn list(values: &[String]) -> String {
    let values: Vec<_> = values.iter().map(|value| text(value)).collect();
    format!("[{}]", values.join(", "))
}

fn text(value: &str) -> String {
    toml::Value::from(value).to_string()
}

/// Writes the files into a hidden sibling and renames that, so that nobody sees half a revision.
pub(super) fn write(
    directory: &Path,
    name: &str,
    files: &[(&'static str, String)],
) -> Result<Vec<PathBuf>, WriteProblem> {
    let target = directory.join(name);
    let temporary = directory.join(format!(".{name}.{}.new", std::process::id()));
    let refused = |path: &Path, source| WriteProblem::Io {
        path: path.to_path_buf(),
        source,
    };
    // An existing temporary directory is another's, so it is refused and left as it is.
    fs::create_dir(&temporary).map_err(|source| refused(&temporary, source))?;
    let result = files
        .iter()
        .try_for_each(|(name, text)| create(&temporary.join(name), text))
        .and_then(|()| place(&temporary, &target))
        .map_err(|source| refused(&target, source));
    if result.is_err() {
        // The first error is the one to report.
        let _ = fs::remove_dir_all(&temporary);
    }
    result.map(|()| files.iter().map(|(name, _)| target.join(name)).collect())
}

fn create(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = fs::File::create_new(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn place(temporary: &Path, target: &Path) -> std::io::Result<()> {
    // A rename refuses a directory with files in it by itself, but would replace an empty one.
    if fs::symlink_metadata(target).is_ok() {
        return Err(std::io::ErrorKind::AlreadyExists.into());
    }
    fs::rename(temporary, target)
}
