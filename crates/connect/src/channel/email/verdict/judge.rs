//! Runs the checks against name servers, each within its time.

use super::align::same_organisation;
use super::pointers::Pointers;
use super::results::Report;
use super::{Check, Envelope, Trust, Verdict, chain, checks, message, results};
use futures_util::future::join3;
use mail_auth::dmarc::verify::DmarcParameters;
use mail_auth::hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts};
use mail_auth::hickory_resolver::system_conf::read_system_conf;
use mail_auth::spf::verify::SpfParameters;
use mail_auth::{ArcOutput, MessageAuthenticator, Parameters, SpfOutput, SpfResult};
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};
use tokio::time::{Instant, timeout_at};

/// One try of one question; there is a second one, since datagrams get lost.
const QUERY_LIMIT: Duration = Duration::from_secs(2);
/// All questions about one mail.
const MAIL_LIMIT: Duration = Duration::from_secs(10);
/// Longest time an answer is kept, whatever its sender says; and the same for "there is no such name".
const KEEP: Duration = Duration::from_secs(3_600);
const KEEP_NOTHING: Duration = Duration::from_secs(60);
/// Answers kept.
const CACHE: u64 = 4_096;

/// No name server could be set up.
#[derive(Debug, thiserror::Error)]
#[error("name servers cannot be used: {0}")]
pub struct JudgeError(String);

/// Judges mails. Holds a cache of name server answers, so make one and keep it; it may be shared.
///
/// Needs a tokio runtime with time and network. The body is hashed on the caller's thread, at most four times over.
pub struct Judge {
    resolver: MessageAuthenticator,
    /// The same without a memory.
    fresh: MessageAuthenticator,
    trust: Trust,
}

impl std::fmt::Debug for Judge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Judge").field("trust", &self.trust).finish_non_exhaustive()
    }
}

impl Judge {
    /// Asks the name servers of this host (`/etc/resolv.conf`).
    ///
    /// # Errors
    ///
    /// The file is missing or names no server.
    pub fn system(trust: Trust) -> Result<Self, JudgeError> {
        let (config, options) = read_system_conf().map_err(|error| JudgeError(error.to_string()))?;
        Self::with(config, options, trust)
    }

    /// Asks these name servers, over UDP and, for long answers, TCP.
    ///
    /// # Errors
    ///
    /// The resolver refuses the addresses.
    pub fn at(servers: &[SocketAddr], trust: Trust) -> Result<Self, JudgeError> {
        let servers = servers.iter().map(|server| {
            let mut ways = vec![ConnectionConfig::udp(), ConnectionConfig::tcp()];
            for way in &mut ways {
                way.port = server.port();
            }
            NameServerConfig::new(server.ip(), true, ways)
        });
        Self::with(ResolverConfig::from_parts(None, Vec::new(), servers.collect()), ResolverOpts::default(), trust)
    }

    fn with(config: ResolverConfig, mut options: ResolverOpts, trust: Trust) -> Result<Self, JudgeError> {
        options.timeout = QUERY_LIMIT;
        options.attempts = 1;
        options.cache_size = CACHE;
        options.positive_max_ttl = Some(KEEP);
        options.negative_max_ttl = Some(KEEP_NOTHING);
        let made = |options| MessageAuthenticator::new(config.clone(), options).map_err(|error| JudgeError(error.to_string()));
        let resolver = made(options.clone())?;
        options.cache_size = 0;
        Ok(Self { resolver, fresh: made(options)?, trust })
    }

    /// The verdict on a mail that arrives now, with what the SMTP session said about it.
    ///
    /// Without an envelope, for a mail fetched by IMAP, the sending host is unknown: then the topmost `Authentication-Results` of a
    /// trusted host may say more. Ends within 10 s; what is not known by then is [`Check::TempError`].
    pub async fn judge(&self, raw: &[u8], envelope: Option<&Envelope>) -> Verdict {
        self.judge_at(raw, envelope, SystemTime::now()).await
    }

    /// The verdict on a mail that arrived at this time: signatures may have a last day, and a mailbox holds older mails.
    pub async fn judge_at(&self, raw: &[u8], envelope: Option<&Envelope>, at: SystemTime) -> Verdict {
        let deadline = Instant::now() + MAIL_LIMIT;
        let raw = message::with_crlf(raw);
        let seconds = at.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let Some(mail) = message::read(&raw, seconds) else {
            return Verdict { spf: checks::spf(self.spf(envelope, &[], deadline).await.result()), ..Verdict::default() };
        };
        let message = &mail.message;
        let reports = if envelope.is_none() { results::trusted(message, &self.trust.servers) } else { Vec::new() };
        let (spf, dkim, arc) = Box::pin(join3(
            self.spf(envelope, &reports, deadline),
            timeout_at(deadline, self.resolver.verify_dkim(message)),
            timeout_at(deadline, self.resolver.verify_arc(message)),
        ))
        .await;
        let mut verdict = Verdict {
            spf: checks::spf(spf.result()),
            dkim: dkim.as_ref().map_or(checks::late(!message.dkim_headers.is_empty()), |found| checks::dkim(&mail, found)),
            arc: arc.as_ref().map_or(checks::late(!message.ams_headers.is_empty()), |found| chain::check(message, found)),
            from_domain: message::author(&raw, message),
            ..Verdict::default()
        };
        let signatures = dkim.unwrap_or_default();
        verdict.signed_by = checks::signers(&signatures);
        if verdict.from_domain.is_some() {
            let policy = DmarcParameters::new(message, &signatures, spf.domain(), &spf);
            let policy = timeout_at(deadline, Box::pin(self.resolver.verify_dmarc(policy))).await;
            verdict.dmarc = policy.as_ref().map_or(Check::TempError, checks::dmarc);
        }
        checks::believe(&mut verdict, &reports);
        verdict.aligned = self.aligned(&verdict, spf.domain(), arc.ok().as_ref());
        verdict
    }

    /// Asks anew each time.
    pub(super) fn fresh(&self) -> &MessageAuthenticator {
        &self.fresh
    }

    async fn spf(&self, envelope: Option<&Envelope>, reports: &[Report], deadline: Instant) -> SpfOutput {
        let Some(envelope) = envelope else { return checks::reported_spf(reports) };
        match timeout_at(deadline, Box::pin(self.ask_spf(envelope))).await {
            Ok(output) => output,
            Err(_) => SpfOutput::default().with_result(SpfResult::TempError),
        }
    }

    async fn ask_spf(&self, envelope: &Envelope) -> SpfOutput {
        let peer = envelope.peer.to_canonical();
        let names = Pointers::default();
        let question = || {
            let question = SpfParameters::verify_mail_from(peer, &envelope.helo, &envelope.receiver, &envelope.mail_from);
            Parameters::new(question).with_ptr_cache(&names)
        };
        let output = self.resolver.verify_spf(question()).await;
        // Once more with the names of the peer in the form that can match; everything else is answered from the cache.
        if names.asked() { self.resolver.verify_spf(question()).await } else { output }
    }

    fn aligned(&self, verdict: &Verdict, sender: &str, arc: Option<&ArcOutput<'_>>) -> bool {
        let Some(author) = verdict.from_domain.as_deref() else { return false };
        let by_domain = match verdict.dmarc {
            Check::Pass => true,
            Check::None => {
                (verdict.spf == Check::Pass && same_organisation(sender, author))
                    || verdict.signed_by.iter().any(|signer| same_organisation(signer, author))
            }
            _ => false,
        };
        by_domain || (verdict.arc == Check::Pass && arc.is_some_and(|arc| chain::vouches(arc, &self.trust.sealers, author)))
    }
}
