//! Where a Diesel project without an `aludel.toml` keeps its migrations: `dir` of diesel.toml's `[migrations_directory]`, which
//! `diesel setup` writes.
//!
//! Deliberately absent: searching upwards, as Diesel does. Without a configuration file aludel looks into the working directory
//! only, and the paths it takes for granted are below it.

use std::path::{Path, PathBuf};

use aludel::config::{Origin, Setting};
use serde::Deserialize;

use crate::present::Problem;

const FILE: &str = "diesel.toml";

/// What is read of the file; the rest is Diesel's.
#[derive(Deserialize)]
struct Document {
    migrations_directory: Option<Directory>,
}

#[derive(Deserialize)]
struct Directory {
    dir: Option<toml::Spanned<PathBuf>>,
}

/// The migrations' directory that the working directory's `diesel.toml` names, if there is one and it does.
pub(super) fn migrations() -> Result<Option<Setting<Vec<PathBuf>>>, Problem> {
    let refused = |message: &dyn std::fmt::Display| {
        Problem::refused("diesel-toml", format!("`{FILE}`: {message}"))
            .help("mend it, or say where the migrations are: `--migrations DIR`")
    };
    let text = match std::fs::read_to_string(FILE) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(refused(&error)),
    };
    let document: Document = toml::from_str(&text).map_err(|error| refused(&error.message()))?;
    let named = document
        .migrations_directory
        .and_then(|section| section.dir);
    Ok(named.map(|dir| {
        let origin = Origin::File {
            file: Path::new(FILE).to_owned(),
            line: text[..dir.span().start].matches('\n').count() + 1,
            variables: Vec::new(),
        };
        Setting::new(vec![dir.into_inner()], origin)
    }))
}
