//! PostgreSQL's regular expressions, read (its manual, 9.7.3: advanced regular expressions without options). What both syntaxes
//! have is put so that `regex-syntax` reads what PostgreSQL means; what only one of them has is none of the patterns here.

use std::fmt::Write as _;
use std::iter::Peekable;
use std::str::Chars;

use regex_syntax::ParserBuilder;
use regex_syntax::hir::Hir;

/// A pattern, and what of it is not known.
pub(super) struct Pattern {
    pub(super) hir: Hir,
    pub(super) unsure: Unsure,
}

/// Which characters beyond ASCII are decided about by PostgreSQL's locale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unsure {
    Nothing,
    Of(Class),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Blanks.
    Space,
    /// Letters, or what can be printed.
    Other,
}

pub(super) fn read(pattern: &str, any_case: bool) -> Option<Pattern> {
    let (pattern, any_case) = match pattern.strip_prefix("(?i)") {
        Some(rest) => (rest, true),
        None => (pattern, any_case),
    };
    // `***` and `(?…)` say in what syntax the rest is.
    if pattern.starts_with("***") || (any_case && !pattern.is_ascii()) {
        return None;
    }
    let mut reader = Reader {
        chars: pattern.chars().peekable(),
        text: String::new(),
        unsure: Unsure::Nothing,
        any_case,
    };
    reader.pattern()?;
    let hir = ParserBuilder::new()
        .utf8(false)
        .unicode(false)
        .case_insensitive(any_case)
        // A point takes a line's end too, and `$` is the end of the text alone.
        .dot_matches_new_line(true)
        .nest_limit(20)
        .build()
        .parse(&reader.text)
        .ok()?;
    Some(Pattern {
        hir,
        unsure: reader.unsure,
    })
}

struct Reader<'p> {
    chars: Peekable<Chars<'p>>,
    text: String,
    unsure: Unsure,
    any_case: bool,
}

impl Reader<'_> {
    fn pattern(&mut self) -> Option<()> {
        // Whether a quantifier may stand here.
        let mut after_atom = false;
        while let Some(c) = self.chars.next() {
            match c {
                '\\' => self.escape()?,
                '[' => self.bracket()?,
                '(' => {
                    self.text.push('(');
                    if self.chars.next_if_eq(&'?').is_some() {
                        self.chars.next_if_eq(&':')?;
                        self.text.push_str("?:");
                    }
                }
                '*' | '+' | '?' => {
                    after_atom.then_some(())?;
                    self.text.push(c);
                    self.greed()?;
                }
                '{' if self.chars.peek().is_some_and(char::is_ascii_digit) => {
                    after_atom.then_some(())?;
                    self.bound()?;
                    self.greed()?;
                }
                '^' | '$' | '|' | '.' | ')' => self.text.push(c),
                c => self.literal(c),
            }
            let is_bound = c == '{' && self.text.ends_with('}');
            after_atom = !is_bound && !matches!(c, '(' | '*' | '+' | '?' | '^' | '$' | '|');
        }
        Some(())
    }

    /// `+?` finds another text, and finds one as often. `+*` is an error.
    fn greed(&mut self) -> Option<()> {
        if self.chars.next_if_eq(&'?').is_some() {
            self.text.push('?');
        }
        let next = self.chars.peek();
        (!matches!(next, Some('*' | '+' | '?' | '{'))).then_some(())
    }

    /// `{2}`, `{2,}`, `{2,5}`.
    fn bound(&mut self) -> Option<()> {
        self.text.push('{');
        loop {
            let c = self.chars.next()?;
            self.text.push(c);
            match c {
                '}' => return Some(()),
                ',' => {}
                c if c.is_ascii_digit() => {}
                _ => return None,
            }
        }
    }

    fn literal(&mut self, c: char) {
        match c.is_ascii_alphanumeric() || !c.is_ascii() {
            true => self.text.push(c),
            false => {
                let _ = write!(self.text, "\\x{:02X}", u32::from(c));
            }
        }
    }

    fn escape(&mut self) -> Option<()> {
        let c = self.chars.next()?;
        let class = match c {
            'd' => "[0-9]",
            'D' => "[^0-9]",
            's' => "[[:space:]]",
            'S' => "[^[:space:]]",
            'w' => "[[:alnum:]_]",
            'W' => "[^[:alnum:]_]",
            other => {
                let c = control(other)?;
                self.literal(c);
                return Some(());
            }
        };
        match c {
            's' | 'S' => self.is_unsure(Class::Space),
            'w' | 'W' => self.is_unsure(Class::Other),
            _ => {}
        }
        self.text.push_str(class);
        Some(())
    }

    fn is_unsure(&mut self, class: Class) {
        self.unsure = match self.unsure {
            Unsure::Of(Class::Other) => self.unsure,
            _ => Unsure::Of(class),
        };
    }

    /// `[…]`; what follows the bracket.
    fn bracket(&mut self) -> Option<()> {
        let from = self.text.len();
        self.text.push('[');
        if self.chars.next_if_eq(&'^').is_some() {
            self.text.push('^');
        }
        let mut first = true;
        loop {
            let c = self.chars.next()?;
            match c {
                ']' if !first => break,
                '[' => match self.chars.peek() {
                    Some(':') => self.class()?,
                    Some('.' | '=') => return None,
                    _ => self.literal('['),
                },
                '\\' => {
                    let c = self.chars.next()?;
                    match c {
                        'd' => self.text.push_str("0-9"),
                        's' => {
                            self.is_unsure(Class::Space);
                            self.text.push_str("[:space:]");
                        }
                        'w' => {
                            self.is_unsure(Class::Other);
                            self.text.push_str("[:alnum:]_");
                        }
                        other => {
                            let c = control(other)?;
                            self.member(c)?;
                        }
                    }
                }
                '-' => match first || self.chars.peek() == Some(&']') {
                    true => self.literal('-'),
                    // Behind a range or a class, or of one: an error, or no range.
                    false => return None,
                },
                c => self.member(c)?,
            }
            first = false;
        }
        self.text.push(']');
        // The classes that have names are those of ASCII all the same.
        if !self.text[from..].is_ascii() {
            self.text.insert_str(from, "(?u:");
            self.text.push(')');
        }
        Some(())
    }

    /// A character, or a range that begins with it.
    fn member(&mut self, from: char) -> Option<()> {
        self.literal(from);
        let mut ahead = self.chars.clone();
        if ahead.next() != Some('-') || ahead.peek() == Some(&']') {
            return Some(());
        }
        self.chars = ahead;
        let to = match self.chars.next()? {
            '\\' => control(self.chars.next()?)?,
            '[' => return None,
            c => c,
        };
        (from <= to).then_some(())?;
        self.text.push('-');
        self.literal(to);
        Some(())
    }

    /// `[:name:]`; what follows the bracket.
    fn class(&mut self) -> Option<()> {
        self.chars.next();
        let mut name = String::new();
        loop {
            match self.chars.next()? {
                ':' => break,
                c if c.is_ascii_lowercase() => name.push(c),
                _ => return None,
            }
        }
        self.chars.next_if_eq(&']')?;
        match name.as_str() {
            "digit" | "xdigit" => {}
            "space" | "blank" => self.is_unsure(Class::Space),
            // They are all letters there where the case does not count.
            "lower" | "upper" if self.any_case => return None,
            "alpha" | "alnum" | "lower" | "upper" | "punct" | "print" | "graph" | "cntrl" => {
                self.is_unsure(Class::Other);
            }
            _ => return None,
        }
        let _ = write!(self.text, "[:{name}:]");
        Some(())
    }
}

/// What an escape stands for that is one character.
fn control(c: char) -> Option<char> {
    match c {
        'a' => Some('\u{7}'),
        'f' => Some('\u{c}'),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'v' => Some('\u{b}'),
        c => (!c.is_ascii_alphanumeric()).then_some(c),
    }
}
