//! Background jobs: a durable queue.

pub(crate) mod event;
