//! Which earlier deployments are of the same kind as the present one.

use crate::{
    arm::{Correlation, DeploymentId, EarlierDeployment},
    deploy::pace::HISTORY_RUNS,
};

/// Shortest part of a name that counts as generated because its characters are hexadecimal: shorter ones may be words.
const SHORTEST_HEXADECIMAL: usize = 6;
/// So many digits at the start of a part of a name are a date, as in the names of stacks' deployments:
/// `260409184fj22`.
const DATE: usize = 6;

/// The deployment that is followed.
#[derive(Debug)]
pub(super) struct Present {
    pub(super) id: DeploymentId,
    pub(super) correlation: Correlation,
    pub(super) template_hash: Option<String>,
}

/// Deployments that succeeded, as lists show them.
#[derive(Debug, Default)]
pub(super) struct Listed {
    pub(super) deployments: Vec<EarlierDeployment>,
    /// There are no more of them.
    pub(super) is_complete: bool,
}

/// Earlier deployments of the same kind.
#[derive(Debug)]
pub(super) struct Choice {
    /// A few, the newest first.
    pub(super) runs: Vec<EarlierDeployment>,
    /// There are more, or may be.
    pub(super) has_older: bool,
}

/// Chooses those of the same template; if there are none, those with the same stem of their names.
pub(super) fn choose(present: &Present, listed: Listed) -> Choice {
    let others = others(present, listed.deployments);
    let hash = present.template_hash.as_deref();
    let stem = stem(present.id.name());
    let is_of_template =
        |other: &EarlierDeployment| Some(other.properties.template_hash.as_str()) == hash;
    let is_of_stem = |other: &EarlierDeployment| {
        stem.is_some_and(|stem| self::stem(other.name()).is_some_and(|own| same(own, stem)))
    };
    let (of_template, rest): (Vec<_>, Vec<_>) = others.into_iter().partition(is_of_template);
    let (of_stem, _): (Vec<_>, Vec<_>) = rest.into_iter().partition(is_of_stem);
    // Of a template that was changed, not even the first deployment was the first.
    let has_others = !of_template.is_empty() && !of_stem.is_empty();
    let mut runs = if of_template.is_empty() {
        of_stem
    } else {
        of_template
    };
    let has_older = has_others || runs.len() > HISTORY_RUNS || !listed.is_complete;
    runs.truncate(HISTORY_RUNS);
    Choice { runs, has_older }
}

/// All but the present deployment and what is nested in it, the newest first, as far as Azure tells when they ended. Of
/// those with one correlation id only the newest: a deployment ends after those that are nested in it.
fn others(present: &Present, mut listed: Vec<EarlierDeployment>) -> Vec<EarlierDeployment> {
    listed.retain(|each| !each.name().is_empty() && each.properties.timestamp.is_some());
    listed.sort_by_key(|each| std::cmp::Reverse(each.properties.timestamp));
    let mut others: Vec<EarlierDeployment> = Vec::new();
    for each in listed {
        let correlation = each.properties.correlation.as_ref();
        let is_ours = correlation == Some(&present.correlation);
        let is_known = others.iter().any(|other| {
            let shares =
                correlation.is_some() && other.properties.correlation.as_ref() == correlation;
            shares || same(&other.id, &each.id)
        });
        if !is_ours && !is_known && !same(&each.id, present.id.as_str()) {
            others.push(each);
        }
    }
    others
}

/// The part of a name that deployments of one kind have in common: without the parts at its end that are made anew for
/// each, but for the first part. `None` if it has none of those.
fn stem(name: &str) -> Option<&str> {
    let mut stem = name;
    while let Some((rest, part)) = stem.rsplit_once('-')
        && is_generated(part)
    {
        stem = rest;
    }
    (stem.len() < name.len()).then_some(stem)
}

/// Whether a part of a name is a number, a hash, or begins with a date.
fn is_generated(part: &str) -> bool {
    let digits = part.bytes().take_while(u8::is_ascii_digit).count();
    let is_hexadecimal = part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_number = !part.is_empty() && digits == part.len();
    is_number || digits >= DATE || is_hexadecimal && part.len() >= SHORTEST_HEXADECIMAL
}

fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SCOPE: &str = "/subscriptions/s/providers/Microsoft.Resources/deployments/";
    const OURS: &str = "11111111111111111111111111111111";

    fn present() -> Present {
        Present {
            id: DeploymentId::from_target(&format!("{SCOPE}hub-9-abcdef")),
            correlation: Correlation::new(OURS),
            template_hash: Some("42".to_owned()),
        }
    }

    /// A deployment that ended in this hour.
    fn earlier(name: &str, hash: &str, correlation: &str, hour: u32) -> EarlierDeployment {
        let timestamp = format!("2026-04-09T{hour:02}:00:00.1234567Z");
        serde_json::from_value(json!({"id": format!("{SCOPE}{name}"), "properties": {
            "templateHash": hash, "correlationId": correlation, "timestamp": timestamp}}))
        .expect("readable")
    }

    fn names(deployments: Vec<EarlierDeployment>) -> (Vec<String>, bool) {
        let choice = choose(
            &present(),
            Listed {
                deployments,
                is_complete: true,
            },
        );
        let names = choice.runs.iter().map(|run| run.name().to_owned());
        (names.collect(), choice.has_older)
    }

    #[test]
    fn the_same_template_comes_before_the_same_stem() {
        let changed = earlier("hub-3-abcdef", "41", "3", 3);
        let of_template = earlier("other", "42", "4", 4);
        let (chosen, has_older) = names(vec![changed.clone(), of_template]);
        assert_eq!(chosen, ["other"]);
        assert!(has_older, "the template was another one before");
        assert_eq!(names(vec![changed]), (vec!["hub-3-abcdef".into()], false));
        assert_eq!(names(vec![]), (vec![], false));
    }

    #[test]
    fn a_deployment_without_a_hash_has_only_its_name() {
        let listed = || Listed {
            deployments: vec![earlier("x", "", "3", 3), earlier("HUB-3", "", "4", 4)],
            is_complete: true,
        };
        for template_hash in [None, Some("43".to_owned())] {
            let present = Present {
                template_hash,
                ..present()
            };
            let choice = choose(&present, listed());
            let names: Vec<_> = choice.runs.iter().map(|run| run.name()).collect();
            assert_eq!(names, ["HUB-3"]);
        }
    }

    #[test]
    fn the_newest_few_are_chosen_and_whether_there_are_more_is_told() {
        let all = |count: u32| {
            let numbers = (1..=count).map(|number| {
                let correlation = number.to_string();
                earlier(&format!("run-{number}"), "42", &correlation, number)
            });
            numbers.collect::<Vec<_>>()
        };
        let (chosen, has_older) = names(all(5));
        assert_eq!(chosen, ["run-5", "run-4", "run-3", "run-2", "run-1"]);
        assert!(!has_older);
        let (chosen, has_older) = names(all(6));
        assert_eq!((chosen.len(), chosen[0].as_str()), (5, "run-6"));
        assert!(has_older);
        let listed = Listed {
            deployments: all(1),
            is_complete: false,
        };
        assert!(choose(&present(), listed).has_older);
    }

    #[test]
    fn ours_and_what_is_nested_is_never_history() {
        let dashed = "11111111-1111-1111-1111-111111111111";
        let (chosen, _) = names(vec![
            earlier("HUB-9-ABCDEF", "42", "5", 9),
            earlier("nested-in-ours", "42", dashed, 8),
            earlier("hub-3-abcdef", "42", "6", 7),
            earlier("nested-in-3", "42", "6", 6),
            earlier("no-correlation", "42", "", 5),
            earlier("none-either", "42", "", 4),
        ]);
        assert_eq!(chosen, ["hub-3-abcdef", "no-correlation", "none-either"]);
    }

    #[test]
    fn what_ended_at_no_time_is_never_history() {
        let mut odd = earlier("hub-3", "42", "3", 3);
        odd.properties.timestamp = None;
        let nameless = earlier("", "42", "4", 4);
        assert_eq!(names(vec![odd, nameless]).0, Vec::<String>::new());
    }

    #[test]
    fn the_stem_is_the_name_without_what_is_made_anew() {
        for (name, expected) in [
            ("hub-12345678901-abcdef", Some("hub")),
            ("hub-spoke-1-0a1b2c", Some("hub-spoke")),
            ("hub-1", Some("hub")),
            ("hub-20260409T1714", Some("hub")),
            ("azd-stack-env-260409184fj22", Some("azd-stack-env")),
            ("hub-1-2-3", Some("hub")),
            ("1-2", Some("1")),
            ("hub", None),
            ("hub-vnet", None),
            ("hub-1-vnet", None),
            ("hub-fe", None),
            ("hub-bad-cafe", None),
            ("hub-", None),
            ("20260409", None),
            ("", None),
        ] {
            assert_eq!(stem(name), expected, "{name}");
        }
    }

    #[test]
    fn nested_deployments_have_another_stem() {
        let vnet = earlier("hub-vnet", "41", "3", 3);
        let spoke = earlier("hub-spoke-4", "41", "4", 4);
        assert_eq!(names(vec![vnet, spoke]).0, Vec::<String>::new());
    }
}
