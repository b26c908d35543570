//! What `upgrade` costs in round trips, counted on the wire after the log-in.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use aludel_tests::database::Database;
use aludel_tests::engine::Engine;
use aludel_tests::project::Project;
use aludel_tests::round_trips::Proxy;
use aludel_tests::signals::{command, run};

struct Counted {
    database: Database,
    proxy: Proxy,
    url: String,
}

fn counted(engine: Engine) -> Counted {
    let database = Database::new(engine);
    let address = database.address().to_owned();
    let proxy = match engine {
        Engine::Postgres => Proxy::to(address).unwrap(),
        _ => Proxy::to_mysql(address).unwrap(),
    };
    let url = format!("{}?sslmode=disable", database.url_through(proxy.port()));
    Counted {
        database,
        proxy,
        url,
    }
}

/// Round trips of one successful `upgrade`.
fn upgrade(counted: &Counted, project: &Project) -> usize {
    let ended = run(&mut command(
        &counted.url,
        &project.migrations(),
        &["upgrade"],
    ));
    assert_eq!(ended.code, 0, "{ended:#?}");
    assert_eq!(counted.database.applied(), project.ids());
    let trips = counted.proxy.take();
    assert_eq!(trips.len(), 1, "one connection: {trips:?}");
    trips[0]
}

#[test]
fn an_upgrade_at_head_costs_at_most_two_round_trips() {
    let counted = counted(Engine::Postgres);
    let project = Project::traced(3);
    upgrade(&counted, &project);
    let trips = upgrade(&counted, &project);
    println!("at head: {trips} round trips");
    assert!((1..=2).contains(&trips), "{trips}");
}

#[test]
fn a_hundred_pending_revisions_cost_at_most_five_round_trips() {
    let counted = counted(Engine::Postgres);
    let project = Project::traced(100);
    let trips = upgrade(&counted, &project);
    println!("100 pending: {trips} round trips");
    assert!((1..=5).contains(&trips), "{trips}");
}

/// One about the server, one for the lock and both tables of the ledger.
#[test]
fn an_upgrade_at_head_on_mariadb_costs_two_round_trips() {
    let counted = counted(Engine::Mariadb);
    let project = Project::traced(3);
    upgrade(&counted, &project);
    let trips = upgrade(&counted, &project);
    println!("at head: {trips} round trips");
    assert_eq!(trips, 2);
}
