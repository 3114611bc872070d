//! Exact arithmetic.
//!
//! PostgreSQL computes with `numeric`; each result is cast to `numeric(28,10)`, which rounds half away from
//! zero and refuses what has more than 18 digits before the point. SQLite computes with scaled 64-bit
//! integers; a result that may leave them is checked while it is computed and raises SQLite's own "integer
//! overflow". Both errors are `number_out_of_range`. So the range on SQLite is narrower where many places meet
//! many digits, but a wrong number never comes out.

use crate::dialect::Dialect;
use crate::sql::column::scaled;
use crate::sql::fragment::{Form, Fragment, Number};
use crate::sql::scope::Renderer;
use diagnostic::Result;
use expression::{ArithmeticOperator, Position};
use rust_decimal::Decimal;

/// Most places after the point.
const PLACES: u8 = 10;
const FITS: u128 = i64::MAX as u128;

/// A number as text for SQLite: the scaled integer, its scale and bound.
#[derive(Clone)]
struct Scaled {
    sql: String,
    scale: u8,
    bound: u128,
}

fn ten_to(n: u8) -> u128 {
    10_u128.pow(u32::from(n))
}

impl Scaled {
    fn fragment(self) -> Fragment {
        let number = Number { scale: self.scale, bound: self.bound, constant: None, whole: false };
        Fragment::new(self.sql, Form::Number(number))
    }

    /// Wrapped so that a value that left 64 bits (and became a float) or 18 whole digits is an error.
    fn checked(self) -> Scaled {
        if self.bound <= FITS && (self.scale > 0 || self.bound < ten_to(18)) {
            return self;
        }
        let range = match self.scale {
            0 => " OR v NOT BETWEEN -999999999999999999 AND 999999999999999999",
            _ => "",
        };
        // abs() of the smallest integer is SQLite's way to raise "integer overflow"; the term with v keeps
        // the planner from computing it beforehand.
        let sql = format!(
            "(SELECT CASE WHEN typeof(v) = 'real'{range} THEN abs(-9223372036854775807 - (v IS NOT NULL)) \
             ELSE v END FROM (SELECT {} AS v))",
            self.sql
        );
        Scaled { sql, scale: self.scale, bound: self.bound.min(FITS) }
    }

    fn at_scale(self, scale: u8) -> Scaled {
        if scale <= self.scale {
            return self;
        }
        let factor = ten_to(scale - self.scale);
        let sql = format!("({} * {factor})", self.sql);
        Scaled { sql, scale, bound: self.bound.saturating_mul(factor) }.checked()
    }

    /// Fewer places, rounded half away from zero.
    fn rounded(self, scale: u8) -> Scaled {
        if scale >= self.scale {
            return self;
        }
        let factor = ten_to(self.scale - scale);
        let sql =
            format!("(SELECT v / {factor} + (v % {factor}) * 2 / {factor} FROM (SELECT {} AS v))", self.sql);
        Scaled { sql, scale, bound: self.bound / factor + 1 }
    }
}

impl Renderer<'_> {
    /// The text of a number as an operand of SQLite.
    fn scaled(&mut self, fragment: &Fragment) -> Scaled {
        let Form::Number(number) = &fragment.form else {
            return Scaled { sql: "NULL".to_owned(), scale: 0, bound: 0 };
        };
        match number.constant {
            None => Scaled { sql: fragment.sql.clone(), scale: number.scale, bound: number.bound },
            Some(value) => self.constant(value, number.scale),
        }
    }

    /// A constant at a scale of at least its own; what leaves 64 bits becomes the largest there is, which
    /// compares as the constant would.
    fn constant(&mut self, value: Decimal, scale: u8) -> Scaled {
        let scale = scale.min(PLACES);
        let clamped =
            scaled(value, scale).unwrap_or(if value.is_sign_negative() { i64::MIN + 1 } else { i64::MAX });
        Scaled { sql: self.binder.bind(clamped), scale, bound: u128::from(clamped.unsigned_abs()) }
    }

    /// The text of a number as an operand of PostgreSQL.
    fn numeric(&mut self, fragment: &Fragment) -> String {
        match &fragment.form {
            Form::Number(Number { constant: Some(value), .. }) => {
                self.binder.bind(sea_orm::Value::Decimal(Some(*value)))
            }
            Form::Number(Number { whole: true, .. }) => format!("CAST({} AS numeric)", fragment.sql),
            Form::Null => "CAST(NULL AS numeric)".to_owned(),
            _ => fragment.sql.clone(),
        }
    }

    /// The text of a number on its own; a constant is bound at its own scale.
    pub(super) fn number_text(&mut self, fragment: &Fragment) -> String {
        let Form::Number(Number { constant: Some(value), whole, .. }) = &fragment.form else {
            return fragment.sql.clone();
        };
        match (self.dialect(), *whole, scaled(*value, 0)) {
            (Dialect::Postgres, true, Some(n)) => self.binder.bind(n),
            (Dialect::Postgres, ..) => self.binder.bind(sea_orm::Value::Decimal(Some(*value))),
            (Dialect::Sqlite, ..) => self.scaled(fragment).sql,
        }
    }

    /// Brings numbers to one form, so that they can be compared or stand in one CASE. Constants take the
    /// scale of the others where they fit; what is not a number stays as it is.
    pub(super) fn aligned(&mut self, fragments: Vec<Fragment>) -> Vec<Fragment> {
        if self.dialect() == Dialect::Postgres {
            return fragments.into_iter().map(|f| self.aligned_numeric(f)).collect();
        }
        let scale = fragments.iter().filter_map(|f| match &f.form {
            Form::Number(n) => Some(n.scale.min(PLACES)),
            _ => None,
        });
        let Some(scale) = scale.max() else {
            return fragments;
        };
        fragments
            .into_iter()
            .map(|fragment| match &fragment.form {
                Form::Number(Number { constant: Some(value), .. }) => self.constant(*value, scale).fragment(),
                Form::Number(_) => self.scaled(&fragment).at_scale(scale).fragment(),
                _ => fragment,
            })
            .collect()
    }

    fn aligned_numeric(&mut self, fragment: Fragment) -> Fragment {
        match &fragment.form {
            Form::Number(number) if number.constant.is_some() => {
                let mut number = number.clone();
                number.constant = None;
                Fragment::new(self.number_text(&fragment), Form::Number(number))
            }
            _ => fragment,
        }
    }

    /// `a + b` and its kin on numbers.
    pub(crate) fn arithmetic(
        &mut self,
        operator: ArithmeticOperator,
        a: &Fragment,
        b: &Fragment,
    ) -> Fragment {
        match self.dialect() {
            Dialect::Postgres => self.numeric_arithmetic(operator, a, b),
            Dialect::Sqlite => self.scaled_arithmetic(operator, a, b),
        }
    }

    fn numeric_arithmetic(&mut self, operator: ArithmeticOperator, a: &Fragment, b: &Fragment) -> Fragment {
        let (a, b) = (self.numeric(a), self.numeric(b));
        let sql = match operator {
            ArithmeticOperator::Add => format!("{a} + {b}"),
            ArithmeticOperator::Subtract => format!("{a} - {b}"),
            ArithmeticOperator::Multiply => format!("{a} * {b}"),
            // The thirty places keep PostgreSQL from choosing fewer than ten; the cast then rounds once.
            ArithmeticOperator::Divide => {
                format!("({a} + 0.000000000000000000000000000000) / nullif({b}, 0)")
            }
            ArithmeticOperator::Remainder => format!("{a} % nullif({b}, 0)"),
        };
        Fragment::stored_number(format!("CAST({sql} AS numeric(28,10))"), PLACES, false)
    }

    fn scaled_arithmetic(&mut self, operator: ArithmeticOperator, a: &Fragment, b: &Fragment) -> Fragment {
        let divisor = match &b.form {
            Form::Number(number) => number.constant,
            _ => None,
        };
        if operator == ArithmeticOperator::Divide
            && let Some(power) = divisor.and_then(power_of_ten)
        {
            return self.shifted(a, power).fragment();
        }
        let (a, b) = (self.scaled(a), self.scaled(b));
        let scale = a.scale.max(b.scale);
        let result = match operator {
            ArithmeticOperator::Add | ArithmeticOperator::Subtract => {
                let (a, b) = (a.at_scale(scale), b.at_scale(scale));
                let sign = if operator == ArithmeticOperator::Add { '+' } else { '-' };
                Scaled { sql: format!("({} {sign} {})", a.sql, b.sql), scale, bound: a.bound + b.bound }
                    .checked()
            }
            ArithmeticOperator::Multiply => {
                let sql = format!("({} * {})", a.sql, b.sql);
                let bound = a.bound.saturating_mul(b.bound);
                Scaled { sql, scale: a.scale + b.scale, bound }.checked().rounded(PLACES)
            }
            ArithmeticOperator::Divide => quotient(&a, &b),
            ArithmeticOperator::Remainder => {
                let (a, b) = (a.at_scale(scale), b.at_scale(scale));
                Scaled { sql: format!("({} % {})", a.sql, b.sql), scale, bound: b.bound }
            }
        };
        result.fragment()
    }

    /// Division by `10^power` moves the point.
    fn shifted(&mut self, a: &Fragment, power: i32) -> Scaled {
        let mut a = self.scaled(a);
        let scale = i32::from(a.scale) + power;
        if scale < 0 {
            a = a.at_scale(u8::try_from(-power).unwrap_or(PLACES));
        }
        a.scale = u8::try_from(i32::from(a.scale) + power).unwrap_or(0);
        a.rounded(PLACES)
    }

    /// `-a`
    pub(super) fn negated(&mut self, a: &Fragment) -> Fragment {
        let Form::Number(number) = &a.form else {
            return a.clone();
        };
        if let Some(value) = number.constant {
            return Fragment::constant(-value);
        }
        Fragment::new(format!("(-{})", a.sql), a.form.clone())
    }

    /// `round(a, places)`
    pub(super) fn rounded(&mut self, a: &Fragment, places: u8) -> Fragment {
        match self.dialect() {
            Dialect::Postgres => {
                let a = self.numeric(a);
                Fragment::stored_number(format!("round({a}, {places})"), places, false)
            }
            Dialect::Sqlite => self.scaled(a).rounded(places).fragment(),
        }
    }

    /// `floor(a)` and `ceil(a)`
    pub(super) fn whole(&mut self, a: &Fragment, up: bool) -> Fragment {
        if self.dialect() == Dialect::Postgres {
            let a = self.numeric(a);
            return Fragment::stored_number(format!("{}({a})", if up { "ceil" } else { "floor" }), 0, false);
        }
        let a = self.scaled(a);
        if a.scale == 0 {
            return a.fragment();
        }
        let factor = ten_to(a.scale);
        let correction = if up { format!("+ (v % {factor} > 0)") } else { format!("- (v % {factor} < 0)") };
        let sql = format!("(SELECT v / {factor} {correction} FROM (SELECT {} AS v))", a.sql);
        Scaled { sql, scale: 0, bound: a.bound / factor + 1 }.fragment()
    }

    /// A number as a whole number, for functions of dates.
    pub(super) fn integer_text(&mut self, fragment: &Fragment, at: Position) -> Result<String> {
        let Form::Number(number) = &fragment.form else {
            return Err(self.refused("a number that is none", at));
        };
        if self.dialect() == Dialect::Sqlite && number.scale > 0 {
            let factor = ten_to(number.scale);
            return Ok(format!("({} / {factor})", self.number_text(fragment)));
        }
        let text = self.number_text(fragment);
        Ok(match self.dialect() {
            Dialect::Sqlite => text,
            Dialect::Postgres => format!("CAST(trunc({text}) AS integer)"),
        })
    }
}

/// Long division of scaled integers at ten places. Each stage brings down a few digits; a stage whose rest
/// leaves 64 bits becomes a float, which the check at the end finds.
fn quotient(a: &Scaled, b: &Scaled) -> Scaled {
    let mut digits = u32::from(PLACES + b.scale).saturating_sub(u32::from(a.scale));
    let mut sql =
        format!("SELECT a / b AS q, a % b AS r, b FROM (SELECT {} AS a, nullif({}, 0) AS b)", a.sql, b.sql);
    // Five digits at a time: divisors of up to thirteen digits pass without leaving 64 bits.
    while digits > 0 {
        let step = digits.min(5);
        let factor = 10_u64.pow(step);
        sql =
            format!("SELECT q * {factor} + (r * {factor}) / b AS q, (r * {factor}) % b AS r, b FROM ({sql})");
        digits -= step;
    }
    let sql = format!("(SELECT q + (r * 2) / b FROM ({sql}))");
    let result = Scaled { sql, scale: PLACES, bound: u128::MAX }.checked();
    if a.scale > PLACES + b.scale { result.rounded(PLACES) } else { result }
}

/// `n` where the number is `10^n`.
fn power_of_ten(value: Decimal) -> Option<i32> {
    let value = value.normalize();
    let mantissa = value.mantissa();
    let mut power = 0;
    let mut rest = mantissa;
    while rest > 1 && rest % 10 == 0 {
        rest /= 10;
        power += 1;
    }
    (rest == 1).then(|| power - i32::try_from(value.scale()).unwrap_or(0))
}
