//! The interpreters: script prints a plan, live sends it.
