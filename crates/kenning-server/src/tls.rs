//! HTTPS: a certificate and its key, read from files and read again when asked. The only file that names rustls.
//!
//! The cryptography is graviola, which is Rust and its inline assembly: it needs no C compiler to build, as ring and aws-lc do.
//! The price is that it runs on the two processor families it was written for, of the last ten years; on others the server
//! speaks HTTP only, and says so when it is given a certificate.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// What is needed to speak TLS, as it was last read.
#[derive(Clone)]
pub struct Tls(Arc<Inner>);

struct Inner {
    certificate: PathBuf,
    key: PathBuf,
    now: RwLock<TlsAcceptor>,
}

impl std::fmt::Debug for Tls {
    /// Without what was read: a key has no place in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls")
            .field("certificate", &self.0.certificate)
            .finish_non_exhaustive()
    }
}

impl Tls {
    /// Reads a chain of certificates, the server's own first, and its private key, both in PEM.
    ///
    /// # Errors
    /// When a file cannot be read or is not PEM, when key and certificate do not belong together, or when this processor is not
    /// one that the cryptography is made for. The message names the file.
    pub fn open(certificate: &Path, key: &Path) -> io::Result<Self> {
        let acceptor = read(certificate, key)?;
        Ok(Self(Arc::new(Inner {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            now: RwLock::new(acceptor),
        })))
    }

    /// Reads both files again, for connections that begin from now on.
    ///
    /// # Errors
    /// As [`open`](Self::open); then what was read before stays.
    pub fn reload(&self) -> io::Result<()> {
        let acceptor = read(&self.0.certificate, &self.0.key)?;
        *self.0.now.write().unwrap_or_else(PoisonError::into_inner) = acceptor;
        Ok(())
    }

    /// Agrees with a client on how to speak.
    ///
    /// # Errors
    /// When the client does not speak TLS 1.2 or 1.3, or goes away.
    pub(crate) async fn greet<S>(&self, stream: S) -> io::Result<TlsStream<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let acceptor = self
            .0
            .now
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        acceptor.accept(stream).await
    }
}

fn read(certificate: &Path, key: &Path) -> io::Result<TlsAcceptor> {
    if !is_supported() {
        return Err(io::Error::other(
            "this processor lacks what TLS needs here; put a proxy that speaks HTTPS before the server",
        ));
    }
    config(certificate, key).map(|config| TlsAcceptor::from(Arc::new(config)))
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn config(certificate: &Path, key: &Path) -> io::Result<ServerConfig> {
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};

    let named =
        |path: &Path, what: String| io::Error::other(format!("`{}`: {what}", path.display()));
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect)
        .map_err(|error| named(certificate, error.to_string()))?;
    if chain.is_empty() {
        return Err(named(
            certificate,
            "there is no certificate in it".to_owned(),
        ));
    }
    let secret =
        PrivateKeyDer::from_pem_file(key).map_err(|error| named(key, error.to_string()))?;
    let provider = Arc::new(rustls_graviola::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .map_err(|error| named(key, error.to_string()))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn config(_certificate: &Path, _key: &Path) -> io::Result<ServerConfig> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Whether the processor has the instructions that the cryptography asks for; without them it would end the process.
fn is_supported() -> bool {
    #[cfg(target_arch = "x86_64")]
    let supported = std::is_x86_feature_detected!("aes")
        && std::is_x86_feature_detected!("pclmulqdq")
        && std::is_x86_feature_detected!("bmi1")
        && std::is_x86_feature_detected!("adx")
        && std::is_x86_feature_detected!("avx")
        && std::is_x86_feature_detected!("avx2");
    #[cfg(target_arch = "aarch64")]
    let supported = std::arch::is_aarch64_feature_detected!("neon")
        && std::arch::is_aarch64_feature_detected!("aes")
        && std::arch::is_aarch64_feature_detected!("pmull")
        && std::arch::is_aarch64_feature_detected!("sha2");
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let supported = false;
    supported
}
