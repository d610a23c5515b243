//! The kinds of requests, and the kinds of faults.

use std::time::Duration;

use azure_simulator::{Fault, Service};

use crate::common::FOREIGN;

/// One kind of request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request {
    pub(super) name: &'static str,
    pub(super) run: Run,
    pub(super) role: Role,
    pub(super) service: Service,
    pub(super) method: &'static str,
    pub(super) part: &'static str,
    pub(super) end: &'static str,
}

/// The run in which the request is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Run {
    Create,
    /// A submission of five nested deployments that run side by side.
    SideBySide,
    /// A submission of minutes, of what was deployed before.
    Again,
    Validate,
    WhatIf,
    Cancel,
    Stack,
    StackValidate,
    StackWhatIf,
    StackDelete,
    /// With pairs beside a template spec.
    Spec,
}

/// What the request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Starts what is then followed.
    Submit,
    /// Asks for a verdict before a submission.
    Ask,
    /// Reads the verdict.
    Verdict,
    /// Reads the state that decides.
    State,
    /// Reads what is only shown, or tidies up.
    Detail,
    /// Stops or deletes.
    End,
    /// Signs in.
    Token,
    /// Reads types of parameters.
    Types,
}

/// One kind of fault.
#[derive(Clone)]
pub(super) struct Trouble {
    pub(super) name: String,
    pub(super) fault: Fault,
    pub(super) nature: Nature,
}

/// What a fault means, whatever request meets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nature {
    /// Azure refuses, and says why.
    Refusal,
    /// A token is refused.
    Unauthorized,
    /// A refusal that Azure did not write.
    ForeignRefusal,
    /// It passes by itself.
    Passing,
    /// A success that Azure did not write.
    ForeignSuccess,
    /// The request takes effect; the answer is lost.
    Lost,
}

/// All requests that runs make.
pub(super) fn requests() -> Vec<Request> {
    use Role::{Ask, Detail, End, State, Submit, Token, Types, Verdict};
    let arm = |name, run, role, method, part, end| Request {
        name,
        run,
        role,
        service: Service::ResourceManager,
        method,
        part,
        end,
    };
    let token = |name, service| Request {
        service,
        ..arm(name, Run::Create, Token, "", "", "")
    };
    let stacks = "/deploymentstacks/";
    let results = "/deploymentstackoperationresults/";
    vec![
        arm("PUT", Run::Create, Submit, "PUT", "/deployments/", "/hub"),
        arm("GET", Run::Create, State, "GET", "/deployments/", "/hub"),
        arm(
            "GET operations",
            Run::Create,
            Detail,
            "GET",
            "",
            "/operations",
        ),
        arm(
            "GET status",
            Run::SideBySide,
            Detail,
            "GET",
            "/operationstatuses/",
            "",
        ),
        arm(
            "GET list",
            Run::SideBySide,
            Detail,
            "GET",
            "",
            "/deployments",
        ),
        arm(
            "validate beside",
            Run::Again,
            Detail,
            "POST",
            "-preview/",
            "/validate",
        ),
        arm(
            "history list",
            Run::Again,
            Detail,
            "GET",
            "",
            "/deployments",
        ),
        arm(
            "history operations",
            Run::Again,
            Detail,
            "GET",
            "/deployments/earlier/",
            "/operations",
        ),
        arm("validate", Run::Validate, Ask, "POST", "", "/validate"),
        arm("what-if", Run::WhatIf, Ask, "POST", "", "/whatif"),
        arm(
            "what-if result",
            Run::WhatIf,
            Verdict,
            "GET",
            "/operationresults/",
            "",
        ),
        arm("cancel", Run::Cancel, End, "POST", "", "/cancel"),
        arm("stack PUT", Run::Stack, Submit, "PUT", stacks, "/hub"),
        arm("stack GET", Run::Stack, State, "GET", stacks, "/hub"),
        arm(
            "stack operations",
            Run::Stack,
            Detail,
            "GET",
            "",
            "/operations",
        ),
        arm(
            "stack validate",
            Run::StackValidate,
            Ask,
            "POST",
            "",
            "/validate",
        ),
        arm(
            "stack validation",
            Run::StackValidate,
            Verdict,
            "GET",
            results,
            "",
        ),
        arm(
            "stack what-if PUT",
            Run::StackWhatIf,
            Ask,
            "PUT",
            "whatifresults",
            "",
        ),
        arm(
            "stack what-if GET",
            Run::StackWhatIf,
            Verdict,
            "GET",
            "whatifresults",
            "",
        ),
        arm(
            "stack what-if properties",
            Run::StackWhatIf,
            Detail,
            "POST",
            "whatifresults",
            "/whatif",
        ),
        arm(
            "stack what-if properties result",
            Run::StackWhatIf,
            Detail,
            "GET",
            results,
            "",
        ),
        arm(
            "stack what-if DELETE",
            Run::StackWhatIf,
            Detail,
            "DELETE",
            "whatifresults",
            "",
        ),
        arm(
            "stack DELETE",
            Run::StackDelete,
            End,
            "DELETE",
            stacks,
            "/hub",
        ),
        arm(
            "stack status",
            Run::StackDelete,
            Detail,
            "GET",
            "stackoperationstatus",
            "",
        ),
        arm(
            "template spec",
            Run::Spec,
            Types,
            "GET",
            "/templatespecs/",
            "/1.0",
        ),
        token("id token", Service::GitHub),
        token("access token", Service::Entra),
    ]
}

/// All faults that they can meet.
pub(super) fn troubles() -> Vec<Trouble> {
    let trouble = |name: &str, nature, fault| Trouble {
        name: name.to_owned(),
        fault,
        nature,
    };
    let mut all = Vec::new();
    for status in [302, 400, 401, 403, 404, 408, 409, 429, 500, 502, 503, 504] {
        let passes = matches!(status, 408 | 429 | 500..);
        let nature = |azures| match (passes, status, azures) {
            (true, ..) => Nature::Passing,
            (_, 401, _) => Nature::Unauthorized,
            (_, _, true) if status != 302 => Nature::Refusal,
            _ => Nature::ForeignRefusal,
        };
        let plain = Fault::status(status).with_header("location", "https://portal.example/");
        all.push(trouble(&format!("{status}"), nature(false), plain));
        let azures = Fault::azure(status, "Odd", "an odd answer");
        all.push(trouble(&format!("{status} Odd"), nature(true), azures));
    }
    for status in [429, 503] {
        let fault = Fault::status(status).with_retry_after(Duration::ZERO);
        all.push(trouble(
            &format!("{status} at once"),
            Nature::Passing,
            fault,
        ));
    }
    for body in FOREIGN {
        let fault = Fault::status(200).with_body(body);
        all.push(trouble(
            &format!("200 {body:?}"),
            Nature::ForeignSuccess,
            fault,
        ));
    }
    all.push(trouble("reset", Nature::Passing, Fault::reset()));
    all.push(trouble("lost answer", Nature::Lost, Fault::lose_answer()));
    all.push(trouble("half an answer", Nature::Lost, Fault::truncate()));
    all.push(trouble("damaged gzip", Nature::Lost, Fault::damage()));
    all
}
