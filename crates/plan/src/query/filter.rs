//! Filters → one checked condition: the expression, the tree of a body, `field[op]=value`, words of a search.

use super::request::Request;
use crate::known::Known;
use crate::walk;
use crate::wording::{Words, invalid_parameter, reasoned, too_complex};
use catalog::{Field, Object, scopes};
use diagnostic::{Code, Diagnostic, Result, did_you_mean};
use expression::{CompareOperator, Expectation, Expr, Function, Kind, Path, Type, Value};
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// The most parts of a filter, and the most values of one list in it.
const MAX_PARTS: usize = 500;
const MAX_LIST: usize = 500;
const MAX_TREE_DEPTH: usize = 16;

/// The comparisons of the shorthand and of trees.
const OPERATORS: [&str; 11] =
    ["eq", "ne", "gt", "gte", "lt", "lte", "in", "contains", "starts_with", "is_empty", "within"];

/// Everything the request says about which rows, besides a view.
pub fn conditions(known: &Known<'_>, object: &Arc<Object>, request: &Request) -> Result<Option<Expr>> {
    let mut all = Vec::new();
    match &request.filter {
        Some(Json::String(text)) => all.push(compile(known, object, text)?),
        Some(tree) => all.push(Tree { known, object }.node(tree, 0)?),
        None => {}
    }
    for (name, value) in &request.shorthand {
        all.push(shorthand(known, object, name, value)?);
    }
    let Some(filter) = walk::all(all) else { return Ok(None) };
    check(known, &filter)?;
    Ok(Some(filter))
}

/// A filter as text, of names that the actor may know only.
pub fn compile(known: &Known<'_>, object: &Arc<Object>, text: &str) -> Result<Expr> {
    let names = scopes::VIEW_WHERE.names(&object.name, None);
    expression::compile(text, &names, known, &Expectation::Condition).map_err(|found| {
        let found: Vec<Diagnostic> = found.into_iter().map(in_filter).collect();
        // `compile` never fails without a finding.
        Box::new(Diagnostic::gather(found).unwrap_or_else(|| Diagnostic::new(Code::InvalidFilter)))
    })
}

/// A finding of the expression language as a finding about a request.
fn in_filter(found: Diagnostic) -> Diagnostic {
    let place = found.source.as_ref().map(|source| format!("filter:{}:{}", source.line, source.column));
    let mut turned = match found.code {
        Code::ExpressionName => {
            let name = found.arguments.iter().find(|(key, _)| *key == "name").map(|(_, name)| name.clone());
            Diagnostic::new(Code::UnknownField).with("name", name.unwrap_or_default())
        }
        Code::NumberOutOfRange => Diagnostic::new(Code::NumberOutOfRange),
        _ => {
            let mut turned = Diagnostic::new(Code::InvalidFilter);
            turned.arguments = found.arguments.clone();
            if !turned.arguments.iter().any(|(key, _)| *key == "reason") {
                turned = turned.with("reason", found.render(diagnostic::Locale::En));
            }
            turned.message = found.message.clone();
            turned
        }
    };
    turned.hint = found.hint;
    turned.at(place.unwrap_or_else(|| "filter".to_owned()))
}

/// What SQL or secrecy does not allow, and bounds on the size.
pub fn check(known: &Known<'_>, filter: &Expr) -> Result<()> {
    let (parts, longest) = walk::size(filter);
    if parts > MAX_PARTS || longest > MAX_LIST {
        return Err(Box::new(
            too_complex(["the filter is too large", "筛选条件过大", "篩選條件過大"]).at("filter"),
        ));
    }
    if let Some((field, _)) = catalog::encrypted::misuse(filter, &known.catalog.objects) {
        let words: Words = [
            "`{field}` is encrypted and can only be compared as a whole",
            "`{field}` 已加密，仅可整体比较",
            "`{field}` 已加密，僅可整體比較",
        ];
        return Err(Box::new(reasoned(Code::InvalidFilter, words).with("field", &field.name).at("filter")));
    }
    Ok(())
}

/// The field a path ends in.
pub fn ends_in<'a>(known: &Known<'a>, path: &Path) -> Option<&'a Field> {
    let last = path.steps.last()?;
    known.catalog.objects.get(&last.object)?.field(&last.field)
}

/// `field=value`, `field[op]=value`
fn shorthand(known: &Known<'_>, object: &Arc<Object>, name: &str, value: &str) -> Result<Expr> {
    let (field, operator) = match name.split_once('[') {
        None => (name, "eq"),
        Some((field, rest)) => match rest.strip_suffix(']') {
            Some(operator) => (field, operator),
            None => return Err(unknown_parameter(known, object, name)),
        },
    };
    let Ok((path, found)) = known.path(object, field) else {
        return Err(unknown_parameter(known, object, field));
    };
    let read = |text: &str| -> Result<Value> {
        found.kind.kind().parse_text(text).map_err(|problem| Box::new(problem.with("field", field).at(name)))
    };
    let operand = match operator {
        "in" => Operand::Many(value.split(',').map(read).collect::<Result<_>>()?),
        "is_empty" => Operand::Flag(flag(name, value)?),
        "contains" | "starts_with" if is_text(&found.ty) => Operand::One(Value::from(value)),
        "contains" => Operand::One(item(found, &read(value)?)),
        _ => Operand::One(read(value)?),
    };
    comparison(name, found, path, operator, operand)
}

/// A parameter that is neither one of the list nor a field.
fn unknown_parameter(known: &Known<'_>, object: &Arc<Object>, name: &str) -> Box<Diagnostic> {
    let fields: Vec<&str> = known.fields(object).map(|field| &*field.name).collect();
    let candidates = super::request::PARAMETERS.iter().copied().chain(fields);
    let found = Diagnostic::new(Code::UnknownParameter).with("name", name);
    Box::new(found.with_hint(did_you_mean(name, candidates)).at(name))
}

fn is_text(ty: &Type) -> bool {
    matches!(ty, Type::Text | Type::Select(_))
}

/// The single entry of a list that was parsed from one value; any other value as it is.
fn item(field: &Field, value: &Value) -> Value {
    match (&field.ty, value) {
        (Type::List(_), Value::List(all)) if all.len() == 1 => all[0].clone(),
        _ => value.clone(),
    }
}

fn flag(name: &str, value: &str) -> Result<bool> {
    match value {
        "" | "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Box::new(invalid_parameter(
            name,
            ["true or false is expected", "应为 true 或 false", "應為 true 或 false"],
        ))),
    }
}

enum Operand {
    One(Value),
    Many(Vec<Value>),
    Flag(bool),
}

/// `path <operator> operand`
fn comparison(at: &str, field: &Field, path: Path, operator: &str, operand: Operand) -> Result<Expr> {
    let left = walk::expr(Kind::Path(path), field.ty.clone());
    let call = |function, arguments| walk::expr(Kind::Call(function, arguments), Type::Boolean);
    let refuse = || {
        let words: Words = [
            "`{operator}` cannot be used on this field",
            "此字段不支持 `{operator}`",
            "此欄位不支援 `{operator}`",
        ];
        Box::new(invalid_parameter(at, words).with("operator", operator))
    };
    let structured = matches!(field.ty, Type::Json | Type::Address | Type::Children(_));
    let listed = matches!(field.ty, Type::List(_));
    let compared = |operator| match operand {
        Operand::One(ref value) if !value.is_null() => {
            let right = walk::literal(value.clone(), field.ty.clone());
            Ok(walk::compare(operator, left.clone(), right))
        }
        _ => Err(Box::new(empty_operand(at))),
    };
    match (operator, &operand) {
        ("is_empty", Operand::Flag(wanted)) if !matches!(field.ty, Type::Children(_)) => {
            let empty = call(Function::IsEmpty, vec![left]);
            Ok(if *wanted { empty } else { walk::expr(Kind::Not(Box::new(empty)), Type::Boolean) })
        }
        ("contains", Operand::One(value)) if is_text(&field.ty) => {
            Ok(call(Function::Contains, vec![left, walk::literal(value.clone(), Type::Text)]))
        }
        ("contains", Operand::One(value)) if listed => {
            let Type::List(inner) = &field.ty else { return Err(refuse()) };
            Ok(call(Function::Contains, vec![left, walk::literal(value.clone(), (**inner).clone())]))
        }
        ("starts_with", Operand::One(value)) if is_text(&field.ty) => {
            Ok(call(Function::StartsWith, vec![left, walk::literal(value.clone(), Type::Text)]))
        }
        _ if structured || listed => Err(refuse()),
        ("eq", _) => compared(CompareOperator::Equal),
        ("ne", _) => compared(CompareOperator::NotEqual),
        ("in", Operand::Many(values)) => {
            if values.is_empty() || values.iter().any(Value::is_null) {
                return Err(Box::new(empty_operand(at)));
            }
            let all = values.iter().map(|value| walk::literal(value.clone(), field.ty.clone())).collect();
            Ok(walk::expr(Kind::In(Box::new(left), all), Type::Boolean))
        }
        ("within", Operand::One(value)) if is_tree_node(&field.ty) && !value.is_null() => {
            Ok(call(Function::Within, vec![left, walk::literal(value.clone(), field.ty.clone())]))
        }
        ("gt" | "gte" | "lt" | "lte", Operand::One(_)) if ordered(&field.ty) => compared(match operator {
            "gt" => CompareOperator::Greater,
            "gte" => CompareOperator::GreaterOrEqual,
            "lt" => CompareOperator::Less,
            _ => CompareOperator::LessOrEqual,
        }),
        (known, _) if OPERATORS.contains(&known) => Err(refuse()),
        (unknown, _) => {
            let words: Words =
                ["unknown operator `{operator}`", "未知的运算符 `{operator}`", "未知的運算子 `{operator}`"];
            let found = invalid_parameter(at, words).with("operator", unknown);
            Err(Box::new(found.with_hint(did_you_mean(unknown, OPERATORS))))
        }
    }
}

fn empty_operand(at: &str) -> Diagnostic {
    invalid_parameter(
        at,
        [
            "a value is expected; ask for absent ones by `is_empty`",
            "缺少值；查询空值请用 `is_empty`",
            "缺少值；查詢空值請用 `is_empty`",
        ],
    )
}

fn is_tree_node(ty: &Type) -> bool {
    matches!(ty, Type::Reference(Some(_)))
}

fn ordered(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Integer
            | Type::Decimal { .. }
            | Type::Text
            | Type::Date
            | Type::DateTime
            | Type::Time
            | Type::Duration
    )
}

/// The filter of a body as a tree: `{"and": […]}`, `{"or": […]}`, `{"not": …}`,
/// `{"field": "amount", "op": "gt", "value": 1000}`, `{"expression": "…"}`.
struct Tree<'t, 'a> {
    known: &'t Known<'a>,
    object: &'t Arc<Object>,
}

impl Tree<'_, '_> {
    fn node(&self, tree: &Json, depth: usize) -> Result<Expr> {
        let malformed = || {
            let words: Words = [
                "a tree has `and`, `or`, `not`, `expression`, or `field`, `op` and `value`",
                "条件树应含 `and`、`or`、`not`、`expression`，或 `field`、`op`、`value`",
                "條件樹應含 `and`、`or`、`not`、`expression`，或 `field`、`op`、`value`",
            ];
            Box::new(reasoned(Code::InvalidFilter, words).at("filter"))
        };
        if depth > MAX_TREE_DEPTH {
            return Err(Box::new(
                too_complex(["the filter is too deep", "筛选条件嵌套过深", "篩選條件巢狀過深"]).at("filter"),
            ));
        }
        let Json::Object(parts) = tree else { return Err(malformed()) };
        if parts.contains_key("field") {
            return self.leaf(parts, malformed);
        }
        let mut entries = parts.iter();
        let (Some((key, value)), None) = (entries.next(), entries.next()) else { return Err(malformed()) };
        let all = |value: &Json| -> Result<Vec<Expr>> {
            let list = value.as_array().filter(|list| !list.is_empty()).ok_or_else(malformed)?;
            list.iter().map(|part| self.node(part, depth + 1)).collect()
        };
        match (key.as_str(), value) {
            ("and", list) => walk::all(all(list)?).ok_or_else(malformed),
            ("or", list) => walk::any(all(list)?).ok_or_else(malformed),
            ("not", inner) => {
                Ok(walk::expr(Kind::Not(Box::new(self.node(inner, depth + 1)?)), Type::Boolean))
            }
            ("expression", Json::String(text)) => compile(self.known, self.object, text),
            _ => Err(malformed()),
        }
    }

    fn leaf(&self, parts: &Map<String, Json>, malformed: impl Fn() -> Box<Diagnostic>) -> Result<Expr> {
        if !parts.keys().all(|key| matches!(key.as_str(), "field" | "op" | "value")) {
            return Err(malformed());
        }
        let name = parts.get("field").and_then(Json::as_str).ok_or_else(&malformed)?;
        let operator = match parts.get("op") {
            None => "eq",
            Some(operator) => operator.as_str().ok_or_else(&malformed)?,
        };
        let value = parts.get("value").unwrap_or(&Json::Null);
        let (path, field) =
            self.known.path(self.object, name).map_err(|found| Box::new(found.at("filter")))?;
        let read = |value: &Json| -> Result<Value> {
            let parsed = match (&field.ty, operator) {
                (Type::List(_), "contains") => field.kind.kind().parse(&Json::Array(vec![value.clone()])),
                _ => field.kind.kind().parse(value),
            };
            parsed.map_err(|problem| Box::new(problem.with("field", name).at("filter")))
        };
        let operand = match (operator, value) {
            ("in", Json::Array(all)) => Operand::Many(all.iter().map(read).collect::<Result<_>>()?),
            ("in", _) => return Err(malformed()),
            ("is_empty", Json::Null) => Operand::Flag(true),
            ("is_empty", Json::Bool(wanted)) => Operand::Flag(*wanted),
            ("is_empty", _) => return Err(malformed()),
            ("contains" | "starts_with", Json::String(text)) if is_text(&field.ty) => {
                Operand::One(Value::from(text.as_str()))
            }
            ("contains", value) => Operand::One(item(field, &read(value)?)),
            (_, value) => Operand::One(read(value)?),
        };
        comparison("filter", field, path, operator, operand)
    }
}
