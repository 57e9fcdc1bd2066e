//! Whom we believe to be the mail server: whoever shows a certificate of a public authority, or of the operator's own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// How lines are encrypted. Cheap to clone.
#[derive(Clone)]
pub struct Tls {
    pub(super) connector: TlsConnector,
    own: Arc<[CertificateDer<'static>]>,
}

/// The operator's own certificates cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}", path.display())]
pub struct TlsError {
    path: PathBuf,
    why: String,
}

impl Tls {
    /// Believes the public authorities.
    pub fn public() -> Self {
        Self::believing(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }, Arc::default())
    }

    /// Believes the certificates in this file, too (PEM).
    ///
    /// # Errors
    ///
    /// The file cannot be read, or holds no certificate of an authority.
    pub fn and_of(path: &Path) -> Result<Self, TlsError> {
        let wrong = |error: &dyn std::fmt::Display| TlsError { path: path.to_owned(), why: error.to_string() };
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let own = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(|error| wrong(&error))?;
        for certificate in &own {
            roots.add(certificate.clone()).map_err(|error| wrong(&error))?;
        }
        if own.is_empty() {
            return Err(wrong(&"there is no certificate in it"));
        }
        Ok(Self::believing(roots, own.into()))
    }

    /// The operator's own authorities.
    pub(in crate::channel::email) fn own(&self) -> &[CertificateDer<'static>] {
        &self.own
    }

    fn believing(roots: RootCertStore, own: Arc<[CertificateDer<'static>]>) -> Self {
        let provider = CryptoProvider::get_default().cloned().unwrap_or_else(|| Arc::new(aws_lc_rs::default_provider()));
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the provider knows the protocol's versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self { connector: TlsConnector::from(Arc::new(config)), own }
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls")
    }
}
