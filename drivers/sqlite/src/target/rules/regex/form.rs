//! Sequences as conditions.

use aludel::schema::{BinaryOp, Expr};

use super::super::build::{and, between, call, not, number};
use super::sequence::Piece;
use super::set::Set;

/// So many characters a GLOB may be long once its repetitions are written out.
const LONGEST: u32 = 200;
/// So often a text is cut where a character stands first: each time, the text stands there three times.
const CUTS: u32 = 3;

/// So many conditions stand beside each other.
const MOST: usize = 40;

/// Whether a text is as any of these.
pub(super) fn any(sequences: &[Vec<Piece>], value: &Expr) -> Option<Expr> {
    let mut found: Vec<Expr> = Vec::new();
    let mut left: Vec<Vec<Piece>> = sequences.iter().rev().cloned().collect();
    while let Some(sequence) = left.pop() {
        match one(&sequence, value) {
            Some(one) if found.contains(&one) => {}
            Some(one) => found.push(one),
            None => left.extend(apart(&sequence)?),
        }
        if found.len() + left.len() > MOST {
            return None;
        }
    }
    let any = |left, right| Expr::binary(left, BinaryOp::Or, right);
    found.into_iter().reduce(any)
}

/// A sequence with each number of times that its first short run may have.
fn apart(sequence: &[Piece]) -> Option<Vec<Vec<Piece>>> {
    let short = |piece: &Piece| match piece {
        Piece::Run {
            least,
            most: Some(most),
            ..
        } => (1..=4).contains(&most.saturating_sub(*least)),
        _ => false,
    };
    let place = sequence.iter().position(short)?;
    let Piece::Run {
        set,
        least,
        most: Some(most),
    } = sequence[place]
    else {
        return None;
    };
    let times = (least..=most).rev().map(|times| {
        let mut one = sequence.to_vec();
        one[place] = Piece::Run {
            set,
            least: times,
            most: Some(times),
        };
        one
    });
    Some(times.collect())
}

fn one(sequence: &[Piece], value: &Expr) -> Option<Expr> {
    let starts = sequence.iter().take_while(|p| **p == Piece::Start).count();
    let ends = sequence[starts..].iter().rev();
    let ends = ends.take_while(|p| **p == Piece::End).count();
    let middle = &sequence[starts..sequence.len() - ends];
    // What begins again within a text, or ends there, is in no text.
    if middle
        .iter()
        .any(|p| matches!(p, Piece::Start | Piece::End))
    {
        return None;
    }
    let mut pieces = middle.to_vec();
    // Of what is looked for anywhere, the least will do.
    if starts == 0 {
        shorten(&mut pieces, true);
    }
    if ends == 0 {
        shorten(&mut pieces, false);
    }
    whole(&merged(pieces), starts > 0, ends > 0, value, CUTS)
}

/// Takes off an end what need not be there.
fn shorten(pieces: &mut Vec<Piece>, from_start: bool) {
    loop {
        let end = match from_start {
            true => pieces.first_mut(),
            false => pieces.last_mut(),
        };
        match end {
            Some(Piece::Run { least, most, .. }) if *most != Some(*least) || *least == 0 => {
                *most = Some(*least);
                if *least > 0 {
                    return;
                }
            }
            Some(Piece::Again { least: 0, .. }) => {}
            _ => return,
        }
        match from_start {
            true => drop(pieces.remove(0)),
            false => drop(pieces.pop()),
        }
    }
}

/// Runs of one set, one behind the other, are one.
fn merged(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut result: Vec<Piece> = Vec::new();
    for piece in pieces {
        match (result.last_mut(), piece) {
            (
                _,
                Piece::Run {
                    least: 0,
                    most: Some(0),
                    ..
                },
            ) => {}
            (
                Some(Piece::Run { set, least, most }),
                Piece::Run {
                    set: same,
                    least: more,
                    most: at_most,
                },
            ) if *set == same => {
                *least += more;
                *most = most.zip(at_most).map(|(one, other)| one + other);
            }
            (_, piece) => result.push(piece),
        }
    }
    result
}

/// Whether a text is as a sequence, from its beginning or not, to its end or not.
fn whole(pieces: &[Piece], begins: bool, ends: bool, value: &Expr, cuts: u32) -> Option<Expr> {
    if let Some(glob) = glob(pieces, begins, ends) {
        return Some(call("glob", [Expr::text(glob), value.clone()]));
    }
    if begins && ends {
        if let Some(one) = one_run(pieces, value) {
            return Some(one);
        }
        if let Some(listed) = listed_behind(pieces, value) {
            return Some(listed);
        }
    }
    if begins && cuts > 0 {
        return cut(pieces, ends, value, cuts - 1);
    }
    None
}

/// As a GLOB, which has fixed numbers of characters, and any number of any.
fn glob(pieces: &[Piece], begins: bool, ends: bool) -> Option<String> {
    let mut glob = String::from(if begins { "" } else { "*" });
    let mut long = 0;
    for piece in pieces {
        let Piece::Run { set, least, most } = piece else {
            return None;
        };
        let many = match most {
            None if *set == Set::ANY => "*",
            Some(most) if most == least => "",
            _ => return None,
        };
        long += least;
        if long > LONGEST {
            return None;
        }
        (0..*least).for_each(|_| glob.push_str(&set.glob()));
        glob.push_str(many);
    }
    if !ends {
        glob.push('*');
    }
    // `**` is `*`, and slow.
    while glob.contains("**") {
        glob = glob.replace("**", "*");
    }
    Some(glob)
}

/// One run of so or so many characters, between what is fixed.
fn one_run(pieces: &[Piece], value: &Expr) -> Option<Expr> {
    let is_fixed =
        |piece: &Piece| matches!(piece, Piece::Run { least, most, .. } if *most == Some(*least));
    let place = pieces.iter().position(|piece| !is_fixed(piece))?;
    let (before, after) = (&pieces[..place], &pieces[place + 1..]);
    let Piece::Run { set, least, most } = &pieces[place] else {
        return None;
    };
    if !after.iter().all(is_fixed) {
        return None;
    }
    let (front, back) = (long(before), long(after));
    let around = front + back;
    let length = || call("length", [value.clone()]);
    let fixed = |count: u32| number(i64::from(count));
    let run = match around {
        0 => value.clone(),
        _ => call(
            "substr",
            [
                value.clone(),
                fixed(front + 1),
                Expr::binary(length(), BinaryOp::Minus, fixed(around)),
            ],
        ),
    };
    let only = not(call("glob", [Expr::text(set.glob_of_others()), run]));
    let mut all = Vec::new();
    if around > 0 {
        let mut parts = before.to_vec();
        parts.push(Piece::Run {
            set: Set::ANY,
            least: 0,
            most: None,
        });
        parts.extend_from_slice(after);
        let glob = glob(&parts, true, true)?;
        all.push(call("glob", [Expr::text(glob), value.clone()]));
    }
    if *set != Set::ANY {
        all.push(only);
    }
    match (least + around, most.map(|most| most + around)) {
        // The GLOB has seen to it.
        (_, None) if *least == 0 => {}
        (least, None) => {
            all.push(Expr::binary(length(), BinaryOp::GtEq, fixed(least)));
        }
        (least, Some(most)) => {
            all.push(between(length(), i64::from(least), i64::from(most)));
        }
    }
    all.into_iter().reduce(and)
}

fn long(pieces: &[Piece]) -> u32 {
    let least = |piece: &Piece| match piece {
        Piece::Run { least, .. } => *least,
        _ => 0,
    };
    pieces.iter().map(least).sum()
}

/// A list behind a fixed number of characters.
fn listed_behind(pieces: &[Piece], value: &Expr) -> Option<Expr> {
    let is_list =
        |piece: &Piece| !matches!(piece, Piece::Run { least, most, .. } if *most == Some(*least));
    let place = pieces.iter().position(is_list)?;
    if place == 0 {
        return listed(pieces, value);
    }
    let (front, list) = pieces.split_at(place);
    let start = call(
        "glob",
        [Expr::text(glob(front, true, false)?), value.clone()],
    );
    let rest = call(
        "substr",
        [value.clone(), number(i64::from(long(front)) + 1)],
    );
    Some(and(start, listed(list, &rest)?))
}

/// `^a+(-a+)*$`: runs with one character of another set between each two.
fn listed(pieces: &[Piece], value: &Expr) -> Option<Expr> {
    let [
        Piece::Run {
            set: item,
            least: 1,
            most: None,
        },
        Piece::Again {
            pieces: others,
            least,
        },
    ] = pieces
    else {
        return None;
    };
    let [
        Piece::Run {
            set: between,
            least: 1,
            most: Some(1),
        },
        Piece::Run {
            set: same,
            least: 1,
            most: None,
        },
    ] = others.as_slice()
    else {
        return None;
    };
    if same != item || item.meets(between) || *least > 1 {
        return None;
    }
    let mark = between.glob();
    let is = |pattern: String| call("glob", [Expr::text(pattern), value.clone()]);
    let mut all = vec![
        not(is(item.with(between)?.glob_of_others())),
        not(is(format!("{mark}*"))),
        not(is(format!("*{mark}"))),
        not(is(format!("*{mark}{mark}*"))),
    ];
    all.push(match least {
        0 => {
            let length = call("length", [value.clone()]);
            Expr::binary(length, BinaryOp::GtEq, number(1))
        }
        _ => is(format!("*{mark}*")),
    });
    all.into_iter().reduce(and)
}

/// A text cut in two at a character that nothing before it in the sequence is: where it stands first.
fn cut(pieces: &[Piece], ends: bool, value: &Expr, cuts: u32) -> Option<Expr> {
    let at = |place: usize| {
        let Piece::Run {
            set,
            least: 1,
            most: Some(1),
        } = &pieces[place]
        else {
            return None;
        };
        let mark = set.single()?;
        let none_is =
            |piece: &Piece| matches!(piece, Piece::Run { set: other, .. } if !other.meets(set));
        (place > 0 && pieces[..place].iter().all(none_is)).then_some((place, mark, *set))
    };
    let (place, mark, set) = (0..pieces.len()).find_map(at)?;
    let first = || call("instr", [value.clone(), Expr::text(mark.to_string())]);
    let step = |op| Expr::binary(first(), op, number(1));
    let before = call("substr", [value.clone(), number(1), step(BinaryOp::Minus)]);
    let after = call("substr", [value.clone(), step(BinaryOp::Plus)]);
    let has = call(
        "glob",
        [Expr::text(format!("*{}*", set.glob())), value.clone()],
    );
    let left = whole(&pieces[..place], true, true, &before, 0)?;
    let right = whole(&pieces[place + 1..], true, ends, &after, cuts)?;
    Some(and(and(has, left), right))
}
