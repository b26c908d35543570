//! A pattern as the sequences that it allows: what may stand for what is multiplied out.

use regex_syntax::hir::{Class, Hir, HirKind, Look};

use super::set::Set;

/// One step of a sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// So many characters of a set; any number from `least`, if there is no `most`.
    Run {
        set: Set,
        least: u32,
        most: Option<u32>,
    },
    /// A sequence, any number of times from `least`.
    Again { pieces: Vec<Self>, least: u32 },
    /// The beginning of the text.
    Start,
    /// Its end.
    End,
}

/// So many sequences a pattern may have.
const MOST: usize = 40;
/// So often a group is written out.
const TIMES: u32 = 12;

pub(super) fn all(hir: &Hir) -> Option<Vec<Vec<Piece>>> {
    let found = match hir.kind() {
        HirKind::Empty => vec![Vec::new()],
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).ok()?;
            vec![text.chars().map(|c| run(Set::one(c))).collect()]
        }
        HirKind::Class(Class::Bytes(class)) => vec![vec![run(Set::of(class)?)]],
        // Alternatives of one character each.
        HirKind::Class(Class::Unicode(class)) => vec![vec![run(Set::of_chars(class)?)]],
        HirKind::Look(Look::Start) => vec![vec![Piece::Start]],
        HirKind::Look(Look::End) => vec![vec![Piece::End]],
        HirKind::Look(_) => return None,
        HirKind::Capture(capture) => all(&capture.sub)?,
        HirKind::Alternation(parts) => {
            let mut found = Vec::new();
            for part in parts {
                found.extend(all(part)?);
            }
            found
        }
        HirKind::Concat(parts) => {
            let mut found = vec![Vec::new()];
            for part in parts {
                found = product(&found, &all(part)?)?;
            }
            found
        }
        HirKind::Repetition(times) => repeated(&all(&times.sub)?, times.min, times.max)?,
    };
    (found.len() <= MOST).then_some(found)
}

fn run(set: Set) -> Piece {
    Piece::Run {
        set,
        least: 1,
        most: Some(1),
    }
}

fn product(left: &[Vec<Piece>], right: &[Vec<Piece>]) -> Option<Vec<Vec<Piece>>> {
    if left.len() * right.len() > MOST {
        return None;
    }
    let both = left.iter().flat_map(|left| {
        right.iter().map(move |right| {
            let mut both = left.clone();
            both.extend(right.iter().cloned());
            both
        })
    });
    Some(both.collect())
}

fn repeated(inner: &[Vec<Piece>], least: u32, most: Option<u32>) -> Option<Vec<Vec<Piece>>> {
    if let [alone] = inner
        && let [
            Piece::Run {
                set,
                least: 1,
                most: Some(1),
            },
        ] = alone.as_slice()
    {
        let set = *set;
        return Some(vec![vec![Piece::Run { set, least, most }]]);
    }
    match most {
        Some(most) if most <= TIMES => {
            let mut found = Vec::new();
            for times in least..=most {
                let mut so_often = vec![Vec::new()];
                for _ in 0..times {
                    so_often = product(&so_often, inner)?;
                }
                found.extend(so_often);
            }
            Some(found)
        }
        None => match inner {
            [pieces] => Some(joined(pieces, least).unwrap_or_else(|| {
                vec![vec![Piece::Again {
                    pieces: pieces.clone(),
                    least,
                }]]
            })),
            _ => None,
        },
        Some(_) => None,
    }
}

/// `(-?x+)+`, which is `-?x+(-x+)*`: where a run follows another without a mark, the two are one.
fn joined(pieces: &[Piece], least: u32) -> Option<Vec<Vec<Piece>>> {
    let [
        Piece::Run {
            set,
            least: 0,
            most: Some(1),
        },
        run @ Piece::Run {
            least: 1,
            most: None,
            ..
        },
    ] = pieces
    else {
        return None;
    };
    if least > 1 {
        return None;
    }
    let mark = self::run(*set);
    let again = Piece::Again {
        pieces: vec![mark.clone(), run.clone()],
        least: 0,
    };
    let mut found = vec![
        vec![run.clone(), again.clone()],
        vec![mark, run.clone(), again],
    ];
    if least == 0 {
        found.push(Vec::new());
    }
    Some(found)
}
