//! Which certificate authorities are trusted: the root certificates of the system, or those that replace them, and more.

use std::{
    env, fmt,
    fs::File,
    io::{self, Read},
    path::Path,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};

/// Maximum size of a file of certificates, in bytes. All public authorities together take about 250 kB.
const LARGEST: u64 = 4 << 20;
/// Characters in a line of PEM.
const PEM_LINE: usize = 64;

/// Certificates of authorities that are trusted besides the root certificates.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct ExtraRoots(Vec<CertificateDer<'static>>);

/// Why a file of certificates cannot be used. The message follows the file's name.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CertificateFileError {
    #[error(
        "does not exist: give a path relative to the workspace (in a container, this program sees only the \
         workspace and the runner's temporary directory)"
    )]
    Missing,
    #[error("is not a regular file: give a file of certificates")]
    Special,
    #[error("cannot be read ({0}): check its permissions")]
    Unreadable(io::ErrorKind),
    #[error("is over 4 MB: give only the certificates that are needed")]
    TooLarge,
    #[error(
        "has no certificate in PEM form (-----BEGIN CERTIFICATE-----): convert a binary one with \
         `openssl x509 -inform der -in FILE -out FILE.pem`"
    )]
    NoCertificate,
    #[error("has an invalid certificate (number {0} in the file): export it again")]
    Invalid(usize),
}

impl ExtraRoots {
    /// The certificates in a file of PEM.
    ///
    /// # Errors
    /// [`CertificateFileError`]; also if only one of several certificates is invalid.
    pub(crate) fn read(path: &Path) -> Result<Self, CertificateFileError> {
        Self::parse(&bytes(path)?)
    }

    fn parse(pem: &[u8]) -> Result<Self, CertificateFileError> {
        let mut certificates = Vec::new();
        for (index, certificate) in CertificateDer::pem_slice_iter(pem).enumerate() {
            let certificate = certificate.ok().filter(is_usable);
            certificates.push(certificate.ok_or(CertificateFileError::Invalid(index + 1))?);
        }
        if certificates.is_empty() {
            return Err(CertificateFileError::NoCertificate);
        }
        Ok(Self(certificates))
    }

    /// Adds the certificates of `other`.
    pub(crate) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Whether nobody but the usual authorities is trusted.
    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The root certificates and these, as PEM, for a program that takes one file.
    #[must_use]
    pub(crate) fn bundle(&self) -> String {
        self.with_roots().iter().map(pem).collect()
    }

    /// The root certificates and these. Root certificates that are not valid are left out: systems have such.
    pub(super) fn with_roots(&self) -> Vec<CertificateDer<'static>> {
        let roots = rustls_native_certs::load_native_certs().certs;
        let roots = roots.into_iter().filter(is_usable);
        roots.chain(self.0.iter().cloned()).collect()
    }
}

impl fmt::Debug for ExtraRoots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ExtraRoots({} certificates)", self.0.len())
    }
}

/// Whether there are valid certificates in what replaces the root certificates: the file that `SSL_CERT_FILE` names,
/// and the folders that `SSL_CERT_DIR` names.
#[must_use]
pub(crate) fn are_roots_found(file: Option<&str>, folders: Option<&str>) -> bool {
    let has_usable = |file: Option<&Path>, folder: Option<&Path>| {
        let found = rustls_native_certs::load_certs_from_paths(file, folder);
        found.certs.iter().any(is_usable)
    };
    let mut folders = folders.map(env::split_paths).into_iter().flatten();
    has_usable(file.map(Path::new), None) || folders.any(|folder| has_usable(None, Some(&folder)))
}

/// Whether it can be trusted as that of an authority.
fn is_usable(certificate: &CertificateDer<'static>) -> bool {
    RootCertStore::empty().add(certificate.clone()).is_ok()
}

/// The content of a file, if it is not too large. Opening a pipe would wait for its writer.
fn bytes(path: &Path) -> Result<Vec<u8>, CertificateFileError> {
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => CertificateFileError::Missing,
        kind => CertificateFileError::Unreadable(kind),
    };
    if !path.metadata().map_err(unreadable)?.is_file() {
        return Err(CertificateFileError::Special);
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        return Err(CertificateFileError::TooLarge);
    }
    Ok(bytes)
}

fn pem(certificate: &CertificateDer<'static>) -> String {
    let text = STANDARD.encode(certificate);
    let mut pem = "-----BEGIN CERTIFICATE-----\n".to_owned();
    for (index, character) in text.chars().enumerate() {
        if index > 0 && index % PEM_LINE == 0 {
            pem.push('\n');
        }
        pem.push(character);
    }
    pem.push_str("\n-----END CERTIFICATE-----\n");
    pem
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::testing::ROOT_CERTIFICATE;

    fn refusal(content: &[u8]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        std::fs::write(&path, content).unwrap();
        ExtraRoots::read(&path).unwrap_err().to_string()
    }

    #[test]
    fn one_or_more_certificates_with_text_around_them() {
        for count in 1..3 {
            let pem = format!("# ours\n{ROOT_CERTIFICATE}").repeat(count);
            let read = ExtraRoots::parse(pem.as_bytes()).unwrap();
            assert_eq!(
                format!("{read:?}"),
                format!("ExtraRoots({count} certificates)")
            );
        }
    }

    #[test]
    fn what_is_no_file_of_certificates_is_refused() {
        let (begin, rest) = ROOT_CERTIFICATE.split_once("MIIC").unwrap();
        let garbled = format!("{ROOT_CERTIFICATE}{begin}MIIB{rest}");
        for (content, expected) in [
            (&b""[..], "has no certificate in PEM form"),
            (&[0x30, 0x82, 0x01], "has no certificate in PEM form"),
            (
                garbled.as_bytes(),
                "has an invalid certificate (number 2 in the file)",
            ),
            (
                &ROOT_CERTIFICATE.as_bytes()[..300],
                "has an invalid certificate (number 1",
            ),
            (&vec![b'#'; 5 << 20], "is over 4 MB"),
        ] {
            let message = refusal(content);
            assert!(message.starts_with(expected), "{message}");
        }
        for (path, expected) in [
            ("/nowhere", "does not exist"),
            ("/", "is not a regular file"),
        ] {
            let message = ExtraRoots::read(Path::new(path)).unwrap_err().to_string();
            assert!(message.starts_with(expected), "{message}");
        }
    }

    #[test]
    fn the_bundle_has_the_roots_and_the_extra_ones() {
        let extra = ExtraRoots::parse(ROOT_CERTIFICATE.as_bytes()).unwrap();
        let bundle = extra.bundle();
        assert!(bundle.ends_with(ROOT_CERTIFICATE), "{bundle}");
        let with = ExtraRoots::parse(bundle.as_bytes()).unwrap();
        assert_eq!(with.0, extra.with_roots());
        assert_eq!(with.0.len(), ExtraRoots::default().with_roots().len() + 1);
    }

    #[test]
    fn roots_are_replaced_by_a_file_or_folders() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.pem");
        std::fs::write(&path, ROOT_CERTIFICATE).unwrap();
        let (path, folder) = (path.to_str(), folder.path().to_str().unwrap());
        let folders = format!("/nowhere:{folder}");
        for (file, folders, found) in [
            (path, None, true),
            (None, Some(folders.as_str()), true),
            (Some("/nowhere"), Some(folder), true),
            (Some("/nowhere"), None, false),
            (None, Some("/nowhere"), false),
        ] {
            assert_eq!(
                are_roots_found(file, folders),
                found,
                "{file:?} {folders:?}"
            );
        }
    }
}
