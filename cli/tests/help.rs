//! The help texts, frozen: what a user reads is changed on purpose or not at all.
//!
//! `SNAPSHOTS=overwrite` writes the pages below `help/`: read them before you commit.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::path::Path;
use std::process::Command;

/// What `aludel WORDS --help` answers.
fn help(words: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_aludel"))
        .args(words)
        .arg("--help")
        .env("NO_COLOR", "1")
        // The default of an option may be a variable, and help shows its value.
        .env_remove("ALUDEL_CONFIG")
        .env_remove("ALUDEL_ENV")
        .output()
        .unwrap();
    assert!(output.status.success(), "{words:?}: {output:?}");
    assert!(output.stderr.is_empty(), "{words:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The commands that a help text lists.
fn commands(help: &str) -> Vec<String> {
    let list = help.split("Commands:\n").nth(1).unwrap_or_default();
    let lines = list.lines().take_while(|line| !line.is_empty());
    let names = lines
        // A longer explanation goes on below, farther in.
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next());
    names
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

fn frozen(words: &[&str]) {
    let text = help(words);
    let name = match words {
        [] => "aludel".to_owned(),
        words => words.join("_"),
    };
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/help/{name}.txt"));
    let expected = snapbox::Data::read_from(&page, None).raw();
    snapbox::assert_data_eq!(text.clone(), expected);
    for command in commands(&text) {
        let mut longer = words.to_vec();
        longer.push(&command);
        frozen(&longer);
    }
}

#[test]
fn the_help_of_every_command_is_as_it_was() {
    assert!(commands(&help(&[])).len() > 15, "every command is found");
    frozen(&[]);
}
