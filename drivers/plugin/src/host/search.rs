//! Where manifests are looked for. Never the working directory, never a relative path.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::{LoadError, Manifest};

/// Where manifests are looked for: folders, in order, and what was left out of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    folders: Vec<(PathBuf, &'static str)>,
    left_out: Vec<String>,
}

impl Places {
    /// No folder.
    pub fn none() -> Self {
        Self::default()
    }

    /// The usual ones: `configured` (the `[drivers] path` of a configuration), the variable
    /// `ALUDEL_DRIVER_PATH`, the user's data directory, the system's.
    pub fn usual(configured: &[PathBuf]) -> Self {
        let mut places = Self::none();
        for folder in configured {
            // The configuration's paths are relative to its file, which may be given relatively.
            let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.clone());
            places.add(folder, "aludel.toml");
        }
        if let Some(list) = std::env::var_os("ALUDEL_DRIVER_PATH") {
            for folder in std::env::split_paths(&list) {
                places.add(folder, "ALUDEL_DRIVER_PATH");
            }
        }
        if let Some(data) = user_data() {
            places.add(data.join("aludel/drivers"), "yours");
        }
        for folder in ["/usr/local/lib/aludel/drivers", "/usr/lib/aludel/drivers"] {
            places.add(folder.into(), "the system's");
        }
        places
    }

    /// Adds a folder; `whose` says where it was named.
    pub fn add(&mut self, folder: PathBuf, whose: &'static str) {
        if folder.as_os_str().is_empty() {
            return;
        }
        if folder.is_relative() {
            self.left_out.push(format!(
                "`{}` ({whose}) is left out: it is no absolute path",
                folder.display()
            ));
        } else if !self.folders.iter().any(|(known, _)| *known == folder) {
            self.folders.push((folder, whose));
        }
    }

    /// One line for each folder, and for what was left out.
    pub fn lines(&self) -> Vec<String> {
        let folders = self.folders.iter().map(|(folder, whose)| {
            let absent = if folder.is_dir() { "" } else { ", absent" };
            format!("looked in `{}` ({whose}{absent})", folder.display())
        });
        folders.chain(self.left_out.iter().cloned()).collect()
    }

    /// Every manifest, in the order of folders and names; a wrong one with what is wrong.
    pub(super) fn manifests(&self) -> Vec<(PathBuf, Result<Manifest, LoadError>)> {
        let mut found = Vec::new();
        for (folder, _) in &self.folders {
            for file in manifests_in(folder) {
                let manifest = Manifest::load(&file);
                found.push((file, manifest));
            }
        }
        found
    }
}

/// The files `*.toml` of a folder; none if it cannot be read: most of the folders do not exist.
fn manifests_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut files: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    files
}

fn user_data() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value: &OsString| !value.is_empty());
    if let Some(data) = set("XDG_DATA_HOME") {
        return Some(data.into());
    }
    let home = PathBuf::from(set("HOME")?);
    Some(home.join(match cfg!(target_os = "macos") {
        true => "Library/Application Support",
        false => ".local/share",
    }))
}
