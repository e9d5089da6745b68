//! What a plain form did, as the next page says it.
//!
//! The one mechanism for it: a word in a cookie stands for a sentence of the catalogue. Words that are none of these
//! say nothing, so a cookie somebody else planted cannot put text on a page.

use super::views::Notice;
use crate::web::Text;

/// Something a form did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    SignedOut,
    SetUp,
    Logged,
    Merged,
    Duplicate,
    LoggedSpotted,
    LoggedNotSpotted,
    Spotted,
    SpottedBefore,
    Changed,
    Deleted,
    ImportTakenBack,
    ImportBeingTakenBack,
    LogbookMade,
    LogbookSaved,
    LogbookDeleted,
    Shared,
    Unshared,
    Saved,
    PasswordChanged,
    SessionEnded,
    KeyRevoked,
    UserAdded,
    UserEnabled,
    UserDisabled,
    JobCancelled,
    JobQueued,
    JobHadEnded,
    BackupRuns,
    MailSent,
    SignedUp,
    SignedUpWaiting,
    SignedUpMail,
    MailConfirmed,
    MailAsked,
    RecoveryAsked,
    PasswordSet,
    PasskeyRenamed,
    PasskeyRevoked,
    SecondFactorOn,
    SecondFactorOff,
    SecretRevoked,
    CertificateFirst,
    CallProven,
    DocumentSent,
    DocumentWithdrawn,
    ReviewAccepted,
    ReviewRefused,
    ReviewReopened,
    MailQueued,
    MailForgotten,
    LinkRevoked,
    ErasureAsked,
    ErasureCancelled,
    CodeSent,
    TokenMade,
    ProofAdded,
    ProofEnded,
    RecordAdded,
    RecordChanged,
    RecordDeleted,
    RecordsUndone,
    RecordsMade,
    RecordsPending,
    TokenRevoked,
    NameSuspended,
    NameRestored,
    NameReleased,
    FileTaken,
    ZoneMade,
    ZoneRemoved,
    WordsCleared,
    Unlisted,
    Listed,
    RemovalAsked,
    RemovalConfirmed,
    RemovalRefused,
    RegisterKept,
    RegisterLeft,
    RegisterFetched,
    RegisterHanded,
    RegisterRemoved,
    ListSaved,
    AccountKept,
    AccountUntried,
    AccountForgotten,
}

impl Done {
    const ALL: [Self; 86] = [
        Self::SignedOut,
        Self::SetUp,
        Self::Logged,
        Self::Merged,
        Self::Duplicate,
        Self::LoggedSpotted,
        Self::LoggedNotSpotted,
        Self::Spotted,
        Self::SpottedBefore,
        Self::Changed,
        Self::Deleted,
        Self::ImportTakenBack,
        Self::ImportBeingTakenBack,
        Self::LogbookMade,
        Self::LogbookSaved,
        Self::LogbookDeleted,
        Self::Shared,
        Self::Unshared,
        Self::Saved,
        Self::PasswordChanged,
        Self::SessionEnded,
        Self::KeyRevoked,
        Self::UserAdded,
        Self::UserEnabled,
        Self::UserDisabled,
        Self::JobCancelled,
        Self::JobQueued,
        Self::JobHadEnded,
        Self::BackupRuns,
        Self::MailSent,
        Self::SignedUp,
        Self::SignedUpWaiting,
        Self::SignedUpMail,
        Self::MailConfirmed,
        Self::MailAsked,
        Self::RecoveryAsked,
        Self::PasswordSet,
        Self::PasskeyRenamed,
        Self::PasskeyRevoked,
        Self::SecondFactorOn,
        Self::SecondFactorOff,
        Self::SecretRevoked,
        Self::CertificateFirst,
        Self::CallProven,
        Self::DocumentSent,
        Self::DocumentWithdrawn,
        Self::ReviewAccepted,
        Self::ReviewRefused,
        Self::ReviewReopened,
        Self::MailQueued,
        Self::MailForgotten,
        Self::LinkRevoked,
        Self::ErasureAsked,
        Self::ErasureCancelled,
        Self::CodeSent,
        Self::TokenMade,
        Self::ProofAdded,
        Self::ProofEnded,
        Self::RecordAdded,
        Self::RecordChanged,
        Self::RecordDeleted,
        Self::RecordsUndone,
        Self::RecordsMade,
        Self::RecordsPending,
        Self::TokenRevoked,
        Self::NameSuspended,
        Self::NameRestored,
        Self::NameReleased,
        Self::FileTaken,
        Self::ZoneMade,
        Self::ZoneRemoved,
        Self::WordsCleared,
        Self::Unlisted,
        Self::Listed,
        Self::RemovalAsked,
        Self::RemovalConfirmed,
        Self::RemovalRefused,
        Self::RegisterKept,
        Self::RegisterLeft,
        Self::RegisterFetched,
        Self::RegisterHanded,
        Self::RegisterRemoved,
        Self::ListSaved,
        Self::AccountKept,
        Self::AccountUntried,
        Self::AccountForgotten,
    ];

    /// What the cookie's word stands for.
    pub(super) fn named(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|done| done.code() == code)
    }

    /// The word in the cookie.
    pub(super) fn code(self) -> &'static str {
        self.key().trim_start_matches("done.")
    }

    /// The line above the page.
    pub(super) fn notice(self, t: Text<'static>) -> Notice {
        let kind = if matches!(
            self,
            Self::Duplicate
                | Self::LoggedNotSpotted
                | Self::SpottedBefore
                | Self::JobHadEnded
                | Self::RecordsPending
                | Self::AccountUntried
        ) {
            "warn"
        } else {
            "good"
        };
        Notice {
            kind,
            text: t.s(self.key()).to_owned(),
        }
    }

    /// Its sentence in the catalogue.
    fn key(self) -> &'static str {
        match self {
            Self::SignedOut => "done.signed_out",
            Self::SetUp => "done.set_up",
            Self::Logged => "done.logged",
            Self::Merged => "done.merged",
            Self::Duplicate => "done.duplicate",
            Self::LoggedSpotted => "done.logged_spotted",
            Self::LoggedNotSpotted => "done.logged_not_spotted",
            Self::Spotted => "done.spotted",
            Self::SpottedBefore => "done.spotted_before",
            Self::Changed => "done.changed",
            Self::Deleted => "done.deleted",
            Self::ImportTakenBack => "done.import_taken_back",
            Self::ImportBeingTakenBack => "done.import_being_taken_back",
            Self::LogbookMade => "done.logbook_made",
            Self::LogbookSaved => "done.logbook_saved",
            Self::LogbookDeleted => "done.logbook_deleted",
            Self::Shared => "done.shared",
            Self::Unshared => "done.unshared",
            Self::Saved => "done.saved",
            Self::PasswordChanged => "done.password_changed",
            Self::SessionEnded => "done.session_ended",
            Self::KeyRevoked => "done.key_revoked",
            Self::UserAdded => "done.user_added",
            Self::UserEnabled => "done.user_enabled",
            Self::UserDisabled => "done.user_disabled",
            Self::JobCancelled => "done.job_cancelled",
            Self::JobQueued => "done.job_queued",
            Self::JobHadEnded => "done.job_had_ended",
            Self::BackupRuns => "done.backup_runs",
            Self::MailSent => "done.mail_sent",
            Self::SignedUp => "done.signed_up",
            Self::SignedUpWaiting => "done.signed_up_waiting",
            Self::SignedUpMail => "done.signed_up_mail",
            Self::MailConfirmed => "done.mail_confirmed",
            Self::MailAsked => "done.mail_asked",
            Self::RecoveryAsked => "done.recovery_asked",
            Self::PasswordSet => "done.password_set",
            Self::PasskeyRenamed => "done.passkey_renamed",
            Self::PasskeyRevoked => "done.passkey_revoked",
            Self::SecondFactorOn => "done.second_factor_on",
            Self::SecondFactorOff => "done.second_factor_off",
            Self::SecretRevoked => "done.secret_revoked",
            Self::CertificateFirst => "done.certificate_first",
            Self::CallProven => "done.call_proven",
            Self::DocumentSent => "done.document_sent",
            Self::DocumentWithdrawn => "done.document_withdrawn",
            Self::ReviewAccepted => "done.review_accepted",
            Self::ReviewRefused => "done.review_refused",
            Self::ReviewReopened => "done.review_reopened",
            Self::MailQueued => "done.mail_queued",
            Self::MailForgotten => "done.mail_forgotten",
            Self::LinkRevoked => "done.link_revoked",
            Self::ErasureAsked => "done.erasure_asked",
            Self::ErasureCancelled => "done.erasure_cancelled",
            Self::CodeSent => "done.code_sent",
            Self::TokenMade => "done.token_made",
            Self::ProofAdded => "done.proof_added",
            Self::ProofEnded => "done.proof_ended",
            Self::RecordAdded => "done.record_added",
            Self::RecordChanged => "done.record_changed",
            Self::RecordDeleted => "done.record_deleted",
            Self::RecordsUndone => "done.records_undone",
            Self::RecordsMade => "done.records_made",
            Self::RecordsPending => "done.records_pending",
            Self::TokenRevoked => "done.token_revoked",
            Self::NameSuspended => "done.name_suspended",
            Self::NameRestored => "done.name_restored",
            Self::NameReleased => "done.name_released",
            Self::FileTaken => "done.file_taken",
            Self::ZoneMade => "done.zone_made",
            Self::ZoneRemoved => "done.zone_removed",
            Self::WordsCleared => "done.words_cleared",
            Self::Unlisted => "done.unlisted",
            Self::Listed => "done.listed",
            Self::RemovalAsked => "done.removal_asked",
            Self::RemovalConfirmed => "done.removal_confirmed",
            Self::RemovalRefused => "done.removal_refused",
            Self::RegisterKept => "done.register_kept",
            Self::RegisterLeft => "done.register_left",
            Self::RegisterFetched => "done.register_fetched",
            Self::RegisterHanded => "done.register_handed",
            Self::RegisterRemoved => "done.register_removed",
            Self::ListSaved => "done.list_saved",
            Self::AccountKept => "done.account_kept",
            Self::AccountUntried => "done.account_untried",
            Self::AccountForgotten => "done.account_forgotten",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_notice_has_its_sentence_and_its_word() {
        for done in Done::ALL {
            assert_eq!(Done::named(done.code()), Some(done));
            let text = done.notice(Text::english()).text;
            assert!(!text.starts_with("done."), "{text} is not in the catalogue");
        }
        assert_eq!(Done::named("anything else"), None);
    }
}
