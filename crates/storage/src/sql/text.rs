//! Text and lists.

use crate::dialect::Dialect;
use crate::sql::fragment::{Form, Fragment, Number};
use crate::sql::scope::Renderer;
use diagnostic::Result;
use expression::{Function, Position};

/// What `trim` takes away: space, tab, line ends, the ideographic space.
const BLANKS: &str = " \t\n\r\u{3000}";

impl Renderer<'_> {
    /// Functions of one or two texts.
    pub(super) fn text_function(&mut self, function: Function, parts: &[String]) -> Fragment {
        let a = parts.first().map_or("NULL", String::as_str);
        let b = parts.get(1).map_or("NULL", String::as_str);
        let sqlite = self.dialect() == Dialect::Sqlite;
        match function {
            Function::Contains if sqlite => Fragment::boolean(format!("(instr({a}, {b}) > 0)")),
            Function::Contains => Fragment::boolean(format!("(strpos({a}, {b}) > 0)")),
            Function::StartsWith if sqlite => {
                Fragment::boolean(format!("(substr({a}, 1, length({b})) = {b})"))
            }
            Function::StartsWith => Fragment::boolean(format!("starts_with({a}, {b})")),
            Function::EndsWith if sqlite => {
                // substr with a negative start beyond the text answers the whole text, hence the lengths.
                Fragment::boolean(format!(
                    "(length({a}) >= length({b}) AND substr({a}, length({a}) - length({b}) + 1) = {b})"
                ))
            }
            Function::EndsWith => Fragment::boolean(format!("(right({a}, length({b})) = {b})")),
            Function::Lower | Function::Upper => {
                let name = if function == Function::Lower { "lower" } else { "upper" };
                let collation = if sqlite { "" } else { " COLLATE \"C\"" };
                Fragment::new(format!("{name}({a}{collation})"), Form::Text)
            }
            Function::Trim => {
                let blanks = self.binder.bind(BLANKS);
                let name = if sqlite { "trim" } else { "btrim" };
                Fragment::new(format!("{name}({a}, {blanks})"), Form::Text)
            }
            _ => Fragment::stored_number(format!("CAST(length({a}) AS bigint)"), 0, true),
        }
    }

    /// The number of items of a list; an absent one has none.
    pub(super) fn list_length(&mut self, list: &str) -> Fragment {
        let name = match self.dialect() {
            Dialect::Sqlite => "json_array_length",
            Dialect::Postgres => "jsonb_array_length",
        };
        Fragment::stored_number(format!("CAST(coalesce({name}({list}), 0) AS bigint)"), 0, true)
    }

    /// Whether a stored list has an item; an absent list is an empty one, an absent item is unknown.
    pub(super) fn list_contains(&mut self, list: &str, item: &Fragment) -> Fragment {
        let text = match item.form {
            Form::Number(_) => self.number_text(item),
            _ => item.sql.clone(),
        };
        let found = match (self.dialect(), &item.form) {
            (Dialect::Sqlite, Form::Id) => {
                format!(
                    "EXISTS (SELECT 1 FROM json_each({list}) WHERE unhex(replace(value, '-', '')) = {text})"
                )
            }
            (Dialect::Sqlite, _) => format!("EXISTS (SELECT 1 FROM json_each({list}) WHERE value = {text})"),
            (Dialect::Postgres, Form::Text) => format!("coalesce(jsonb_exists({list}, {text}), FALSE)"),
            (Dialect::Postgres, Form::Id) => {
                format!("coalesce(jsonb_exists({list}, CAST({text} AS text)), FALSE)")
            }
            (Dialect::Postgres, _) => format!("coalesce({list} @> to_jsonb({text}), FALSE)"),
        };
        Fragment::boolean(format!("(CASE WHEN {text} IS NULL THEN NULL ELSE {found} END)"))
    }

    /// `is_empty(x)` of a value in a column.
    pub(super) fn is_empty(&mut self, value: &Fragment) -> Fragment {
        let text = match &value.form {
            Form::Number(_) => self.number_text(value),
            _ => value.sql.clone(),
        };
        Fragment::boolean(match &value.form {
            Form::Text => format!("({text} IS NULL OR {text} = '')"),
            Form::List => {
                let length = self.list_length(&text).sql;
                format!("({text} IS NULL OR {length} = 0)")
            }
            Form::Json => {
                let word = match self.dialect() {
                    Dialect::Sqlite => text.clone(),
                    Dialect::Postgres => format!("CAST({text} AS text)"),
                };
                format!("({text} IS NULL OR {word} IN ('{{}}', '[]', '\"\"', 'null'))")
            }
            _ => format!("({text} IS NULL)"),
        })
    }

    /// `text(x)`
    pub(crate) fn as_text(&mut self, value: &Fragment, at: Position) -> Result<Fragment> {
        let sqlite = self.dialect() == Dialect::Sqlite;
        let sql = match &value.form {
            Form::Text | Form::Null => value.sql.clone(),
            Form::Boolean => {
                format!("(CASE WHEN {0} THEN 'true' WHEN NOT {0} THEN 'false' END)", value.sql)
            }
            Form::Date | Form::Time if sqlite => value.sql.clone(),
            Form::Date => format!("to_char({}, 'YYYY-MM-DD')", value.sql),
            Form::Time => format!("to_char({}, 'HH24:MI:SS')", value.sql),
            Form::Number(number) => {
                let text = self.number_text(value);
                if sqlite { scaled_text(&text, number) } else { decimal_text(&text, number) }
            }
            _ => return Err(self.refused("text() of this value", at)),
        };
        Ok(Fragment::new(sql, Form::Text))
    }
}

fn decimal_text(text: &str, number: &Number) -> String {
    if number.whole { format!("CAST({text} AS text)") } else { format!("CAST(trim_scale({text}) AS text)") }
}

fn scaled_text(text: &str, number: &Number) -> String {
    let scale = number.scale;
    if scale == 0 {
        return format!("CAST({text} AS TEXT)");
    }
    let factor = 10_u64.pow(u32::from(scale));
    format!(
        "(SELECT CASE WHEN v < 0 THEN '-' ELSE '' END || (abs(v) / {factor}) || \
         rtrim(rtrim('.' || printf('%0{scale}d', abs(v) % {factor}), '0'), '.') FROM (SELECT {text} AS v) \
         WHERE v IS NOT NULL)"
    )
}
