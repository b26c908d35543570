//! Driving the real `aludel` as a user does: a directory of its own, words, and what came back.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

pub use crate::program::aludel;

/// What a run of the binary left behind.
#[derive(Debug)]
pub struct Ran {
    /// The exit code.
    pub code: i32,
    /// Standard output, the place's path written as `[DIR]`.
    pub stdout: String,
    /// Standard error, the place's path written as `[DIR]`.
    pub stderr: String,
}

impl Ran {
    /// All of it as one text, to compare with what is expected.
    pub fn text(&self) -> String {
        let mut text = format!("exit {}\n", self.code);
        for (name, stream) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !stream.is_empty() {
                text.push_str(&format!("== {name}\n{stream}"));
                if !stream.ends_with('\n') {
                    text.push_str("[no line end]\n");
                }
            }
        }
        text
    }

    /// Standard output as the JSON document that it must be.
    pub fn json(&self) -> serde_json::Value {
        let parsed = serde_json::from_str(&self.stdout);
        parsed.unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }
}

/// A temporary directory in which the binary runs, with an environment that holds nothing else.
#[derive(Debug)]
pub struct Place {
    directory: TempDir,
    variables: Vec<(String, String)>,
}

impl Default for Place {
    fn default() -> Self {
        Self::new()
    }
}

impl Place {
    /// An empty directory.
    pub fn new() -> Self {
        Self {
            directory: TempDir::new().expect("a temporary directory"),
            variables: Vec::new(),
        }
    }

    /// Sets a variable for every later run.
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Writes a file, and the directories above it.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> &Self {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("directories");
        std::fs::write(path, bytes).expect("a file");
        self
    }

    /// Writes a revision's `up.sql` and `down.sql`.
    pub fn revision(&self, name: &str, up: &str, down: &str) -> &Self {
        self.write(&format!("migrations/{name}/up.sql"), up);
        self.write(&format!("migrations/{name}/down.sql"), down)
    }

    /// Writes a revision's `metadata.toml`.
    pub fn metadata(&self, name: &str, text: &str) -> &Self {
        self.write(&format!("migrations/{name}/metadata.toml"), text)
    }

    /// A command in this directory, with this place's environment.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.path()).env_clear();
        for name in ["PATH", "LLVM_PROFILE_FILE", "SystemRoot"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("HOME", self.path()).env("NO_COLOR", "1");
        command.envs(self.variables.iter().map(|(k, v)| (k, v)));
        command.stdin(Stdio::null());
        command
    }

    /// Runs `aludel` with these words, separated by blanks.
    pub fn run(&self, words: &str) -> Ran {
        self.run_words(&words.split_whitespace().collect::<Vec<_>>())
    }

    /// Runs `aludel` with these words.
    pub fn run_words(&self, words: &[&str]) -> Ran {
        let output = self.command(aludel()).args(words).output();
        let ran = self.ran(&output.expect("aludel can be started"));
        let line = words.join(" ");
        if line.contains("--format json") {
            crate::schema::check(&line, &ran.stdout);
        }
        ran
    }

    /// Runs a line of bash, to which `aludel` is a command, and so is `unprivileged`: as a user who
    /// may write nothing here, whoever runs the tests.
    pub fn bash(&self, words: &str) -> Ran {
        let mut path = aludel()
            .parent()
            .expect("a directory")
            .as_os_str()
            .to_owned();
        if let Some(rest) = std::env::var_os("PATH") {
            path.push(":");
            path.push(rest);
        }
        let mut command = self.command("bash");
        let line = format!("{UNPRIVILEGED}{words}");
        let output = command.env("PATH", path).args(["-c", &line]).output();
        let ran = self.ran(&output.expect("bash can be started"));
        // Words that a pipe or a second command follows answer for more than themselves.
        if words.contains("--format json") && !words.contains(['|', ';']) {
            crate::schema::check(words, &ran.stdout);
        }
        ran
    }

    /// What a command that was run here left behind.
    pub fn ran(&self, output: &Output) -> Ran {
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: self.filtered(&output.stdout),
            stderr: self.filtered(&output.stderr),
        }
    }

    fn filtered(&self, bytes: &[u8]) -> String {
        let path = self.path().display().to_string();
        let text = String::from_utf8_lossy(bytes).replace(&path, "[DIR]");
        version_filtered(&text)
    }

    /// Every file below the directory with its bytes, in order of names: before and after a
    /// command that must change nothing, this is the same.
    pub fn everything(&self) -> Vec<(String, Vec<u8>)> {
        let mut found = Vec::new();
        let mut open = vec![self.path().to_owned()];
        while let Some(directory) = open.pop() {
            for entry in std::fs::read_dir(directory).expect("a directory") {
                let path = entry.expect("an entry").path();
                let name = path.strip_prefix(self.path()).expect("below the place");
                let name = name.display().to_string();
                if path.is_dir() {
                    found.push((name + "/", Vec::new()));
                    open.push(path);
                } else {
                    found.push((name, std::fs::read(&path).expect("a file")));
                }
            }
        }
        found.sort();
        found
    }

    /// What the `sqlite3` client answers.
    pub fn sqlite(&self, file: &str, sql: &str) -> String {
        let output = self.shell(file, sql);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// What the `sqlite3` client fails with.
    pub fn sqlite_fails(&self, file: &str, sql: &str) -> String {
        let output = self.shell(file, sql);
        assert!(!output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    fn shell(&self, file: &str, sql: &str) -> std::process::Output {
        let mut command = self.command("sqlite3");
        let output = command.args(["-batch", "-bail", file, sql]).output();
        output.expect("sqlite3 is installed")
    }
}

/// The binary may lie where another user cannot look: he gets a copy.
const UNPRIVILEGED: &str = r#"
unprivileged() {
    local bin code
    bin=$(mktemp -d) && chmod 755 "$bin" && cp "$(command -v "$1")" "$bin"
    shift
    if [ "$(id -u)" = 0 ]; then setpriv --reuid=nobody --clear-groups "$bin"/* "$@"; else "$bin"/* "$@"; fi
    code=$?
    rm -rf "$bin"
    return $code
}
"#;

/// Flavour and version of the server, which are the machine's, written as `[VERSION]`.
fn version_filtered(text: &str) -> String {
    let mut text = text.to_owned();
    for flavour in ["sqlite", "postgres", "mariadb", "mysql"] {
        for (open, close) in [('(', ')'), ('"', '"')] {
            let before = format!("{open}{flavour} ");
            let mut parts = text.split(&before);
            let mut filtered = parts.next().unwrap_or_default().to_owned();
            for part in parts {
                let rest = part.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
                if rest.len() < part.len() && rest.starts_with(close) {
                    filtered.push(open);
                    filtered.push_str("[VERSION]");
                    filtered.push_str(rest);
                } else {
                    filtered.push_str(&before);
                    filtered.push_str(part);
                }
            }
            text = filtered;
        }
    }
    text
}
