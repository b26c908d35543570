use std::path::{Path, PathBuf};
use std::time::Duration;

use proptest::prelude::*;

use super::*;

const TEXT: &str = r#"
[databases.accounts]
dialect = "postgres"
migrations = "services/accounts"
url = "sqlite:var/accounts.db"
lock_timeout = 30

[databases.billing]
migrations = ["a", "/abs/b"]
recursive = true
protected = true
ledger_schema = "meta"

[environments.prod.databases.accounts]
url = "postgres://app:${ACCOUNTS_PASSWORD}@h/${ACCOUNTS_DB}"
lock_timeout = "5m"
server = "postgres 15"

[environments.dev.databases.accounts]
url = "sqlite::memory:"

[drivers]
path = ["drivers"]
"#;

fn config() -> Config {
    Config::parse(Path::new("/srv/aludel.toml"), TEXT).expect("valid")
}

fn messages(problems: &[ConfigProblem]) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}

fn refusals(text: &str) -> Vec<String> {
    messages(&Config::parse(Path::new("c.toml"), text).expect_err("refused"))
}

fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

fn vars(name: &str) -> Option<String> {
    match name {
        "ACCOUNTS_PASSWORD" => Some("p%40ss".into()),
        "ACCOUNTS_DB" => Some("acc".into()),
        _ => None,
    }
}

#[test]
fn without_an_environment_the_file_counts() {
    let all = config().databases(None, &[], true, &vars).expect("valid");
    let [accounts, billing] = all.as_slice() else {
        panic!("two databases: {all:?}");
    };
    assert_eq!(accounts.name, "accounts");
    assert_eq!(
        accounts.migrations.value,
        [Path::new("/srv/services/accounts")]
    );
    let url = accounts.url.as_ref().expect("a url");
    assert_eq!(url.value.path(), "/srv/var/accounts.db");
    assert_eq!(url.origin.to_string(), "/srv/aludel.toml:5");
    let timeout = accounts.lock_timeout.as_ref().expect("set");
    assert_eq!(timeout.value, Duration::from_secs(30));
    assert_eq!(accounts.protected, Setting::default(false));
    assert_eq!(accounts.ledger_table.value, DEFAULT_LEDGER_TABLE);
    assert_eq!(
        billing.migrations.value,
        [Path::new("/srv/a"), Path::new("/abs/b")]
    );
    assert!(billing.recursive.value && billing.protected.value);
    assert_eq!(billing.url, None);
    assert_eq!(config().driver_path(), [PathBuf::from("/srv/drivers")]);
}

#[test]
fn an_environment_overlays() {
    let accounts = config()
        .databases(Some("prod"), &names(&["accounts"]), false, &vars)
        .expect("valid")
        .remove(0);
    let url = accounts.url.as_ref().expect("a url");
    assert_eq!(url.value.password(), Some("p@ss"));
    assert_eq!(
        url.origin.to_string(),
        "/srv/aludel.toml:15 with $ACCOUNTS_PASSWORD, $ACCOUNTS_DB"
    );
    assert_eq!(accounts.protected, Setting::default(true));
    assert_eq!(
        accounts.dialect.as_ref().map(|d| d.value.as_str()),
        Some("postgres")
    );
    let lines: Vec<_> = accounts
        .explain()
        .into_iter()
        .map(|line| {
            format!(
                "{} = {} ({})",
                line.key,
                line.value.unwrap_or_default(),
                line.origin
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            "dialect = postgres (/srv/aludel.toml:3)",
            "migrations = /srv/services/accounts (/srv/aludel.toml:4)",
            "recursive = false (default)",
            "url = postgres://app:***@h/acc (/srv/aludel.toml:15 with $ACCOUNTS_PASSWORD, $ACCOUNTS_DB)",
            "server = postgres 15 (/srv/aludel.toml:17)",
            "ledger_schema =  (default)",
            "ledger_table = __diesel_schema_migrations (default)",
            "journal_table = __aludel_journal (default)",
            "lock_timeout = 300s (/srv/aludel.toml:16)",
            "protected = true (default)",
            "variables =  (default)",
        ]
    );
}

#[test]
fn protection_fails_safe() {
    for (base, overlay, env, expected) in [
        ("", "", None, false),
        ("", "", Some("prod"), true),
        ("", "", Some("dev"), false),
        ("protected = true", "", None, true),
        ("protected = true", "", Some("dev"), true),
        ("protected = false", "", Some("prod"), true),
        ("protected = false", "", Some("dev"), false),
        ("", "protected = false", Some("prod"), false),
        ("protected = true", "protected = false", Some("prod"), false),
        ("", "protected = true", Some("dev"), true),
    ] {
        let text = format!(
            "[databases.a]\n{base}\n[environments.prod.databases.a]\n{overlay}\n\
             [environments.dev.databases.a]\n{overlay}\n"
        );
        let config = Config::parse(Path::new("c.toml"), &text).expect("valid");
        let settings = config.databases_without_url(env, &[], false).expect("one");
        assert_eq!(
            settings[0].protected.value, expected,
            "{base} {overlay} {env:?}"
        );
    }
}

#[test]
fn selections_that_cannot_be_are_refused_together() {
    let select = |env, list: &[&str]| {
        messages(
            &config()
                .databases(env, &names(list), false, &|_| None)
                .expect_err("refused"),
        )
    };
    assert_eq!(
        select(Some("prd"), &["acounts", "x"]),
        [
            "unknown environment `prd`, did you mean `prod`? (the environments are `prod`, `dev`)",
            "unknown database `acounts`, did you mean `accounts`? (the databases are `accounts`, `billing`)",
            "unknown database `x` (the databases are `accounts`, `billing`)",
        ]
    );
    assert_eq!(
        select(None, &[]),
        [
            "several databases are configured: name one with `-d NAME`, or `--all`; the databases are `accounts`, `billing`"
        ]
    );
    assert_eq!(
        select(Some("prod"), &["billing", "accounts", "billing"]),
        [
            "the database `billing` has no `url` in the environment `prod`: set it under `[environments.prod.databases.billing]`",
            "/srv/aludel.toml:15:1: the `url` of the database `accounts` needs the variable `ACCOUNTS_PASSWORD`, which is not set",
            "/srv/aludel.toml:15:1: the `url` of the database `accounts` needs the variable `ACCOUNTS_DB`, which is not set",
        ]
    );
}

#[test]
fn a_base_url_never_reaches_into_an_environment() {
    let text = "[databases.a]\nurl = 'a.db'\n[environments.prod.databases.a]\nserver = 'x'\n";
    let config = Config::parse(Path::new("c.toml"), text).expect("valid");
    let problems = config
        .databases(Some("prod"), &[], false, &vars)
        .expect_err("refused");
    assert_eq!(problems[0].code(), "config-no-url");
    assert!(
        config
            .databases_without_url(Some("prod"), &[], false)
            .is_ok()
    );
}

#[test]
fn variables_of_other_databases_are_not_asked_for() {
    let text = "[databases.a]\nurl='a.db'\n[databases.b]\nurl='${B}'\n";
    let config = Config::parse(Path::new("c.toml"), text).expect("valid");
    let never = |name: &str| panic!("asked for {name}");
    assert!(
        config
            .databases(None, &names(&["a"]), false, &never)
            .is_ok()
    );
}

#[test]
fn a_file_without_databases_selects_none() {
    let config = Config::parse(Path::new("c.toml"), "").expect("valid");
    assert_eq!(config.databases(None, &[], false, &vars).expect("none"), []);
}

#[test]
fn all_problems_of_a_file_come_together() {
    assert_eq!(
        refusals(
            "colour = 1\n[databases.a]\nmigration = 'x'\nrecursive = 'yes'\nmigrations = [1]\n\
             lock_timeout = '5 parsecs'\ndialect = ''\n'postgres://u:p@h' = 1\n\
             [environments.prod]\nurl = 'x'\n[environments.prod.databases.b]\n\
             [drivers]\npaths = 'x'\n"
        ),
        [
            "c.toml:1:1: unknown key `colour`",
            "c.toml:3:1: unknown key `databases.a.migration`, did you mean `migrations`?",
            "c.toml:4:13: `databases.a.recursive` must be true or false, not a string",
            "c.toml:5:15: `databases.a.migrations` must be a string or a list of strings, not an integer",
            "c.toml:6:16: `databases.a.lock_timeout` must be seconds, or a string such as \"500ms\", \"30s\" or \"5m\"",
            "c.toml:7:11: `databases.a.dialect` must not be empty",
            "c.toml:8:1: unknown key `databases.a.***`",
            "c.toml:10:1: unknown key `environments.prod.url`",
            "c.toml:13:1: unknown key `drivers.paths`, did you mean `path`?",
            "c.toml:11:30: environment `prod` names the database `b`, which has no `[databases.b]` (the databases are `a`)",
        ]
    );
}

#[test]
fn malformed_files_say_where() {
    for (text, place) in [
        ("[databases.a]\nurl = \n", "c.toml:2:"),
        ("a = 'x\n", "c.toml:1:"),
        ("[a]\n[a]\n", "c.toml:2:"),
    ] {
        assert!(refusals(text)[0].starts_with(place), "{:?}", refusals(text));
    }
}

#[test]
fn the_nearest_file_above_is_found() {
    let directory = tempfile::tempdir().expect("a directory");
    let below = directory.path().join("a/b");
    std::fs::create_dir_all(&below).expect("directories");
    let file = directory.path().join(FILE_NAME);
    std::fs::write(&file, TEXT).expect("written");
    assert_eq!(Config::find(&below), Some(file.clone()));
    // Whatever has the name is meant.
    let odd = below.join(FILE_NAME);
    std::fs::create_dir(&odd).expect("a directory of that name");
    assert_eq!(Config::find(&below), Some(odd));
    let config = Config::load(&file).expect("valid");
    assert_eq!(config.directory(), directory.path());
    let problems = Config::load(&below).expect_err("a directory");
    assert_eq!(problems[0].code(), "config-read");
    std::fs::write(&file, b"a = 1\nb = '\xff'").expect("written");
    let problems = messages(&Config::load(&file).expect_err("not UTF-8"));
    assert!(
        problems[0].ends_with("aludel.toml:2:6: the file is not UTF-8"),
        "{problems:?}"
    );
}

proptest! {
    #[test]
    fn a_secret_of_a_file_never_shows(secret in "[!-~]{8,24}|\\PC{8,24}", quote in "[\"']?") {
        let text = format!("[databases.a]\nurl = {quote}postgres://u:{secret}@h/d{quote}\n");
        let shown = match Config::parse(Path::new("c.toml"), &text) {
            Err(problems) => format!("{problems:?} {}", messages(&problems).join(" ")),
            Ok(config) => match config.databases(None, &[], false, &|_| None) {
                Err(problems) => format!("{config:?} {problems:?} {}", messages(&problems).join(" ")),
                Ok(settings) => format!("{config:?} {settings:?} {:?}", settings[0].explain()),
            },
        };
        // The name in `${NAME}` is shown, because the error has to name it.
        prop_assume!(!secret.contains("${"));
        let secret: Vec<char> = secret.chars().collect();
        for window in secret.windows(6) {
            let window: String = window.iter().collect();
            prop_assert!(!shown.contains(&window), "{window:?} in {shown:?}");
        }
    }
}
