//! What a table answers.

use crate::cell::Cell;
use crate::scalar::Scalar;
use crate::table::{Collect, Hit, Rule, Table, Then};
use diagnostic::{Code, Diagnostic, Result};
use expression::number::{self, Sum};
use expression::{Clock, Context, EvaluateError, Root, Step, Type, Value};

/// What a table answers, and by which rules.
#[derive(Clone, Debug, PartialEq)]
pub struct Decided {
    /// The answer.
    pub answer: Answer,
    /// The numbers of the rules that led to it, from 1: those of a list in the order of its entries, the one that
    /// counts, or all that were gathered. None where no rule holds.
    pub rules: Vec<usize>,
}

/// An answer: values in the order of the outputs.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// One value an output; null where nothing is said.
    One(Vec<Value>),
    /// An entry a rule.
    Many(Vec<Vec<Value>>),
}

impl Table {
    /// What the table answers to these inputs, given in the order of its columns. The clock says on which day of the
    /// site it is asked.
    ///
    /// # Errors
    /// `decision_not_unique` and `decision_contradicts` where the hit policy does not permit which rules hold,
    /// `number_out_of_range`; `internal` where the inputs are not those of the table.
    pub fn evaluate(&self, inputs: &[Value], clock: &Clock) -> Result<Decided> {
        let mut asked = Vec::with_capacity(inputs.len());
        for value in inputs {
            asked.push(Scalar::of(value));
        }
        let strange = |(value, scalar): (&Value, &Option<Scalar>)| scalar.is_none() && !value.is_null();
        if inputs.len() != self.inputs.len() || inputs.iter().zip(&asked).any(strange) {
            return Err(Box::new(Diagnostic::new(Code::Internal).with("trace", "the inputs of a decision")));
        }
        let day = clock.today();
        let holds = |rule: &Rule| {
            let passes = |(cell, input): (&Cell, &Option<Scalar>)| cell.holds(input.as_ref());
            rule.is_in_force(day) && rule.when.iter().zip(&asked).all(passes)
        };
        let all = self.rules.iter().enumerate().filter(|(_, rule)| holds(rule)).map(|(place, _)| place);
        let found: Vec<usize> = if self.hit == Hit::First { all.take(1).collect() } else { all.collect() };
        let asking = Asking { table: self, inputs, clock };
        asking.decide(found)
    }
}

/// A question to a table.
struct Asking<'a> {
    table: &'a Table,
    inputs: &'a [Value],
    clock: &'a Clock,
}

impl Asking<'_> {
    fn decide(&self, found: Vec<usize>) -> Result<Decided> {
        let numbers: Vec<usize> = found.iter().map(|place| place + 1).collect();
        if found.is_empty() {
            return Ok(Decided { answer: self.nothing(), rules: numbers });
        }
        let one =
            |values: Vec<Value>, number: usize| Decided { answer: Answer::One(values), rules: vec![number] };
        match self.table.hit {
            Hit::Unique if found.len() > 1 => Err(self.refused(Code::DecisionNotUnique, &numbers)),
            Hit::Unique | Hit::First => Ok(one(self.answer(found[0])?, numbers[0])),
            Hit::Any => {
                let first = self.answer(found[0])?;
                for place in &found[1..] {
                    if self.answer(*place)? != first {
                        return Err(self.refused(Code::DecisionContradicts, &numbers));
                    }
                }
                Ok(Decided { answer: Answer::One(first), rules: numbers })
            }
            Hit::Priority => {
                let mut all = self.by_priority(&found)?;
                let (number, values) = all.swap_remove(0);
                Ok(one(values, number))
            }
            Hit::OutputOrder => {
                let (rules, all) = self.by_priority(&found)?.into_iter().unzip();
                Ok(Decided { answer: Answer::Many(all), rules })
            }
            Hit::RuleOrder | Hit::Collect(Collect::List) => {
                let all = found.iter().map(|place| self.answer(*place)).collect::<Result<_>>()?;
                Ok(Decided { answer: Answer::Many(all), rules: numbers })
            }
            Hit::Collect(how) => {
                let all = found.iter().map(|place| self.answer(*place)).collect::<Result<Vec<_>>>()?;
                Ok(Decided { answer: Answer::One(self.gathered(how, &all)?), rules: numbers })
            }
        }
    }

    fn refused(&self, code: Code, rules: &[usize]) -> Box<Diagnostic> {
        let rules: Vec<String> = rules.iter().map(usize::to_string).collect();
        Box::new(Diagnostic::new(code).with("decision", &self.table.name).with("rules", rules.join(", ")))
    }

    /// The answer where no rule holds.
    fn nothing(&self) -> Answer {
        match (self.table.hit, &self.table.default) {
            (hit, Some(default)) if hit.is_many() => Answer::Many(vec![default.clone()]),
            (_, Some(default)) => Answer::One(default.clone()),
            (hit, None) if hit.is_many() => Answer::Many(Vec::new()),
            (Hit::Collect(Collect::Count), None) => Answer::One(vec![Value::Integer(0)]),
            (Hit::Collect(Collect::Sum), None) => {
                let zero = |ty: &Type| match ty {
                    Type::Integer => Value::Integer(0),
                    Type::Duration => Value::Duration(0),
                    _ => Value::Decimal(0.into()),
                };
                Answer::One(self.table.outputs.iter().map(|output| zero(&output.ty)).collect())
            }
            (_, None) => Answer::One(vec![Value::Null; self.table.outputs.len()]),
        }
    }

    /// What a rule answers.
    fn answer(&self, place: usize) -> Result<Vec<Value>> {
        let then = self.table.rules[place].then.iter().zip(&self.table.outputs);
        then.map(|(then, output)| match then {
            Then::Literal(value) => Ok(value.clone()),
            Then::Computed(expr) => {
                let value = expression::evaluate(expr, self, self.clock);
                fitted(value.map_err(Diagnostic::from)?, &output.ty)
            }
        })
        .collect()
    }

    /// Numbers and answers of rules, the first options first; equals in the order of the rules.
    fn by_priority(&self, found: &[usize]) -> Result<Vec<(usize, Vec<Value>)>> {
        let mut all = Vec::with_capacity(found.len());
        for place in found {
            let values = self.answer(*place)?;
            let rank: Vec<usize> = self.table.outputs.iter().zip(&values).filter_map(rank).collect();
            all.push((rank, place + 1, values));
        }
        all.sort_by(|(a, ..), (b, ..)| a.cmp(b));
        Ok(all.into_iter().map(|(_, number, values)| (number, values)).collect())
    }

    /// What is gathered of several answers. Absent values are left out.
    fn gathered(&self, how: Collect, all: &[Vec<Value>]) -> Result<Vec<Value>> {
        if how == Collect::Count {
            return Ok(vec![Value::Integer(i64::try_from(all.len()).unwrap_or(i64::MAX))]);
        }
        let of =
            |place: usize| all.iter().filter_map(move |row| row.get(place)).filter(|value| !value.is_null());
        let columns = self.table.outputs.iter().enumerate();
        columns
            .map(|(place, output)| match how {
                Collect::Sum => total(of(place), &output.ty),
                Collect::Min => {
                    Ok(of(place).min_by_key(|value| Scalar::of(value)).cloned().unwrap_or_default())
                }
                _ => Ok(of(place).max_by_key(|value| Scalar::of(value)).cloned().unwrap_or_default()),
            })
            .collect()
    }
}

/// The place of an option among the options; null comes last. Other outputs have no priority.
fn rank((output, value): (&crate::table::Output, &Value)) -> Option<usize> {
    let Type::Select(options) = &output.ty else { return None };
    let place = value.as_text().and_then(|text| options.iter().position(|option| option == text));
    Some(place.unwrap_or(usize::MAX))
}

fn total<'v>(values: impl Iterator<Item = &'v Value>, ty: &Type) -> Result<Value> {
    let out_of_range = || Box::new(Diagnostic::new(Code::NumberOutOfRange));
    if *ty == Type::Duration {
        let mut seconds: i64 = 0;
        for value in values {
            let Value::Duration(more) = value else { continue };
            seconds = seconds.checked_add(*more).ok_or_else(out_of_range)?;
        }
        return Ok(Value::Duration(seconds));
    }
    let mut sum = Sum::default();
    for value in values {
        sum.add(value.as_decimal().unwrap_or_default());
    }
    fitted(Value::Decimal(sum.total().ok_or_else(out_of_range)?), ty)
}

/// A computed value as its output holds it: numbers at their scale.
fn fitted(value: Value, ty: &Type) -> Result<Value> {
    let number = match (ty, value.as_decimal()) {
        (Type::Decimal { scale }, Some(number)) => {
            Some(Value::Decimal(number::round(number, u32::from(*scale))))
        }
        (Type::Integer, Some(number)) => number::to_integer(number).map(Value::Integer),
        _ => return Ok(value),
    };
    let in_range = number.filter(|value| value.as_decimal().is_some_and(number::storable));
    in_range.ok_or_else(|| Box::new(Diagnostic::new(Code::NumberOutOfRange)))
}

impl Context for Asking<'_> {
    fn value(&self, _: Root, steps: &[Step]) -> std::result::Result<Value, EvaluateError> {
        Err(EvaluateError::missing(steps))
    }

    fn parameter(&self, name: &str) -> std::result::Result<Value, EvaluateError> {
        let place = self.table.inputs.iter().position(|input| *input.name == *name);
        let value = place.and_then(|place| self.inputs.get(place));
        value.cloned().ok_or_else(|| EvaluateError::Missing { what: name.to_owned() })
    }
}
