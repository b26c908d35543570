//! The revision graph: build and check it, resolve targets, order work, draw it.
