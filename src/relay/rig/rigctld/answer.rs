//! Answers of the daemon: `get_freq:`, `Frequency: 14074000`, `RPRT 0`; or without names and code.

use tokio::time::Instant;

use super::link::{Link, LinkError};

/// More lines than any answer we ask for has.
const MOST: usize = 64;

/// What came back.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    /// The values without their names.
    pub(super) values: Vec<String>,
    /// The code; 0 or negative.
    pub(super) code: i32,
}

/// The code of a line `RPRT -1`, if it is one. Imitations send positive codes for errors: taken as refusal.
pub(crate) fn code(line: &str) -> Option<i32> {
    let code = line.strip_prefix("RPRT ")?.trim().parse::<i32>().ok()?;
    Some(if code > 0 { -9 } else { code.max(-999) })
}

/// The value of a line `Frequency: 14074000`; a bare line is its own value.
pub(crate) fn value(line: &str) -> &str {
    line.split_once(": ").map_or(line, |(_, value)| value).trim()
}

/// Long names that answers to short commands begin with.
fn name_of(command: &str) -> Option<&'static str> {
    let word = command.split(' ').next().unwrap_or(command);
    Some(match word {
        "f" => "get_freq",
        "F" => "set_freq",
        "m" => "get_mode",
        "M" => "set_mode",
        "t" => "get_ptt",
        "T" => "set_ptt",
        "s" => "get_split_vfo",
        "S" => "set_split_vfo",
        "i" => "get_split_freq",
        "I" => "set_split_freq",
        "l" => "get_level",
        "L" => "set_level",
        r"\get_powerstat" => "get_powerstat",
        _ => return None,
    })
}

/// Reads an answer that ends with a code and begins with the command's own name.
pub(super) async fn extended(link: &mut Link, deadline: Instant, command: &str) -> Result<Answer, LinkError> {
    let first = link.line(deadline).await?;
    if let Some(code) = code(&first) {
        return Ok(Answer {
            values: Vec::new(),
            code,
        });
    }
    let name = first.split(':').next().unwrap_or_default();
    if !first.contains(':') || name_of(command).is_some_and(|wanted| wanted != name) {
        return Err(LinkError::Unexpected(first.chars().take(40).collect()));
    }
    to_code(link, deadline).await
}

/// Reads values until the code.
pub(super) async fn to_code(link: &mut Link, deadline: Instant) -> Result<Answer, LinkError> {
    let mut answer = Answer::default();
    loop {
        let line = link.line(deadline).await?;
        if let Some(code) = code(&line) {
            answer.code = code;
            return Ok(answer);
        }
        if answer.values.len() >= MOST {
            return Err(LinkError::TooMuch);
        }
        answer.values.push(value(&line).to_owned());
    }
}

/// Reads an answer of a known number of lines, or of a code alone.
pub(super) async fn plain(link: &mut Link, deadline: Instant, values: usize) -> Result<Answer, LinkError> {
    let mut answer = Answer::default();
    loop {
        let line = link.line(deadline).await?;
        if let Some(code) = code(&line) {
            answer.code = code;
            return Ok(answer);
        }
        if values == 0 {
            return Err(LinkError::Unexpected(line.chars().take(40).collect()));
        }
        answer.values.push(line);
        if answer.values.len() == values {
            return Ok(answer);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn codes_and_values_are_found() {
        assert_eq!(code("RPRT 0"), Some(0));
        assert_eq!(code("RPRT -11"), Some(-11));
        assert_eq!(code("RPRT 1"), Some(-9));
        assert_eq!(code("RPRT x"), None);
        assert_eq!(value("Frequency: 14074000"), "14074000");
        assert_eq!(value("-22"), "-22");
    }

    proptest! {
        #[test]
        fn any_line_is_read(line in "\\PC{0,80}") {
            let _ = (code(&line), value(&line));
        }
    }
}
