//! `connector`: another system, and what can be asked of it. What it costs to be let in (passwords, tokens, keys) is
//! named here and set at the site: a definition holds no secret.

use crate::field::FieldDefinition;
use crate::shape::Expression;
use diagnostic::Text;
use expression::Type;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// The operation of a connector to a mail server.
pub const SEND: &str = "send";
/// The header of the instant that a signed call was made at.
pub const TIMESTAMP_HEADER: &str = "X-Lifeloom-Timestamp";
/// The header of the signature of a signed call.
pub const SIGNATURE_HEADER: &str = "X-Lifeloom-Signature";
/// The longest time to wait for an answer, in seconds.
pub const LONGEST_TIMEOUT: i64 = 120;

/// Another system, and what can be asked of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Connector {
    /// The connector's name.
    pub name: String,
    /// The name people read.
    pub label: Option<Text>,
    /// What it is for.
    pub description: Option<Text>,
    /// A system that speaks HTTP.
    pub http: Option<HttpConnection>,
    /// A mail server: its one operation is `send`.
    pub smtp: Option<SmtpConnection>,
    /// A mailbox whose mails set off automations.
    pub imap: Option<ImapConnection>,
    /// What can be asked of a system that speaks HTTP.
    #[serde(default)]
    pub operations: IndexMap<String, Operation>,
}

/// How a system is reached over HTTP.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct HttpConnection {
    /// What all addresses begin with, such as `https://erp.example.com/api`. A site may say another one; absent means that
    /// it has to.
    pub url: Option<String>,
    /// How the site shows who it is; absent means not at all.
    pub auth: Option<Auth>,
    /// Headers of every call.
    pub headers: IndexMap<String, String>,
    /// How long an answer may take, such as `20s`: 30 seconds where nothing is said, two minutes at most.
    pub timeout: Option<String>,
    /// How decimals stand in a JSON body.
    pub decimals: Decimals,
}

/// How decimals stand in a JSON body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decimals {
    /// As text: `"1234.50"`.
    #[default]
    Text,
    /// As numbers: `1234.5`. One with more than 15 digits is refused, because not every reader keeps it exact.
    Number,
}

/// How the site shows who it is: one or several ways. Each names a secret, whose value is set at the site.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Auth {
    /// A user and a password.
    pub basic: Option<BasicAuth>,
    /// A token in the header `Authorization`.
    pub bearer: Option<BearerAuth>,
    /// A secret in a header of its own.
    pub header: Option<NamedAuth>,
    /// A secret in a parameter of the address.
    pub query: Option<NamedAuth>,
    /// A signature over the time and the body.
    pub hmac: Option<HmacAuth>,
}

/// A user and a password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BasicAuth {
    /// The user. A site may say another one.
    pub user: String,
    /// The name of the secret that is the password.
    pub secret: String,
}

/// A token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BearerAuth {
    /// The name of the secret that is the token.
    pub secret: String,
}

/// A secret under a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NamedAuth {
    /// The name of the header or parameter.
    pub name: String,
    /// The name of the secret.
    pub secret: String,
}

/// A signature: the HMAC-SHA256 of the seconds since 1970, a point, and the body, as `v1=` and hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HmacAuth {
    /// The name of the secret that is the key.
    pub secret: String,
    /// The header of the time; absent means `X-Lifeloom-Timestamp`.
    pub timestamp: Option<String>,
    /// The header of the signature; absent means `X-Lifeloom-Signature`.
    pub signature: Option<String>,
}

/// How a mail server is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SmtpConnection {
    /// The server: `smtps://mail.example.com`, `starttls://…` or, in the clear, `smtp://…`. A site may say another one;
    /// absent means that it has to.
    pub url: Option<String>,
    /// Whom mails come from: `Desk <desk@example.com>`. A site may say another one.
    pub from: Option<String>,
    /// The account; absent means none.
    pub auth: Option<BasicAuth>,
}

/// How a mailbox is reached, and what is taken from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ImapConnection {
    /// The server: `imaps://mail.example.com`, `starttls://…` or, in the clear, `imap://…`. A site may say another one;
    /// absent means that it has to.
    pub url: Option<String>,
    /// The account.
    pub auth: BasicAuth,
    /// The folder; absent means `INBOX`.
    pub folder: Option<String>,
    /// The folder into which mails are moved once they are taken; absent means that they stay, marked as read.
    pub move_to: Option<String>,
    /// How often it is looked into, such as `5m`: every minute where nothing is said.
    pub every: Option<String>,
    /// The largest mail that is taken, in megabytes; absent means 30.
    #[schemars(range(min = 1, max = 100))]
    pub largest: Option<u32>,
    /// How many mails of one sender are taken in an hour; absent means 60.
    #[schemars(range(min = 1, max = 10000))]
    pub most_per_hour: Option<u32>,
}

impl ImapConnection {
    /// How often it is looked into.
    pub fn pause(&self) -> std::time::Duration {
        let written = self.every.as_deref().and_then(|text| calendar::Duration::parse(text).ok());
        let seconds = written.and_then(|length| u64::try_from(length.seconds()).ok());
        std::time::Duration::from_secs(seconds.unwrap_or(60))
    }

    /// The largest mail that is taken, in bytes.
    pub fn most_bytes(&self) -> usize {
        self.largest.unwrap_or(30) as usize * 1_000_000
    }
}

/// Something that can be asked of another system.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Operation {
    /// The name people read.
    pub label: Option<Text>,
    /// What it does.
    pub description: Option<Text>,
    /// The method; absent means `POST` where there is a body, else `GET`.
    pub method: Option<Method>,
    /// What follows the address of the connector: `/quotes/{number}`, with parameters in braces.
    pub path: String,
    /// What it takes, as fields.
    pub parameters: IndexMap<String, FieldDefinition>,
    /// Parameters of the address.
    pub query: IndexMap<String, String>,
    /// Parameters of the address from the parameters; one without a value is left out.
    pub query_from: IndexMap<String, Expression>,
    /// Headers beside those of the connector.
    pub headers: IndexMap<String, String>,
    /// Headers from the parameters; one without a value is left out.
    pub headers_from: IndexMap<String, Expression>,
    /// The fixed part of the body.
    pub body: Option<Json>,
    /// The body from the parameters: an expression, or a map or list of such, put into `body`.
    pub body_from: Option<BodyFrom>,
    /// How the body is written.
    pub body_as: BodyForm,
    /// What is taken from the answer.
    pub answer: IndexMap<String, AnswerPart>,
    /// The statuses that mean it was done; absent means 200 to 299.
    pub ok: Vec<u16>,
    /// Whether it may be asked again; absent means `safe` for `GET` and `HEAD`, else `keyed`.
    pub retry: Option<Retry>,
}

/// A method of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Reads.
    Get,
    /// Reads the head only.
    Head,
    /// Makes something, or does something.
    Post,
    /// Puts something in its place.
    Put,
    /// Changes a part.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// As it stands in a request.
    pub fn name(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Head => "HEAD",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }

    /// Whether it only reads.
    pub fn reads(self) -> bool {
        matches!(self, Method::Get | Method::Head)
    }
}

/// A body, or a part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum BodyFrom {
    /// The value of an expression over the parameters.
    Value(Expression),
    /// A map of such.
    Map(IndexMap<String, BodyFrom>),
    /// A list of such.
    List(Vec<BodyFrom>),
}

/// How a body is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BodyForm {
    /// As JSON.
    #[default]
    Json,
    /// As a form: `a=1&b=2`.
    Form,
}

/// Whether something may be asked again when it is not known to have been done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Retry {
    /// At will: asking twice does what asking once does.
    Safe,
    /// With the same `Idempotency-Key`, by which the other system recognises it.
    Keyed,
    /// Never: where it is not known whether it was done, a person says so.
    Never,
}

impl Retry {
    /// The word in definitions.
    pub fn name(self) -> &'static str {
        match self {
            Retry::Safe => "safe",
            Retry::Keyed => "keyed",
            Retry::Never => "never",
        }
    }
}

/// Something that is taken from an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AnswerPart {
    /// What it is.
    pub r#type: AnswerType,
    /// Where it stands in the answer's JSON: `/data/id`, or nothing for the whole; absent means `/` and its name.
    pub path: Option<String>,
    /// An answer without it means that it was not done as it should be.
    #[serde(default)]
    pub required: bool,
    /// The name people read.
    pub label: Option<Text>,
}

/// What a part of an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnswerType {
    /// Text; a number is taken as its digits.
    Text,
    /// A whole number, also one written as text.
    Integer,
    /// An exact number, also one written as text.
    Decimal,
    /// True or false.
    Boolean,
    /// A day such as `2026-03-02`.
    Date,
    /// An instant such as `2026-03-02T09:00:00Z`.
    Datetime,
    /// Whatever stands there.
    Json,
}

impl AnswerType {
    /// The word in definitions.
    pub fn name(self) -> &'static str {
        match self {
            AnswerType::Text => "text",
            AnswerType::Integer => "integer",
            AnswerType::Decimal => "decimal",
            AnswerType::Boolean => "boolean",
            AnswerType::Date => "date",
            AnswerType::Datetime => "datetime",
            AnswerType::Json => "json",
        }
    }

    /// The type in expressions.
    pub fn expression_type(self) -> Type {
        match self {
            AnswerType::Text => Type::Text,
            AnswerType::Integer => Type::Integer,
            AnswerType::Decimal => Type::Decimal { scale: 10 },
            AnswerType::Boolean => Type::Boolean,
            AnswerType::Date => Type::Date,
            AnswerType::Datetime => Type::DateTime,
            AnswerType::Json => Type::Json,
        }
    }
}

impl Auth {
    /// The secrets that are named, with the way that names each.
    pub fn secrets(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("basic", self.basic.as_ref().map(|auth| &auth.secret)),
            ("bearer", self.bearer.as_ref().map(|auth| &auth.secret)),
            ("header", self.header.as_ref().map(|auth| &auth.secret)),
            ("query", self.query.as_ref().map(|auth| &auth.secret)),
            ("hmac", self.hmac.as_ref().map(|auth| &auth.secret)),
        ]
        .into_iter()
        .filter_map(|(way, secret)| Some((way, secret?.as_str())))
    }
}

impl HmacAuth {
    /// The header of the time.
    pub fn timestamp(&self) -> &str {
        self.timestamp.as_deref().unwrap_or(TIMESTAMP_HEADER)
    }

    /// The header of the signature.
    pub fn signature(&self) -> &str {
        self.signature.as_deref().unwrap_or(SIGNATURE_HEADER)
    }
}

/// A piece of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathPart {
    /// As it stands.
    Text(String),
    /// The value of a parameter.
    Parameter(String),
}

impl Operation {
    /// The method, also where none is said.
    pub fn method(&self) -> Method {
        let usual = if self.body.is_some() || self.body_from.is_some() { Method::Post } else { Method::Get };
        self.method.unwrap_or(usual)
    }

    /// Whether it may be asked again, also where nothing is said.
    pub fn retry(&self) -> Retry {
        self.retry.unwrap_or(if self.method().reads() { Retry::Safe } else { Retry::Keyed })
    }

    /// The pieces of the path; `None` where its braces do not match.
    pub fn parts(&self) -> Option<Vec<PathPart>> {
        let (mut parts, mut rest) = (Vec::new(), self.path.as_str());
        while let Some((text, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}')?;
            parts.push(PathPart::Text(text.to_owned()));
            parts.push(PathPart::Parameter(name.to_owned()));
            rest = after;
        }
        parts.push(PathPart::Text(rest.to_owned()));
        let odd = |part: &PathPart| match part {
            PathPart::Text(text) => text.contains(['{', '}']),
            PathPart::Parameter(name) => name.contains('{'),
        };
        parts.retain(|part| *part != PathPart::Text(String::new()));
        (!parts.iter().any(odd)).then_some(parts)
    }
}

/// Whether a text may be the value of a header: it ends no line.
pub fn is_header_value(text: &str) -> bool {
    text.chars().all(|c| c == '\t' || (c.is_ascii() && !c.is_ascii_control()))
}

/// Whether a text may be the name of a header.
pub fn is_header_name(text: &str) -> bool {
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    !text.is_empty() && text.len() <= 100 && text.bytes().all(token)
}

/// Why an address is none that calls can begin with; the words that follow "the address".
pub fn wrong_base(url: &str) -> Option<[&'static str; 3]> {
    let lower = url.to_ascii_lowercase();
    let Some(rest) = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://")) else {
        return Some([
            "must begin with https:// or http://",
            "须以 https:// 或 http:// 开头",
            "須以 https:// 或 http:// 開頭",
        ]);
    };
    let host = rest.split('/').next().unwrap_or_default();
    if host.is_empty() || host.starts_with(':') {
        return Some(["must name a host", "须包含主机名", "須包含主機名稱"]);
    }
    if host.contains('@') {
        return Some([
            "must hold no user or password: those are set at the site",
            "不得包含用户名或密码，它们在站点中设置",
            "不得包含使用者或密碼，它們在站台中設定",
        ]);
    }
    if url.contains(['?', '#']) {
        return Some([
            "must end with its path: parameters belong to `query`",
            "只能包含路径，参数写在 `query` 中",
            "只能包含路徑，參數寫在 `query` 中",
        ]);
    }
    if url
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || matches!(c, '\\' | '<' | '>' | '"' | '{' | '}'))
    {
        return Some([
            "must hold no spaces, braces or backslashes",
            "不得包含空格、花括号或反斜杠",
            "不得包含空格、大括號或反斜線",
        ]);
    }
    None
}
