//! Tests of the keeper: when it refreshes, and what it does when that fails.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use insta::assert_snapshot;
use jiff::SignedDuration;
use tokio::sync::mpsc::UnboundedReceiver;

use super::*;
use crate::{
    identity::{Method, exchange::EXCHANGE_LIMIT, news::tests::kept},
    testing::entra::{Answer, FakeAzure},
};

const MINUTE: Duration = Duration::from_mins(1);

struct Run {
    azure: FakeAzure,
    keeper: Arc<Keeper>,
    news: UnboundedReceiver<TokenNews>,
    stop: CancellationToken,
}

impl Run {
    /// Signs in by OIDC and lets the keeper keep.
    async fn start(azure: FakeAzure) -> Self {
        Self::start_as(FakeAzure::oidc(), azure).await
    }

    async fn start_as(method: Method, azure: FakeAzure) -> Self {
        let (sender, news) = kept();
        let credential = Arc::new(azure.credential(method));
        let limit = MINUTE * 45;
        let keeper = Keeper::sign_in(credential, limit, azure.clock(), sender)
            .await
            .unwrap();
        let stop = CancellationToken::new();
        tokio::spawn(keeper.clone().keep(stop.clone()));
        Self {
            azure,
            keeper,
            news,
            stop,
        }
    }

    fn news(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.news.try_recv().ok())
            .map(|news| words(&news))
            .collect()
    }

    async fn secret(&self) -> String {
        self.keeper.token().await.unwrap().secret().to_owned()
    }
}

fn words(news: &TokenNews) -> String {
    let minutes = |duration: Duration| duration.as_secs_f64() / 60.0;
    match news {
        TokenNews::SignedIn(token) => {
            format!("signed in, next in {}", minutes(token.refresh_in))
        }
        TokenNews::Refreshed(token) => {
            format!("refreshed, next in {}", minutes(token.refresh_in))
        }
        TokenNews::RefreshFailed { expires_in, .. } => {
            format!("failed, {} left", minutes(*expires_in).round())
        }
        other => format!("{other:?}"),
    }
}

fn minutes(asked: &[Duration]) -> Vec<u64> {
    asked.iter().map(|at| at.as_secs() / 60).collect()
}

async fn pass(duration: Duration) {
    tokio::time::sleep(duration).await;
}

#[tokio::test(start_paused = true)]
async fn five_hours_take_a_new_token_every_45_minutes() {
    let mut run = Run::start(FakeAzure::start()).await;
    for _ in 0..600 {
        run.keeper.token().await.unwrap();
        assert!(run.keeper.age() <= MINUTE * 45);
        pass(MINUTE / 2).await;
    }
    assert_eq!(minutes(&run.azure.asked()), [0, 45, 90, 135, 180, 225, 270]);
    assert_eq!(run.keeper.refreshes(), 6);
    assert_eq!(run.secret().await, "token-7");
    let mut told = vec!["signed in, next in 45"];
    told.resize(7, "refreshed, next in 45");
    assert_eq!(run.news(), told);
}

#[tokio::test(start_paused = true)]
async fn debugging_shows_the_age_and_no_token() {
    let run = Run::start(FakeAzure::start()).await;
    pass(MINUTE * 50).await;
    assert_eq!(
        format!("{:?}", run.keeper),
        "Keeper { age: 300s, refreshes: 1, .. }"
    );
}

#[tokio::test(start_paused = true)]
async fn short_tokens_are_renewed_at_three_quarters_of_their_life() {
    let azure = FakeAzure::start();
    azure.set_lifetime(600);
    let run = Run::start(azure).await;
    pass(MINUTE * 31).await;
    let asked: Vec<_> = run.azure.asked().iter().map(Duration::as_secs).collect();
    assert_eq!(asked, [0, 450, 900, 1350, 1800]);
}

#[tokio::test(start_paused = true)]
async fn a_hung_exchange_is_cut_off_and_blocks_nobody() {
    let mut run = Run::start(FakeAzure::start()).await;
    run.azure.entra_answers([Answer::Hang, Answer::Hang]);
    pass(MINUTE * 45 + Duration::from_secs(5)).await;
    assert_eq!(run.azure.asked().len(), 2);
    let before = run.azure.elapsed();
    assert_eq!(run.secret().await, "token-1");
    assert_eq!(run.azure.elapsed(), before);
    pass(MINUTE * 3).await;
    let asked: Vec<_> = run.azure.asked().iter().map(Duration::as_secs).collect();
    assert_eq!(asked, [0, 2700, 2731, 2763]);
    assert_eq!(
        run.news(),
        [
            "signed in, next in 45",
            "failed, 30 left",
            "refreshed, next in 45"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn failed_refreshes_are_reported_once_while_the_token_is_valid() {
    let mut run = Run::start(FakeAzure::start()).await;
    run.azure.entra_answers(vec![Answer::aadsts(700213); 1000]);
    pass(MINUTE * 60).await;
    assert_eq!(run.secret().await, "token-1");
    run.azure.recover();
    pass(MINUTE).await;
    assert_eq!(run.keeper.refreshes(), 1);
    assert_eq!(
        run.news(),
        [
            "signed in, next in 45",
            "failed, 30 left",
            "refreshed, next in 45"
        ]
    );
    run.azure.entra_answers([Answer::Drop]);
    pass(MINUTE * 46).await;
    assert_eq!(run.news(), ["failed, 30 left", "refreshed, next in 45"]);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_cannot_be_renewed_ends_in_the_error() {
    let run = Run::start(FakeAzure::start()).await;
    run.azure.entra_answers(vec![Answer::aadsts(700213); 1000]);
    pass(MINUTE * 74).await;
    assert!(run.keeper.token().await.is_ok());
    pass(MINUTE * 2).await;
    let error = run.keeper.token().await.unwrap_err();
    assert!(!error.is_transient());
    assert_snapshot!(error, @r"
    application 5ca082f3-38f2-4bb0-b0a4-c401184ae3a8 has no federated credential for the presented token: add one with exactly these values (in the portal: the application's Certificates & secrets, or the managed identity's Settings, then Federated credentials; a new one takes some minutes to work):
      issuer (iss):   https://token.actions.githubusercontent.com
      subject (sub):  repo:org/repo:ref:refs/heads/main
      audience (aud): api://AzureADTokenExchange
    Entra ID answered: AADSTS700213: It's so. (HTTP 401, trace id tttt, correlation id cccc)
    ");
    run.azure.recover();
    pass(MINUTE).await;
    assert!(run.keeper.token().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_clock_step_past_three_quarters_refreshes_at_the_next_look() {
    let run = Run::start(FakeAzure::start()).await;
    pass(MINUTE).await;
    run.azure.clock().step(SignedDuration::from_mins(30));
    pass(TICK).await;
    assert_eq!(run.keeper.refreshes(), 0);
    run.azure.clock().step(SignedDuration::from_mins(20));
    pass(TICK).await;
    assert_eq!(run.keeper.refreshes(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_clock_set_back_does_not_make_a_token_younger() {
    let run = Run::start(FakeAzure::start()).await;
    run.azure.clock().step(SignedDuration::from_hours(-3));
    pass(MINUTE * 46).await;
    assert_eq!(minutes(&run.azure.asked()), [0, 45]);
}

#[tokio::test(start_paused = true)]
async fn the_first_request_after_a_suspension_gets_a_new_token() {
    let run = Run::start(FakeAzure::start()).await;
    run.azure.clock().step(SignedDuration::from_hours(5));
    assert_eq!(run.secret().await, "token-2");
    pass(TICK * 2).await;
    assert_eq!(run.keeper.refreshes(), 1);
}

#[tokio::test(start_paused = true)]
async fn one_exchange_serves_all_who_ask() {
    let run = Run::start(FakeAzure::start()).await;
    let rejected = run.keeper.token().await.unwrap();
    run.azure.clock().step(SignedDuration::from_hours(5));
    let asked = (0..50).map(async |index| match index % 2 {
        0 => run.keeper.token().await.unwrap(),
        _ => run.keeper.renew(&rejected).await.unwrap().unwrap(),
    });
    for secret in futures::future::join_all(asked).await {
        assert_eq!(secret.secret(), "token-2");
    }
    assert_eq!(run.azure.asked().len(), 2);
    let again = run.keeper.renew(&rejected).await.unwrap().unwrap();
    assert_eq!(again.secret(), "token-2");
    assert_eq!(run.azure.asked().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn one_failure_serves_all_who_ask() {
    let run = Run::start(FakeAzure::start()).await;
    let rejected = run.keeper.token().await.unwrap();
    run.azure.entra_answers([Answer::Hang]);
    let asked = (0..50).map(|_| run.keeper.renew(&rejected));
    for outcome in futures::future::join_all(asked).await {
        assert!(matches!(outcome, Err(SignInError::TimedOut { .. })));
    }
    assert_eq!(run.azure.elapsed(), EXCHANGE_LIMIT);
    assert_eq!(run.azure.asked().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_gives_up_leaves_the_refresh_to_the_next() {
    let run = Run::start(FakeAzure::start()).await;
    let rejected = run.keeper.token().await.unwrap();
    run.azure.entra_answers([Answer::Hang]);
    let given_up = tokio::time::timeout(MINUTE / 60, run.keeper.renew(&rejected)).await;
    assert!(given_up.is_err());
    assert!(run.keeper.renew(&rejected).await.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn refusals_that_last_cost_one_exchange_in_five_minutes() {
    let run = Run::start(FakeAzure::start()).await;
    let mut renewals = 0;
    for _ in 0..365 {
        let refused = run.keeper.token().await.unwrap();
        renewals += u64::from(run.keeper.renew(&refused).await.unwrap().is_some());
        pass(MINUTE).await;
    }
    assert_eq!(renewals, 73);
    assert_eq!(run.azure.asked().len(), 74);
}

#[tokio::test(start_paused = true)]
async fn refusals_cost_few_exchanges_when_those_fail_too() {
    let run = Run::start(FakeAzure::start()).await;
    run.azure.entra_answers(vec![Answer::aadsts(700213); 1000]);
    let refused = run.keeper.token().await.unwrap();
    for _ in 0..300 {
        let _ = run.keeper.renew(&refused).await;
        pass(MINUTE / 30).await;
    }
    assert_eq!(run.azure.asked().len(), 11);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_was_refreshed_in_time_may_be_refused_at_once() {
    let run = Run::start(FakeAzure::start()).await;
    let first = run.keeper.token().await.unwrap();
    pass(MINUTE * 46).await;
    let second = run.keeper.renew(&first).await.unwrap().unwrap();
    assert_eq!(second.secret(), "token-2");
    let third = run.keeper.renew(&second).await.unwrap().unwrap();
    assert_eq!(third.secret(), "token-3");
    assert_eq!(run.keeper.renew(&third).await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn a_cached_token_is_no_refresh_and_is_not_asked_for_too_often() {
    let azure = FakeAzure::start();
    azure.set_lifetime(8 * 60 * 60);
    azure.cache_tokens();
    let mut run = Run::start_as(Method::ManagedIdentity, azure).await;
    pass(MINUTE * 8 * 60 - MINUTE).await;
    assert_eq!(run.keeper.refreshes(), 0);
    assert_eq!(run.news(), ["signed in, next in 45"]);
    assert_eq!(run.secret().await, "token-1");
    assert_eq!(run.keeper.age().as_secs() / 60, 8 * 60 - 1);
    assert!(run.keeper.expires_in() <= MINUTE * 2);
    // At 45 minutes, then after half of the remaining time, but never within two minutes.
    let asked = run.azure.asked();
    let expected = [0, 45, 262, 371, 425, 452, 466, 473, 476, 478];
    assert_eq!(minutes(&asked), expected);
    pass(MINUTE * 3).await;
    assert_eq!(run.news(), ["refreshed, next in 45"]);
    assert!(run.azure.asked().len() <= expected.len() + 2);
}

#[tokio::test(start_paused = true)]
async fn a_cached_token_that_is_refused_has_no_successor() {
    let azure = FakeAzure::start();
    azure.cache_tokens();
    let run = Run::start_as(Method::ManagedIdentity, azure).await;
    let refused = run.keeper.token().await.unwrap();
    assert_eq!(run.keeper.renew(&refused).await.unwrap(), None);
    assert_eq!(run.keeper.renew(&refused).await.unwrap(), None);
    assert_eq!(run.azure.asked().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_stopped_keeper_renews_nothing() {
    let run = Run::start(FakeAzure::start()).await;
    run.stop.cancel();
    pass(MINUTE * 60).await;
    assert_eq!(run.azure.asked().len(), 1);
    assert_eq!(run.secret().await, "token-1");
}

#[tokio::test(start_paused = true)]
async fn shows_no_token() {
    let run = Run::start(FakeAzure::start()).await;
    let token = run.keeper.token().await.unwrap();
    let shown = format!("{:?} {token:?}", run.keeper);
    assert!(!shown.contains("token-1"), "{shown}");
}
