//! What an operator watches.

use crate::caller;
use crate::problem::{Answer, InLocale, Problem};
use crate::state::State;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, web};
use diagnostic::{Code, Diagnostic};

/// The form of the answer.
const FORM: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// `GET /metrics`, for this machine and for who has the token. Nobody else learns that it is there.
pub async fn scrape(state: web::Data<State>, request: HttpRequest) -> Answer {
    let (metrics, locale) = (&state.metrics, caller::language(&request));
    if !metrics.permits(&request) {
        return Err(Problem::new(Box::new(Diagnostic::new(Code::UnknownRoute)), locale));
    }
    if metrics.is_stale() {
        let engine = state.engine.clone();
        let asked = async move { engine.figures().await };
        match caller::near_its_connections(&state.engine, asked).await {
            Ok(figures) => metrics.put(&figures),
            // What the process itself knows is told all the same.
            Err(found) => tracing::debug!(%found, "the database was not asked for metrics"),
        }
    }
    let told = metrics.told(&state.engine.database().load(), state.engine.script_runs());
    let text = told.map_err(|error| storage::error::internal("writing metrics", &error.to_string()));
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, FORM)).body(text.or_problem(locale)?))
}
