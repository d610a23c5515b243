//! Answers have the shape of recorded real ones: the same keys with values of the same types.
//! Skipped where the recordings are absent.

use std::path::{Path, PathBuf};

use azure_simulator::{Options, Simulator};
use serde_json::{Value, json};

use crate::{
    client::{Answer, Session, in_group, still},
    templates::{body, chain},
};

fn recording(name: &str) -> Option<Value> {
    let named = std::env::var_os("LONG_DEPLOY_SHARED_DATA").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let path = named.unwrap_or(beside).join("recordings").join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        skipped(&path);
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

#[expect(clippy::print_stderr, reason = "a skipped test must be seen")]
fn skipped(path: &Path) {
    eprintln!("skipped: {} is not here", path.display());
}

/// The interactions of a recording that a test asks for.
fn interactions<'a>(
    recording: &'a Value,
    method: &'a str,
    part: &'a str,
) -> impl Iterator<Item = &'a Value> {
    recording["interactions"]
        .as_array()
        .unwrap()
        .iter()
        .filter(move |each| {
            each["method"] == method && each["url"].as_str().unwrap().contains(part)
        })
}

/// The kind of a value, and for containers what is in them.
fn shape(value: &Value) -> Value {
    match value {
        Value::Null => "null".into(),
        Value::Bool(_) => "boolean".into(),
        Value::Number(_) => "number".into(),
        Value::String(_) => "string".into(),
        Value::Array(items) => items
            .first()
            .map_or(json!([]), |first| json!([shape(first)])),
        Value::Object(object) => object
            .iter()
            .map(|(key, value)| (key.clone(), shape(value)))
            .collect(),
    }
}

/// A copy whose parts that depend on the template are reduced to their kind.
fn without_template_parts(body: &Value) -> Value {
    let mut body = body.clone();
    for part in ["parameters", "outputs"] {
        if let Some(section) = body.pointer_mut(&format!("/properties/{part}")) {
            *section = json!({});
        }
    }
    if let Some(providers) = body.pointer_mut("/properties/providers/0/resourceTypes/0/locations") {
        *providers = json!([]);
    }
    body
}

/// The bodies of a PUT and of a GET after success, from replaying a recorded submission.
fn replayed(recording: &Value) -> (Simulator, Value, Answer, String) {
    let put = interactions(recording, "PUT", "/deployments/")
        .next()
        .unwrap();
    let url = put["url"].as_str().unwrap();
    let path = url
        .split(":443")
        .nth(1)
        .unwrap()
        .split('?')
        .next()
        .unwrap()
        .to_owned();
    let subscription = path.split('/').nth(2).unwrap().to_owned();
    let group = path
        .split("/resourcegroups/")
        .nth(1)
        .and_then(|rest| rest.split('/').next());
    let options = Options {
        subscriptions: vec![subscription],
        resource_groups: group.map(str::to_owned).into_iter().collect(),
        ..still()
    };
    let azure = Simulator::start(options);
    let mut session = Session::new(&azure);
    // Of what it decodes, a client does not tell the length that a recording has.
    session.accept_text_only();
    let accepted = session.put(&path, &put["requestBody"]);
    assert_eq!(accepted.status, 201, "{:?}", accepted.body);
    let ended = session.end(&path).body;
    drop(session);
    (azure, ended, accepted, path)
}

#[test]
fn recorded_submissions_give_the_recorded_shapes() {
    for name in ["azd_sub_create_delete_2026.json", "azd_rg_scope_2026.json"] {
        let Some(recording) = recording(name) else {
            return;
        };
        let (_azure, ended, accepted, path) = replayed(&recording);
        let put = interactions(&recording, "PUT", "/deployments/")
            .next()
            .unwrap();
        let real = &put["responseBody"];
        let own = without_template_parts(&accepted.body);
        assert_eq!(shape(&own), shape(&without_template_parts(real)), "{name}");
        assert_eq!(
            accepted.body["id"].as_str().unwrap().to_lowercase(),
            path.to_lowercase()
        );
        let mut gets = interactions(&recording, "GET", &path);
        let get = gets.find(|each| each["responseBody"]["properties"]["outputs"].is_object());
        let real = &get.unwrap()["responseBody"];
        assert_eq!(
            shape(&without_template_parts(&ended)),
            shape(&without_template_parts(real)),
            "{name}"
        );
    }
}

/// The template of this recording decides everything but dates: even the names that
/// `uniqueString` makes are the recorded ones.
#[test]
fn a_recorded_submission_gives_the_recorded_outputs() {
    let Some(recording) = recording("azd_sub_create_delete_2026.json") else {
        return;
    };
    let (_azure, ended, accepted, path) = replayed(&recording);
    let mut gets = interactions(&recording, "GET", &path);
    let get = gets.find(|each| each["responseBody"]["properties"]["outputs"].is_object());
    let real = &get.unwrap()["responseBody"]["properties"];
    let own = &ended["properties"];
    for part in [
        "outputs",
        "outputResources",
        "templateHash",
        "mode",
        "providers",
        "dependencies",
    ] {
        assert_eq!(own[part], real[part], "{part}");
    }
    let put = interactions(&recording, "PUT", "/deployments/")
        .next()
        .unwrap();
    let mut expected = put["responseBody"]["properties"]["parameters"].clone();
    expected["deleteAfterTime"] =
        accepted.body["properties"]["parameters"]["deleteAfterTime"].clone();
    assert_eq!(accepted.body["properties"]["parameters"], expected);
    let headers = put["responseHeaders"].as_object().unwrap().keys();
    let edge = ["x-cache", "x-msedge-ref", "expires", "pragma"];
    for header in headers.filter(|header| !edge.contains(&header.as_str())) {
        assert!(accepted.headers.contains_key(header), "{header}");
    }
}

#[test]
fn operations_have_the_recorded_shape() {
    let Some(recording) = recording("xplat_operation_stream_2016.json") else {
        return;
    };
    let mut lists = interactions(&recording, "GET", "/operations?");
    let real = lists
        .find_map(|each| each["responseBody"]["value"].get(0))
        .unwrap();
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let path = in_group(azure_simulator::RESOURCE_GROUP, "hub");
    session.put(&path, &body(chain()));
    session.end(&path);
    let rows = session.rows(&format!("{path}/operations"));
    assert_eq!(shape(&rows[0]), shape(real));
    let Some(outputs) = self::recording("miq_operations_12deployments_2018.json") else {
        return;
    };
    let mut lists = interactions(&outputs, "GET", "/operations?");
    let real = lists.find_map(|each| {
        let rows = each["responseBody"]["value"].as_array()?;
        rows.iter()
            .find(|row| row["properties"]["provisioningOperation"] == "EvaluateDeploymentOutput")
    });
    let mut real = real.unwrap().clone();
    real["properties"]
        .as_object_mut()
        .unwrap()
        .shift_remove("statusMessage");
    assert_eq!(shape(&rows[3]), shape(&real));
}

#[test]
fn errors_have_the_recorded_wording() {
    let azure = Simulator::start(still());
    let mut session = Session::new(&azure);
    let group = azure_simulator::RESOURCE_GROUP;
    let Some(missing) = recording("xplat_deploymentnotfound_2016.json") else {
        return;
    };
    let own = session.get(&in_group(group, "random_deployment_name"));
    assert_eq!(own.body, missing["interactions"][0]["responseBody"]);
    let Some(ended) = recording("pysdk_scope_2020.json") else {
        return;
    };
    let real = interactions(&ended, "POST", "/cancel").next().unwrap();
    session.put(&in_group(group, "pytestdeployment9c41124a"), &body(chain()));
    session.end(&in_group(group, "pytestdeployment9c41124a"));
    let own = session.post(&in_group(group, "pytestdeployment9c41124a/cancel"));
    assert_eq!(u64::from(own.status), real["status"]);
    let wording = |value: &Value| {
        let message = value["error"]["message"].as_str().unwrap();
        message.split("time is '").next().unwrap().to_owned()
    };
    assert_eq!(wording(&own.body), wording(&real["responseBody"]));
    let Some(invalid) = recording("pysdk_401_invalidtoken_2020.json") else {
        return;
    };
    session.with_token("nonsense");
    let own = session.get(&in_group(group, "d"));
    assert_eq!(own.body, invalid["interactions"][0]["responseBody"]);
    let challenge = &invalid["interactions"][0]["responseHeaders"]["www-authenticate"];
    assert_eq!(&json!(own.headers["www-authenticate"]), challenge);
}
