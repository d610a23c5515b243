//! URLs that Resource Manager hands out: the signed status URL, and the next page.

use axum::http::StatusCode;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{call::Call, error::ArmError, store::Found};
use crate::{digest, world::World};

/// A host that no client should follow a link to.
const ELSEWHERE: &str = "https://elsewhere.example";

/// The `Azure-AsyncOperation` URL of a deployment: long, and good only as it is.
pub(crate) fn status_url(world: &World, found: Found<'_>, api_version: &str) -> String {
    let path = format!("{}/operationStatuses", found.plan.id);
    signed(world, &path, &found.status_id(), api_version)
}

/// A URL that is good only as it is.
pub(crate) fn signed(world: &World, path: &str, id: &str, api_version: &str) -> String {
    let origin = &world.origins.resource_manager;
    let signature = signature(id, api_version);
    format!("{origin}{path}/{id}?api-version={api_version}&{signature}")
}

fn signature(id: &str, api_version: &str) -> String {
    let part = |name: &str, length| digest::opaque(&format!("{name}/{id}/{api_version}"), length);
    let time = digest::decimal(id, 18);
    format!(
        "t={time}&c=MII{}&s={}&h={}",
        part("c", 2_653),
        part("s", 342),
        part("h", 43)
    )
}

/// Whether the URL is the one that was handed out.
pub(crate) fn check_status_url(call: &Call, id: &str) -> Result<(), ArmError> {
    let expected = format!(
        "api-version={}&{}",
        call.api_version,
        signature(id, &call.api_version)
    );
    if call.raw_query == expected {
        return Ok(());
    }
    let message = "The signature of the operation status URL is missing or not valid.";
    Err(ArmError::new(
        StatusCode::FORBIDDEN,
        "InvalidUriSignature",
        message,
    ))
}

/// One page of rows, after as many empty ones as the options ask for. Only what stands on it is shown.
pub(crate) fn page<T>(
    world: &World,
    call: &Call,
    rows: &[T],
    show: impl Fn(&T) -> Value,
) -> Result<Value, ArmError> {
    let top = call.query.get("$top").map(|top| top.parse::<usize>());
    let top = top.transpose().map_err(|_| invalid("$top"))?;
    let size = top
        .unwrap_or(usize::MAX)
        .min(world.options.page_size)
        .max(1);
    let Position { empty, offset } = match call.query.get("$skiptoken") {
        Some(token) => Position::read(token).ok_or_else(|| invalid("$skiptoken"))?,
        None => Position {
            empty: 0,
            offset: 0,
        },
    };
    if empty < world.options.empty_pages {
        let next = Position {
            empty: empty + 1,
            offset,
        };
        return Ok(json!({"nextLink": next.link(world, call), "value": []}));
    }
    let left = rows.len().saturating_sub(offset);
    let value: Vec<Value> = rows.iter().skip(offset).take(size).map(show).collect();
    let mut page = json!({"value": value});
    if left > size {
        let next = Position {
            empty,
            offset: offset + size,
        };
        page["nextLink"] = next.link(world, call).into();
    }
    Ok(page)
}

/// The next page of operations where the options make Azure lead clients astray.
pub(crate) fn misleading(world: &World, call: &Call) -> Option<String> {
    let origin = match (world.options.endless_pages, world.options.foreign_links) {
        (_, true) => ELSEWHERE,
        (true, false) => &world.origins.resource_manager,
        (false, false) => return None,
    };
    Some(format!("{origin}{}?{}", call.path, call.raw_query))
}

/// A URL of Resource Manager, at another host if the options ask for it.
pub(crate) fn misled(world: &World, url: String) -> String {
    match world.options.foreign_links {
        true => url.replacen(&world.origins.resource_manager, ELSEWHERE, 1),
        false => url,
    }
}

struct Position {
    empty: usize,
    offset: usize,
}

impl Position {
    fn read(token: &str) -> Option<Self> {
        let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
        let (empty, offset) = text.split_once('/')?;
        Some(Self {
            empty: empty.parse().ok()?,
            offset: offset.parse().ok()?,
        })
    }

    fn link(&self, world: &World, call: &Call) -> String {
        let token = BASE64_URL_SAFE_NO_PAD.encode(format!("{}/{}", self.empty, self.offset));
        let others = call.raw_query.split('&').filter(|pair| {
            let name = pair.split('=').next().unwrap_or_default();
            !matches!(name, "$skiptoken" | "%24skiptoken")
        });
        let others = others.collect::<Vec<_>>().join("&");
        let origin = &world.origins.resource_manager;
        format!("{origin}{}?{others}&%24skiptoken={token}", call.path)
    }
}

fn invalid(name: &str) -> ArmError {
    ArmError::bad_request(
        "InvalidQueryParameter",
        format!("The query parameter '{name}' is not valid."),
    )
}
