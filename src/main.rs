//! The `shackbox` program: parses the command line, runs it, returns its exit code.

fn main() -> std::process::ExitCode {
    shackbox::run()
}
