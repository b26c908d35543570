//! `NAME.toml`: what a driver is, readable before any of its code runs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::LoadError;
use super::trust::Trusted;
use crate::abi;

/// The key of this machine's library in a manifest: `linux_x86_64`, `macos_aarch64` …
pub fn platform() -> String {
    format!("{}_{}", std::env::consts::OS, std::env::consts::ARCH)
}

/// A driver's manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The file.
    pub file: PathBuf,
    /// The driver's name: the file's too.
    pub name: String,
    /// The driver's version.
    pub version: String,
    /// The ABI that it is built for: major and minor.
    pub abi: (u16, u16),
    /// Its URL schemes.
    pub schemes: Vec<String>,
    /// Its flavours; its name where none is given.
    pub flavours: Vec<String>,
    /// This machine's library, if there is one.
    pub library: Option<Dependency>,
    /// Libraries that are loaded before it.
    pub requires: Vec<Dependency>,
}

/// A library and its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// The file.
    pub path: PathBuf,
    /// SHA-256, in lower-case hexadecimal.
    pub sha256: String,
}

/// A manifest as its file has it. Unknown keys are a mistake: a misspelt one must not pass for an
/// absent one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    name: String,
    version: String,
    abi: String,
    schemes: Vec<String>,
    #[serde(default)]
    flavours: Vec<String>,
    library: BTreeMap<String, Library>,
    // Keys that tell people something and aludel nothing.
    #[serde(default, rename = "description")]
    _description: Option<String>,
    #[serde(default, rename = "homepage")]
    _homepage: Option<String>,
    #[serde(default, rename = "license")]
    _license: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Library {
    path: PathBuf,
    sha256: String,
    #[serde(default)]
    requires: Vec<Required>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Required {
    path: PathBuf,
    sha256: String,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    ///
    /// If it cannot be read, others may write it, or it is wrong.
    pub fn load(file: &Path) -> Result<Self, LoadError> {
        let mut trusted = Trusted::open(file)?;
        let text = trusted.text()?;
        Self::parse(file, &text)
    }

    /// Reads a manifest's text; library paths are relative to the folder of `file`.
    ///
    /// # Errors
    ///
    /// If it is wrong; the reason names the line where there is one.
    pub fn parse(file: &Path, text: &str) -> Result<Self, LoadError> {
        let wrong = |reason: String| LoadError::Manifest {
            path: file.to_owned(),
            reason,
        };
        let document: Document = toml::from_str(text).map_err(|error| {
            let line = error
                .span()
                .map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            let line = line.map_or(String::new(), |line| format!("line {line}: "));
            wrong(format!("{line}{}", error.message()))
        })?;
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        if stem != document.name.as_str() {
            return Err(wrong(format!(
                "its name is `{}`, so the file must be called `{0}.toml`",
                document.name
            )));
        }
        let abi = version(&document.abi)
            .ok_or_else(|| wrong(format!("`abi = \"{}\"` is no version", document.abi)))?;
        if document.schemes.is_empty() {
            return Err(wrong("it names no scheme".into()));
        }
        let words = document.schemes.iter().chain(&document.flavours);
        for word in words.chain([&document.name]) {
            if !is_word(word) {
                return Err(wrong(format!(
                    "`{word}` is no scheme or name: a letter, then letters, digits, `+`, `.`, `-`, all lower-case"
                )));
            }
        }
        let folder = file.parent().unwrap_or(Path::new(""));
        let dependency = |path: &Path, sha256: &str| {
            let hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
            if sha256.len() != 64 || !sha256.chars().all(hex) {
                return Err(wrong(format!(
                    "the sha256 of `{}` is not 64 lower-case hexadecimal digits",
                    path.display()
                )));
            }
            Ok(Dependency {
                path: folder.join(path),
                sha256: sha256.to_owned(),
            })
        };
        let mut library = None;
        let mut requires = Vec::new();
        for (key, entry) in &document.library {
            let this = dependency(&entry.path, &entry.sha256)?;
            let needed = entry.requires.iter();
            let needed = needed.map(|it| dependency(&it.path, &it.sha256));
            let needed = needed.collect::<Result<Vec<_>, _>>()?;
            if *key == platform() {
                library = Some(this);
                requires = needed;
            }
        }
        let flavours = match document.flavours.is_empty() {
            true => vec![document.name.clone()],
            false => document.flavours,
        };
        Ok(Self {
            file: file.to_owned(),
            name: document.name,
            version: document.version,
            abi,
            schemes: document.schemes,
            flavours,
            library,
            requires,
        })
    }

    /// This machine's library.
    ///
    /// # Errors
    ///
    /// If the manifest has none, or one for another major version of the ABI.
    pub fn library(&self) -> Result<&Dependency, LoadError> {
        let (major, minor) = self.abi;
        if major != abi::MAJOR {
            return Err(LoadError::Abi {
                path: self.file.clone(),
                reason: format!(
                    "it is for ABI {major}.{minor}, and this aludel has {}.{}",
                    abi::MAJOR,
                    abi::MINOR
                ),
            });
        }
        self.library.as_ref().ok_or_else(|| LoadError::Manifest {
            path: self.file.clone(),
            reason: format!("it has no library for this machine (`{}`)", platform()),
        })
    }

    /// Whether a scheme, a flavour or the name itself is this word.
    pub fn answers_to(&self, word: &str) -> bool {
        self.name == word
            || self.schemes.iter().any(|scheme| scheme == word)
            || self.flavours.iter().any(|flavour| flavour == word)
    }
}

fn version(text: &str) -> Option<(u16, u16)> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// A scheme, checked before it becomes a part of anything.
fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+.-_".contains(&b))
}
