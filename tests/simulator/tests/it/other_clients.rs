//! What other clients than the program ask for, such as Azure's command line.

use azure_simulator::{SUBSCRIPTION_ID, Simulator, TENANT_ID};

use crate::client::{Session, still};

#[test]
fn a_client_finds_where_to_get_tokens_and_which_subscriptions_there_are() {
    let azure = Simulator::start(still());
    let mut session = Session::anonymous(&azure);
    let origin = azure.authority_url();
    let found = session.get(&format!(
        "{origin}/{TENANT_ID}/v2.0/.well-known/openid-configuration"
    ));
    let expected = format!("{origin}/{TENANT_ID}/oauth2/v2.0/token");
    assert_eq!(found.body["token_endpoint"], expected);
    assert_eq!(session.get("/subscriptions").status, 401);
    session.sign_in();
    let listed = session.get("/subscriptions").body;
    assert_eq!(listed["value"][0]["subscriptionId"], SUBSCRIPTION_ID);
    assert_eq!(listed["value"][0]["tenantId"], TENANT_ID);
}
