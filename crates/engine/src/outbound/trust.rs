//! Which authorities are believed when they say who a server is: the public ones, and those of the company.

use chrono::DateTime;
use diagnostic::{Code, Diagnostic, Result};
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::client::{Certificate, TlsParameters};
use std::error::Error;
use std::io;
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, UnixTime};
use tokio_rustls::rustls::{self, CertificateError, ClientConfig, RootCertStore};

/// Who is believed beside the public authorities.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    own: Vec<CertificateDer<'static>>,
}

impl Trust {
    /// The authorities whose certificates a file holds as PEM.
    ///
    /// # Errors
    /// `invalid_configuration` for a file that cannot be read or holds something else.
    pub fn read(file: &Path) -> Result<Trust> {
        let wrong = |why: String| {
            let reason = format!("--ca-file {}: {why}", file.display());
            Box::new(Diagnostic::new(Code::InvalidConfiguration).with("reason", reason))
        };
        let bytes = std::fs::read(file).map_err(|error| wrong(error.to_string()))?;
        let own: Vec<_> = CertificateDer::pem_slice_iter(&bytes)
            .collect::<std::result::Result<_, _>>()
            .map_err(|error| wrong(format!("it is no PEM: {error}")))?;
        if own.is_empty() {
            return Err(wrong("it holds no certificate (-----BEGIN CERTIFICATE-----)".to_owned()));
        }
        for (place, one) in own.iter().enumerate() {
            let added = RootCertStore::empty().add(one.clone());
            added.map_err(|error| wrong(format!("certificate {} cannot be read: {error}", place + 1)))?;
        }
        Ok(Trust { own })
    }

    /// What makes connections secret.
    pub(super) fn connector(&self) -> TlsConnector {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        roots.add_parsable_certificates(self.own.iter().cloned());
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            // The provider is ring's, which knows both versions of TLS that are safe.
            .expect("ring speaks TLS 1.2 and 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        TlsConnector::from(Arc::new(tls))
    }

    /// The same for a server that takes mails, to the name that its certificate is to show.
    pub(crate) fn of_mail(&self, host: &str) -> std::result::Result<TlsParameters, SmtpError> {
        let mut parameters = TlsParameters::builder(host.to_owned());
        for one in &self.own {
            parameters = parameters.add_root_certificate(Certificate::from_der(one.to_vec())?);
        }
        parameters.build()
    }
}

/// What is wrong with a server's certificate and what helps, if that is why something failed.
pub(crate) fn distrusted(error: &(dyn Error + 'static)) -> Option<String> {
    let mut at = Some(error);
    while let Some(error) = at {
        // What stands in an error of the system is not among its causes.
        let within = error.downcast_ref::<io::Error>().and_then(|error| error.get_ref());
        let found = match within {
            Some(within) => within.downcast_ref::<rustls::Error>(),
            None => error.downcast_ref(),
        };
        if let Some(rustls::Error::InvalidCertificate(why)) = found {
            return Some(format!("the server's certificate {}", told(why)));
        }
        at = error.source();
    }
    None
}

fn told(why: &CertificateError) -> String {
    use CertificateError as Why;
    match why {
        Why::UnknownIssuer => {
            "was issued by an authority that is not trusted: name a company's own by --ca-file".to_owned()
        }
        Why::NotValidForNameContext { expected, presented } => {
            let shown = presented.iter().map(|name| bare(name)).collect::<Vec<_>>().join(", ");
            let expected = expected.to_str();
            format!("is for {shown}, not for {expected}: correct the address, or the certificate there")
        }
        Why::ExpiredContext { not_after, .. } => {
            format!("ended on {}: it has to be renewed there", day(*not_after))
        }
        Why::NotValidYetContext { not_before, .. } => {
            format!("begins on {}: is the clock of this machine right?", day(*not_before))
        }
        other => format!("cannot be used ({other}): it has to be replaced there"),
    }
}

/// A name as people write it: `DnsName("mail.example.com")`.
fn bare(name: &str) -> &str {
    name.split_once('(').map_or(name, |(_, inner)| inner.trim_end_matches(')')).trim_matches('"')
}

fn day(at: UnixTime) -> String {
    let at = i64::try_from(at.as_secs()).ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    at.map(|at| at.format("%Y-%m-%d").to_string()).unwrap_or_default()
}
