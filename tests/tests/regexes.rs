//! Regular expressions of PostgreSQL, and what stands for them elsewhere: the same texts match.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use aludel_tests::engine::Engine;
use aludel_tests::seeded::Random;
use aludel_tests::twin::{Twin, each};

/// Texts that patterns are tried on.
const TEXTS: &[&str] = &[
    "",
    "a",
    "b",
    "ab",
    "aab",
    "aabb",
    "abc",
    "a-b",
    "a-b-c",
    "-a",
    "a-",
    "a--b",
    "A",
    "Ab",
    "É",
    "aÉ",
    "a b",
    " ",
    " \t",
    "\n",
    "a\nb",
    "1",
    "12",
    "1.5",
    "1.",
    ".5",
    "-1.50",
    "1.2.3",
    "2024-01-31",
    "10.0.0.1",
    "a_b",
    "a.b",
    "a*b",
    "[x]",
    "]",
    "^",
    "a^b",
    "-",
    "x{2}",
    "http://a.b/c",
    "https://a",
    "ldap:/",
    "user@example.com",
    "00000000-0000-4000-8000-00000000000f",
    "key:value",
    "k=v;l=w",
    "%2F",
    "a/b/c",
    "(a)",
    "$1",
    "a$",
];

fn texts(twin: &mut Twin, texts: impl Iterator<Item = String>) {
    let rows: Vec<String> = texts
        .enumerate()
        .map(|(n, text)| {
            format!(
                "({n}, E'{}')",
                text.replace('\n', "\\n")
                    .replace('\t', "\\t")
                    .replace('\'', "''")
            )
        })
        .collect();
    twin.run("CREATE TABLE t (id integer PRIMARY KEY, s text, m boolean);");
    twin.run(&format!(
        "INSERT INTO t (id, s) VALUES {};",
        rows.join(", ")
    ));
}

fn same(twin: &mut Twin, pattern: &str, operator: &str) -> bool {
    let pattern = pattern.replace('\'', "''");
    if !twin.takes(&format!("UPDATE t SET m = s {operator} '{pattern}';")) {
        return false;
    }
    twin.equal(
        "SELECT id, CASE WHEN m THEN 1 ELSE 0 END FROM t ORDER BY id",
        "SELECT id, m FROM t ORDER BY id",
    );
    true
}

#[test]
fn the_same_texts_match() {
    each(|twin| {
        texts(twin, TEXTS.iter().map(ToString::to_string));
        // What SQLite has no form for, and what MariaDB and MySQL have none for.
        let all: &[(&str, bool, bool)] = &[
            ("^[a-z0-9_]+$", true, true),
            ("^[a-zA-Z0-9\\-~\\._]+$", true, true),
            ("^(a|b)$", true, true),
            ("^(on|off|ab*)$", true, true),
            ("^$|^a", true, true),
            ("^https?://", true, true),
            ("https?:\\/\\/*", true, true),
            ("ldaps?:\\/\\/*", true, true),
            ("^[a-z0-9]+(-[a-z0-9]+)*$", true, true),
            ("^[a-z]([a-z0-9-]{0,3}[a-z0-9])?$", true, true),
            ("^-?[0-9]+(\\.[0-9]+)?$", true, true),
            ("^[0-9]+\\.[0-9]+\\.[0-9]+$", true, true),
            ("^[0-9]{1,3}(\\.[0-9]{1,3}){3}$", true, true),
            ("^(0|[1-9][0-9]*)$", true, true),
            ("^[^@]+@[^@]+\\.[a-z]+$", false, true),
            ("^[^@]+@", true, true),
            ("^(?:[^;=]+=[^;=]+)(?:;[^;=]+=[^;=]+)*?$", false, false),
            ("^%[0-9A-Fa-f]{2}$", true, true),
            (
                "^[[:xdigit:]]{8}-([[:xdigit:]]{4}-){3}[[:xdigit:]]{12}$",
                true,
                true,
            ),
            (
                "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
                true,
                true,
            ),
            ("^\\d+$", true, true),
            ("^\\d{4}", true, true),
            ("a.b", true, true),
            ("^a.*b$", true, true),
            ("^a.+b", true, true),
            ("[]^-]", true, true),
            ("^[-^]$", true, true),
            ("^[^]a]$", true, true),
            ("a{2}", true, true),
            ("x{2}", true, true),
            ("x\\{2\\}", true, true),
            ("\\$$", true, true),
            ("[.*]", true, true),
            ("(?i)^AB", true, false),
            ("É", true, true),
            ("^[aÉ]+$", true, true),
            ("^[]É-]*$", true, true),
            ("^[^É]+$", false, true),
            ("^[a-z](-?[a-z0-9]+)+$", true, true),
            ("^(-?[a-z]+)*$", true, true),
            ("^(?=.{2,4}$)[a-z](-?[a-z0-9]+)+$", true, true),
            ("^(?=.{3}$)", true, true),
            ("^(?=.{3,}$)a", true, true),
            ("^(?=.{3}$)a|b", false, false),
            ("^(?=.{3})a", false, false),
            ("^[^a-z]$", true, true),
            ("(ab)+", false, true),
            ("^(ab)+$", false, true),
        ];
        let is_sqlite = twin.target.engine == Engine::Sqlite;
        for (pattern, sqlite, mysql) in all {
            let is_said = if is_sqlite { sqlite } else { mysql };
            for operator in ["~", "!~"] {
                let took = same(twin, pattern, operator);
                assert_eq!(took, *is_said, "{:?}: {pattern}", twin.target.engine);
            }
        }
        for pattern in ["^[a-c]b?$", "É", "ab"] {
            same(twin, pattern, "~*");
        }
    });
}

/// SIMILAR TO, and what else asks how a text begins.
#[test]
fn texts_that_are_similar_or_begin_alike() {
    each(|twin| {
        texts(twin, TEXTS.iter().map(ToString::to_string));
        for condition in [
            "s SIMILAR TO 'a%|[0-9]+'",
            "s NOT SIMILAR TO '(a|b)_?'",
            "s SIMILAR TO '_.5'",
            "s SIMILAR TO 'a^b'",
            "starts_with(s, 'a')",
            "starts_with(s, '')",
            "starts_with(s, 'É')",
            "starts_with(s, s)",
            "starts_with(reverse(s), 'b')",
            "starts_with(reverse(s), U&'\\00c9')",
        ] {
            // What MariaDB and MySQL read otherwise is refused there.
            if !twin.takes(&format!("UPDATE t SET m = {condition};")) {
                assert_ne!(twin.target.engine, Engine::Sqlite, "{condition}");
                continue;
            }
            twin.equal(
                "SELECT id, CASE WHEN m THEN 1 ELSE 0 END FROM t ORDER BY id",
                "SELECT id, m FROM t ORDER BY id",
            );
        }
        let made = "CREATE FUNCTION moment(text) RETURNS timestamptz LANGUAGE sql IMMUTABLE RETURN $1::timestamptz;
            UPDATE t SET s = '2024-01-31 10:00:00' WHERE id < 2;
            UPDATE t SET m = moment(s) > '2024-01-01' WHERE id < 2;";
        twin.run(made);
        twin.equal(
            "SELECT count(*) FROM t WHERE id < 2 AND m",
            "SELECT count(*) FROM t WHERE id < 2 AND m",
        );
    });
}

/// What is a blank, or a letter, beyond ASCII is for PostgreSQL's locale to say.
#[test]
fn what_the_locale_decides_fails() {
    each(|twin| {
        let ascii = TEXTS.iter().filter(|text| text.is_ascii());
        let others = [
            "\u{b}", "\u{c}\r", "~", "{|}", "@", "\u{1f}", "\u{7f}", "x`y", "Z9_",
        ];
        texts(twin, ascii.chain(&others).map(ToString::to_string));
        for pattern in [
            "^[[:space:]]*$",
            "^[[:blank:]]*$",
            "^\\s+$",
            "\\S",
            "\\W",
            "^\\w+$",
            "[^[:print:]]",
            "[[:cntrl:]]",
            "^[[:punct:]]+$",
            "^[[:graph:]]+$",
            "^[[:alpha:]]$",
            "^[[:alnum:]-]+$",
            "[[:upper:]]",
            "^[[:lower:][:digit:]]+$",
            "^[\\w.]+$",
            "^[^\\s]*$",
        ] {
            assert!(same(twin, pattern, "~"), "{pattern}");
            assert!(same(twin, pattern, "!~"), "{pattern}");
        }
        let is_sqlite = twin.target.engine == Engine::Sqlite;
        twin.run("CREATE TABLE c (s text CHECK (s ~ '^[[:space:]]*$' OR s ~ '^\\w+$')); INSERT INTO c VALUES (' '), ('a_1'), (NULL);");
        twin.fails("INSERT INTO c VALUES ('a b');");
        twin.same("SELECT count(*) FROM c");
        twin.run("UPDATE t SET s = 'É';");
        assert!(same(twin, "^[[:space:]]*$", "~"));
        let said = twin.target_fails("UPDATE t SET m = s ~ '^\\w+$';");
        assert!(
            !is_sqlite || said.contains("of what class a letter beyond ASCII is"),
            "{said}"
        );
        for blank in ["2003", "00a0", "feff"] {
            twin.run(&format!("UPDATE t SET s = U&'\\{blank}';"));
            let said = twin.target_fails("UPDATE t SET m = s ~ '^\\s+$';");
            assert!(
                !is_sqlite || said.contains("decides whether that is a blank"),
                "{said}"
            );
        }
    });
}

/// Patterns of a small grammar, over texts of the letters they are made of.
#[test]
fn random_patterns_match_the_same_texts() {
    let long = std::env::var_os("ALUDEL_TEST_LONG").is_some();
    let seed = std::env::var("ALUDEL_TEST_SEED").ok();
    let seed = seed.and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let mut random = Random::new(seed);
    let mut twin = Twin::new(Engine::Sqlite);
    let some: Vec<String> = (0..250)
        .map(|n| {
            let long = n / 30;
            (0..long)
                .map(|_| *random.pick(&['a', 'a', 'b', '-', '.', 'A', 'É']))
                .collect()
        })
        .collect();
    texts(&mut twin, some.into_iter());
    let mut said = 0;
    for _ in 0..if long { 3000 } else { 60 } {
        let begin = *random.pick(&["^", "^", ""]);
        let end = *random.pick(&["$", "$", ""]);
        let ahead = *random.pick(&["", "", "", "(?=.{2,4}$)"]);
        let ahead = if begin.is_empty() { "" } else { ahead };
        let pattern = format!("{begin}{ahead}{}{end}", pattern(&mut random, 2));
        let operator = *random.pick(&["~", "~", "!~", "~*"]);
        let ascii = pattern.is_ascii();
        if (operator != "~*" || ascii) && same(&mut twin, &pattern, operator) {
            said += 1;
        }
    }
    assert!(said > 20, "{said}");
}

fn pattern(random: &mut Random, depth: usize) -> String {
    let count = 1 + random.below(3);
    (0..count).map(|_| piece(random, depth)).collect()
}

fn piece(random: &mut Random, depth: usize) -> String {
    let atom = match random.below(if depth > 0 { 10 } else { 6 }) {
        0 | 1 => (*random.pick(&["a", "b", "-", "\\.", "É"])).to_owned(),
        2 => ".".to_owned(),
        3 => (*random.pick(&[
            "[ab]", "[a-b-]", "[^-]", "[^a]", "[.]", "[^É]", "[aÉ]", "[É-]",
        ]))
        .to_owned(),
        4 | 5 => (*random.pick(&["[a-z]", "[A-Za-z]", "[ab.]"])).to_owned(),
        6 => format!(
            "({}|{})",
            pattern(random, depth - 1),
            pattern(random, depth - 1)
        ),
        7 => {
            (*random.pick(&["(-?[ab]+)+", "(-?a+)*", "(\\.?[a-z-]+)+", "([É-]?[ab]+)+"])).to_owned()
        }
        8 => format!("(-{})", pattern(random, depth - 1)),
        _ => format!("(?:{})", pattern(random, depth - 1)),
    };
    let times = *random.pick(&["", "", "", "", "+", "*", "?", "{2}", "{1,2}", "{2,}", "+?"]);
    // One behind another is an error.
    let times = if atom.ends_with(['+', '*']) {
        ""
    } else {
        times
    };
    format!("{atom}{times}")
}
