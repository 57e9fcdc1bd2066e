//! A bucket of an S3-compatible store, for several nodes. Objects are named like the files of a folder, under a prefix.
//!
//! Every request has a time limit and a bounded number of repeats; an object is whole or not there.

mod draft;
mod read;
#[cfg(test)]
mod tests;

pub(super) use draft::Draft;
pub(super) use read::Blob;

use super::shelf;
use candor_domain::id::FileId;
use futures_util::TryStreamExt;
use object_store::aws::AmazonS3Builder;
use object_store::path::Path;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, RetryConfig};
use std::fmt;
use std::io::{Error, ErrorKind, Result};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

const MARK: &str = "candor.mark";
/// A mark is a few words; what is larger is none.
const LONGEST_MARK: u64 = 4096;
const CONNECT: Duration = Duration::from_secs(5);
/// One request: a part of an upload is the largest.
const REQUEST: Duration = Duration::from_secs(30);
const REPEATS: usize = 3;
/// From the first try to the last.
const PATIENCE: Duration = Duration::from_secs(40);

/// Which bucket, and how to get in.
#[derive(Clone, Default)]
pub struct BucketPlace {
    pub bucket: String,
    /// What object names begin with; empty: nothing.
    pub prefix: String,
    /// The store's address; absent: Amazon's for the region.
    pub endpoint: Option<String>,
    pub region: String,
    /// Without keys the machine's own role is used, as the environment says it.
    pub keys: Option<(String, String)>,
}

/// Where, never with which keys.
impl fmt::Display for BucketPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endpoint = self.endpoint.as_deref().unwrap_or("Amazon S3");
        write!(f, "the bucket {} at {endpoint}", self.bucket)?;
        if self.prefix.is_empty() { Ok(()) } else { write!(f, " under {}", self.prefix) }
    }
}

impl fmt::Debug for BucketPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[derive(Clone, Debug)]
pub(in crate::blob) struct Bucket {
    store: Arc<dyn ObjectStore>,
    prefix: Path,
}

impl Bucket {
    pub(super) fn open(place: BucketPlace) -> Result<Self> {
        let prefix = Path::parse(&place.prefix).map_err(|error| Error::new(ErrorKind::InvalidInput, error))?;
        let mut builder = match place.keys {
            Some((id, secret)) => AmazonS3Builder::new().with_access_key_id(id).with_secret_access_key(secret),
            None => AmazonS3Builder::from_env(),
        };
        if let Some(endpoint) = &place.endpoint {
            // The operator wrote http: within their own network, or on this machine.
            builder = builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
        }
        let retry = RetryConfig { backoff: BackoffConfig::default(), max_retries: REPEATS, retry_timeout: PATIENCE };
        let store = builder
            .with_bucket_name(place.bucket)
            .with_region(place.region)
            .with_client_options(client(place.endpoint.is_some_and(|endpoint| endpoint.starts_with("http://"))))
            .with_retry(retry)
            // One at a time, as everybody's S3 can.
            .with_disable_bulk_delete(true)
            .build()
            .map_err(failed)?;
        Ok(Self { store: Arc::new(store), prefix })
    }

    #[cfg(test)]
    fn over(store: Arc<dyn ObjectStore>) -> Self {
        Self { store, prefix: Path::from("desk") }
    }

    pub(super) fn begin(&self, id: FileId) -> Draft {
        Draft::begin(Arc::clone(&self.store), self.path(id))
    }

    /// Nothing is asked yet: the first part that is read says whether it is there.
    pub(super) fn read(&self, id: FileId) -> Blob {
        Blob::of(Arc::clone(&self.store), self.path(id))
    }

    pub(super) async fn remove(&self, id: FileId) -> Result<()> {
        match self.store.delete(&self.path(id)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed(error)),
        }
    }

    pub(super) async fn older_than(&self, age: Duration, now: SystemTime) -> Result<Vec<FileId>> {
        let mut found = Vec::new();
        let mut listed = self.store.list(Some(&self.prefix));
        while let Some(object) = listed.try_next().await.map_err(failed)? {
            let written = SystemTime::from(object.last_modified);
            if now.duration_since(written).is_ok_and(|since| since >= age) {
                found.extend(object.location.filename().and_then(|name| name.parse::<FileId>().ok()));
            }
        }
        Ok(found)
    }

    pub(super) async fn mark(&self) -> Result<Option<String>> {
        let found = match self.store.get(&self.prefix.clone().join(MARK)).await {
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            found => found.map_err(failed)?,
        };
        if found.meta.size > LONGEST_MARK {
            return Err(Error::new(ErrorKind::InvalidData, format!("{MARK} is no mark of a desk")));
        }
        let bytes = found.bytes().await.map_err(failed)?;
        String::from_utf8(bytes.to_vec()).map(Some).map_err(|error| Error::new(ErrorKind::InvalidData, error))
    }

    pub(super) async fn leave_mark(&self, text: &str, replace: bool) -> Result<()> {
        let mode = if replace { PutMode::Overwrite } else { PutMode::Create };
        let left = self
            .store
            .put_opts(&self.prefix.clone().join(MARK), PutPayload::from(text.to_owned()), PutOptions { mode, ..PutOptions::default() })
            .await;
        match left {
            Ok(_) | Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => Ok(()),
            Err(error) => Err(failed(error)),
        }
    }

    fn path(&self, id: FileId) -> Path {
        self.prefix.clone().join(shelf(id)).join(id.to_string())
    }
}

fn client(plain: bool) -> ClientOptions {
    ClientOptions::new().with_connect_timeout(CONNECT).with_timeout(REQUEST).with_allow_http(plain)
}

/// What went wrong, as the disk would say it.
fn failed(error: object_store::Error) -> Error {
    use object_store::Error as E;
    let kind = match &error {
        E::NotFound { .. } => ErrorKind::NotFound,
        E::PermissionDenied { .. } | E::Unauthenticated { .. } => ErrorKind::PermissionDenied,
        E::InvalidPath { .. } => ErrorKind::InvalidInput,
        _ => ErrorKind::Other,
    };
    Error::new(kind, error)
}
