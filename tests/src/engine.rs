//! The engines that tests run on.

/// An engine that tests run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Embedded.
    Sqlite,
    /// The system's PostgreSQL, at `ALUDEL_TEST_POSTGRES`.
    Postgres,
    /// MariaDB, at `ALUDEL_TEST_MARIADB`.
    Mariadb,
    /// PostgreSQL 18, with `tests/run --all-servers`.
    Postgres18,
    /// MySQL 9, with `tests/run --all-servers`.
    Mysql9,
}

/// The engines to test: the three that always are, and those that `--all-servers` adds.
pub fn engines() -> Vec<Engine> {
    let mut engines = vec![Engine::Sqlite, Engine::Postgres, Engine::Mariadb];
    for engine in [Engine::Postgres18, Engine::Mysql9] {
        if std::env::var_os(engine.variable()).is_some() {
            engines.push(engine);
        }
    }
    engines
}

impl Engine {
    /// The driver's name.
    pub fn driver(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres | Self::Postgres18 => "postgres",
            Self::Mariadb | Self::Mysql9 => "mysql",
        }
    }

    /// Flavour and version, as `--server` takes them.
    pub fn server(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite 3.40",
            Self::Postgres => "postgres 15",
            Self::Postgres18 => "postgres 18",
            Self::Mariadb => "mariadb 10.11",
            Self::Mysql9 => "mysql 9.7",
        }
    }

    /// DDL is rolled back with its transaction.
    pub fn transactional_ddl(self) -> bool {
        self.driver() != "mysql"
    }

    fn variable(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => "ALUDEL_TEST_POSTGRES",
            Self::Mariadb => "ALUDEL_TEST_MARIADB",
            Self::Postgres18 => "ALUDEL_TEST_POSTGRES18",
            Self::Mysql9 => "ALUDEL_TEST_MYSQL9",
        }
    }

    /// The URL of the server's own database, which `tests/servers` made; SQLite has none.
    ///
    /// # Panics
    ///
    /// If the server is not there.
    pub(crate) fn server_url(self) -> String {
        let variable = self.variable();
        std::env::var(variable).unwrap_or_else(|_| {
            panic!("{variable} is not set: run tests/run, which starts the servers")
        })
    }
}
