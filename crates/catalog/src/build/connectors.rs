//! Connectors: what their operations take, and the expressions that fill their calls.

use super::entry::{Entry, Findings, invalid, not_yet};
use super::parameters::parameter;
use crate::model::catalog::Catalog;
use crate::model::connector::{Ask, Connection, Connector, Filling, HttpAsk, Operation};
use crate::model::object::Parameter;
use crate::scopes::CONNECTOR_FROM;
use definition::FieldType;
use definition::connector::{BodyForm, BodyFrom, HttpConnection, Retry, SEND};
use definition::{Expression, FieldDefinition};
use expression::{Expectation, Expr, Names, Type};
use indexmap::IndexMap;
use serde_json::{Value as Json, json};
use std::sync::Arc;

type Definition = Entry<definition::Connector>;

pub(super) fn build(
    catalog: &mut Catalog,
    entries: &IndexMap<Arc<str>, Definition>,
    findings: &mut Findings<'_>,
) {
    for entry in entries.values() {
        let made = connector(catalog, entry, findings);
        catalog.connectors.insert(entry.name.clone(), Arc::new(made));
    }
}

fn connector(catalog: &Catalog, entry: &Definition, findings: &mut Findings<'_>) -> Connector {
    let written = &entry.definition;
    let (connection, secrets, operations) = match (&written.http, &written.smtp, &written.imap) {
        (Some(http), ..) => {
            let names = http.auth.iter().flat_map(|auth| auth.secrets().map(|(_, name)| name.to_owned()));
            let made = written.operations.iter().map(|(name, written)| {
                let building = Building { catalog, entry, http, name, written };
                (Arc::from(name.as_str()), building.operation(findings))
            });
            let made = made.collect();
            (Connection::Http(Box::new(http.clone())), names.collect::<Vec<_>>(), made)
        }
        (None, None, Some(imap)) => {
            (Connection::Imap(imap.clone()), vec![imap.auth.secret.clone()], IndexMap::new())
        }
        // That one of the three is there was found before.
        (None, smtp, _) => {
            let smtp = smtp.clone().unwrap_or(definition::connector::SmtpConnection {
                url: None,
                from: None,
                auth: None,
            });
            let names = smtp.auth.iter().map(|auth| auth.secret.clone()).collect();
            (Connection::Smtp(smtp), names, [send(entry, findings)].into())
        }
    };
    let mut names: Vec<Arc<str>> = secrets.iter().map(|name| Arc::from(name.as_str())).collect();
    names.sort();
    names.dedup();
    Connector {
        name: entry.name.clone(),
        label: written.label.clone(),
        description: written.description.clone(),
        connection,
        secrets: names,
        operations,
    }
}

/// What a mail server can be asked.
fn send(entry: &Definition, findings: &mut Findings<'_>) -> (Arc<str>, Operation) {
    let fields = json!({
        "to": {"type": "email", "required": true},
        "name": {"type": "text", "max": 300},
        "subject": {"type": "text", "max": 300, "required": true},
        "text": {"type": "long_text", "required": true},
        "html": {"type": "long_text"},
    });
    let fields: IndexMap<String, FieldDefinition> = serde_json::from_value(fields).unwrap_or_default();
    let parameters = fields
        .iter()
        .filter_map(|(name, field)| parameter(name, field, entry, &["smtp"], findings))
        .collect();
    let name: Arc<str> = Arc::from(SEND);
    let operation = Operation {
        name: name.clone(),
        label: None,
        description: None,
        parameters,
        // The same mail has the same `Message-ID`, by which a receiver tells a repetition.
        retry: Retry::Keyed,
        ask: Ask::Mail,
        ok: Vec::new(),
        answer: IndexMap::new(),
    };
    (name, operation)
}

struct Building<'a> {
    catalog: &'a Catalog,
    entry: &'a Definition,
    http: &'a HttpConnection,
    name: &'a str,
    written: &'a definition::connector::Operation,
}

impl Building<'_> {
    fn operation(&self, findings: &mut Findings<'_>) -> Operation {
        let mut parameters = IndexMap::new();
        for (name, field) in &self.written.parameters {
            let path = ["operations", self.name, "parameters", name];
            if let Some((name, made)) = parameter(name, field, self.entry, &path, findings) {
                self.permitted(&made, &path, findings);
                parameters.insert(name, made);
            }
        }
        let names = Names {
            parameters: parameters
                .iter()
                .map(|(name, parameter): (&Arc<str>, &Parameter)| {
                    // A call reads no records: a reference is its id, and leads nowhere.
                    let ty = match parameter.kind.kind().expression_type() {
                        Type::Reference(_) => Type::Reference(None),
                        other => other,
                    };
                    (name.to_string(), ty)
                })
                .collect(),
            clock: CONNECTOR_FROM.clock,
            ..Names::default()
        };
        self.path(&names, findings);
        let written = self.written;
        Operation {
            name: Arc::from(self.name),
            label: written.label.clone(),
            description: written.description.clone(),
            retry: written.retry(),
            ask: Ask::Http(self.ask(&names, findings)),
            ok: written.ok.clone(),
            answer: written
                .answer
                .iter()
                .map(|(name, part)| (Arc::from(name.as_str()), part.clone()))
                .collect(),
            parameters,
        }
    }

    /// A file has bytes, which no call takes.
    fn permitted(&self, parameter: &Parameter, path: &[&str], findings: &mut Findings<'_>) {
        if parameter.kind.kind().file_rule().is_some() || matches!(parameter.kind, FieldType::Address(_)) {
            let what = format!("a parameter of type `{}`", parameter.kind.name());
            findings.push(not_yet(what), &self.entry.origin, path);
        }
    }

    /// What stands in a path is one value.
    fn path(&self, names: &Names, findings: &mut Findings<'_>) {
        for part in self.written.parts().unwrap_or_default() {
            let definition::connector::PathPart::Parameter(name) = part else { continue };
            if let Some(ty) = names.parameters.get(&name).filter(|ty| !is_single(ty)) {
                let found = invalid(format!("`{name}` is {ty}: a path takes single values"));
                findings.push(found, &self.entry.origin, &["operations", self.name, "path"]);
            }
        }
    }

    fn ask(&self, names: &Names, findings: &mut Findings<'_>) -> HttpAsk {
        let written = self.written;
        let fixed =
            |(name, value): (&String, &String)| (name.clone(), Filling::Fixed(Json::from(value.as_str())));
        let mut query: Vec<_> = written.query.iter().map(fixed).collect();
        query.extend(self.singles("query_from", &written.query_from, names, findings));
        // Those of the operation replace those of the connector.
        let own = |name: &str| {
            let mut names = written.headers.keys().chain(written.headers_from.keys());
            names.any(|known| known.eq_ignore_ascii_case(name))
        };
        let mut headers: Vec<_> =
            self.http.headers.iter().filter(|(name, _)| !own(name)).map(fixed).collect();
        headers.extend(written.headers.iter().map(fixed));
        headers.extend(self.singles("headers_from", &written.headers_from, names, findings));
        let from = written.body_from.as_ref();
        let mut path = ["operations", self.name, "body_from"].map(str::to_owned).to_vec();
        let from = from.and_then(|from| self.body(from, names, &mut path, findings));
        HttpAsk {
            method: written.method(),
            path: written.parts().unwrap_or_default(),
            query,
            headers,
            body: merged(written.body.as_ref(), from),
            body_as: written.body_as,
            decimals: self.http.decimals,
        }
    }

    /// Expressions of single values by name.
    fn singles(
        &self,
        key: &str,
        all: &IndexMap<String, Expression>,
        names: &Names,
        findings: &mut Findings<'_>,
    ) -> Vec<(String, Filling)> {
        let mut out = Vec::new();
        for (name, text) in all {
            let path = ["operations", self.name, key, name];
            out.extend(
                self.single(text, names, &path, findings).map(|expr| (name.clone(), Filling::From(expr))),
            );
        }
        out
    }

    fn single(
        &self,
        text: &Expression,
        names: &Names,
        path: &[&str],
        findings: &mut Findings<'_>,
    ) -> Option<Expr> {
        let expr = self.expression(text, names, path, findings)?;
        if is_single(&expr.ty) {
            return Some(expr);
        }
        let found = invalid(format!("the value is {}: a single value is expected", expr.ty));
        findings.push(found, &self.entry.origin, path);
        None
    }

    /// The part of a body at `path`.
    fn body(
        &self,
        from: &BodyFrom,
        names: &Names,
        path: &mut Vec<String>,
        findings: &mut Findings<'_>,
    ) -> Option<Filling> {
        let in_form = self.written.body_as == BodyForm::Form;
        if in_form && path.len() > 3 && !matches!(from, BodyFrom::Value(_)) {
            let at: Vec<&str> = path.iter().map(String::as_str).collect();
            findings.push(invalid("a form takes single values"), &self.entry.origin, &at);
            return None;
        }
        let mut below = |name: String, from: &BodyFrom| {
            path.push(name);
            let filling = self.body(from, names, path, findings);
            path.pop();
            filling
        };
        match from {
            BodyFrom::Map(map) => {
                let parts =
                    map.iter().filter_map(|(name, from)| Some((name.clone(), below(name.clone(), from)?)));
                Some(Filling::Map(parts.collect()))
            }
            BodyFrom::List(list) => {
                let parts = list.iter().enumerate();
                let parts = parts.filter_map(|(place, from)| below(place.to_string(), from));
                Some(Filling::List(parts.collect()))
            }
            BodyFrom::Value(text) => {
                let at: Vec<&str> = path.iter().map(String::as_str).collect();
                let expr = match in_form {
                    true => self.single(text, names, &at, findings),
                    false => self.expression(text, names, &at, findings),
                };
                expr.map(Filling::From)
            }
        }
    }

    fn expression(
        &self,
        text: &Expression,
        names: &Names,
        path: &[&str],
        findings: &mut Findings<'_>,
    ) -> Option<Expr> {
        match expression::compile(text.text(), names, self.catalog, &Expectation::Any) {
            Ok(expr) => Some(expr),
            Err(found) => {
                for finding in found {
                    let source = match &finding.source {
                        Some(inner) if inner.line > 0 => {
                            self.entry.origin.inside(path, inner.line, inner.column)
                        }
                        _ => self.entry.origin.at(path),
                    };
                    findings.found.push(finding.in_source(source));
                }
                None
            }
        }
    }
}

/// A fixed body with what is filled in.
fn merged(fixed: Option<&Json>, from: Option<Filling>) -> Option<Filling> {
    match (fixed, from) {
        (None, from) => from,
        (Some(fixed), None) => Some(Filling::Fixed(fixed.clone())),
        (Some(Json::Object(fixed)), Some(Filling::Map(mut from))) => {
            let mut out = IndexMap::new();
            for (name, value) in fixed {
                let merged = merged(Some(value), from.shift_remove(name));
                out.extend(merged.map(|merged| (name.clone(), merged)));
            }
            out.extend(from);
            Some(Filling::Map(out))
        }
        // That both say the same was found before.
        (Some(_), from) => from,
    }
}

fn is_single(ty: &Type) -> bool {
    !matches!(ty, Type::List(_) | Type::Children(_) | Type::Address | Type::Json)
}
