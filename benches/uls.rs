//! Makes a register of the FCC, or a day's changes of it: `uls FOLDER LICENCES [SEED] [day DAY CHANGED | zip]`.

use std::io::Write as _;
use std::path::Path;

use shackbox::testkit::uls::{Uls, zip};

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, otherwise: u32| -> u32 {
        let given = arguments.get(at);
        given.map_or(otherwise, |text| text.parse().expect("a number"))
    };
    let [folder, _, ..] = arguments.as_slice() else {
        writeln!(
            std::io::stderr(),
            "usage: uls FOLDER LICENCES [SEED] [day DAY CHANGED | zip]"
        )?;
        std::process::exit(2);
    };
    let folder = Path::new(folder);
    std::fs::create_dir_all(folder)?;
    let register = Uls::new(number(1, 0), u64::from(number(2, 1)));
    match arguments.get(3).map(String::as_str) {
        Some("day") => {
            let changes = register.write_delta(number(5, 2000), number(4, 1), folder)?;
            writeln!(std::io::stdout(), "{changes:?}")?;
        }
        Some("zip") => {
            register.write(folder)?;
            zip(folder, &folder.join("l_amat.zip"))?;
        }
        _ => register.write(folder)?,
    }
    Ok(())
}
