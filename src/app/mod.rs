//! Stub.

mod pages;
