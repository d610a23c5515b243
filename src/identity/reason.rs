//! Why an issuer refuses to issue a token, as far as that is known.

use super::refusal::Refusal;

/// A reason that somebody can remove.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// No federated credential matches the assertion.
    Unfederated,
    /// The subject of a federated credential matches but for upper and lower case.
    OtherCase,
    /// The assertion is outside of its validity period.
    OutsideValidity,
    /// The tenant has no such application.
    UnknownApplication,
    /// The client secret is not one of the application's.
    WrongSecret,
    /// The client secret has expired.
    ExpiredSecret,
    /// The cloud has no such tenant.
    UnknownTenant,
    /// The tenant is in another cloud.
    OtherCloud,
    /// The tenant does not know the resource that the token is for.
    UnknownResource,
    /// A conditional-access policy, which may ask for a second factor.
    ConditionalAccess,
}

/// Entra ID's numbers and words for each reason. New numbers keep coming, and keep the words.
///
/// Source: the reference of AADSTS error codes, and messages that users of azure/login and az have shown.
const KNOWN: [(Reason, &[u32], &[&str]); 10] = [
    (
        Reason::OtherCase,
        &[7002138],
        &["case-insensitive comparison"],
    ),
    (
        Reason::Unfederated,
        &[700213, 700211, 700212, 7002131, 7002137, 70021, 70025],
        &[
            "No matching federated identity record",
            "no configured federated identity credentials",
        ],
    ),
    (
        Reason::OutsideValidity,
        &[700024],
        &["not within its valid time range"],
    ),
    (
        Reason::UnknownResource,
        &[500011],
        &["The resource principal named"],
    ),
    (
        Reason::UnknownApplication,
        &[700016],
        &["was not found in the directory"],
    ),
    (Reason::WrongSecret, &[7000215], &["Invalid client secret"]),
    (
        Reason::ExpiredSecret,
        &[7000222],
        &[
            "client secret keys for app",
            "client secret keys are expired",
        ],
    ),
    (
        Reason::OtherCloud,
        &[900382, 900432],
        &["Cross Cloud request"],
    ),
    (
        Reason::UnknownTenant,
        &[90002],
        &["you have the correct tenant ID"],
    ),
    (
        Reason::ConditionalAccess,
        &[53003, 50076],
        &["Conditional Access"],
    ),
];

impl Reason {
    /// The reason by the refusal's number, else by its words.
    pub(super) fn of(refusal: &Refusal) -> Option<Self> {
        let by_number = KNOWN
            .iter()
            .find(|(_, numbers, _)| refusal.code.is_some_and(|code| numbers.contains(&code)));
        let words = refusal.description.to_lowercase();
        let is_said = |phrase: &&str| words.contains(&phrase.to_lowercase());
        let by_words = || {
            KNOWN
                .iter()
                .find(|(_, _, phrases)| phrases.iter().any(is_said))
        };
        by_number.or_else(by_words).map(|(reason, ..)| *reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(code: Option<u32>, description: &str) -> Option<Reason> {
        Reason::of(&Refusal {
            code,
            description: description.to_owned(),
            ..Refusal::default()
        })
    }

    /// Messages as users have shown them: azure/login 482, 515, 573; Agents 202; azure-cli 22831; ms-rest-nodeauth 110.
    #[test]
    fn a_number_that_is_not_known_is_known_by_its_words() {
        let presented = "No matching federated identity record found for presented assertion subject 'repo:Contoso/hub:environment:Production'.";
        let case = format!(
            "{presented} The subject matches with case-insensitive comparison, but not with case-sensitive comparison."
        );
        for (code, description, expected) in [
            (700213, presented, Reason::Unfederated),
            (7002137, presented, Reason::Unfederated),
            (7002138, case.as_str(), Reason::OtherCase),
            (
                500011,
                "The resource principal named https://management.azure.com was not found in the tenant named Contoso.",
                Reason::UnknownResource,
            ),
            (
                900382,
                "Confidential Client is not supported in Cross Cloud request.",
                Reason::OtherCloud,
            ),
            (
                700024,
                "Client assertion is not within its valid time range.",
                Reason::OutsideValidity,
            ),
            (
                700016,
                "Application with identifier 'c' was not found in the directory 't'.",
                Reason::UnknownApplication,
            ),
            (
                7000215,
                "Invalid client secret provided.",
                Reason::WrongSecret,
            ),
            (
                7000222,
                "The provided client secret keys for app 'c' are expired.",
                Reason::ExpiredSecret,
            ),
            (
                90002,
                "Tenant 't' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.",
                Reason::UnknownTenant,
            ),
            (
                53003,
                "Access has been blocked by Conditional Access policies.",
                Reason::ConditionalAccess,
            ),
        ] {
            assert_eq!(reason(Some(code), ""), Some(expected), "{code}");
            assert_eq!(
                reason(Some(999_999), description),
                Some(expected),
                "{description}"
            );
            assert_eq!(reason(None, description), Some(expected), "{description}");
        }
        assert_eq!(reason(Some(999_999), "Told so."), None);
    }
}
