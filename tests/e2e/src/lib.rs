//! Harness of the browser tests: starts the real program on a free port with a throw-away data directory,
//! and drives Chromium against it as a ham would: by what is on the page.
//!
//! Waiting is always for a condition with a deadline, never for time alone. A browser complains at its end about
//! everything that was wrong on the way: script errors, refused requests, violations of the page's policy; a test
//! that means to provoke such a thing says so.

mod browser;
mod checks;
mod hands;
mod http;
mod radio;
mod server;
mod spots;
mod stub;

use std::time::Duration;

pub use browser::Chrome;
pub use http::Reply;
pub use radio::{Dummy, Relay};
pub use server::{Ran, Server};
pub use stub::StubRelay;

/// How long a page may take to show what a test waits for.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks at a condition.
const GLANCE: Duration = Duration::from_millis(30);
