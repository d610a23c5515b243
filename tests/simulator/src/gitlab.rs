//! The one id token of a job in GitLab.

use std::time::Duration;

use serde_json::json;

use crate::{AUDIENCE, world::World};

/// Who it is from.
pub(crate) const ISSUER: &str = "https://gitlab.com";
/// Whom it is for.
pub(crate) const SUBJECT: &str = "project_path:contoso/platform:ref_type:branch:ref:main";

/// A token that is minted now, and ends with the job.
pub(crate) fn mint(world: &World, lifetime: Duration) -> String {
    let now = world.clock.now().as_second();
    let lifetime = i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX);
    world.github.mint(&json!({
        "iss": ISSUER,
        "sub": SUBJECT,
        "aud": AUDIENCE,
        "jti": uuid::Uuid::new_v4().to_string(),
        "iat": now,
        "nbf": now,
        "exp": now + lifetime,
    }))
}
