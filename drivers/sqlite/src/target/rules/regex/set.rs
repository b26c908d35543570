//! A set of characters, as GLOB writes it.

use regex_syntax::hir::{ClassBytes, ClassUnicode};

use super::super::like::push_glob;

/// Characters of ASCII, each a bit, and those beyond. PostgreSQL has no texts with the character 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Set {
    ascii: u128,
    beyond: Beyond,
}

/// What belongs to a set of the characters beyond ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beyond {
    All,
    /// These, in their order; the character 0 stands for none.
    Few([char; FEW]),
}

const FEW: usize = 8;
const NONE: Beyond = Beyond::Few(['\0'; FEW]);
const ALL: u128 = !1;

impl Beyond {
    /// None, if they are more than a few.
    fn of(mut chars: Vec<char>) -> Option<Self> {
        chars.sort_unstable();
        chars.dedup();
        chars.resize(FEW.max(chars.len()), '\0');
        Some(Self::Few(chars.try_into().ok()?))
    }

    fn chars(&self) -> impl Iterator<Item = char> + '_ {
        let few: &[char] = match self {
            Self::All => &[],
            Self::Few(few) => few,
        };
        few.iter().copied().filter(|c| *c != '\0')
    }
}

impl Set {
    pub(super) const ANY: Self = Self {
        ascii: ALL,
        beyond: Beyond::All,
    };

    pub(super) fn one(c: char) -> Self {
        let mut few = ['\0'; FEW];
        if !c.is_ascii() {
            few[0] = c;
        }
        Self {
            ascii: if c.is_ascii() { 1 << u32::from(c) } else { 0 },
            beyond: Beyond::Few(few),
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
        let beyond = match beyond {
            0 if ascii == 0 => return None,
            0 => NONE,
            128 => Beyond::All,
            _ => return None,
        };
        Some(Self { ascii, beyond })
    }

    /// A class of characters: of ASCII, and a few beyond it.
    pub(super) fn of_chars(class: &ClassUnicode) -> Option<Self> {
        let (mut ascii, mut beyond) = (0_u128, Vec::new());
        for range in class.ranges() {
            for c in range.start()..=range.end() {
                match c.is_ascii() {
                    true => ascii |= 1 << u32::from(c),
                    false => beyond.push(c),
                }
                if beyond.len() > FEW {
                    return None;
                }
            }
        }
        let ascii = ascii & ALL;
        let beyond = Beyond::of(beyond)?;
        (ascii != 0 || beyond != NONE).then_some(Self { ascii, beyond })
    }

    /// The one character that it is.
    pub(super) fn single(&self) -> Option<char> {
        let mut beyond = self.beyond.chars();
        match (self.ascii.count_ones(), beyond.next(), beyond.next()) {
            _ if self.beyond == Beyond::All => None,
            (1, None, _) => char::from_u32(self.ascii.trailing_zeros()),
            (0, Some(c), None) => Some(c),
            _ => None,
        }
    }

    /// Whether a character may be of both.
    pub(super) fn meets(&self, other: &Self) -> bool {
        let beyond = match (&self.beyond, &other.beyond) {
            (Beyond::All, Beyond::All) => true,
            (Beyond::All, few) | (few, Beyond::All) => few.chars().next().is_some(),
            (few, others) => few.chars().any(|c| others.chars().any(|other| other == c)),
        };
        beyond || self.ascii & other.ascii != 0
    }

    /// The characters of either; none, if GLOB could not write it.
    pub(super) fn with(&self, other: &Self) -> Option<Self> {
        let beyond = match (&self.beyond, &other.beyond) {
            (Beyond::All, _) | (_, Beyond::All) => Beyond::All,
            (few, others) => Beyond::of(few.chars().chain(others.chars()).collect())?,
        };
        Some(Self {
            ascii: self.ascii | other.ascii,
            beyond,
        })
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
        let (ascii, negated) = match self.beyond {
            Beyond::All => (!self.ascii & ALL, !others),
            Beyond::Few(_) => (self.ascii, others),
        };
        let beyond: String = self.beyond.chars().collect();
        let ascii = match members(ascii) {
            both if both == "-^" && !beyond.is_empty() => "^-".into(),
            ascii => ascii,
        };
        let sign = if negated { "^" } else { "" };
        // A bracket stands first, and a hyphen last.
        match ascii.strip_prefix(']') {
            Some(rest) => format!("{sign}]{beyond}{rest}"),
            None => format!("{sign}{beyond}{ascii}"),
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
