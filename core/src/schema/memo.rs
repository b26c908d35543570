//! What others have worked out of a schema, kept for as long as it holds.
//!
//! # Invariants
//!
//! - Every change of a schema but one of triggers begins a new memo (`Schema::touch`): what is found in
//!   one was worked out of the same tables, views and types. Clones share it until either changes.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// What was worked out of a schema, whatever triggers it has.
#[derive(Clone, Default)]
pub(super) struct Memo(Arc<OnceLock<Box<dyn Any + Send + Sync>>>);

impl Memo {
    /// The one thing that is kept, which begins as the default one.
    pub(super) fn get<T: Any + Send + Sync + Default>(&self) -> Option<&T> {
        let kept = self.0.get_or_init(|| Box::<T>::default());
        (**kept).downcast_ref()
    }
}

impl fmt::Debug for Memo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memo")
    }
}
