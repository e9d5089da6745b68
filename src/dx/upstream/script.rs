//! What is sent to a node to sign in: pure, so that every dialect's greeting is a test.
//!
//! A node asks for a call (`login: `, `Please enter your call:`), perhaps for a password, says hello and prompts. Some
//! feeds ask in words we do not know, or not at all: after [`PATIENCE`] the call is sent unasked. Questions count only
//! until they are answered: a greeting that speaks of passwords gets none.

use std::time::Duration;

use crate::config::Upstream;
use crate::ham::cluster::Line;

/// How long to wait for a question.
pub(super) const PATIENCE: Duration = Duration::from_secs(4);

/// Where signing in has got to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nothing has been sent.
    Silent,
    /// The call has been sent.
    Named,
    /// All that signing in takes has been sent.
    In,
}

/// Signing in to one node.
#[derive(Debug)]
pub(super) struct Script<'a> {
    upstream: &'a Upstream,
    stage: Stage,
    password_sent: bool,
}

impl<'a> Script<'a> {
    pub(super) fn new(upstream: &'a Upstream) -> Self {
        Self {
            upstream,
            stage: Stage::Silent,
            password_sent: false,
        }
    }

    pub(super) fn stage(&self) -> Stage {
        self.stage
    }

    /// What to send after a line, or what came of one so far.
    pub(super) fn hear(&mut self, line: &Line) -> Vec<String> {
        match (self.stage, line) {
            (Stage::Silent, Line::LoginPrompt) => self.name(),
            (Stage::Silent | Stage::Named, Line::PasswordPrompt) if !self.password_sent => {
                self.password_sent = true;
                let password = self.upstream.password.as_ref();
                vec![
                    password
                        .map(|secret| secret.reveal().to_owned())
                        .unwrap_or_default(),
                ]
            }
            (Stage::Silent | Stage::Named, Line::Prompt | Line::Spot(_) | Line::Cc11(_)) => self.enter(),
            // The node's hello, in its own words.
            (Stage::Named, Line::Other(text)) if text.to_ascii_lowercase().starts_with("hello") => {
                self.enter()
            }
            _ => Vec::new(),
        }
    }

    /// What to send when nothing was asked for a while.
    pub(super) fn lose_patience(&mut self) -> Vec<String> {
        match self.stage {
            Stage::Silent => self.name(),
            Stage::Named => self.enter(),
            Stage::In => Vec::new(),
        }
    }

    fn name(&mut self) -> Vec<String> {
        self.stage = Stage::Named;
        vec![self.upstream.login.clone()]
    }

    fn enter(&mut self) -> Vec<String> {
        let named = self.stage == Stage::Named;
        self.stage = Stage::In;
        let call = (!named).then(|| self.upstream.login.clone());
        let opening = self.upstream.kind.opening().iter().map(|line| (*line).to_owned());
        call.into_iter()
            .chain(opening)
            .chain(self.upstream.commands.iter().cloned())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Secret, UpstreamKind};

    fn upstream(password: Option<&str>) -> Upstream {
        Upstream {
            name: "test".to_owned(),
            kind: UpstreamKind::Plain,
            hosts: Vec::new(),
            login: "N0CALL".to_owned(),
            password: password.map(Secret::new),
            commands: vec!["set/skimmer".to_owned()],
            digest: false,
        }
    }

    fn heard(script: &mut Script<'_>, text: &str) -> Vec<String> {
        script.hear(&Line::parse(text.as_bytes()))
    }

    #[test]
    fn every_dialect_is_answered() {
        for question in [
            "login: ",
            "Please enter your call:",
            "Please enter your call: ",
            "Login:",
        ] {
            let upstream = upstream(None);
            let mut script = Script::new(&upstream);
            assert_eq!(heard(&mut script, question), ["N0CALL"], "{question}");
            assert!(heard(&mut script, "welcome to the node; forgot your password? tough").is_empty());
            assert_eq!(
                heard(&mut script, "N0CALL de N0NODE 21-Nov-2026 0929Z dxspider >"),
                ["set/skimmer"]
            );
            assert!(
                heard(&mut script, "login: ").is_empty(),
                "asked again is not answered"
            );
        }
    }

    #[test]
    fn a_password_is_sent_once_and_only_when_asked() {
        let upstream = upstream(Some("secret"));
        let mut script = Script::new(&upstream);
        heard(&mut script, "login: ");
        assert_eq!(heard(&mut script, "password: "), ["secret"]);
        assert!(heard(&mut script, "password: ").is_empty());
        assert_eq!(heard(&mut script, "Hello Bob, this is N0NODE"), ["set/skimmer"]);
        assert!(heard(&mut script, "password: ").is_empty());
    }

    #[test]
    fn each_kind_is_asked_for_what_it_has_before_the_owner_s_own_commands() {
        for (kind, first) in [
            (UpstreamKind::Spider, "set/dx"),
            (UpstreamKind::Cc, "sh/dx/100"),
            (UpstreamKind::Rbn, "set/skimmer"),
        ] {
            let upstream = Upstream {
                kind,
                ..upstream(None)
            };
            let mut script = Script::new(&upstream);
            heard(&mut script, "login: ");
            let sent = heard(&mut script, "N0CALL de N0NODE 21-Nov-2026 0929Z dxspider >");
            assert_eq!(sent.first().map(String::as_str), Some(first));
            assert_eq!(sent.last().map(String::as_str), Some("set/skimmer"));
        }
    }

    #[test]
    fn silence_is_taken_for_a_question() {
        let upstream = upstream(None);
        let mut script = Script::new(&upstream);
        assert_eq!(script.lose_patience(), ["N0CALL"]);
        assert_eq!(script.lose_patience(), ["set/skimmer"]);
        assert!(script.lose_patience().is_empty());
        assert_eq!(script.stage(), Stage::In);
    }
}
