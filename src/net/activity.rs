//! Whether a connection has anything going on: requests from their arrival until the last byte of the answer's body.
//!
//! HTTP/2 keeps a connection open with pings for ever; by this it is found out that nobody uses it.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::sync::watch;
use tokio::time::sleep;

/// A connection's count of requests under way. Clones are the same count.
#[derive(Debug, Clone)]
pub(super) struct Activity(Arc<watch::Sender<usize>>);

/// A request under way, until it is dropped.
#[derive(Debug)]
pub(super) struct Busy(Activity);

impl Activity {
    /// Nothing going on yet.
    pub(super) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }

    /// A request begins.
    pub(super) fn begin(&self) -> Busy {
        self.0.send_modify(|count| *count += 1);
        Busy(self.clone())
    }

    /// Waits until nothing was going on for so long.
    pub(super) async fn idle_for(&self, limit: Duration) {
        let mut count = self.0.subscribe();
        loop {
            let idle = *count.borrow_and_update() == 0;
            tokio::select! {
                () = sleep(limit), if idle => return,
                // The sender is our own: it never goes away.
                _ = count.changed() => {}
            }
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.0.send_modify(|count| *count -= 1);
    }
}

/// An answer's body that keeps its request under way until it is sent.
#[derive(Debug)]
pub(super) struct Answering {
    body: Body,
    _busy: Busy,
}

impl Answering {
    /// The body of the answer to `busy`.
    pub(super) fn new(body: Body, busy: Busy) -> Self {
        Self { body, _busy: busy }
    }
}

impl HttpBody for Answering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn idleness_is_counted_from_the_end_of_the_last_answer() {
        let limit = Duration::from_secs(10);
        let activity = Activity::new();
        let (first, second) = (activity.begin(), activity.begin());
        let watched = activity.clone();
        let idle = tokio::spawn(async move { watched.idle_for(limit).await });
        sleep(limit * 3).await;
        drop(Answering::new(Body::empty(), first));
        sleep(limit * 3).await;
        assert!(!idle.is_finished(), "one request is still under way");
        drop(second);
        idle.await.unwrap();
    }
}
