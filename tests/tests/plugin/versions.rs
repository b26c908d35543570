//! Hosts and drivers of different versions, and messages of older ones. `tests/c/1.0` holds the header and
//! the messages as version 1.0 had them: they are never edited, only added to.

use std::path::PathBuf;
use std::process::Command;

use aludel_plugin::wire;
use aludel_tests::desk::Place;
use aludel_tests::plugin::{c_library, c_program, library};
use aludel_tests::program::root;
use serde_json::Value;

fn of_version_1_0() -> PathBuf {
    root().join("tests/c/1.0")
}

#[test]
fn an_old_host_works_with_a_new_driver() {
    let folder = tempfile::tempdir().unwrap();
    let include = format!("-iquote{}", of_version_1_0().display());
    let host = c_program(folder.path(), "old_host.c", "old_host", &[&include, "-ldl"]);
    let url = format!("sqlite:{}", folder.path().join("it.db").display());
    let output = Command::new(host)
        .arg(library("sqlite"))
        .args([
            &url,
            "CREATE TABLE one (id INTEGER)",
            "INSERT INTO no_such_table VALUES (1)",
        ])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(output.status.success(), "{text}");
    assert!(
        lines[0].starts_with("info 0 {\"protocol\":1,\"name\":\"sqlite\""),
        "{text}"
    );
    assert!(
        lines[1].starts_with("answer 0 {\"server\":{\"flavour\":\"sqlite\""),
        "{text}"
    );
    assert_eq!(lines[2], "answer 0 {}");
    assert!(
        lines[3].starts_with("answer 1 {\"kind\":\"refused\""),
        "{text}"
    );
    assert_eq!(
        lines[4], "not accepted 5",
        "an unknown operation is unsupported"
    );
    assert_eq!(lines[5..], ["answer 0 ", "ended 0"]);
}

#[test]
fn a_new_host_works_with_an_old_driver() {
    let include = format!("-iquote{}", of_version_1_0().display());
    // A driver that has sessions, but cannot cancel: its table ends there.
    let place = Place::new();
    place.revision("2026-01-01-000001_one", "ONE;\n", "UN-ONE;\n");
    let size = "-DTABLE_SIZE=offsetof(aludel_driver, cancel)";
    let built = c_library(place.path(), "mini.c", "mini", &[&include, size]);
    let ran = place.run(&format!(
        "--driver {} --url mini:it.mini upgrade",
        built.display()
    ));
    assert_eq!(ran.code, 0, "{}", ran.text());
    // One that only prints scripts.
    let size = "-DTABLE_SIZE=offsetof(aludel_driver, submit)";
    let built = c_library(place.path(), "mini.c", "offline", &[&include, size]);
    let offline = format!("--driver {} --url mini:other.mini", built.display());
    let printed = place.run(&format!("{offline} upgrade --sql"));
    assert_eq!(printed.code, 0, "{}", printed.text());
    assert!(printed.stdout.contains("ONE;"), "{}", printed.text());
    let ran = place.run(&format!("{offline} upgrade"));
    assert_ne!(ran.code, 0, "{}", ran.text());
    assert!(
        ran.stderr.contains("does not support `connect`"),
        "{}",
        ran.text()
    );
}

/// Every message of version 1.0 is read, and what is written of it today has all its fields.
#[test]
fn messages_of_version_1_0_are_read_and_lose_nothing() {
    let text = std::fs::read_to_string(of_version_1_0().join("messages.json")).unwrap();
    let messages: Value = serde_json::from_str(&text).unwrap();
    let messages = messages.as_object().unwrap();
    let mut known = Vec::new();
    macro_rules! check {
        ($($name:literal: $type:ty,)*) => {
            $(known.push($name);
            for old in messages[$name].as_array().unwrap() {
                let read: $type = wire::read(old.to_string().as_bytes())
                    .unwrap_or_else(|error| panic!("{}: {error}: {old}", $name));
                let new: Value = serde_json::from_slice(&wire::write(&read)).unwrap();
                assert!(holds(&new, old), "{}: {new} lacks something of {old}", $name);
            })*
        };
    }
    check! {
        "info": wire::Info,
        "refusal": wire::Refusal,
        "url": wire::UrlRequest,
        "catalog": wire::Catalog,
        "administration": wire::Administration,
        "dialect request": wire::DialectRequest,
        "dialect": wire::Dialect,
        "ledger request": wire::LedgerRequest,
        "written": wire::Written,
        "print request": wire::PrintRequest,
        "printed": wire::Printed,
        "connect": wire::Connect,
        "connected": wire::Connected,
        "tables": wire::TablesRequest,
        "snapshot": wire::Snapshot,
        "lock": wire::Lock,
        "held": wire::Held,
        "deliver": wire::Deliver,
        "delivered": wire::Delivered,
        "result": wire::ResultSet,
        "event": wire::Event,
        "failure": wire::Failure,
    }
    for name in messages.keys() {
        assert!(known.contains(&name.as_str()), "`{name}` is checked");
    }
}

/// Whether everything of `old` stands in `new`.
fn holds(new: &Value, old: &Value) -> bool {
    match (new, old) {
        (Value::Object(new), Value::Object(old)) => old
            .iter()
            .all(|(key, value)| new.get(key).is_some_and(|new| holds(new, value))),
        (Value::Array(new), Value::Array(old)) => {
            new.len() == old.len() && new.iter().zip(old).all(|(new, old)| holds(new, old))
        }
        (new, old) => new == old,
    }
}

#[test]
fn fields_of_newer_versions_are_ignored_and_kinds_are_refused() {
    let more = br#"{"done":1,"of_a_newer_version":{"a":[1,2]}}"#;
    assert_eq!(wire::read::<wire::Delivered>(more).unwrap().done, 1);
    for kind in [
        r#"{"kind":"surprised","message":"","session":"ready"}"#,
        r#"{"kind":"refused","message":"","session":"undecided"}"#,
    ] {
        let refused = wire::read::<wire::Failure>(kind.as_bytes()).unwrap_err();
        assert!(refused.to_string().contains("unknown variant"), "{refused}");
    }
    let text = br#"{"server":{"flavour":"x","major":1,"minor":0},"tables":{"schema":null,"ledger":"l","journal":"j"},
        "by":{"who":null,"host":null},"setup":false,"texts":[{"prophecy":{}}]}"#;
    assert!(wire::read::<wire::LedgerRequest>(text).is_err());
}
