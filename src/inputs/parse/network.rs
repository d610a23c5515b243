//! Certificates and proxies.

use super::{Parser, values::given};
use crate::{
    http::{CertificateFileError, ExtraRoots, are_roots_found, proxy},
    inputs::raw::{CERTIFICATE_FOLDERS, CERTIFICATES, EXTRA_CERTIFICATES},
};

impl Parser<'_> {
    /// The certificates to trust besides the root certificates: of `ca-file`, and of the file that Node.js would read.
    /// What cannot be read is a problem.
    pub(super) fn extra_roots(&mut self) -> ExtraRoots {
        self.check_replaced_roots();
        let mut all = ExtraRoots::default();
        let environment = self.environment;
        for (name, path, remedy) in [
            ("ca-file", given(&self.raw.ca_file), ""),
            (
                EXTRA_CERTIFICATES,
                environment.get(EXTRA_CERTIFICATES),
                ", or unset the variable for this step",
            ),
        ] {
            let Some(path) = path else { continue };
            match ExtraRoots::read(&environment.workspace().join(path)) {
                Ok(roots) => all.extend(roots),
                // The variable may be meant for programs outside of this container, which does not see their files. A
                // server that nobody trusts is an error of its own, which names `ca-file`.
                Err(CertificateFileError::Missing) if name == EXTRA_CERTIFICATES => {}
                Err(error) => {
                    let quoted = self.quote(path);
                    let message = format!("{quoted} {error}{remedy}");
                    self.problems.add(name, message);
                }
            }
        }
        all
    }

    /// Root certificates that are replaced by nothing would fail every request.
    fn check_replaced_roots(&mut self) {
        let [file, folders] =
            [CERTIFICATES, CERTIFICATE_FOLDERS].map(|name| self.environment.get(name));
        let Some(path) = file.or(folders) else { return };
        if are_roots_found(file, folders) {
            return;
        }
        let name = if file.is_some() {
            CERTIFICATES
        } else {
            CERTIFICATE_FOLDERS
        };
        let quoted = self.quote(path);
        let message = format!(
            "no certificate can be read from {quoted}, which replaces the public ones: unset {name}, or let it name \
             certificates (PEM) that this container sees"
        );
        self.problems.add(name, message);
    }

    /// Values are not shown, as they may hold a password.
    pub(super) fn check_proxies(&mut self) {
        for (name, error) in proxy::problems(|name| self.environment.get(name)) {
            self.problems.add(name, error.to_string());
        }
    }
}
