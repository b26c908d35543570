//! Scanning a script into statements, per dialect; directives.
