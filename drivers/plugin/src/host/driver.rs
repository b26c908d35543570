//! A [`Driver`] over a loaded library.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use aludel::config::DatabaseUrl;
use aludel::driver::{
    Administration, ConnectOptions, Dialect, Driver, DriverInfo, Failure, FailureKind, Server,
    Session,
};
use futures_util::future::BoxFuture;
use serde::de::DeserializeOwned;

use super::dialect::PluginDialect;
use super::plugin::{CallError, Plugin};
use super::session::PluginSession;
use super::{LoadError, Manifest};
use crate::abi::op;
use crate::{intern, wire};

/// A driver that was loaded from a library.
pub struct PluginDriver {
    plugin: Arc<Plugin>,
    info: DriverInfo,
    dialects: Mutex<Vec<(Server, Arc<dyn Dialect>)>>,
}

impl PluginDriver {
    pub(super) fn new(plugin: Arc<Plugin>) -> Self {
        let said = &plugin.info;
        let schemes = said.schemes.iter();
        let schemes = schemes.map(|s| (intern::text(&s.scheme), intern::text(&s.flavour)));
        let floor = said.floor.iter();
        let floor = floor.map(|f| (intern::text(&f.flavour), f.major, f.minor));
        let info = DriverInfo {
            name: intern::text(&said.name),
            version: intern::text(&said.version),
            schemes: Vec::leak(schemes.collect()),
            flavours: intern::texts(&said.flavours),
            floor: Vec::leak(floor.collect()),
        };
        Self {
            plugin,
            info,
            dialects: Mutex::default(),
        }
    }

    /// The library's file.
    pub fn path(&self) -> &Path {
        &self.plugin.path
    }

    /// The ABI that the library speaks: major and minor.
    pub fn abi(&self) -> (u16, u16) {
        self.plugin.abi
    }

    /// The version of its messages.
    pub fn protocol(&self) -> u32 {
        self.plugin.info.protocol
    }

    /// How many answers the library owes.
    pub fn owed(&self) -> usize {
        self.plugin.state.owed()
    }

    pub(super) fn plugin(&self) -> &Plugin {
        &self.plugin
    }

    /// Asks for the dialect of the oldest server of each flavour: a driver that cannot answer that is
    /// refused before anything is planned with it.
    pub(super) fn knows_its_floor(&self) -> Result<(), LoadError> {
        for (flavour, major, minor) in self.info.floor {
            let server = Server::new(*flavour, *major, *minor);
            self.dialect(&server).map_err(|reason| LoadError::Broken {
                path: self.plugin.path.clone(),
                reason,
            })?;
        }
        Ok(())
    }

    fn of_url<T: DeserializeOwned>(&self, op: u32, url: &DatabaseUrl) -> Result<T, CallError> {
        self.plugin.state.keep_secret(url);
        let head = wire::write(&wire::UrlRequest {
            url: url.secret().to_owned(),
        });
        let (head, _) = self.plugin.call(op, &head, &[])?;
        wire::read(&head).map_err(|error| Plugin::garbage(op, &error))
    }

    /// Whether the library is what its manifest says.
    pub(super) fn agrees_with(&self, manifest: &Manifest) -> Result<(), LoadError> {
        let differs = |what: &str, said: String, is: String| LoadError::Mismatch {
            manifest: manifest.file.clone(),
            library: self.plugin.path.clone(),
            reason: format!("its {what} is {is}, not {said}"),
        };
        let sorted = |mut words: Vec<&str>| {
            words.sort_unstable();
            words.join(", ")
        };
        let abi = |(major, minor): (u16, u16)| format!("{major}.{minor}");
        let schemes = self.info.schemes.iter().map(|(scheme, _)| *scheme);
        let owned = |words: &[String]| sorted(words.iter().map(String::as_str).collect());
        let pairs = [
            ("name", manifest.name.clone(), self.info.name.to_owned()),
            (
                "version",
                manifest.version.clone(),
                self.info.version.to_owned(),
            ),
            ("ABI", abi(manifest.abi), abi(self.abi())),
            (
                "list of schemes",
                owned(&manifest.schemes),
                sorted(schemes.collect()),
            ),
            (
                "list of flavours",
                owned(&manifest.flavours),
                sorted(self.info.flavours.to_vec()),
            ),
        ];
        match pairs.into_iter().find(|(_, said, is)| said != is) {
            Some((what, said, is)) => Err(differs(what, said, is)),
            None => Ok(()),
        }
    }
}

impl std::fmt::Debug for PluginDriver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PluginDriver")
            .field("path", &self.plugin.path)
            .field("info", &self.info)
            .finish_non_exhaustive()
    }
}

impl Driver for PluginDriver {
    fn info(&self) -> &DriverInfo {
        &self.info
    }

    fn dialect(&self, server: &Server) -> Result<Arc<dyn Dialect>, String> {
        let mut dialects = self.dialects.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, known)) = dialects.iter().find(|(known, _)| known == server) {
            return Ok(known.clone());
        }
        let dialect: Arc<dyn Dialect> = Arc::new(PluginDialect::new(&self.plugin, server)?);
        dialects.push((server.clone(), dialect.clone()));
        Ok(dialect)
    }

    fn catalog(&self, url: &DatabaseUrl) -> Option<String> {
        if !self.plugin.supports(op::CATALOG) {
            return None;
        }
        match self.of_url::<wire::Catalog>(op::CATALOG, url) {
            Ok(catalog) => catalog.catalog,
            Err(error) => {
                // There is no way to say so here: whatever is asked next does.
                self.plugin.fail(error.sentence(self.info.name));
                None
            }
        }
    }

    fn administration(&self, url: &DatabaseUrl) -> Result<Administration, String> {
        let name = self.info.name;
        if !self.plugin.supports(op::ADMINISTRATION) {
            return Err(format!(
                "the `{name}` driver cannot create or drop databases"
            ));
        }
        let by: wire::Administration = self
            .of_url(op::ADMINISTRATION, url)
            .map_err(|error| error.sentence(name))?;
        by.try_into()
            .map_err(|reason| format!("the driver `{name}` does not answer as it must: {reason}"))
    }

    fn connect<'a>(
        &'a self,
        url: &'a DatabaseUrl,
        options: &'a ConnectOptions,
    ) -> BoxFuture<'a, Result<Box<dyn Session>, Failure>> {
        Box::pin(async move {
            let session = PluginSession::connect(self.plugin.clone(), url, options);
            let session = session.await.map_err(|mut failure| {
                // Whatever it was, there is no session.
                if failure.kind == FailureKind::Lost {
                    failure.kind = FailureKind::Connect;
                }
                failure
            })?;
            Ok(Box::new(session) as Box<dyn Session>)
        })
    }
}
