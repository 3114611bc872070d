//! What can be told of a table without asking it: rules that hold at once, rules that never count, inputs that no rule
//! holds for.
//!
//! Each column, and the days on which rules begin and end, is cut into parts within which no cell changes its answer;
//! parts that the same rules pass are one. Two rules hold at once where they share a part of every column, which is
//! exact whatever the size of a table. Gaps, and rules that several others together leave nothing to, are looked for
//! in the product of all columns, up to [`MAX_PARTS`].

use crate::axis::parts;
use crate::bits::Bits;
use crate::cell::Cell;
use crate::scalar::Scalar;
use crate::table::{Hit, Rule, Table, Then};
use chrono::NaiveDate;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::sync::Arc;

/// The most parts of the product of all columns that are looked at one by one.
pub const MAX_PARTS: u64 = 100_000;

/// Something that can be told of a table. Rules are numbered from 1.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// Two rules hold at once, where one at most may.
    Overlap {
        /// The earlier rule.
        first: usize,
        /// The later rule.
        second: usize,
        /// Inputs for which both hold.
        example: Example,
    },
    /// Two rules hold at once and answer differently, where all must answer the same.
    Contradiction {
        /// The earlier rule.
        first: usize,
        /// The later rule.
        second: usize,
        /// Inputs for which both hold.
        example: Example,
    },
    /// The rule holds for no input that can occur.
    Impossible {
        /// The rule.
        rule: usize,
    },
    /// Wherever the rule holds, an earlier one counts.
    Shadowed {
        /// The rule.
        rule: usize,
        /// The earlier rule, where one alone suffices.
        by: Option<usize>,
    },
    /// No rule holds for these inputs, and there is no default.
    Gap {
        /// The inputs.
        example: Example,
    },
    /// The table is too large for all of it to be looked at: gaps, and rules that several others leave nothing to, were
    /// not looked for.
    LeftOut {
        /// The parts of the product of all columns.
        parts: u64,
    },
}

/// Inputs, and the day where that matters.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// Names and values of the inputs; `None` is absent.
    pub inputs: Vec<(Arc<str>, Option<Scalar>)>,
    /// The day.
    pub day: Option<NaiveDate>,
}

/// `discount = 0.4, region = "north", on 2026-01-01`
impl fmt::Display for Example {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before = "";
        for (name, value) in &self.inputs {
            match value {
                Some(value) => write!(f, "{before}{name} = {value}")?,
                None => write!(f, "{before}{name} = null")?,
            }
            before = ", ";
        }
        match self.day {
            Some(day) => write!(f, "{before}on {day}"),
            None => Ok(()),
        }
    }
}

/// What stands for a part of a column, or of the days.
#[derive(Clone, Debug)]
enum Part {
    Input(Option<Scalar>),
    Day(NaiveDate),
}

/// A column: its parts, and which rules pass each.
struct Column {
    parts: Vec<Part>,
    rules: Vec<Bits>,
    /// For each rule, which parts it passes.
    passed: Vec<Bits>,
}

impl Column {
    /// Parts that the same rules pass become one.
    fn new(parts: Vec<Part>, rules: &[Rule], passes: impl Fn(&Rule, &Part) -> bool) -> Column {
        let mut kept = Column { parts: Vec::new(), rules: Vec::new(), passed: Vec::new() };
        let mut known: HashMap<Bits, ()> = HashMap::new();
        for part in parts {
            let mut set = Bits::none(rules.len());
            rules
                .iter()
                .enumerate()
                .filter(|(_, rule)| passes(rule, &part))
                .for_each(|(place, _)| set.add(place));
            if let Entry::Vacant(entry) = known.entry(set.clone()) {
                entry.insert(());
                kept.parts.push(part);
                kept.rules.push(set);
            }
        }
        kept.passed = rules
            .iter()
            .map(|rule| {
                let mut set = Bits::none(kept.parts.len());
                let own = kept.parts.iter().enumerate().filter(|(_, part)| passes(rule, part));
                own.for_each(|(place, _)| set.add(place));
                set
            })
            .collect();
        kept
    }

    fn is_absent(&self, part: usize) -> bool {
        matches!(self.parts[part], Part::Input(None))
    }
}

impl Table {
    /// Everything that can be told, by the number of the rule.
    pub fn analyse(&self) -> Vec<Finding> {
        let columns = self.columns();
        let mut found = Vec::new();
        let possible = |rule: usize| columns.iter().all(|column| !column.passed[rule].is_empty());
        let impossible = (0..self.rules.len()).filter(|rule| !possible(*rule));
        found.extend(impossible.map(|rule| Finding::Impossible { rule: rule + 1 }));
        if matches!(self.hit, Hit::Unique | Hit::Any) {
            self.together(&columns, &mut found);
        }
        let product =
            columns.iter().try_fold(1_u64, |all, column| all.checked_mul(column.parts.len() as u64));
        let parts = product.unwrap_or(u64::MAX);
        let looks = self.hit == Hit::First || self.hit.is_single() && self.default.is_none();
        if self.hit == Hit::First {
            self.shadowed(&columns, parts <= MAX_PARTS, &mut found);
        }
        if parts > MAX_PARTS && looks {
            found.push(Finding::LeftOut { parts });
        } else if self.hit.is_single() && self.default.is_none() {
            // Absent values are looked at only where all others are decided: they are what an author forgets last.
            let gap = |absent: bool| gap(&columns, absent, &mut Vec::new(), &Bits::all(self.rules.len()));
            let example = gap(false).or_else(|| gap(true)).map(|places| self.example(&columns, &places));
            found.extend(example.map(|example| Finding::Gap { example }));
        }
        found
    }

    /// The columns of the inputs, then the days where rules have any.
    fn columns(&self) -> Vec<Column> {
        let mut columns: Vec<Column> = Vec::with_capacity(self.inputs.len() + 1);
        for (place, input) in self.inputs.iter().enumerate() {
            let cells = self.rules.iter().filter_map(|rule| rule.when.get(place));
            let parts = parts(&input.domain, cells).into_iter().map(Part::Input).collect();
            columns.push(Column::new(parts, &self.rules, |rule, part| match part {
                Part::Input(value) => {
                    rule.when.get(place).is_none_or(|cell: &Cell| cell.holds(value.as_ref()))
                }
                Part::Day(_) => true,
            }));
        }
        let days = self.days();
        if !days.is_empty() {
            columns.push(Column::new(days, &self.rules, |rule, part| match part {
                Part::Day(day) => rule.is_in_force(*day),
                Part::Input(_) => true,
            }));
        }
        columns
    }

    /// The first day of each stretch of days on which the same rules count. Nothing is asked of a table before the
    /// first day of its first rule, where every rule has one.
    fn days(&self) -> Vec<Part> {
        let mut starts: BTreeSet<NaiveDate> = BTreeSet::new();
        for rule in &self.rules {
            starts.extend(rule.from);
            starts.extend(rule.until.and_then(|until| until.succ_opt()));
        }
        let open = self.rules.iter().any(|rule| rule.from.is_none());
        let before = starts.first().filter(|_| open).and_then(NaiveDate::pred_opt);
        before.into_iter().chain(starts).map(Part::Day).collect()
    }

    fn example(&self, columns: &[Column], places: &[usize]) -> Example {
        let mut example = Example { inputs: Vec::new(), day: None };
        for (column, place) in columns.iter().zip(places) {
            match &column.parts[*place] {
                Part::Day(day) => example.day = Some(*day),
                Part::Input(value) => {
                    let name = &self.inputs[example.inputs.len()].name;
                    example.inputs.push((name.clone(), value.clone()));
                }
            }
        }
        example
    }

    /// For each rule, the first of the earlier ones that holds at once with it and must not.
    fn together(&self, columns: &[Column], found: &mut Vec<Finding>) {
        for second in 0..self.rules.len() {
            let shared = |first: usize| -> Option<Vec<usize>> {
                columns.iter().map(|c| c.passed[first].both(&c.passed[second]).first()).collect()
            };
            let differ = |first: &usize| self.hit == Hit::Unique || self.differ(*first, second);
            let other = (0..second).filter(differ).find_map(|first| Some((first, shared(first)?)));
            let Some((first, places)) = other else { continue };
            let (first, second, example) = (first + 1, second + 1, self.example(columns, &places));
            found.push(match self.hit {
                Hit::Unique => Finding::Overlap { first, second, example },
                _ => Finding::Contradiction { first, second, example },
            });
        }
    }

    /// Whether two rules are sure to answer differently.
    fn differ(&self, first: usize, second: usize) -> bool {
        let pairs = self.rules[first].then.iter().zip(&self.rules[second].then);
        pairs.into_iter().any(|pair| match pair {
            (Then::Literal(first), Then::Literal(second)) => first != second,
            _ => false,
        })
    }

    fn shadowed(&self, columns: &[Column], whole: bool, found: &mut Vec<Finding>) {
        let reached = whole.then(|| {
            let mut reached = Bits::none(self.rules.len());
            reach(columns, &Bits::all(self.rules.len()), &mut reached);
            reached
        });
        for rule in 0..self.rules.len() {
            if columns.iter().any(|column| column.passed[rule].is_empty()) {
                continue;
            }
            let covers = |earlier: &usize| columns.iter().all(|c| c.passed[rule].within(&c.passed[*earlier]));
            let by = (0..rule).find(covers).map(|earlier| earlier + 1);
            let mut own = Bits::none(self.rules.len());
            own.add(rule);
            let unreached = reached.as_ref().is_some_and(|reached| own.both(reached).is_empty());
            if by.is_some() || unreached {
                found.push(Finding::Shadowed { rule: rule + 1, by });
            }
        }
    }
}

/// Notes the first of the rules that hold in each part of the product.
fn reach(columns: &[Column], alive: &Bits, reached: &mut Bits) {
    if alive.is_empty() {
        return;
    }
    match columns.split_first() {
        None => {
            if let Some(first) = alive.first() {
                reached.add(first);
            }
        }
        Some((column, rest)) => {
            for rules in &column.rules {
                reach(rest, &alive.both(rules), reached);
            }
        }
    }
}

/// The places of the first part of the product in which no rule holds.
fn gap(columns: &[Column], absent: bool, places: &mut Vec<usize>, alive: &Bits) -> Option<Vec<usize>> {
    let Some((column, rest)) = columns.split_first() else {
        return alive.is_empty().then(|| places.clone());
    };
    for (place, rules) in column.rules.iter().enumerate() {
        if !absent && column.is_absent(place) {
            continue;
        }
        let alive = alive.both(rules);
        places.push(place);
        let found = gap(rest, absent, places, &alive);
        places.pop();
        if found.is_some() {
            return found;
        }
    }
    None
}
