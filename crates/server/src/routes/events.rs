//! News as it happens, over a connection that stays open (server-sent events, HTML standard, section 9.2). An event
//! names what is to be asked for again and says nothing of what is in it: rights are looked at when it is asked for.

use crate::caller::{self, Caller};
use crate::input;
use crate::problem::Answer;
use crate::state::State;
use actix_web::http::Method;
use actix_web::http::header::{CACHE_CONTROL, ContentEncoding};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use diagnostic::{Code, Diagnostic, Locale};
use engine::Engine;
use futures_util::stream::unfold;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::time::Duration;
use storage::news::Topic;
use tokio::sync::{broadcast, watch};
use tokio::time::{Interval, interval};

/// A line now and then keeps the connection through whatever is in between, and finds out that it has gone.
const ALIVE: Duration = Duration::from_secs(15);
/// What comes first: how long a browser waits before it connects again, in milliseconds.
const FIRST: &str = "retry: 3000\n\n";

/// `GET /events`
pub async fn listen(state: web::Data<State>, caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let mut answer = HttpResponse::Ok();
    answer.content_type("text/event-stream").insert_header((CACHE_CONTROL, "no-store"));
    // Neither packed nor gathered on the way: each event is of use at once.
    answer.insert_header(ContentEncoding::Identity).insert_header(("x-accel-buffering", "no"));
    if request.method() == Method::HEAD {
        return Ok(answer.finish());
    }
    let heard = caller.engine.database().listen(caller.identity().actor.id);
    let heard = heard.ok_or_else(|| {
        caller.refuse(Diagnostic::new(Code::TooManyRequests).with("seconds", ALIVE.as_secs()))
    })?;
    let line = Line {
        token: caller::token_of(&request).unwrap_or_default(),
        locale: caller.locale,
        engine: caller.engine,
        heard,
        alive: interval(ALIVE),
        stopping: state.stopping.clone(),
    };
    let pieces = unfold((line, Some(FIRST.to_owned())), |(mut line, first)| async move {
        let said = match first {
            Some(first) => first,
            None => line.next().await?,
        };
        Some((Ok::<_, Infallible>(Bytes::from(said)), (line, None)))
    });
    Ok(answer.streaming(pieces))
}

/// One who listens.
struct Line {
    engine: Engine,
    token: String,
    locale: Locale,
    heard: broadcast::Receiver<Topic>,
    alive: Interval,
    stopping: watch::Receiver<bool>,
}

impl Line {
    /// What is said next; `None` at the end: the session is over, or the server stops.
    async fn next(&mut self) -> Option<String> {
        let topics = tokio::select! {
            heard = self.heard.recv() => match heard {
                Ok(topic) => vec![topic],
                Err(broadcast::error::RecvError::Lagged(_)) => Topic::ALL.to_vec(),
                Err(broadcast::error::RecvError::Closed) => return None,
            },
            _ = self.alive.tick() => Vec::new(),
            _ = self.stopping.wait_for(|stopping| *stopping) => return None,
        };
        if (topics.is_empty() || topics.contains(&Topic::Rights)) && !self.is_signed_in().await {
            return None;
        }
        let mut said = if topics.is_empty() { ":\n\n".to_owned() } else { String::new() };
        for topic in topics {
            // Writing to a string cannot fail.
            let _ = write!(said, "event: {}\ndata: {{}}\n\n", topic.name());
        }
        Some(said)
    }

    /// A database that is silent for a while ends no session.
    async fn is_signed_in(&self) -> bool {
        let session = caller::signed_in(&self.engine, &self.token, self.locale).await;
        !session.is_err_and(|problem| problem.diagnostic.code == Code::Unauthenticated)
    }
}
