//! The inputs as strings, before they are parsed.

use std::fmt;

use serde::Deserialize;

use super::{Environment, Problems, catalog::INPUTS, environment::variables};
use crate::{host, http::proxy, identity::TOKEN_FILE};

/// Variable with a file of certificates to trust besides the root certificates, as for Node.js.
pub(super) const EXTRA_CERTIFICATES: &str = "NODE_EXTRA_CA_CERTS";
/// Variable with a file that replaces the root certificates.
pub(super) const CERTIFICATES: &str = "SSL_CERT_FILE";
/// Variable with folders that replace the root certificates.
pub(super) const CERTIFICATE_FOLDERS: &str = "SSL_CERT_DIR";

/// All inputs, trimmed, or their defaults. Empty: not given.
///
/// Its `Debug` form shows nothing, as some inputs are secrets.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Raw {
    pub(super) client_id: String,
    pub(super) tenant_id: String,
    pub(super) subscription_id: String,
    pub(super) client_secret: String,
    pub(super) creds: String,
    pub(super) auth_type: String,
    pub(super) audience: String,
    pub(super) environment: String,
    pub(super) resource_manager_url: String,
    pub(super) authority_url: String,
    pub(super) token_refresh_interval: String,
    pub(super) r#type: String,
    pub(super) operation: String,
    pub(super) scope: String,
    pub(super) resource_group_name: String,
    pub(super) management_group_id: String,
    pub(super) location: String,
    pub(super) name: String,
    pub(super) template_file: String,
    pub(super) template_uri: String,
    pub(super) template_spec_id: String,
    pub(super) parameters_file: String,
    pub(super) parameters: String,
    pub(super) deployment_mode: String,
    pub(super) ca_file: String,
    pub(super) bicep_version: String,
    pub(super) bicep_sha256: String,
    pub(super) bicep_path: String,
    pub(super) validation_level: String,
    pub(super) rollback_on_error: String,
    pub(super) debug_setting: String,
    pub(super) what_if: String,
    pub(super) what_if_exclude_change_types: String,
    pub(super) what_if_result_format: String,
    pub(super) fail_on_change_types: String,
    pub(super) what_if_allow_incomplete: String,
    pub(super) action_on_unmanage_resources: String,
    pub(super) action_on_unmanage_resourcegroups: String,
    pub(super) action_on_unmanage_managementgroup: String,
    pub(super) action_on_unmanage_managementgroups: String,
    pub(super) deny_settings_mode: String,
    pub(super) deny_settings_excluded_actions: String,
    pub(super) deny_settings_excluded_principals: String,
    pub(super) deny_settings_apply_to_child_scopes: String,
    pub(super) bypass_stack_out_of_sync_error: String,
    pub(super) description: String,
    pub(super) tags: String,
    pub(super) poll_interval: String,
    pub(super) heartbeat_interval: String,
    pub(super) timeout: String,
    pub(super) on_timeout: String,
    pub(super) on_cancel: String,
    pub(super) if_active: String,
    pub(super) wait: String,
    pub(super) masked_outputs: String,
    pub(super) summary: String,
    pub(super) report_file: String,
}

impl Raw {
    /// Reads the inputs, which are variables named `INPUT_<NAME>`; what is not given, the host may know.
    pub(super) fn read(environment: &Environment) -> Self {
        let host = environment.host();
        // These name an identity of their own.
        let has_creds = value(environment, "creds").is_some();
        let known = |name: &str| host.default_input(name).filter(|_| !has_creds);
        let given = INPUTS.iter().map(|input| {
            let given = value(environment, input.name).map(str::to_owned);
            let value = given.or_else(|| known(input.name));
            let value = value.unwrap_or_else(|| input.default.to_owned());
            (input.name.to_owned(), value)
        });
        envy::from_iter(given).expect("every input has a field of text")
    }
}

/// Other variables that the program reads, and would treat as unset.
const VARIABLES: [&str; 4] = [
    EXTRA_CERTIFICATES,
    CERTIFICATES,
    CERTIFICATE_FOLDERS,
    TOKEN_FILE,
];

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Raw").finish_non_exhaustive()
    }
}

/// Finds variables that are not UTF-8.
pub(super) fn check(environment: &Environment, problems: &mut Problems) {
    for input in INPUTS {
        let from_input = variables(input.name);
        let mut sources = from_input.iter().map(String::as_str).chain(input.variable);
        if let Some(source) = sources.find(|name| environment.is_not_text(name)) {
            problems.add(
                input.name,
                format!("{source} is not UTF-8 text: give it as UTF-8"),
            );
        }
    }
    for name in VARIABLES
        .into_iter()
        .chain(host::VARIABLES)
        .chain(proxy::VARIABLES)
    {
        if environment.is_not_text(name) {
            problems.add(name, "is not UTF-8 text: set it as UTF-8, or unset it");
        }
    }
}

fn value<'a>(environment: &'a Environment, name: &str) -> Option<&'a str> {
    variables(name)
        .iter()
        .filter_map(|variable| environment.get(variable))
        .map(str::trim)
        .find(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use std::{ffi::OsString, os::unix::ffi::OsStringExt};

    use super::*;

    #[test]
    fn takes_hyphens_and_underscores() {
        for (name, value) in [
            ("INPUT_RESOURCE-GROUP-NAME", "rg-hub"),
            ("INPUT_RESOURCE_GROUP_NAME", " rg-hub\n"),
        ] {
            let raw = Raw::read(&[(name, value)].into_iter().collect());
            assert_eq!(raw.resource_group_name, "rg-hub", "{name}");
        }
    }

    #[test]
    fn an_empty_input_of_the_runner_leaves_room_for_the_shell() {
        let raw = Raw::read(
            &[("INPUT_CLIENT-ID", " "), ("INPUT_CLIENT_ID", "shell")]
                .into_iter()
                .collect(),
        );
        assert_eq!(raw.client_id, "shell");
    }

    #[test]
    fn the_runners_form_wins() {
        let raw = Raw::read(
            &[("INPUT_CLIENT_ID", "shell"), ("INPUT_CLIENT-ID", "runner")]
                .into_iter()
                .collect(),
        );
        assert_eq!(raw.client_id, "runner");
    }

    #[test]
    fn defaults_come_from_the_catalog() {
        let raw = Raw::read(&Environment::default());
        assert_eq!(raw.poll_interval, "30s");
        assert_eq!(raw.deployment_mode, "Incremental");
        assert_eq!(raw.scope, "");
    }

    #[test]
    fn debug_shows_nothing() {
        let raw = Raw::read(&[("INPUT_CLIENT-SECRET", "hush")].into_iter().collect());
        assert_eq!(format!("{raw:?}"), "Raw { .. }");
    }

    #[test]
    fn what_is_not_text_is_a_problem_of_its_input() {
        let bytes = || OsString::from_vec(b"hush\xff".to_vec());
        let environment = [
            ("INPUT_CLIENT-SECRET", bytes()),
            ("AZURE_TENANT_ID", bytes()),
            ("AZURE_FEDERATED_TOKEN_FILE", bytes()),
            ("LC_PAPER", bytes()),
        ]
        .into_iter()
        .collect();
        let mut problems = Problems::default();
        check(&environment, &mut problems);
        assert_eq!(
            problems.to_string(),
            "tenant-id: AZURE_TENANT_ID is not UTF-8 text: give it as UTF-8; \
             client-secret: INPUT_CLIENT-SECRET is not UTF-8 text: give it as UTF-8; \
             AZURE_FEDERATED_TOKEN_FILE: is not UTF-8 text: set it as UTF-8, or unset it"
        );
    }
}
