//! What was secret in a simulation.

use std::{collections::BTreeSet, fmt, sync::Arc};

use serde_json::Value;

use crate::{
    journal::Service,
    world::{World, lock},
};

/// Names under which secrets stand in the bodies of requests and answers.
const NAMES: [&str; 6] = [
    "access_token",
    "refresh_token",
    "client_assertion",
    "client_secret",
    "oidcToken",
    "value",
];

/// Knows every secret that the services were given or gave out, also after the simulator has ended.
#[derive(Clone)]
pub struct Witness(pub(crate) Arc<World>);

impl Witness {
    /// The secrets so far.
    #[must_use]
    pub fn secrets(&self) -> BTreeSet<String> {
        let world = &self.0;
        let mut secrets = BTreeSet::from([
            world.request_token.clone(),
            world.identity_header.clone(),
            world.options.client_secret.clone(),
        ]);
        for exchange in lock(&world.journal).iter() {
            // A list of Resource Manager has a `value`, too, which is no secret, also where a fault made a text of it.
            let is_manager = exchange.service == Service::ResourceManager;
            let names = NAMES.iter().filter(|name| **name != "value" || !is_manager);
            let bodies = [&exchange.request_body, &exchange.response_body];
            for body in bodies.into_iter().flatten() {
                let found = names.clone().filter_map(|name| body.get(name)?.as_str());
                secrets.extend(found.map(str::to_owned));
            }
            let token = exchange.request_headers.get("authorization");
            let token = token.and_then(|header| header.split(' ').next_back());
            secrets.extend(token.map(str::to_owned));
            secrets.extend(signatures(&exchange.response_headers));
            secrets.extend(exchange.request_body.iter().flat_map(secure_values));
        }
        secrets.retain(|secret| secret.len() >= 4);
        secrets
    }
}

impl fmt::Debug for Witness {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Witness(..)")
    }
}

/// The signatures of the addresses that an answer names.
fn signatures(headers: &std::collections::BTreeMap<String, String>) -> Vec<String> {
    let links = ["location", "azure-asyncoperation"];
    let links = links.into_iter().filter_map(|name| headers.get(name));
    let signatures = links.filter_map(|link| {
        let (_, after) = link.split_once("s=")?;
        after.split('&').next()
    });
    signatures.map(str::to_owned).collect()
}

/// The values of a submission's secure parameters that are texts.
fn secure_values(body: &Value) -> Vec<String> {
    let properties = &body["properties"];
    let declared = properties["template"]["parameters"].as_object();
    let secure = declared.into_iter().flatten().filter(|(_, declared)| {
        let kind = declared["type"].as_str().unwrap_or_default();
        kind.eq_ignore_ascii_case("secureString")
    });
    let values = secure.filter_map(|(name, _)| properties["parameters"][name]["value"].as_str());
    values.map(str::to_owned).collect()
}
