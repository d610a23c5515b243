//! From when to when spans are.

use super::*;

/// A deployment in which a firewall of a nested one waits for a network, told by Azure with this start and duration.
fn counted(start: u64, took: u64) -> Story {
    let ended =
        |minute: u64| Some(Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute.cast_signed()));
    let hub = Resource {
        ended: ended(50),
        duration: minutes(50 - start),
        ..nested("hub", "Succeeded")
    };
    let afw = Resource {
        ended: ended(45),
        duration: minutes(took),
        ..resource("afw", "Succeeded", 0)
    };
    let mut story = stories::begun();
    let lasted = Event::Lasted {
        began: Timestamp::UNIX_EPOCH + SignedDuration::from_mins(start.cast_signed()),
        ended: Timestamp::UNIX_EPOCH + SignedDuration::from_mins(60),
    };
    story.retain(|(_, event)| !matches!(event, Event::Submitted { .. }));
    let found = Event::Found {
        correlation: Correlation::new("c0ffee00-0000-0000-0000-000000000000"),
        since: None,
    };
    story.extend([
        (minutes(1), found),
        (minutes(1), progressed(vec![hub, afw], 1, 1)),
        (minutes(1), stories::state("Succeeded")),
        (minutes(1), lasted),
        (minutes(1), Event::Ended(Ending::Succeeded)),
    ]);
    story
}

#[test]
fn times_are_azures_and_within_those_around_them() {
    let spans = super::spans(&counted(10, 20));
    assert_eq!(check(&spans), Ok(()));
    let times = |name| {
        let span = named(&spans, name);
        (span.start, span.end)
    };
    assert_eq!(
        times("deployment hub-42-1a2b3c"),
        (minutes(10), minutes(60))
    );
    assert_eq!(times("deployment hub"), (minutes(10), minutes(50)));
    let afw = "create Microsoft.Network/azureFirewalls afw";
    assert_eq!(times(afw), (minutes(25), minutes(45)));
    // A duration that counts from before the deployment around it began.
    let spans = super::spans(&counted(10, 44));
    assert_eq!(check(&spans), Ok(()));
    assert_eq!(named(&spans, afw).start, minutes(10));
}
