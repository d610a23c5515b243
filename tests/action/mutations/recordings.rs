//! What Azure answered to requests of the kinds that the program makes.

use std::{env, fs, path::Path};

use serde_json::Value;

/// A kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Put,
    Get,
    Operations,
    Validate,
    WhatIf,
    WhatIfResult,
    Cancel,
    StackPut,
    StackGet,
    StackWhatIf,
}

/// An answer to a request of a kind.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) kind: Kind,
    pub(super) status: u16,
    pub(super) body: Value,
}

impl Kind {
    /// The method, a part and the end of the path, in lower case.
    pub(super) fn place(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Put => ("PUT", "/deployments/", "/hub"),
            Self::Get => ("GET", "/deployments/", "/hub"),
            Self::Operations => ("GET", "/deployments/", "/operations"),
            Self::Validate => ("POST", "", "/validate"),
            Self::WhatIf => ("POST", "", "/whatif"),
            Self::WhatIfResult => ("GET", "/operationresults/", ""),
            Self::Cancel => ("POST", "", "/cancel"),
            Self::StackPut => ("PUT", "/deploymentstacks/", "/hub"),
            Self::StackGet => ("GET", "/deploymentstacks/", "/hub"),
            Self::StackWhatIf => ("", "/deploymentstackswhatifresults/", ""),
        }
    }

    /// Whether it is made after a submission, about what was submitted.
    pub(super) fn is_followed(self) -> bool {
        matches!(self, Self::Get | Self::Operations | Self::StackGet)
    }

    fn of(method: &str, url: &str) -> Option<Self> {
        let url = url.to_ascii_lowercase();
        let path = url.split('?').next().unwrap_or_default();
        let is_about = |room: &str| path.contains(room);
        Some(match method {
            "GET" if is_about("/deployments/") && path.ends_with("/operations") => Self::Operations,
            "POST" if path.ends_with("/validate") => Self::Validate,
            "POST" if path.ends_with("/whatif") => Self::WhatIf,
            "POST" if path.ends_with("/cancel") => Self::Cancel,
            "GET" if is_about("/operationresults/") => Self::WhatIfResult,
            _ if is_about("/deploymentstackswhatifresults/") => Self::StackWhatIf,
            "GET" if is_about("/deploymentstacks/") => Self::StackGet,
            "PUT" if is_about("/deploymentstacks/") => Self::StackPut,
            "GET" if is_about("/microsoft.resources/deployments/") => Self::Get,
            "PUT" if is_about("/microsoft.resources/deployments/") => Self::Put,
            _ => return None,
        })
    }
}

/// The recorded answers with a body, so that each kind is about as frequent as any other; `None`
/// without recordings.
pub(super) fn answers() -> Option<Vec<Answer>> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let folder = env::var_os("LONG_DEPLOY_SHARED_DATA").map_or(beside, Into::into);
    let entries = fs::read_dir(folder.join("recordings")).ok()?;
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let all: Vec<_> = files.iter().flat_map(|file| read(file)).collect();
    let most = 30;
    let count = |kind| all.iter().filter(|answer| answer.kind == kind).count();
    let repeated = all.iter().flat_map(|answer| {
        let times = most / count(answer.kind).min(most);
        std::iter::repeat_n(answer.clone(), times)
    });
    Some(repeated.collect())
}

fn read(file: &Path) -> Vec<Answer> {
    let text = fs::read_to_string(file).unwrap();
    let recording: Value = serde_json::from_str(&text).unwrap();
    let calls = recording["interactions"].as_array().unwrap();
    let answers = calls.iter().filter_map(|call| {
        let text = |name: &str| call[name].as_str().unwrap_or_default();
        let kind = Kind::of(text("method"), text("url"))?;
        let status = u16::try_from(call["status"].as_u64()?).ok()?;
        let body = call["responseBody"].clone();
        (!body.is_null()).then_some(Answer { kind, status, body })
    });
    answers.collect()
}
