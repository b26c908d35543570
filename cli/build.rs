//! Has the linker write a program of which a run touches little.
//!
//! A run at head needs a tenth of the program's code. Where that lies all over the file, most of the memory that a run takes is
//! code it never looks at: Linux maps 64 KiB around each page that is touched. `functions.txt` names what runs went through
//! (`.ci/order` writes it); here it becomes a script for the linker, which lays them beside each other.
//!
//! A program that may lie anywhere in memory has each of its twenty thousand addresses written when it starts, which reads and writes
//! a megabyte, a seventh of what a run takes, and a hundred page faults. So it is linked for one place, as Go's programs are, unless
//! the flags say something about it (`RUSTFLAGS=-Crelocation-model=pie`, for who wants that hardening).
//!
//! A shared library takes 50 to 100 KiB before anything of it is used. So what unwinds a panic comes with the program, from the
//! library that each compiler of C has beside the shared one. Drivers that are loaded have the shared one: no panic crosses to them.
//!
//! Only memory and the start depend on it. A name that the program does not have matches nothing, and a linker that takes no such
//! script or flag (each is tried on a program of nothing) links as it always does.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const NAMES: &str = "functions.txt";
/// To a compiler that links: a program for one place in memory.
const FIXED: &str = "-no-pie";
/// Where the compiler of C has what unwinds, to link with. `verbatim`: rustc would look for it among its own otherwise.
const UNWINDER: &str = "static:-bundle,+verbatim=libgcc_eh.a";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={NAMES}");
    println!("cargo::rerun-if-changed=build.rs");
    if env::var("PROFILE")? != "release" || env::var("CARGO_CFG_TARGET_OS")? != "linux" {
        return Ok(());
    }
    let directory = PathBuf::from(env::var("OUT_DIR")?);
    let path = directory.join("functions.ld");
    fs::write(&path, script(&fs::read_to_string(NAMES)?))?;
    let ordered = format!("-Wl,-T,{}", path.display());
    if is_understood(&["-C", &format!("link-arg={ordered}")], &directory)? {
        println!("cargo::rustc-link-arg-bin=aludel={ordered}");
    } else {
        println!(
            "cargo::warning=this linker takes no script: aludel will need a third more memory"
        );
    }
    // musl's programs are static, and linked in another way.
    let is_gnu = env::var("CARGO_CFG_TARGET_ENV")? == "gnu";
    let is_free = !flags().any(|flag| flag.contains("relocation-model"));
    if is_gnu && is_free && is_understood(&["-C", &format!("link-arg={FIXED}")], &directory)? {
        println!("cargo::rustc-link-arg-bin=aludel={FIXED}");
    }
    if is_gnu && is_understood(&["-l", UNWINDER], &directory)? {
        println!("cargo::rustc-link-lib={UNWINDER}");
    }
    Ok(())
}

/// The flags that all crates are compiled with.
fn flags() -> impl Iterator<Item = String> {
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let flags: Vec<_> = flags.split('\x1f').map(str::to_owned).collect();
    flags.into_iter().filter(|flag| !flag.is_empty())
}

/// The functions before the rest of `.text`; with `INSERT` the linker's own script stays in force. Optimizing over all crates puts a
/// number behind some of the names.
fn script(names: &str) -> String {
    let sections = names
        .lines()
        .map(|name| format!("*(.text.{name} .text.{name}.[0-9]* .text.unlikely.{name})\n"));
    format!(
        "SECTIONS {{\n.text : {{\n{}}}\n}}\nINSERT AFTER .fini;\n",
        sections.collect::<String>()
    )
}

/// Whether a program of nothing links with these arguments, by the linker and the flags that ours is linked with.
fn is_understood(arguments: &[&str], directory: &Path) -> Result<bool, Box<dyn Error>> {
    let source = directory.join("nothing.rs");
    fs::write(&source, "fn main() {}\n")?;
    let mut compiler = Command::new(env::var_os("RUSTC").ok_or("cargo sets RUSTC")?);
    compiler.args(["--crate-name", "nothing", "--target", &env::var("TARGET")?]);
    if let Ok(linker) = env::var("RUSTC_LINKER") {
        compiler.arg(format!("-Clinker={linker}"));
    }
    compiler.args(flags());
    compiler.args(arguments);
    compiler
        .arg("-o")
        .arg(directory.join("nothing"))
        .arg(source);
    compiler.stdout(Stdio::null()).stderr(Stdio::null());
    Ok(compiler.status()?.success())
}
