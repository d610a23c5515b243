//! A certificate authority for the simulated servers.

use std::{net::IpAddr, sync::Arc};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer};

use crate::options::BadCertificate;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// An authority that vouches for servers.
pub(crate) struct Authority {
    /// Its certificate, as PEM.
    pub(crate) certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// A new authority of this name.
    pub(crate) fn new(name: &str) -> Result<Self> {
        let mut authority = CertificateParams::new(Vec::new())?;
        authority.distinguished_name.push(DnType::CommonName, name);
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate()?;
        let certificate = authority.self_signed(&key)?.pem();
        Ok(Self {
            certificate,
            issuer: Issuer::new(authority, key),
        })
    }

    /// A server of `localhost` and `address` with a new key; its certificate is good unless it is to be `bad`.
    pub(crate) fn server(
        &self,
        address: IpAddr,
        bad: Option<BadCertificate>,
    ) -> Result<Arc<ServerConfig>> {
        if bad == Some(BadCertificate::UnknownIssuer) {
            return Self::new("Somebody else")?.server(address, None);
        }
        let names = match bad {
            Some(BadCertificate::OtherName) => vec!["portal.example".to_owned()],
            _ => vec!["localhost".to_owned(), address.to_string()],
        };
        let mut server = CertificateParams::new(names)?;
        server
            .distinguished_name
            .push(DnType::CommonName, "localhost");
        server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        server.use_authority_key_identifier_extension = true;
        if bad == Some(BadCertificate::Expired) {
            server.not_after = date_time_ymd(2020, 1, 1);
        }
        let key = KeyPair::generate()?;
        let certificate = server.signed_by(&key, &self.issuer)?;
        let key = PrivateKeyDer::try_from(key.serialize_der())?;
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)?;
        Ok(Arc::new(config))
    }
}
