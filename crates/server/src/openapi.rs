//! OpenAPI 3.1 of the site's own objects, as far as the asker may use them.
//!
//! Read in this order: [`answers`] (what is the same everywhere), [`schemas`] (records), [`paths`] (addresses of
//! objects), [`files`], [`decisions`], [`fixed`] (addresses that every site has), then [`document`].

pub mod answers;

mod schemas;

mod fixed;

mod paths;

mod files;

mod decisions;

use catalog::Catalog;
use diagnostic::{Locale, Text};
use plan::Actor;
use plan::known::Known;
use serde_json::{Map, Value as Json, json};

/// The whole description.
pub fn document(catalog: &Catalog, actor: &Actor, locale: Locale) -> Json {
    let known = Known { catalog, actor };
    let mut all = fixed::paths();
    files::fixed(&mut all);
    let mut components = answers::schemas().clone();
    let mut tags = Vec::new();
    for object in catalog.objects.values() {
        let Some(grant) = actor.grant(&object.name) else { continue };
        if grant.read.is_none() && !grant.create {
            continue;
        }
        tags.push(json!({
            "name": object.name,
            "description": Text::or_name(object.label.as_ref(), locale, &object.name),
        }));
        schemas::of_object(&known, object, grant, locale, &mut components);
        paths::of_object(object, grant, &known, &mut all);
        files::of_object(object, grant, &mut all);
    }
    decisions::of_all(&known, locale, &mut all);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Lifeloom",
            "version": catalog.hash.get(..12).unwrap_or("empty"),
            "description": "Records, approvals and definitions of this site, as far as you may use them.",
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"cookie": []}],
        "tags": tags,
        "paths": all,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": crate::caller::COOKIE},
            },
            "responses": {
                "Problem": {
                    "description": "What is wrong, in the caller's language (RFC 9457).",
                    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
                },
            },
        },
    })
}

/// One operation.
struct Operation {
    id: String,
    summary: String,
    tag: String,
    parameters: Vec<Json>,
    body: Option<Json>,
    answers: Map<String, Json>,
}

impl Operation {
    fn new(id: impl Into<String>, tag: &str, summary: impl Into<String>) -> Operation {
        let (id, summary) = (id.into(), summary.into());
        Operation {
            id,
            summary,
            tag: tag.to_owned(),
            parameters: Vec::new(),
            body: None,
            answers: Map::new(),
        }
    }

    fn takes(mut self, parameters: &[Json]) -> Operation {
        self.parameters.extend_from_slice(parameters);
        self
    }

    fn body(mut self, schema: Json) -> Operation {
        self.body = Some(schema);
        self
    }

    fn answers(mut self, status: u16, description: &str, schema: Option<Json>) -> Operation {
        let mut answer = json!({"description": description});
        if let Some(schema) = schema {
            answer["content"] = json!({"application/json": {"schema": schema}});
        }
        self.answers.insert(status.to_string(), answer);
        self
    }

    fn json(mut self) -> Json {
        self.answers.insert("default".to_owned(), json!({"$ref": "#/components/responses/Problem"}));
        let mut operation = json!({"operationId": self.id, "summary": self.summary, "tags": [self.tag]});
        if !self.parameters.is_empty() {
            operation["parameters"] = Json::Array(self.parameters);
        }
        if let Some(schema) = self.body {
            operation["requestBody"] =
                json!({"required": true, "content": {"application/json": {"schema": schema}}});
        }
        operation["responses"] = Json::Object(self.answers);
        operation
    }
}

fn reference(schema: &str) -> Json {
    json!({"$ref": format!("#/components/schemas/{schema}")})
}

fn in_path(name: &str, schema: Json) -> Json {
    json!({"name": name, "in": "path", "required": true, "schema": schema})
}

fn in_query(name: &str, description: &str, schema: Json) -> Json {
    json!({"name": name, "in": "query", "description": description, "schema": schema})
}

fn in_header(name: &str, description: &str) -> Json {
    json!({"name": name, "in": "header", "description": description, "schema": {"type": "string"}})
}
