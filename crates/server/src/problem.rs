//! Refusals on the wire: RFC 9457 problem documents in the caller's language.

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use diagnostic::{Class, Code, Diagnostic, Locale};
use serde_json::{Value as Json, json};
use std::fmt;

/// A diagnostic on its way to a caller.
#[derive(Debug)]
pub struct Problem {
    /// What is wrong.
    pub diagnostic: Box<Diagnostic>,
    /// The caller's language.
    pub locale: Locale,
}

/// What handlers answer.
pub type Answer<T = HttpResponse> = Result<T, Problem>;

impl Problem {
    /// In this language.
    pub fn new(diagnostic: Box<Diagnostic>, locale: Locale) -> Problem {
        Problem { diagnostic, locale }
    }

    /// The document.
    pub fn body(&self, trace: &str) -> Json {
        let found = &self.diagnostic;
        let status = status(found.class());
        let mut body = json!({
            "type": format!("/docs/errors#{}", found.code),
            "title": title(found.code.message(self.locale)),
            "status": status.as_u16(),
            "code": found.code.name(),
            "detail": found.render(self.locale),
            "trace_id": trace,
        });
        if let Some(hint) = &found.hint {
            body["hint"] = Json::String(hint.render(self.locale));
        }
        for (name, what) in &found.told {
            body[*name] = what.clone();
        }
        let errors: Vec<Json> = match found.details.is_empty() {
            true if found.path.is_some() || found.source.is_some() => vec![self.entry(found)],
            true => Vec::new(),
            false => found.details.iter().map(|detail| self.entry(detail)).collect(),
        };
        if !errors.is_empty() {
            body["errors"] = Json::Array(errors);
        }
        body
    }

    fn entry(&self, found: &Diagnostic) -> Json {
        let mut entry = json!({
            "path": found.path.as_deref().unwrap_or_default(),
            "code": found.code.name(),
            "message": found.render(self.locale),
        });
        if let Some(hint) = &found.hint {
            entry["hint"] = Json::String(hint.render(self.locale));
        }
        if let Some(source) = &found.source {
            entry["source"] = json!({"file": source.file, "line": source.line, "column": source.column});
        }
        entry
    }
}

/// The kind of problem in words that are the same for each of its kind: the message without its particulars.
fn title(message: &str) -> String {
    let mut title = String::with_capacity(message.len());
    let mut inside = false;
    for letter in message.chars() {
        match letter {
            '{' => {
                inside = true;
                title.push('…');
            }
            '}' => inside = false,
            '`' => {}
            letter if !inside => title.push(letter),
            _ => {}
        }
    }
    title
}

/// The status of each class of refusal.
pub fn status(class: Class) -> StatusCode {
    match class {
        Class::Check | Class::Rule => StatusCode::UNPROCESSABLE_ENTITY,
        Class::Malformed => StatusCode::BAD_REQUEST,
        Class::Unauthenticated => StatusCode::UNAUTHORIZED,
        Class::Forbidden => StatusCode::FORBIDDEN,
        Class::NotFound => StatusCode::NOT_FOUND,
        Class::Method => StatusCode::METHOD_NOT_ALLOWED,
        Class::Conflict => StatusCode::CONFLICT,
        Class::Stale => StatusCode::PRECONDITION_FAILED,
        Class::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Class::TooSlow => StatusCode::REQUEST_TIMEOUT,
        Class::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Class::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
        Class::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Class::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        Class::Gateway => StatusCode::BAD_GATEWAY,
        Class::Unavailable | Class::Environment => StatusCode::SERVICE_UNAVAILABLE,
        Class::NoSpace => StatusCode::INSUFFICIENT_STORAGE,
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.diagnostic.fmt(f)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        status(self.diagnostic.class())
    }

    fn error_response(&self) -> HttpResponse {
        let trace = crate::trace::current_id();
        let mut answer = HttpResponse::build(self.status_code());
        answer.insert_header((CONTENT_TYPE, "application/problem+json"));
        let argument = |name: &str| {
            let found = self.diagnostic.arguments.iter().find(|(key, _)| *key == name);
            found.and_then(|(_, value)| HeaderValue::from_str(value).ok())
        };
        match self.diagnostic.code {
            Code::TooManyRequests | Code::TooSoon => {
                let seconds = argument("seconds").unwrap_or(HeaderValue::from_static("60"));
                answer.insert_header((RETRY_AFTER, seconds));
            }
            Code::MethodNotAllowed => {
                if let Some(allowed) = argument("allow") {
                    answer.insert_header((ALLOW, allowed));
                }
            }
            // The database comes back without anybody's doing here: repeating is what helps.
            _ if self.status_code() == StatusCode::SERVICE_UNAVAILABLE => {
                answer.insert_header((RETRY_AFTER, "1"));
            }
            _ => {}
        }
        answer.body(self.body(&trace).to_string())
    }
}

/// Puts the caller's language to whatever the engine refused.
pub trait InLocale<T> {
    /// In this language.
    ///
    /// # Errors
    /// The same refusal, ready for the wire.
    fn or_problem(self, locale: Locale) -> Answer<T>;
}

impl<T> InLocale<T> for diagnostic::Result<T> {
    fn or_problem(self, locale: Locale) -> Answer<T> {
        self.map_err(|diagnostic| Problem::new(diagnostic, locale))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_names_every_field() {
        let found = Diagnostic::gather(vec![
            Diagnostic::new(Code::Required).with("field", "name").at("name"),
            Diagnostic::new(Code::TooSmall).with("field", "qty").with("min", 1).at("lines[2].qty"),
        ]);
        let problem = Problem::new(Box::new(found.unwrap()), Locale::ZhCn);
        let body = problem.body("t1");
        assert_eq!(body["status"], 422);
        assert_eq!(body["errors"][1]["path"], "lines[2].qty");
        assert_eq!(body["errors"][1]["message"], "`qty` 不得小于 1");
        assert_eq!(body["trace_id"], "t1");
    }
}
