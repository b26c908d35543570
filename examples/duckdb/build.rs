//! Links libduckdb from `DUCKDB_LIB_DIR`, and leaves that folder in the library, so that it is found
//! when the driver is loaded.

fn main() {
    println!("cargo:rerun-if-env-changed=DUCKDB_LIB_DIR");
    println!("cargo:rustc-link-lib=dylib=duckdb");
    if let Ok(folder) = std::env::var("DUCKDB_LIB_DIR") {
        println!("cargo:rustc-link-search=native={folder}");
        println!("cargo:rustc-link-arg-cdylib=-Wl,-rpath,{folder}");
    }
}
