//! Passwords from people and pipes: asked twice without echo, or read from stdin.

use std::io::{self, BufRead, IsTerminal, Read};

use zeroize::Zeroizing;

use super::output::{self, Failure, Outcome};
use crate::env::Entropy;
use crate::identity::{Password, PasswordHash};

/// Longest input looked at.
const MAX_INPUT: u64 = 64 * 1024;

/// A new password: from stdin when `from_stdin` or when stdin is no terminal, else asked twice.
pub(super) fn chosen(from_stdin: bool) -> Outcome<Password> {
    let text = if from_stdin || !io::stdin().is_terminal() {
        piped()?
    } else {
        asked_twice()?
    };
    Password::chosen(&text).map_err(|weak| Failure::new(format!("the password is refused: {weak}")))
}

/// A password without rules: from stdin when that is no terminal, else asked twice.
pub(super) fn any() -> Outcome<Password> {
    let text = if can_ask() { asked_twice()? } else { piped()? };
    Ok(Password::entered(&text))
}

/// `hash-password`
pub(super) fn hash() -> Outcome {
    let password = any()?;
    if let Err(weak) = password.clone().for_use() {
        output::say(format_args!("warning: {weak}"));
    }
    output::result(PasswordHash::for_configuration(
        &password,
        Entropy::system().bytes(),
    ));
    if io::stdout().is_terminal() {
        output::hint("set it as admin.password_hash, beside admin.call");
    }
    Ok(())
}

/// Whether somebody sits at the keyboard who can be asked.
pub(super) fn can_ask() -> bool {
    io::stdin().is_terminal()
}

/// All of stdin; exactly one line end at its end is not part of the password.
fn piped() -> Outcome<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    io::stdin().lock().take(MAX_INPUT).read_to_string(&mut text)?;
    strip_line_end(&mut text);
    if text.is_empty() {
        return Err(Failure::new("the password on stdin is empty"));
    }
    Ok(text)
}

fn asked_twice() -> Outcome<Zeroizing<String>> {
    let first = asked("Password: ")?;
    let second = asked("Once more: ")?;
    if *first == *second {
        Ok(first)
    } else {
        Err(Failure::new("the two passwords differ"))
    }
}

fn strip_line_end(text: &mut String) {
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
}

fn asked(question: &str) -> Outcome<Zeroizing<String>> {
    output::ask(question);
    let line = without_echo(|| {
        let mut line = Zeroizing::new(String::new());
        io::stdin()
            .lock()
            .take(MAX_INPUT)
            .read_line(&mut line)
            .map(|_| line)
    });
    output::say("");
    let mut line = line?;
    strip_line_end(&mut line);
    Ok(line)
}

#[cfg(unix)]
fn without_echo<T>(read: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

    let stdin = io::stdin();
    let before = tcgetattr(&stdin)?;
    let mut silent = before.clone();
    silent.local_modes.remove(LocalModes::ECHO);
    tcsetattr(&stdin, OptionalActions::Flush, &silent)?;
    let answer = read();
    tcsetattr(&stdin, OptionalActions::Now, &before)?;
    answer
}

#[cfg(not(unix))]
fn without_echo<T>(read: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    read()
}

#[cfg(test)]
mod tests {
    use super::strip_line_end;

    #[test]
    fn one_line_end_is_not_part_of_the_password() {
        for (given, kept) in [
            ("a\n", "a"),
            ("a\r\n", "a"),
            ("a\n\n", "a\n"),
            (" a ", " a "),
            ("a\r", "a\r"),
        ] {
            let mut text = given.to_owned();
            strip_line_end(&mut text);
            assert_eq!(text, kept, "{given:?}");
        }
    }
}
