//! Finding drivers: manifests, where they are looked for, what is refused before anything is loaded.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use aludel_tests::desk::{Place, Ran};
use aludel_tests::plugin::{c_library, library};

/// A place with a revision, and the C driver with its manifest in a folder of drivers.
struct Installed {
    place: Place,
    folder: PathBuf,
}

impl Installed {
    /// In the folder where the user's own drivers are looked for.
    fn yours() -> Self {
        Self::at(".local/share/aludel/drivers")
    }

    fn at(folder: &str) -> Self {
        let place = Place::new();
        place.revision("2026-01-01-000001_one", "ONE;\n", "UN-ONE;\n");
        let folder = place.path().join(folder);
        let installed = Self { place, folder };
        installed.install();
        installed
    }

    fn install(&self) {
        std::fs::create_dir_all(&self.folder).unwrap();
        let built = c_library(&self.folder, "mini.c", "mini", &[]);
        let written = self
            .place
            .run(&format!("drivers manifest {}", built.display()));
        assert_eq!(written.code, 0, "{}", written.text());
        std::fs::write(self.manifest(), written.stdout).unwrap();
    }

    fn manifest(&self) -> PathBuf {
        self.folder.join("mini.toml")
    }

    fn edit(&self, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.manifest()).unwrap();
        assert!(text.contains(from), "{text}");
        std::fs::write(self.manifest(), text.replace(from, to)).unwrap();
    }

    fn upgrade(&self) -> Ran {
        self.place.run("--url mini:it.mini upgrade")
    }

    /// It must be refused: the code, and a piece of what is said.
    fn refuses(&self, code: &str, says: &str) {
        for words in ["--url mini:it.mini upgrade", "--driver mini upgrade --sql"] {
            let ran = self.place.run(words);
            let text = one_line(&ran.stderr);
            assert_eq!(ran.code, 9, "{}", ran.text());
            assert!(
                text.contains(code) && text.contains(says),
                "{code}, {says}: {text}"
            );
        }
        assert!(
            !self.place.path().join("it.mini").exists(),
            "nothing was written"
        );
    }
}

/// A drawn problem without its line breaks.
fn one_line(text: &str) -> String {
    let words = text.split_whitespace().filter(|word| *word != "│");
    words.collect::<Vec<_>>().join(" ")
}

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_manifest_in_the_users_folder_is_enough() {
    let installed = Installed::yours();
    let printed = installed.place.run("--driver mini upgrade --sql");
    assert_eq!(printed.code, 0, "{}", printed.text());
    assert!(printed.stdout.contains("ONE;"), "{}", printed.text());
    let ran = installed.upgrade();
    assert_eq!(ran.code, 0, "{}", ran.text());
    let file = std::fs::read_to_string(installed.place.path().join("it.mini")).unwrap();
    assert!(file.contains("RAN \"ONE\""), "{file}");
    assert_eq!(
        installed
            .place
            .run("--url mini:it.mini status --check")
            .code,
        0
    );
    assert_eq!(
        installed
            .place
            .run("--url mini:it.mini downgrade base")
            .code,
        0
    );
}

#[test]
fn folders_are_named_by_the_variable_and_by_the_configuration() {
    let installed = Installed::at("elsewhere");
    let folder = installed.folder.display().to_string();
    installed.refuses("unknown-driver", "no driver is known for `mini`");
    let place = installed.place.variable("ALUDEL_DRIVER_PATH", &folder);
    assert_eq!(place.run("--url mini:it.mini upgrade").code, 0);

    let installed = Installed::at("elsewhere");
    let text = "[databases.it]\nurl = \"mini:it.mini\"\n[drivers]\npath = \"elsewhere\"\n";
    installed.place.write("aludel.toml", text);
    let ran = installed.place.run("upgrade");
    assert_eq!(ran.code, 0, "{}", ran.text());
}

#[test]
fn an_unknown_scheme_says_where_it_looked_and_what_to_do() {
    let place = Place::new().variable("ALUDEL_DRIVER_PATH", "drivers:/nowhere/at/all");
    place.write("migrations/.keep", "");
    let ran = place.run("--url oracle://host/db upgrade");
    let text = one_line(&ran.stderr);
    assert_eq!(ran.code, 9);
    for says in [
        "no driver is known for `oracle`",
        "looked in `/nowhere/at/all` (ALUDEL_DRIVER_PATH, absent)",
        "`drivers` (ALUDEL_DRIVER_PATH) is left out: it is no absolute path",
        "looked in `[DIR]/.local/share/aludel/drivers` (yours, absent)",
        "looked in `/usr/lib/aludel/drivers` (the system's",
        "install the driver's library and its manifest in one of the folders",
    ] {
        assert!(text.contains(says), "{says}: {text}");
    }
}

#[test]
fn the_working_directory_is_never_searched() {
    let installed = Installed::at(".");
    installed.refuses("unknown-driver", "no driver is known for `mini`");
    // Asked for, a relative path is taken.
    let ran = installed
        .place
        .run("--driver ./mini.toml --url mini:it.mini upgrade");
    assert_eq!(ran.code, 0, "{}", ran.text());
}

#[test]
fn a_library_that_is_not_the_manifests_is_not_loaded() {
    let installed = Installed::yours();
    let library = installed.folder.join("libmini.so");
    let mut bytes = std::fs::read(&library).unwrap();
    bytes.push(0);
    std::fs::write(&library, bytes).unwrap();
    installed.refuses(
        "driver-hash",
        "is not what its manifest says: its sha256 is",
    );
    std::fs::remove_file(&library).unwrap();
    installed.refuses("driver-file", "cannot be read: No such file");
}

#[test]
fn what_others_may_write_is_not_loaded() {
    let installed = Installed::yours();
    let library = installed.folder.join("libmini.so");
    for (path, before, after) in [
        (library.as_path(), 0o755, 0o757),
        (library.as_path(), 0o755, 0o775),
        (installed.folder.as_path(), 0o755, 0o777),
        // A sticky folder keeps others from exchanging files, but not from adding them.
        (installed.folder.as_path(), 0o755, 0o1777),
        (installed.folder.parent().unwrap(), 0o755, 0o777),
    ] {
        mode(path, after);
        let refused = installed.upgrade();
        assert_eq!(refused.code, 9, "{after:o}: {}", refused.text());
        let text = one_line(&refused.stderr);
        // A manifest in such a folder is not even read, so its scheme is not known.
        assert!(text.contains("others may write it"), "{after:o}: {text}");
        mode(path, before);
    }
    mode(&installed.manifest(), 0o666);
    installed.refuses(
        "unknown-driver",
        "mini.toml` is not loaded: others may write it",
    );
    mode(&installed.manifest(), 0o644);
    assert_eq!(installed.upgrade().code, 0);
}

#[test]
fn a_manifest_that_lies_is_found_out() {
    for (from, to, says) in [
        (
            "schemes  = [\"mini\"]",
            "schemes  = [\"mini\", \"maxi\"]",
            "its list of schemes is mini, not maxi, mini",
        ),
        (
            "version  = \"1.0\"",
            "version  = \"1.1\"",
            "its version is 1.0, not 1.1",
        ),
        (
            "abi      = \"1.0\"",
            "abi      = \"1.3\"",
            "its ABI is 1.0, not 1.3",
        ),
        (
            "flavours = [\"mini\"]",
            "flavours = [\"midi\"]",
            "its list of flavours is mini, not midi",
        ),
    ] {
        let installed = Installed::yours();
        installed.edit(from, to);
        installed.refuses("driver-mismatch", says);
    }
}

#[test]
fn a_wrong_manifest_says_what_is_wrong() {
    let hash = "sha256 = \"";
    for (from, to, says) in [
        (
            "name     = \"mini\"",
            "name     = \"maxi\"",
            "must be called `maxi.toml`",
        ),
        ("schemes", "shemes", "line 4: unknown field `shemes`"),
        (
            "schemes  = [\"mini\"]",
            "schemes  = []",
            "it names no scheme",
        ),
        (
            "schemes  = [\"mini\"]",
            "schemes  = [\"../mini\"]",
            "`../mini` is no scheme or name",
        ),
        (
            hash,
            "sha256 = \"x",
            "is not 64 lower-case hexadecimal digits",
        ),
        (
            "abi      = \"1.0\"",
            "abi      = \"one\"",
            "`abi = \"one\"` is no version",
        ),
        ("[library.", "[library", "is wrong"),
    ] {
        let installed = Installed::yours();
        installed.edit(from, to);
        installed.refuses("unknown-driver", says);
    }
    let installed = Installed::yours();
    installed.edit("[library.", "[library.another_");
    installed.refuses("driver-manifest", "it has no library for this machine");
    let installed = Installed::yours();
    installed.edit("abi      = \"1.0\"", "abi      = \"2.1\"");
    installed.refuses("driver-abi", "it is for ABI 2.1, and this aludel has 1.0");
}

#[test]
fn two_drivers_for_one_scheme_are_refused_and_both_named() {
    let installed = Installed::yours();
    let other = installed.place.path().join("other");
    std::fs::create_dir(&other).unwrap();
    for file in ["mini.toml", "libmini.so"] {
        std::fs::copy(installed.folder.join(file), other.join(file)).unwrap();
    }
    let configured = format!("[drivers]\npath = {:?}\n", other.display().to_string());
    installed.place.write("aludel.toml", configured);
    installed.refuses(
        "driver-clash",
        "two drivers claim `mini`: `[DIR]/other/mini.toml` and `[DIR]/.local/share",
    );
    // The list, which opens no database, says so beside each of them.
    let list = installed.place.run("drivers");
    let told = "two drivers claim `mini`: `[DIR]/other/mini.toml` and";
    assert_eq!(list.stdout.matches(told).count(), 2, "{}", list.text());
    let list = installed.place.run("--format json drivers").json();
    let drivers = list["drivers"].as_array().unwrap().iter();
    let clashes = drivers.filter(|driver| driver["clashes"].is_array());
    assert_eq!(clashes.count(), 2, "{list}");
    // Named by its path, one is chosen.
    let chosen = installed
        .place
        .run("--driver other/mini.toml --url mini:it.mini upgrade");
    assert_eq!(chosen.code, 0, "{}", chosen.text());
}

/// Two copies of SQLite that open one file in one process break each other's locks: whichever is
/// closed first drops the other's. So a process never has two providers of a scheme.
#[test]
fn a_process_never_has_two_copies_of_sqlite() {
    let place = Place::new();
    place.revision(
        "2026-01-01-000001_one",
        "CREATE TABLE one (id INTEGER);\n",
        "DROP TABLE one;\n",
    );
    let folder = place.path().join(".local/share/aludel/drivers");
    std::fs::create_dir_all(&folder).unwrap();
    let built = library("sqlite");
    std::fs::copy(&built, folder.join(built.file_name().unwrap())).unwrap();
    let written = place.run(&format!("drivers manifest {}", built.display()));
    std::fs::write(folder.join("sqlite.toml"), written.stdout).unwrap();
    let clash = place.run("--url sqlite:it.db upgrade");
    assert_eq!(clash.code, 9, "{}", clash.text());
    let text = one_line(&clash.stderr);
    assert!(
        text.contains("two drivers claim `sqlite`: the linked driver `sqlite` and `[DIR]/.local"),
        "{text}"
    );
    assert!(!place.path().join("it.db").exists());
    // Each of them alone may be chosen.
    for driver in ["sqlite", ".local/share/aludel/drivers/sqlite.toml"] {
        let ran = place.run(&format!("--driver {driver} --url sqlite:it.db upgrade"));
        assert_eq!(ran.code, 0, "{}", ran.text());
    }
}

#[test]
fn drivers_lists_what_was_found_and_why_something_was_refused() {
    let installed = Installed::yours();
    std::fs::write(installed.folder.join("wrong.toml"), "name = 1\n").unwrap();
    let text = installed.place.run("drivers");
    assert_eq!(text.code, 0, "{}", text.text());
    for says in [
        "sqlite     0.1.0    linked  sqlite:",
        "mini       1.0      library mini:",
        "[DIR]/.local/share/aludel/drivers/libmini.so, ABI 1.0",
        "mini 1 or newer: transactional DDL, the write lock of each transaction",
        "wrong      refused: the manifest `[DIR]/.local/share/aludel/drivers/wrong.toml` is wrong: line 1",
        "looked in `[DIR]/.local/share/aludel/drivers` (yours)",
    ] {
        assert!(text.stdout.contains(says), "{says}: {}", text.text());
    }
    let document = installed.place.run("drivers --format json").json();
    let drivers = document["drivers"].as_array().unwrap();
    let by_name = |name: &str| drivers.iter().find(|d| d["name"] == name).unwrap();
    let mini = by_name("mini");
    assert_eq!(mini["origin"], "library");
    assert_eq!(mini["abi"], "1.0");
    assert_eq!(mini["schemes"][0], "mini");
    assert_eq!(mini["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(
        mini["servers"][0]["capabilities"]["transactional_ddl"],
        true
    );
    assert_eq!(by_name("sqlite")["origin"], "linked");
    assert_eq!(by_name("wrong")["code"], "driver-manifest");
    let shown = installed.place.run("drivers show mini");
    assert!(shown.stdout.contains("sha256 "), "{}", shown.text());
    assert_eq!(installed.place.run("drivers show wrong").code, 9);
    assert_eq!(installed.place.run("drivers show oracle").code, 9);
}
