//! Which resources wait for which is told once for each deployment, and asked of few.

use super::{
    history::{PLACE, row, watch, watch_hub},
    *,
};
use crate::{
    deploy::pace::MOST_DEPENDENCIES,
    testing::timeline::{Manners, Scheduled},
};

const DEPLOYMENT: &str = "Microsoft.Resources/deployments";

/// So many deployments side by side, each with so many resources, within one.
fn crowd(count: usize, resources: usize) -> Vec<Scheduled> {
    let scheduled = |name: &str, rows| Scheduled {
        id: format!("{PLACE}{name}"),
        start: Duration::from_secs(1),
        end: Duration::from_secs(60),
        rows,
    };
    let names: Vec<_> = (0..count).map(|number| format!("spoke-{number}")).collect();
    let nested = names
        .iter()
        .map(|name| row(format!("{PLACE}{name}"), DEPLOYMENT, 2, 59));
    let mut all = vec![scheduled("hub-9-abcdef", nested.collect())];
    all.extend(names.iter().map(|name| {
        let rows = (0..resources).map(|at| row(format!("/x/{name}/{at}"), "x/kind", 3, 50));
        scheduled(name, rows.collect())
    }));
    all
}

/// Names of the deployments of which it was told, in the order of the alphabet.
async fn told_of(deployments: Vec<Scheduled>) -> Vec<String> {
    let watched = watch(deployments, vec![], Manners::default()).await;
    let told = watched.events.into_iter().filter_map(|event| match event {
        Event::DependenciesRead { deployment, .. } => Some(deployment),
        _ => None,
    });
    let mut names: Vec<_> = told.map(|id| id.replace(PLACE, "")).collect();
    names.sort();
    names
}

#[tokio::test(start_paused = true)]
async fn each_deployment_tells_once_what_waits_for_what_in_it() {
    let told = told_of(crowd(3, 2)).await;
    assert_eq!(told, ["hub-9-abcdef", "spoke-0", "spoke-1", "spoke-2"]);
}

#[tokio::test(start_paused = true)]
async fn a_resource_alone_waits_for_none_so_that_is_not_asked() {
    assert_eq!(told_of(crowd(3, 1)).await, ["hub-9-abcdef"]);
}

#[tokio::test(start_paused = true)]
async fn no_more_deployments_are_asked_than_that_is_worth() {
    let told = told_of(crowd(MOST_DEPENDENCIES + 20, 2)).await;
    assert_eq!(told.len(), 1 + MOST_DEPENDENCIES);
}

#[tokio::test(start_paused = true)]
async fn what_azure_tells_later_is_news() {
    let manners = Manners {
        late_dependencies: true,
        ..Manners::default()
    };
    let watched = watch_hub(vec![], manners).await;
    let told = watched.events.iter().filter_map(|event| match event {
        Event::DependenciesRead {
            deployment,
            dependencies,
        } if deployment.ends_with("hub-9-abcdef") => Some(!dependencies.is_empty()),
        _ => None,
    });
    assert_eq!(told.collect::<Vec<_>>(), [false, true]);
}
