//! A set of characters, as GLOB writes it.

use regex_syntax::hir::{ClassBytes, ClassUnicode};

use super::super::like::push_glob;

/// Characters of ASCII, each a bit, and whether all others belong to it. PostgreSQL has no texts with the character 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Set {
    /// These, and those beyond ASCII or not.
    Of { ascii: u128, beyond: bool },
    /// One character beyond ASCII.
    One(char),
}

const ALL: u128 = !1;

impl Set {
    pub(super) const ANY: Self = Self::Of {
        ascii: ALL,
        beyond: true,
    };

    pub(super) fn one(c: char) -> Self {
        match c.is_ascii() {
            true => Self::Of {
                ascii: 1 << u32::from(c),
                beyond: false,
            },
            false => Self::One(c),
        }
    }

    /// A class of bytes: what it has beyond ASCII it has whole.
    pub(super) fn of(class: &ClassBytes) -> Option<Self> {
        let (mut ascii, mut beyond) = (0_u128, 0_u32);
        for range in class.ranges() {
            for byte in range.start()..=range.end() {
                match byte < 128 {
                    true => ascii |= 1 << byte,
                    false => beyond += 1,
                }
            }
        }
        let ascii = ascii & ALL;
        match beyond {
            0 if ascii == 0 => None,
            0 => Some(Self::Of {
                ascii,
                beyond: false,
            }),
            128 => Some(Self::Of {
                ascii,
                beyond: true,
            }),
            _ => None,
        }
    }

    /// A class of characters: of ASCII, or one beyond it.
    pub(super) fn of_chars(class: &ClassUnicode) -> Option<Self> {
        let mut ascii = 0_u128;
        for range in class.ranges() {
            if !range.end().is_ascii() {
                let alone = class.ranges().len() == 1 && range.start() == range.end();
                return alone.then_some(Self::One(range.start()));
            }
            let codes = range.start() as u32..=range.end() as u32;
            codes.for_each(|code| ascii |= 1 << code);
        }
        let ascii = ascii & ALL;
        (ascii != 0).then_some(Self::Of {
            ascii,
            beyond: false,
        })
    }

    /// The one character that it is.
    pub(super) fn single(&self) -> Option<char> {
        match *self {
            Self::One(c) => Some(c),
            Self::Of {
                ascii,
                beyond: false,
            } if ascii.count_ones() == 1 => char::from_u32(ascii.trailing_zeros()),
            Self::Of { .. } => None,
        }
    }

    /// Whether a character may be of both.
    pub(super) fn meets(&self, other: &Self) -> bool {
        match (*self, *other) {
            (Self::One(a), Self::One(b)) => a == b,
            (Self::One(_), Self::Of { beyond, .. }) | (Self::Of { beyond, .. }, Self::One(_)) => {
                beyond
            }
            (
                Self::Of { ascii, beyond },
                Self::Of {
                    ascii: others,
                    beyond: also,
                },
            ) => ascii & others != 0 || (beyond && also),
        }
    }

    /// The characters of either; none, if GLOB could not write it.
    pub(super) fn with(&self, other: &Self) -> Option<Self> {
        match (*self, *other) {
            (
                Self::Of { ascii, beyond },
                Self::Of {
                    ascii: others,
                    beyond: also,
                },
            ) => Some(Self::Of {
                ascii: ascii | others,
                beyond: beyond || also,
            }),
            (one, other) => (one == other).then_some(one),
        }
    }

    /// One character of it.
    pub(super) fn glob(&self) -> String {
        let mut text = String::new();
        match self.single() {
            Some(c) => push_glob(&mut text, c),
            None if *self == Self::ANY => text.push('?'),
            None => text = format!("[{}]", self.inside(false)),
        }
        text
    }

    /// A text with a character that is none of it.
    pub(super) fn glob_of_others(&self) -> String {
        format!("*[{}]*", self.inside(true))
    }

    /// The inside of a class; `others` of all but it.
    fn inside(&self, others: bool) -> String {
        match *self {
            Self::One(c) => match others {
                true => format!("^{c}"),
                false => c.into(),
            },
            Self::Of { ascii, beyond } => {
                let (ascii, negated) = match beyond {
                    true => (!ascii & ALL, !others),
                    false => (ascii, others),
                };
                format!("{}{}", if negated { "^" } else { "" }, members(ascii))
            }
        }
    }
}

/// What GLOB would read as something else where it stands: a bracket first, a hyphen last, and a `^` anywhere but first.
fn members(ascii: u128) -> String {
    let has = |c: char| ascii & (1 << u32::from(c)) != 0;
    let special = ['-', ']', '^'];
    let mut text = String::new();
    if has(']') {
        text.push(']');
    }
    let plain = |c: char| has(c) && !special.contains(&c);
    let mut chars = ('\u{1}'..='\u{7f}').filter(|c| plain(*c)).peekable();
    while let Some(first) = chars.next() {
        let mut last = first;
        while let Some(next) = chars.next_if(|next| *next as u32 == last as u32 + 1) {
            last = next;
        }
        match last as u32 - first as u32 {
            0 => text.push(first),
            1 => text.extend([first, last]),
            _ => text.extend([first, '-', last]),
        }
    }
    match (has('^'), has('-')) {
        (true, true) if text.is_empty() => text.push_str("-^"),
        (true, hyphen) => text.push_str(if hyphen { "^-" } else { "^" }),
        (false, true) => text.push('-'),
        (false, false) => {}
    }
    text
}
