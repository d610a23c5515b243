//! Checks the variables that name proxies. reqwest ignores those that it cannot parse, and goes without a proxy.

use http::Uri;

/// Variables of one meaning; the first that is set counts.
type Names = [&'static str; 2];

const HTTPS: Names = ["HTTPS_PROXY", "https_proxy"];
const HTTP: Names = ["HTTP_PROXY", "http_proxy"];
const ALL: Names = ["ALL_PROXY", "all_proxy"];

/// All variables that may name a proxy.
pub(crate) const VARIABLES: [&str; 6] = [HTTPS[0], HTTPS[1], HTTP[0], HTTP[1], ALL[0], ALL[1]];

/// Why a variable's value is no use. The message follows its name; it does not show the value, which may hold a
/// password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ProxyError {
    #[error(
        "is not the address of a proxy: give http://HOST:PORT, or http://USER:PASSWORD@HOST:PORT with special \
         characters percent-encoded (a space is %20)"
    )]
    Address,
    #[error("names a proxy of a kind that is not supported: give an http:// or https:// proxy")]
    Scheme,
}

/// The variables that count and have a wrong value; `get` looks up a variable, `None` if it is unset or empty.
pub(crate) fn problems<'a>(
    get: impl Fn(&str) -> Option<&'a str>,
) -> Vec<(&'static str, ProxyError)> {
    let find = |names: Names| {
        let mut given = names
            .into_iter()
            .filter_map(|name| Some((name, get(name)?)));
        given.next()
    };
    let all = [find(HTTPS).or_else(|| find(ALL)), find(HTTP)];
    let wrong = all
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name, check(value).err()?)));
    wrong.collect()
}

fn check(value: &str) -> Result<(), ProxyError> {
    let uri: Uri = value.parse().map_err(|_| ProxyError::Address)?;
    if !matches!(uri.scheme_str(), None | Some("http" | "https")) {
        return Err(ProxyError::Scheme);
    }
    let authority = uri.authority().ok_or(ProxyError::Address)?;
    let place = authority.as_str().rsplit('@').next().unwrap_or_default();
    let has_wrong_port = place.len() > authority.host().len() && authority.port_u16().is_none();
    // A password with a slash, as an example, ends the address before the host.
    let is_cut = value.contains('@') && !authority.as_str().contains('@');
    if authority.host().is_empty() || has_wrong_port || is_cut {
        return Err(ProxyError::Address);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_proxies() {
        for valid in [
            "http://proxy.corp:3128",
            "http://proxy.corp:3128/",
            "https://proxy.corp",
            "proxy.corp:3128",
            "http://user:pa%20ss@proxy.corp:3128",
            "http://DOMAIN%5Cuser:hush@[::1]:3128",
        ] {
            assert_eq!(check(valid), Ok(()), "{valid}");
        }
        for invalid in [
            "http://user:pa ss@proxy.corp:3128",
            "http://user:pa/ss@proxy.corp:3128",
            "http://user:pa#ss@proxy.corp:3128",
            "http://user:1?2@proxy.corp:3128",
            "http://proxy.corp:99999",
            "http://proxy.corp:port",
            "http://:3128",
            "/proxy",
            " http://proxy.corp:3128",
        ] {
            assert_eq!(check(invalid), Err(ProxyError::Address), "{invalid}");
        }
        for other in ["socks5://proxy.corp:1080", "ftp://proxy.corp"] {
            assert_eq!(check(other), Err(ProxyError::Scheme), "{other}");
        }
    }

    #[test]
    fn only_variables_that_count_are_checked() {
        let names = |variables: &[(&str, &'static str)]| {
            let get = |name: &str| {
                let found = variables.iter().find(|(own, _)| *own == name);
                found.map(|(_, value)| *value)
            };
            let problems = problems(get).into_iter();
            problems.map(|(name, _)| name).collect::<Vec<_>>()
        };
        let (good, bad) = ("http://proxy:3128", "a b");
        assert!(names(&[]).is_empty());
        assert_eq!(names(&[("https_proxy", bad)]), ["https_proxy"]);
        assert!(names(&[("HTTPS_PROXY", good), ("https_proxy", bad)]).is_empty());
        assert!(names(&[("HTTPS_PROXY", good), ("ALL_PROXY", bad)]).is_empty());
        assert_eq!(
            names(&[("ALL_PROXY", bad), ("HTTP_PROXY", bad)]),
            ["ALL_PROXY", "HTTP_PROXY"]
        );
    }
}
