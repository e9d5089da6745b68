//! Whether this user may open a device, and who holds it.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use rustix::fs::{Access, access};

/// The group that a device is open to, if this user is not in it; `None` where it can be opened or is not there.
pub(super) fn denied(path: &Path) -> Option<String> {
    let about = fs::metadata(path).ok()?;
    if access(path, Access::READ_OK | Access::WRITE_OK).is_ok() {
        return None;
    }
    let groups = fs::read_to_string("/etc/group").unwrap_or_default();
    Some(group(&groups, about.gid()).unwrap_or_else(|| "dialout".to_owned()))
}

/// The name of a group in the system's list.
fn group(list: &str, id: u32) -> Option<String> {
    let id = id.to_string();
    let mut lines = list.lines().map(|line| line.split(':'));
    lines.find_map(|mut fields| {
        let name = fields.next()?;
        (fields.nth(1) == Some(&id)).then(|| name.to_owned())
    })
}

/// Which program of this user holds a device, where the system tells (Linux): its name and number.
pub(super) fn holder(path: &Path) -> Option<(String, u32)> {
    let device = fs::canonicalize(path).ok()?;
    let own = std::process::id();
    for process in fs::read_dir("/proc").ok()?.flatten() {
        let Some(id) = process
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<u32>().ok())
        else {
            continue;
        };
        let Ok(open) = fs::read_dir(process.path().join("fd")) else {
            continue;
        };
        let holds = open
            .flatten()
            .any(|file| fs::read_link(file.path()).is_ok_and(|target| target == device));
        if holds && id != own {
            let name = fs::read_to_string(process.path().join("comm")).unwrap_or_default();
            return Some((name.trim().to_owned(), id));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_found_by_number() {
        let list = "root:x:0:\ndialout:x:20:kim,alex\nuucp:x:10:\n";
        assert_eq!(group(list, 20).as_deref(), Some("dialout"));
        assert_eq!(group(list, 0).as_deref(), Some("root"));
        assert_eq!(group(list, 99), None);
    }

    #[test]
    fn what_is_not_there_is_not_denied() {
        assert_eq!(denied(Path::new("/dev/no-such-port")), None);
        assert_eq!(holder(Path::new("/dev/no-such-port")), None);
    }
}
