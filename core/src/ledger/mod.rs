//! The ledger: applied set, journal, format version.
