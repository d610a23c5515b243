//! Who signs in, to which cloud, and with which credential.

use secrecy::SecretString;
use url::Url;

use super::{AlreadyReported, Parser, values::given};
use crate::identity::{Cloud, Guid, Method, SignIn, TOKEN_FILE};

#[derive(Clone, Copy, PartialEq, Eq)]
enum AuthType {
    Auto,
    Oidc,
    Secret,
    ManagedIdentity,
    WorkloadIdentity,
    AzureCli,
}

const AUTH_TYPES: [(&str, AuthType); 8] = [
    ("auto", AuthType::Auto),
    ("oidc", AuthType::Oidc),
    ("secret", AuthType::Secret),
    ("managed-identity", AuthType::ManagedIdentity),
    ("workload-identity", AuthType::WorkloadIdentity),
    ("azure-cli", AuthType::AzureCli),
    ("SERVICE_PRINCIPAL", AuthType::Auto),
    ("IDENTITY", AuthType::ManagedIdentity),
];

/// Constructor of a known cloud; `None` for a custom one.
type KnownCloud = Option<fn() -> Cloud>;

const CLOUDS: [(&str, KnownCloud); 4] = [
    ("azureCloud", Some(Cloud::public)),
    ("azureUSGovernment", Some(Cloud::us_government)),
    ("azureChinaCloud", Some(Cloud::china)),
    ("custom", None),
];

impl Parser<'_> {
    pub(super) fn sign_in(&mut self) -> Option<SignIn> {
        let auth_type = self.choice("auth-type", &self.raw.auth_type, &AUTH_TYPES);
        let creds = self.creds.clone();
        let client_id = self.id("client-id", &self.raw.client_id, creds.client_id);
        let tenant_id = self.id("tenant-id", &self.raw.tenant_id, creds.tenant_id);
        let cloud = self.cloud();
        let auth_type = self.resolved(auth_type?, &client_id);
        let client_id = self.identity("client-id", auth_type, client_id);
        let client_id = client_id.filter(|_| auth_type != AuthType::AzureCli);
        let tenant_id = self.identity("tenant-id", auth_type, tenant_id);
        let method = self.method(auth_type, cloud.as_ref(), client_id.as_ref());
        Some(SignIn {
            cloud: cloud?,
            tenant_id,
            client_id,
            method: method?,
        })
    }

    /// In a terminal, the Azure CLI's sign-in where nothing says who else signs in.
    fn resolved(
        &mut self,
        auth_type: AuthType,
        client_id: &Result<Option<Guid>, AlreadyReported>,
    ) -> AuthType {
        let is_open = auth_type == AuthType::Auto
            && matches!(client_id, Ok(None))
            && self.secret(None).is_none()
            && self.token_file().is_none();
        if is_open && self.environment.host().is_for_people() {
            return AuthType::AzureCli;
        }
        auth_type
    }

    /// An id that is required, except for a managed identity and for the Azure CLI's sign-in.
    fn identity(
        &mut self,
        input: &'static str,
        auth_type: AuthType,
        id: Result<Option<Guid>, AlreadyReported>,
    ) -> Option<Guid> {
        let id = id.ok()?;
        let needs_none = [AuthType::ManagedIdentity, AuthType::AzureCli];
        if id.is_none() && !needs_none.contains(&auth_type) {
            self.missing(
                input,
                "needed to sign in (only auth-type managed-identity and azure-cli can do without)",
            );
        }
        id
    }

    fn method(
        &mut self,
        auth_type: AuthType,
        cloud: Option<&Cloud>,
        client_id: Option<&Guid>,
    ) -> Option<Method> {
        self.check_unused_secret(auth_type);
        self.check_unused_client_id(auth_type);
        let of_cloud = cloud.map_or("", |cloud| &cloud.audience);
        let oidc = Method::HostOidc {
            audience: given(&self.raw.audience).unwrap_or(of_cloud).to_owned(),
        };
        match auth_type {
            AuthType::Auto => Some(self.best_method(client_id, oidc)),
            AuthType::Oidc => Some(oidc),
            AuthType::Secret => self.needed_secret(client_id),
            AuthType::ManagedIdentity => Some(Method::ManagedIdentity),
            AuthType::WorkloadIdentity => self.needed_token_file(),
            AuthType::AzureCli => Some(Method::AzureCli),
        }
    }

    /// The credential that is available. Without any it is `oidc`, whose error names the missing permission.
    fn best_method(&self, client_id: Option<&Guid>, oidc: Method) -> Method {
        let variable = |name: &str| self.environment.get(name).map(str::to_owned);
        if let Some(secret) = self.secret(client_id) {
            Method::Secret(secret)
        } else if self.environment.host().offers_id_tokens(&variable) {
            oidc
        } else {
            self.token_file().unwrap_or(oidc)
        }
    }

    fn needed_secret(&mut self, client_id: Option<&Guid>) -> Option<Method> {
        let secret = self.secret(client_id);
        if secret.is_none() {
            let message = match self.creds.client_secret() {
                None => "missing: auth-type secret needs it: give client-secret or creds",
                Some(_) => {
                    "missing: creds has that of another client id: give client-secret, or remove client-id"
                }
            };
            self.problems.add("client-secret", message);
        }
        secret.map(Method::Secret)
    }

    fn needed_token_file(&mut self) -> Option<Method> {
        let method = self.token_file();
        if method.is_none() {
            self.problems.add(
                "auth-type",
                format!("workload-identity needs a token file: set {TOKEN_FILE} to its path"),
            );
        }
        method
    }

    fn token_file(&self) -> Option<Method> {
        let path = self.environment.get(TOKEN_FILE)?;
        Some(Method::TokenFile(path.into()))
    }

    /// The client secret. The one in `creds` is used only for the client id in `creds`.
    fn secret(&self, client_id: Option<&Guid>) -> Option<SecretString> {
        if let Some(secret) = given(&self.raw.client_secret) {
            return Some(secret.into());
        }
        let theirs = self.creds.client_id.as_deref();
        let theirs: Option<Guid> = theirs.and_then(|id| id.trim().parse().ok());
        let is_same = theirs.is_none_or(|theirs| client_id.is_none_or(|ours| *ours == theirs));
        self.creds.client_secret().filter(|_| is_same)
    }

    fn check_unused_secret(&mut self, auth_type: AuthType) {
        let uses_secret = matches!(auth_type, AuthType::Auto | AuthType::Secret);
        if !uses_secret && !self.raw.client_secret.is_empty() {
            let auth_type = &self.raw.auth_type;
            self.problems.add(
                "client-secret",
                format!("conflicts with auth-type {auth_type}: remove one of them"),
            );
        }
    }

    /// Who gives a client id does not want to sign in as somebody else. A variable may be there for other programs.
    fn check_unused_client_id(&mut self, auth_type: AuthType) {
        if auth_type == AuthType::AzureCli && !self.raw.client_id.is_empty() {
            self.problems.add(
                "client-id",
                "conflicts with auth-type azure-cli, which signs in with the account of `az login`: remove one of them",
            );
        }
    }

    fn cloud(&mut self) -> Option<Cloud> {
        let raw = self.raw;
        let known = self.choice("environment", &raw.environment, &CLOUDS)?;
        let authority = self.origin("authority-url", &raw.authority_url, known);
        let resource_manager =
            self.origin("resource-manager-url", &raw.resource_manager_url, known);
        match known {
            Some(cloud) => Some(cloud()),
            None => Some(Cloud::custom(authority?, resource_manager?)),
        }
    }

    /// The origin that a custom cloud requires and a known one excludes. Not quoted, as it may hold a password.
    fn origin(&mut self, input: &'static str, value: &str, known: KnownCloud) -> Option<Url> {
        let url = Url::parse(value).ok().filter(is_origin);
        let problem = match (known, given(value)) {
            (Some(_), None) => return None,
            (Some(_), Some(_)) => {
                "is for environment custom only: remove it, or give environment: custom"
            }
            (None, None) => {
                "missing: environment custom needs one, such as https://azure.example.com"
            }
            (None, Some(_)) if url.is_none() => {
                "is not an https origin: give scheme, host and port only, such as https://azure.example.com"
            }
            (None, Some(_)) => return url,
        };
        self.problems.add(input, problem);
        None
    }
}

/// Whether `url` is https and nothing but scheme, host and port.
fn is_origin(url: &Url) -> bool {
    url.scheme() == "https"
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none()
}
