//! The answers of the library and of trusted hosts, as [`Check`]s.

use super::message::Opened;
use super::results::Report;
use super::{Check, Verdict};
use mail_auth::dkim::DkimError;
use mail_auth::{DkimOutput, DkimResult, DmarcOutput, DmarcResult, Error, SpfOutput, SpfResult};

/// A check that did not end in time, if there was anything to check.
pub(super) fn late(asked: bool) -> Check {
    if asked { Check::TempError } else { Check::None }
}

/// What a trusted host said about the sender, in the form that DMARC is computed from.
pub(super) fn reported_spf(reports: &[Report]) -> SpfOutput {
    let Some(report) = reports.iter().find(|report| report.method == "spf") else { return SpfOutput::default() };
    SpfOutput::new(report.sender().unwrap_or_default()).with_result(match report.check {
        Check::Pass => SpfResult::Pass,
        Check::Fail => SpfResult::Fail,
        Check::SoftFail => SpfResult::SoftFail,
        Check::Neutral => SpfResult::Neutral,
        Check::None => SpfResult::None,
        Check::TempError => SpfResult::TempError,
        Check::PermError => SpfResult::PermError,
    })
}

/// A trusted host saw the mail first, with the keys and records of that hour: its pass stands where ours has become impossible.
/// Its failures do not overrule a pass of our own.
pub(super) fn believe(verdict: &mut Verdict, reports: &[Report]) {
    for report in reports.iter().filter(|report| report.check == Check::Pass) {
        match report.method.as_str() {
            "dkim" => {
                verdict.dkim = Check::Pass;
                verdict.signed_by.extend(report.signer().filter(|signer| !verdict.signed_by.contains(signer)));
            }
            "dmarc" if report.author().is_some() && report.author() == verdict.from_domain => verdict.dmarc = Check::Pass,
            _ => {}
        }
    }
}

pub(super) fn signers(signatures: &[DkimOutput<'_>]) -> Vec<String> {
    let mut domains: Vec<String> = Vec::new();
    for signature in signatures.iter().filter(|output| *output.result() == DkimResult::Pass).filter_map(DkimOutput::signature) {
        let domain = mail_auth::common::to_a_label(&signature.d).to_lowercase();
        if !domains.contains(&domain) {
            domains.push(domain);
        }
    }
    domains
}

pub(super) fn spf(result: SpfResult) -> Check {
    match result {
        SpfResult::Pass => Check::Pass,
        SpfResult::Fail => Check::Fail,
        SpfResult::SoftFail => Check::SoftFail,
        SpfResult::Neutral => Check::Neutral,
        SpfResult::TempError => Check::TempError,
        SpfResult::PermError => Check::PermError,
        SpfResult::None => Check::None,
    }
}

/// The best signature speaks for the mail. A changed body is a failure; the library calls it neutral.
pub(super) fn dkim(mail: &Opened<'_>, outputs: &[DkimOutput<'_>]) -> Check {
    let best_first = [Check::Pass, Check::TempError, Check::Fail, Check::PermError, Check::Neutral];
    let checks: Vec<Check> = outputs
        .iter()
        .map(|output| match output.result() {
            DkimResult::Pass => Check::Pass,
            DkimResult::Neutral(Error::Dkim(DkimError::FailedBodyHashMatch)) | DkimResult::Fail(_) => Check::Fail,
            DkimResult::Neutral(_) => Check::Neutral,
            DkimResult::PermError(_) => Check::PermError,
            DkimResult::TempError(_) => Check::TempError,
            DkimResult::None => Check::None,
        })
        .collect();
    let unread = match (mail.expired, mail.message.has_dkim_errors) {
        (true, _) => Check::Fail,
        (false, true) => Check::Neutral,
        (false, false) => Check::None,
    };
    best_first.into_iter().find(|check| checks.contains(check)).unwrap_or(unread)
}

pub(super) fn dmarc(output: &DmarcOutput) -> Check {
    match output.result() {
        DmarcResult::Pass => Check::Pass,
        DmarcResult::Fail(_) => Check::Fail,
        DmarcResult::TempError(_) => Check::TempError,
        DmarcResult::PermError(_) => Check::PermError,
        DmarcResult::None => Check::None,
    }
}
