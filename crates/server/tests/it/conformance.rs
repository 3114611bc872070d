//! What the server answers is what its description says: every answer of every test is held against it.

use crate::client::Answer;
use diagnostic::Locale;
use engine::Engine;
use jsonschema::Validator;
use serde_json::{Value as Json, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// The description of a site as one publish has it.
pub struct Description {
    number: u64,
    document: Json,
    /// Compiled when they are needed, by their place in the document.
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Description {
    /// What an administrator is told.
    pub fn of(engine: &Engine) -> Description {
        let published = engine.published();
        let document = server::openapi::document(&published.catalog, &engine.system().actor, Locale::En);
        Description { number: published.number, document, validators: Mutex::default() }
    }

    /// Whether nothing was published since.
    pub fn is_of(&self, engine: &Engine) -> bool {
        engine.published().number == self.number
    }

    /// Refuses an answer that the description does not allow.
    pub fn allows(&self, method: &str, path: &str, answer: &Answer) {
        let method = if method == "HEAD" { "get".to_owned() } else { method.to_lowercase() };
        let path = path.split('?').next().unwrap_or_default();
        let Some(operation) = self.template(path, &method) else { return };
        let responses = &self.document["paths"][operation][&method]["responses"];
        let status = answer.status.to_string();
        let (status, media) = match answer.status {
            400.. => ("default", "application/problem+json"),
            _ => (status.as_str(), "application/json"),
        };
        let response = &responses[status];
        assert!(response.is_object(), "{method} {operation}: {status} is not described: {}", answer.text());
        let is_json = answer.header("content-type") == Some(media);
        let is_packed = answer.header("content-encoding").is_some();
        if !is_json || is_packed || answer.body.is_empty() {
            return;
        }
        let place = match status {
            "default" => "/components/schemas/Problem".to_owned(),
            _ => {
                let content = &response["content"][media]["schema"];
                assert!(content.is_object(), "{method} {operation}: {status} has no body: {}", answer.text());
                let escaped = operation.replace('~', "~0").replace('/', "~1");
                let media = media.replace('/', "~1");
                format!("/paths/{escaped}/{method}/responses/{status}/content/{media}/schema")
            }
        };
        let body = answer.json();
        let found: Vec<String> = self
            .validator(&place)
            .iter_errors(&body)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(found.is_empty(), "{method} {operation}: {status}: {found:#?}\n{body:#}");
    }

    /// The address of the description that a path means: the one with the fewest places to fill.
    fn template(&self, path: &str, method: &str) -> Option<&str> {
        let parts: Vec<&str> = path.split('/').collect();
        let is_place = |part: &&str| part.starts_with('{');
        let fits = |template: &str| {
            let known: Vec<&str> = template.split('/').collect();
            let same = |(known, part): (&&str, &&str)| is_place(known) && !part.is_empty() || known == part;
            (known.len() == parts.len() && known.iter().zip(&parts).all(same))
                .then(|| known.iter().filter(|part| is_place(part)).count())
        };
        let paths = self.document["paths"].as_object().unwrap();
        let fitting = paths.iter().filter(|(_, methods)| methods.get(method).is_some());
        let fitting = fitting.filter_map(|(template, _)| Some((fits(template)?, template.as_str())));
        fitting.min().map(|(_, template)| template)
    }

    fn validator(&self, place: &str) -> Arc<Validator> {
        let mut known = self.validators.lock().unwrap();
        let compile = || {
            let mut schema = json!({"components": self.document["components"]});
            schema["$ref"] = match place.strip_prefix("/components") {
                Some(_) => json!(format!("#{place}")),
                None => {
                    schema["answer"] = self.document.pointer(place).unwrap().clone();
                    json!("#/answer")
                }
            };
            let options = jsonschema::draft202012::options().should_validate_formats(true);
            Arc::new(options.build(&schema).unwrap_or_else(|error| panic!("{place}: {error}")))
        };
        known.entry(place.to_owned()).or_insert_with(compile).clone()
    }
}
