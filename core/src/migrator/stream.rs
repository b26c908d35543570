//! The events of runs as a stream.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::run::{Event, Events};

/// The end of a stream of events that runs write to; see [`event_stream`].
#[derive(Debug, Clone)]
pub struct EventSender(UnboundedSender<Event>);

/// The end of a stream of events that is read; see [`event_stream`]. It ends when the last sender is
/// gone, that is, with the migrator.
#[derive(Debug)]
pub struct EventStream(UnboundedReceiver<Event>);

/// Events as a stream: one end for [`MigratorBuilder::events`](super::MigratorBuilder::events), the
/// other to read. A run never waits for the reader.
///
/// ```
/// use aludel::migrator::event_stream;
/// use aludel::run::Event;
/// use aludel::Migrator;
///
/// # let directory = tempfile::tempdir()?;
/// # let revision = directory.path().join("migrations/2026-01-05-101500_accounts");
/// # std::fs::create_dir_all(&revision)?;
/// # std::fs::write(revision.join("up.sql"), "CREATE TABLE accounts (id INTEGER);")?;
/// # let url = format!("sqlite:{}", directory.path().join("app.db").display());
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// let (sender, mut events) = event_stream();
/// let migrator = Migrator::builder()
///     .driver(aludel_sqlite::SqliteDriver::new())
///     .directory(directory.path().join("migrations"))
///     .events(sender)
///     .build()?;
/// migrator.run(&url, "heads").await?;
/// drop(migrator);
/// let mut names = Vec::new();
/// while let Some(event) = events.next().await {
///     if let Event::RevisionDone { name, .. } = event {
///         names.push(name);
///     }
/// }
/// assert_eq!(names, ["2026-01-05-101500_accounts"]);
/// # Ok::<(), aludel::Error>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn event_stream() -> (EventSender, EventStream) {
    let (sender, receiver) = unbounded_channel();
    (EventSender(sender), EventStream(receiver))
}

impl Events for EventSender {
    fn event(&self, event: Event) {
        // Nobody has to listen.
        let _ = self.0.send(event);
    }
}

impl EventStream {
    /// The next event; `None` once every sender is gone.
    pub async fn next(&mut self) -> Option<Event> {
        self.0.recv().await
    }
}

impl Stream for EventStream {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        self.0.poll_recv(cx)
    }
}
