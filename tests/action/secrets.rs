//! Azure, Entra ID and GitHub quote secrets wherever they can; nothing that the step leaves behind holds them.

use std::fs;

use azure_simulator::{Exchange, Fault, Options, ResourceFailure, SECRET, Service, Simulator};
use serde_json::{Value, json};

use super::{
    step::{Outcome, Step, azure, options},
    templates::{gateway, network, resource, template, with_outputs, with_parameters},
};

const PASSWORD: &str = "pa&ss\"wo+rd/=4711~x_y";
const FILE: &str = "reports/run.json";
/// A signature as it stands in a URL, and as it is.
const SIGNATURE: [&str; 2] = ["aB3%2Bcd%2FefGh1jk%3D", "aB3+cd/efGh1jk="];
/// One that the program was never given.
const UNKNOWN: [&str; 2] = ["Zz9%2BUnknown%2Fsig1%3D", "Zz9+Unknown/sig1="];

/// Everything that a step leaves behind.
struct Traces {
    outcome: Outcome,
    texts: Vec<(&'static str, String)>,
}

impl Traces {
    fn of(step: Step) -> Self {
        let step = step.input("report-file", FILE);
        let path = step.path(FILE);
        let mut report = String::new();
        let outcome = step.run_and(|| report = fs::read_to_string(path).unwrap());
        let shown = outcome.log.lines();
        let log: Vec<_> = shown
            .filter(|line| !line.starts_with("::add-mask::"))
            .collect();
        let values = |map: &std::collections::BTreeMap<String, String>| format!("{map:?}");
        let texts = vec![
            ("log", log.join("\n")),
            ("log as the runner reads it", unescaped(&log.join("\n"))),
            ("summary", outcome.summary.clone()),
            ("summary as it is drawn", drawn(&outcome.summary)),
            ("outputs", values(&outcome.outputs)),
            ("state", values(&outcome.state)),
            ("report file", report),
        ];
        Self { outcome, texts }
    }

    /// Checks that `secret` is nowhere, neither as it is nor as JSON or a URL writes it.
    #[track_caller]
    fn hide(&self, secret: &str) {
        assert!(secret.len() > 8, "{secret:?} would be found by chance");
        let json = Value::from(secret).to_string();
        let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        for form in [secret, json.trim_matches('"'), &encoded] {
            for (name, text) in &self.texts {
                assert!(!text.contains(form), "the {name} holds {form:?}:\n{text}");
            }
        }
    }

    /// Checks that something was quoted, so that there was something to hide.
    #[track_caller]
    fn quoted(&self) {
        for (name, text) in &self.texts[..3] {
            assert!(
                text.contains("***") || text.contains("&#42;"),
                "{name}:\n{text}"
            );
        }
    }
}

/// A text without the escapes of workflow commands.
fn unescaped(text: &str) -> String {
    let text = text.replace("%0A", "\n").replace("%0D", "\r");
    text.replace("%3A", ":")
        .replace("%2C", ",")
        .replace("%25", "%")
}

/// Markdown with its character references resolved, and without what cannot be seen.
fn drawn(markdown: &str) -> String {
    let mut text = String::new();
    let mut parts = markdown.split("&#");
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (code, rest) = part.split_once(';').unwrap();
        text.extend(code.parse().ok().and_then(char::from_u32));
        text.push_str(rest);
    }
    let text = text.replace('\u{200b}', "").replace("&lt;", "<");
    text.replace("&gt;", ">").replace("&amp;", "&")
}

/// What the requests to `service` brought under this name, in headers or body.
fn brought(azure: &Simulator, service: Service, name: &str) -> Vec<String> {
    let journal = azure.journal().into_iter();
    let at_service = journal.filter(|exchange| exchange.service == service);
    let of = |exchange: Exchange| {
        let header = exchange.request_headers.get(name).cloned();
        let body = exchange.request_body.unwrap_or_default();
        header.or_else(|| Some(body[name].as_str()?.to_owned()))
    };
    at_service.filter_map(of).collect()
}

fn tokens(azure: &Simulator) -> Vec<String> {
    let headers = brought(azure, Service::ResourceManager, "authorization");
    let tokens = headers
        .iter()
        .filter_map(|header| header.strip_prefix("Bearer "));
    tokens.map(str::to_owned).collect()
}

/// A template with secure parameters.
fn guarded() -> Value {
    let declared = json!({
        "password": {"type": "secureString"},
        "sas": {"type": "secureString", "defaultValue": ""},
    });
    with_parameters(network(), declared)
}

fn with_password(step: Step) -> Step {
    let sas = format!("?sv=2024&sp=r&sig={}", SIGNATURE[0]);
    let given = json!({"password": PASSWORD, "sas": sas});
    step.input("parameters", given.to_string())
}

/// A message that quotes a signed address in every form, and the password.
fn quoting() -> String {
    let [[signed, plain], [other, other_plain]] = [SIGNATURE, UNKNOWN];
    format!(
        "Unable to download 'https://a.test/x.json?sv=2024&sp=r&sig={signed}', 'https://a.test/x.json?sig={plain}&sv=2024', \
         https://b.test/?sig={other}&se=2030 or b.test?se=2030&sig={other_plain} with {PASSWORD}: '{plain}'"
    )
}

#[track_caller]
fn hide_all(traces: &Traces, azure: &Simulator) {
    traces.quoted();
    let tokens = tokens(azure);
    assert!(!tokens.is_empty());
    let constants = SIGNATURE.iter().chain(&UNKNOWN).copied().chain([PASSWORD]);
    for secret in tokens.iter().map(String::as_str).chain(constants) {
        traces.hide(secret);
    }
}

#[test]
fn resource_manager_quotes_the_request() {
    let azure = azure();
    azure.inject(Fault::echo(400).method("PUT").on(Service::ResourceManager));
    let traces = Traces::of(with_password(Step::new(&azure, &guarded())));
    hide_all(&traces, &azure);
    assert_eq!(traces.outcome.status, Some(1), "{}", traces.outcome.log);
    let masked = format!("::add-mask::{}", tokens(&azure)[0]);
    assert!(traces.outcome.log.contains(&masked), "masked as well");
}

#[test]
fn a_gateway_quotes_the_request() {
    let azure = azure();
    let page = format!("<html><body>{PASSWORD} {}</body></html>", quoting());
    let fault = Fault::status(403).with_body(&page).method("PUT");
    azure.inject(fault.on(Service::ResourceManager));
    let traces = Traces::of(with_password(Step::new(&azure, &guarded())));
    assert!(
        traces.outcome.log.contains("it says \"***"),
        "{}",
        traces.outcome.log
    );
    for secret in SIGNATURE.iter().chain(&UNKNOWN).copied().chain([PASSWORD]) {
        traces.hide(secret);
    }
}

#[test]
fn entra_id_quotes_the_client_secret() {
    let azure = azure();
    azure.inject(Fault::echo(400).on(Service::Entra));
    let traces = Traces::of(Step::new(&azure, &network()).input("client-secret", SECRET));
    traces.quoted();
    traces.hide(SECRET);
    assert_eq!(traces.outcome.status, Some(3), "{}", traces.outcome.log);
}

#[test]
fn entra_id_quotes_the_assertion() {
    let azure = azure();
    azure.inject(Fault::echo(400).on(Service::Entra));
    let traces = Traces::of(Step::new(&azure, &network()));
    traces.quoted();
    let assertions = brought(&azure, Service::Entra, "client_assertion");
    // The message is cut in the middle of it, so that its beginning must not be left either.
    let (beginning, _) = assertions[0].split_at(60);
    for secret in [&assertions[0], beginning] {
        traces.hide(secret);
    }
}

#[test]
fn github_quotes_the_request_token() {
    let azure = azure();
    azure.inject(Fault::echo(404).on(Service::GitHub));
    let traces = Traces::of(Step::new(&azure, &network()));
    traces.quoted();
    let headers = brought(&azure, Service::GitHub, "authorization");
    let token = headers[0].strip_prefix("Bearer ").unwrap();
    for secret in [token, &token[..60]] {
        traces.hide(secret);
    }
}

#[test]
fn the_endpoint_of_a_managed_identity_quotes_its_header() {
    let azure = azure();
    azure.inject(Fault::echo(400).on(Service::Entra));
    let step = Step::new(&azure, &network()).input("auth-type", "managed-identity");
    let identity = azure.managed_identity_environment().into_iter();
    let step = identity.fold(step, |step, (name, value)| step.environment(&name, &value));
    let traces = Traces::of(step);
    traces.quoted();
    let headers = brought(&azure, Service::Entra, "x-identity-header");
    traces.hide(&headers[0]);
}

#[test]
fn the_post_step_hides_the_token_too() {
    let azure = azure();
    let inputs = [("on-cancel", "cancel")];
    let main = Step::new(&azure, &gateway()).killed();
    azure.inject(Fault::echo(400).path_ends_with("/cancel"));
    let post = Step::new(&azure, &gateway()).inputs(&inputs).after(&main);
    let post = post.run().expect(0).says(&["refused to cancel it", "***"]);
    let tokens = tokens(&azure);
    assert!(tokens.len() > 1);
    tokens.iter().fold(post, |post, token| post.hides(token));
}

#[test]
fn a_failed_resource_quotes_parameters_and_signatures() {
    let azure = Simulator::start(Options {
        failures: vec![ResourceFailure::new(
            "vnet",
            "InvalidContentLink",
            &quoting(),
        )],
        diagnostics: vec![diagnostic()],
        ..options()
    });
    let step = with_password(Step::new(&azure, &guarded())).environment("RUNNER_DEBUG", "1");
    let traces = Traces::of(step);
    hide_all(&traces, &azure);
    let id = traces.outcome.output("deployment-id");
    assert!(
        id.ends_with(traces.outcome.output("deployment-name")),
        "{id}"
    );
    for name in ["deployment-id", "deployment-name", "correlation-id"] {
        let value = traces.outcome.output(name);
        assert!(
            !value.contains('*') && !value.is_empty(),
            "{name} = {value}"
        );
        assert!(!traces.outcome.log.contains(&format!("::add-mask::{value}")));
    }
}

fn diagnostic() -> Value {
    json!({"level": "Warning", "code": "Unsure", "message": quoting(), "target": format!("/x?sig={}", UNKNOWN[0])})
}

#[test]
fn a_linked_template_is_refused_with_its_address() {
    let azure = azure();
    let refusal = Fault::azure(400, "InvalidTemplateLink", &quoting());
    azure.inject(refusal.method("PUT").on(Service::ResourceManager));
    let address = format!("https://a.test/x.json?sv=2024&sp=r&sig={}", SIGNATURE[0]);
    let step =
        Step::new(&azure, &guarded()).inputs(&[("template-file", ""), ("template-uri", &address)]);
    let traces = Traces::of(step);
    traces.quoted();
    for secret in SIGNATURE.iter().chain(&UNKNOWN) {
        traces.hide(secret);
    }
}

#[test]
fn a_what_if_shows_no_secret() {
    let azure = azure();
    let change = json!({
        "resourceId": format!("/subscriptions/s/x?sig={}", UNKNOWN[0]),
        "changeType": "Modify",
        "before": {"properties": {"a": quoting()}},
        "after": {"properties": {"a": PASSWORD, (PASSWORD): [quoting()]}},
        "delta": [{"path": "properties.a", "propertyChangeType": "Modify", "before": quoting(), "after": PASSWORD}],
    });
    let answer = json!({"status": "Succeeded", "properties": {"changes": [change], "diagnostics": [diagnostic()]}});
    let fault = Fault::status(200).with_body(&answer.to_string());
    azure.inject(fault.path_ends_with("/whatIf").method("POST"));
    let step = with_password(Step::new(&azure, &guarded())).input("operation", "whatIf");
    let traces = Traces::of(step);
    hide_all(&traces, &azure);
    assert_eq!(traces.outcome.status, Some(0), "{}", traces.outcome.log);
    assert!(traces.outcome.output("what-if").contains("***"));
}

#[test]
fn outputs_deliver_a_secret_only_where_it_is_masked() {
    let azure = azure();
    let outputs = json!({
        "open": {"type": "string", "value": "[concat('key=', parameters('password'))]"},
        "handed": {"type": "string", "value": "[parameters('password')]"},
        "signed": {"type": "string", "value": format!("https://a.test/x?sig={}&se=1", UNKNOWN[0])},
        "plain": {"type": "string", "value": "nothing"},
    });
    let step = with_password(Step::new(&azure, &with_outputs(guarded(), outputs)));
    let outcome = step
        .input("masked-outputs", "handed")
        .reveals("GITHUB_OUTPUT")
        .run()
        .expect(0)
        .says(&[
            "::warning::the template's output \"open\" contains a secret",
            "::warning::the template's output \"signed\" contains a secret",
            "name the output in `masked-outputs`",
        ]);
    let shown = |name| outcome.output(name);
    assert_eq!(shown("open"), "key=***");
    assert_eq!(shown("handed"), PASSWORD);
    assert_eq!(shown("signed"), "https://a.test/x?sig=***&se=1");
    assert_eq!(shown("plain"), "nothing");
    let all: Value = serde_json::from_str(shown("outputs")).unwrap();
    assert_eq!(
        (&all["open"], &all["handed"]),
        (&json!("key=***"), &json!(PASSWORD))
    );
    let warnings = outcome.log.matches("contains a secret").count();
    assert_eq!(warnings, 2, "{}", outcome.log);
    assert!(!drawn(&outcome.summary).contains(PASSWORD));
    for line in outcome.log.lines().filter(|line| line.contains(PASSWORD)) {
        assert!(line.starts_with("::add-mask::"), "{line}");
    }
}

#[test]
fn names_that_were_declared_secure_stay_readable() {
    let azure = azure();
    let names = json!({"names": {"type": "secureObject"}});
    let one = resource("Microsoft.Network/virtualNetworks", "vnet");
    let template = with_parameters(template("resourceGroup", json!([one])), names);
    let group = azure_simulator::RESOURCE_GROUP;
    let given = json!({"names": {"group": group, "subscription": azure_simulator::SUBSCRIPTION_ID,
        "on": true, "count": 42, "key": PASSWORD}});
    let step = Step::new(&azure, &template).input("parameters", given.to_string());
    let outcome = step.run().expect(0).hides(PASSWORD);
    assert!(outcome.output("deployment-id").contains(group));
    let masks = outcome
        .log
        .lines()
        .filter(|line| line.starts_with("::add-mask::"));
    let masks: Vec<_> = masks.collect();
    for value in [group, azure_simulator::SUBSCRIPTION_ID, "42", "true"] {
        assert!(
            !masks
                .iter()
                .any(|mask| mask.ends_with(&format!(":{value}"))),
            "{masks:?}"
        );
    }
}
