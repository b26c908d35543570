//! What the program says to input that it must refuse: the code, the whole text, and that nothing was
//! changed. The pages stand in `archives/bad_input`, one kind of input a directory.

use aludel_tests::archive::run;

#[test]
fn configurations() {
    run("bad_input/configuration");
}

#[test]
fn urls() {
    run("bad_input/urls");
}

#[test]
fn files_of_revisions() {
    run("bad_input/files");
}

#[test]
fn graphs() {
    run("bad_input/graph");
}

#[test]
fn targets() {
    run("bad_input/targets");
}

#[test]
fn scripts() {
    run("bad_input/scripts");
}

#[test]
fn ledgers() {
    run("bad_input/ledger");
}

#[test]
fn databases() {
    run("bad_input/database");
}
