//! Drivers by URL scheme: one provider per scheme per process.

use std::sync::Arc;

use super::Driver;

/// The names of aludel's own drivers and their flavours.
const OWN_NAMES: [&str; 4] = ["sqlite", "postgres", "mysql", "mariadb"];

/// The drivers of a process, linked in, each URL scheme with one of them.
///
/// ```
/// use std::sync::Arc;
/// use aludel::driver::Registry;
///
/// let drivers = Registry::new().with(Arc::new(aludel_sqlite::SqliteDriver::new()));
/// assert_eq!(drivers.by_scheme("sqlite")?.info().name, "sqlite");
/// let unknown = drivers.by_scheme("postgres").err().expect("nobody added that one");
/// assert_eq!(unknown.known, ["sqlite"]);
/// # Ok::<(), aludel::driver::UnknownScheme>(())
/// ```
#[derive(Clone, Default)]
pub struct Registry {
    drivers: Vec<Arc<dyn Driver>>,
}

/// No driver is known for a scheme or name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no driver is known for `{asked}` (known: {})", .known.join(", "))]
pub struct UnknownScheme {
    /// What was asked for.
    pub asked: String,
    /// The schemes that are known.
    pub known: Vec<String>,
}

impl Registry {
    /// An empty registry.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a driver.
    ///
    /// # Panics
    ///
    /// If a scheme has a provider already: two copies of one engine in a process break its
    /// locks, so this is a bug of the program that links both.
    #[must_use]
    pub fn with(mut self, driver: Arc<dyn Driver>) -> Self {
        for (scheme, _) in driver.info().schemes {
            assert!(
                self.by_scheme(scheme).is_err(),
                "two drivers for the scheme `{scheme}`"
            );
        }
        self.drivers.push(driver);
        self
    }

    /// The driver of a URL scheme.
    ///
    /// # Errors
    ///
    /// If there is none; the error lists the schemes that are known.
    pub fn by_scheme(&self, scheme: &str) -> Result<&Arc<dyn Driver>, UnknownScheme> {
        self.find(scheme, |d| {
            d.info().schemes.iter().any(|(s, _)| *s == scheme)
        })
    }

    /// A driver by its own name, one of its flavours or one of its schemes.
    ///
    /// # Errors
    ///
    /// If there is none; the error lists the schemes that are known.
    pub fn by_name(&self, name: &str) -> Result<&Arc<dyn Driver>, UnknownScheme> {
        self.find(name, |d| {
            let info = d.info();
            info.name == name
                || info.flavours.contains(&name)
                || info.schemes.iter().any(|(s, _)| *s == name)
        })
    }

    /// Every driver, in the order in which they were added.
    pub fn drivers(&self) -> impl Iterator<Item = &Arc<dyn Driver>> {
        self.drivers.iter()
    }

    /// Every name that a directive or an override file may use: drivers and flavours. A program
    /// that links one driver must still read files that are written for others, so aludel's own are
    /// always among them.
    pub fn names(&self) -> Vec<&'static str> {
        let mut names = OWN_NAMES.to_vec();
        for driver in &self.drivers {
            for name in
                std::iter::once(driver.info().name).chain(driver.info().flavours.iter().copied())
            {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names
    }

    fn find(
        &self,
        asked: &str,
        is: impl Fn(&dyn Driver) -> bool,
    ) -> Result<&Arc<dyn Driver>, UnknownScheme> {
        self.drivers
            .iter()
            .find(|d| is(d.as_ref()))
            .ok_or_else(|| UnknownScheme {
                asked: asked.to_owned(),
                known: self
                    .drivers
                    .iter()
                    .flat_map(|d| d.info().schemes.iter().map(|(s, _)| (*s).to_owned()))
                    .collect(),
            })
    }
}
