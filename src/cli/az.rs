//! The program under the name `az`: a stand-in for the Azure CLI that only gives Bicep a token.

use std::{
    io::{self, Read, Write},
    os::unix::net::UnixStream,
    path::Path,
    time::Duration,
};

use crate::identity::broker::{self, SOCKET, TokenRequest, TokenResponse};

/// Limit for one request; longer than a sign-in with its retries takes.
const LIMIT: Duration = Duration::from_mins(3);

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AzError {
    /// The command is not the one that is implemented.
    #[error(
        "this is not the Azure CLI: only `az account get-access-token --output json --resource URL [--tenant ID]` is \
         implemented"
    )]
    Usage,
    /// There is no broker.
    #[error("{SOCKET} is not set: this program runs under the name `az` only as Bicep's helper")]
    NoBroker,
    /// The broker did not answer.
    #[error("cannot ask for a token: {0}")]
    Unreachable(#[from] io::Error),
    /// The answer cannot be parsed.
    #[error("cannot read the answer: {0}")]
    Answer(#[from] serde_json::Error),
    /// The broker refused.
    #[error("{0}")]
    Refused(String),
}

impl AzError {
    /// The exit status that the Azure CLI would have.
    pub(crate) fn exit_status(&self) -> u8 {
        match self {
            Self::Usage => 2,
            _ => 1,
        }
    }
}

/// The token that `arguments` ask for, as the Azure CLI prints it.
///
/// # Errors
/// Why there is none.
pub(crate) fn run(arguments: impl Iterator<Item = String>) -> Result<String, AzError> {
    let request = parse(arguments).ok_or(AzError::Usage)?;
    let socket = broker::socket_from_environment().ok_or(AzError::NoBroker)?;
    let token = ask(&socket, &request)?.map_err(AzError::Refused)?;
    Ok(format!("{}\n", serde_json::to_string(&token)?))
}

/// The request that the arguments of the only known command make; options in any order.
fn parse(mut arguments: impl Iterator<Item = String>) -> Option<TokenRequest> {
    let command = [arguments.next()?, arguments.next()?];
    if command != ["account", "get-access-token"] {
        return None;
    }
    let (mut output, mut resource, mut tenant) = (None, None, None);
    while let Some(option) = arguments.next() {
        let value = match option.as_str() {
            "--output" => &mut output,
            "--resource" => &mut resource,
            "--tenant" => &mut tenant,
            _ => return None,
        };
        if value.replace(arguments.next()?).is_some() {
            return None;
        }
    }
    (output? == "json").then_some(TokenRequest {
        resource: resource?,
        tenant,
    })
}

fn ask(socket: &Path, request: &TokenRequest) -> Result<TokenResponse, AzError> {
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(LIMIT))?;
    stream.set_write_timeout(Some(LIMIT))?;
    stream.write_all(format!("{}\n", serde_json::to_string(request)?).as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(serde_json::from_slice(&answer)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(command: &str) -> Option<(String, Option<String>)> {
        let request = parse(command.split_whitespace().map(str::to_owned))?;
        Some((request.resource, request.tenant))
    }

    #[test]
    fn parses_one_command_with_options_in_any_order() {
        for (command, resource, tenant) in [
            ("--output json --resource https://a", "https://a", None),
            ("--resource https://a --output json", "https://a", None),
            (
                "--tenant t --resource https://a/ --output json",
                "https://a/",
                Some("t"),
            ),
        ] {
            let parsed = parsed(&format!("account get-access-token {command}"));
            let wanted = (resource.to_owned(), tenant.map(str::to_owned));
            assert_eq!(parsed, Some(wanted), "{command}");
        }
    }

    #[test]
    fn refuses_other_commands() {
        for command in [
            "",
            "account",
            "login --identity",
            "account show",
            "account get-access-token",
            "account get-access-token --resource https://a",
            "account get-access-token --output json",
            "account get-access-token --output json --resource",
            "account get-access-token --output tsv --resource https://a",
            "account get-access-token --output json --resource https://a --resource https://b",
            "account get-access-token --output json --resource https://a --scope b",
            "account get-access-token --output json --resource https://a extra",
            "rest --url https://a",
        ] {
            assert_eq!(parsed(command), None, "{command}");
        }
    }
}
