//! Who may do what: tokens and permissions.

use jiff::Timestamp;

use super::{call::Call, error::ArmError};
use crate::{jwt, world::World};

/// The token must be ours, for us, and not expired.
pub(crate) fn authenticate(world: &World, call: &Call) -> Result<(), ArmError> {
    let header = call
        .headers
        .get("authorization")
        .ok_or_else(ArmError::no_token)?;
    let token = header
        .strip_prefix("Bearer ")
        .ok_or_else(ArmError::invalid_token)?;
    verify(world, token)
}

/// Whether a token is one for Resource Manager that has not expired.
pub(crate) fn is_valid(world: &World, token: &str) -> bool {
    verify(world, token).is_ok()
}

fn verify(world: &World, token: &str) -> Result<(), ArmError> {
    let claims = jwt::claims(token).ok_or_else(ArmError::invalid_token)?;
    if world.entra.verify(token).is_none() {
        return Err(ArmError::invalid_token());
    }
    let audience = claims["aud"].as_str().unwrap_or_default();
    if audience.trim_end_matches('/') != world.origins.resource_manager {
        return Err(ArmError::invalid_token());
    }
    let expiry = Timestamp::from_second(claims["exp"].as_i64().unwrap_or(0));
    let expiry = expiry.unwrap_or(Timestamp::MIN);
    let now = world.clock.now();
    if expiry <= now {
        return Err(ArmError::expired_token(expiry, now));
    }
    Ok(())
}

/// Refuses what the options deny.
pub(crate) fn permit(world: &World, action: &str, scope: &str) -> Result<(), ArmError> {
    let mut denied = world.options.denied_actions.iter();
    if denied.any(|denied| denied == "*" || denied.eq_ignore_ascii_case(action)) {
        return Err(ArmError::forbidden(action, scope));
    }
    Ok(())
}
