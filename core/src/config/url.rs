//! A URL that masks itself.

/// A database URL.
#[derive(Clone)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// Parses.
    pub fn parse(text: &str) -> Self {
        Self(text.to_owned())
    }
    /// The scheme.
    pub fn scheme(&self) -> &str {
        self.0.split(':').next().unwrap_or_default()
    }
    /// The URL with its secrets.
    pub fn secret(&self) -> &str {
        &self.0
    }
}
