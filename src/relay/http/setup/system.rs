//! What of this computer matters to a radio: which system it is, whether Hamlib is there, who may open a port.

use std::path::{Path, PathBuf};

/// A computer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct System {
    /// `linux`, `macos`, `windows`.
    pub(super) os: &'static str,
    /// Of Linux: the distribution and those it is like, as in `/etc/os-release`.
    pub(super) like: Vec<String>,
    /// Hamlib's daemon, if it is installed.
    pub(super) rigctld: Option<PathBuf>,
}

impl System {
    /// This one. Reads some files: not for the runtime's threads.
    pub(super) fn look() -> Self {
        let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
        let path = std::env::var_os("PATH").unwrap_or_default();
        Self {
            os: std::env::consts::OS,
            like: like(&release),
            rigctld: std::env::split_paths(&path)
                .flat_map(|dir| [dir.join("rigctld"), dir.join("rigctld.exe")])
                .find(|file| file.is_file()),
        }
    }

    /// How Hamlib is installed: words, and a command where there is one.
    pub(super) fn install(&self) -> (&'static str, Option<&'static str>) {
        let is = |name: &str| self.like.iter().any(|like| like == name);
        let words = "Install Hamlib, which brings rigctld.";
        match self.os {
            "macos" => (words, Some("brew install hamlib")),
            "windows" => (
                "Install Hamlib, which brings rigctld.exe: the newest hamlib-w64 of github.com/Hamlib/Hamlib/releases.",
                None,
            ),
            _ if is("debian") || is("ubuntu") => (words, Some("sudo apt install libhamlib-utils")),
            _ if is("fedora") || is("rhel") => (words, Some("sudo dnf install hamlib")),
            _ if is("arch") => (words, Some("sudo pacman -S hamlib")),
            _ if is("suse") || is("opensuse") => (words, Some("sudo zypper install hamlib")),
            _ if is("alpine") => (words, Some("sudo apk add hamlib")),
            _ => (
                "Install Hamlib, which brings rigctld, by your system's packages.",
                None,
            ),
        }
    }

    /// A serial port as this system names them, for examples.
    pub(super) fn example_port(&self) -> &'static str {
        match self.os {
            "windows" => "COM5",
            "macos" => "/dev/cu.usbserial-10",
            _ => "/dev/ttyUSB0",
        }
    }
}

/// The distribution's name and those of its kin.
fn like(release: &str) -> Vec<String> {
    let value = |line: &str| {
        let (key, value) = line.split_once('=')?;
        matches!(key, "ID" | "ID_LIKE").then(|| value.trim_matches('"').to_lowercase())
    };
    let values: Vec<String> = release.lines().filter_map(value).collect();
    let names = values.iter().flat_map(|names| names.split_whitespace());
    names.map(str::to_owned).collect()
}

/// The group that a port is open to, if this user may not open it.
pub(super) fn denied(path: &str) -> Option<String> {
    #[cfg(unix)]
    return super::access::denied(Path::new(path));
    #[cfg(not(unix))]
    {
        let _ = Path::new(path);
        None
    }
}

/// Which program holds a port, where the system tells.
pub(super) fn holder(path: &str) -> Option<(String, u32)> {
    #[cfg(unix)]
    return super::access::holder(Path::new(path));
    #[cfg(not(unix))]
    {
        let _ = Path::new(path);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_that_of_the_distribution_or_its_kin() {
        let of = |release: &str| {
            let system = System {
                os: "linux",
                like: like(release),
                rigctld: None,
            };
            system.install().1
        };
        assert_eq!(of("ID=debian\n"), Some("sudo apt install libhamlib-utils"));
        assert_eq!(
            of("NAME=x\nID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"),
            Some("sudo apt install libhamlib-utils")
        );
        assert_eq!(of("ID=fedora\n"), Some("sudo dnf install hamlib"));
        assert_eq!(of(""), None);
    }
}
