//! The serial ports of this computer.

use serde::Serialize;

/// A port to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PortInfo {
    /// The name to open it by: one that stays when cables are moved, where the system has such.
    pub(crate) path: String,
    /// What it calls itself.
    pub(crate) label: String,
    /// Whose radios have such a chip, if it tells.
    pub(crate) hint: Option<&'static str>,
}

/// Lists the ports without opening any. Takes a few milliseconds of the system's time: not for the runtime's threads.
pub(crate) fn ports() -> Vec<PortInfo> {
    // The crate panics where the system has no such list, as in some containers.
    if cfg!(target_os = "linux") && !std::path::Path::new("/sys/class/tty").is_dir() {
        return Vec::new();
    }
    let found = serialport::available_ports().unwrap_or_default();
    let mut ports: Vec<_> = found.into_iter().map(|port| of_system(&port)).collect();
    // Ports with something on them first.
    ports.sort_by(|a, b| (a.hint.is_none(), &a.path).cmp(&(b.hint.is_none(), &b.path)));
    ports
}

fn of_system(port: &serialport::SerialPortInfo) -> PortInfo {
    let path = lasting_name(&port.port_name).unwrap_or_else(|| port.port_name.clone());
    let (label, hint) = match &port.port_type {
        serialport::SerialPortType::UsbPort(usb) => {
            let product = usb.product.clone().unwrap_or_else(|| "USB".to_owned());
            (
                format!("{} ({product})", port.port_name),
                hint(usb.vid, usb.product.as_deref()),
            )
        }
        serialport::SerialPortType::BluetoothPort => (format!("{} (Bluetooth)", port.port_name), None),
        _ => (port.port_name.clone(), None),
    };
    PortInfo { path, label, hint }
}

/// Whose radios have a chip of a vendor.
fn hint(vendor: u16, product: Option<&str>) -> Option<&'static str> {
    let product = product.unwrap_or_default();
    match vendor {
        0x10C4 if product.contains("Enhanced") => Some("Yaesu: the port for CAT"),
        0x10C4 if product.contains("Standard") => Some("Yaesu: the other port, not for CAT"),
        0x10C4 => Some("Icom, Yaesu or Kenwood"),
        0x0403 => Some("Elecraft or microHAM"),
        0x0C26 => Some("Icom"),
        0x0483 => Some("QRP Labs"),
        0x1A86 | 0x067B => Some("a CAT cable"),
        _ => None,
    }
}

/// The name by which the system always finds the same device.
#[cfg(target_os = "linux")]
fn lasting_name(name: &str) -> Option<String> {
    let device = std::fs::canonicalize(name).ok()?;
    let entries = std::fs::read_dir("/dev/serial/by-id").ok()?;
    let mut paths = entries.flatten().map(|entry| entry.path());
    let path = paths.find(|path| std::fs::canonicalize(path).is_ok_and(|target| target == device))?;
    Some(path.to_string_lossy().into_owned())
}

/// The name by which the system always finds the same device: elsewhere names stay.
#[cfg(not(target_os = "linux"))]
fn lasting_name(_name: &str) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listing_does_not_fail_where_there_are_none() {
        assert!(ports().len() < 1_000);
        assert_eq!(
            hint(0x10C4, Some("CP2105 Enhanced COM Port")),
            Some("Yaesu: the port for CAT")
        );
        assert_eq!(hint(0x1234, None), None);
    }
}
