//! Drivers that are loaded from libraries, through the real program.

use aludel_tests::desk::Place;
use aludel_tests::plugin;

fn place() -> Place {
    let place = Place::new();
    place.revision(
        "2026-01-01-000001_one",
        "CREATE TABLE one (id INTEGER);\n",
        "DROP TABLE one;\n",
    );
    place.revision(
        "2026-01-01-000002_two",
        "CREATE TABLE two (id INTEGER);\nINSERT INTO two VALUES (1);\n",
        "DROP TABLE two;\n",
    );
    place
}

/// The words, with the driver linked in and with the same driver loaded.
fn both(words: &str) -> [aludel_tests::desk::Ran; 2] {
    let library = plugin::library("sqlite");
    let loaded = format!("--driver {} {words}", library.display());
    [place().run(words), place().run(&loaded)]
}

#[test]
fn a_loaded_driver_prints_and_runs_as_the_linked_one() {
    for words in [
        "--url sqlite:it.db upgrade --sql",
        "--url sqlite:it.db upgrade",
        "--url sqlite:it.db status",
        "--url sqlite:missing/it.db upgrade",
    ] {
        let [linked, loaded] = both(words);
        // The command to go on with names the library too.
        let library = format!("--driver {} ", plugin::library("sqlite").display());
        let loaded = loaded.text().replace(&library, "");
        assert_eq!(linked.text(), loaded, "{words}");
    }
}
