//! Background jobs: a durable queue, schedules, progress.
//!
//! Invariants: a job is asked for in the transaction whose effect it follows from; it may be run again after
//! a crash at any point, so its handler is repeatable; a panic is a failed try; ended jobs are kept a week.
//! Jobs of one queue wait for each other. Progress is told on the bus at most four times a second and kept in
//! memory; where a job stands is stored by the job itself, with the rows it writes.
//!
//! Not here: what any job does. Domains register handlers; the application lists schedules.

mod builder;
mod cx;
pub(crate) mod event;
mod model;
pub(crate) mod personal;
pub(crate) mod read;
mod runner;
mod schedule;
mod tables;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use builder::JobsBuilder;
pub(crate) use cx::JobCx;
pub(crate) use model::{Done, Job, JobError, JobId, NewJob};
pub(crate) use runner::{Jobs, encode};
pub(crate) use schedule::{Rhythm, Schedule};
pub(crate) use tables::{check, tables};
pub(crate) use write::{CancelOutcome, advance, enqueue};
