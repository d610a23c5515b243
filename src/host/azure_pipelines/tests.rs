//! What the agent finds of what we print.

use std::{fs, path::Path};

use super::{AzurePipelines, agent};
use crate::host::{
    Annotation, Console, Host, Kept, Line, Output, Place, Runner, Severity, Taste, host::Written,
};

/// What the agent was told of the calls.
fn told(act: impl FnOnce(&Console)) -> agent::Told {
    let kept = Kept::default();
    act(&Console::of("TF_BUILD", kept.clone(), Taste::default()));
    agent::read(&kept.text()).expect("the agent understands all of it")
}

fn host(variables: &[(&str, &str)]) -> AzurePipelines {
    AzurePipelines::new(&|name| {
        let (_, value) = variables.iter().find(|(known, _)| *known == name)?;
        Some((*value).to_owned())
    })
}

#[test]
fn each_line_of_a_secret_is_masked() {
    let secret = "50%;]\r\n\n  \n##vso[task.complete]%3B";
    let told = told(|console| console.mask(&secret.into()));
    assert_eq!(told.secrets, ["50%;]", "##vso[task.complete]%3B"]);
}

#[test]
fn issues_say_where_and_what() {
    let place = Place {
        file: "infra/a;b].json".to_owned(),
        line: 3,
        column: 7,
    };
    let annotation = Annotation::new(Severity::Error, "100% wrong\r\n##vso[task.complete]x");
    let told = told(|console| console.annotate(&annotation.titled("A]: b").at(Some(&place))));
    let issue = &told.issues[0];
    assert_eq!(issue.kind, "error");
    assert_eq!(issue.message, "A]: b: 100% wrong\n## vso[task.complete]x");
    let parts = ["infra/a;b].json", "3", "7"];
    assert_eq!(issue.place, parts.map(|part| Some(part.to_owned())));
}

#[test]
fn what_is_no_issue_is_in_the_log() {
    let told = told(|console| {
        for number in 0..12 {
            for severity in [Severity::Error, Severity::Warning, Severity::Notice] {
                console.annotate(&Annotation::new(severity, &format!("number {number}")));
            }
        }
    });
    assert_eq!(told.issues.len(), 20, "ten of a type");
    for line in [
        "error: number 10",
        "error: number 11",
        "warning: number 10",
        "notice: number 0",
    ] {
        assert!(
            told.log.iter().any(|shown| shown == line),
            "{line}: {:?}",
            told.log
        );
    }
    assert!(!told.log.iter().any(|line| line == "error: number 9"));
}

#[test]
fn groups_begin_and_end() {
    let told = told(|console| {
        console.group("Plan\n##[error]x");
        console.print(&Line::plain("within ##[section] and ##vso[task.complete]"));
        console.end_group();
    });
    let marks = [("group", "Plan ## [error]x"), ("endgroup", "")];
    assert_eq!(
        told.marks,
        marks.map(|(mark, text)| (mark.to_owned(), text.to_owned()))
    );
    assert_eq!(told.log[0], "within ## [section] and ## vso[task.complete]");
}

#[test]
fn debug_messages_are_shown_where_the_run_wants_them() {
    for (debug, shown) in [("true", 1), ("True", 1), ("false", 0), ("", 0)] {
        let kept = Kept::default();
        let variable = |name: &str| match name {
            "TF_BUILD" => Some("True".to_owned()),
            "SYSTEM_DEBUG" => Some(debug.to_owned()),
            _ => None,
        };
        let runner = Runner::new(&variable, kept.clone(), false);
        runner.console.debug("looked");
        let told = agent::read(&kept.text()).expect("the agent understands it");
        assert_eq!(told.marks.len(), shown, "{debug}");
        assert_eq!(told.log, [""], "{debug}");
    }
}

#[test]
fn outputs_become_variables_that_other_jobs_can_read() {
    let secret = Output {
        is_secret: true,
        ..Output::open("adminKey", "hunter22")
    };
    let outputs = [Output::open("deployment-id", "/a;b]%3B\r\nc"), secret];
    let Ok(Written::ByLines(lines)) = host(&[]).set_outputs(&outputs) else {
        panic!("they are set by lines");
    };
    let told = agent::read(&lines.join("\n")).expect("the agent understands them");
    let id = &told.variables["deployment_id"];
    assert_eq!(id.value, "/a;b]%3B\r\nc");
    assert!(id.is_output && !id.is_secret);
    assert!(told.variables["adminKey"].is_secret);
    assert_eq!(told.secrets, ["hunter22"]);
}

#[test]
fn names_are_those_of_variables() {
    for (name, accepted) in [
        ("hubId", true),
        ("_9", true),
        ("deployment-id", false),
        ("9", false),
        ("a b", false),
        ("a;isSecret=true", false),
        ("", false),
        ("é", false),
    ] {
        assert_eq!(host(&[]).accepts_output(name), accepted, "{name}");
    }
}

#[test]
fn a_summary_is_a_file_on_the_agents_disk() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().display().to_string();
    let host = host(&[("AGENT_TEMPDIRECTORY", &path)]);
    assert!(host.summary().is_some_and(|form| !form.charts));
    let mut told = agent::Told::default();
    for text in ["# One\n", "# Two\n"] {
        let Ok(Written::ByLines(lines)) = host.add_summary(text) else {
            panic!("a line uploads it");
        };
        let more = agent::read(&lines.join("\n")).expect("the agent finds it");
        told.summaries.extend(more.summaries);
    }
    let pages = told
        .summaries
        .iter()
        .map(|path| fs::read_to_string(path).unwrap_or_default());
    assert_eq!(pages.collect::<String>(), "# One\n# Two\n");
    assert!(
        told.summaries
            .iter()
            .all(|file| file.starts_with(folder.path()))
    );
}

#[test]
fn without_a_folder_there_is_no_summary() {
    for folder in [
        None,
        Some(""),
        Some("$(Agent.TempDirectory)"),
        Some("/no/such/folder"),
    ] {
        let variables: Vec<_> = folder
            .map(|path| ("AGENT_TEMPDIRECTORY", path))
            .into_iter()
            .collect();
        let host = host(&variables);
        assert_eq!(host.summary(), None, "{folder:?}");
        assert!(
            matches!(host.add_summary("x"), Ok(Written::Nowhere)),
            "{folder:?}"
        );
    }
    assert!(!Path::new("/no/such/folder").exists());
}

#[test]
fn the_context_names_the_run() {
    let host = host(&[
        ("BUILD_BUILDID", "42"),
        ("SYSTEM_COLLECTIONURI", "https://dev.azure.com/contoso/"),
        ("SYSTEM_TEAMPROJECT", "Landing zone"),
        ("SYSTEM_JOBATTEMPT", "2"),
        ("BUILD_DEFINITIONNAME", "$(undefined)"),
        ("AZURESUBSCRIPTION_CLIENT_ID", "c"),
        ("AZURESUBSCRIPTION_TENANT_ID", ""),
    ]);
    let context = host.context();
    assert_eq!(
        context.run_url.as_deref(),
        Some("https://dev.azure.com/contoso/Landing%20zone/_build/results?buildId=42")
    );
    assert_eq!((context.attempt, &context.workflow), (Some(2), &None));
    let known = ["client-id", "tenant-id", "name"].map(|name| host.default_input(name));
    assert_eq!(known, [Some("c".to_owned()), None, None]);
}
