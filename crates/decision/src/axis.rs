//! The values of a column cut into parts within which no cell changes its answer, each with one value that stands for
//! it.

use crate::cell::Cell;
use crate::domain::{Content, Domain};
use crate::scalar::Scalar;
use chrono::{DateTime, NaiveTime, TimeDelta};
use expression::{literal, number};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// One value for each part of a column, in order; `None`, an absent value, comes last where one can occur.
pub(crate) fn parts<'c>(
    domain: &'c Domain,
    cells: impl Iterator<Item = &'c Cell> + Clone,
) -> Vec<Option<Scalar>> {
    let points: BTreeSet<&Scalar> =
        cells.clone().flat_map(Cell::breakpoints).chain(&domain.min).chain(&domain.max).collect();
    let mut found: Vec<Scalar> = match (&domain.values, &domain.content) {
        (Some(values), _) => values.clone(),
        (None, Content::Boolean) => vec![Scalar::Boolean(false), Scalar::Boolean(true)],
        (None, Content::Options(options)) => options.iter().cloned().map(Scalar::Text).collect(),
        (None, Content::Text) if !cells.clone().any(Cell::compares) && domain.is_unbounded() => {
            let fresh = fresh(&points);
            points.into_iter().cloned().chain([fresh]).collect()
        }
        (None, content) if points.is_empty() => vec![any(content)],
        (None, content) => {
            let mut found = Vec::with_capacity(points.len() * 2 + 1);
            let mut before = None;
            for point in points {
                found.extend(between(before, Some(point), content));
                found.extend(occurs(point, content).then(|| point.clone()));
                before = Some(point);
            }
            found.extend(between(before, None, content));
            found
        }
    };
    found.retain(|value| domain.holds(value));
    let absent = domain.nullable.then_some(None);
    found.into_iter().map(Some).chain(absent).collect()
}

impl Domain {
    fn is_unbounded(&self) -> bool {
        self.min.is_none() && self.max.is_none()
    }
}

/// A text that no cell names.
fn fresh(points: &BTreeSet<&Scalar>) -> Scalar {
    let names = std::iter::once("other".to_owned()).chain((2..).map(|number| format!("other {number}")));
    let mut free = names.map(Scalar::Text).filter(|name| !points.contains(name));
    // There are more names than points.
    free.next().unwrap_or_else(|| Scalar::Text(String::new()))
}

/// Some value of a column that no cell looks at.
fn any(content: &Content) -> Scalar {
    match content {
        Content::Boolean => Scalar::Boolean(false),
        Content::Number { .. } => Scalar::Number(Decimal::ZERO),
        Content::Text => Scalar::Text("other".to_owned()),
        Content::Options(options) => Scalar::Text(options.first().cloned().unwrap_or_default()),
        Content::Date => Scalar::Date(DateTime::UNIX_EPOCH.date_naive()),
        Content::DateTime => Scalar::DateTime(DateTime::UNIX_EPOCH),
        Content::Time => Scalar::Time(NaiveTime::MIN),
        Content::Duration => Scalar::Duration(0),
    }
}

/// Whether the type has this value: a whole number has no half.
fn occurs(value: &Scalar, content: &Content) -> bool {
    match (value, content) {
        (Scalar::Number(value), Content::Number { places }) => {
            value.normalize().scale() <= u32::from(*places)
        }
        _ => true,
    }
}

/// A value of the type strictly between two; `None` where there is none.
fn between(low: Option<&Scalar>, high: Option<&Scalar>, content: &Content) -> Option<Scalar> {
    let found = match (content, low.or(high)?) {
        (Content::Number { places }, Scalar::Number(_)) => {
            number_between(number_of(low), number_of(high), *places).map(Scalar::Number)
        }
        (Content::Duration, Scalar::Duration(_)) => match (low, high) {
            (Some(Scalar::Duration(low)), _) => low.checked_add(1),
            (_, Some(Scalar::Duration(high))) => high.checked_sub(1),
            _ => None,
        }
        .map(Scalar::Duration),
        (Content::Date, Scalar::Date(_)) => match (low, high) {
            (Some(Scalar::Date(low)), _) => low.succ_opt(),
            (_, Some(Scalar::Date(high))) => high.pred_opt(),
            _ => None,
        }
        .filter(|day| literal::in_range(*day))
        .map(Scalar::Date),
        (Content::DateTime, Scalar::DateTime(_)) => match (low, high) {
            (Some(Scalar::DateTime(low)), Some(Scalar::DateTime(high))) => Some(*low + (*high - *low) / 2),
            (Some(Scalar::DateTime(low)), _) => low.checked_add_signed(TimeDelta::hours(1)),
            (_, Some(Scalar::DateTime(high))) => high.checked_sub_signed(TimeDelta::hours(1)),
            _ => None,
        }
        .filter(|instant| literal::in_range(instant.date_naive()))
        .map(Scalar::DateTime),
        (Content::Time, Scalar::Time(_)) => match (low, high) {
            (Some(Scalar::Time(low)), _) => Some(low.overflowing_add_signed(TimeDelta::seconds(1)))
                .filter(|(_, days)| *days == 0)
                .map(|(time, _)| time),
            _ => Some(NaiveTime::MIN),
        }
        .map(Scalar::Time),
        (Content::Text, Scalar::Text(_)) => return text_between(low, high),
        _ => None,
    }?;
    (low.is_none_or(|low| *low < found) && high.is_none_or(|high| found < *high)).then_some(found)
}

fn number_of(value: Option<&Scalar>) -> Option<Decimal> {
    match value {
        Some(Scalar::Number(number)) => Some(*number),
        _ => None,
    }
}

/// The number with the fewest places.
fn number_between(low: Option<Decimal>, high: Option<Decimal>, places: u8) -> Option<Decimal> {
    let found = match (low, high) {
        (None, None) => Some(Decimal::ZERO),
        (Some(low), None) => Some(low.floor() + Decimal::ONE),
        (None, Some(high)) => Some(high.ceil() - Decimal::ONE),
        (Some(low), Some(high)) => {
            let middle = low.checked_add(high)? / Decimal::TWO;
            let rounded = (0..=u32::from(places)).map(|places| number::round(middle, places));
            rounded.into_iter().find(|value| low < *value && *value < high)
        }
    };
    found.map(|value| value.normalize()).filter(|value| number::storable(*value))
}

fn text_between(low: Option<&Scalar>, high: Option<&Scalar>) -> Option<Scalar> {
    let start = match low {
        Some(Scalar::Text(low)) => low.as_str(),
        _ => "",
    };
    let ends: &[&str] = if low.is_some() { &["a", "0", "\0"] } else { &["", "a"] };
    let mut found = ends.iter().map(|end| Scalar::Text(format!("{start}{end}")));
    found.find(|value| high.is_none_or(|high| value < high))
}
