//! The suite that aludel's own drivers pass, on this one as it is loaded.

use aludel_plugin::conformance;

#[test]
fn duckdb_conforms() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("duckdb:{}", folder.path().join("it.duckdb").display());
    let slow = "SELECT sum(a.range * b.range) FROM range(1000000) AS a, range(1000000) AS b";
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let library = conformance::build(env!("CARGO_MANIFEST_DIR"));
    runtime.block_on(conformance::check_library(library, &url, slow));
}
