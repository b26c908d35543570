//! Servers of a test's own, so that it can kill them.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::engine::Engine;
use crate::program::root;
use crate::signals::until;

/// The servers that `tests/servers` starts in a directory of their own; stopped when dropped.
pub struct Servers {
    directory: TempDir,
    variables: String,
}

impl Servers {
    /// Starts them.
    ///
    /// # Panics
    ///
    /// If they do not start.
    pub fn start() -> Self {
        use std::os::unix::fs::PermissionsExt;
        let directory = TempDir::new().unwrap();
        // The users that servers run as must be able to enter.
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(directory.path(), open).unwrap();
        let output = script()
            .arg("start")
            .arg(directory.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        Self {
            directory,
            variables: String::from_utf8(output.stdout).unwrap(),
        }
    }

    /// The URL of a server's own database.
    pub fn url(&self, engine: Engine) -> String {
        let name = match engine {
            Engine::Postgres => "ALUDEL_TEST_POSTGRES=",
            Engine::Mariadb => "ALUDEL_TEST_MARIADB=",
            other => panic!("{other:?} is not started here"),
        };
        let mut lines = self.variables.lines();
        let line = lines.find_map(|line| line.strip_prefix("export ")?.strip_prefix(name));
        line.unwrap().to_owned()
    }

    /// Kills a server as the machine's end would, and answers how it was started.
    pub fn kill(&self, engine: Engine) -> Killed {
        let folder = match engine {
            Engine::Postgres => "postgres",
            _ => "mariadb",
        };
        let file = self.directory.path().join(folder).join("pid");
        let pid = std::fs::read_to_string(&file).unwrap().trim().to_owned();
        let process = PathBuf::from("/proc").join(&pid);
        let owner = std::fs::metadata(&process).unwrap();
        let words = std::fs::read(process.join("cmdline")).unwrap();
        let words = words
            .split(|byte| *byte == 0)
            .filter(|word| !word.is_empty());
        let killed = Killed {
            file,
            user: (owner.uid(), owner.gid()),
            words: words
                .map(|word| String::from_utf8(word.to_vec()).unwrap())
                .collect(),
        };
        let sent = Command::new("kill").args(["-KILL", &pid]).status().unwrap();
        assert!(sent.success());
        until("the server is dead", || !is_running(&process));
        killed
    }
}

/// A process that nobody has awaited yet is a zombie.
fn is_running(process: &Path) -> bool {
    let status = std::fs::read_to_string(process.join("stat")).unwrap_or_default();
    !status.is_empty() && !status.contains(") Z ")
}

fn script() -> Command {
    Command::new(root().join("tests/servers"))
}

impl Drop for Servers {
    fn drop(&mut self) {
        let stopped = script().arg("stop").arg(self.directory.path()).output();
        if !std::thread::panicking() {
            let stopped = stopped.unwrap();
            assert!(stopped.status.success(), "{stopped:?}");
        }
    }
}

/// A server that was killed.
pub struct Killed {
    file: PathBuf,
    user: (u32, u32),
    words: Vec<String>,
}

impl Killed {
    /// Starts it again, as it was; `ready` says whether it answers.
    #[expect(
        clippy::zombie_processes,
        reason = "it is stopped by its pid with the others, and what is left of it ends with the test"
    )]
    pub fn start(&self, ready: impl Fn() -> bool) {
        let root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
        until("the server answers", || {
            let mut words = self.words.clone();
            if root {
                let (user, group) = self.user;
                let switch = [
                    "setpriv".to_owned(),
                    format!("--reuid={user}"),
                    format!("--regid={group}"),
                    "--clear-groups".to_owned(),
                ];
                words.splice(0..0, switch);
            }
            let running = std::fs::read_to_string(&self.file).unwrap();
            if !is_running(&PathBuf::from("/proc").join(running.trim())) {
                // What the dead one left may keep the new one from starting for a moment.
                let child = Command::new(&words[0])
                    .args(&words[1..])
                    .stdin(Stdio::null())
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .spawn()
                    .unwrap();
                std::fs::write(&self.file, child.id().to_string()).unwrap();
                std::thread::sleep(std::time::Duration::from_millis(500));
            }
            ready()
        });
    }
}
