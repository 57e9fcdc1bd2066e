//! Passwords: hashed with Argon2id on their own threads, a few at a time, with the same work for an unknown address.

use crate::{Error, Result};
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use candor_domain::staff::{PasswordError, Prepared, prepare_password};
use candor_store as store;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// 19 MiB and two passes: about 20 ms of one core, and too much memory for cheap guessing machines.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
/// Hashes at once: they cost 40 MB together and leave cores to everybody else.
const AT_ONCE: usize = 2;
/// Who waits longer than this is told to come back.
const PATIENCE: Duration = Duration::from_secs(4);

/// Hashes and checks passwords. One for each [`crate::App`].
pub struct Passwords {
    permits: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { permits: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Passwords {
    /// The hash to keep, with its parameters and salt inside.
    pub async fn hash(&self, password: Prepared, salt: [u8; 16]) -> Result<String> {
        self.work(move || {
            let hash: PasswordHash = argon().hash_password_with_salt(password.as_bytes(), &salt).map_err(broken)?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether `password` is the one that was hashed. Without a hash the same work is done, and the answer is no.
    pub async fn matches(&self, password: Prepared, kept: Option<String>) -> Result<bool> {
        self.work(move || {
            let Some(kept) = kept else {
                let spent: PasswordHash = argon().hash_password_with_salt(password.as_bytes(), &[0x5a; 16]).map_err(broken)?;
                // The work must not be optimised away.
                std::hint::black_box(spent);
                return Ok(false);
            };
            let kept = PasswordHash::new(&kept).map_err(broken)?;
            Ok(argon().verify_password(password.as_bytes(), &kept).is_ok())
        })
        .await
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let permit = self.permit().await?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(permit);
            done
        });
        done.await.map_err(|error| Error::Broken(format!("hashing a password: {error}")))?
    }

    /// The permit goes with the work: a caller that hangs up does not free a place that is still in use.
    async fn permit(&self) -> Result<OwnedSemaphorePermit> {
        let waiting = tokio::time::timeout(PATIENCE, Arc::clone(&self.permits).acquire_owned());
        let full = Error::Store(store::Error::Full { retry_after: PATIENCE });
        waiting.await.map_err(|_| full)?.map_err(|error| Error::Broken(error.to_string()))
    }
}

/// A new password in the form that is hashed, if it is good enough.
pub(crate) fn accept(password: &str, personal: &[&str]) -> Result<Prepared> {
    let refuse = |why: PasswordError| Error::invalid("password", why.to_string());
    let prepared = prepare_password(password).map_err(refuse)?;
    prepared.check(personal).map_err(refuse)?;
    Ok(prepared)
}

fn argon() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).expect("fixed parameters are in range");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn broken(error: impl std::fmt::Display) -> Error {
    Error::Broken(format!("password hash: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(text: &str) -> Prepared {
        prepare_password(text).expect("short enough")
    }

    #[tokio::test]
    async fn a_hash_knows_its_password_and_no_other() {
        let passwords = Passwords::default();
        let kept = passwords.hash(prepared("correct horse battery"), [7; 16]).await.expect("hashed");
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(passwords.matches(prepared("correct horse battery"), Some(kept.clone())).await.expect("checked"));
        assert!(!passwords.matches(prepared("correct horse batterz"), Some(kept)).await.expect("checked"));
        assert!(!passwords.matches(prepared("correct horse battery"), None).await.expect("checked"));
    }

    #[tokio::test]
    async fn equal_passwords_have_unequal_hashes() {
        let passwords = Passwords::default();
        let one = passwords.hash(prepared("correct horse battery"), [1; 16]).await.expect("hashed");
        let two = passwords.hash(prepared("correct horse battery"), [2; 16]).await.expect("hashed");
        assert_ne!(one, two);
    }

    #[tokio::test]
    async fn only_a_few_are_hashed_at_once() {
        let passwords = Passwords::default();
        let held = [passwords.permit().await.expect("free"), passwords.permit().await.expect("free")];
        assert_eq!(passwords.permits.available_permits(), 0);
        drop(held);
        assert!(passwords.permit().await.is_ok());
    }

    #[test]
    fn a_poor_password_is_refused_by_field() {
        assert!(matches!(accept("short", &[]), Err(Error::Invalid { field: "password", .. })));
        assert!(accept("correct horse battery", &["ann@example.com"]).is_ok());
    }
}
