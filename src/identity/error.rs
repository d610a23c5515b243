//! Why a sign-in failed, and what to do about it.

use std::{error::Error, fmt, path::PathBuf, time::Duration};

use super::refusal::Refusal;
use crate::{
    host::{id_token::IdTokenError, jwt::Claims},
    http::sources,
};

/// Signing in failed. The message may have several lines; it never holds a secret, an assertion or a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// The issuer answered, and not with a token.
    #[error(transparent)]
    Refused(Box<Refused>),
    /// The issuer did not answer.
    #[error("cannot reach {issuer} at {host}: {reason}; {}", .issuer.when_unreachable())]
    Unreachable {
        /// Who did not answer.
        issuer: Issuer,
        /// Where.
        host: String,
        /// What was seen, on one line.
        reason: String,
    },
    /// The issuer answered with success, but there is no living token in it.
    #[error(
        "the answer of {issuer} holds no living token; is there a proxy in between, or is this machine's clock wrong?"
    )]
    NoToken {
        /// Who answered.
        issuer: Issuer,
    },
    /// The whole exchange took too long.
    #[error("signing in took longer than {} s", .after.as_secs())]
    TimedOut {
        /// How long we waited.
        after: Duration,
    },
    /// GitHub gave no id token to prove ourselves with.
    #[error(transparent)]
    IdToken(#[from] IdTokenError),
    /// The file with the federated token cannot be read.
    #[error(
        "cannot read the federated token in {path}: {reason}; check AZURE_FEDERATED_TOKEN_FILE (the action runs in a \
         container, which sees only the workspace and the runner's temporary directory)", path = .path.display()
    )]
    TokenFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The settings make no credential.
    #[error("cannot sign in with these settings: {0}")]
    Settings(String),
}

/// Who issues the tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Issuer {
    /// Entra ID.
    EntraId,
    /// The managed-identity endpoint of the machine we run on.
    ManagedIdentity,
}

/// Who asked for a token, for the message when it is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asker {
    /// Whom we asked.
    pub issuer: Issuer,
    /// The directory; empty for a managed identity.
    pub tenant_id: String,
    /// The application or user-assigned identity; empty for a system-assigned one.
    pub client_id: String,
    /// The file that the assertion came from.
    pub token_file: Option<PathBuf>,
}

/// An issuer's refusal, beside what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Who asked.
    pub asker: Asker,
    /// The claims of the assertion that was presented, where there was one.
    pub presented: Option<Claims>,
    /// What the issuer said.
    pub refusal: Refusal,
}

impl SignInError {
    /// The sign-in error at the bottom of one of azure_identity's, which wraps it several times.
    pub(super) fn find(error: &azure_core::Error) -> Option<Self> {
        sources(error)
            .find_map(|error| error.downcast_ref::<Self>())
            .cloned()
    }

    /// The message on one line.
    #[must_use]
    pub fn one_line(&self) -> String {
        let message = self.to_string();
        let mut line = String::with_capacity(message.len());
        for part in message.lines().map(str::trim) {
            line.push_str(match line.chars().last() {
                None => "",
                Some(':') => " ",
                Some(_) => "; ",
            });
            line.push_str(part);
        }
        line
    }

    /// Whether another try may do better, as far as one can tell before the first token.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Refused(refused) => refused.is_transient(),
            Self::Unreachable { .. } | Self::NoToken { .. } | Self::TimedOut { .. } => true,
            Self::IdToken(error) => error.is_transient(),
            Self::TokenFile { .. } | Self::Settings(_) => false,
        }
    }

    /// Whether the assertion was outside of its validity, which a fresh one may cure.
    #[must_use]
    pub(super) fn is_stale_assertion(&self) -> bool {
        matches!(self, Self::Refused(refused) if refused.refusal.code == Some(700024))
    }

    /// How long the issuer asks us to wait before the next try.
    #[must_use]
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused(refused) => refused.refusal.retry_after,
            _ => None,
        }
    }
}

impl Issuer {
    fn when_unreachable(self) -> &'static str {
        match self {
            Self::EntraId => "check the network, HTTPS_PROXY and NO_PROXY",
            Self::ManagedIdentity => {
                "is this a machine in Azure with a managed identity? Behind a proxy, NO_PROXY must name the address"
            }
        }
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EntraId => "Entra ID",
            Self::ManagedIdentity => "the managed-identity endpoint",
        })
    }
}

impl Refused {
    fn is_transient(&self) -> bool {
        // Of a managed identity's endpoint, these pass: it is being set up, or updated.
        let is_starting = self.asker.issuer == Issuer::ManagedIdentity
            && matches!(self.refusal.status, 404 | 410);
        is_starting || self.refusal.is_transient()
    }

    fn advice(&self) -> String {
        let Asker {
            tenant_id: tenant,
            client_id: client,
            ..
        } = &self.asker;
        match (self.asker.issuer, self.refusal.code) {
            (_, _) if self.is_transient() => {
                format!("{} cannot issue a token at the moment", self.asker.issuer)
            }
            (Issuer::ManagedIdentity, _) => self.assign(),
            (_, Some(700213 | 700211 | 700212 | 7002131 | 70021)) => self.federate(),
            (_, Some(700024)) => self.renew(),
            (_, Some(700016)) => format!(
                "there is no application {client} in tenant {tenant}: check client-id and tenant-id"
            ),
            (_, Some(7000215)) => format!(
                "the client secret of application {client} is wrong: client-secret takes the secret's value, not its id"
            ),
            (_, Some(7000222)) => format!(
                "the client secret of application {client} has expired: create a new one, or use OIDC, which needs none"
            ),
            (_, Some(90002)) => format!(
                "there is no tenant {tenant} in this cloud: check tenant-id and environment"
            ),
            (_, Some(53003 | 50076)) => format!(
                "a conditional-access policy of tenant {tenant} keeps application {client} out: have it allow this \
                 application and the runner's network"
            ),
            _ => format!("application {client} may not sign in to tenant {tenant}"),
        }
    }

    fn federate(&self) -> String {
        let client = &self.asker.client_id;
        let presented = match &self.presented {
            Some(claims) => format!("\n{claims}"),
            None => " those of the presented token, which cannot be read".to_owned(),
        };
        format!(
            "application {client} has no federated credential for the presented token: add one with exactly these \
             values (Entra ID, App registrations, Certificates & secrets, Federated credentials; a new one takes \
             some minutes to work):{presented}"
        )
    }

    fn renew(&self) -> String {
        match &self.asker.token_file {
            Some(path) => format!(
                "the federated token in {} is outside of its validity: something must renew that file while the \
                 deployment runs; or this machine's clock is wrong",
                path.display()
            ),
            None => {
                "even a fresh id token is outside of its validity: is this machine's clock wrong?"
                    .to_owned()
            }
        }
    }

    fn assign(&self) -> String {
        match self.asker.client_id.as_str() {
            "" => "this machine has no system-assigned identity: turn it on, or name a user-assigned one with client-id".to_owned(),
            client => format!("identity {client} is not assigned to this machine: assign it, or check client-id"),
        }
    }
}

impl Error for Refused {}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let refusal = &self.refusal;
        write!(f, "{}\n{} answered: ", self.advice(), self.asker.issuer)?;
        if !refusal.description.is_empty() {
            write!(f, "{} ", refusal.description)?;
        }
        write!(f, "(HTTP {}", refusal.status)?;
        if let Some(id) = &refusal.trace_id {
            write!(f, ", trace id {id}")?;
        }
        if let Some(id) = &refusal.correlation_id {
            write!(f, ", correlation id {id}")?;
        }
        f.write_str(")")
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn refused(code: u32, description: &str) -> Refused {
        Refused {
            asker: Asker {
                issuer: Issuer::EntraId,
                tenant_id: "7ea4d2f1-0000-0000-0000-000000000001".to_owned(),
                client_id: "c11e7700-0000-0000-0000-000000000002".to_owned(),
                token_file: None,
            },
            presented: None,
            refusal: Refusal {
                status: 401,
                code: Some(code),
                description: format!("AADSTS{code}: {description}"),
                trace_id: Some("aaaa".to_owned()),
                correlation_id: Some("bbbb".to_owned()),
                retry_after: None,
            },
        }
    }

    #[test]
    fn shows_the_presented_claims_beside_what_to_configure() {
        let mut refused = refused(
            700213,
            "No matching federated identity record found for presented assertion subject 'repo:o/r'.",
        );
        refused.presented = Some(Claims {
            issuer: "https://token.actions.githubusercontent.com".to_owned(),
            subject: "repo:o@1/r@2:environment:prod".to_owned(),
            audience: "api://AzureADTokenExchange".to_owned(),
        });
        assert_snapshot!(refused, @"");
        let one_line = SignInError::Refused(Box::new(refused.clone())).one_line();
        assert_snapshot!(one_line, @"");
        let advice = refused.advice();
        for code in [700211, 700212, 7002131, 70021] {
            refused.refusal.code = Some(code);
            assert_eq!(refused.advice(), advice, "{code}");
        }
    }

    #[test]
    fn says_what_to_do() {
        let codes = [
            700016, 7000215, 7000222, 90002, 53003, 50076, 700024, 90033, 123_456,
        ];
        let messages = codes.map(|code| refused(code, "Told so.").to_string());
        assert_snapshot!(messages.join("\n\n"), @"");
    }

    #[test]
    fn tells_of_an_assertion_that_nobody_renews() {
        let mut refused = refused(
            700024,
            "Client assertion is not within its valid time range.",
        );
        refused.asker.token_file = Some("/github/workspace/token".into());
        assert_snapshot!(refused, @"");
    }

    #[test]
    fn tells_of_managed_identities() {
        let mut refused = refused(0, "");
        refused.asker.issuer = Issuer::ManagedIdentity;
        refused.refusal = Refusal::read(
            400,
            None,
            br#"{"error":"invalid_request","error_description":"Identity not found"}"#,
        );
        let user_assigned = refused.to_string();
        refused.asker.client_id.clear();
        let system_assigned = refused.to_string();
        refused.refusal = Refusal::read(404, None, b"");
        assert!(refused.is_transient());
        let unreachable = SignInError::Unreachable {
            issuer: Issuer::ManagedIdentity,
            host: "169.254.169.254".to_owned(),
            reason: "No route to host (os error 113)".to_owned(),
        };
        assert_snapshot!([user_assigned, system_assigned, unreachable.to_string()].join("\n\n"), @"");
    }

    #[test]
    fn tells_of_what_came_before_the_issuer() {
        let file = SignInError::TokenFile {
            path: "/github/workspace/token".into(),
            reason: "No such file or directory (os error 2)".to_owned(),
        };
        let unreachable = SignInError::Unreachable {
            issuer: Issuer::EntraId,
            host: "login.microsoftonline.com".to_owned(),
            reason: "Connection refused (os error 111)".to_owned(),
        };
        let late = SignInError::TimedOut {
            after: Duration::from_secs(30),
        };
        let none = SignInError::NoToken {
            issuer: Issuer::EntraId,
        };
        let messages = [&file, &unreachable, &late, &none].map(ToString::to_string);
        assert_snapshot!(messages.join("\n\n"), @"");
        let transient = [&file, &unreachable, &late, &none].map(SignInError::is_transient);
        assert_eq!(transient, [false, true, true, true]);
    }
}
