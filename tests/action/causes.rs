//! What people are told of failures and of progress, and those who debug of requests.

use azure_simulator::{ResourceFailure, Simulator};

use super::{
    step::{Step, azure, options},
    templates::nested,
};

#[test]
fn a_known_cause_has_a_hint() {
    let message = "The client 'x' with object id '22222222-2222-2222-2222-222222222222' does not have authorization to \
         perform action 'Microsoft.Network/routeTables/write' over scope '/subscriptions/s/resourceGroups/rg' or the \
         scope is invalid.";
    let azure = Simulator::start(azure_simulator::Options {
        failures: vec![ResourceFailure::new(
            "routes",
            "AuthorizationFailed",
            message,
        )],
        ..options()
    });
    let outcome = Step::new(&azure, &nested()).run().expect(1).says(&[
        "%0AHint: the identity needs a role that allows Microsoft.Network/routeTables/write",
        "  hint       the identity needs a role",
        "az role assignment create --assignee-object-id 22222222-2222-2222-2222-222222222222",
    ]);
    let last = outcome.log.rsplit("::error").next().unwrap();
    assert!(last.contains("because of AuthorizationFailed at"), "{last}");
    assert!(
        outcome.summary.contains("<code>az role assignment create"),
        "{}",
        outcome.summary
    );
}

#[test]
fn resources_are_folded_and_the_end_is_not() {
    let azure = azure();
    let outcome = Step::new(&azure, &nested()).run().expect(0);
    let mut is_folded = false;
    let (mut folded, mut shown) = (String::new(), String::new());
    for line in outcome.log.lines() {
        match line {
            "::endgroup::" => is_folded = false,
            _ if line.starts_with("::group::") => {
                assert!(!is_folded, "groups do not nest: {}", outcome.log);
                is_folded = true;
            }
            _ if is_folded => folded.push_str(line),
            _ => shown.push_str(line),
        }
    }
    assert!(!is_folded, "{}", outcome.log);
    assert!(
        folded.contains("virtualNetworks") && !shown.contains("virtualNetworks"),
        "{}",
        outcome.log
    );
    assert!(shown.contains("succeeded in"), "{}", outcome.log);
}

#[test]
fn debugging_shows_every_request_and_no_secret() {
    let azure = azure();
    let outcome = Step::new(&azure, &nested())
        .environment("RUNNER_DEBUG", "1")
        .run()
        .expect(0);
    let traced: Vec<_> = outcome
        .log
        .lines()
        .filter(|line| line.contains("answered method="))
        .collect();
    for words in [
        "/oauth2/v2.0/token",
        "method=PUT",
        "/operations",
        "status=200",
        "ms=",
    ] {
        assert!(
            traced.iter().any(|line| line.contains(words)),
            "{words}: {traced:#?}"
        );
    }
    for words in ["?", "Bearer", "eyJ"] {
        assert!(
            !traced.iter().any(|line| line.contains(words)),
            "{words}: {traced:#?}"
        );
    }
}
