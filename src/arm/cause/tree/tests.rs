//! Error trees of both generations, with what services make of them.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn cause(code: &str, message: &str, resource: Option<&str>) -> Cause {
    Cause {
        code: code.to_owned(),
        message: message.to_owned(),
        resource: resource.map(str::to_owned),
        path: Vec::new(),
    }
}

#[test]
fn wrappers_are_looked_through() {
    let leaf = json!({"code": "SkuNotAvailable", "message": "no such size here"});
    let in_text = json!({"code": "Conflict", "message": json!({"status": "Failed", "error": leaf}).to_string()});
    let capitalised = json!({"Code": "Conflict", "Message": "", "Details": [{"ErrorEntity":
        {"Code": "SkuNotAvailable", "Message": "no such size here"}}]});
    for error in [
        leaf.clone(),
        json!({"error": leaf}),
        json!({"status": "Failed", "error": {"code": "DeploymentFailed", "message": "see details", "details": [leaf]}}),
        json!({"code": "DeploymentFailed", "message": "see details", "details": [in_text]}),
        json!(json!({"error": in_text}).to_string()),
        capitalised,
    ] {
        assert_eq!(
            Cause::find(&error),
            [cause("SkuNotAvailable", "no such size here", None)],
            "{error}"
        );
    }
}

/// Quadratic work would take minutes.
#[test]
fn an_error_of_tens_of_thousands_of_details_is_read() {
    let many = 20_000;
    let details: Vec<_> = (0..many)
        .map(|at| json!({"code": format!("Code{at}"), "message": format!("property {at}: wrong")}))
        .collect();
    let long = "see the details. ".repeat(many);
    let error = json!({"code": "Conflict", "message": long, "details": details});
    let causes = Cause::find(&error);
    assert_eq!(causes.len(), many);
    assert_eq!(causes[many - 1].code, "Code19999");
    let vague: Vec<_> = (0..many)
        .map(|at| json!({"code": "Conflict", "message": "failed", "target": format!("/subscriptions/s/{at}")}))
        .collect();
    let error = json!({"code": "Specific", "message": error["message"], "details": [vague, {"code": "Other", "message": "x"}]});
    assert_eq!(Cause::find(&error).len(), many + 1);
    let violation = |at| json!({"type": "TemplateViolation", "info": {"path": format!("p{at}")}});
    let additional: Vec<_> = (0..many).map(violation).collect();
    let error = json!({"code": "A", "message": "a", "additionalInfo": additional});
    assert!(
        Cause::find(&error)[0]
            .message
            .ends_with("template: p19999)")
    );
}

#[test]
fn a_target_names_the_resource() {
    let error = json!({"code": "ResourceDeploymentFailure", "target": "/subscriptions/s/x", "message": "failed",
        "details": [{"code": "A", "message": "a"}, {"code": "B", "message": "b", "target": "/subscriptions/s/y"},
                    {"code": "C", "message": "c", "target": "properties.size"}]});
    assert_eq!(
        Cause::find(&error),
        [
            cause("A", "a", Some("/subscriptions/s/x")),
            cause("B", "b", Some("/subscriptions/s/y")),
            cause("C", "c", Some("/subscriptions/s/x")),
        ]
    );
}

/// As msgraph-bicep-types 131 and 299 show it.
#[test]
fn a_resource_of_an_extension_is_known_by_its_symbolic_name() {
    let at = |target: &str| {
        json!({"code": "InvalidTemplateDeployment", "message": "The template deployment 'x' is not valid according to the validation procedure.",
            "target": "/subscriptions/s/x", "details": [{"code": "Forbidden", "target": target, "message": "no"}]})
    };
    for (target, resource) in [
        ("/resources/memberGroup", "memberGroup"),
        ("/resources/", "/subscriptions/s/x"),
        ("properties.size", "/subscriptions/s/x"),
    ] {
        assert_eq!(
            Cause::find(&at(target)),
            [cause("Forbidden", "no", Some(resource))]
        );
    }
}

#[test]
fn what_is_not_a_tree_stays_readable() {
    assert_eq!(
        Cause::find(&json!("plain words")),
        [cause("", "plain words", None)]
    );
    assert_eq!(
        Cause::find(&json!("{not json")),
        [cause("", "{not json", None)]
    );
    assert_eq!(
        Cause::find(&json!({"code": "Conflict", "message": "no details"})),
        [cause("Conflict", "no details", None)]
    );
    for nothing in [Value::Null, json!({}), json!([]), json!(""), json!(7)] {
        assert_eq!(Cause::find(&nothing), [], "{nothing}");
    }
}

#[test]
fn explanations_add_to_an_error_repeat_it_or_take_its_place() {
    let error = |code: &str, message: &str, details: Value| json!({"code": code, "message": message, "details": details});
    for (details, expected) in [
        (
            json!([{"message": "too small"}]),
            cause("Quota", "Used up. too small", None),
        ),
        (
            json!([{"code": "Conflict", "message": "Used up."}, {"code": "BadRequest"}]),
            cause("Quota", "Used up.", None),
        ),
        (
            json!([{"code": "Other", "message": "used  UP"}]),
            cause("Quota", "Used up.", None),
        ),
        (
            json!([{"code": "Cores", "message": "no cores"}]),
            cause("Cores", "no cores", None),
        ),
    ] {
        assert_eq!(
            Cause::find(&error("Quota", "Used up.", details.clone())),
            [expected],
            "{details}"
        );
    }
    assert_eq!(
        Cause::find(&error(
            "Conflict",
            "Name taken",
            json!([{"code": "NameTaken"}])
        )),
        [cause("NameTaken", "Name taken", None)],
        "a code without words gets those around it"
    );
    assert_eq!(
        Cause::find(
            &json!({"odata.error": {"code": "Taken", "message": {"lang": "en", "value": "is taken"}}})
        ),
        [cause("Taken", "is taken", None)]
    );
}

/// As radius 6365 shows it: codes of success, nulls, empty messages, JSON in strings.
#[test]
fn what_succeeded_and_what_is_empty_are_no_causes() {
    let leaf = json!({"error": {"code": "UnhandledError", "message": "status code 500"}});
    let inner = json!({"code": "DeploymentFailed", "message": "", "details": [{"code": "", "message": leaf.to_string()}, {"code": "", "message": ""}]});
    let outer = json!({"status": "Failed", "error": {"code": "ResourceDeploymentFailure", "message": "Failed", "details": [inner]}});
    let nothing = json!({"additionalInfo": null, "code": "OK", "details": null, "message": "", "target": null});
    let error = json!({"code": "DeploymentFailed", "message": "", "target": null,
        "details": [nothing, {"code": "Conflict", "message": outer.to_string(), "details": null}]});
    let expected = [cause("UnhandledError", "status code 500", None)];
    assert_eq!(Cause::find(&error), expected);
    let said = json!({"code": "Created", "message": "not quite"});
    assert_eq!(Cause::find(&said), [cause("", "not quite", None)]);
}

/// As deployment-stacks 242 shows it.
#[test]
fn what_says_more_than_its_explanation_stays() {
    let deny = |details: Value| json!({"code": "DeploymentStackDenyAssignmentFailure", "message": "The stack failed to update deny assignments.", "details": details});
    let canceled = |target: Option<&str>| json!({"code": "DeploymentStackOperationFailed", "message": "The operation was canceled.", "target": target});
    let both = "The stack failed to update deny assignments. The operation was canceled.";
    let code = "DeploymentStackDenyAssignmentFailure";
    let vnet = Some("/subscriptions/s/v");
    for (details, expected) in [
        (json!([canceled(None)]), cause(code, both, None)),
        (json!([canceled(vnet)]), cause(code, both, vnet)),
        (
            json!([{"code": "OperationCanceled", "message": "A task was canceled."}]),
            cause(
                code,
                "The stack failed to update deny assignments. A task was canceled.",
                None,
            ),
        ),
        (
            json!([{"code": "Quota", "message": "The operation needs 8 assignments."}]),
            cause("Quota", "The operation needs 8 assignments.", None),
        ),
    ] {
        assert_eq!(Cause::find(&deny(details.clone())), [expected], "{details}");
    }
}

#[test]
fn a_web_page_is_told_by_its_text() {
    let page = "<!DOCTYPE html><html><head><style>b{}</style></head><body><h1>504</h1><p>No answer.</p></body></html>";
    for error in [json!(page), json!({"message": page})] {
        assert_eq!(Cause::find(&error), [cause("", "504 No answer.", None)]);
    }
    assert_eq!(
        Cause::find(&json!("<vnet> is missing")),
        [cause("", "<vnet> is missing", None)]
    );
}

#[test]
fn the_same_cause_appears_once() {
    let leaf = json!({"code": "A", "message": "a"});
    assert_eq!(
        Cause::find(&json!([leaf, {"details": [leaf, leaf]}])).len(),
        1
    );
}

proptest! {
    #[test]
    fn any_nesting_ends(levels in 0_usize..80, code in "[A-Z]{1,3}") {
        let mut error = json!({"code": code, "message": "leaf"});
        for level in 0..levels {
            error = match level % 3 {
                0 => json!({"error": error}),
                1 => json!({"code": "Conflict", "details": [error]}),
                _ => json!([error]),
            };
        }
        prop_assert!(Cause::find(&error).len() <= 1);
    }
}
