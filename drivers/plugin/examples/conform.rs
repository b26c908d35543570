//! Runs the conformance suite on a library, as a program: under a debugger, or valgrind.
//!
//!     cargo run -p aludel-plugin --features conformance --example conform -- LIBRARY URL SLOW-STATEMENT

#![allow(clippy::print_stdout)]

use std::time::Duration;

use aludel_plugin::{conformance, host};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [library, url, slow] = words.as_slice() else {
        println!("conform LIBRARY URL SLOW-STATEMENT");
        std::process::exit(2);
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let record = runtime.block_on(conformance::check_library(library, url, slow));
    // What is still running is no leak.
    host::shutdown(Duration::from_secs(5));
    drop(runtime);
    println!("{} answers", record.lines().len());
}
