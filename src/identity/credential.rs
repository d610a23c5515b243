//! Exchanges a credential for a token.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use azure_core::{
    cloud::{CloudConfiguration, CustomConfiguration},
    credentials::{AccessToken, Secret, TokenCredential},
    http::{ClientOptions, HttpClient, RetryOptions, Transport},
    time::OffsetDateTime,
};
use azure_identity::{
    ClientAssertionCredential, ClientAssertionCredentialOptions, ClientSecretCredential,
    ClientSecretCredentialOptions, ManagedIdentityCredential, ManagedIdentityCredentialOptions,
    UserAssignedId,
};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use super::{
    Cloud, Guid, Method, SignIn,
    assertion::{Assertion, AssertionSource, Presented},
    azure_cli::AzureCli,
    endpoint::TokenEndpoint,
    error::SignInError,
    refused::{Issuer, Requester},
};
use crate::{
    clock::Clock,
    host::{Vault, host_of},
};

/// A newly issued token.
#[derive(Clone, Debug)]
pub(crate) struct Issued {
    /// The token; not shown by `Debug`.
    pub secret: Secret,
    /// How long it is valid from now.
    pub lifetime: Duration,
}

/// A credential that can be exchanged for tokens any number of times.
pub(crate) struct Credential {
    cloud: Cloud,
    requester: Requester,
    proof: Proof,
    http: Arc<dyn HttpClient>,
    vault: Vault,
}

enum Proof {
    Assertion(AssertionSource),
    Secret(SecretString),
    ManagedIdentity,
    AzureCli(AzureCli),
}

impl Credential {
    /// Prepares `sign_in`; nothing is sent yet. `env` looks up variables of the environment, `clock` measures waits,
    /// `vault` gets each assertion and each token when it arrives.
    ///
    /// # Errors
    /// [`SignInError::IdToken`] when the runner offers this job no id tokens and one is needed.
    pub(crate) fn new(
        sign_in: SignIn,
        env: impl Fn(&str) -> Option<String>,
        http: Arc<dyn HttpClient>,
        clock: Clock,
        vault: Vault,
    ) -> Result<Self, SignInError> {
        let (proof, issuer, token_file) = match sign_in.method {
            Method::HostOidc { audience } => {
                let host = host_of(&env);
                let id_tokens = host.id_tokens(&env, http.clone(), clock)?;
                let source = AssertionSource::Host(id_tokens, audience);
                (Proof::Assertion(source), Issuer::EntraId, None)
            }
            Method::TokenFile(path) => {
                let source = AssertionSource::File(path.clone());
                (Proof::Assertion(source), Issuer::EntraId, Some(path))
            }
            Method::Secret(secret) => (Proof::Secret(secret), Issuer::EntraId, None),
            Method::ManagedIdentity => (Proof::ManagedIdentity, Issuer::ManagedIdentity, None),
            Method::AzureCli => {
                let path = env("PATH").unwrap_or_default();
                let cli = AzureCli::new(&path, sign_in.tenant_id.clone());
                (Proof::AzureCli(cli), Issuer::AzureCli, None)
            }
        };
        Ok(Self {
            cloud: sign_in.cloud,
            requester: requester(issuer, sign_in.tenant_id, sign_in.client_id, token_file),
            proof,
            http,
            vault,
        })
    }

    /// When the runner stops issuing id tokens to this job, if known. No refresh can succeed after that.
    #[must_use]
    pub(crate) fn expires(&self) -> Option<Timestamp> {
        match &self.proof {
            Proof::Assertion(AssertionSource::Host(id_tokens, _)) => id_tokens.expires(),
            _ => None,
        }
    }

    /// Gets a new token, with a new assertion where there is one. Tries once.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) async fn exchange(&self) -> Result<Issued, SignInError> {
        let credential = self
            .once()
            .map_err(|error| SignInError::Settings(error.to_string()))?;
        let scope = self.cloud.token_scope();
        let no_token = SignInError::NoToken {
            issuer: self.requester.issuer,
        };
        match credential.get_token(&[&scope], None).await {
            Ok(token) => {
                self.vault.keep(&token.token.secret().into());
                Issued::new(token).ok_or(no_token)
            }
            Err(error) => Err(SignInError::find(&error).unwrap_or(no_token)),
        }
    }

    /// A credential for one exchange: azure_identity's credentials cache their token until five minutes before its end,
    /// and their cache cannot be cleared.
    fn once(&self) -> azure_core::Result<Arc<dyn TokenCredential>> {
        let Requester {
            tenant_id,
            client_id,
            ..
        } = self.requester.clone();
        let presented = Presented::default();
        let client_options = self.client_options(presented.clone());
        Ok(match &self.proof {
            Proof::Assertion(source) => ClientAssertionCredential::new(
                tenant_id,
                client_id,
                Assertion {
                    source: source.clone(),
                    presented,
                    vault: self.vault.clone(),
                },
                Some(ClientAssertionCredentialOptions { client_options }),
            )?,
            Proof::Secret(secret) => ClientSecretCredential::new(
                &tenant_id,
                client_id,
                Secret::new(secret.expose_secret().to_owned()),
                Some(ClientSecretCredentialOptions { client_options }),
            )?,
            Proof::AzureCli(cli) => Arc::new(cli.clone()),
            Proof::ManagedIdentity => {
                ManagedIdentityCredential::new(Some(ManagedIdentityCredentialOptions {
                    user_assigned_id: Some(client_id)
                        .filter(|id| !id.is_empty())
                        .map(UserAssignedId::ClientId),
                    client_options,
                }))?
            }
        })
    }

    fn client_options(&self, presented: Presented) -> ClientOptions {
        let mut cloud = CustomConfiguration::default();
        cloud.authority_host = self.cloud.authority.to_string();
        let endpoint = TokenEndpoint {
            http: self.http.clone(),
            requester: self.requester.clone(),
            presented,
        };
        ClientOptions {
            // A retry inside of the exchange would send the same assertion again.
            retry: RetryOptions::none(),
            transport: Some(Transport::new(Arc::new(endpoint))),
            cloud: Some(Arc::new(CloudConfiguration::Custom(cloud))),
            ..ClientOptions::default()
        }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("requester", &self.requester)
            .finish_non_exhaustive()
    }
}

impl Issued {
    /// azure_identity uses the machine's wall clock; the run's own may be scaled, so only the difference counts. `None`
    /// if the token is empty or expired, which azure_identity also returns for unexpected JSON.
    fn new(token: AccessToken) -> Option<Self> {
        let left = token.expires_on - OffsetDateTime::now_utc();
        let lifetime = Duration::from_secs(left.as_seconds_f64().round() as u64);
        (!lifetime.is_zero() && !token.token.secret().is_empty()).then_some(Self {
            secret: token.token,
            lifetime,
        })
    }
}

fn requester(
    issuer: Issuer,
    tenant_id: Option<Guid>,
    client_id: Option<Guid>,
    token_file: Option<PathBuf>,
) -> Requester {
    let text = |id: Option<Guid>| id.map(|id| id.to_string()).unwrap_or_default();
    Requester {
        issuer,
        tenant_id: text(tenant_id),
        client_id: text(client_id),
        token_file,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use insta::assert_snapshot;
    use serde_json::json;

    use super::*;
    use crate::{
        host::jwt,
        testing::entra::{Answer, FakeAzure},
    };

    #[tokio::test(start_paused = true)]
    async fn each_exchange_asks_anew_with_a_new_assertion() {
        let azure = FakeAzure::start();
        let credential = azure.credential(FakeAzure::oidc());
        for expected in ["token-1", "token-2", "token-3"] {
            let issued = credential.exchange().await.unwrap();
            assert_eq!(issued.secret.secret(), expected);
            assert_eq!(issued.lifetime, Duration::from_secs(4500));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_secret_is_enough() {
        let azure = FakeAzure::start();
        let credential = azure.credential(Method::Secret("hush-hush".into()));
        assert!(credential.exchange().await.is_ok());
        azure.entra_answers([Answer::aadsts(7000222)]);
        let error = credential.exchange().await.unwrap_err();
        assert_snapshot!(error, @r"
        the client secret of application 5ca082f3-38f2-4bb0-b0a4-c401184ae3a8 has expired: create a new one, or use OIDC, which needs none
        Entra ID answered: AADSTS7000222: It's so. (HTTP 401, trace id tttt, correlation id cccc)
        ");
        let shown = format!("{credential:?} {error:?}");
        assert!(!shown.contains("hush"), "{shown}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_assertion_is_shown_by_its_claims_only() {
        let azure = FakeAzure::start();
        azure.entra_answers([Answer::aadsts(700213)]);
        let error = azure
            .credential(FakeAzure::oidc())
            .exchange()
            .await
            .unwrap_err();
        assert_snapshot!(error, @r"
        application 5ca082f3-38f2-4bb0-b0a4-c401184ae3a8 has no federated credential for the presented token: add one with exactly these values (in the portal: the application's Certificates & secrets, or the managed identity's Settings, then Federated credentials; a new one takes some minutes to work):
          issuer (iss):   https://token.actions.githubusercontent.com
          subject (sub):  repo:org/repo:ref:refs/heads/main
          audience (aud): api://AzureADTokenExchange
        Entra ID answered: AADSTS700213: It's so. (HTTP 401, trace id tttt, correlation id cccc)
        ");
        let shown = format!("{error:?}");
        assert!(!shown.contains("eyJ"), "{shown}");
    }

    #[tokio::test]
    async fn the_token_file_is_read_at_each_exchange() {
        let azure = FakeAzure::start();
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("token");
        let credential = azure.credential(Method::TokenFile(path.clone()));
        for content in ["first\n", "second\n"] {
            std::fs::write(&path, content).unwrap();
            assert!(credential.exchange().await.is_ok());
        }
        let reason = async || match credential.exchange().await.unwrap_err() {
            SignInError::TokenFile { reason, .. } => reason,
            other => panic!("{other}"),
        };
        std::fs::write(&path, "\n").unwrap();
        assert_eq!(reason().await, "the file is empty");
        std::fs::remove_file(&path).unwrap();
        assert_eq!(reason().await, "No such file or directory (os error 2)");
    }

    #[tokio::test(start_paused = true)]
    async fn a_stale_token_file_is_named() {
        let azure = FakeAzure::start();
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("token");
        let claims = json!({"iss": "https://i", "sub": "s", "aud": "a"});
        std::fs::write(&path, jwt::forge(&claims)).unwrap();
        azure.entra_answers([Answer::aadsts(700024)]);
        let credential = azure.credential(Method::TokenFile(path.clone()));
        let error = credential.exchange().await.unwrap_err();
        assert!(error.is_stale_assertion());
        assert!(error.to_string().contains(path.to_str().unwrap()));
    }

    #[tokio::test(start_paused = true)]
    async fn without_permission_nothing_is_sent() {
        let azure = FakeAzure::start();
        let sign_in = SignIn {
            cloud: Cloud::public(),
            tenant_id: None,
            client_id: None,
            method: FakeAzure::oidc(),
        };
        let error = Credential::new(
            sign_in,
            |_| None,
            azure.http(),
            azure.clock(),
            azure.vault(),
        );
        let error = error.unwrap_err();
        assert!(matches!(error, SignInError::IdToken(_)) && !error.is_transient());
    }

    #[tokio::test(start_paused = true)]
    async fn what_github_says_comes_through() {
        let azure = FakeAzure::start();
        azure.github_answers([Answer::Refuse(404, "no such run".to_owned())]);
        let error = azure
            .credential(FakeAzure::oidc())
            .exchange()
            .await
            .unwrap_err();
        assert_snapshot!(error, @"GitHub issued no id token: HTTP 404: no such run");
        assert!(azure.asked().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_without_a_valid_token_is_an_error() {
        for (status, body) in [(200, "{}"), (200, "Hello"), (204, "")] {
            let azure = FakeAzure::start();
            azure.entra_answers([Answer::Refuse(status, body.to_owned())]);
            let error = azure
                .credential(FakeAzure::oidc())
                .exchange()
                .await
                .unwrap_err();
            assert!(matches!(error, SignInError::NoToken { .. }), "{error}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_managed_identity_is_asked_once_and_without_pauses() {
        let azure = FakeAzure::start();
        let credential = azure.credential(Method::ManagedIdentity);
        azure.entra_answers([Answer::Busy(429, 60), Answer::Drop]);
        let busy = credential.exchange().await.unwrap_err();
        let lost = credential.exchange().await.unwrap_err();
        assert!(busy.is_transient() && lost.is_transient());
        assert_eq!(busy.retry_after(), Some(Duration::from_secs(60)));
        assert_snapshot!(lost, @"cannot reach the managed-identity endpoint at 169.254.169.254: connection reset; is this a machine in Azure with a managed identity? Behind a proxy, NO_PROXY must name the address");
        assert_eq!(azure.asked(), [Duration::ZERO; 2]);
    }
}
