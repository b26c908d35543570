//! Two states of one table.

use super::super::{
    Column, Constraint, ConstraintKind, Expr, Identity, Index, IndexKey, Name, Nulls, Options,
    Table, Type,
};
use super::Found;
use super::canonical::canonical;
use super::words::{Words, type_words};

impl Found {
    pub(super) fn table(&mut self, left: &Table, right: &Table) {
        let name = &left.name;
        self.columns(left, right);
        let order = |table: &Table| -> Vec<String> {
            table
                .columns
                .iter()
                .map(|column| column.name.clone())
                .collect()
        };
        let (a, b) = (order(left), order(right));
        let sorted = |names: &[String]| {
            let mut names = names.to_vec();
            names.sort();
            names
        };
        if a != b && sorted(&a) == sorted(&b) {
            let place = format!("order of the columns of table `{name}`");
            self.push(place, Some(a.join(", ")), Some(b.join(", ")));
        }
        let mut constraints = Self::default();
        constraints.all(
            "constraint",
            left.constraints
                .iter()
                .map(|c| (constraint_key(c, left), c)),
            right
                .constraints
                .iter()
                .map(|c| (constraint_key(c, right), c)),
            normal_constraint,
            |c: &Constraint| {
                let unnamed = Constraint {
                    name: None,
                    ..c.clone()
                };
                let valid = if c.not_valid { " NOT VALID" } else { "" };
                Words.text(|p| p.constraint(&unnamed, left) + valid)
            },
        );
        for mut difference in constraints.differences {
            difference.place = format!("{} of table `{name}`", difference.place);
            self.differences.push(difference);
        }
        self.indexes("table", name, &left.indexes, &right.indexes);
        if left.comment != right.comment {
            self.push(
                format!("comment of table `{name}`"),
                Some(left.comment.clone().unwrap_or_default()),
                Some(right.comment.clone().unwrap_or_default()),
            );
        }
        let (a, b) = (
            normal_options(&left.options),
            normal_options(&right.options),
        );
        if a != b {
            let place = format!("options of table `{name}`");
            self.push(place, Some(format!("{a:?}")), Some(format!("{b:?}")));
        }
    }

    /// The indexes of a table or view.
    pub(super) fn indexes(&mut self, kind: &str, of: &Name, left: &[Index], right: &[Index]) {
        let mut indexes = Self::default();
        indexes.all(
            "index",
            left.iter().map(|index| (&index.name, index)),
            right.iter().map(|index| (&index.name, index)),
            normal_index,
            |index: &Index| Words.text(|p| p.create_index(index, of)),
        );
        for mut difference in indexes.differences {
            difference.place = format!("{} of {kind} `{of}`", difference.place);
            self.differences.push(difference);
        }
    }

    fn columns(&mut self, left: &Table, right: &Table) {
        let name = &left.name;
        let place = |column: &str| format!("column `{column}` of table `{name}`");
        for column in &left.columns {
            let Some(other) = right.column(&column.name) else {
                self.push(place(&column.name), Some(column_words(column)), None);
                continue;
            };
            let (a, b) = (normal_column(column), normal_column(other));
            if a != b {
                self.push(
                    place(&column.name),
                    Some(column_words(column)),
                    Some(column_words(other)),
                );
            }
        }
        for column in &right.columns {
            if left.column(&column.name).is_none() {
                self.push(place(&column.name), None, Some(column_words(column)));
            }
        }
    }
}

/// By what a constraint is found on the other side: its name, or what it says.
fn constraint_key(constraint: &Constraint, table: &Table) -> String {
    match &constraint.name {
        Some(name) => name.clone(),
        None => Words.text(|p| p.constraint(constraint, table)),
    }
}

fn column_words(column: &Column) -> String {
    let mut words = type_words(&column.ty);
    if let Some(collation) = &column.collation {
        words.push_str(&format!(" COLLATE {collation}"));
    }
    if !column.nullable {
        words.push_str(" NOT NULL");
    }
    if let Some(default) = &column.default {
        words.push_str(&format!(" DEFAULT {}", Words.text(|p| p.expr(default))));
    }
    if let Some(identity) = &column.identity {
        let when = if identity.always {
            "ALWAYS"
        } else {
            "BY DEFAULT"
        };
        words.push_str(&format!(" GENERATED {when} AS IDENTITY"));
    }
    if let Some(generated) = &column.generated {
        let text = Words.text(|p| p.expr(&generated.expr));
        let stored = if generated.stored {
            "STORED"
        } else {
            "VIRTUAL"
        };
        words.push_str(&format!(" GENERATED ALWAYS AS ({text}) {stored}"));
    }
    if let Some(on_update) = &column.on_update {
        words.push_str(&format!(" ON UPDATE {}", Words.text(|p| p.expr(on_update))));
    }
    if let Some(comment) = &column.comment {
        words.push_str(&format!(" COMMENT '{comment}'"));
    }
    if column.invisible {
        words.push_str(" INVISIBLE");
    }
    words
}

fn normal_column(column: &Column) -> Column {
    let ty = normal_type(&column.ty);
    let default = column
        .default
        .as_ref()
        .map(|expr| canonical(expr, Some(&ty)));
    let mut normal = column.clone();
    normal.default = default.filter(|expr| *expr != null());
    if let Some(generated) = &mut normal.generated {
        generated.expr = canonical(&generated.expr, None);
    }
    if let Some(on_update) = &mut normal.on_update {
        *on_update = canonical(on_update, None);
    }
    normal.identity = normal.identity.map(|identity| Identity {
        // The sequence is compared as one.
        options: Default::default(),
        ..identity
    });
    normal.ty = ty;
    normal
}

fn null() -> Expr {
    Expr::Literal(super::super::Literal::Null)
}

/// A type with what is meant by no length.
fn normal_type(ty: &Type) -> Type {
    match ty {
        Type::Char(None) => Type::Char(Some(1)),
        Type::Bit(None) => Type::Bit(Some(1)),
        Type::Array(element) => Type::Array(Box::new(normal_type(element))),
        other => other.clone(),
    }
}

fn normal_constraint(constraint: &Constraint) -> Constraint {
    let mut normal = constraint.clone();
    normal.named = true;
    match &mut normal.kind {
        ConstraintKind::Check { expr, .. } => *expr = canonical(expr, None),
        // Nobody reads its text.
        ConstraintKind::Exclude(text) => text.clear(),
        _ => {}
    }
    normal
}

fn normal_index(index: &Index) -> Index {
    let mut normal = index.clone();
    normal.filter = normal.filter.map(|filter| canonical(&filter, None));
    for key in &mut normal.keys {
        let usual = if key.descending {
            Nulls::First
        } else {
            Nulls::Last
        };
        *key = IndexKey {
            expr: canonical(&key.expr, None),
            nulls: key.nulls.filter(|nulls| *nulls != usual),
            ..key.clone()
        };
    }
    normal
}

fn normal_options(options: &Options) -> Options {
    Options {
        partition_by: options.partition_by.as_ref().map(|_| String::new()),
        auto_increment: None,
        ..options.clone()
    }
}
