//! Federated credentials: what an assertion must be like.

use jiff::Timestamp;

use super::error::EntraError;
use crate::{AUDIENCE, azure_devops, github, gitlab, jwt, world::World};

/// Checks an assertion the way the token endpoint does, and counts it.
pub(crate) fn check(world: &World, assertion: &str) -> Result<(), EntraError> {
    let claims = jwt::claims(assertion).ok_or_else(EntraError::malformed_assertion)?;
    let claim = |name: &str| claims[name].as_str().unwrap_or_default().to_owned();
    world.presented(&claim("jti"));
    let issuer = claim("iss");
    let Some(expected) = subject(world, &issuer) else {
        return Err(EntraError::issuer_mismatch(&issuer));
    };
    if world.github.verify(assertion).is_none() {
        return Err(EntraError::bad_signature());
    }
    let now = world.clock.now();
    let moment = |name: &str| Timestamp::from_second(claims[name].as_i64().unwrap_or(0));
    let expiry = moment("exp").unwrap_or(Timestamp::MIN);
    let start = moment("nbf").unwrap_or(Timestamp::MAX);
    if expiry <= now || now < start {
        return Err(EntraError::outside_validity(now, expiry));
    }
    if claim("aud") != AUDIENCE {
        return Err(EntraError::audience_mismatch(&claim("aud")));
    }
    let presented = claim("sub");
    if presented == expected {
        return Ok(());
    }
    Err(match presented.eq_ignore_ascii_case(expected) {
        true => EntraError::subject_case_mismatch(&presented),
        false => EntraError::subject_mismatch(&presented),
    })
}

/// The subject of the application's federated credential for this issuer.
fn subject<'a>(world: &'a World, issuer: &str) -> Option<&'a str> {
    match issuer {
        github::ISSUER => Some(&world.options.federated_subject),
        azure_devops::ISSUER => Some(azure_devops::SUBJECT),
        gitlab::ISSUER => Some(gitlab::SUBJECT),
        _ => None,
    }
}
