//! Columns: types, defaults, numbering.

use aludel::schema::{
    BinaryOp, Column, Constraint, ConstraintKind, Expr, ForeignKey, Generated, Ident, Identity,
    Literal, Name, PartMut, ReferentialAction, Schema, SequenceOptions, Table, Type, sequence_of,
};
use aludel::translate::Refusal;

use super::{COMMENTS, Lowering};
use crate::target::facts::Facts;
use crate::target::types::{self, Held};
use crate::target::{build, keys, names};

/// Bytes of a row, but for texts and bytes without a limit.
const ROW_BYTES: u64 = 65_535;

impl Lowering<'_, '_> {
    pub(super) fn hold_columns(&mut self) {
        for column in &self.table.columns {
            let ty = referred_type(self.authored, self.table, column, 0);
            match types::hold(ty, self.authored, self.facts) {
                Ok(mut held) => {
                    if let Some((code, how)) = held.said {
                        self.omit(code, format!("column `{}`: {how}", column.name));
                    }
                    if let Some(collation) = &column.collation {
                        self.collate(&mut held, column, collation);
                    }
                    if let (Type::Char(length), true) =
                        (&held.ty, refers_to_text(self.authored, self.table, column))
                    {
                        held.ty = Type::Varchar(*length);
                        held.without_blanks = true;
                    }
                    self.held.insert(column.name.clone(), held);
                }
                Err(mut refusal) => {
                    refusal.message = format!("column `{}`: {}", column.name, refusal.message);
                    self.refuse(refusal);
                }
            }
        }
        if let Err(refusals) = keys::fit(self.table, &mut self.held, self.facts) {
            for refusal in refusals {
                self.refuse(refusal);
            }
        }
        self.shorten_row();
    }

    /// A collation under which only the same texts are equal says nothing that the one of every
    /// text here does not say, but for the order of letters.
    fn collate(&mut self, held: &mut Held, column: &Column, collation: &Name) {
        let name = collation.name.to_lowercase();
        if name == "nocase" && self.facts.any_case.is_some() {
            held.collation = self.facts.any_case;
        } else if !is_exact(&name) {
            let message = format!(
                "the collation `{collation}` of column `{}` has no counterpart on {}",
                column.name, self.facts.name
            );
            self.refuse(Refusal::new("collation", message));
        } else if !is_binary(&name) {
            let message = format!(
                "the order of `{collation}` for column `{}`: texts are ordered by their characters' numbers",
                column.name
            );
            self.omit("collation", message);
        }
    }

    /// A row holds 65,535 bytes: the longest texts that no key needs become ones without a limit
    /// in the row, and a CHECK keeps the limit that they were given.
    fn shorten_row(&mut self) {
        let keyed = keys::keyed_columns(self.table);
        loop {
            let total: u64 = self.held.values().map(row_bytes).sum();
            if total <= ROW_BYTES {
                return;
            }
            let free = |column: &&Column| !keyed.contains(&column.name);
            let longest = (self.table.columns.iter().filter(free))
                .filter_map(|column| {
                    let held = self.held.get(&column.name)?;
                    let text = matches!(held.ty, Type::Varchar(_));
                    text.then(|| (row_bytes(held), column.name.clone()))
                })
                .max_by_key(|(bytes, _)| *bytes);
            let held = longest.and_then(|(_, name)| self.held.get_mut(&name));
            match held {
                Some(held) => {
                    if let Type::Varchar(length) = held.ty {
                        held.longest = length;
                    }
                    held.ty = Type::LongText;
                }
                None => {
                    let name = &self.table.name;
                    let message =
                        format!("a row of `{name}` has {total} bytes, more than {ROW_BYTES}");
                    return self.refuse(Refusal::new("row-too-long", message));
                }
            }
        }
    }

    /// The bytes of a row with more columns that are held so, and others that are kept for what is to
    /// come, if that are too many.
    pub(super) fn too_long_with<'h>(
        &self,
        more: impl Iterator<Item = &'h Held>,
        kept: u64,
    ) -> Option<u64> {
        let more: u64 = more.map(row_bytes).sum();
        let total: u64 = self.held.values().map(row_bytes).sum();
        let total = total + self.hidden_bytes + more + kept;
        (more > 0 && total > ROW_BYTES).then_some(total)
    }

    pub(super) fn columns(&mut self, lowered: &mut Table) {
        for column in &self.table.columns {
            let column = self.column(column);
            lowered.columns.push(column);
        }
    }

    fn column(&mut self, column: &Column) -> Column {
        let mut lowered = Column::new(column.name.clone(), column.ty.clone());
        if let Some(held) = self.held.get(&column.name) {
            held.describe(&mut lowered);
        }
        lowered.nullable = column.nullable;
        let on = format!("column `{}`", column.name);
        lowered.comment = self.comment(column.comment.as_deref(), COMMENTS.1, &on);
        if let Some(sequence) = drawn_apart(self.table, column, self.facts)
            && !self.shares_sequence(column)
        {
            lowered.default = Some(build::call("nextval", [Expr::column(sequence.name)]));
        } else if self.numbers_itself(column) {
            lowered.nullable = false;
            lowered.identity = Some(Identity {
                always: false,
                sequence: None,
                options: SequenceOptions::default(),
            });
        } else if column.is_full_text() {
            lowered.nullable = true;
            lowered.generated = Some(Generated {
                expr: Expr::Literal(Literal::Null),
                stored: false,
            });
            self.omit(
                "full-text",
                format!("{on}: nothing computes it, it is NULL"),
            );
        } else if let Some(generated) = &column.generated {
            let expr = self.stored(&generated.expr, &column.ty);
            lowered.generated = Some(Generated {
                expr: self.without_blanks(expr),
                stored: generated.stored,
            });
            // That it is not, a CHECK says where it could be.
            lowered.nullable |= !self.facts.generated_not_null;
            self.refuse_numbered(&generated.expr, &on);
            if generated.stored {
                self.refuse_changing(&generated.expr, &column.name);
            }
        } else if let Some(default) = &column.default {
            lowered.default = self.default(column, default, &on);
            self.refuse_long_default(&lowered);
        }
        // Without one, a row that says nothing would get the first member.
        let is_enum = matches!(lowered.ty, Type::InlineEnum(_));
        if is_enum && !lowered.nullable && lowered.default.is_none() && lowered.generated.is_none()
        {
            lowered.default = Some(build::nothing(self.facts));
        }
        lowered
    }

    /// A default; one that has no form is NULL where the column takes none, so that a row that is left to it fails. (A column
    /// that takes NULL would get it; and MariaDB evaluates a default that fails by itself whenever it alters the table.)
    fn default(&mut self, column: &Column, default: &Expr, on: &str) -> Option<Expr> {
        let meaning = self.meaning;
        let tried = self
            .rewriter
            .apart(|rw| meaning.default(rw, default, &column.ty));
        let refusals = match tried {
            Ok((value, omissions)) => {
                omissions.into_iter().for_each(|o| self.rewriter.omit(o));
                return value;
            }
            Err(refusals) => refusals,
        };
        // What a function gives that nobody knows has no type.
        let calls = is_call(default);
        let formless = |refusal: &Refusal| match refusal.code {
            "no-such-function" | "no-form" | "constant" => true,
            code => calls && code == "unknown-type",
        };
        if column.nullable || !refusals.iter().all(formless) {
            refusals
                .into_iter()
                .for_each(|refusal| self.refuse(refusal));
            return None;
        }
        let why = match refusals.first() {
            Some(first) if !calls => &first.message,
            _ => "what it calls has no form here",
        };
        let message =
            format!("the default of {on}: {why}, so a row that leaves the column to it fails");
        self.omit("default-fails", message);
        Some(build::nothing(self.facts))
    }

    /// A default that no row takes, which the server refuses with the column.
    fn refuse_long_default(&mut self, lowered: &Column) {
        if let (Type::Varchar(Some(limit)) | Type::Char(Some(limit)), Some(Expr::Literal(text))) =
            (&lowered.ty, &lowered.default)
            && let Literal::Text(text) = text
            && text.chars().count() > *limit as usize
        {
            let message = format!(
                "the default of column `{}` has more than its {limit} characters",
                lowered.name
            );
            self.refuse(Refusal::new("constant", message));
        }
    }

    /// A value as a column of this type stores it.
    fn stored(&mut self, value: &Expr, ty: &Type) -> Expr {
        self.meaning.stored(self.rewriter, value, ty)
    }

    /// The expression of a generated column, where it may not look at a CHAR as it stands.
    pub(super) fn without_blanks(&self, mut expr: Expr) -> Expr {
        if !self.facts.padded_chars {
            return expr;
        }
        if let Expr::Column { column, .. } = &expr {
            let held = self.held.get(column);
            return match held.is_some_and(|held| matches!(held.ty, Type::Char(_))) {
                true => build::call("rtrim", [expr]),
                false => expr,
            };
        }
        expr.parts_mut(&mut |part| {
            if let PartMut::Expr(part) = part {
                *part = self.without_blanks(part.clone());
            }
        });
        expr
    }

    /// Whether a column takes its numbers from a counter of its own: AUTO_INCREMENT.
    fn numbers_itself(&mut self, column: &Column) -> bool {
        // What becomes of a sequence that several columns draw from, the rewriter says.
        if !is_numbered(column) || self.shares_sequence(column) {
            return false;
        }
        let (table, server) = (&self.table.name, self.facts.name);
        let mut numbered = self.table.columns.iter().filter(|c| is_numbered(c));
        let apart = |other: &Column| drawn_apart(self.table, other, self.facts).is_some();
        if numbered.any(|other| other.name != column.name && !apart(other)) {
            let message =
                format!("`{table}` has two columns that number themselves, and {server} takes one");
            self.refuse(Refusal::new("numbering", message));
        }
        if !column.ty.is_integer() {
            let message = format!("column `{}` numbers itself, and is no integer", column.name);
            self.refuse(Refusal::new("numbering", message));
        }
        let options = self.numbering(column).unwrap_or_default();
        let increment = options.increment.unwrap_or(1);
        if increment > 1 && !options.cycle {
            let message = format!(
                "column `{}`: that its numbers go up by {increment}, and not by one",
                column.name
            );
            self.omit("sequence-steps", message);
        } else if increment != 1 || options.cycle {
            let message = format!(
                "column `{}` numbers itself in steps of its own, which are a setting of the server on {server}",
                column.name
            );
            self.refuse(Refusal::new("numbering", message));
        }
        if column.nullable {
            let message = format!(
                "column `{}` numbers itself and takes NULL: on {server} a NULL would get a number",
                column.name
            );
            self.refuse(Refusal::new("numbering", message).help("make it NOT NULL"));
        }
        true
    }

    /// What a foreign key does to a column, the servers do not compute a stored generated one from.
    fn refuse_changing(&mut self, expr: &Expr, column: &Ident) {
        let server = self.facts.name;
        let alters = |action: ReferentialAction| {
            use ReferentialAction as A;
            matches!(action, A::SetNull | A::SetDefault)
        };
        let changes = |key: &ForeignKey| {
            alters(key.on_delete)
                || alters(key.on_update)
                || key.on_update == ReferentialAction::Cascade
                || key.on_delete == ReferentialAction::Cascade && !self.facts.generated_cascades
        };
        let mut keys = self.table.foreign_keys().map(|(_, key)| key);
        let read = keys.find_map(|key| {
            let mut own = key.columns.iter();
            own.find(|own| expr.names_column(own))
                .filter(|_| changes(key))
        });
        if let Some(read) = read {
            let message = format!(
                "`{column}` of `{}` is generated from `{read}`, whose foreign key does something to rows: {server} allows no such column",
                self.table.name
            );
            let refusal = Refusal::new("generated-reference", message);
            self.refuse(refusal.help("generate it in a view, or leave out what the key does"));
        }
    }

    /// Whether other columns draw from the column's sequence too.
    fn shares_sequence(&self, column: &Column) -> bool {
        let Some(sequence) = column.default.as_ref().and_then(sequence_of) else {
            return false;
        };
        let draws = |column: &&Column| {
            column.default.as_ref().and_then(sequence_of).as_ref() == Some(&sequence)
        };
        let tables = self.authored.sequence_users(&sequence);
        let columns = tables.flat_map(|table| &table.columns);
        columns.filter(draws).count() > 1
    }

    /// The options of the sequence that a column draws from.
    fn numbering(&self, column: &Column) -> Option<SequenceOptions> {
        if let Some(identity) = &column.identity {
            return Some(identity.options.clone());
        }
        let sequence = column.default.as_ref().and_then(sequence_of)?;
        Some(self.authored.sequence(&sequence)?.options.clone())
    }

    /// With which number the numbering of a new table begins, if not with 1.
    pub(super) fn numbering_start(&self) -> Option<u64> {
        let apart = |column: &Column| drawn_apart(self.table, column, self.facts).is_some();
        let mut columns = self.table.columns.iter();
        let column = columns.find(|column| is_numbered(column) && !apart(column))?;
        let start = self.numbering(column)?.start?;
        u64::try_from(start).ok().filter(|start| *start != 1)
    }
}

/// The sequence that a column draws from, where no counter of its table can stand for it and there
/// are sequences: it takes NULL, which would get a number, or another column numbers itself too. Of
/// several, the counter is that of the primary key.
pub(crate) fn drawn_apart(table: &Table, column: &Column, facts: &Facts) -> Option<Name> {
    let sequence = column.default.as_ref().and_then(sequence_of)?;
    if !facts.sequences || !column.ty.is_integer() {
        return None;
    }
    let key = table.primary_key();
    let whole_key = matches!(key, [part] if part.column == column.name);
    let mut others = table.columns.iter();
    let others = others.any(|other| other.name != column.name && is_numbered(other));
    (!whole_key && (column.nullable || others)).then_some(sequence)
}

/// Whether a column draws its default from a sequence.
pub(super) fn is_numbered(column: &Column) -> bool {
    column.identity.is_some() || column.default.as_ref().and_then(sequence_of).is_some()
}

/// The type of a column, which a foreign key makes the type of the column that it refers to:
/// InnoDB wants integers of one width and sign on both sides.
pub(super) fn referred_type<'a>(
    authored: &'a Schema,
    table: &'a Table,
    column: &'a Column,
    depth: u8,
) -> &'a Type {
    // A cycle of foreign keys has no first column to take a type from.
    const DEEPEST: u8 = 16;
    let numeric = |ty: &Type| {
        ty.is_integer() || matches!(ty, Type::Numeric { .. } | Type::Real | Type::Double)
    };
    if depth == DEEPEST || !numeric(&column.ty) {
        return &column.ty;
    }
    let referred = table.foreign_keys().find_map(|(_, key)| {
        let place = key.columns.iter().position(|name| *name == column.name)?;
        let there = if key.table == table.name {
            table
        } else {
            authored.table(&key.table)?
        };
        let referred = there.column(key.referred.get(place)?)?;
        let itself = there.name == table.name && referred.name == column.name;
        (!itself && numeric(&referred.ty)).then_some((there, referred))
    });
    match referred {
        Some((there, referred)) => referred_type(authored, there, referred, depth + 1),
        None => &column.ty,
    }
}

/// Whether a `char(n)` refers to a `varchar` or a text. InnoDB holds blanks at the end of a CHAR, and
/// finds no row of one by the VARCHAR that it refers to: it would stay when that goes or changes.
pub(super) fn refers_to_text(authored: &Schema, table: &Table, column: &Column) -> bool {
    matches!(column.ty, Type::Char(_))
        && table.foreign_keys().any(|(_, key)| {
            let own = key.columns.iter().position(|name| *name == column.name);
            let there = match key.table == table.name {
                true => Some(table),
                false => authored.table(&key.table).map(AsRef::as_ref),
            };
            let referred = own.and_then(|place| there?.column(key.referred.get(place)?));
            referred.is_some_and(|referred| !matches!(referred.ty, Type::Char(_)))
        })
}

/// Whether a collation of PostgreSQL or SQLite is one under which only the same texts are equal.
/// PostgreSQL's are, unless they were created to be others, under a name of their own.
fn is_exact(name: &str) -> bool {
    let language = name.split(['.', '@']).next().unwrap_or_default();
    let parts: Vec<&str> = language.split(['_', '-']).collect();
    let letters = |part: &str, lengths: &[usize]| {
        lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    match parts.as_slice() {
        ["c" | "posix" | "default" | "binary" | "unicode"] => true,
        ["ucs", "basic"] | ["pg", "c", "utf8"] | ["pg", "unicode", "fast"] => true,
        [.., "x", "icu"] => true,
        [language] => letters(language, &[2, 3]) && name != *language,
        [language, country] => letters(language, &[2, 3]) && letters(country, &[2]),
        _ => false,
    }
}

/// Whether a collation orders texts by their characters' numbers, as all are ordered here.
fn is_binary(name: &str) -> bool {
    matches!(name, "c" | "posix" | "binary" | "ucs_basic" | "pg_c_utf8") || name.starts_with("c.")
}

/// What a value takes of a row, at most.
pub(super) fn row_bytes(held: &Held) -> u64 {
    // A text or bytes without a limit leave a pointer in the row.
    const POINTER: u64 = 12;
    const LENGTH: u64 = 2;
    let bytes = types::key_bytes(&held.ty, held.charset).map(u64::from);
    bytes.map_or(POINTER, |bytes| bytes + LENGTH)
}

/// A CHECK that a generated column is not NULL, where its type cannot say so.
pub(super) fn presence_check(table: &str, column: &Ident) -> Constraint {
    let some = build::is_null(Expr::column(column.clone()), true);
    check(names::shorten(&format!("{table}_{column}_not_null")), some)
}

/// A CHECK that keeps the limit of a text whose type does not.
pub(super) fn length_check(table: &str, column: &Ident, longest: u32) -> Constraint {
    let length = Expr::call("char_length", [Expr::column(column.clone())]);
    let limit = build::number(longest);
    check(
        names::shorten(&format!("{table}_{column}_length")),
        Expr::binary(length, BinaryOp::LtEq, limit),
    )
}

/// A CHECK of the target's own.
pub(super) fn check(name: Ident, expr: Expr) -> Constraint {
    Constraint {
        name: Some(name),
        kind: ConstraintKind::Check {
            expr,
            not_enforced: false,
        },
        deferrable: false,
        initially_deferred: false,
        not_valid: false,
        named: false,
    }
}

/// The name of the CHECK that [`ends_in_no_blank`] is.
pub(crate) fn blanks_name(table: &str, column: &Ident) -> Ident {
    names::shorten(&format!("{table}_{column}_blanks"))
}

/// That a value ends in no blank. PostgreSQL takes no notice of those of a `char(n)`.
pub(super) fn ends_in_no_blank(column: &Ident) -> Expr {
    let last = Expr::call(
        "right",
        [Expr::column(column.clone()), build::number(1_u32)],
    );
    Expr::binary(last, BinaryOp::NotEq, Expr::text(" "))
}

fn is_call(expr: &Expr) -> bool {
    match expr {
        Expr::Cast { expr, .. } => is_call(expr),
        expr => matches!(expr, Expr::Call(_)),
    }
}
