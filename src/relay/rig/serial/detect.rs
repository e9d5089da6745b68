//! Finding out which radio is at a port.
//!
//! Only ports the user has agreed to are opened: opening one may key a transmitter or reset what hangs on it.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::ascii;
use super::fault::Fault;
use super::icom::frame::{self, COMPUTER, Event, Frame};
use super::models::{self, Model};
use super::port::{Opener, Port, PortSettings};
use super::yaesu_old::of_bcd;

/// Speeds in the order of their likelihood.
pub(crate) const SPEEDS: [u32; 6] = [38_400, 115_200, 19_200, 9_600, 57_600, 4_800];

/// A radio found at a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// The port.
    pub(crate) path: String,
    /// The speed.
    pub(crate) baud: u32,
    /// The radio, or the one most like it.
    pub(crate) model: &'static Model,
    /// What it answered, for people.
    pub(crate) answered: String,
    /// Its address on Icom's bus.
    pub(crate) civ_address: Option<u8>,
}

/// Looks for a radio at one port, speed by speed: some seconds. An error is the port's. Kenwood and Yaesu may answer
/// only if RTS is raised; that is for the user to allow, as it keys a transmitter in some stations.
pub(crate) async fn detect(path: &str, raise_rts: bool) -> Result<Option<Found>, Fault> {
    for baud in SPEEDS {
        let settings = PortSettings {
            path: path.to_owned(),
            baud,
            stop_bits: 2,
            handshake: raise_rts,
        };
        let mut port = Opener::Device(settings).open().await?;
        let found = identify(&mut port, path, baud).await;
        port.close().await;
        if let Some(found) = found? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Asks at an open port: by letters, on Icom's bus, by five bytes.
pub(crate) async fn identify(port: &mut Port, path: &str, baud: u32) -> Result<Option<Found>, Fault> {
    let found = |model, answered: String, civ_address| Found {
        path: path.to_owned(),
        baud,
        model,
        answered,
        civ_address,
    };
    if let Some(id) = by_letters(port).await? {
        let model =
            models::of_id(&id).or_else(|| models::of_number(if id.len() == 4 { 1_035 } else { 2_028 }));
        return Ok(model.map(|model| found(model, format!("ID{id};"), None)));
    }
    if let Some(address) = on_bus(port).await? {
        let model = models::of_address(address).or_else(|| models::of_number(3_073));
        return Ok(model.map(|model| found(model, format!("CI-V address {address:02X}"), Some(address))));
    }
    if by_five_bytes(port).await? {
        let model = models::of_number(1_020);
        return Ok(model.map(|model| found(model, "five bytes".to_owned(), None)));
    }
    Ok(None)
}

/// Reads for a while, until something is found among what has come.
async fn until<T>(
    port: &mut Port,
    patience: Duration,
    mut find: impl FnMut(&mut Vec<u8>) -> Option<T>,
) -> Result<Option<T>, Fault> {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(found) = find(&mut port.buffer) {
            return Ok(Some(found));
        }
        match port.more_by(deadline).await {
            Ok(()) => {}
            Err(Fault::TimedOut) => return Ok(None),
            Err(fault) => return Err(fault),
        }
    }
}

async fn by_letters(port: &mut Port) -> Result<Option<String>, Fault> {
    port.flush();
    port.write(b";;;ID;").await?;
    until(port, Duration::from_millis(300), |buffer| {
        while let Some(frame) = ascii::frame(buffer) {
            // Not an echo of the question.
            if let Some(id) = frame.strip_prefix("ID").filter(|id| (3..=4).contains(&id.len())) {
                return Some(id.to_owned());
            }
        }
        None
    })
    .await
}

async fn on_bus(port: &mut Port) -> Result<Option<u8>, Fault> {
    for address in models::addresses() {
        port.flush();
        port.write(&Frame::to_radio(address, &[0x03]).bytes()).await?;
        let found = until(port, Duration::from_millis(100), |buffer| {
            while let Some(event) = frame::next(buffer) {
                if let Event::Frame(frame) = event
                    && frame.from == address
                    && frame.to == COMPUTER
                {
                    return Some(address);
                }
            }
            None
        });
        if let Some(address) = found.await? {
            return Ok(Some(address));
        }
    }
    Ok(None)
}

async fn by_five_bytes(port: &mut Port) -> Result<bool, Fault> {
    // What was asked before may have left the radio in the midst of a command.
    sleep(Duration::from_millis(50)).await;
    for _ in 0..2 {
        port.flush();
        port.write(&[0, 0, 0, 0, 0x03]).await?;
        let found = until(port, Duration::from_millis(200), |buffer| {
            let [a, b, c, d, _mode] = *buffer.first_chunk::<5>()?;
            let frequency = of_bcd([a, b, c, d]).ok()?;
            (buffer.len() == 5 && (100_000..=480_000_000).contains(&frequency)).then_some(())
        });
        if found.await?.is_some() {
            return Ok(true);
        }
        sleep(Duration::from_millis(250)).await;
    }
    Ok(false)
}
