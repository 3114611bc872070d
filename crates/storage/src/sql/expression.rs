//! A typed expression as SQL. Logic is Kleene's, as SQL's own is; a comparison with null is null.

use crate::dialect::Dialect;
use crate::sql::children::Over;
use crate::sql::column;
use crate::sql::fragment::{Form, Fragment};
use crate::sql::scope::{Context, Renderer, Scope};
use catalog::{Catalog, Stored};
use definition::ColumnType;
use diagnostic::Result;
use expression::{
    ArithmeticOperator, CompareOperator, Expr, Function, Kind, Path, Position, Root, Type, Value,
};
use plan::read::Bindings;
use rust_decimal::Decimal;
use std::collections::HashMap;
use std::sync::Arc;

/// Whether a condition or value over rows of `object` can be computed by both databases. `Row` is such a row.
/// The finding carries the position.
pub fn supports(expr: &Expr, catalog: &Catalog, object: &str) -> Result<()> {
    let user = HashMap::new();
    let bindings =
        Bindings { now: chrono::DateTime::UNIX_EPOCH, time_zone: Arc::from("UTC"), user: Arc::new(user) };
    let guards = HashMap::new();
    let context = Context { catalog, bindings: &bindings, guards: &guards, secret: None };
    for dialect in [Dialect::Sqlite, Dialect::Postgres] {
        let mut renderer = Renderer::new(context, dialect);
        let object = renderer.object(object, expr.at)?;
        renderer.expression(&mut Scope::of_row("t", &object), expr)?;
    }
    Ok(())
}

impl<'a> Renderer<'a> {
    /// A condition; null counts as false where the statement asks for it, in WHERE, ON and CASE.
    pub fn condition(&mut self, scope: &mut Scope<'a>, expr: &Expr) -> Result<String> {
        Ok(self.expression(scope, expr)?.sql)
    }

    /// A value or condition. Constants of numbers have no text yet; see [`Renderer::value`].
    pub fn expression(&mut self, scope: &mut Scope<'a>, expr: &Expr) -> Result<Fragment> {
        let at = expr.at;
        match &expr.kind {
            Kind::Literal(value) => self.literal(value, &expr.ty, at),
            Kind::Path(path) => self.path(scope, path, &expr.ty, at),
            Kind::Parameter(name) => Err(self.refused(&format!("the parameter `{name}`"), at)),
            Kind::Today => self.today(at),
            Kind::Now => {
                let now = self.now();
                Ok(Fragment::new(self.binder.bind(now), Form::DateTime))
            }
            Kind::Not(inner) => Ok(Fragment::boolean(format!("(NOT {})", self.condition(scope, inner)?))),
            Kind::And(parts) => self.joined(scope, parts, " AND "),
            Kind::Or(parts) => self.joined(scope, parts, " OR "),
            Kind::Compare(operator, left, right) => self.compare(scope, *operator, left, right),
            Kind::Arithmetic(operator, left, right) => self.operation(scope, *operator, left, right, at),
            Kind::Negate(inner) => {
                let inner = self.expression(scope, inner)?;
                Ok(self.negated(&inner))
            }
            Kind::In(item, entries) => self.member(scope, item, entries),
            Kind::If(condition, yes, no) => self.choice(scope, condition, yes, no),
            Kind::Switch { subject, arms, default } => {
                self.switch(scope, subject, arms, default.as_deref(), at)
            }
            Kind::Coalesce(parts) => {
                let parts = self.all(scope, parts)?;
                let (texts, form) = self.uniform(parts);
                Ok(Fragment::new(format!("coalesce({})", texts.join(", ")), form))
            }
            Kind::Call(function, arguments) => self.call(scope, *function, arguments, at),
            Kind::Children { path, aggregate, body, outer } => {
                let over = Over { aggregate: *aggregate, body: body.as_deref(), outer: *outer };
                self.over_children(scope, path, &over, at)
            }
            Kind::Part(whole, part) => {
                let whole = self.expression(scope, whole)?;
                Ok(self.part(&whole, part))
            }
        }
    }

    /// A value with its text.
    pub fn value(&mut self, scope: &mut Scope<'a>, expr: &Expr) -> Result<Fragment> {
        let value = self.expression(scope, expr)?;
        Ok(self.settled(value))
    }

    /// Gives a constant its text.
    pub fn settled(&mut self, value: Fragment) -> Fragment {
        let sql = self.text_of(&value);
        match value.form {
            Form::Number(mut number) => {
                number.constant = None;
                Fragment::new(sql, Form::Number(number))
            }
            form => Fragment::new(sql, form),
        }
    }

    fn text_of(&mut self, value: &Fragment) -> String {
        match value.form {
            Form::Number(_) => self.number_text(value),
            _ => value.sql.clone(),
        }
    }

    fn all(&mut self, scope: &mut Scope<'a>, parts: &[Expr]) -> Result<Vec<Fragment>> {
        parts.iter().map(|part| self.expression(scope, part)).collect()
    }

    fn joined(&mut self, scope: &mut Scope<'a>, parts: &[Expr], word: &str) -> Result<Fragment> {
        let parts: Vec<String> =
            parts.iter().map(|part| self.condition(scope, part)).collect::<Result<_>>()?;
        Ok(Fragment::boolean(format!("({})", parts.join(word))))
    }

    /// Null of a type: PostgreSQL wants to know which.
    pub fn null(&self, ty: &Type) -> Fragment {
        let (word, form) = match ty {
            Type::Null => return Fragment::new("NULL", Form::Null),
            Type::Boolean => ("boolean", Form::Boolean),
            Type::Integer | Type::Duration => {
                return Fragment::stored_number(self.typed_null("bigint"), 0, true);
            }
            Type::Decimal { .. } => return Fragment::stored_number(self.typed_null("numeric"), 0, false),
            Type::Text | Type::Select(_) => ("text", Form::Text),
            Type::Date => ("date", Form::Date),
            Type::DateTime => ("timestamptz", Form::DateTime),
            Type::Time => ("time", Form::Time),
            Type::Reference(_) => ("uuid", Form::Id),
            Type::List(_) => ("jsonb", Form::List),
            Type::Children(_) | Type::Address | Type::Json => ("jsonb", Form::Json),
        };
        Fragment::new(self.typed_null(word), form)
    }

    fn typed_null(&self, word: &str) -> String {
        match self.dialect() {
            Dialect::Sqlite => "NULL".to_owned(),
            Dialect::Postgres => format!("CAST(NULL AS {word})"),
        }
    }

    /// A constant, bound.
    pub fn literal(&mut self, value: &Value, ty: &Type, at: Position) -> Result<Fragment> {
        let column = match value {
            Value::Null => return Ok(self.null(ty)),
            Value::Boolean(flag) => return Ok(Fragment::boolean(if *flag { "TRUE" } else { "FALSE" })),
            Value::Integer(n) | Value::Duration(n) => return Ok(Fragment::constant(Decimal::from(*n))),
            Value::Decimal(d) => return Ok(Fragment::constant(*d)),
            Value::Text(_) => (ColumnType::Text, Form::Text),
            Value::Date(_) => (ColumnType::Date, Form::Date),
            Value::DateTime(_) => (ColumnType::DateTime, Form::DateTime),
            Value::Time(_) => (ColumnType::Time, Form::Time),
            Value::Reference(_) => (ColumnType::Uuid, Form::Id),
            Value::Link { object, .. } => {
                let id = column::bound(value, ColumnType::Link, self.dialect())?;
                let id = self.binder.bind(id);
                let object = self.binder.bind(object.as_ref());
                return Ok(Fragment::new(id, Form::Link(object)));
            }
            Value::List(_) => (ColumnType::Json, Form::List),
            Value::Json(_) => return Err(self.refused("a structure", at)),
        };
        let bound = column::bound(value, column.0, self.dialect())?;
        Ok(Fragment::new(self.binder.bind(bound), column.1))
    }

    fn compare(
        &mut self,
        scope: &mut Scope<'a>,
        operator: CompareOperator,
        left: &Expr,
        right: &Expr,
    ) -> Result<Fragment> {
        let (a, b) = (self.expression(scope, left)?, self.expression(scope, right)?);
        if matches!(a.form, Form::Cipher(_)) || matches!(b.form, Form::Cipher(_)) {
            return self.compare_encrypted(operator, (&a, left), (&b, right));
        }
        let equality = matches!(operator, CompareOperator::Equal | CompareOperator::NotEqual);
        let mut sides = self.aligned(vec![a, b]);
        let (Some(b), Some(a)) = (sides.pop(), sides.pop()) else {
            return Ok(Fragment::boolean("NULL"));
        };
        let sign = match operator {
            CompareOperator::Equal => "=",
            CompareOperator::NotEqual => "<>",
            CompareOperator::Less => "<",
            CompareOperator::LessOrEqual => "<=",
            CompareOperator::Greater => ">",
            CompareOperator::GreaterOrEqual => ">=",
        };
        let collation = match (self.dialect(), &a.form, equality) {
            (Dialect::Postgres, Form::Text, false) => " COLLATE \"C\"",
            _ => "",
        };
        Ok(Fragment::boolean(format!("({} {sign} {}{collation})", a.sql, b.sql)))
    }

    /// Encrypted fields can be compared only for equality, with a constant, through their keyed hash.
    fn compare_encrypted(
        &mut self,
        operator: CompareOperator,
        (a, left): (&Fragment, &Expr),
        (b, right): (&Fragment, &Expr),
    ) -> Result<Fragment> {
        let (column, other, at) = match (&a.form, &b.form) {
            (Form::Cipher(Some(column)), _) => (column, right, left.at),
            (_, Form::Cipher(Some(column))) => (column, left, right.at),
            _ => return Err(self.refused("a comparison of an encrypted field", left.at)),
        };
        let sign = match operator {
            CompareOperator::Equal => "=",
            CompareOperator::NotEqual => "<>",
            _ => return Err(self.refused("an order of encrypted values", at)),
        };
        let bound = self.hashed(other, at)?;
        Ok(Fragment::boolean(format!("({column} {sign} {bound})")))
    }

    /// The keyed hash of a constant.
    fn hashed(&mut self, constant: &Expr, at: Position) -> Result<String> {
        let Kind::Literal(Value::Text(text)) = &constant.kind else {
            return Err(self.refused("a comparison of an encrypted field with no constant", at));
        };
        // Without a key nothing was ever stored; the shape of the statement is all that is asked for.
        let hash = self.context.secret.map(|secret| secret.hash(text)).unwrap_or_default();
        Ok(self.binder.bind(hash))
    }

    fn operation(
        &mut self,
        scope: &mut Scope<'a>,
        operator: ArithmeticOperator,
        left: &Expr,
        right: &Expr,
        at: Position,
    ) -> Result<Fragment> {
        let (a, b) = (self.expression(scope, left)?, self.expression(scope, right)?);
        let back = operator == ArithmeticOperator::Subtract;
        Ok(match (&left.ty, &right.ty) {
            (a_ty, _) if a_ty.is_text() => Fragment::new(format!("({} || {})", a.sql, b.sql), Form::Text),
            (Type::Date, Type::Date) => self.days_between(&b.sql, &a.sql),
            (Type::Date, _) => {
                let n = self.integer_text(&b, at)?;
                let n = if back { format!("-({n})") } else { n };
                self.later(false, &a, &n, at)?
            }
            (Type::DateTime, Type::DateTime) => self.seconds_between(&a.sql, &b.sql),
            (Type::DateTime, _) => {
                let n = self.integer_text(&b, at)?;
                self.shifted_instant(&a.sql, &n, back)
            }
            _ => self.arithmetic(operator, &a, &b),
        })
    }

    fn member(&mut self, scope: &mut Scope<'a>, item: &Expr, entries: &[Expr]) -> Result<Fragment> {
        let first = self.expression(scope, item)?;
        if let Form::Cipher(Some(column)) = &first.form {
            let hashes =
                entries.iter().map(|entry| self.hashed(entry, item.at)).collect::<Result<Vec<_>>>()?;
            return Ok(match hashes.is_empty() {
                true => Fragment::boolean("FALSE"),
                false => Fragment::boolean(format!("({column} IN ({}))", hashes.join(", "))),
            });
        }
        let mut parts = vec![first];
        parts.extend(self.all(scope, entries)?);
        self.member_of(parts)
    }

    /// `first in [rest…]`
    fn member_of(&mut self, parts: Vec<Fragment>) -> Result<Fragment> {
        let (mut texts, _) = self.uniform(parts);
        let item = texts.remove(0);
        if texts.is_empty() {
            return Ok(Fragment::boolean("FALSE"));
        }
        Ok(Fragment::boolean(format!("({item} IN ({}))", texts.join(", "))))
    }

    /// The texts of values that stand side by side, and the form they share.
    fn uniform(&mut self, parts: Vec<Fragment>) -> (Vec<String>, Form) {
        let parts = self.aligned(parts);
        let mut form = Form::Null;
        for part in &parts {
            form = match (form, &part.form) {
                (Form::Null, other) => other.clone(),
                (Form::Number(mut a), Form::Number(b)) => {
                    a.scale = a.scale.max(b.scale);
                    a.bound = a.bound.max(b.bound);
                    a.whole &= b.whole;
                    a.constant = None;
                    Form::Number(a)
                }
                (known, _) => known,
            };
        }
        if let Form::Number(number) = &mut form {
            number.constant = None;
        }
        let texts = parts.iter().map(|part| self.text_of(part)).collect();
        (texts, form)
    }

    fn choice(&mut self, scope: &mut Scope<'a>, condition: &Expr, yes: &Expr, no: &Expr) -> Result<Fragment> {
        let condition = self.condition(scope, condition)?;
        let branches = vec![self.expression(scope, yes)?, self.expression(scope, no)?];
        let (texts, form) = self.uniform(branches);
        let sql = format!("CASE WHEN {condition} THEN {} ELSE {} END", texts[0], texts[1]);
        Ok(bracketed(Fragment::new(sql, form)))
    }

    fn switch(
        &mut self,
        scope: &mut Scope<'a>,
        subject: &Expr,
        arms: &[(Vec<Value>, Expr)],
        default: Option<&Expr>,
        at: Position,
    ) -> Result<Fragment> {
        let value = self.expression(scope, subject)?;
        let mut conditions = Vec::with_capacity(arms.len());
        let mut results = Vec::with_capacity(arms.len() + 1);
        for (literals, result) in arms {
            let mut parts = vec![value.clone()];
            for literal in literals {
                parts.push(self.literal(literal, &subject.ty, at)?);
            }
            conditions.push(self.member_of(parts)?.sql);
            results.push(self.expression(scope, result)?);
        }
        results.push(match default {
            Some(default) => self.expression(scope, default)?,
            None => Fragment::new("NULL", Form::Null),
        });
        let (texts, form) = self.uniform(results);
        let mut sql = String::from("CASE");
        for (condition, text) in conditions.iter().zip(&texts) {
            sql.push_str(&format!(" WHEN {condition} THEN {text}"));
        }
        if let Some(last) = texts.get(conditions.len()) {
            sql.push_str(&format!(" ELSE {last}"));
        }
        sql.push_str(" END");
        if conditions.is_empty() {
            sql = texts.into_iter().next_back().unwrap_or_default();
        }
        Ok(bracketed(Fragment::new(sql, form)))
    }

    /// A part of an address.
    fn part(&mut self, whole: &Fragment, part: &str) -> Fragment {
        let sql = match self.dialect() {
            Dialect::Sqlite => {
                let path = self.binder.bind(format!("$.{part}"));
                format!("json_extract({}, {path})", whole.sql)
            }
            Dialect::Postgres => {
                let key = self.binder.bind(part);
                format!("({} ->> {key})", whole.sql)
            }
        };
        Fragment::new(sql, Form::Text)
    }

    fn call(
        &mut self,
        scope: &mut Scope<'a>,
        function: Function,
        arguments: &[Expr],
        at: Position,
    ) -> Result<Fragment> {
        use Function as F;
        let Some(first) = arguments.first() else {
            return Err(self.refused("a function of nothing", at));
        };
        match function {
            F::Within => {
                let second = arguments.get(1).ok_or_else(|| self.refused("within()", at))?;
                return self.within(scope, first, second, at);
            }
            F::Contains | F::Len | F::IsEmpty if matches!(first.ty, Type::List(_)) => {
                return self.list_function(scope, function, arguments, at);
            }
            F::Min | F::Max => {
                let parts = self.all(scope, arguments)?;
                return Ok(self.extreme_of(function == F::Max, parts));
            }
            _ => {}
        }
        let parts = self.all(scope, arguments)?;
        let value = &parts[0];
        let texts: Vec<String> = parts.iter().map(|part| part.sql.clone()).collect();
        match function {
            F::IsEmpty => Ok(self.is_empty(value)),
            F::Contains | F::StartsWith | F::EndsWith | F::Lower | F::Upper | F::Trim | F::Len => {
                Ok(self.text_function(function, &texts))
            }
            F::Round => {
                let places = match arguments.get(1).map(|places| &places.kind) {
                    Some(Kind::Literal(Value::Integer(n))) => u8::try_from(*n).unwrap_or(10),
                    _ => 0,
                };
                Ok(self.rounded(value, places))
            }
            F::Floor | F::Ceil => Ok(self.whole(value, function == F::Ceil)),
            F::Abs => {
                let value = self.settled(value.clone());
                Ok(Fragment::new(format!("abs({})", value.sql), value.form))
            }
            F::Text => self.as_text(value, at),
            _ => self.day_function(function, arguments, &parts, at),
        }
    }

    fn day_function(
        &mut self,
        function: Function,
        arguments: &[Expr],
        parts: &[Fragment],
        at: Position,
    ) -> Result<Fragment> {
        use Function as F;
        let value = &parts[0];
        match function {
            F::DaysBetween => {
                let (from, to) = (self.day_of(value, at)?, self.day_of(&parts[1], at)?);
                Ok(self.days_between(&from, &to))
            }
            F::AddDays | F::AddMonths => {
                let n = self.integer_text(&parts[1], at)?;
                self.later(function == F::AddMonths, value, &n, at)
            }
            F::StartOf => match &arguments[0].kind {
                Kind::Literal(Value::Text(unit)) => self.start_of(unit, &parts[1], at),
                _ => Err(self.refused("start_of with no constant unit", at)),
            },
            F::DateTime => self.first_instant(&value.sql, at),
            F::Date => Ok(Fragment::new(self.day_of(value, at)?, Form::Date)),
            _ => {
                let day = self.day_of(value, at)?;
                Ok(self.part_of_day(function, &day))
            }
        }
    }

    /// `min(a, b, …)`, `max(a, b, …)`: nulls are left out.
    fn extreme_of(&mut self, most: bool, parts: Vec<Fragment>) -> Fragment {
        let (texts, form) = self.uniform(parts);
        let sql = match (self.dialect(), &form) {
            (Dialect::Postgres, Form::Text) => {
                let texts: Vec<String> = texts.iter().map(|t| format!("({t}) COLLATE \"C\"")).collect();
                format!("{}({})", if most { "greatest" } else { "least" }, texts.join(", "))
            }
            (Dialect::Postgres, _) => {
                format!("{}({})", if most { "greatest" } else { "least" }, texts.join(", "))
            }
            // SQLite's scalar min and max are null as soon as one value is.
            (Dialect::Sqlite, _) => {
                let rows: Vec<String> = texts.iter().map(|text| format!("SELECT {text} AS v")).collect();
                let name = if most { "max" } else { "min" };
                format!("(SELECT {name}(v) FROM ({}))", rows.join(" UNION ALL "))
            }
        };
        Fragment::new(sql, form)
    }

    /// Functions of a list: stored in a column, in a table of pairs, or known beforehand (`user.roles`).
    fn list_function(
        &mut self,
        scope: &mut Scope<'a>,
        function: Function,
        arguments: &[Expr],
        at: Position,
    ) -> Result<Fragment> {
        let list = &arguments[0];
        if let Some(items) = self.known_list(scope, list) {
            return self.known_list_function(scope, function, &items, arguments, at);
        }
        if let Kind::Path(path) = &list.kind
            && scope.roots.contains_key(&path.root)
            && let Some(Stored::Link(_)) = self.last_field(path).map(|f| f.stored.clone())
        {
            return self.link_function(scope, function, path, arguments, at);
        }
        let stored = self.expression(scope, list)?;
        match function {
            Function::Len => Ok(self.list_length(&stored.sql)),
            Function::IsEmpty => Ok(self.is_empty(&stored)),
            _ => {
                let item = self.expression(scope, &arguments[1])?;
                Ok(self.list_contains(&stored.sql, &item))
            }
        }
    }

    fn last_field(&self, path: &Path) -> Option<&'a catalog::Field> {
        let step = path.steps.last()?;
        self.context.catalog.object(&step.object)?.field(&step.field)
    }

    fn known_list(&self, scope: &Scope<'a>, list: &Expr) -> Option<Vec<Value>> {
        match &list.kind {
            Kind::Literal(Value::List(items)) => Some(items.clone()),
            Kind::Path(path) if path.root == Root::User && !scope.roots.contains_key(&Root::User) => {
                match self.context.bindings.user.get(path.steps.first()?.field.as_ref()) {
                    Some(Value::List(items)) => Some(items.clone()),
                    _ => Some(Vec::new()),
                }
            }
            _ => None,
        }
    }

    fn known_list_function(
        &mut self,
        scope: &mut Scope<'a>,
        function: Function,
        items: &[Value],
        arguments: &[Expr],
        at: Position,
    ) -> Result<Fragment> {
        match function {
            Function::Len => Ok(Fragment::constant(Decimal::from(items.len()))),
            Function::IsEmpty => Ok(Fragment::boolean(if items.is_empty() { "TRUE" } else { "FALSE" })),
            _ => {
                let item = self.expression(scope, &arguments[1])?;
                if item.form == Form::Id {
                    let ids: Vec<uuid::Uuid> = items.iter().filter_map(Value::as_reference).collect();
                    return Ok(Fragment::boolean(self.binder.id_in(&item.sql, &ids)));
                }
                let mut parts = vec![item];
                for value in items {
                    parts.push(self.literal(value, &arguments[1].ty, at)?);
                }
                self.member_of(parts)
            }
        }
    }

    fn link_function(
        &mut self,
        scope: &mut Scope<'a>,
        function: Function,
        path: &Path,
        arguments: &[Expr],
        at: Position,
    ) -> Result<Fragment> {
        let many = self.many(scope, path, at)?;
        let Stored::Link(link) = &many.stored else {
            return Err(self.refused("this list", at));
        };
        let alias = self.alias();
        let from = format!(
            "FROM {} {alias} WHERE {alias}.\"source\" = {}",
            crate::dialect::quoted(&link.table),
            many.id
        );
        match function {
            Function::Len => Ok(Fragment::stored_number(format!("(SELECT count(*) {from})"), 0, true)),
            Function::IsEmpty => Ok(Fragment::boolean(format!("NOT EXISTS (SELECT 1 {from})"))),
            _ => {
                let item = self.expression(scope, &arguments[1])?;
                let found = format!("EXISTS (SELECT 1 {from} AND {alias}.\"target\" = {})", item.sql);
                Ok(Fragment::boolean(format!("(CASE WHEN {} IS NULL THEN NULL ELSE {found} END)", item.sql)))
            }
        }
    }
}

fn bracketed(fragment: Fragment) -> Fragment {
    Fragment::new(format!("({})", fragment.sql), fragment.form)
}
