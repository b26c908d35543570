//! Names of the ledger's tables.

/// The ledger's two tables and the schema that holds them; by default
/// `__diesel_schema_migrations` and `__aludel_journal`.
///
/// ```
/// use aludel::ledger::LedgerTables;
///
/// let tables = LedgerTables::default().in_schema("meta");
/// assert_eq!(tables.qualified(), "meta.__diesel_schema_migrations");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct LedgerTables {
    /// The schema (PostgreSQL), database (MySQL) or attached database (SQLite).
    /// `None`: not known yet; a session fills it in when it reads.
    pub schema: Option<String>,
    /// The applied set; Diesel's table.
    pub ledger: String,
    /// The journal of events.
    pub journal: String,
}

impl Default for LedgerTables {
    fn default() -> Self {
        Self {
            schema: None,
            ledger: "__diesel_schema_migrations".into(),
            journal: "__aludel_journal".into(),
        }
    }
}

impl LedgerTables {
    /// Sets the schema.
    #[must_use]
    pub fn in_schema(mut self, schema: impl Into<String>) -> Self {
        self.schema = Some(schema.into());
        self
    }

    /// Sets the tables' names.
    #[must_use]
    pub fn named(mut self, ledger: impl Into<String>, journal: impl Into<String>) -> Self {
        self.ledger = ledger.into();
        self.journal = journal.into();
        self
    }

    /// `schema.ledger`, unquoted: what locks are named after.
    pub fn qualified(&self) -> String {
        match &self.schema {
            Some(schema) => format!("{schema}.{}", self.ledger),
            None => self.ledger.clone(),
        }
    }
}
