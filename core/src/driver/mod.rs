//! What a driver is: a dialect (pure), a session (one live connection), capabilities, the registry by scheme.
