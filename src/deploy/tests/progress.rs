//! What is read of operations before anybody knows whether the deployment is ours.

use super::*;
use crate::deploy::{progress::Progress, retry::Retry};

/// Reads the operations of a deployment that runs, takes back what they showed if so wished, and tells; returns the names
/// of the resources that were told.
async fn told(is_taken_back: bool) -> Vec<String> {
    let azure = FakeArm::start(Duration::ZERO);
    azure.submit(Duration::ZERO, OURS, HOUR, "Succeeded");
    let clock = azure.clock();
    let (sender, received) = unbounded_channel();
    let (events, stop) = (Events::new(sender), CancellationToken::new());
    let keeper = keeper(&azure.identity, &events, &stop).await;
    let needs = Needs::new(Arc::new(azure.clone()), keeper, &clock, &events);
    let context = needs.context();
    let root = DeploymentId::from_target(ID);
    let mut progress = Progress::new(context, 30 * SECOND, root);
    let mut retry = Retry::new(context, 30 * SECOND);
    progress.read_all(&mut retry).await;
    assert!(progress.has_news());
    if is_taken_back {
        progress.take_back();
        assert!(!progress.has_news());
    }
    progress.tell();
    stop.cancel();
    let told = drain(received).into_iter().flat_map(|event| match event {
        Event::Progressed { changed, .. } => changed,
        _ => Vec::new(),
    });
    told.map(|resource| resource.name).collect()
}

#[tokio::test(start_paused = true)]
async fn what_was_taken_back_is_not_told() {
    assert_eq!(told(false).await, ["vgw"]);
    assert_eq!(told(true).await, [""; 0]);
}
