//! Texts of one meaning.
