//! The postgres driver of aludel: dialect (offline) and session (online) side by side.
