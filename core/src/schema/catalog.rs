//! The schema as a whole: what it holds, and the maps by which a change finds all that it touches
//! without looking through everything.

use std::any::Any;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::entries::{Entries, is_mentioned_alike};
use super::follow::{Now, Steps, Thing};
use super::memo::Memo;
use super::sequence::sequences_in;
use super::shared::Map;
use super::{
    Column, ConstraintKind, Domain, EnumType, Ident, Name, Sequence, Table, Trigger, TriggerStep,
    Type, View,
};

/// A whole schema: of the authored engine by replay, of any engine by introspection, or of a
/// target by lowering.
///
/// The engine's default schema (`public`, the connected database) is not written: a [`Name`] in
/// it has no schema. Tables are shared, so that holding one from before a change costs nothing.
///
/// Every map is kept by [`put_table`](Self::put_table) and its like; a change costs what the
/// things that it touches cost, whatever else the schema holds.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    /// Names differ by more than their case: SQLite's.
    any_case: bool,
    /// Schemas that were created, beside the default one.
    schemas: BTreeSet<Ident>,
    tables: Map<Name, Arc<Table>>,
    enums: Map<Name, EnumType>,
    domains: Map<Name, Domain>,
    sequences: Map<Name, Sequence>,
    views: Map<Name, (u64, View)>,
    /// Views in the order of their creation, which is an order of their dependencies.
    view_order: Map<u64, Name>,
    triggers: Map<Name, Vec<Trigger>>,
    /// Which table or view an index stands on, by the index's name where such names are unique.
    pub(super) index_tables: Map<Name, Name>,
    /// Which table a key stands on whose index has the key's name, likewise.
    pub(super) key_tables: Map<Name, Name>,
    /// How many constraints of a schema have a name.
    pub(super) constraint_names: Map<Name, usize>,
    /// Tables by the tables that their foreign keys refer to.
    pub(super) referrers: Users,
    /// Tables by their names without regard to case.
    pub(super) alike: Users,
    /// Tables by the enums and other named types of their columns.
    pub(super) type_users: Users,
    /// Tables by the sequences that their defaults draw from.
    pub(super) sequence_users: Users,
    /// Sequences by the tables whose columns they belong to.
    owned: Users,
    /// Views by the tables and views that they read.
    readers: Users,
    /// Tables with triggers by the tables that the code of those names.
    coded: Users,
    /// What has been changed, for copies that follow.
    steps: Steps,
    /// What has been worked out of all but the triggers.
    memo: Memo,
}

/// What a name stands for, where tables, indexes, sequences and views share one name space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation<'a> {
    /// A table.
    Table,
    /// An index that no constraint makes, on this table or view.
    Index(&'a Name),
    /// The index of a primary key, UNIQUE or EXCLUDE of this table.
    Key(&'a Name),
    /// A sequence.
    Sequence,
    /// A view.
    View,
}

/// Who uses what.
#[derive(Debug, Clone, Default)]
pub(super) struct Users(Map<Name, Arc<BTreeSet<Name>>>);

impl Users {
    pub(super) fn add(&mut self, used: Name, user: Name) {
        self.0.change(used, |users| {
            Arc::make_mut(users).insert(user);
        });
    }

    pub(super) fn remove(&mut self, used: &Name, user: &Name) {
        if let Some(users) = self.0.get_mut(used) {
            Arc::make_mut(users).remove(user);
            if users.is_empty() {
                self.0.remove(used);
            }
        }
    }

    fn of<'s>(&'s self, used: &Name) -> impl Iterator<Item = &'s Name> + use<'s> {
        self.0.get(used).into_iter().flat_map(|users| users.iter())
    }
}

impl Schema {
    /// An empty schema of an engine for which `Users` and `users` are one name (SQLite).
    pub fn ignoring_case() -> Self {
        Self {
            any_case: true,
            ..Self::default()
        }
    }

    /// Whether `Users` and `users` are one name.
    pub fn ignores_case(&self) -> bool {
        self.any_case
    }

    pub(super) fn steps(&self) -> &Steps {
        &self.steps
    }

    /// Takes note of a change.
    fn touch(&mut self, thing: Thing) {
        if !matches!(thing, Thing::Triggers(_)) {
            self.memo = Memo::default();
        }
        self.steps.add(thing);
    }

    /// What has been worked out of this schema, or of one that differs in its triggers at most. It is of
    /// one type; `None` if it is of another.
    pub(crate) fn memo<T: Any + Send + Sync + Default>(&self) -> Option<&T> {
        self.memo.get()
    }

    /// A table by its name, which has no schema if it is in the default one.
    pub fn table(&self, name: &Name) -> Option<&Arc<Table>> {
        self.tables.get(&*self.key(name))
    }

    /// All tables, by name.
    pub fn tables(&self) -> impl Iterator<Item = &Arc<Table>> {
        self.tables.values()
    }

    /// An enum by its name.
    pub fn enum_type(&self, name: &Name) -> Option<&EnumType> {
        self.enums.get(name)
    }

    /// All enums, by name.
    pub fn enums(&self) -> impl Iterator<Item = &EnumType> {
        self.enums.values()
    }

    /// A domain by its name.
    pub fn domain(&self, name: &Name) -> Option<&Domain> {
        self.domains.get(name)
    }

    /// All domains, by name.
    pub fn domains(&self) -> impl Iterator<Item = &Domain> {
        self.domains.values()
    }

    /// A sequence by its name.
    pub fn sequence(&self, name: &Name) -> Option<&Sequence> {
        self.sequences.get(name)
    }

    /// All sequences, by name.
    pub fn sequences(&self) -> impl Iterator<Item = &Sequence> {
        self.sequences.values()
    }

    /// A view by its name.
    pub fn view(&self, name: &Name) -> Option<&View> {
        self.views.get(&*self.key(name)).map(|(_, view)| view)
    }

    /// All that the schema holds, whatever has become of it before.
    pub fn everything(&self) -> Vec<Now> {
        let Self {
            schemas,
            tables,
            enums,
            domains,
            sequences,
            views,
            triggers,
            any_case: _,
            // Made of the others.
            view_order: _,
            index_tables: _,
            key_tables: _,
            constraint_names: _,
            referrers: _,
            alike: _,
            type_users: _,
            sequence_users: _,
            owned: _,
            readers: _,
            coded: _,
            steps: _,
            memo: _,
        } = self;
        let mut all: Vec<Now> = Vec::new();
        all.extend(schemas.iter().map(|name| Now::Schema(name.clone(), true)));
        let tables = tables.iter();
        all.extend(tables.map(|(name, table)| Now::Table(name.clone(), Some(table.clone()))));
        let enums = enums.iter();
        all.extend(enums.map(|(name, ty)| Now::Enum(name.clone(), Some(ty.clone()))));
        let domains = domains.iter();
        all.extend(domains.map(|(name, ty)| Now::Domain(name.clone(), Some(ty.clone()))));
        let sequences = sequences.iter();
        all.extend(sequences.map(|(name, s)| Now::Sequence(name.clone(), Some(s.clone()))));
        let views = views.iter();
        all.extend(views.map(|(name, view)| Now::View(name.clone(), Some(view.clone()))));
        let triggers = triggers.iter();
        all.extend(triggers.map(|(table, all)| Now::Triggers(table.clone(), all.clone())));
        all
    }

    /// A view by its name, with its place in the order of creation.
    pub(super) fn placed_view(&self, name: &Name) -> Option<&(u64, View)> {
        self.views.get(&*self.key(name))
    }

    /// All views, in an order in which they can be created.
    pub fn views(&self) -> impl Iterator<Item = &View> {
        self.view_order.values().filter_map(|name| self.view(name))
    }

    /// All triggers, by table and in the order of their creation.
    pub fn triggers(&self) -> impl Iterator<Item = &Trigger> {
        self.triggers.values().flatten()
    }

    /// The triggers of a table, in the order of their creation.
    pub fn triggers_of(&self, table: &Name) -> &[Trigger] {
        self.triggers
            .get(&*self.key(table))
            .map_or(&[], Vec::as_slice)
    }

    /// The triggers of tables of which one has code that names a table.
    pub(crate) fn triggers_naming(&self, table: &Name) -> impl Iterator<Item = &Trigger> {
        let tables = self.coded.of(&self.key(table));
        tables.flat_map(|table| self.triggers_of(table))
    }

    /// The tables with foreign keys to `table`, itself included if it refers to itself.
    pub fn referrers(&self, table: &Name) -> impl Iterator<Item = &Arc<Table>> {
        self.tables_of(&self.referrers, table)
    }

    /// The tables of a schema whose names differ from this one in case at most, itself included.
    pub fn tables_alike(&self, table: &Name) -> impl Iterator<Item = &Arc<Table>> {
        let names = self.alike.of(&folded(table));
        names.filter_map(|name| self.tables.get(name))
    }

    /// The tables with a column of a named type, or of arrays of it.
    pub fn type_users(&self, ty: &Name) -> impl Iterator<Item = &Arc<Table>> {
        self.tables_of(&self.type_users, ty)
    }

    /// The tables with a default that draws from a sequence.
    pub fn sequence_users(&self, sequence: &Name) -> impl Iterator<Item = &Arc<Table>> {
        self.tables_of(&self.sequence_users, sequence)
    }

    /// The sequences that belong to columns of a table.
    pub fn sequences_of(&self, table: &Name) -> impl Iterator<Item = &Sequence> {
        self.owned
            .of(&self.key(table))
            .filter_map(|name| self.sequences.get(name))
    }

    /// The views that read a table or view themselves, by name.
    pub fn readers(&self, relation: &Name) -> impl Iterator<Item = &View> {
        self.readers
            .of(&self.key(relation))
            .filter_map(|name| self.view(name))
    }

    /// The table on which an index stands that no constraint makes.
    pub fn index_table(&self, index: &Name) -> Option<&Arc<Table>> {
        self.table(self.index_tables.get(&*self.key(index))?)
    }

    /// What a name stands for, where tables, indexes, sequences and views share one name space.
    pub fn relation(&self, name: &Name) -> Option<Relation<'_>> {
        let key = &*self.key(name);
        if self.tables.contains_key(key) {
            Some(Relation::Table)
        } else if self.views.contains_key(key) {
            Some(Relation::View)
        } else if self.sequences.contains_key(key) {
            Some(Relation::Sequence)
        } else if let Some(table) = self.index_tables.get(key) {
            Some(Relation::Index(table))
        } else {
            self.key_tables.get(key).map(Relation::Key)
        }
    }

    /// A name as the table, view or index spells it that has it.
    pub fn spelled(&self, name: &Name) -> Name {
        if !self.any_case {
            return name.clone();
        }
        let table = self.table(name).map(|table| &table.name);
        if let Some(found) = table.or_else(|| Some(&self.view(name)?.name)) {
            return found.clone();
        }
        let index = self.index_table(name).and_then(|table| {
            let mut indexes = table.indexes.iter();
            indexes.find(|index| index.name.eq_ignore_ascii_case(&name.name))
        });
        match index {
            Some(index) => Name {
                schema: name.schema.clone(),
                name: index.name.clone(),
            },
            None => name.clone(),
        }
    }

    /// Whether some constraint of a schema has a name.
    pub fn has_constraint_named(&self, name: &Name) -> bool {
        self.constraint_names.contains_key(&*self.key(name))
    }

    /// The schemas within it that were made, but for the default one.
    pub fn schemas(&self) -> impl Iterator<Item = &Ident> {
        self.schemas.iter()
    }

    /// Whether a schema was created, beside the default one.
    pub fn has_schema(&self, name: &str) -> bool {
        self.schemas.contains(name)
    }

    /// Adds a schema.
    pub fn put_schema(&mut self, name: Ident) {
        self.touch(Thing::Schema(name.clone()));
        self.schemas.insert(name);
    }

    /// Takes a schema away. What stands in it stays.
    pub fn remove_schema(&mut self, name: &str) -> bool {
        self.touch(Thing::Schema(name.to_owned()));
        self.schemas.remove(name)
    }

    /// Adds a table, or replaces the one of that name.
    pub fn put_table(&mut self, table: impl Into<Arc<Table>>) {
        let table = table.into();
        let key = self.key(&table.name).into_owned();
        self.touch(Thing::Table(key.clone()));
        let before = self.tables.get(&key);
        if before.is_none_or(|before| !is_mentioned_alike(before, &table)) {
            let before = before.map(|before| self.entries(&key, before));
            let after = self.entries(&key, &table);
            self.mention(&key, before.unwrap_or_default(), after);
        }
        self.tables.insert(key, table);
    }

    /// Takes a table away, and returns it. What belongs to it (sequences, triggers) stays.
    pub fn remove_table(&mut self, name: &Name) -> Option<Arc<Table>> {
        let key = self.key(name).into_owned();
        let table = self.tables.remove(&key)?;
        self.touch(Thing::Table(key.clone()));
        let before = self.entries(&key, &table);
        self.mention(&key, before, Entries::default());
        Some(table)
    }

    /// Changes a table that is there, perhaps its name.
    pub(super) fn change_table(&mut self, name: &Name, change: impl FnOnce(&mut Table)) {
        let key = self.key(name).into_owned();
        let Some(table) = self.tables.get_mut(&key) else {
            return;
        };
        // One that others hold is copied for the change anyway, and is still there to compare with.
        let shared = (Arc::strong_count(table) > 1).then(|| table.clone());
        let before = match &shared {
            Some(_) => None,
            None => self.table(&key).map(|table| self.entries(&key, table)),
        };
        let Some(table) = self.tables.get_mut(&key) else {
            return;
        };
        change(Arc::make_mut(table));
        let table = table.clone();
        self.touch(Thing::Table(key.clone()));
        if shared
            .as_ref()
            .is_some_and(|before| is_mentioned_alike(before, &table))
        {
            return;
        }
        let before = before.or_else(|| shared.map(|before| self.entries(&key, &before)));
        let before = before.unwrap_or_default();
        if *self.key(&table.name) == key {
            let after = self.entries(&key, &table);
            self.mention(&key, before, after);
        } else {
            self.mention(&key, before, Entries::default());
            self.tables.remove(&key);
            self.put_table(table);
        }
    }

    /// Adds an enum, or replaces the one of that name.
    pub fn put_enum(&mut self, ty: EnumType) {
        self.touch(Thing::Enum(ty.name.clone()));
        self.enums.insert(ty.name.clone(), ty);
    }

    /// Takes an enum away, and returns it.
    pub fn remove_enum(&mut self, name: &Name) -> Option<EnumType> {
        self.touch(Thing::Enum(name.clone()));
        self.enums.remove(name)
    }

    /// Adds a domain, or replaces the one of that name.
    pub fn put_domain(&mut self, domain: Domain) {
        self.remove_domain(&domain.name);
        self.touch(Thing::Domain(domain.name.clone()));
        self.count_constraints(&domain, true);
        self.domains.insert(domain.name.clone(), domain);
    }

    /// Takes a domain away, and returns it.
    pub fn remove_domain(&mut self, name: &Name) -> Option<Domain> {
        let domain = self.domains.remove(name)?;
        self.touch(Thing::Domain(name.clone()));
        self.count_constraints(&domain, false);
        Some(domain)
    }

    /// The constraints of a domain are new or gone.
    fn count_constraints(&mut self, domain: &Domain, are_new: bool) {
        let names = domain.constraints.iter().filter_map(|c| c.name.as_ref());
        for name in names {
            self.count_constraint(self.beside(&domain.name, name), are_new);
        }
    }

    /// Adds a sequence, or replaces the one of that name.
    pub fn put_sequence(&mut self, sequence: Sequence) {
        self.remove_sequence(&sequence.name);
        self.touch(Thing::Sequence(sequence.name.clone()));
        if let Some((table, _)) = &sequence.owned_by {
            let table = self.key(table).into_owned();
            self.owned.add(table, sequence.name.clone());
        }
        self.sequences.insert(sequence.name.clone(), sequence);
    }

    /// Takes a sequence away, and returns it.
    pub fn remove_sequence(&mut self, name: &Name) -> Option<Sequence> {
        let sequence = self.sequences.remove(name)?;
        self.touch(Thing::Sequence(name.clone()));
        if let Some((table, _)) = &sequence.owned_by {
            let table = self.key(table).into_owned();
            self.owned.remove(&table, name);
        }
        Some(sequence)
    }

    /// Adds a view, or replaces the one of that name in its place.
    pub fn put_view(&mut self, view: View) {
        let key = self.key(&view.name).into_owned();
        let place = self.take_view(&key).map(|(place, _)| place);
        let next = || self.view_order.last().map_or(0, |last| last + 1);
        let place = place.unwrap_or_else(next);
        self.put_view_at(place, view);
    }

    /// Adds a view that is not there, in a place of the order that is free.
    pub(super) fn put_view_at(&mut self, place: u64, view: View) {
        let key = self.key(&view.name).into_owned();
        self.touch(Thing::View(key.clone()));
        for read in &view.reads {
            let read = self.key(read).into_owned();
            self.readers.add(read, key.clone());
        }
        for index in &view.indexes {
            let index = self.beside(&view.name, &index.name);
            self.index_tables.insert(index, key.clone());
        }
        self.view_order.insert(place, key.clone());
        self.views.insert(key, (place, view));
    }

    /// Takes a view away, and returns it.
    pub fn remove_view(&mut self, name: &Name) -> Option<View> {
        let key = self.key(name).into_owned();
        self.take_view(&key).map(|(_, view)| view)
    }

    fn take_view(&mut self, key: &Name) -> Option<(u64, View)> {
        let (place, view) = self.views.remove(key)?;
        self.touch(Thing::View(key.clone()));
        self.view_order.remove(&place);
        for read in &view.reads {
            let read = self.key(read).into_owned();
            self.readers.remove(&read, key);
        }
        for index in &view.indexes {
            let index = self.beside(&view.name, &index.name);
            self.index_tables.remove(&index);
        }
        Some((place, view))
    }

    /// Adds a trigger, or replaces the one of that name on that table.
    pub fn put_trigger(&mut self, trigger: Trigger) {
        let key = self.key(&trigger.table).into_owned();
        self.touch(Thing::Triggers(key.clone()));
        let before = self.named_in_code(&key);
        self.triggers.change(key.clone(), |triggers| {
            match triggers.iter_mut().find(|t| t.name == trigger.name) {
                Some(place) => *place = trigger,
                None => triggers.push(trigger),
            }
        });
        self.code_names(&key, &before);
    }

    /// Takes a trigger away, and returns it.
    pub fn remove_trigger(&mut self, table: &Name, name: &str) -> Option<Trigger> {
        let key = self.key(table).into_owned();
        self.touch(Thing::Triggers(key.clone()));
        let before = self.named_in_code(&key);
        let triggers = self.triggers.get_mut(&key)?;
        let place = triggers.iter().position(|t| t.name == name)?;
        let trigger = triggers.remove(place);
        if triggers.is_empty() {
            self.triggers.remove(&key);
        }
        self.code_names(&key, &before);
        Some(trigger)
    }

    /// The tables that the code of a table's triggers names.
    fn named_in_code(&self, key: &Name) -> BTreeSet<Name> {
        let triggers = self.triggers.get(key).into_iter().flatten();
        let code = triggers.filter_map(|trigger| trigger.does.as_ref());
        let named = code.flat_map(|does| TriggerStep::tables(&does.steps));
        named.map(|name| self.key(&name).into_owned()).collect()
    }

    /// The code of a table's triggers named these tables before.
    fn code_names(&mut self, key: &Name, before: &BTreeSet<Name>) {
        let after = self.named_in_code(key);
        for gone in before.difference(&after) {
            self.coded.remove(gone, key);
        }
        for new in after.difference(before) {
            self.coded.add(new.clone(), key.clone());
        }
    }

    /// The name by which the maps know a thing.
    pub(super) fn key<'n>(&self, name: &'n Name) -> std::borrow::Cow<'n, Name> {
        let lower = |text: &str| text.to_ascii_lowercase();
        if self.any_case && name.name.bytes().any(|b| b.is_ascii_uppercase()) {
            std::borrow::Cow::Owned(Name {
                schema: name.schema.as_deref().map(lower),
                name: lower(&name.name),
            })
        } else {
            std::borrow::Cow::Borrowed(name)
        }
    }

    /// The name of something that stands in a table's schema.
    pub(super) fn beside(&self, table: &Name, name: &Ident) -> Name {
        let name = Name {
            schema: table.schema.clone(),
            name: name.clone(),
        };
        self.key(&name).into_owned()
    }

    fn tables_of<'s>(
        &'s self,
        users: &'s Users,
        used: &Name,
    ) -> impl Iterator<Item = &'s Arc<Table>> {
        let names = users.of(&self.key(used));
        names.filter_map(|name| self.tables.get(name))
    }
}

/// The names of a table's constraints, and whether an index has that name too.
pub(super) fn constraint_names(table: &Table) -> impl Iterator<Item = (&Ident, bool)> {
    table.constraints.iter().filter_map(|constraint| {
        let name = constraint.name.as_ref()?;
        let is_key = matches!(
            constraint.kind,
            ConstraintKind::PrimaryKey { .. }
                | ConstraintKind::Unique { .. }
                | ConstraintKind::Exclude(_)
        );
        Some((name, is_key))
    })
}

/// A name that is the same for all that differ in case only within one schema.
pub(super) fn folded(table: &Name) -> Name {
    Name {
        schema: table.schema.clone(),
        name: table.name.to_lowercase(),
    }
}

/// The named type of a column, or of its elements.
pub(super) fn type_of(column: &Column) -> Option<&Name> {
    let mut ty = &column.ty;
    loop {
        match ty {
            Type::Array(element) => ty = element,
            Type::Enum(name) | Type::Named(name) => return Some(name),
            _ => return None,
        }
    }
}

/// The sequences that a column's default draws from.
pub(super) fn drawn(column: &Column) -> Vec<Name> {
    let mut found = Vec::new();
    if let Some(default) = &column.default {
        sequences_in(default, &mut found);
    }
    found
}
