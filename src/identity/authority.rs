//! The one table of what commands ask for and of the program's own parts that have it.
//!
//! A command states once which [`Capability`] it needs, by [`Actor::may`](super::Actor::may). An administrator has all
//! of them, some only with a password shown lately; a part of the program has exactly those of its row in
//! [`Service::capabilities`], whatever it is asked to do. What a member may do with what is their own is not here: it
//! needs no capability. Services have no password, no session and no key, and no account can bear their names.

use super::login::Login;

/// A thing that not everybody may do with what is not their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Capability {
    /// Make an account for somebody.
    MakeAccounts,
    /// Change particulars of somebody's account.
    ChangeAccounts,
    /// Disable, enable, promote, let in.
    GovernAccounts,
    /// See all accounts, their proofs and what they tell of themselves.
    SeeAccounts,
    /// Set somebody's password, or open them a way back in.
    SetPasswords,
    /// Make an API key for somebody.
    MakeKeys,
    /// End somebody's keys and signing secret.
    EndKeys,
    /// Record that a call is somebody's.
    RecordProofs,
    /// End such a record.
    EndProofs,
    /// Give a call to whoever proved it.
    ClaimCalls,
    /// Fill the knowledge gate with questions.
    SetQuestions,
    /// Apply what the register says of licences.
    ApplyLicences,
    /// Put before the administrators what only people can settle.
    OpenReviews,
    /// Settle what waits in the review queue.
    SettleReviews,
    /// Read the audit trail.
    ReadAudit,
    /// Look in as a member.
    ActAsMember,
    /// Erase somebody's account.
    EraseAccounts,
    /// Write out everything that is held about somebody.
    ExportAccounts,
    /// Read any logbook.
    ReadLogbooks,
    /// Write to any logbook.
    WriteLogbooks,
    /// Put the sharing of a club's logbook in order.
    ShareClubs,
    /// Make, move, settle and clear logbooks as accounts come and go.
    KeepLogbooks,
    /// Carry out imports that somebody began.
    RunImports,
    /// Send spots of stations to the DX cluster.
    SendSpots,
    /// Make zones, and change, suspend and restore any name in them.
    GovernNames,
    /// Give and suspend names as accounts come and go, and clear what is over.
    KeepNames,
    /// See whole records of the callbook, decide who is not listed, import registers by hand.
    GovernCallbook,
    /// Import registers in their time, and end what former holders wished.
    KeepCallbook,
    /// Send what waits to be sent, and see it.
    SeeOutbox,
    /// Back up, and see jobs, log and health.
    KeepStation,
}

impl Capability {
    /// Every capability, in the order of lists.
    pub(crate) const ALL: [Self; 30] = [
        Self::MakeAccounts,
        Self::ChangeAccounts,
        Self::GovernAccounts,
        Self::SeeAccounts,
        Self::SetPasswords,
        Self::MakeKeys,
        Self::EndKeys,
        Self::RecordProofs,
        Self::EndProofs,
        Self::ClaimCalls,
        Self::SetQuestions,
        Self::ApplyLicences,
        Self::OpenReviews,
        Self::SettleReviews,
        Self::ReadAudit,
        Self::ActAsMember,
        Self::EraseAccounts,
        Self::ExportAccounts,
        Self::ReadLogbooks,
        Self::WriteLogbooks,
        Self::ShareClubs,
        Self::KeepLogbooks,
        Self::RunImports,
        Self::SendSpots,
        Self::GovernNames,
        Self::KeepNames,
        Self::GovernCallbook,
        Self::KeepCallbook,
        Self::SeeOutbox,
        Self::KeepStation,
    ];

    /// The capability as it is written in the documentation and in refusals.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::MakeAccounts => "make accounts",
            Self::ChangeAccounts => "change accounts",
            Self::GovernAccounts => "govern accounts",
            Self::SeeAccounts => "see accounts",
            Self::SetPasswords => "set passwords",
            Self::MakeKeys => "make keys",
            Self::EndKeys => "end keys",
            Self::RecordProofs => "record proofs",
            Self::EndProofs => "end proofs",
            Self::ClaimCalls => "claim calls",
            Self::SetQuestions => "set questions",
            Self::ApplyLicences => "apply licences",
            Self::OpenReviews => "open reviews",
            Self::SettleReviews => "settle reviews",
            Self::ReadAudit => "read the audit trail",
            Self::ActAsMember => "act as a member",
            Self::EraseAccounts => "erase accounts",
            Self::ExportAccounts => "export accounts",
            Self::ReadLogbooks => "read logbooks",
            Self::WriteLogbooks => "write logbooks",
            Self::ShareClubs => "share clubs' logbooks",
            Self::KeepLogbooks => "keep logbooks",
            Self::RunImports => "run imports",
            Self::SendSpots => "send spots",
            Self::GovernNames => "govern names",
            Self::KeepNames => "keep names",
            Self::GovernCallbook => "govern the callbook",
            Self::KeepCallbook => "keep the callbook",
            Self::SeeOutbox => "see the outbox",
            Self::KeepStation => "keep the station",
        }
    }

    /// Whether an administrator must have shown the password lately, and in person: what would hand an account over.
    pub(crate) const fn is_grave(self) -> bool {
        matches!(
            self,
            Self::SetPasswords
                | Self::MakeKeys
                | Self::ActAsMember
                | Self::EraseAccounts
                | Self::ExportAccounts
        )
    }

    /// Whether an administrator has it by being one. A member's log, and work that runs by itself, are not theirs.
    pub(crate) const fn is_administrators(self) -> bool {
        !matches!(
            self,
            Self::ReadLogbooks
                | Self::WriteLogbooks
                | Self::KeepLogbooks
                | Self::RunImports
                | Self::SendSpots
                | Self::KeepNames
                | Self::KeepCallbook
        )
    }
}

/// A part of the program that acts by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Service {
    /// Whoever can open the data directory, at the machine itself.
    CommandLine,
    /// Checks proofs of callsigns: certificates, codes, tokens, names.
    Verifier,
    /// Hears what the register says of licences.
    LicenceWatcher,
    /// Reads uploaded logs.
    ImportWorker,
    /// Makes and clears logbooks as accounts come and go.
    LogbookKeeper,
    /// Erases accounts in the background.
    Eraser,
    /// Imports examinations, and questions for the knowledge gate with them.
    Examiner,
    /// Brings in the spots of other clusters, of skimmers and of award programmes.
    DxFeed,
    /// Gives and clears names of the name server.
    NameKeeper,
    /// Imports registers of licences and clears what is over.
    CallbookKeeper,
    /// Fills the demo.
    Demo,
}

impl Service {
    /// Every service, in the order of lists.
    pub(crate) const ALL: [Self; 11] = [
        Self::CommandLine,
        Self::Verifier,
        Self::LicenceWatcher,
        Self::ImportWorker,
        Self::LogbookKeeper,
        Self::Eraser,
        Self::Examiner,
        Self::DxFeed,
        Self::NameKeeper,
        Self::CallbookKeeper,
        Self::Demo,
    ];

    /// Its name in the audit trail; no account can bear it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::CommandLine => "command line",
            Self::Verifier => "verifier",
            Self::LicenceWatcher => "licence watcher",
            Self::ImportWorker => "import worker",
            Self::LogbookKeeper => "logbook keeper",
            Self::Eraser => "eraser",
            Self::Examiner => "examiner",
            Self::DxFeed => "dx feed",
            Self::NameKeeper => "name keeper",
            Self::CallbookKeeper => "callbook keeper",
            Self::Demo => "demo",
        }
    }

    /// All that it may do.
    pub(crate) const fn capabilities(self) -> &'static [Capability] {
        use Capability as C;
        match self {
            Self::CommandLine => &[
                C::MakeAccounts,
                C::GovernAccounts,
                C::SeeAccounts,
                C::SetPasswords,
                C::MakeKeys,
                C::ApplyLicences,
                C::ReadLogbooks,
                C::WriteLogbooks,
                C::GovernNames,
                C::GovernCallbook,
                C::KeepStation,
            ],
            Self::Verifier => &[C::RecordProofs, C::EndProofs, C::ClaimCalls, C::OpenReviews],
            Self::LicenceWatcher => &[C::ApplyLicences, C::OpenReviews],
            Self::ImportWorker => &[C::RunImports],
            Self::LogbookKeeper => &[C::KeepLogbooks],
            Self::Eraser => &[C::EraseAccounts],
            Self::Examiner => &[C::SetQuestions],
            Self::DxFeed => &[C::SendSpots],
            Self::NameKeeper => &[C::KeepNames],
            Self::CallbookKeeper => &[C::KeepCallbook],
            Self::Demo => &[
                C::MakeAccounts,
                C::KeepLogbooks,
                C::WriteLogbooks,
                C::ShareClubs,
                C::SendSpots,
                C::GovernNames,
                C::GovernCallbook,
            ],
        }
    }

    /// Whether its row has the capability.
    pub(crate) fn has(self, capability: Capability) -> bool {
        self.capabilities().contains(&capability)
    }
}

/// Names in the audit trail that are no service's: what happens before somebody is known.
const OTHER_NAMES: [&str; 8] = [
    "guest",
    "sign-up",
    "recovery",
    "first-run link",
    "configuration",
    "upgrade",
    "system",
    "administrator",
];

/// Whether the name could be taken for a part of the program.
pub(crate) fn is_reserved(login: &Login) -> bool {
    let Login::Swl(name) = login else { return false };
    let letters = |text: &str| -> String {
        let letters = text.chars().filter(char::is_ascii_alphanumeric);
        letters.map(|letter| letter.to_ascii_uppercase()).collect()
    };
    let wanted = letters(name.split_once('_').map_or(name.as_str(), |(_, own)| own));
    let services = Service::ALL.map(Service::name);
    services
        .iter()
        .chain(&OTHER_NAMES)
        .any(|name| letters(name) == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_capability_is_listed_once_and_every_service_has_what_it_needs_and_less_than_all() {
        let names: std::collections::BTreeSet<_> = Capability::ALL.map(Capability::as_str).into();
        assert_eq!(names.len(), Capability::ALL.len());
        for service in Service::ALL {
            let own = service.capabilities();
            assert!(!own.is_empty(), "{service:?} has no work");
            assert!(
                own.len() < Capability::ALL.len() / 2,
                "{service:?} may nearly all"
            );
            let distinct: std::collections::HashSet<_> = own.iter().collect();
            assert_eq!(distinct.len(), own.len(), "{service:?} names one twice");
        }
    }

    #[test]
    fn no_account_can_bear_the_name_of_a_service() {
        for name in Service::ALL.map(Service::name).iter().chain(&OTHER_NAMES) {
            assert!(name.parse::<crate::ham::callsign::Callsign>().is_err(), "{name}");
            let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
            if let Ok(login) = Login::listener(&letters) {
                assert!(is_reserved(&login), "{login}");
            }
        }
        assert!(!is_reserved(&Login::listener("Anna").unwrap()));
    }

    #[test]
    fn the_documentation_lists_every_service_with_its_capabilities() {
        let page = std::fs::read_to_string("docs/privacy.md").unwrap();
        for service in Service::ALL {
            let own = service.capabilities().iter().map(|own| own.as_str());
            let row = format!("| {} | {} |", service.name(), own.collect::<Vec<_>>().join(", "));
            assert!(page.contains(&row), "docs/privacy.md lacks the row\n{row}");
        }
    }
}
