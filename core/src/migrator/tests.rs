//! What is refused before any database is touched.

use super::*;
use crate::run::Move;

fn empty() -> Migrator {
    Migrator::builder().build().expect("nothing is wrong")
}

#[test]
fn a_scheme_without_a_driver_is_refused_and_told_apart_from_a_bad_url() {
    let migrator = empty();
    let error = migrator
        .run_blocking("sqlite:a.db", "heads")
        .expect_err("no driver");
    assert_eq!(error.code(), "unknown-driver");
    let error = migrator
        .run_blocking("nonsense", "heads")
        .expect_err("no URL");
    assert!(matches!(error, Error::Url(_)), "{error}");
}

#[test]
fn an_asynchronous_entry_outside_a_runtime_says_so() {
    let migrator = Migrator::builder()
        .driver(stub::Stub)
        .build()
        .expect("nothing is wrong");
    let run = migrator.run("stub:x", Move::upgrade("heads"));
    let error = futures_util::FutureExt::now_or_never(run)
        .expect("refused at once")
        .expect_err("no runtime");
    assert_eq!(error.code(), "no-runtime");
}

#[test]
fn every_problem_of_the_revisions_is_told() {
    let error = Migrator::builder()
        .directory("/nowhere/one")
        .directory("/nowhere/two")
        .build()
        .err()
        .expect("missing");
    let text = error.to_string();
    assert!(
        text.contains("/nowhere/one") && text.contains("/nowhere/two"),
        "{text}"
    );
}

#[test]
fn a_migrator_may_be_shared_between_threads() {
    fn shared<T: Clone + Send + Sync + 'static>(_: &T) {}
    shared(&empty());
}

/// A driver that never connects (a unit test of this crate cannot use the real ones, which are
/// built against another copy of it).
mod stub {
    use std::sync::Arc;

    use futures_util::future::BoxFuture;

    use crate::config::DatabaseUrl;
    use crate::driver::{
        ConnectOptions, Dialect, Driver, DriverInfo, Failure, FailureKind, Server, Session,
    };

    pub(super) struct Stub;

    static INFO: DriverInfo = DriverInfo {
        name: "stub",
        version: "0",
        schemes: &[("stub", "stub")],
        flavours: &["stub"],
        floor: &[("stub", 1, 0)],
    };

    impl Driver for Stub {
        fn info(&self) -> &DriverInfo {
            &INFO
        }
        fn dialect(&self, _: &Server) -> Result<Arc<dyn Dialect>, String> {
            Err("none".into())
        }
        fn connect<'a>(
            &'a self,
            _: &'a DatabaseUrl,
            _: &'a ConnectOptions,
        ) -> BoxFuture<'a, Result<Box<dyn Session>, Failure>> {
            Box::pin(async { Err(Failure::new(FailureKind::Connect, "never")) })
        }
    }
}
