//! Two states of one table.

use super::super::{Column, Constraint, Index, Name, Table};
use super::Found;
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
        let normal = self.normal;
        // By what a constraint is found on the other side: its name, or what it says.
        let key = |constraint: &Constraint, table: &Table| match normal.constraint_name(constraint)
        {
            Some(name) => name,
            None => Words.text(|p| p.constraint(&normal.constraint(constraint), table)),
        };
        let mut constraints = self.fresh();
        constraints.all(
            "constraint",
            left.constraints.iter().map(|c| (key(c, left), c)),
            right.constraints.iter().map(|c| (key(c, right), c)),
            |c| normal.constraint(c),
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
        let (a, b) = self.normal.options(&left.options, &right.options);
        if a != b {
            let place = format!("options of table `{name}`");
            self.push(place, Some(format!("{a:?}")), Some(format!("{b:?}")));
        }
    }

    /// The indexes of a table or view.
    pub(super) fn indexes(&mut self, kind: &str, of: &Name, left: &[Index], right: &[Index]) {
        let normal = self.normal;
        let mut indexes = self.fresh();
        indexes.all(
            "index",
            left.iter().map(|index| (&index.name, index)),
            right.iter().map(|index| (&index.name, index)),
            |index| normal.index(index),
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
            let normal = self.normal;
            let (a, b) = (normal.column(column), normal.column(other));
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
