//! Other systems, and what can be asked of them.

use crate::model::object::Parameter;
use definition::connector::{
    AnswerPart, BodyForm, Decimals, HttpConnection, ImapConnection, Method, PathPart, Retry, SmtpConnection,
};
use diagnostic::Text;
use expression::Expr;
use indexmap::IndexMap;
use serde_json::Value as Json;
use std::sync::Arc;

/// Another system.
#[derive(Clone, Debug, PartialEq)]
pub struct Connector {
    /// Its full name.
    pub name: Arc<str>,
    /// What administrators see.
    pub label: Option<Text>,
    /// What it is for.
    pub description: Option<Text>,
    /// How it is reached.
    pub connection: Connection,
    /// The secrets that calls need, by name.
    pub secrets: Vec<Arc<str>>,
    /// What can be asked of it.
    pub operations: IndexMap<Arc<str>, Operation>,
}

/// How a system is reached.
#[derive(Clone, Debug, PartialEq)]
pub enum Connection {
    /// Over HTTP.
    Http(Box<HttpConnection>),
    /// By SMTP.
    Smtp(SmtpConnection),
    /// By IMAP: a mailbox that is read.
    Imap(ImapConnection),
}

/// Something that can be asked of another system.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// Its name within the connector.
    pub name: Arc<str>,
    /// What administrators see.
    pub label: Option<Text>,
    /// What it does.
    pub description: Option<Text>,
    /// What it takes.
    pub parameters: IndexMap<Arc<str>, Parameter>,
    /// Whether it may be asked again.
    pub retry: Retry,
    /// How it is asked.
    pub ask: Ask,
    /// Statuses that mean it was done; none for 200 to 299.
    pub ok: Vec<u16>,
    /// What is taken from the answer.
    pub answer: IndexMap<Arc<str>, AnswerPart>,
}

/// How something is asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// By a call.
    Http(HttpAsk),
    /// By a mail, made of the parameters `to`, `name`, `subject`, `text` and `html`.
    Mail,
}

/// A call that is filled with the values of parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpAsk {
    /// The method.
    pub method: Method,
    /// What follows the address of the connector.
    pub path: Vec<PathPart>,
    /// Parameters of the address.
    pub query: Vec<(String, Filling)>,
    /// Headers, those of the connection first.
    pub headers: Vec<(String, Filling)>,
    /// The body.
    pub body: Option<Filling>,
    /// How it is written.
    pub body_as: BodyForm,
    /// How decimals stand in it.
    pub decimals: Decimals,
}

/// A value, or a structure of values.
#[derive(Clone, Debug, PartialEq)]
pub enum Filling {
    /// As it was written.
    Fixed(Json),
    /// The value of an expression over the parameters.
    From(Expr),
    /// A map of such.
    Map(IndexMap<String, Filling>),
    /// A list of such.
    List(Vec<Filling>),
}

impl Operation {
    /// Whether a status means that it was done.
    pub fn is_ok(&self, status: u16) -> bool {
        match self.ok.as_slice() {
            [] => (200..=299).contains(&status),
            known => known.contains(&status),
        }
    }
}
