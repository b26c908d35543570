//! The drivers of a process: those that are linked in, those that manifests tell of, and the one that
//! somebody named by its path. **One provider for each scheme**: two copies of SQLite that open one
//! file in one process break each other's locks.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use aludel::driver::{Driver, DriverInfo, Registry};

use super::driver::PluginDriver;
use super::{LoadError, Loader, Manifest, Places, load_library, load_manifest};
use crate::intern;

/// The drivers of a process: linked in, found by their manifests, or named by a path; one for each
/// URL scheme.
pub struct Catalog {
    linked: Registry,
    /// The driver that was named by its path: it comes before every other.
    named: Option<Arc<PluginDriver>>,
    found: Vec<(PathBuf, Result<Manifest, LoadError>)>,
    places: Places,
    loader: Loader,
}

/// Where a driver comes from.
#[derive(Debug, Clone)]
pub enum Origin {
    /// It is a part of the program.
    Linked,
    /// It is a library.
    Library {
        /// The library's file.
        path: PathBuf,
        /// The manifest, unless it was named by its path.
        manifest: Option<Box<Manifest>>,
        /// Major and minor version of its ABI.
        abi: (u16, u16),
    },
}

/// One line of the list of drivers.
pub struct Entry {
    /// The driver, or why it was refused.
    pub driver: Result<(Arc<dyn Driver>, Origin), LoadError>,
    /// Its name, as far as that is known.
    pub name: String,
    /// Its manifest, if it has one that can be read.
    pub manifest: Option<Box<Manifest>>,
    /// Its schemes that another driver claims too, so that a URL of them is refused.
    pub clashes: Vec<LoadError>,
}

/// Who claims a word.
enum Claim<'a> {
    Linked(&'a Arc<dyn Driver>),
    Named(&'a Arc<PluginDriver>),
    Manifest(&'a Manifest),
}

impl Claim<'_> {
    fn describe(&self) -> String {
        match self {
            Self::Linked(driver) => format!("the linked driver `{}`", driver.info().name),
            Self::Named(driver) => format!("`{}`", driver.path().display()),
            Self::Manifest(manifest) => format!("`{}`", manifest.file.display()),
        }
    }
}

impl Catalog {
    /// The drivers that are linked in and those that manifests in `places` tell of. Nothing is
    /// loaded yet.
    pub fn new(linked: Registry, places: Places, loader: Loader) -> Self {
        Self {
            linked,
            named: None,
            found: places.manifests(),
            places,
            loader,
        }
    }

    /// Loads the driver of a library or manifest that somebody named by its path. From then on it
    /// is the provider of its schemes.
    ///
    /// # Errors
    ///
    /// If it cannot be loaded.
    pub fn name(&mut self, path: &Path) -> Result<Arc<dyn Driver>, LoadError> {
        let driver = match path.extension().is_some_and(|e| e == "toml") {
            true => load_manifest(&Manifest::load(path)?, &self.loader)?,
            false => load_library(path, &self.loader)?,
        };
        self.named = Some(driver.clone());
        Ok(driver)
    }

    /// The driver that was named by its path.
    pub fn named(&self) -> Option<Arc<dyn Driver>> {
        self.named.clone().map(|driver| driver as Arc<dyn Driver>)
    }

    /// The driver of a URL scheme; it is loaded if need be.
    ///
    /// # Errors
    ///
    /// If there is none, there are two, or it cannot be loaded.
    pub fn by_scheme(&self, scheme: &str) -> Result<Arc<dyn Driver>, LoadError> {
        self.choose(scheme, self.claims_of(scheme))
    }

    /// A driver by its name, one of its flavours or one of its schemes; it is loaded if need be. A
    /// driver of that very name comes before one of that flavour or scheme, and a linked one before
    /// one that was found.
    ///
    /// # Errors
    ///
    /// As [`Catalog::by_scheme`].
    pub fn by_name(&self, name: &str) -> Result<Arc<dyn Driver>, LoadError> {
        let mut claims = self.claims(|info| answers_to(info, name), |m| m.answers_to(name));
        if let Some(at) = claims.iter().position(|c| matches!(c, Claim::Linked(_))) {
            claims = vec![claims.swap_remove(at)];
        }
        self.choose(name, claims)
    }

    /// Whether a driver of this name, flavour or scheme is known. Nothing is loaded.
    ///
    /// # Errors
    ///
    /// If none is.
    pub fn knows(&self, name: &str) -> Result<(), LoadError> {
        let claims = self.claims(|info| answers_to(info, name), |m| m.answers_to(name));
        match claims.is_empty() {
            true => Err(self.unknown(name)),
            false => Ok(()),
        }
    }

    /// Every name that a directive or an override file may use. Nothing is loaded.
    pub fn names(&self) -> Vec<&'static str> {
        let mut names = self.linked.names();
        let mut add = |name: &'static str| {
            if !names.contains(&name) {
                names.push(name);
            }
        };
        if let Some(driver) = &self.named {
            add(driver.info().name);
            driver
                .info()
                .flavours
                .iter()
                .for_each(|flavour| add(flavour));
        }
        for manifest in self.manifests() {
            add(intern::text(&manifest.name));
            let flavours = manifest.flavours.iter();
            flavours.for_each(|flavour| add(intern::text(flavour)));
        }
        names
    }

    /// The name of the first driver that is known. Nothing is loaded.
    pub fn first(&self) -> Option<String> {
        let named = self
            .named
            .as_ref()
            .map(|driver| driver.info().name.to_owned());
        let linked = self.linked.drivers().next();
        named
            .or_else(|| linked.map(|driver| driver.info().name.to_owned()))
            .or_else(|| self.manifests().next().map(|m| m.name.clone()))
    }

    /// Every driver, the found ones loaded; or why one was refused.
    pub fn entries(&self) -> Vec<Entry> {
        let linked = self.linked.drivers().map(|driver| Entry {
            name: driver.info().name.to_owned(),
            driver: Ok((driver.clone(), Origin::Linked)),
            manifest: None,
            clashes: self.clashes(schemes(driver.info())),
        });
        let named = self.named.iter().map(|driver| Entry {
            name: driver.info().name.to_owned(),
            driver: Ok((driver.clone() as Arc<dyn Driver>, origin(driver, None))),
            manifest: None,
            clashes: self.clashes(schemes(driver.info())),
        });
        let found = self.found.iter().map(|(file, manifest)| match manifest {
            Ok(manifest) => Entry {
                name: manifest.name.clone(),
                driver: self.load(manifest).map(|driver| {
                    let origin = origin(&driver, Some(Box::new(manifest.clone())));
                    (driver as Arc<dyn Driver>, origin)
                }),
                manifest: Some(Box::new(manifest.clone())),
                clashes: self.clashes(manifest.schemes.iter().map(String::as_str)),
            },
            Err(error) => Entry {
                name: stem(file),
                driver: Err(error.clone()),
                manifest: None,
                clashes: Vec::new(),
            },
        });
        named.chain(linked).chain(found).collect()
    }

    /// Where manifests are looked for.
    pub fn places(&self) -> &Places {
        &self.places
    }

    fn manifests(&self) -> impl Iterator<Item = &Manifest> {
        self.found
            .iter()
            .filter_map(|(_, manifest)| manifest.as_ref().ok())
    }

    fn load(&self, manifest: &Manifest) -> Result<Arc<PluginDriver>, LoadError> {
        load_manifest(manifest, &self.loader)
    }

    fn claims_of(&self, scheme: &str) -> Vec<Claim<'_>> {
        self.claims(
            |info| schemes(info).any(|known| known == scheme),
            |manifest| manifest.schemes.iter().any(|known| known == scheme),
        )
    }

    /// Those of a driver's schemes that two claim.
    fn clashes<'a>(&self, schemes: impl Iterator<Item = &'a str>) -> Vec<LoadError> {
        schemes
            .filter_map(|scheme| clash(scheme, &self.claims_of(scheme)))
            .collect()
    }

    /// Who claims a word; who was named by path claims it alone.
    fn claims(
        &self,
        driver: impl Fn(&DriverInfo) -> bool,
        manifest: impl Fn(&Manifest) -> bool,
    ) -> Vec<Claim<'_>> {
        if let Some(named) = self.named.as_ref().filter(|named| driver(named.info())) {
            return vec![Claim::Named(named)];
        }
        let linked = self.linked.drivers().filter(|known| driver(known.info()));
        let found = self.manifests().filter(|known| manifest(known));
        let linked = linked.map(Claim::Linked);
        linked.chain(found.map(Claim::Manifest)).collect()
    }

    fn choose(&self, asked: &str, claims: Vec<Claim<'_>>) -> Result<Arc<dyn Driver>, LoadError> {
        if let Some(clash) = clash(asked, &claims) {
            return Err(clash);
        }
        match claims.as_slice() {
            [Claim::Linked(driver)] => Ok((*driver).clone()),
            [Claim::Named(driver)] => Ok((*driver).clone() as Arc<dyn Driver>),
            [Claim::Manifest(manifest)] => Ok(self.load(manifest)?),
            _ => Err(self.unknown(asked)),
        }
    }

    fn unknown(&self, asked: &str) -> LoadError {
        let named = self.named.iter().flat_map(|driver| driver.info().schemes);
        let linked = self
            .linked
            .drivers()
            .flat_map(|driver| driver.info().schemes);
        let mut known: Vec<String> = named
            .chain(linked)
            .map(|(scheme, _)| (*scheme).to_owned())
            .chain(
                self.manifests()
                    .flat_map(|manifest| manifest.schemes.clone()),
            )
            .collect();
        known.dedup();
        let refused = self.found.iter().filter_map(|(_, manifest)| {
            let error = manifest.as_ref().err()?;
            Some(format!("refused: {error}"))
        });
        LoadError::Unknown {
            asked: asked.to_owned(),
            known,
            looked: self.places.lines().into_iter().chain(refused).collect(),
        }
    }
}

/// The clash, if more than one claims the word.
fn clash(claimed: &str, claims: &[Claim<'_>]) -> Option<LoadError> {
    let [first, second, ..] = claims else {
        return None;
    };
    Some(LoadError::Clash {
        claimed: claimed.to_owned(),
        first: first.describe(),
        second: second.describe(),
    })
}

fn schemes(info: &DriverInfo) -> impl Iterator<Item = &'static str> {
    info.schemes.iter().map(|(scheme, _)| *scheme)
}

fn answers_to(info: &DriverInfo, name: &str) -> bool {
    info.name == name
        || info.flavours.contains(&name)
        || info.schemes.iter().any(|(scheme, _)| *scheme == name)
}

fn origin(driver: &PluginDriver, manifest: Option<Box<Manifest>>) -> Origin {
    Origin::Library {
        path: driver.path().to_owned(),
        manifest,
        abi: driver.abi(),
    }
}

fn stem(file: &Path) -> String {
    file.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
