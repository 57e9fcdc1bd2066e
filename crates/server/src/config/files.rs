//! Where files lie, as the settings say it: the data directory, another folder, or a bucket.

use super::Config;
use candor_app::file::Scanner;
use candor_app::{BucketPlace, FilePlace};

impl Config {
    /// Whether the operator chose a place.
    pub fn names_files(&self) -> bool {
        self.files_folder.is_some() || self.files_bucket.is_some()
    }

    pub fn files(&self) -> FilePlace {
        let Some(bucket) = self.files_bucket.clone() else {
            return FilePlace::Folder(self.files_folder.clone().unwrap_or_else(|| self.data.join("files")));
        };
        let keys = self.files_access_key.clone().zip(self.files_secret_key.as_ref().map(|secret| secret.reveal().to_owned()));
        let (prefix, endpoint, region) = (self.files_prefix.clone(), self.files_endpoint.clone(), self.files_region.clone());
        FilePlace::Bucket(BucketPlace { bucket, prefix, endpoint, region, keys })
    }

    /// Who looks for malware in files.
    pub fn scanner(&self) -> Option<Scanner> {
        self.scanner.as_deref().and_then(|text| Scanner::parse(text).ok())
    }

    pub(super) fn check_files(&self) -> Result<(), (&'static str, String)> {
        let wrong = |name, why: &str| Err((name, why.to_owned()));
        if let Some(Err(why)) = self.scanner.as_deref().map(Scanner::parse) {
            return wrong("scanner", &why.to_string());
        }
        if self.files_folder.is_some() && self.files_bucket.is_some() {
            return wrong("files_bucket", "give one of files_folder and files_bucket");
        }
        if self.files_access_key.is_some() != self.files_secret_key.is_some() {
            return wrong("files_access_key", "files_access_key and files_secret_key belong together");
        }
        if self.files_bucket.is_none()
            && (self.files_endpoint.is_some() || self.files_access_key.is_some() || !self.files_prefix.is_empty())
        {
            return wrong("files_bucket", "needed with the other settings of a bucket");
        }
        match &self.files_endpoint {
            Some(endpoint) if !endpoint.starts_with("http://") && !endpoint.starts_with("https://") => {
                wrong("files_endpoint", "an address that begins with https://, or http:// within your own network")
            }
            _ => Ok(()),
        }
    }
}

/// Names are shown in logs and lists, and kept in a file of one line.
pub(crate) fn is_node_name(name: &str) -> bool {
    (1..=60).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
}
