//! Intervals, time-outs and what happens on them.

use std::time::Duration;

use super::{Parser, duration};
use crate::inputs::{IfActive, OnStop, Timing};

impl Parser<'_> {
    pub(super) fn timing(&mut self) -> Option<Timing> {
        let raw = self.raw;
        let poll_interval = self.duration("poll-interval", &raw.poll_interval);
        let heartbeat_interval = self.duration("heartbeat-interval", &raw.heartbeat_interval);
        let timeout = self.duration("timeout", &raw.timeout);
        let token_refresh_interval =
            self.duration("token-refresh-interval", &raw.token_refresh_interval);
        Some(Timing {
            poll_interval: poll_interval?,
            heartbeat_interval: heartbeat_interval?,
            timeout: timeout?,
            token_refresh_interval: token_refresh_interval?,
        })
    }

    pub(super) fn on_stop(&mut self, input: &'static str, value: &str) -> Option<OnStop> {
        let choices = [("leave", OnStop::Leave), ("cancel", OnStop::Cancel)];
        self.choice(input, value, &choices)
    }

    pub(super) fn if_active(&mut self) -> Option<IfActive> {
        let choices = [
            ("auto", IfActive::Auto),
            ("wait", IfActive::Wait),
            ("fail", IfActive::Fail),
        ];
        self.choice("if-active", &self.raw.if_active, &choices)
    }

    fn duration(&mut self, input: &'static str, value: &str) -> Option<Duration> {
        match duration::parse(value) {
            Ok(duration) => Some(duration),
            Err(message) => {
                let quoted = self.quote(value);
                self.problems.add(input, format!("{quoted} {message}"));
                None
            }
        }
    }
}
