//! An issuer's refusal with advice.

use std::{error::Error, fmt, path::PathBuf};

use super::{reason::Reason, refusal::Refusal};
use crate::host::jwt::Claims;

/// The issuer of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Issuer {
    /// Entra ID.
    EntraId,
    /// The managed-identity endpoint of the machine we run on.
    ManagedIdentity,
    /// The Azure CLI on this machine.
    AzureCli,
}

/// The identity that requested a token, for the message if it is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Requester {
    /// The issuer.
    pub issuer: Issuer,
    /// The directory; empty for a managed identity.
    pub tenant_id: String,
    /// The application or user-assigned identity; empty for a system-assigned one.
    pub client_id: String,
    /// The file that holds the assertion, if any.
    pub token_file: Option<PathBuf>,
}

/// An issuer's refusal with the request it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// The identity.
    pub requester: Requester,
    /// The claims of the assertion, if there was one.
    pub presented: Option<Claims>,
    /// The issuer's answer.
    pub refusal: Refusal,
}

impl Issuer {
    pub(super) fn when_unreachable(self) -> &'static str {
        match self {
            Self::EntraId | Self::AzureCli => "check the network, HTTPS_PROXY and NO_PROXY",
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
            Self::AzureCli => "the Azure CLI",
        })
    }
}

impl Refused {
    /// Whether the same request may succeed later.
    #[must_use]
    pub(crate) fn is_transient(&self) -> bool {
        // A managed identity's endpoint answers these while it is being set up or updated.
        let is_starting = self.requester.issuer == Issuer::ManagedIdentity
            && matches!(self.refusal.status, 404 | 410);
        is_starting || self.refusal.is_transient()
    }

    /// Whether the assertion was outside of its validity period.
    pub(super) fn is_stale_assertion(&self) -> bool {
        Reason::of(&self.refusal) == Some(Reason::OutsideValidity)
    }

    /// Whether somebody between us and the issuer refused. What passes by itself is not of interest.
    fn is_from_proxy(&self) -> bool {
        let refusal = &self.refusal;
        let is_foreign = refusal.is_web_page || matches!(refusal.status, 300..400 | 407);
        is_foreign && !self.is_transient()
    }

    fn advice(&self) -> String {
        let Requester {
            tenant_id: tenant,
            client_id: client,
            ..
        } = &self.requester;
        let issuer = self.requester.issuer;
        if self.is_from_proxy() {
            return format!(
                "{issuer} did not write this answer; a proxy, captive portal or firewall did: check HTTPS_PROXY and \
                 NO_PROXY, and that this machine may reach {issuer}"
            );
        }
        if self.is_transient() {
            return format!("{issuer} cannot issue a token at the moment");
        }
        if issuer == Issuer::ManagedIdentity {
            return self.assign();
        }
        match Reason::of(&self.refusal) {
            Some(Reason::Unfederated) => self.federate(&format!(
                "application {client} has no federated credential for the presented token: add one"
            )),
            Some(Reason::OtherCase) => self.federate(&format!(
                "application {client} has a federated credential whose subject differs from the presented one in \
                 upper and lower case, which counts: make it one"
            )),
            Some(Reason::OutsideValidity) => self.renew(),
            Some(Reason::UnknownApplication) => format!(
                "there is no application {client} in tenant {tenant}: check client-id and tenant-id"
            ),
            Some(Reason::WrongSecret) => format!(
                "the client secret of application {client} is wrong: client-secret takes the secret's value, not its id"
            ),
            Some(Reason::ExpiredSecret) => format!(
                "the client secret of application {client} has expired: create a new one, or use OIDC, which needs none"
            ),
            Some(Reason::UnknownTenant) => format!(
                "there is no tenant {tenant} in this cloud: check tenant-id and environment"
            ),
            Some(Reason::OtherCloud) => format!(
                "tenant {tenant} is in another cloud: set environment to its cloud (azureCloud, azureUSGovernment, \
                 azureChinaCloud)"
            ),
            Some(Reason::UnknownResource) => format!(
                "tenant {tenant} does not know the Resource Manager of this cloud: check environment (for a custom \
                 cloud resource-manager-url) and tenant-id"
            ),
            Some(Reason::ConditionalAccess) => format!(
                "a conditional-access policy of tenant {tenant} blocks application {client}: let it allow this \
                 application and this machine's network"
            ),
            None => format!("application {client} may not sign in to tenant {tenant}"),
        }
    }

    /// What to do, and the claims that a federated credential must have.
    fn federate(&self, what: &str) -> String {
        let presented = match &self.presented {
            Some(claims) => format!("\n{claims}"),
            None => " those of the presented token, which cannot be read".to_owned(),
        };
        format!(
            "{what} with exactly these values (in the portal: the application's Certificates & secrets, or the \
             managed identity's Settings, then Federated credentials; a new one takes some minutes to work):{presented}"
        )
    }

    fn renew(&self) -> String {
        match &self.requester.token_file {
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
        match self.requester.client_id.as_str() {
            "" => "this machine has no system-assigned identity: enable it, or set client-id to a user-assigned one".to_owned(),
            client => format!("identity {client} is not assigned to this machine: assign it, or check client-id"),
        }
    }
}

impl Error for Refused {}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let refusal = &self.refusal;
        let advice = self.advice();
        match self.is_from_proxy() {
            true => write!(f, "{advice}\nThe answer: ")?,
            false => write!(f, "{advice}\n{} answered: ", self.requester.issuer)?,
        }
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
    use crate::identity::SignInError;

    fn refused(code: u32, description: &str) -> Refused {
        Refused {
            requester: Requester {
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
                is_web_page: false,
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
        assert_snapshot!(refused, @r"
        application c11e7700-0000-0000-0000-000000000002 has no federated credential for the presented token: add one with exactly these values (in the portal: the application's Certificates & secrets, or the managed identity's Settings, then Federated credentials; a new one takes some minutes to work):
          issuer (iss):   https://token.actions.githubusercontent.com
          subject (sub):  repo:o@1/r@2:environment:prod
          audience (aud): api://AzureADTokenExchange
        Entra ID answered: AADSTS700213: No matching federated identity record found for presented assertion subject 'repo:o/r'. (HTTP 401, trace id aaaa, correlation id bbbb)
        ");
        let one_line = SignInError::Refused(Box::new(refused.clone())).one_line();
        assert_snapshot!(one_line, @"application c11e7700-0000-0000-0000-000000000002 has no federated credential for the presented token: add one with exactly these values (in the portal: the application's Certificates & secrets, or the managed identity's Settings, then Federated credentials; a new one takes some minutes to work): issuer (iss): https://token.actions.githubusercontent.com; subject (sub): repo:o@1/r@2:environment:prod; audience (aud): api://AzureADTokenExchange; Entra ID answered: AADSTS700213: No matching federated identity record found for presented assertion subject 'repo:o/r'. (HTTP 401, trace id aaaa, correlation id bbbb)");
        let advice = refused.advice();
        for code in [700211, 700212, 7002131, 7002137, 70021] {
            refused.refusal.code = Some(code);
            assert_eq!(refused.advice(), advice, "{code}");
        }
    }

    #[test]
    fn says_what_to_do() {
        let codes = [
            7002138, 900382, 500011, 700016, 7000215, 7000222, 90002, 53003, 50076, 700024, 90033,
            123_456,
        ];
        let messages = codes.map(|code| refused(code, "Told so.").to_string());
        assert_snapshot!(messages.join("\n\n"), @r"
        application c11e7700-0000-0000-0000-000000000002 has a federated credential whose subject differs from the presented one in upper and lower case, which counts: make it one with exactly these values (in the portal: the application's Certificates & secrets, or the managed identity's Settings, then Federated credentials; a new one takes some minutes to work): those of the presented token, which cannot be read
        Entra ID answered: AADSTS7002138: Told so. (HTTP 401, trace id aaaa, correlation id bbbb)

        tenant 7ea4d2f1-0000-0000-0000-000000000001 is in another cloud: set environment to its cloud (azureCloud, azureUSGovernment, azureChinaCloud)
        Entra ID answered: AADSTS900382: Told so. (HTTP 401, trace id aaaa, correlation id bbbb)

        tenant 7ea4d2f1-0000-0000-0000-000000000001 does not know the Resource Manager of this cloud: check environment (for a custom cloud resource-manager-url) and tenant-id
        Entra ID answered: AADSTS500011: Told so. (HTTP 401, trace id aaaa, correlation id bbbb)

        there is no application c11e7700-0000-0000-0000-000000000002 in tenant 7ea4d2f1-0000-0000-0000-000000000001: check client-id and tenant-id
        Entra ID answered: AADSTS700016: Told so. (HTTP 401, trace id aaaa, correlation id bbbb)

        the client secret of application c11e7700-0000-0000-0000-000000000002 is wrong: client-secret takes the secret's value, not its id
        Entra ID answered: AADSTS7000215: Told so. (HTTP 401, trace id aaaa, correlation id bbbb)

        the client secret of application c11e7700-0000-0000-0000-000000000002 has expired: create a new one, or use OIDC, which needs none
        Entra ID answered: AADSTS7000222: Told so. (HTTP 401, trace id aaaa, correlation id bbbb)

        there is no tenant 7ea4d2f1-0000-0000-0000-000000000001 in this cloud: check tenant-id and environment
        Entra ID answered: AADSTS90002: Told so. (HTTP 401, trace id aaaa, correlation id bbbb)

        a conditional-access policy of tenant 7ea4d2f1-0000-0000-0000-000000000001 blocks application c11e7700-0000-0000-0000-000000000002: let it allow this application and this machine's network
        Entra ID answered: AADSTS53003: Told so. (HTTP 401, trace id aaaa, correlation id bbbb)

        a conditional-access policy of tenant 7ea4d2f1-0000-0000-0000-000000000001 blocks application c11e7700-0000-0000-0000-000000000002: let it allow this application and this machine's network
        Entra ID answered: AADSTS50076: Told so. (HTTP 401, trace id aaaa, correlation id bbbb)

        even a fresh id token is outside of its validity: is this machine's clock wrong?
        Entra ID answered: AADSTS700024: Told so. (HTTP 401, trace id aaaa, correlation id bbbb)

        Entra ID cannot issue a token at the moment
        Entra ID answered: AADSTS90033: Told so. (HTTP 401, trace id aaaa, correlation id bbbb)

        application c11e7700-0000-0000-0000-000000000002 may not sign in to tenant 7ea4d2f1-0000-0000-0000-000000000001
        Entra ID answered: AADSTS123456: Told so. (HTTP 401, trace id aaaa, correlation id bbbb)
        ");
    }

    #[test]
    fn an_expired_token_file_is_named() {
        let mut refused = refused(
            700024,
            "Client assertion is not within its valid time range.",
        );
        refused.requester.token_file = Some("/github/workspace/token".into());
        assert_snapshot!(refused, @r"
        the federated token in /github/workspace/token is outside of its validity: something must renew that file while the deployment runs; or this machine's clock is wrong
        Entra ID answered: AADSTS700024: Client assertion is not within its valid time range. (HTTP 401, trace id aaaa, correlation id bbbb)
        ");
    }

    #[test]
    fn refusals_of_managed_identities() {
        let mut refused = refused(0, "");
        refused.requester.issuer = Issuer::ManagedIdentity;
        refused.refusal = Refusal::read(
            400,
            None,
            br#"{"error":"invalid_request","error_description":"Identity not found"}"#,
        );
        let user_assigned = refused.to_string();
        refused.requester.client_id.clear();
        let system_assigned = refused.to_string();
        refused.refusal = Refusal::read(404, None, b"");
        assert!(refused.is_transient());
        let unreachable = SignInError::Unreachable {
            issuer: Issuer::ManagedIdentity,
            host: "169.254.169.254".to_owned(),
            reason: "No route to host (os error 113)".to_owned(),
        };
        assert_snapshot!([user_assigned, system_assigned, unreachable.to_string()].join("\n\n"), @r"
        identity c11e7700-0000-0000-0000-000000000002 is not assigned to this machine: assign it, or check client-id
        the managed-identity endpoint answered: Identity not found (HTTP 400)

        this machine has no system-assigned identity: enable it, or set client-id to a user-assigned one
        the managed-identity endpoint answered: Identity not found (HTTP 400)

        cannot reach the managed-identity endpoint at 169.254.169.254: No route to host (os error 113); is this a machine in Azure with a managed identity? Behind a proxy, NO_PROXY must name the address
        ");
    }

    #[test]
    fn a_page_of_a_proxy_is_not_taken_for_the_issuers_word() {
        let mut refused = refused(0, "");
        refused.refusal = Refusal::read(403, None, b"<html>Blocked by policy</html>");
        assert_snapshot!(refused, @r"
        Entra ID did not write this answer; a proxy, captive portal or firewall did: check HTTPS_PROXY and NO_PROXY, and that this machine may reach Entra ID
        The answer: Blocked by policy (HTTP 403)
        ");
        refused.refusal = Refusal::read(302, None, b"");
        assert!(refused.is_from_proxy());
        // Gateways of the issuer answer like this, too.
        refused.refusal = Refusal::read(503, None, b"<html>Busy</html>");
        assert!(!refused.is_from_proxy());
        refused.refusal = Refusal::read(400, None, b"{}");
        assert!(!refused.is_from_proxy());
    }
}
