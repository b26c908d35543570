//! What may be given where a URL is wanted.

use crate::config::{DatabaseUrl, UrlError};

/// A database URL, or a text that is to be read as one.
pub trait IntoUrl: sealed::Sealed {
    /// The URL.
    ///
    /// # Errors
    ///
    /// If the text is no URL, or could be read in two ways.
    fn into_url(self) -> Result<DatabaseUrl, UrlError>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for &str {}
    impl Sealed for &String {}
    impl Sealed for String {}
    impl Sealed for super::DatabaseUrl {}
    impl Sealed for &super::DatabaseUrl {}
}

impl IntoUrl for &str {
    fn into_url(self) -> Result<DatabaseUrl, UrlError> {
        DatabaseUrl::parse(self)
    }
}

impl IntoUrl for &String {
    fn into_url(self) -> Result<DatabaseUrl, UrlError> {
        DatabaseUrl::parse(self)
    }
}

impl IntoUrl for String {
    fn into_url(self) -> Result<DatabaseUrl, UrlError> {
        DatabaseUrl::parse(&self)
    }
}

impl IntoUrl for DatabaseUrl {
    fn into_url(self) -> Result<DatabaseUrl, UrlError> {
        Ok(self)
    }
}

impl IntoUrl for &DatabaseUrl {
    fn into_url(self) -> Result<DatabaseUrl, UrlError> {
        Ok(self.clone())
    }
}
