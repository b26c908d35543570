//! The words of `upgrade`, read without the other commands.
//!
//! It is what deployments run, mostly with nothing to do. To read any words at all, clap makes every
//! command with all its arguments, the global ones once for each: a quarter of what such a run had
//! on its heap. Here it makes one. Words that this does not understand, help among them, are left to
//! the whole, so that whatever is told is told by it.

use std::ffi::OsString;

use clap::{Parser, Subcommand};

use super::{Cli, Command, Global, Upgrade};

/// [`Cli`] with one command.
#[derive(Parser)]
#[command(name = "aludel", disable_help_subcommand = true)]
struct Frequent {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: One,
}

#[derive(Subcommand)]
enum One {
    /// Apply revisions
    Upgrade(Upgrade),
}

/// What was typed, if it is `upgrade` and nothing is wrong with it.
pub(super) fn read(words: &[OsString]) -> Option<Cli> {
    // The first word that is no option names the command: if this one stands elsewhere, as a value
    // say, what comes first is refused here.
    if !words.iter().any(|word| word == "upgrade") {
        return None;
    }
    let Frequent {
        global,
        command: One::Upgrade(upgrade),
    } = Frequent::try_parse_from(words).ok()?;
    Some(Cli {
        global,
        command: Command::Upgrade(upgrade),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        let words = line.split(' ').map(OsString::from);
        words.collect()
    }

    /// The two readers agree wherever this one has an answer.
    #[test]
    fn upgrade_is_read_as_the_whole_reads_it() {
        for line in [
            "aludel upgrade",
            "aludel upgrade heads",
            "aludel upgrade -1",
            "aludel upgrade +2 --no-holes --dry-run",
            "aludel --url sqlite:a.db --migrations m upgrade",
            "aludel upgrade --url sqlite:a.db --migrations m --migrations n",
            "aludel -d a -d b -qvv upgrade --lock-timeout 3 --yes-on a --yes-on b",
            "aludel -e upgrade upgrade upgrade",
            "aludel -x a=b upgrade --sql a:b --client none -x c",
            "aludel --all --format json upgrade --format=human",
        ] {
            let line = words(line);
            let whole = Cli::try_parse_from(&line).expect("they are right");
            let here = read(&line).expect("it is `upgrade`");
            assert_eq!(format!("{here:?}"), format!("{whole:?}"));
        }
    }

    /// What is wrong, and what is asked for instead, is the whole's to tell.
    #[test]
    fn all_else_is_left_to_the_whole() {
        for line in [
            "aludel",
            "aludel status",
            "aludel -e upgrade status",
            "aludel show upgrade",
            "aludel help upgrade",
            "aludel upgrade --help",
            "aludel --version upgrade",
            "aludel upgrade --sql --dry-run",
            "aludel upgrade --client none",
            "aludel upgrade --no-hole",
            "aludel --all -d a upgrade",
            "aludel upgrade a b",
            "aludel -x =b upgrade",
            "aludel --format xml upgrade",
        ] {
            assert!(read(&words(line)).is_none(), "{line}");
        }
    }
}
