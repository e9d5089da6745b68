//! All of it together.

use std::path::PathBuf;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::appliance::Courier;
use super::deliver::Delivery;
use super::listen::{Ear, ListenError, Places, Ports};
use super::queue::{Limits, Opened, Queue, QueueError, SharedQueue};
use crate::env::{Clock, Entropy};

/// What is to run.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Where to listen, and whom to pass datagrams on to.
    pub(crate) places: Places,
    /// The queue's file.
    pub(crate) queue: PathBuf,
    /// How much it may hold.
    pub(crate) limits: Limits,
    /// The logbook by its call; without it the account's own.
    pub(crate) logbook: Option<String>,
}

/// What runs.
#[derive(Debug)]
pub(crate) struct Logs {
    /// What is heard.
    pub(crate) ear: Ear,
    /// What is to be sent.
    pub(crate) queue: SharedQueue,
    /// What was found in the queue's file.
    pub(crate) opened: Opened,
    /// Ports that could not be had; the others listen.
    pub(crate) errors: Vec<ListenError>,
}

/// Opens the queue, listens, and delivers; without a courier contacts wait in the queue. All tasks end when
/// `stop` is cancelled.
pub(crate) async fn start<C: Courier>(
    settings: Settings,
    courier: Option<C>,
    clock: Clock,
    entropy: Entropy,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> Result<Logs, QueueError> {
    let Settings {
        places,
        queue,
        limits,
        logbook,
    } = settings;
    let open = tokio::task::spawn_blocking(move || Queue::open(&queue, limits));
    let (queue, opened) = open.await.map_err(|_| QueueError::Stopped)??;
    let queue = SharedQueue::new(queue);
    let (ear, hearing) = Ear::new(clock.clone(), queue.clone());
    let mut ports = Ports::bind(&places).await;
    let errors = std::mem::take(&mut ports.errors);
    tasks.spawn(hearing.run(stop.clone()));
    ports.listen(&ear, tasks, stop);
    if let Some(courier) = courier {
        let delivery = Delivery::new(queue.clone(), courier, clock, entropy, logbook);
        tasks.spawn(delivery.run(stop.clone()));
    }
    Ok(Logs {
        ear,
        queue,
        opened,
        errors,
    })
}
