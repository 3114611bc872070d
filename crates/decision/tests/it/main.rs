//! Tables as a caller sees them: what cells mean, what is answered, what is told beforehand.

#![allow(clippy::unwrap_used)] // a table that cannot be made should say where

mod analysis;
mod answers;
mod cells;

use chrono::{TimeZone, Utc};
use decision::{Cell, Content, Domain, Hit, Input, Output, Rule, Table, Then};
use expression::{Clock, Type, Value};

/// The column of a type by its short name.
fn domain(name: &str) -> Domain {
    let options = ["low", "middle", "high"].map(str::to_owned);
    Domain::new(match name {
        "number" => Content::Number { places: 10 },
        "whole" => Content::Number { places: 0 },
        "text" => Content::Text,
        "select" => Content::Options(options.into()),
        "boolean" => Content::Boolean,
        "date" => Content::Date,
        "datetime" => Content::DateTime,
        "time" => Content::Time,
        "duration" => Content::Duration,
        _ => panic!("no type {name}"),
    })
}

/// Noon of a day in Shanghai.
fn on(day: &str) -> Clock {
    let day = expression::literal::date(day).unwrap();
    let noon = Utc.from_utc_datetime(&day.and_hms_opt(4, 0, 0).unwrap());
    Clock { now: noon, zone: chrono_tz::Asia::Shanghai }
}

/// A table of one output. A rule: cells, `->`, what is answered; days in front as `2026-01-01..2026-12-31:`.
fn table(hit: Hit, inputs: &[(&str, Domain)], ty: Type, rules: &[&str]) -> Table {
    let rules = rules.iter().map(|text| {
        let (days, rest) = match text.split_once(": ") {
            Some((days, rest)) if days.contains("..") => (days, rest),
            _ => ("..", *text),
        };
        let (from, until) = days.split_once("..").unwrap();
        let (cells, then) = rest.split_once("->").unwrap();
        let cells = cells.split('|').zip(inputs);
        let when: Vec<Cell> =
            cells.map(|(cell, (_, domain))| decision::parse(cell, domain).unwrap()).collect();
        assert_eq!(when.len(), inputs.len(), "{text}");
        let then = match (&ty, then.trim()) {
            (_, "null") => Value::Null,
            (Type::Integer, then) => Value::Integer(then.parse().unwrap()),
            (Type::Decimal { .. }, then) => Value::Decimal(then.parse().unwrap()),
            (_, then) => Value::from(then),
        };
        let then = vec![Then::Literal(then)];
        Rule { when, then, from: expression::literal::date(from), until: expression::literal::date(until) }
    });
    Table {
        name: "test.table".into(),
        hit,
        inputs: inputs.iter().map(|(name, d)| Input { name: (*name).into(), domain: d.clone() }).collect(),
        rules: rules.collect(),
        outputs: vec![Output { name: "result".into(), ty }],
        default: None,
    }
}
