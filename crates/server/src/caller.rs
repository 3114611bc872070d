//! Who asks: the session behind a cookie or a bearer token, and the caller's language.

use crate::problem::{Answer, InLocale, Problem};
use crate::state::State;
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, HOST, HeaderMap, ORIGIN, REFERER};
use actix_web::{FromRequest, HttpRequest, web};
use diagnostic::{Code, Diagnostic, Locale};
use engine::identity::Session;
use engine::{Engine, Identity};
use futures_util::future::LocalBoxFuture;
use std::sync::Arc;
use storage::stages::{Stages, stage};
use storage::{Database, Dialect};
use tokio::runtime::Handle;
use tracing::Instrument;
use uuid::Uuid;

/// Name of the session cookie.
pub const COOKIE: &str = "lifeloom_session";

/// The head that names the user, by id, whose rights an administrator reads with.
const VIEW_AS: &str = "x-view-as";

/// Somebody signed in. A handler that takes one cannot be reached without.
#[derive(Clone)]
pub struct Caller {
    /// The engine.
    pub engine: Engine,
    /// The session.
    pub session: Session,
    /// Language of messages.
    pub locale: Locale,
    /// What handlers share.
    pub state: Option<web::Data<State>>,
}

impl Caller {
    /// Who, with the rights in force.
    pub fn identity(&self) -> &Arc<Identity> {
        &self.session.identity
    }

    /// Lets the engine work for this caller.
    ///
    /// # Errors
    /// What the engine refuses, in the caller's language.
    pub async fn ask<T, F, W>(&self, work: F) -> Answer<T>
    where
        T: Send + 'static,
        F: FnOnce(Engine, Arc<Identity>) -> W,
        W: Future<Output = diagnostic::Result<T>> + Send + 'static,
    {
        let work = work(self.engine.clone(), self.identity().clone());
        near_its_connections(&self.engine, work).await.or_problem(self.locale)
    }

    /// Lets the engine work for this caller where that keeps no other request waiting: a publish computes for long.
    ///
    /// # Errors
    /// What the engine refuses, in the caller's language.
    pub async fn ask_apart<T, F, W>(&self, work: F) -> Answer<T>
    where
        T: Send + 'static,
        F: FnOnce(Engine, Arc<Identity>) -> W,
        W: Future<Output = diagnostic::Result<T>> + Send + 'static,
    {
        let work = work(self.engine.clone(), self.identity().clone());
        on_its_runtime(&self.engine, work).await.or_problem(self.locale)
    }

    /// Sees what another user sees, and changes nothing: administrators find out so what somebody is shown.
    async fn view_as(&mut self, viewed: Viewed) -> Answer<()> {
        self.must_be_admin("view as", "another user")?;
        let user = match viewed {
            Viewed::As(user) => user,
            Viewed::Unreadable => {
                return Err(
                    self.refuse(Diagnostic::new(Code::InvalidParameter).with("name", VIEW_AS).at(VIEW_AS))
                );
            }
            Viewed::Changing => {
                let found = Diagnostic::new(Code::NotPermitted).with("action", "change");
                return Err(self.refuse(found.with("what", "anything while viewing as another user")));
            }
        };
        let seen = self.ask(move |engine, _| async move { engine.identity(user, None).await }).await;
        self.session.identity = seen.map_err(|problem| match problem.diagnostic.code {
            // It is not the caller who is unknown.
            Code::Unauthenticated => self.refuse(Diagnostic::new(Code::NotFound)),
            _ => problem,
        })?;
        Ok(())
    }

    /// A refusal in the caller's language.
    pub fn refuse(&self, found: Diagnostic) -> Problem {
        Problem::new(Box::new(found), self.locale)
    }

    /// Refuses everyone but administrators.
    ///
    /// # Errors
    /// `not_permitted`.
    pub fn must_be_admin(&self, action: &str, what: &str) -> Answer<()> {
        self.told(self.identity().must_administer(action, what))
    }

    /// Puts the caller's language to a refusal.
    ///
    /// # Errors
    /// The same refusal, ready for the wire.
    pub fn told<T>(&self, result: diagnostic::Result<T>) -> Answer<T> {
        result.or_problem(self.locale)
    }
}

/// Runs the engine's work where its connections are: SQLite is called by whoever asks, and so is PostgreSQL, by a task
/// that ends also when whoever asked has gone.
pub async fn near_its_connections<T: Send + 'static>(
    engine: &Engine,
    work: impl Future<Output = diagnostic::Result<T>> + Send + 'static,
) -> diagnostic::Result<T> {
    let database = engine.database();
    match database.dialect() {
        Dialect::Sqlite => work.await,
        Dialect::Postgres => spawned(database, &database.near(), work).await,
    }
}

/// Runs the engine's work on the runtime it was opened on, inside the request: work that keeps a thread busy must
/// not keep one that serves requests.
pub async fn on_its_runtime<T: Send + 'static>(
    engine: &Engine,
    work: impl Future<Output = diagnostic::Result<T>> + Send + 'static,
) -> diagnostic::Result<T> {
    let database = engine.database();
    spawned(database, database.handle(), work).await
}

/// Nobody waits for a database that does not answer; what was begun may still be done, as with an answer that is lost
/// on its way.
async fn spawned<T: Send + 'static>(
    database: &Database,
    on: &Handle,
    work: impl Future<Output = diagnostic::Result<T>> + Send + 'static,
) -> diagnostic::Result<T> {
    let work = Stages::current().scope(work).in_current_span();
    if let Some(silence) = database.silence() {
        return Err(silence);
    }
    tokio::select! {
        biased;
        done = on.spawn(work) => match done {
            Ok(done) => done,
            Err(failed) => Err(storage::error::internal("the work of a request", &failed.to_string())),
        },
        silence = database.silent() => Err(silence),
    }
}

/// The language a request asks for, before it is known who asks.
pub fn language(request: &HttpRequest) -> Locale {
    asked_locale(request.headers()).unwrap_or_default()
}

/// Refuses a request that another site's page sends: nobody is to be signed in by surprise.
///
/// # Errors
/// `cross_site`.
pub fn must_be_same_site(request: &HttpRequest, locale: Locale) -> Answer<()> {
    match is_same_site(request.headers(), public_origin(request)) {
        true => Ok(()),
        false => Err(Problem::new(Box::new(Diagnostic::new(Code::CrossSite)), locale)),
    }
}

fn asked_locale(headers: &HeaderMap) -> Option<Locale> {
    let header = headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?;
    Some(Locale::from_accept_language(header))
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Answer<Caller>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let asked = asked_locale(request.headers());
        let engine = request.app_data::<web::Data<Engine>>().map(|data| data.get_ref().clone());
        let token = token_of(request);
        let state = request.app_data::<web::Data<State>>().cloned();
        let client = state.as_ref().map(|state| state.client(request));
        let viewed = viewed(request);
        Box::pin(async move {
            let early = asked.unwrap_or_default();
            let refuse = |code| Problem::new(Box::new(Diagnostic::new(code)), early);
            let engine = engine.ok_or_else(|| refuse(Code::NotReady))?;
            let session = match token {
                Ok(token) => signed_in(&engine, &token, early).await,
                Err(code) => Err(refuse(code)),
            };
            let session = match session {
                Ok(session) => session,
                Err(problem) => {
                    if let (Some(state), Some(client)) = (&state, &client) {
                        state.request_of_nobody(client, early)?;
                    }
                    return Err(problem);
                }
            };
            let locale = asked.unwrap_or(session.identity.actor.locale);
            if let Some(state) = &state {
                state.request_of(session.identity.actor.id, locale)?;
            }
            let mut caller = Caller { engine, session, locale, state };
            if let Some(viewed) = viewed {
                caller.view_as(viewed).await?;
            }
            Ok(caller)
        })
    }
}

/// What a request asks for that is to be read with another user's rights.
enum Viewed {
    As(Uuid),
    /// The head does not name a user.
    Unreadable,
    /// The request would change something.
    Changing,
}

fn viewed(request: &HttpRequest) -> Option<Viewed> {
    let head = request.headers().get(VIEW_AS)?;
    // Questions with a body change nothing either.
    let reads = is_safe(request.method()) || request.path().starts_with("/api/v1/query/");
    Some(match head.to_str().ok().and_then(|text| text.parse().ok()) {
        None => Viewed::Unreadable,
        Some(_) if !reads => Viewed::Changing,
        Some(user) => Viewed::As(user),
    })
}

/// The session of a token.
///
/// # Errors
/// `unauthenticated`.
pub async fn signed_in(engine: &Engine, token: &str, early: Locale) -> Answer<Session> {
    if let Some(session) = engine.authenticated(token) {
        return Ok(session);
    }
    let (asked_of, token) = (engine.clone(), token.to_owned());
    let work = async move { asked_of.authenticate(&token).await };
    stage("auth", near_its_connections(engine, work)).await.or_problem(early)
}

/// The token of a request. A cookie counts for changes only where the request comes from the product's own
/// pages; a bearer token is never sent by a browser on its own.
///
/// # Errors
/// `unauthenticated`, `cross_site`.
pub fn token_of(request: &HttpRequest) -> Result<String, Code> {
    if let Some(header) = request.headers().get(AUTHORIZATION) {
        let text = header.to_str().map_err(|_| Code::Unauthenticated)?;
        let token = text.strip_prefix("Bearer ").or_else(|| text.strip_prefix("bearer "));
        return token.map(|t| t.trim().to_owned()).ok_or(Code::Unauthenticated);
    }
    let cookie = request.cookie(COOKIE).ok_or(Code::Unauthenticated)?;
    if !is_safe(request.method()) && !is_same_site(request.headers(), public_origin(request)) {
        return Err(Code::CrossSite);
    }
    Ok(cookie.value().to_owned())
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Where people reach the site, as browsers name it: scheme, host and port.
fn public_origin(request: &HttpRequest) -> Option<&str> {
    let address = request.app_data::<web::Data<Engine>>()?.public_address()?;
    let host = address.find("://")? + 3;
    let end = address[host..].find('/').map_or(address.len(), |at| host + at);
    Some(&address[..end])
}

/// Whether a request with a cookie comes from the product's own pages: browsers say so themselves
/// (`Sec-Fetch-Site`), older ones by `Origin` or `Referer`; programs that send none are not driven by a page.
fn is_same_site(headers: &HeaderMap, public: Option<&str>) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    // A header that is there and cannot be read is not a page of ours.
    let page = match (headers.contains_key(ORIGIN), headers.contains_key(REFERER)) {
        (true, _) => text(ORIGIN.as_str()).unwrap_or("null"),
        (false, true) => text(REFERER.as_str()).unwrap_or("null"),
        (false, false) => return true,
    };
    let Some((scheme, rest)) = page.split_once("://") else { return false };
    let authority = rest.split('/').next().unwrap_or_default();
    public.is_some_and(|public| public == format!("{scheme}://{authority}"))
        || text(HOST.as_str()).is_some_and(|host| host == authority)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn only_own_pages_may_change_with_a_cookie() {
        let rows = [
            (vec![], true),
            (vec![("sec-fetch-site", "same-origin")], true),
            (vec![("sec-fetch-site", "cross-site")], false),
            (vec![("sec-fetch-site", "same-site")], false),
            (vec![("origin", "http://crm.local"), ("host", "crm.local")], true),
            (vec![("origin", "http://evil.example"), ("host", "crm.local")], false),
            (vec![("origin", "null"), ("host", "crm.local")], false),
            (vec![("origin", "https://crm.example"), ("host", "inside:8080")], true),
            (vec![("origin", "http://crm.example"), ("host", "inside:8080")], false),
            (vec![("origin", "https://crm.example.evil.example"), ("host", "inside:8080")], false),
            (vec![("referer", "https://crm.example/app?x=1"), ("host", "inside:8080")], true),
            (vec![("referer", "https://evil.example/crm.example"), ("host", "crm.local")], false),
            (vec![("origin", "http://crm.local@evil.example"), ("host", "crm.local")], false),
            (vec![("sec-fetch-site", "cross-site"), ("origin", "https://crm.example")], false),
        ];
        for (headers, expect) in rows {
            let mut request = TestRequest::post();
            for header in &headers {
                request = request.insert_header(*header);
            }
            let found = is_same_site(request.to_http_request().headers(), Some("https://crm.example"));
            assert_eq!(found, expect, "{headers:?}");
        }
    }
}
