//! `parseCidr`, `cidrSubnet` and `cidrHost`, for IPv4.

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::{super::Result, Call};

pub(super) fn call(call: &Call<'_>) -> Option<Result<Value>> {
    Some(match call.name {
        "parsecidr" => range(call).map(|range| range.describe()),
        "cidrsubnet" => subnet(call),
        "cidrhost" => host(call),
        _ => return None,
    })
}

#[derive(Clone, Copy)]
struct Range {
    first: u32,
    prefix: u32,
}

impl Range {
    fn mask(self) -> u32 {
        u32::MAX.checked_shl(32 - self.prefix).unwrap_or(0)
    }

    fn last(self) -> u32 {
        self.first | !self.mask()
    }

    fn describe(self) -> Value {
        let (usable_first, usable_last) = if self.prefix < 31 {
            (self.first + 1, self.last() - 1)
        } else {
            (self.first, self.last())
        };
        json!({
            "network": address(self.first),
            "netmask": address(self.mask()),
            "broadcast": address(self.last()),
            "firstUsable": address(usable_first),
            "lastUsable": address(usable_last),
            "cidr": self.prefix,
        })
    }
}

fn address(number: u32) -> String {
    Ipv4Addr::from(number).to_string()
}

fn range(call: &Call<'_>) -> Result<Range> {
    let invalid = || call.failure("the argument is not an address range.");
    let (network, prefix) = call.text(0)?.split_once('/').ok_or_else(invalid)?;
    let network: Ipv4Addr = network.parse().map_err(|_| invalid())?;
    let prefix: u32 = prefix.parse().map_err(|_| invalid())?;
    if prefix > 32 {
        return Err(invalid());
    }
    let range = Range {
        first: network.into(),
        prefix,
    };
    Ok(Range {
        first: range.first & range.mask(),
        ..range
    })
}

fn subnet(call: &Call<'_>) -> Result<Value> {
    let outside = || call.failure("the subnet lies outside the address range.");
    let whole = range(call)?;
    let prefix = u32::try_from(call.integer(1)?).map_err(|_| outside())?;
    if !(whole.prefix..=32).contains(&prefix) {
        return Err(outside());
    }
    let index = u64::try_from(call.integer(2)?).map_err(|_| outside())?;
    let first = u64::from(whole.first) + (index << (32 - prefix));
    if index >= 1 << (prefix - whole.prefix) {
        return Err(outside());
    }
    Ok(format!(
        "{}/{prefix}",
        address(u32::try_from(first).map_err(|_| outside())?)
    )
    .into())
}

fn host(call: &Call<'_>) -> Result<Value> {
    let whole = range(call)?;
    let index = u32::try_from(call.integer(1)?).unwrap_or(u32::MAX);
    let found = whole
        .first
        .checked_add(1)
        .and_then(|first| first.checked_add(index));
    found
        .filter(|found| *found < whole.last() || whole.prefix >= 31)
        .map(|found| address(found).into())
        .ok_or_else(|| call.failure("the host lies outside the address range."))
}
