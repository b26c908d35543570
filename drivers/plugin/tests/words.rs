//! The model's words: whatever the parser and replay make of statements crosses the boundary and is the
//! same on the other side, and what is not known is refused.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::path::{Path, PathBuf};

use aludel::schema::{Change, DataStatement, Effect, Expr, Replay};
use aludel::sql::{Syntax, parse, scan};
use aludel_plugin::wire::model::{Mirrored, Mirrors, Update, Word};
use aludel_plugin::wire::{TargetAnswer, read_words, write_words};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn crosses<T: Word + PartialEq + std::fmt::Debug>(it: &T) {
    let message = write_words(it);
    let text = String::from_utf8_lossy(&message).into_owned();
    let read: T = read_words(&message).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(read, *it, "{text}");
}

/// The suite's own scripts.
fn own_scripts() -> Vec<(Syntax, String)> {
    let folder = repository().join("drivers/plugin/src/conformance/scripts");
    let read = |(name, syntax): (&str, Syntax)| {
        let path = folder.join(format!("{name}.sql"));
        (syntax, std::fs::read_to_string(path).unwrap())
    };
    SYNTAXES.map(read).to_vec()
}

const SYNTAXES: [(&str, Syntax); 3] = [
    ("postgres", Syntax::Postgres),
    ("mysql", Syntax::Mysql),
    ("sqlite", Syntax::Sqlite),
];

/// Those, and every script of the parser's cases.
fn scripts() -> Vec<(Syntax, String)> {
    let mut scripts = own_scripts();
    for (name, syntax) in SYNTAXES {
        let cases = repository()
            .join("core/src/sql/parse/tests/cases")
            .join(name);
        for entry in std::fs::read_dir(cases).unwrap() {
            let path = entry.unwrap().path();
            if path.extension() == Some("sql".as_ref()) {
                scripts.push((syntax, std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    scripts
}

/// Each change of a script, in order.
fn changes(syntax: Syntax, text: &str) -> Vec<Change> {
    let script = scan(syntax, text).unwrap();
    let bodies = script.statements.iter().map(|s| &text[s.body.clone()]);
    bodies.flat_map(|body| parse(syntax, body)).collect()
}

#[test]
fn what_statements_say_is_the_same_on_the_other_side() {
    let (mut data, mut effects) = (0, 0);
    for (syntax, text) in scripts() {
        let mut replay = Replay::new(syntax);
        let (mut mirrored, mut mirrors) = (Mirrored::default(), Mirrors::default());
        for change in changes(syntax, &text) {
            if let Change::Data(statement) = &change {
                crosses::<DataStatement>(statement);
                data += 1;
            }
            for effect in replay.apply(&change).unwrap_or_default() {
                crosses::<Effect>(&effect);
                effects += 1;
            }
            let update = mirrored.update(replay.schema());
            crosses::<Update>(&update);
            let mirror = update.mirror;
            mirrors.follow(update).unwrap();
            let held = mirrors.schema(mirror).unwrap().everything();
            assert_eq!(held, replay.schema().everything());
        }
    }
    assert!(data > 80 && effects > 80, "{data} {effects}");
}

#[test]
fn a_long_chain_and_a_deep_nest_cross() {
    let long = vec!["a"; 900].join(" + ");
    let deep = format!("{}a{}", "(SELECT ".repeat(80), ")".repeat(80));
    for expr in [long, deep] {
        let changes = parse(Syntax::Postgres, &format!("SELECT {expr}"));
        let [Change::Data(statement)] = changes.as_slice() else {
            panic!("{changes:?}");
        };
        crosses::<DataStatement>(statement);
    }
}

#[test]
fn restarting_with_a_number_without_one_and_not_at_all_are_three_things() {
    for restart in [None, Some(None), Some(Some(7))] {
        crosses(&Effect::Sequence {
            before: None,
            after: None,
            restart,
        });
    }
}

#[test]
fn what_is_not_known_is_refused_fields_too() {
    for (message, why) in [
        (
            r#"{"prophecy":{}}"#,
            "`prophecy` is no kind of expression that is known here",
        ),
        (
            r#""prophecy""#,
            "`prophecy` is no kind of expression that is known here",
        ),
        (
            r#"{"column":{"column":"a","invisible":true}}"#,
            "the field `invisible` of column is not known here",
        ),
        (r#"{"column":{}}"#, "column lacks `column`"),
        (r#"{"literal":{"number":7}}"#, "a number instead of a text"),
        (
            r#"{"operators":[{"literal":"null"},["<=>",{"literal":"null"}]]}"#,
            "`<=>` is no kind of operator that is known here",
        ),
        (r#"{"default":1}"#, "a number instead of nothing"),
    ] {
        let refused = read_words::<Expr>(message.as_bytes()).unwrap_err();
        assert_eq!(refused.to_string(), why, "{message}");
    }
    let more = br#"{"rendered":{"statements":[],"prophecy":1}}"#;
    assert!(read_words::<TargetAnswer>(more).is_err());
    assert!(read_words::<Expr>(b"\"default\" x").is_err());
}

#[test]
fn an_update_that_does_not_follow_the_one_before_is_refused() {
    let update = |after| Update {
        mirror: 1,
        after,
        ignores_case: false,
        now: Vec::new(),
    };
    let mut mirrors = Mirrors::default();
    mirrors.follow(update(0)).unwrap();
    assert!(mirrors.follow(update(0)).is_err());
    assert!(mirrors.follow(update(2)).is_err());
    mirrors.follow(update(1)).unwrap();
    mirrors.forget(&[1]);
    assert!(mirrors.schema(1).is_err());
}

/// What version 1 of the words wrote is read, and written again as it was, for ever: lines are only added.
/// `ALUDEL_WRITE_WORDS=1` adds those that are not there yet.
#[test]
fn the_words_of_version_1_stay() {
    let golden = repository().join("drivers/plugin/tests/words-1.jsonl");
    let mut kept = std::fs::read_to_string(&golden).unwrap();
    for line in kept.lines() {
        let again = match read_words::<Effect>(line.as_bytes()) {
            Ok(effect) => write_words(&effect),
            Err(_) => write_words(&read_words::<DataStatement>(line.as_bytes()).expect(line)),
        };
        assert_eq!(String::from_utf8(again).unwrap(), line);
    }
    let mut added = String::new();
    for line in own_lines() {
        if !kept.lines().chain(added.lines()).any(|known| known == line) {
            added += &format!("{line}\n");
        }
    }
    if std::env::var_os("ALUDEL_WRITE_WORDS").is_some() {
        kept += &added;
        std::fs::write(golden, kept).unwrap();
    } else {
        assert_eq!(
            added, "",
            "what the scripts say now that the file does not know"
        );
    }
}

/// What the project's own scripts say, a message a line.
fn own_lines() -> Vec<String> {
    let mut lines = Vec::new();
    for (syntax, text) in own_scripts() {
        let mut replay = Replay::new(syntax);
        for change in changes(syntax, &text) {
            if let Change::Data(statement) = &change {
                lines.push(write_words(statement));
            }
            let effects = replay.apply(&change).unwrap_or_default();
            lines.extend(effects.iter().map(write_words));
        }
    }
    lines
        .into_iter()
        .map(|line| String::from_utf8(line).unwrap())
        .collect()
}
