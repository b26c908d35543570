//! Texts that live as long as the process.
//!
//! The core's traits hand out `&'static` data, and a library is never unloaded, so what it says of
//! itself is kept for ever: once, however often it is said.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

static TEXTS: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

/// The text, for ever.
pub(crate) fn text(text: &str) -> &'static str {
    let mut texts = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = texts.get(text) {
        return known;
    }
    let leaked: &'static str = Box::leak(text.to_owned().into_boxed_str());
    texts.insert(leaked);
    leaked
}

/// The texts, for ever. The list itself is leaked each time: keep it.
#[cfg(feature = "host")]
pub(crate) fn texts(list: &[String]) -> &'static [&'static str] {
    Vec::leak(list.iter().map(|item| text(item)).collect())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_text_is_kept_once() {
        let (one, two) = (super::text("kept"), super::text(&["ke", "pt"].concat()));
        assert!(std::ptr::eq(one, two));
    }
}
