//! The plan: typed steps that both interpreters consume.
